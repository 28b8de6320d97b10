"""Kajitsuka and Sato 2023: one layer of rank-1 attention.

Theorem 2 makes one softmax head a contextual mapping. Its separation delta is far below
every float (``ln delta = -1772.7`` already for three tokens in the plane), so the
calculators return ``ln delta``. With the token projection of Park et al. (Lemma 13) the
score scale is

    kappa = (V+1)^4 pi d s / (8 eps r_min),      s = 2 ln n + 3,

scores are bounded by ``r_B = kappa r_max^2``, and two contexts of one token differ by

    (eps / (4 r_max)) (ln n)^2 e^{-2 r_B} / (kappa r_max).

The sharpened form needs scores only s = 2 apart, whatever n, and there has the
Boltzmann separation ``0.52 (2 r_B - 2.363) e^{2 - 2 r_B}`` instead.

References:
    KS23 https://arxiv.org/abs/2307.14023, Theorem 2, Corollary 1
"""

from fractions import Fraction
from typing import Any

from memcap.core.balls import Ball, Truth, less
from memcap.core.refs import Ref
from memcap.theory.bounds.base import Needs, Statement

_SHARP_SPACING = 2
_SHARP_FACTOR = Fraction(52, 100)
_SHARP_OFFSET = Fraction(2363, 1000)


def kappa(precision: int, spacing: Any, **i: Any) -> Ball:
    """(V+1)^4 pi d s / (8 eps r_min), scores s apart."""
    scale = (i["vocab"] + 1) ** 4 * i["dim"]
    lengths = Ball.of(i["eps"], precision) * i["r_min"] * 8
    return Ball.pi(precision) * scale * spacing / lengths


def _spacing(precision: int, **i: Any) -> Ball:
    return Ball.of(i["length"], precision).log() * 2 + 3


def _kappa_printed(precision: int, **i: Any) -> Ball:
    return kappa(precision, _spacing(precision, **i), **i)


def _kappa_sharp(precision: int, **i: Any) -> Ball:
    return kappa(precision, _SHARP_SPACING, **i)


def _ln_delta(precision: int, **i: Any) -> Ball:
    scale, radius = _kappa_printed(precision, **i), Ball.of(i["r"], precision)
    outer = Ball.of(i["eps"], precision) / (scale * radius**2 * 4)
    spread = Ball.of(i["length"], precision).log() ** 2
    return (outer * spread).log() - scale * radius**2 * 2


def _ln_delta_sharp(precision: int, **i: Any) -> Ball:
    scale, radius = _kappa_sharp(precision, **i), Ball.of(i["r"], precision)
    scores = scale * radius**2
    outer = Ball.of(i["eps"], precision) / (scores * 4)
    gap = (scores * 2 - _SHARP_OFFSET) * _SHARP_FACTOR
    return (outer * gap).log() + 2 - scores * 2


def _parameters(precision: int, **i: Any) -> int:
    """Four rank-1 matrices; per output coordinate one look-up of the n N contexts."""
    contexts, d, s = i["length"] * i["num_samples"], i["dim"], i["head_size"]
    return 4 * (s + d) + d * (2 * contexts + d)


def _shared_parameters(precision: int, **i: Any) -> int:
    """One projection and one set of hidden units for all output coordinates."""
    contexts, d, s = i["length"] * i["num_samples"], i["dim"], i["head_size"]
    return 4 * (s + d) + d + contexts + d * contexts


def _fits(eps: Any, r: Any) -> bool:
    """Two tokens of norm at most r are at most 2 r apart."""
    return less(Ball.of(r) * 2, eps) is not Truth.TRUE


_INPUTS = ("vocab", "length", "dim", "eps", "r_min", "r")
_T2 = Statement(
    Ref("KS23", "Thm2"),
    "seq_to_seq",
    _INPUTS,
    (
        Needs("length >= 2", ("length",), lambda n: n >= 2),
        Needs(
            "length <= vocab (no token twice)",
            ("length", "vocab"),
            lambda n, v: n <= v,
        ),
        Needs("r_min > 0", ("r_min",), lambda small: small > 0),
        Needs("r_min <= r", ("r_min", "r"), lambda small, large: small <= large),
        Needs("eps <= 2 r", ("eps", "r"), _fits),
    ),
    "derived",
    "lower",
)
_T2S = Statement(
    Ref("KS23", "Thm2s"), "seq_to_seq", _INPUTS, _T2.domain, "derived", "lower"
)
_COR1 = Statement(
    Ref("KS23", "Cor1"),
    "seq_to_seq",
    ("num_samples", "length", "dim"),
    status="derived",
    defaults={"head_size": 1},
)

BOUNDS = (
    _T2.bound(
        "ln_delta",
        "ln_separation",
        "Natural logarithm of the distance the theorem guarantees between context ids.",
        _ln_delta,
    ),
    _T2.bound(
        "kappa",
        "score_scale",
        "The scale |u.u'| of the scores that the theorem takes.",
        _kappa_printed,
        direction="upper",
    ),
    _T2.bound(
        "radius",
        "range",
        "r_max + eps/4 bounds the context ids.",
        lambda precision, **i: Ball.of(i["eps"], precision) / 4 + i["r"],
        direction="upper",
    ),
    _T2S.bound(
        "ln_delta",
        "ln_separation",
        "The same with scores 2 apart and the sharper Boltzmann separation.",
        _ln_delta_sharp,
    ),
    _T2S.bound(
        "kappa",
        "score_scale",
        "The scale that puts scores 2 apart.",
        _kappa_sharp,
        direction="upper",
    ),
    _COR1.bound(
        "",
        "parameters",
        "One rank-1 attention layer and one hidden layer label every token; no token "
        "may occur twice in a sequence.",
        _parameters,
    ),
    _COR1.bound(
        "shared",
        "parameters",
        "The same with hidden units shared by all output coordinates.",
        _shared_parameters,
    ),
)
