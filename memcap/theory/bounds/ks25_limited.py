"""KS25.LemF1 and ThmF1: limited bits in a parameter, as orders and with constants.

The statements hide their constants. Their proofs chain the memorizers of LemC1, each
on B^2 of the N points, and eq. 110 gives each of those, so explicit sizes follow:

    LemF1   2 + ceil(N / B^2) (eq. 110 of B^2 points - 2) layers, width 13,
            bits of LemC1 with B^2 labelled points among V
    ThmF1   encoder and decoder of Theorem B.1, both in such groups, and one layer of
            attention; width 15

One projection serves all groups, hence the 2. log2 B^2 is taken as at least 1. No layer
of the chain has more than 19 non-zero numbers: the fullest one carries x, the label
and the total (3), starts a bit of two orbits of two words (12) and ends the bits
before it (4).

B is free: the sizes hold for every B with B^2 <= N.

References:
    KS25 https://arxiv.org/abs/2409.17677, Lemma F.1, Theorem F.1
"""

from dataclasses import replace
from typing import Any

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.theory.bounds import ks25_orders, numbers
from memcap.theory.bounds.base import Needs, Statement
from memcap.theory.bounds.ks25_upper import (
    DELTA,
    RADIUS,
    SAMPLES,
    decoder,
    encoder,
    memorizer,
)
from memcap.theory.bounds.memorizer import Groups

_SEQUENCES = ("num_samples", "length", "dim", "r", "delta", "classes", "bit_budget")
_POINTS = (
    "num_stored",
    "num_points",
    "dim",
    "r",
    "delta",
    "classes",
    "bit_budget",
)
_CHAIN_WIDTH, _TRANSFORMER_WIDTH = 13, 15
NUMBERS_OF_A_LAYER = 19


def _limited(log_max: Any, count: int, budget: int, precision: int) -> tuple[Any, Any]:
    """Depth and bits when a parameter may hold about B bits; log B at least 1."""
    root = numbers.sqrt(numbers.maximum(numbers.log2(budget, precision), 1), precision)
    depth = numbers.over(count, budget) * (root + numbers.over(log_max, root))
    return depth, numbers.over(budget, root) * log_max


def _points_limited(precision: int, **i: Any) -> tuple[Any, Any]:
    budget = i.pop("bit_budget")
    log_max = memorizer(**i).log_max(precision)
    return _limited(log_max, i["num_stored"], budget, precision)


def _sequences_limited(precision: int, **i: Any) -> tuple[Any, Any]:
    budget = i.pop("bit_budget")
    log_max = ks25_orders.log_max(precision, **i)
    return _limited(log_max, i["num_samples"], budget, precision)


def _points(bit_budget: int, **i: Any) -> Groups:
    whole = memorizer(**i)
    return Groups(whole.stored, replace(whole, stored=bit_budget**2))


def _sequences(
    bit_budget: int, classes: int, label_bound: str, **i: Any
) -> tuple[Groups, Groups]:
    """FF_1 on the tokens and FF_2 on the contexts."""
    both = encoder(**i, label_bound=label_bound), decoder(**i, classes=classes)
    first, second = (
        Groups(whole.stored, replace(whole, stored=bit_budget**2)) for whole in both
    )
    return first, second


def _points_depth(precision: int, **i: Any) -> Ball:
    return _points(**i).chained_depth(precision)


def _sequences_depth(precision: int, **i: Any) -> Ball:
    first, second = _sequences(**i)
    return first.chained_depth(precision) + second.chained_depth(precision) + 1


def _sequences_bits(precision: int, **i: Any) -> Ball:
    first, second = _sequences(**i)
    return first.one.bits(precision).maximum(second.one.bits(precision))


_BUDGET_REMEDY = "Take a smaller bit budget."
_LEMMA = Statement(
    Ref("KS25", "LemF1"),
    "points",
    _POINTS,
    (
        Needs(
            "num_stored <= num_points",
            ("num_stored", "num_points"),
            lambda n, v: n <= v,
        ),
        Needs(
            "bit_budget^2 <= num_stored",
            ("bit_budget", "num_stored"),
            lambda b, n: b * b <= n,
            _BUDGET_REMEDY,
        ),
        RADIUS,
        DELTA,
    ),
    direction="order",
    free=("bit_budget",),
)
_THEOREM = Statement(
    Ref("KS25", "ThmF1"),
    "next_token",
    _SEQUENCES,
    (
        SAMPLES,
        Needs(
            "bit_budget^2 <= num_samples",
            ("bit_budget", "num_samples"),
            lambda b, n: b * b <= n,
            _BUDGET_REMEDY,
        ),
        RADIUS,
        DELTA,
    ),
    direction="order",
    free=("bit_budget",),
)
_EXPLICIT: dict[str, Any] = {"direction": "upper", "status": "derived"}
_REPAIRED: dict[str, Any] = _EXPLICIT | {"defaults": {"label_bound": "repaired"}}

BOUNDS = (
    _LEMMA.bound(
        "depth",
        "depth",
        "With about B bits in a parameter, depth about N/B labels N points.",
        lambda precision, **i: _points_limited(precision, **i)[0],
    ),
    _LEMMA.bound(
        "bits",
        "bits",
        "The bits that go with this depth.",
        lambda precision, **i: (
            _points_limited(precision, **i)[1] + numbers.log2(i["dim"], precision)
        ),
    ),
    _LEMMA.bound(
        "width",
        "width",
        "The width that goes with this depth.",
        lambda precision, **i: _CHAIN_WIDTH,
        direction="upper",
    ),
    _LEMMA.bound(
        "explicit_depth",
        "depth",
        "Groups of B^2 points one after another, each in the layers of LemC1.",
        _points_depth,
        **_EXPLICIT,
    ),
    _LEMMA.bound(
        "explicit_bits",
        "bits",
        "No weight of that chain takes more bits than this.",
        lambda precision, **i: _points(**i).one.bits(precision),
        **_EXPLICIT,
    ),
    _LEMMA.bound(
        "parameters",
        "parameters",
        "Non-zero numbers of that chain: 19 a layer, and d of the projection.",
        lambda precision, **i: (
            _points_depth(precision, **i) * NUMBERS_OF_A_LAYER + i["dim"]
        ),
        **_EXPLICIT,
    ),
    _THEOREM.bound(
        "depth",
        "depth",
        "With about B bits in a parameter, depth about N/B memorizes N sequences.",
        lambda precision, **i: _sequences_limited(precision, **i)[0],
    ),
    _THEOREM.bound(
        "bits",
        "bits",
        "The bits that go with this depth.",
        lambda precision, **i: (
            _sequences_limited(precision, **i)[1] + numbers.log2(i["dim"], precision)
        ),
    ),
    _THEOREM.bound(
        "width",
        "width",
        "The width that goes with this depth.",
        lambda precision, **i: _TRANSFORMER_WIDTH,
        direction="upper",
    ),
    _THEOREM.bound(
        "explicit_depth",
        "depth",
        "Two such chains with an attention layer between them (constants kept).",
        _sequences_depth,
        **_REPAIRED,
    ),
    _THEOREM.bound(
        "explicit_bits",
        "bits",
        "No weight of that transformer takes more bits than this.",
        _sequences_bits,
        **_REPAIRED,
    ),
    _THEOREM.bound(
        "parameters",
        "parameters",
        "Non-zero numbers of that transformer: 19 a layer, and d of the embedding.",
        lambda precision, **i: (
            _sequences_depth(precision, **i) * NUMBERS_OF_A_LAYER + i["dim"]
        ),
        **_REPAIRED,
    ),
)
