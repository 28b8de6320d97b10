"""Counting, look-up tables and classical facts that hold whatever the architecture.

Gen.Count: a model that realizes all C^N labellings takes as many states, so its
parameters hold N log2 C bits in all. With at most b binary digits (`core.exact.bits`:
sign and point not counted) a number has at most ``(3 b + 2) 2^b`` values: b + 1 places
of the point with ``2^(b+1)`` integers each, and ``sum_(t <= b) (t - 2) 2^(t-1)``, which
is at most ``b 2^b``, fractions that are not dyadic, by the t digits of numerator and
denominator.

Gen.Cover: the number of dichotomies of N points in general position that a homogeneous
threshold unit with W weights realizes is ``2 sum_{k<W} binom(N-1, k)``, exactly half of
all 2^N at N = 2 W.

References:
    Zhang17 https://arxiv.org/abs/1611.03530, Theorem 1
    KS25 https://arxiv.org/abs/2409.17677, Section 2 (Nilsson, Baum, Sontag)
    WD26 https://arxiv.org/abs/2603.09589, abstract
"""

from fractions import Fraction
from math import comb
from typing import Any

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.theory.bounds import numbers
from memcap.theory.bounds.base import Needs, Statement


def _count(precision: int, num_samples: int, classes: int) -> Any:
    return num_samples * numbers.log2(classes, precision)


def _per_parameter(precision: int, bits_per_parameter: Any, **i: Any) -> Any:
    return numbers.over(_count(precision, **i), bits_per_parameter)


def _words(precision: int, longest: int, **i: Any) -> Any:
    """N log2 C / log2((3 b + 2) 2^b)."""
    states = numbers.log2((3 * longest + 2) << longest, precision)
    return numbers.over(_count(precision, **i), states)


def _dichotomies(precision: int, num_samples: int, parameters: int) -> int:
    """2 sum_{k<W} binom(N-1, k)."""
    return 2 * sum(comb(num_samples - 1, k) for k in range(parameters))


def _product(precision: int, num_samples: int, delta: Any) -> Any:
    """sqrt(N log2(1/delta))."""
    logarithm = -Ball.of(delta, precision).log2()
    return (logarithm * num_samples).sqrt()


_COUNT = Statement(
    Ref("Gen", "Count"),
    "points",
    ("num_samples", "classes"),
    status="derived",
    direction="lower",
)
_COVER = Statement(
    Ref("Gen", "Cover"),
    "threshold_unit",
    ("num_samples",),
    status="derived",
    direction="lower",
)
_LOOK_UP = Statement(
    Ref("Zhang17", "Thm1"), "points", ("num_samples", "dim"), status="derived"
)
_CLASSIC = Statement(Ref("Gen", "Context"), "points", ("num_samples",))
_TRADE = Statement(
    Ref("WD26", "Abs"),
    "points",
    ("num_samples", "delta"),
    (Needs("delta < 1", ("delta",), lambda delta: delta < 1),),
    direction="order",
)

BOUNDS = (
    _COUNT.bound(
        "",
        "total_bits",
        "A model that memorizes every labelling of N inputs holds N log2 C bits.",
        _count,
    ),
    _COUNT.bound(
        "parameters",
        "parameters",
        "With this many bits in a parameter, counting asks for so many parameters.",
        _per_parameter,
        inputs=("num_samples", "classes", "bits_per_parameter"),
    ),
    _COUNT.bound(
        "words",
        "parameters",
        "Numbers at fixed places, b digits the longest: so many are needed.",
        _words,
        inputs=("num_samples", "classes", "longest"),
    ),
    _COVER.bound(
        "",
        "parameters",
        "A threshold unit realizes half of all dichotomies of N points in general "
        "position exactly when it has N/2 weights: 2 bits a weight.",
        lambda precision, num_samples: Fraction(num_samples, 2),
    ),
    _COVER.bound(
        "dichotomies",
        "count",
        "Dichotomies of N points in general position that W weights realize.",
        _dichotomies,
        inputs=("num_samples", "parameters"),
        direction="upper",
    ),
    _LOOK_UP.bound(
        "",
        "parameters",
        "One hidden layer over a projection looks N points up.",
        lambda precision, num_samples, dim: 2 * num_samples + dim,
    ),
    _CLASSIC.bound(
        "nilsson",
        "hidden_units",
        "N - 1 hidden threshold units suffice (Nilsson 1965).",
        lambda precision, num_samples: num_samples - 1,
    ),
    _CLASSIC.bound(
        "baum",
        "hidden_units",
        "ceil(N/d) hidden threshold units do in general position (Baum 1988).",
        lambda precision, num_samples, dim: -(-num_samples // dim),
        inputs=("num_samples", "dim"),
    ),
    _CLASSIC.bound(
        "sontag",
        "parameters",
        "Without any separation of the points, (N - 1)/2 parameters are necessary "
        "(Sontag 1997).",
        lambda precision, num_samples: Fraction(num_samples - 1, 2),
        direction="lower",
        setting="unseparated_points",
    ),
    _TRADE.bound(
        "",
        "width_times_depth",
        "Width times depth is about sqrt(N log(1/delta)), and no less is possible.",
        _product,
    ),
)
