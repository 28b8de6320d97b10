"""Dana, Pydi and Chevaleyre 2024: associations held by attention alone.

Here V is the vocabulary, n the sequence length, ``H d_h + d`` the associations that H
heads of size ``d_h <= d`` hold. Theorem 2 bounds the divergence of the best sequence
encoder of dimension d and needs ``C = sqrt(32 ln(V+1)/d) < 1/2``, that is
``d > 128 ln(V+1)``: it says nothing at the dimensions of the paper's experiments.

Theorem 1 and its corollaries fail for n >= 3 in the form given here: one head, whatever
its size, does not predict the exclusive or of two earlier tokens (`proofs_check`, rows
Dana24.Thm1 and memcap.XorHead). The experiments have n = 2.

References:
    Dana24 https://arxiv.org/abs/2411.10115, Theorems 1, 2, Corollaries 1, 2
"""

from fractions import Fraction
from typing import Any

from memcap.core.balls import Ball, Truth, less
from memcap.core.refs import Ref
from memcap.theory.bounds import numbers
from memcap.theory.bounds.base import Needs, Statement


def _held(heads: int, head_size: int, dim: int) -> int:
    """H d_h + d."""
    return heads * head_size + dim


def _parameters(precision: int, **i: Any) -> int:
    """d (n + 2 V + 4 d_h H)."""
    heads = 4 * i["head_size"] * i["heads"]
    return i["dim"] * (i["length"] + 2 * i["vocab"] + heads)


def _accuracy(precision: int, **i: Any) -> Fraction:
    """1/V + (1 - 1/V) (H d_h + d)/N."""
    guess = Fraction(1, i["vocab"])
    held = _held(i["heads"], i["head_size"], i["dim"])
    return guess + (1 - guess) * Fraction(held, i["num_samples"])


def _spread(precision: int, vocab: int, dim: int) -> Ball:
    """C = sqrt(32 ln(V+1)/d)."""
    return (Ball.of(vocab + 1, precision).log() * 32 / dim).sqrt()


def _divergence(precision: int, **i: Any) -> Ball:
    """(1+4C)/(1-2C) P ln((V-1)/(e^h - 1))."""
    c = _spread(precision, i["vocab"], i["dim"])
    factor = (c * 4 + 1) / (1 - c * 2)
    odds = Ball.of(i["entropy"], precision).exp() - 1
    return factor * i["mismatch"] * ((i["vocab"] - 1) / odds).log()


def _applies(vocab: int, dim: int) -> bool:
    return less(128 * Ball.of(vocab + 1, 128).log(), dim) is Truth.TRUE


_HEADS = ("heads", "head_size", "dim")
_SMALL_HEADS = Needs("head_size <= dim", _HEADS[1:], lambda size, dim: size <= dim)
_T1 = Statement(Ref("Dana24", "Thm1"), "next_token", _HEADS, (_SMALL_HEADS,))
_C1 = Statement(
    Ref("Dana24", "Cor1"),
    "next_token",
    ("num_samples", "length", "vocab"),
    (Needs("num_samples >= 3", ("num_samples",), lambda n: n >= 3),),
)
_C2 = Statement(
    Ref("Dana24", "Cor2"),
    "next_token",
    (*_HEADS, "vocab", "num_samples"),
    (
        _SMALL_HEADS,
        Needs(
            "heads * head_size + dim <= num_samples",
            (*_HEADS, "num_samples"),
            lambda heads, size, dim, n: _held(heads, size, dim) <= n,
            "With more, everything is memorized.",
        ),
    ),
    direction="lower",
)
_T2 = Statement(
    Ref("Dana24", "Thm2"),
    "distributions",
    ("vocab", "dim", "mismatch", "entropy"),
    (
        Needs("mismatch <= 1", ("mismatch",), lambda p: p <= 1),
        Needs("vocab >= 2", ("vocab",), lambda v: v >= 2),
        Needs(
            "dim > 128 ln(vocab + 1)",
            ("vocab", "dim"),
            _applies,
            "Below that the statement says nothing.",
        ),
    ),
)

BOUNDS = (
    _T1.bound(
        "samples",
        "samples",
        "One layer of H heads of size d_h <= d holds this many associations.",
        lambda precision, heads, head_size, dim: _held(heads, head_size, dim),
        direction="lower",
    ),
    _T1.bound(
        "parameters",
        "parameters",
        "Parameters of that layer with its embeddings.",
        _parameters,
        inputs=(*_HEADS, "length", "vocab"),
    ),
    _C1.bound(
        "",
        "parameters",
        "In dimension 2 this many parameters hold N associations exactly in the limit "
        "of large logits.",
        lambda precision, num_samples, length, vocab: (
            2 * (length + 2 * vocab + 4 * (num_samples - 2))
        ),
    ),
    _C2.bound(
        "",
        "accuracy",
        "Accuracy reached on N equally likely associations.",
        _accuracy,
    ),
    _T2.bound(
        "",
        "divergence",
        "Divergence in nats of the best sequence encoder of dimension d.",
        _divergence,
    ),
    _T2.bound(
        "dimension",
        "dimension",
        "Theorem 2 says nothing unless d exceeds this.",
        lambda precision, vocab: numbers.ln(vocab + 1, precision) * 128,
        inputs=("vocab",),
        domain=(),
        status="derived",
        direction="lower",
    ),
    _T2.bound(
        "best",
        "dimension",
        "The best encoder reaches divergence 0 on every target exactly from this "
        "dimension on.",
        lambda precision, vocab: vocab - 1,
        inputs=("vocab",),
        domain=(),
        direction="lower",
    ),
)
