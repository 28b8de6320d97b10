"""Which layers are measured on which tokens, for each size of the experiment."""

from dataclasses import asdict, dataclass
from typing import Any

from memcap.sweeps.grid import Grid, chain, configs, cross, prod

NAME = "delta_table"


@dataclass(frozen=True)
class Run:
    """One layer on one set of tokens.

    Args:
        layer: a name of `LAYERS`.
        vocab: V.
        dim: d; 1 stands for evenly spaced ids.
        length: n.
        amount: what the layer is asked about: spacing of scores, or number of heads.
        at_most: sequences enumerated; where there are more, some are drawn.
        sample: how many are drawn then.
    """

    layer: str = "data"
    vocab: int = 3
    dim: int = 1
    length: int = 2
    amount: float = 0
    at_most: int = 5000
    sample: int = 150


def _table(dims: tuple[int, ...], vocabs: tuple[int, ...], lengths: tuple) -> Grid:
    grid = prod(layer=["data"], dim=dims, vocab=vocabs, length=lengths)
    # With n = V there is one set only, and nothing to tell apart.
    grid = tuple(overlay for overlay in grid if overlay["length"] < overlay["vocab"])
    # Beyond five tokens the printed scale asks for hundreds of thousands of bits.
    printed = [o | {"layer": "theorem"} for o in grid if o["vocab"] <= 5]
    return chain(grid, tuple(printed))


def _extensions(line: tuple[int, ...], space: tuple[int, ...]) -> Grid:
    heads = ("tied", "opposite")
    several = (*heads, "untied", "untied_opposite", "rank_two")
    spacings = [2, 1, 0.5, 0.25]
    return chain(
        prod(layer=["positions"], vocab=[3, 4, 5], length=[3]),
        prod(layer=["causal"], vocab=[4, 5, 8], length=[3]),
        # Two heads are worst at sets in the middle, so all sets are measured.
        prod(layer=heads, vocab=line, length=[3], amount=spacings, at_most=[50_000]),
        prod(layer=several, dim=[2, 8], vocab=space, length=[3]),
        prod(layer=["heads"], dim=[2, 8], vocab=space, length=[3], amount=[2, 4]),
    )


_VOCABS, _LENGTHS, _DIMS = (3, 4, 5, 8, 10, 16, 32), (2, 3, 4, 8), (1, 2, 3, 8)
GRIDS: dict[str, tuple[Grid, int]] = {
    "smoke": (
        chain(
            _table((1, 2), (3, 4), (2,)),
            prod(layer=["data"], vocab=[12], length=[4], at_most=[100], sample=[20]),
            prod(layer=["positions", "causal"], vocab=[3], length=[2]),
            prod(layer=["tied", "opposite"], vocab=[5], length=[3], amount=[2, 1]),
            prod(layer=["heads"], vocab=[5], dim=[2], length=[2], amount=[2]),
            prod(layer=["untied", "rank_two"], vocab=[5], dim=[2], length=[2]),
        ),
        1,
    ),
    "small": (
        chain(
            _table(_DIMS, _VOCABS, _LENGTHS),
            # Tens of thousands of bits an id: fewer sequences.
            cross(_table(_DIMS, (64,), (2, 3, 8)), prod(at_most=[1000], sample=[30])),
            _extensions((8, 16, 24, 32, 48), (8, 16)),
        ),
        2,
    ),
    "full": (
        chain(
            cross(
                _table(_DIMS, (*_VOCABS, 64), _LENGTHS),
                prod(at_most=[50_000], sample=[1000]),
            ),
            _extensions((8, 16, 24, 32, 48, 64), (8, 16, 32)),
        ),
        5,
    ),
}


def runs(size: str) -> list[tuple[Run, int]]:
    """The runs of a size, each with its seed; on a line only sequences are drawn."""
    grid, seeds = GRIDS[size]
    unique = dict.fromkeys(configs(Run(), grid))
    return [
        (run, seed) for run in unique for seed in range(1 if run.dim == 1 else seeds)
    ]


def as_config(run: Run) -> dict[str, Any]:
    """What names a run in the store."""
    return {"kind": NAME, **asdict(run)}
