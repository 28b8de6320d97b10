"""Attacks on the separation lemmas: whole grids, random sets, and ascent.

The ascent moves the distances between the values of a pair, never which set a value
belongs to; what it ends at is rounded to short rationals and judged in balls.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from memcap.core.balls import Ball
from memcap.core.exact import Number
from proofs_check.checks.boltzmann.pairs import BITS, Claim, Pair, boltz, pair, smaller
from proofs_check.methods import attack as shooting
from proofs_check.methods.ascent import descend
from proofs_check.methods.crossing import crossing
from proofs_check.statement import Level, Outcome

_POINTS = 6
_DYADIC = 1 << 10


def on_grids(spacings: Iterable[Number], points: int) -> Iterator[Pair]:
    """All pairs of sets on a grid that use its largest value."""
    for step in spacings:
        grid = [-step * i for i in range(points)]
        sets = [one for n in range(1, points + 1) for one in combinations(grid, n)]
        for a, b in combinations(sets, 2):
            if 0 in a or 0 in b:
                yield pair(a, b)


def rational_least(claim: Claim, n: int) -> Fraction:
    """A short rational that is at least the smallest delta allowed for n values."""
    least = claim.least(n)
    if isinstance(least, Ball):
        return Fraction(int(least.upper * _DYADIC) + 1, _DYADIC)
    return Fraction(least)


def drawn(claim: Claim, count: int, seed: int) -> Iterator[Pair]:
    """Random pairs whose distances are at or a little above the smallest allowed."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        points = int(rng.integers(2, _POINTS + 2))
        a, b = _members(rng, points, claim)
        slack = rng.integers(0, 16 << 4, size=points - 1) // 16
        slack *= rng.random(points - 1) < rng.random()
        least = rational_least(claim, max(a.sum(), b.sum()))
        yield _placed(a, b, [least + Fraction(int(s), 16) for s in slack])


def _members(
    rng: np.random.Generator, points: int, claim: Claim
) -> tuple[np.ndarray, np.ndarray]:
    """Which values belong to a and to b; together they are all."""
    kind = rng.choice([1, 2, 3], size=points, p=[0.25, 0.25, 0.5])
    if claim.sizes == "nested" or (claim.sizes == "any" and rng.random() < 0.3):
        kind = np.where(np.arange(points) < rng.integers(1, points), 3, 1)
    elif claim.sizes == "equal":
        single = np.flatnonzero(kind < 3)[: 2 * (int((kind < 3).sum()) // 2)]
        kind = np.full(points, 3)
        kind[single] = rng.permutation(np.arange(len(single)) % 2 + 1)
    return kind % 2 == 1, kind >= 2


def _placed(a: np.ndarray, b: np.ndarray, gaps: list[Fraction]) -> Pair:
    values = [Fraction(0)]
    for gap in gaps:
        values.append(values[-1] - gap)
    one, two = ([x for x, use in zip(values, s, strict=True) if use] for s in (a, b))
    return pair(one or [values[0]], two or [values[0]])


class _Floats:
    """The functions of `ks23_boltzmann_pairs.Exact` on traced floats."""

    @staticmethod
    def of(value: Any) -> Any:
        return float(value)

    @staticmethod
    def exp(value: Any) -> Any:
        import jax.numpy as jnp

        return jnp.exp(value)

    @staticmethod
    def log(value: Any) -> Any:
        import jax.numpy as jnp

        return jnp.log(value)


def ascended(claim: Claim, starts: int, seed: int) -> Iterator[Pair]:
    """Ends of the ascent on ln(distance / bound), downwards."""
    rng = np.random.default_rng(seed)
    rows = []
    while len(rows) < starts:
        a, b = _members(rng, _POINTS, claim)
        if a.any() and b.any() and (a != b).any():
            least = float(rational_least(claim, max(a.sum(), b.sum())))
            slack = rng.uniform(0, 1, size=_POINTS)
            rows.append(np.concatenate([[least], slack, a, b]))
    for row in descend(_log_ratio(claim), np.array(rows), steps=300, rate=0.02):
        least = rational_least(claim, _size(row))
        slack = [
            Fraction(round(s * s * _DYADIC), _DYADIC) for s in row[1 : _POINTS + 1]
        ]
        a, b = row[_POINTS + 1 :].reshape(2, _POINTS) > 0.5
        yield _placed(a, b, [least + slack[0] + s for s in slack[1:]])


def _size(row: np.ndarray) -> int:
    return int(row[_POINTS + 1 :].reshape(2, _POINTS).sum(axis=1).max())


def _log_ratio(claim: Claim) -> Any:
    def margin(row: Any) -> Any:
        import jax
        import jax.numpy as jnp

        fixed = jax.lax.stop_gradient(row)
        a, b = fixed[_POINTS + 1 :].reshape(2, _POINTS)
        delta = fixed[0] + row[1] ** 2
        gaps = delta + row[2 : _POINTS + 1] ** 2
        x = jnp.concatenate([jnp.zeros(1), jnp.cumsum(gaps)])
        values = [
            jnp.sum(x * s * jnp.exp(-x)) / jnp.sum(s * jnp.exp(-x)) for s in (a, b)
        ]
        n = jnp.maximum(jnp.sum(a), jnp.sum(b))
        bound = claim.bound(x[-1], delta, n, _Floats)
        # The square has a gradient where two values cross.
        square = (values[0] - values[1]) ** 2
        return jnp.log(square + 1e-300) / 2 + x[-1] - jnp.log(bound)

    return margin


def attack(
    claim: Claim,
    level: Level = Level.DEFAULT,
    *,
    seed: int = 23,
) -> Outcome:
    """Search for a pair of sets that refutes a claim.

    Args:
        claim: what is claimed.
        level: the deep level looks at larger grids and more draws.
        seed: of the random sets and of the starts of the ascent.
    """
    least = rational_least(claim, 3)
    spacings = (least, least * Fraction(11, 10), least * Fraction(3, 2))
    candidates = [
        *on_grids(spacings, level.pick(5, 7)),
        *drawn(claim, level.pick(1500, 30_000), seed),
        *ascended(claim, level.pick(64, 512), seed),
        *balanced(claim, range(2, 10)),
    ]
    found = shooting.search(claim.target, candidates)
    if found.refuted:
        # Small grids come first: the first counterexample is simpler than the worst.
        first = shooting.search(claim.target, candidates, stop_after=1)
        found = replace(found, worst=first.worst)

    def minimal(worst: Pair) -> Pair:
        return shooting.shrink(worst, smaller, lambda sets: _refutes(claim, sets))

    done = shooting.outcome(claim.target, found, claim.text, minimal=minimal)
    if found.refuted or found.worst is None:
        return done
    return _with_ratio(claim, done, found.worst)


def _refutes(claim: Claim, sets: Pair) -> bool:
    margin = claim.margin(sets)
    return margin is not None and margin.upper < 0


def _with_ratio(claim: Claim, done: Outcome, sets: Pair) -> Outcome:
    told = claim.describe(sets)
    sentence = (
        f"{done.sentence} The smallest distance is {told['distance/bound']} times the "
        f"bound, for {told['a']} and {told['b']}."
    )
    margin = f"{told['distance/bound']} x bound"
    return Outcome(done.answer, sentence, done.cases, margin)


def stretched(delta: Fraction, n: int, stretch: Number, far: int = 12) -> Pair:
    """One close value against many later ones, the hardest pairs for small delta.

    ``{0, delta, X, X + delta, ...}`` and ``{0, 2 delta + s, 3 delta + s, ...}``, n
    values each, with s the stretch and X beyond every value of the second set.
    """
    first = delta * (n + 1) + far
    a = [0, -delta, *(-first - delta * i for i in range(n - 2))]
    return pair(a, [0, *(-delta * (i + 1) - stretch for i in range(1, n))])


def balanced(claim: Claim, sizes: Iterable[int]) -> Iterator[Pair]:
    """Such pairs, stretched until their Boltzmann values agree to 64 bits."""
    for n in sizes:
        delta = rational_least(claim, n)

        def signed(stretch: Number, delta: Fraction = delta, n: int = n) -> Ball:
            close, late = stretched(delta, n, stretch)
            return boltz(close) - boltz(late)

        found = crossing(signed, 0, 8, bits=64)
        yield stretched(delta, n, 0 if found is None else found.middle)


def certified(claim: Claim, a: Any, b: Any) -> Ball:
    """Distance over bound of one pair the claim speaks of.

    Raises:
        ValueError: it does not.
    """
    ratio = claim.ratio(pair(a, b))
    if ratio is None:
        raise ValueError(f"{claim.text} says nothing of {a} and {b}.")
    return Ball.of(ratio, BITS)
