"""KS23.Thm2 attacked in the plane: three tokens and v follow a gradient.

A query x_0 sees x_1 or x_2. With scores ``s_i = kappa (v.x_0)(v.x_i)`` and t the
distance of the two scores of a sequence, their softmax mean is the larger one less
``t / (1 + e^t)``. Scores of some thousands are out of reach of floats, the logarithm of
the distance of two means is not; so the ascent runs in logarithms, and balls of as many
bits as the scores have confirm its ends. Ids of different tokens are not looked at.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from memcap.core.balls import Ball, Truth, at_most
from memcap.theory.boltzmann import operator_ball
from proofs_check.methods.ascent import descend
from proofs_check.methods.attack import Target, outcome, search
from proofs_check.methods.rank_one import PRINTED, TIGHT, Constants, compared
from proofs_check.statement import Level, Outcome

# (V + 1)^4 d for three tokens of the plane, which see two at a time.
_SIZE = 256 * 2
_GRID = 1 << 12
Point = tuple[Fraction, Fraction]
# The tokens, and the tangent of half the angle of v.
Candidate = tuple[tuple[Point, Point, Point], Fraction]


def unit(t: Fraction) -> Point:
    """The rational point of the circle at twice the angle whose tangent is t."""
    return (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)


def plane_margin(candidate: Candidate, constants: Constants = PRINTED) -> Ball | None:
    """ln of the smallest distance of two ids of one token, less ln delta.

    Args:
        candidate: tokens and direction.
        constants: factors of the constants; kappa and exponent are used.
    """
    tokens, t = candidate
    v = unit(t)
    read = [v[0] * x + v[1] * y for x, y in tokens]
    norms = [x * x + y * y for x, y in tokens]
    apart = [
        (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for a, b in combinations(tokens, 2)
    ]
    if min(norms) == 0 or min(apart) == 0 or 0 in read:
        return None
    seen = [a - b for a, b in combinations(read, 2)] + read
    # v has to be as KS25.LemG1 says.
    if not all(
        at_most(_least_share() * length, p * p) is Truth.TRUE
        for p, length in zip(seen, apart + norms, strict=True)
    ):
        return None
    rough = float(_radius(norms, apart, 64)) * float(constants.kappa)
    precision = int(3.2 * rough) + 256
    radius = _radius(norms, apart, precision) * constants.kappa
    eps = _root(min(apart), precision) * (1 - TIGHT)
    largest = _root(max(norms), precision) * (1 + TIGHT)
    kappa, c = radius / (largest * largest), eps / (largest * 4)
    gaps = [_gap(q, others, kappa) * c for q, others in _queries(read)]
    size = Ball.of(2, precision).log() ** 2
    ln_delta = (eps / (radius * 4) * size).log() - radius * constants.exponent
    return min((compared(gap, ln_delta) for gap in gaps), key=float)


def _least_share() -> Ball:
    """The square of the share of a distance that v keeps, 8 / (pi d (V+1)^4)."""
    return Ball.of(8, 128) / (Ball.pi(128) * _SIZE)


def _root(square: Fraction, precision: int) -> Ball:
    return Ball.of(square, precision).sqrt()


def _radius(norms: list[Fraction], apart: list[Fraction], precision: int) -> Ball:
    """r_B = kappa r_max^2."""
    aim = Ball.of(2, precision).log() * 2 + 3
    shortest = _root(min(norms), precision) * (1 - TIGHT)
    lengths = _root(min(apart), precision) * (1 - TIGHT) * shortest * 8
    largest = max(norms) * (1 + TIGHT) ** 2
    return Ball.pi(precision) * aim * (_SIZE * largest) / lengths


def _queries(read: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    for i, q in enumerate(read):
        yield q, read[:i] + read[i + 1 :]


def _gap(query: Fraction, others: list[Fraction], kappa: Ball) -> Ball:
    """Distance of what the head reads in the two sequences, before c."""
    factor = kappa * query
    one, two = (
        operator_ball([factor * query, factor * x], kappa.precision) / factor
        for x in others
    )
    return (one - two).maximum(two - one)


def float_margin(flat: Any) -> Any:
    """The same in floats of `[7]` numbers: three points and the half-angle tangent."""
    import jax.numpy as jnp

    tokens, t = flat[:6].reshape(3, 2), flat[6]
    v = jnp.stack([1 - t * t, 2 * t]) / (1 + t * t)
    read, norms = tokens @ v, jnp.sqrt((tokens**2).sum(axis=1))
    sides = [tokens[i] - tokens[j] for i, j in combinations(range(3), 2)]
    eps = jnp.min(jnp.stack([jnp.sqrt((x**2).sum()) for x in sides]))
    aim = 2 * np.log(2) + 3
    kappa = np.pi * aim * _SIZE / (8 * eps * norms.min())
    radius = kappa * norms.max() ** 2
    ln_c = jnp.log(eps / (4 * norms.max()))
    ln_delta = jnp.log(eps / (4 * radius) * np.log(2) ** 2) - 2 * radius
    logs = []
    for i in range(3):
        q, others = read[i], [read[j] for j in range(3) if j != i]
        logs.append(_ln_gap(kappa * q, q, others) - jnp.log(jnp.abs(kappa * q)))
    return jnp.min(jnp.stack(logs)) + ln_c - ln_delta


def _ln_gap(factor: Any, query: Any, others: list[Any]) -> Any:
    import jax.numpy as jnp

    tiny = 1e-9
    scores = [factor * (x - query) for x in others]
    # Below the query's score a token only adds t / (1 + e^t); above it, its excess.
    lows = [jnp.log(jnp.abs(s) + tiny) - jnp.logaddexp(0.0, jnp.abs(s)) for s in scores]
    high, low = jnp.maximum(*lows), jnp.minimum(*lows)
    below = high + jnp.log1p(-jnp.exp(jnp.minimum(low - high, -tiny)))
    tops = [jnp.maximum(s, 0.0) for s in scores]
    above = jnp.log(jnp.abs(tops[0] - tops[1]) + tiny)
    return jnp.where(jnp.maximum(*tops) > 0, above, below)


def candidates(level: Level) -> Iterator[Candidate]:
    """Random tokens and directions, and what becomes of them along the gradient."""
    rng = np.random.default_rng(23)
    starts = rng.normal(size=(level.pick(12, 200), 7))
    line = np.array([1, 0, -1, 0, 0.4, 0, 0.02])
    starts[0] = line
    steps = level.pick(400, 2000)
    for end in descend(float_margin, starts, steps=steps, every=100):
        size = np.abs(end[:6]).max()
        flat = [Fraction(round(x * _GRID), _GRID) for x in (*end[:6] / size, end[6])]
        points = [(flat[i], flat[i + 1]) for i in (0, 2, 4)]
        yield (points[0], points[1], points[2]), flat[6]


def attack_in_plane(level: Level, constants: Constants = PRINTED) -> Outcome:
    """Look for tokens of the plane with ids nearer than delta."""

    def describe(candidate: Candidate) -> dict[str, str]:
        tokens, t = candidate
        return {"tokens": str([tuple(map(str, x)) for x in tokens]), "tan": str(t)}

    def short(candidate: Candidate) -> Ball | None:
        # Near-equal tokens make scores of more bits than a search has time for.
        if not _affordable(candidate):
            return None
        return plane_margin(candidate, constants)

    target = Target(short, describe)
    claim = "ids of a token in the plane are farther apart than delta (logarithms)"
    return outcome(target, search(target, candidates(level)), claim)


def _affordable(candidate: Candidate) -> bool:
    points = np.array(candidate[0], float)
    norms = np.linalg.norm(points, axis=1)
    sides = [np.linalg.norm(a - b) for a, b in combinations(points, 2)]
    return min(norms) * min(sides) > 0.02 * max(norms) ** 2
