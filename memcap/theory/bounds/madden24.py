"""Madden, Fox and Thrampoulidis 2024: matching next-token laws, not only labels.

N contexts over V tokens have N (V - 1) free probabilities, whence the upper bounds on
capacity for k parameters. Theorem 13 is used with ``+ 2``, which is what its proof
yields; an overview table prints ``+ 1``. The decoder of Theorem 21 with hidden width m
matches m contexts.

References:
    Madden24 https://arxiv.org/abs/2405.13718, Lemma 9, Theorems 13, 21, eq. 5
"""

from fractions import Fraction
from typing import Any

from memcap.core.refs import Ref
from memcap.theory.bounds.base import Needs, Statement

_TWO_TOKENS = Needs("vocab >= 2", ("vocab",), lambda v: v >= 2)
_SHAPE = ("dim", "position_heads", "key_dim", "value_dim", "max_length")


def _decoder(precision: int, **i: Any) -> int:
    """V m + m (d+1) + 2 m0 (d0+d1) d + (V+T) d."""
    v, m, d = i["vocab"], i["width"], i["dim"]
    attention = 2 * i["position_heads"] * (i["key_dim"] + i["value_dim"]) * d
    return v * m + m * (d + 1) + attention + (v + i["max_length"]) * d


def _ratio(precision: int, **i: Any) -> Fraction:
    """Parameters over (V - 1) m."""
    return Fraction(_decoder(precision, **i), (i["vocab"] - 1) * i["width"])


def _empirical(precision: int, parameters: int, vocab: int) -> Fraction:
    """(2 + 1/(V-1)) k/(V-1) + 2."""
    tokens = vocab - 1
    return (2 + Fraction(1, tokens)) * Fraction(parameters, tokens) + 2


_L9 = Statement(
    Ref("Madden24", "Lem9"),
    "distributions",
    ("parameters", "vocab"),
    (_TWO_TOKENS,),
)
_T13 = Statement(
    Ref("Madden24", "Thm13"),
    "distributions",
    ("parameters", "vocab"),
    (_TWO_TOKENS,),
    "derived",
)
_T21 = Statement(Ref("Madden24", "Thm21"), "distributions", ("width",))
_EXPERIMENT = Statement(Ref("Madden24", "Exp"), "distributions", ("vocab", "width"))

BOUNDS = (
    _L9.bound(
        "samples",
        "samples",
        "No continuously differentiable model with k parameters matches every law on "
        "more contexts.",
        lambda precision, parameters, vocab: Fraction(parameters, vocab - 1),
    ),
    _L9.bound(
        "parameters",
        "parameters",
        "Matching every next-token law on N contexts takes this many parameters.",
        lambda precision, num_samples, vocab: num_samples * (vocab - 1),
        inputs=("num_samples", "vocab"),
        direction="lower",
    ),
    _T13.bound(
        "samples",
        "samples",
        "Nor does a definable model reach the entropy bound of every corpus with more "
        "contexts.",
        _empirical,
    ),
    _T21.bound(
        "samples",
        "samples",
        "A one-layer decoder with hidden width m matches every law on m contexts.",
        lambda precision, width: width,
        direction="lower",
    ),
    _T21.bound(
        "decoder",
        "parameters",
        "Parameters of that decoder with hidden width m.",
        _decoder,
        inputs=("width", "vocab", *_SHAPE),
    ),
    _T21.bound(
        "parameters",
        "parameters",
        "Parameters of the decoder that matches N contexts, with one head, keys and "
        "values of dimension 1 unless given, and as many positions as tokens.",
        lambda precision, num_samples, length, **i: _decoder(
            precision, width=num_samples, max_length=length, **i
        ),
        inputs=("num_samples", "vocab", "dim", "length"),
        defaults={"position_heads": 1, "key_dim": 1, "value_dim": 1},
    ),
    _T21.bound(
        "ratio",
        "ratio",
        "Parameters of that decoder over the least that any model needs (eq. 5).",
        _ratio,
        inputs=("width", "vocab", *_SHAPE),
        domain=(_TWO_TOKENS,),
    ),
    _EXPERIMENT.bound(
        "parameters",
        "parameters",
        "Parameters of the experiments' decoder (d = 16, biases): "
        "V m + 17 (V + m) + 1088.",
        lambda precision, vocab, width: vocab * width + 17 * (vocab + width) + 1088,
    ),
    _EXPERIMENT.bound(
        "trained",
        "parameters",
        "Of these, the ones trained when only the hidden layer is: V m + V + 17 m.",
        lambda precision, vocab, width: vocab * width + vocab + 17 * width,
    ),
)
