"""A sweep is an expression: products, chains and zips of overlays on a configuration.

An overlay is a dictionary of fields to change; a grid is a tuple of overlays.
"""

from collections.abc import Iterable
from dataclasses import fields, replace
from itertools import product
from typing import Any, TypeVar

from memcap.core.errors import MemcapError

Overlay = dict[str, Any]
Grid = tuple[Overlay, ...]
Config = TypeVar("Config")


def prod(**axes: Iterable[Any]) -> Grid:
    """Every combination of the values of each field; the last field runs fastest.

    Example:
        >>> prod(N=[1, 2], seed=[0, 1])[1:3]
        ({'N': 1, 'seed': 1}, {'N': 2, 'seed': 0})
    """
    values = [tuple(axis) for axis in axes.values()]
    return tuple(dict(zip(axes, combo, strict=True)) for combo in product(*values))


def zipit(**axes: Iterable[Any]) -> Grid:
    """The i-th values of all fields together.

    Raises:
        MemcapError: the fields have different numbers of values.

    Example:
        >>> zipit(N=[1, 2], width=[4, 8])
        ({'N': 1, 'width': 4}, {'N': 2, 'width': 8})
    """
    values = {name: tuple(axis) for name, axis in axes.items()}
    if len({len(axis) for axis in values.values()}) > 1:
        sizes = ", ".join(f"{name}: {len(axis)}" for name, axis in values.items())
        raise MemcapError(f"zipped fields need equally many values, not {sizes}.")
    rows = zip(*values.values(), strict=True)
    return tuple(dict(zip(values, row, strict=True)) for row in rows)


def chain(*grids: Grid) -> Grid:
    """One grid after the other."""
    return tuple(overlay for grid in grids for overlay in grid)


def cross(*grids: Grid) -> Grid:
    """Every combination of overlays, later grids overriding earlier ones.

    Example:
        >>> cross(zipit(N=[1, 2], width=[4, 8]), prod(seed=[0]))
        ({'N': 1, 'width': 4, 'seed': 0}, {'N': 2, 'width': 8, 'seed': 0})
    """
    return tuple(
        {name: value for overlay in combo for name, value in overlay.items()}
        for combo in product(*grids)
    )


def configs(base: Config, grid: Grid) -> tuple[Config, ...]:
    """The base configuration, a frozen dataclass, with each overlay put on.

    Raises:
        MemcapError: an overlay names a field that the configuration has not.
    """
    known = [field.name for field in fields(base)]  # pyright: ignore
    for overlay in grid:
        unknown = sorted(set(overlay) - set(known))
        if unknown:
            raise MemcapError(
                f"{type(base).__name__} has no field {unknown[0]!r}; it has "
                f"{', '.join(known)}."
            )
    return tuple(replace(base, **overlay) for overlay in grid)  # pyright: ignore
