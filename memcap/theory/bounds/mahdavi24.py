"""Mahdavi, Liao and Thrampoulidis 2024: what one multi-head attention layer holds.

References:
    Mahdavi24 https://arxiv.org/abs/2306.02010, Theorem 1
"""

from fractions import Fraction
from typing import Any

from memcap.core.refs import Ref
from memcap.theory.bounds.base import Needs, Statement


def _held(heads: int, rank: int) -> int:
    """H (rank - 1) + 1."""
    return heads * (rank - 1) + 1


_T1 = Statement(
    Ref("Mahdavi24", "Thm1"),
    "next_token",
    ("heads", "length", "head_size"),
    status="recalled",
    direction="lower",
)
_TABLE = Statement(
    Ref("Mahdavi24", "Table1"),
    "next_token",
    ("num_samples", "length", "dim"),
    (
        Needs(
            "length <= dim (tokens of a context linearly independent)",
            ("length", "dim"),
            lambda n, d: n <= d,
        ),
    ),
    direction="order",
)


def _count(precision: int, heads: int, dim: int, head_size: int, value_dim: int) -> Any:
    """2 H d (d_h + d_v): queries, keys, values and output."""
    return 2 * heads * dim * (head_size + value_dim)


BOUNDS = (
    _T1.bound(
        "samples",
        "samples",
        "H heads hold this many examples whose queries have Kruskal rank >= n and "
        "whose contexts have full rank n <= d.",
        lambda precision, heads, length, head_size: _held(
            heads, min(length, head_size)
        ),
    ),
    _T1.bound(
        "head",
        "samples",
        "The form for n >= d_h; beyond n tokens more head size holds nothing more.",
        lambda precision, heads, head_size: _held(heads, head_size),
        inputs=("heads", "head_size"),
        status="stated",
    ),
    _T1.bound(
        "query",
        "samples",
        "The form with the rank of the queries, for n at least as large. Where all "
        "examples share their keys no more than H (n - 1) + 1 are held.",
        lambda precision, heads, query_rank, head_size: _held(
            heads, min(query_rank, head_size)
        ),
        inputs=("heads", "query_rank", "head_size"),
        status="stated",
    ),
    _T1.bound(
        "parameters",
        "parameters",
        "Weights of the layer: queries and keys H d d_h each, values and output "
        "H d d_v each.",
        _count,
        inputs=("heads", "dim", "head_size", "value_dim"),
        status="derived",
        direction="upper",
    ),
    _TABLE.bound(
        "",
        "parameters",
        "About d^2 N/n parameters hold N examples with linearly independent tokens.",
        lambda precision, num_samples, length, dim: Fraction(
            dim * dim * num_samples, length
        ),
    ),
)
