"""Upper bounds of Kajitsuka and Sato 2025 as stated: orders without a constant.

Values are the formulas with constant 1, so they compare growth, not sizes. For sizes
see the explicit calculators of `ks25_upper` and `ks25_variants`. Orders of limited
bits stand beside their explicit sizes in `ks25_limited`.

References:
    KS25 https://arxiv.org/abs/2409.17677, Theorem 4.1, Corollary 4.1
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
    next_token_range,
)

_SEQUENCES = ("num_samples", "length", "dim", "r", "delta", "classes")


def log_max(precision: int, **i: Any) -> Ball:
    """max(log2 R, log2 C) with the printed R of Theorem B.1."""
    reach = next_token_range(precision, **i)
    return memorizer.log_max(reach, i["classes"], precision)


def _parameters(precision: int, **i: Any) -> Any:
    """d + sqrt(N log N) + sqrt(N/log N) max(log R, log C)."""
    most = log_max(precision, **i)
    return memorizer.order(i["num_samples"], most, precision) + i["dim"]


def _bits(precision: int, **i: Any) -> Any:
    most = log_max(precision, **i)
    return memorizer.order_bits(i["num_samples"], i["dim"], most, precision)


def _short_depth(precision: int, **i: Any) -> Any:
    """sqrt(N log(n N))."""
    log_tokens = numbers.log2(i["num_samples"] * i["length"], precision)
    return numbers.sqrt(i["num_samples"] * log_tokens, precision)


def _per_token(precision: int, **i: Any) -> dict[str, Any]:
    """The same inputs with every token counted as an example."""
    return {**i, "num_samples": i["num_samples"] * i["length"]}


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
)
