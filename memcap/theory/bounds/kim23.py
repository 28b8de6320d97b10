"""Kim, Kim and Mozafari 2023, with Park et al. 2021 and Yun et al. 2020 before them.

Orders only. ``R = 8000 r^2 d n^5 N^5 / delta^2`` enters through its logarithm.

References:
    Kim23 https://openreview.net/forum?id=8JCg5xJCTPR, Theorems 3.1, 4.1
    Park21 https://arxiv.org/abs/2010.13363
    Yun20 https://arxiv.org/abs/1912.10077
"""

from fractions import Fraction
from typing import Any

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.theory.bounds import memorizer, numbers
from memcap.theory.bounds.base import Needs, Statement

_SEQUENCES = ("num_samples", "length", "dim", "r", "delta", "classes")


def _range(precision: int, **i: Any) -> Ball:
    """R = 8000 r^2 d n^5 N^5 / delta^2."""
    scale = 8000 * i["dim"] * i["length"] ** 5 * i["num_samples"] ** 5
    return (Ball.of(i["r"], precision) / i["delta"]) ** 2 * scale


def _log_max(precision: int, **i: Any) -> Ball:
    return memorizer.log_max(_range(precision, **i), i["classes"], precision)


def _depth(precision: int, **i: Any) -> Any:
    tokens = i["num_samples"] * i["length"]
    log_max = _log_max(precision, **i)
    return memorizer.order(tokens, log_max, precision) + i["length"]


def _bits(precision: int, **i: Any) -> Any:
    tokens, log_max = i["num_samples"] * i["length"], _log_max(precision, **i)
    return memorizer.order_bits(tokens, i["dim"], log_max, precision)


def _classifier(precision: int, num_samples: int, length: int, vocab: int) -> Any:
    """S + V + sqrt(T log T)."""
    logarithm = numbers.log2(num_samples, precision)
    return numbers.sqrt(num_samples * logarithm, precision) + (length + vocab)


def _two_thirds(precision: int, num_samples: int, r: Any, delta: Any) -> Any:
    """N^(2/3) + log2(r/delta)."""
    power = (Ball.of(num_samples, precision).log() * Fraction(2, 3)).exp()
    return power + (Ball.of(r, precision) / delta).log2()


def _cells(precision: int, length: int, dim: int, delta: Any) -> Ball:
    """n / delta^(d n)."""
    return length / Ball.of(delta, precision) ** (dim * length)


_T31 = Statement(
    Ref("Kim23", "Thm3.1"),
    "seq_to_seq",
    _SEQUENCES,
    (Needs("num_samples * length >= 2", _SEQUENCES[:2], lambda n, k: n * k >= 2),),
    "recalled",
    "order",
)
_T41 = Statement(
    Ref("Kim23", "Thm4.1"),
    "next_token",
    ("num_samples", "length", "vocab"),
    direction="order",
)
_PARK = Statement(
    Ref("Park21", "Abs"),
    "points",
    ("num_samples", "r", "delta"),
    (Needs("delta <= r", ("delta", "r"), lambda delta, r: delta <= r),),
    direction="order",
)
_YUN = Statement(
    Ref("Yun20", "Layers"),
    "seq_to_seq",
    ("length", "dim", "delta"),
    (Needs("delta <= 1", ("delta",), lambda delta: delta <= 1),),
    "recalled",
    "order",
)

BOUNDS = (
    _T31.bound(
        "",
        "parameters",
        "About d + n + sqrt(n N) parameters, up to logarithms, label every token.",
        lambda precision, **i: _depth(precision, **i) + i["dim"],
    ),
    _T31.bound("depth", "depth", "About this depth at width 16.", _depth),
    _T31.bound("bits", "bits", "About this many bits in a parameter.", _bits),
    _T31.bound(
        "width",
        "width",
        "The width that goes with this depth.",
        lambda precision, **i: 16,
        direction="upper",
    ),
    _T31.bound(
        "attention",
        "attention_layers",
        "Of these layers, 2n have attention.",
        lambda precision, length: 2 * length,
        inputs=("length",),
        domain=(),
        status="stated",
        direction="upper",
    ),
    _T41.bound(
        "",
        "parameters",
        "About n + V + sqrt(N log N) parameters classify N sequences.",
        _classifier,
    ),
    _PARK.bound(
        "",
        "parameters",
        "About N^(2/3) + log(r/delta) parameters label N points.",
        _two_thirds,
    ),
    _YUN.bound(
        "depth",
        "depth",
        "Layers of the selective-shift construction on a grid of step delta.",
        _cells,
    ),
)
