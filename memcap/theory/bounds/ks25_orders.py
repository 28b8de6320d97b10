"""Upper bounds of Kajitsuka and Sato 2025 as stated: orders without a constant.

Values are the formulas with constant 1, so they compare growth, not sizes. For sizes
see the explicit calculators of `ks25_upper` and `ks25_variants`.

References:
    KS25 https://arxiv.org/abs/2409.17677, Theorems 4.1, F.1, Corollary 4.1, Lemma F.1
"""

from typing import Any

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.theory.bounds import memorizer, numbers
from memcap.theory.bounds.base import Needs, Statement
from memcap.theory.bounds.ks25_upper import (
    DELTA,
    RADIUS,
    SAMPLES,
    STORED,
    next_token_range,
)
from memcap.theory.bounds.ks25_upper import memorizer as lemma_c1

_SEQUENCES = ("num_samples", "length", "dim", "r", "delta", "classes")


def _log_max(precision: int, **i: Any) -> Ball:
    reach = next_token_range(precision, **i)
    return memorizer.log_max(reach, i["classes"], precision)


def _parameters(precision: int, **i: Any) -> Any:
    """d + sqrt(N log N) + sqrt(N/log N) max(log R, log C)."""
    log_max = _log_max(precision, **i)
    return memorizer.order(i["num_samples"], log_max, precision) + i["dim"]


def _bits(precision: int, **i: Any) -> Any:
    log_max = _log_max(precision, **i)
    return memorizer.order_bits(i["num_samples"], i["dim"], log_max, precision)


def _short_depth(precision: int, **i: Any) -> Any:
    """sqrt(N log(n N))."""
    log_tokens = numbers.log2(i["num_samples"] * i["length"], precision)
    return numbers.sqrt(i["num_samples"] * log_tokens, precision)


def _per_token(precision: int, **i: Any) -> dict[str, Any]:
    """The same inputs with every token counted as an example."""
    return {**i, "num_samples": i["num_samples"] * i["length"]}


def _limited(log_max: Any, count: int, budget: int, precision: int) -> tuple[Any, Any]:
    """Depth and bits when a parameter may hold about B bits; log B at least 1."""
    root = numbers.sqrt(numbers.maximum(numbers.log2(budget, precision), 1), precision)
    depth = numbers.over(count, budget) * (root + numbers.over(log_max, root))
    return depth, numbers.over(budget, root) * log_max


def _points_limited(precision: int, **i: Any) -> tuple[Any, Any]:
    budget = i.pop("bit_budget")
    log_max = lemma_c1(**i).log_max(precision)
    return _limited(log_max, i["num_stored"], budget, precision)


def _sequences_limited(precision: int, **i: Any) -> tuple[Any, Any]:
    budget = i.pop("bit_budget")
    log_max = _log_max(precision, **i)
    return _limited(log_max, i["num_samples"], budget, precision)


_BUDGET_REMEDY = "Take a smaller bit budget."
_LEMMA_BUDGET = Needs(
    "bit_budget^2 <= num_stored",
    ("bit_budget", "num_stored"),
    lambda b, n: b * b <= n,
    _BUDGET_REMEDY,
)
_THEOREM_BUDGET = Needs(
    "bit_budget^2 <= num_samples",
    ("bit_budget", "num_samples"),
    lambda b, n: b * b <= n,
    _BUDGET_REMEDY,
)
_T41 = Statement(
    Ref("KS25", "Thm4.1"),
    "next_token",
    _SEQUENCES,
    (SAMPLES, RADIUS, DELTA),
    direction="order",
)
_C41 = Statement(
    Ref("KS25", "Cor4.1"),
    "seq_to_seq",
    _SEQUENCES,
    (
        Needs("num_samples * length >= 2", _SEQUENCES[:2], lambda n, k: n * k >= 2),
        RADIUS,
        DELTA,
    ),
    direction="order",
)
_F1 = Statement(
    Ref("KS25", "LemF1"),
    "points",
    ("num_stored", "num_points", "dim", "r", "delta", "classes", "bit_budget"),
    (*STORED, _LEMMA_BUDGET, RADIUS, DELTA),
    direction="order",
)
_TF1 = Statement(
    Ref("KS25", "ThmF1"),
    "next_token",
    (*_SEQUENCES, "bit_budget"),
    (SAMPLES, _THEOREM_BUDGET, RADIUS, DELTA),
    direction="order",
)

BOUNDS = (
    _T41.bound(
        "",
        "parameters",
        "About d + sqrt(N) parameters, up to logarithms, memorize N sequences.",
        _parameters,
    ),
    _T41.bound(
        "bits",
        "bits",
        "About sqrt(N) bits in a parameter, up to logarithms, suffice.",
        _bits,
    ),
    _T41.bound(
        "short_depth",
        "depth",
        "Depth sqrt(N log(n N)) suffices when log(n N) takes the place of log N.",
        _short_depth,
    ),
    _C41.bound(
        "",
        "parameters",
        "About d + sqrt(n N) parameters, up to logarithms, label every token.",
        lambda precision, **i: _parameters(precision, **_per_token(precision, **i)),
    ),
    _C41.bound(
        "order_bits",
        "bits",
        "About sqrt(n N) bits in a parameter, up to logarithms, suffice.",
        lambda precision, **i: _bits(precision, **_per_token(precision, **i)),
    ),
    _F1.bound(
        "depth",
        "depth",
        "With about B bits in a parameter, depth about N/B labels N points.",
        lambda precision, **i: _points_limited(precision, **i)[0],
    ),
    _F1.bound(
        "bits",
        "bits",
        "The bits that go with this depth.",
        lambda precision, **i: (
            _points_limited(precision, **i)[1] + numbers.log2(i["dim"], precision)
        ),
    ),
    _F1.bound(
        "width",
        "width",
        "The width that goes with this depth.",
        lambda precision, **i: 13,
        direction="upper",
    ),
    _TF1.bound(
        "depth",
        "depth",
        "With about B bits in a parameter, depth about N/B memorizes N sequences.",
        lambda precision, **i: _sequences_limited(precision, **i)[0],
    ),
    _TF1.bound(
        "bits",
        "bits",
        "The bits that go with this depth.",
        lambda precision, **i: (
            _sequences_limited(precision, **i)[1] + numbers.log2(i["dim"], precision)
        ),
    ),
    _TF1.bound(
        "width",
        "width",
        "The width that goes with this depth.",
        lambda precision, **i: 15,
        direction="upper",
    ),
)
