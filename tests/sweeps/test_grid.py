"""Grids are finite sets written as expressions; counting them is the oracle."""

from dataclasses import dataclass

import pytest

from memcap.core.errors import MemcapError
from memcap.sweeps import grid


@dataclass(frozen=True)
class _Config:
    samples: int = 1
    width: int = 2
    seed: int = 0


def test_sizes_multiply_add_and_keep():
    a = grid.prod(samples=[1, 2, 3], width=[4, 5])
    b = grid.zipit(samples=[1, 2, 3], width=[4, 5, 6])
    assert len(a) == 6 and len(b) == 3
    assert (
        len(grid.chain(a, b)) == 9 and len(grid.cross(b, grid.prod(seed=[0, 1]))) == 6
    )
    assert len({tuple(overlay.items()) for overlay in a}) == 6


def test_overlays_change_only_their_fields():
    made = grid.configs(_Config(), grid.prod(samples=[7]))
    assert made == (_Config(samples=7),)


def test_unknown_fields_are_refused_by_name():
    with pytest.raises(MemcapError, match="no field 'colour'; it has samples, width"):
        grid.configs(_Config(), grid.prod(colour=["red"]))


def test_uneven_zips_are_refused():
    with pytest.raises(MemcapError, match="samples: 2, width: 1"):
        grid.zipit(samples=[1, 2], width=[3])
