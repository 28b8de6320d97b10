"""The Boltzmann operator on exact numbers, enclosed in balls.

The same shifted sums as on float arrays: with any shift c (here the largest entry),
``x_i = c - a_i``, ``S = sum e^{-x_i}``, ``g = (sum x_i e^{-x_i}) / S``,

    boltz(a) = c - g,   log_sum_exp(a) = c + ln S,   H(p) = ln S + g.

Differences of exact entries are taken exactly, so that only the exponentials, the
logarithm and the quotient round.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from memcap.core.balls import Ball
from memcap.core.errors import DataError
from memcap.core.exact import SquareRoot, exact, to_flint


@dataclass(frozen=True, slots=True, eq=False)
class _Shifted:
    precision: int
    top: arb
    gaps: list[arb]
    weights: list[arb]
    total: arb
    mean: arb


def operator_ball(values: Iterable[Any], precision: int = 64) -> Ball:
    """Enclose ``boltz(a) = sum a_i p_i`` with ``p = softmax(a)``.

    Args:
        values: n >= 1 numbers, square roots or balls.
        precision: bits of the working precision.

    Raises:
        DataError: there is no entry, or one is not a number.

    References:
        KS23.DefBoltz

    Example:
        >>> print(operator_ball([0, 0, 3]).value.str(6, radius=False))
        2.72833
    """
    s = _shift(values, precision)
    with ctx.workprec(s.precision):
        return Ball(s.top - s.mean, s.precision)


def log_sum_exp_ball(values: Iterable[Any], precision: int = 64) -> Ball:
    """Enclose ``ln sum e^{a_i}``; arguments as for `operator_ball`."""
    s = _shift(values, precision)
    with ctx.workprec(s.precision):
        return Ball(s.top + s.total.log(), s.precision)


def entropy_ball(values: Iterable[Any], precision: int = 64) -> Ball:
    """Enclose ``H(p) = -sum p_i ln p_i`` in nats, ``p = softmax(a)``.

    As ``ln p_i = a_i - log_sum_exp(a)``, ``H(p) = log_sum_exp(a) - boltz(a)``; the
    shift cancels, and what is left is ``ln S + g``.
    """
    s = _shift(values, precision)
    with ctx.workprec(s.precision):
        return Ball(s.total.log() + s.mean, s.precision)


def gradient_ball(values: Iterable[Any], precision: int = 64) -> tuple[Ball, ...]:
    """Enclose ``d boltz / d a_i = p_i (1 + a_i - boltz(a))`` for every i.

    The same as ``p_i (1 + ln p_i + H(p))``: the logarithms of the total cancel.

    Example:
        >>> [float(ball) for ball in gradient_ball([5, 5])]
        [0.5, 0.5]
    """
    s = _shift(values, precision)
    with ctx.workprec(s.precision):
        rest = s.mean + 1
        pairs = zip(s.weights, s.gaps, strict=True)
        made = [weight / s.total * (rest - gap) for weight, gap in pairs]
    return tuple(Ball(value, s.precision) for value in made)


def _shift(values: Iterable[Any], precision: int) -> _Shifted:
    entries = [v if isinstance(v, (Ball, SquareRoot)) else exact(v) for v in values]
    if not entries:
        raise DataError("the Boltzmann operator of no numbers is undefined.")
    precision = max([precision] + [v.precision for v in entries if isinstance(v, Ball)])
    with ctx.workprec(precision):
        top, gaps = _gaps(entries, precision)
        weights = [(-gap).exp() for gap in gaps]
        total = _sum(weights)
        products = zip(gaps, weights, strict=True)
        mean = _sum([gap * weight for gap, weight in products]) / total
    return _Shifted(precision, top, gaps, weights, total, mean)


def _gaps(entries: list[Any], precision: int) -> tuple[arb, list[arb]]:
    if all(isinstance(v, (int, Fraction)) for v in entries):
        top = max(entries)
        return arb(to_flint(top)), [arb(to_flint(top - v)) for v in entries]
    balls = [Ball.of(v, precision).value for v in entries]
    first = max(range(len(balls)), key=lambda i: balls[i].mid())
    top = balls[first]
    # A ball minus itself is a ball around 0; this entry's gap is exactly 0.
    return top, [arb(0) if i == first else top - b for i, b in enumerate(balls)]


def _sum(values: list[arb]) -> arb:
    total = arb(0)
    for value in values:
        total = total + value
    return total
