"""One softmax head of rank one: the direction v, the scale kappa, the four matrices.

    W_K = v^T,   W_Q = kappa v^T,   W_V = v^T,   W_O = c e_1        (head size 1)

The score of key x for query q is kappa (v.q)(v.x), and the head reads

    sum_x (v.x) p_x = boltz(kappa (v.q) (v.x)) / (kappa (v.q)),

a Boltzmann operator of the set the query sees. Written for rational v that need not
have length one: what enters is

    gap  = min |v.(x - x')| over different tokens,
    mu   = min |v.x|,   top = max |v.x| over tokens,

and scores of one query are ``kappa mu gap`` apart or more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from memcap.core.balls import Ball
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number, SquareRoot, exact
from memcap.core.refs import Ref
from memcap.model.weights import Affine, Attention, Head

PROJECTION = Ref("KS25", "LemG1")
_DIRECTIONS = 4000
_DIRECTION_BITS = 24


@dataclass(frozen=True, slots=True)
class Direction:
    """A projection direction and what it does to the tokens, exactly.

    Args:
        v: d rationals.
        values: v.x of every token.
        gap: smallest distance of two values.
        mu: smallest absolute value.
        top: largest absolute value.
    """

    v: tuple[Number, ...]
    values: tuple[Number, ...]
    gap: Number
    mu: Number
    top: Number

    @property
    def quality(self) -> Fraction:
        """gap mu / top^2; the spread of scores grows with its inverse."""
        return Fraction(self.gap) * self.mu / self.top**2


def measure(points: Sequence[Sequence[Number]], v: Sequence[Number]) -> Direction:
    """What a direction does to the tokens; gap or mu may be zero."""
    values = tuple(
        exact(sum(w * x for w, x in zip(v, point, strict=True))) for point in points
    )
    ordered = sorted(values)
    gaps = [b - a for a, b in zip(ordered, ordered[1:], strict=False)]
    sizes = [abs(x) for x in values]
    return Direction(
        tuple(v), values, min(gaps, default=max(sizes)), min(sizes), max(sizes)
    )


def search_direction(points: Sequence[Sequence[Number]], seed: int = 0) -> Direction:
    """The best direction found, by `Direction.quality`.

    Random unit vectors are ranked in floats, the best is improved by shrinking random
    steps, and the winner is rounded to dyadic numbers and measured exactly.

    Raises:
        HypothesisError: a token is zero, or no direction separates the tokens.
    """
    dim = len(points[0])
    if dim == 1:
        return _lawful(measure(points, (1,)))
    floats = np.array([[float(x) for x in point] for point in points])
    rng = np.random.default_rng(seed)
    tries = rng.standard_normal((_DIRECTIONS, dim))
    best = max(tries, key=lambda v: _float_quality(floats, v))
    best = best / np.linalg.norm(best)
    score, step = _float_quality(floats, best), 0.5
    while step > 1e-4:
        near = best + step * rng.standard_normal((64, dim))
        found = max(near, key=lambda v: _float_quality(floats, v))
        improved = _float_quality(floats, found)
        if improved > score:
            best, score = found / np.linalg.norm(found), improved
        else:
            step *= 0.7
    return _lawful(measure(points, _rounded(best)))


def _float_quality(points: np.ndarray, v: np.ndarray) -> float:
    values = points @ v
    gap = np.diff(np.sort(values)).min(initial=np.inf)
    sizes = np.abs(values)
    return float(min(gap, sizes.max()) * sizes.min() / sizes.max() ** 2)


def _rounded(v: np.ndarray) -> tuple[Number, ...]:
    unit = 1 << _DIRECTION_BITS
    return tuple(exact(Fraction(round(x * unit), unit)) for x in v.tolist())


def _lawful(direction: Direction) -> Direction:
    if direction.mu == 0:
        raise HypothesisError(
            PROJECTION, "tokens that do not vanish (r_min > 0)", "a projection is 0"
        )
    if direction.gap == 0:
        raise HypothesisError(
            PROJECTION, "a direction that separates the tokens", "two coincide"
        )
    return direction


def printed_direction(points: Sequence[Sequence[Number]], seed: int = 0) -> Direction:
    """A vector of length just below one with the property of KS25.LemG1.

    For all x, x' of the tokens and 0: ``|v.(x - x')| >= sqrt(8 / (pi d)) ||x - x'|| /
    (V + 1)^2``, checked exactly with a rational below pi. More than a third of all
    unit vectors have it.
    """
    dim, size = len(points[0]), len(points) + 1
    everything = [*points, (0,) * dim]
    factor = Ball.pi().lower * dim * size**4
    rng = np.random.default_rng(seed)
    for _ in range(200):
        draw = rng.standard_normal(dim) if dim > 1 else np.ones(1)
        shorter = draw / np.linalg.norm(draw) * (1 - 2.0**-20)
        v = _rounded(shorter)
        if _has_property(everything, v, factor):
            return _lawful(measure(points, v))
    raise HypothesisError(
        PROJECTION, "a unit vector with the lemma's bound", "200 draws failed"
    )


def _has_property(
    points: Sequence[Sequence[Number]], v: Sequence[Number], factor: Number
) -> bool:
    for i, a in enumerate(points):
        for b in points[:i]:
            difference = [x - y for x, y in zip(a, b, strict=True)]
            seen = sum(w * x for w, x in zip(v, difference, strict=True))
            if seen * seen * factor < 8 * sum(x * x for x in difference):
                return False
    return True


def above(value: Any, bits: int = 40) -> Number:
    """A rational above a positive real number, by a factor of at most 1 + 2^-bits."""
    ball = Ball.of(value, bits + 24)
    upper = Fraction(ball.upper)
    unit = Fraction(2) ** (_exponent(upper) - bits - 8)
    return exact(unit * (upper // unit + 1))


def _exponent(value: Fraction) -> int:
    return value.numerator.bit_length() - value.denominator.bit_length()


def shorter(value: Number | Fraction) -> Number:
    """A positive dyadic number of at most five digits, not above `value`."""
    unit = Fraction(2) ** (_exponent(Fraction(value)) - 4)
    return exact(unit * (Fraction(value) // unit))


def layer(
    direction: Direction, kappa: Number, c: Number, causal: bool, slot: int = 0
) -> Attention:
    """The attention layer of the four rank-one matrices, with its skip connection.

    W_O writes c times what the head reads into one slot.
    """
    output = [[c] if i == slot else [0] for i in range(len(direction.v))]
    head = Head(
        query=Affine.dense([[kappa * w for w in direction.v]]),
        key=Affine.dense([direction.v]),
        value=Affine.dense([direction.v]),
        output=Affine.dense(output),
    )
    return Attention("softmax", (head,), causal=causal, part="attention")


def quarter_over(eps: SquareRoot | Number | Ball, top: Number) -> Ball:
    """eps / (4 top), the size of W_O that keeps the head's output below eps / 4."""
    return Ball.of(eps, 128) / (4 * Fraction(top))
