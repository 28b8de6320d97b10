"""KS23.Prop1 attacked with functions that swing as fast as their cells are wide.

Half of a token's distance from the nearest multiple of h, and half of the mean of
these distances, is equivariant and has Lipschitz constant 1. It is farthest from its
value at a cell's midpoint where cells meet. The approximator is evaluated there, just
off the ramps.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from memcap.constructions.measured_error import outputs
from memcap.constructions.target_functions import TargetFunction
from memcap.constructions.universal_approximator import Approximation, approximate
from memcap.core.exact import exact
from proofs_check.methods import adversarial, attack
from proofs_check.statement import Level, Outcome

# d, n, cells, cells to one swing.
Shape = tuple[int, int, int, int]


def zigzag(dim: int, length: int, swings: int) -> TargetFunction:
    """The function: half of a token's own zigzag and half of the mean of all."""

    def values(tokens: Sequence[Any], precision: int) -> Any:
        folded = [[_fold(Fraction(x), swings) for x in token] for token in tokens]
        means = [
            sum(column, Fraction(0)) / length for column in zip(*folded, strict=True)
        ]
        return [
            [exact((own + mean) / 2) for own, mean in zip(token, means, strict=True)]
            for token in folded
        ]

    def floats(tokens: np.ndarray) -> np.ndarray:
        at = tokens * swings
        folded = np.abs(at - np.round(at)) / swings
        return (folded + folded.mean(axis=1, keepdims=True)) / 2

    return TargetFunction("zigzag", dim, length, 1, values, floats)


def _fold(x: Fraction, swings: int) -> Fraction:
    return abs(x * swings - round(x * swings)) / swings


def approximated(share: Fraction | int = 1, ramps: bool = False) -> attack.Target:
    """The claim ``|f - g| <= e`` at every entry off the ramps, all labels certified.

    Args:
        share: of the bound e on an entry, for a false variant.
        ramps: whether points on the ramps count too, for another.

    Outputs are known to 2^-30, so an error counts only beyond 2^-29.
    """

    def margin(shape: Shape) -> Fraction:
        dim, length, cells, swings = shape
        f = zigzag(dim, length, swings)
        made = approximate(f, cells, repeats=True)
        checked = [adversarial.least(_verified(pair)) for pair in made.coordinates]
        if min(checked) < 0:
            return min(checked)
        tokens = edges(made, ramps)
        error = np.abs(f.floats(tokens) - outputs(made, tokens)).max()
        worst = Fraction(float(error)) - Fraction(1, 2**29)
        return Fraction(made.bound.entry) * share - worst

    names = ("d", "n", "cells", "swings")
    return attack.Target(
        margin, lambda shape: dict(zip(names, map(str, shape), strict=True))
    )


def _verified(pair: Any) -> Any:
    import memcap as mc

    return mc.verify(*pair)


def edges(made: Approximation, ramps: bool) -> np.ndarray:
    """`[N, n, d]` points beside the cells' edges, on either side of the ramps."""
    f, step, ramp = made.function, float(made.grid.step), float(made.grid.ramp)
    rng = np.random.default_rng(19)
    shape = (60, f.length, f.dim)
    cell = rng.integers(0, made.grid.cells, shape)
    if ramps:
        return np.clip((cell + 1) * step - ramp / 2, 0, 1 - ramp)
    inside = np.where(rng.random(shape) < 0.5, 2 * ramp, step - 2 * ramp)
    return cell * step + inside


def shapes(level: Level) -> Iterator[Shape]:
    """Grids, and swings from one cell to all of them."""
    grids = [(1, 2, 2), (1, 2, 8), (1, 3, 4), (2, 2, 2)]
    for dim, length, cells in grids + level.pick([], [(1, 2, 16), (1, 3, 8)]):
        yield from ((dim, length, cells, s) for s in sorted({1, cells // 2, cells}))


def attack_approximation(level: Level) -> Outcome:
    """Zigzags against the bound on an entry."""
    target = approximated()
    claim = "|f - g| off the ramps within the bound on an entry, for zigzags"
    return attack.outcome(target, attack.search(target, shapes(level)), claim)
