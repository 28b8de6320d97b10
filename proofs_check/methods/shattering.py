"""Sign patterns that tiny networks really give, from whole numbers as weights.

A family is a network shape with W places for numbers. Drawn integers make its outputs
exact in 64 bits, so a pattern that was seen is a pattern that exists; patterns not
seen may exist all the same. Gradient ascent looks for those, its ends are rounded to
64ths, and every pattern of a set called shattered is confirmed once more by the exact
forward pass of the network as a record.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from memcap.core.exact import exact
from memcap.model.forward import forward
from memcap.model.weights import Weights
from proofs_check.methods import ascent


@dataclass(frozen=True, slots=True)
class Family:
    """Networks of one shape.

    Args:
        name: the shape in words.
        weights: W, places for numbers.
        tokens: `[N, n]` or `[N, n, d]` integers, the inputs in the order of use.
        outputs: ``outputs(values, tokens)``, `[B, W]` numbers to `[B, N]` or `[B, N n]`
            outputs, in operations that numpy and JAX share.
        record: W numbers to the network.
    """

    name: str
    weights: int
    tokens: np.ndarray
    outputs: Callable[[Any, np.ndarray], Any]
    record: Callable[[list[Any]], Weights]


@dataclass(frozen=True, slots=True)
class Seen:
    """Patterns that occurred on the first N inputs, each with numbers that give it.

    Args:
        inputs: N.
        points: outputs that are labelled.
        witnesses: pattern, one bit an output, to W numbers.
    """

    inputs: int
    points: int
    witnesses: dict[int, tuple[Any, ...]]

    @property
    def shattered(self) -> bool:
        """Whether every pattern occurred."""
        return len(self.witnesses) == 1 << self.points


def values(family: Family, draws: int, seed: int = 0, top: int = 6) -> np.ndarray:
    """All grids of small integers where that is few, else random ones.

    Returns:
        `[B, W]` int64.
    """
    side = range(-top, top + 1)
    if len(side) ** family.weights <= draws:
        return np.array(list(product(side, repeat=family.weights)), np.int64)
    rng = np.random.default_rng(seed)
    small = rng.integers(-top, top + 1, size=(draws // 2, family.weights))
    wide = rng.integers(-5 * top, 5 * top + 1, size=(draws // 2, family.weights))
    return np.concatenate([small, wide]).astype(np.int64)


def seen(family: Family, drawn: np.ndarray, inputs: int) -> Seen:
    """The patterns that these numbers give the first N inputs."""
    tokens = family.tokens[:inputs]
    positive = np.asarray(family.outputs(drawn, tokens)) > 0
    codes = positive @ (1 << np.arange(positive.shape[1], dtype=np.int64))
    patterns, first = np.unique(codes, return_index=True)
    rows = drawn[first].tolist()
    witnesses = {
        int(code): tuple(exact(x) for x in row)
        for code, row in zip(patterns, rows, strict=True)
    }
    return Seen(inputs, positive.shape[1], witnesses)


def confirmed(family: Family, found: Seen) -> bool:
    """Whether the exact forward pass of the record gives every pattern."""
    tokens = family.tokens[: found.inputs]
    for code, row in found.witnesses.items():
        outputs = forward(family.record(list(row)), tokens).reshape(-1).tolist()
        if sum((y > 0) << i for i, y in enumerate(outputs)) != code:
            return False
    return True


def climb(family: Family, found: Seen, starts: int = 12, seed: int = 0) -> Seen:
    """Look for the missing patterns along the gradient of the smallest margin."""
    import jax
    import jax.numpy as jnp

    missing = sorted(set(range(1 << found.points)) - set(found.witnesses))[:32]
    if not missing:
        return found
    tokens = family.tokens[: found.inputs].astype(float)
    width = family.weights

    def worst(candidate: Any) -> Any:
        wanted = jax.lax.stop_gradient(candidate[width:])
        # Written for numpy, which promotes where JAX may be told not to.
        with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
            made = family.outputs(candidate[None, :width], tokens)[0]
        return -jnp.min(jnp.tanh(wanted * made))

    rng = np.random.default_rng(seed)
    wanted = np.repeat([_signs(code, found.points) for code in missing], starts, axis=0)
    begin = np.hstack([rng.normal(0, 3, (len(wanted), width)), wanted])
    ends = np.array(list(ascent.descend(worst, begin, steps=300, every=150)))
    # Multiples of 1/64: products of few of them are exact in float64.
    rounded = np.round(ends[:, :width] * 64) / 64
    more = seen(family, rounded, found.inputs)
    return Seen(found.inputs, found.points, more.witnesses | found.witnesses)


def _signs(code: int, points: int) -> np.ndarray:
    return np.array([1.0 if code >> i & 1 else -1.0 for i in range(points)])


def largest(family: Family, drawn: np.ndarray) -> tuple[Seen | None, Seen]:
    """The largest shattered set found, or None, and the first that was not."""
    best = None
    for inputs in range(1, len(family.tokens) + 1):
        now = seen(family, drawn, inputs)
        if not now.shattered:
            return best, now
        best = now
    assert best is not None
    return best, best
