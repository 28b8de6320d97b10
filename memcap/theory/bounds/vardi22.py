"""Vardi, Yehudai and Shamir 2022: ReLU networks on N separated points.

Orders hide constants. Bounded depth splits N points into groups of L^2, one narrow
memorizer a group, all in parallel and each 0 on the others' points; LemC1 has the zero
labels that this needs, so explicit sizes follow.

References:
    Vardi22 https://arxiv.org/abs/2110.03187, Theorems 3.1, 6.2, Section 5
"""

from typing import Any

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.theory.bounds import memorizer, numbers
from memcap.theory.bounds.base import Needs, Statement
from memcap.theory.bounds.ks25_upper import DELTA, RADIUS, SAMPLES
from memcap.theory.bounds.memorizer import Groups

_POINTS = ("num_samples", "dim", "r", "delta", "classes")
# The fullest layer of LemC1's layout carries x and the label (2), starts a bit of two
# orbits of two words (12) and ends the bits before it (4).
NUMBERS_OF_A_LAYER = 18


def _range(precision: int, **i: Any) -> Ball:
    """R = 10 N^2 r sqrt(pi d) / delta."""
    root = (Ball.pi(precision) * i["dim"]).sqrt() * (10 * i["num_samples"] ** 2)
    return root * Ball.of(i["r"], precision) / i["delta"]


def _log_max(precision: int, **i: Any) -> Ball:
    return memorizer.log_max(_range(precision, **i), i["classes"], precision)


def _depth(precision: int, **i: Any) -> Any:
    log_max = _log_max(precision, **i)
    return memorizer.order(i["num_samples"], log_max, precision)


def _bits(precision: int, **i: Any) -> Any:
    log_max = _log_max(precision, **i)
    return memorizer.order_bits(i["num_samples"], i["dim"], log_max, precision)


def _root_log(value: int, precision: int) -> Any:
    """sqrt(log2 L), the logarithm taken as at least 1."""
    logarithm = numbers.maximum(numbers.log2(value, precision), 1)
    return numbers.sqrt(logarithm, precision)


def _group_depth(precision: int, **i: Any) -> Any:
    """L sqrt(log L) + (L / sqrt(log L)) max(log R, log C)."""
    root = _root_log(i["depth"], precision)
    return (root + numbers.over(_log_max(precision, **i), root)) * i["depth"]


def _group_parameters(precision: int, **i: Any) -> Any:
    """N / L^2 groups of that depth, and the d of the projection."""
    groups = numbers.over(i["num_samples"], i["depth"] ** 2)
    return _group_depth(precision, **i) * groups + i["dim"]


def _groups(depth: int, num_stored: int, num_points: int, **i: Any) -> Groups:
    one = memorizer.Memorizer(
        depth**2, num_points, i["dim"], i["r"], i["delta"], i["classes"]
    )
    return Groups(num_stored, one)


def _parallel_parameters(precision: int, **i: Any) -> Ball:
    """18 numbers a layer of a group, and d of the projection."""
    groups = _groups(**i)
    layers = groups.one.depth(precision) * groups.number
    return layers * NUMBERS_OF_A_LAYER + i["dim"]


_T31 = Statement(
    Ref("Vardi22", "Thm3.1"),
    "points",
    _POINTS,
    (SAMPLES, RADIUS, DELTA),
    "recalled",
    "order",
)
_T62 = Statement(
    Ref("Vardi22", "Thm6.2"),
    "points",
    (*_POINTS, "bit_budget"),
    (
        SAMPLES,
        RADIUS,
        DELTA,
        Needs(
            "bit_budget^2 <= num_samples",
            ("bit_budget", "num_samples"),
            lambda b, n: b * b <= n,
            "Take a smaller bit budget.",
        ),
    ),
    direction="order",
    free=("bit_budget",),
)
_SHALLOW = Needs(
    "depth^2 <= num_samples",
    ("depth", "num_samples"),
    lambda depth, n: depth * depth <= n,
    "Take a smaller depth parameter.",
)
_S5 = Statement(
    Ref("Vardi22", "Sec5"),
    "points",
    (*_POINTS, "depth"),
    (SAMPLES, RADIUS, DELTA, _SHALLOW),
    "derived",
    "order",
    free=("depth",),
)
_EXPLICIT = Statement(
    Ref("memcap", "BoundedDepth"),
    "points",
    ("num_stored", "num_points", *_POINTS[1:], "depth"),
    (
        RADIUS,
        DELTA,
        Needs(
            "num_stored <= num_points",
            ("num_stored", "num_points"),
            lambda n, v: n <= v,
        ),
        Needs(
            "depth^2 <= num_stored",
            ("depth", "num_stored"),
            lambda depth, n: depth * depth <= n,
            "Take a smaller depth parameter.",
        ),
    ),
    "derived",
    free=("depth",),
)


def _budget_depth(precision: int, **i: Any) -> Any:
    """N sqrt(log B)/B + (N/(B sqrt(log B))) max(log R, log C)."""
    root = _root_log(i["bit_budget"], precision)
    log_max = _log_max(precision, **i)
    many = numbers.over(i["num_samples"], i["bit_budget"])
    return (root + numbers.over(log_max, root)) * many


BOUNDS = (
    _T31.bound(
        "depth", "depth", "Width 12 and about this depth label N points.", _depth
    ),
    _T31.bound("bits", "bits", "About this many bits in a parameter suffice.", _bits),
    _T31.bound(
        "width",
        "width",
        "The width that goes with this depth.",
        lambda precision, **i: memorizer.WIDTH,
        direction="upper",
    ),
    _T31.bound(
        "parameters",
        "parameters",
        "About d + sqrt(N) parameters, up to logarithms, label N points.",
        lambda precision, **i: _depth(precision, **i) + i["dim"],
    ),
    _T62.bound(
        "depth",
        "depth",
        "With about B bits in a parameter, depth about N/B labels N points.",
        _budget_depth,
    ),
    _S5.bound(
        "width",
        "width",
        "At depth about L, width about N/L^2 labels N points.",
        lambda precision, **i: numbers.over(i["num_samples"], i["depth"] ** 2),
    ),
    _S5.bound("depth", "depth", "The depth in full, with logarithms.", _group_depth),
    _S5.bound(
        "parameters",
        "parameters",
        "At depth about L, about d + N/L parameters label N points.",
        _group_parameters,
    ),
    _EXPLICIT.bound(
        "depth",
        "depth",
        "Groups of L^2 points, each memorized by LemC1 and 0 elsewhere, in parallel.",
        lambda precision, **i: _groups(**i).one.depth(precision),
    ),
    _EXPLICIT.bound(
        "width",
        "width",
        "Twelve units a group.",
        lambda precision, **i: memorizer.WIDTH * _groups(**i).number,
    ),
    _EXPLICIT.bound(
        "bits",
        "bits",
        "No weight of that network takes more bits than this.",
        lambda precision, **i: _groups(**i).one.bits(precision),
    ),
    _EXPLICIT.bound(
        "parameters",
        "parameters",
        "Non-zero numbers of that network: 18 a layer of a group, and the projection.",
        _parallel_parameters,
    ),
)
