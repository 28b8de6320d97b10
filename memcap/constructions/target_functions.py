"""Permutation-equivariant functions of the unit box to approximate, with their moduli.

A `TargetFunction` maps n tokens of [0, 1]^d to n tokens of [0, 1]^d, and permuting the
input permutes the output. Its Lipschitz constant L is for the sup norm,

    |f(X)_kc - f(Y)_kc| <= L max_ji |X_ji - Y_ji|       for all k, c,

and is proved in the docstring of the function it belongs to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from memcap.core.balls import Ball
from memcap.core.errors import HypothesisError, UnknownNameError
from memcap.core.exact import Number
from memcap.core.refs import Ref
from memcap.data.dataset import Vector

REF = Ref("KS23", "Prop1")
Values = list[list[Any]]


@dataclass(frozen=True, slots=True)
class TargetFunction:
    """A continuous permutation-equivariant map of ``[0, 1]^(d x n)`` into itself.

    Args:
        name: what to call it.
        dim: d.
        length: n.
        lipschitz: L, for the sup norm on both sides.
        values: f of n exact tokens at a precision in bits: n rows of d exact numbers
            or balls.
        floats: f of `[N, n, d]` floats, in floats; for measurements only.
    """

    name: str
    dim: int
    length: int
    lipschitz: Number
    values: Callable[[Sequence[Vector], int], Values]
    floats: Callable[[np.ndarray], np.ndarray]


def max_pooling(tokens: Sequence[Vector], precision: int) -> Values:
    """``f(X)_k = max_j x_j``, coordinate by coordinate; L = 1.

    A maximum moves by no more than the farthest of its arguments does.

    Example:
        >>> max_pooling([(1,), (3,)], 64)
        [[3], [3]]
    """
    return [[max(column) for column in zip(*tokens, strict=True)] for _ in tokens]


def _float_max_pooling(tokens: np.ndarray) -> np.ndarray:
    return np.broadcast_to(tokens.max(axis=1, keepdims=True), tokens.shape)


def soft_rank(tokens: Sequence[Vector], precision: int) -> Values:
    """The rank of each token among the others, coordinate by coordinate; L = 4.

        f(X)_k = 1/(n-1) sum_(j != k) clamp(1/2 + 2 (x_k - x_j), 0, 1)

    is the share of tokens below x_k once tokens are a quarter apart: sorting as an
    equivariant map. Exact ranks jump and no continuous function equals them. The clamp
    keeps distances, and ``2 (x_k - x_j)`` moves by at most 2 (s + s) when tokens move
    by s, so every term, and so their mean, has L = 4.

    Example:
        >>> soft_rank([(0,), (Fraction(1, 8),), (1,)], 64)
        [[Fraction(1, 8)], [Fraction(3, 8)], [Fraction(1, 1)]]
    """
    return [
        [
            sum(_above(x, other[c]) for i, other in enumerate(tokens) if i != k)
            / Fraction(len(tokens) - 1)
            for c, x in enumerate(token)
        ]
        for k, token in enumerate(tokens)
    ]


def _above(x: Number, y: Number) -> Number:
    return min(max(Fraction(1, 2) + 2 * (x - y), Fraction(0)), Fraction(1))


def _float_soft_rank(tokens: np.ndarray) -> np.ndarray:
    apart = tokens[:, :, None] - tokens[:, None, :]
    terms = np.clip(0.5 + 2 * apart, 0, 1)
    # A token compared with itself counts one half, in every coordinate.
    return (terms.sum(axis=2) - 0.5) / (tokens.shape[1] - 1)


def smooth_attention(tokens: Sequence[Vector], precision: int) -> Values:
    """``f(X)_k = sum_j p_j x_j`` with ``p = softmax_j(-|x_k - x_j|^2)``; L = 1 + 2 d.

    Along a straight path with every coordinate's speed at most 1,
    ``f' = sum_j p_j x_j' + Cov_p(s', x)`` with s_j = -|x_k - x_j|^2. The first term is
    at most 1. Each of the d terms of s_j' is a difference in [-1, 1] times a speed of
    at most 2, doubled: |s_j'| <= 4 d, so its deviation under p is at most 4 d; that of
    a coordinate of x, which ranges over [0, 1], is at most 1/2. By Cauchy and Schwarz
    the covariance is at most 2 d.
    """
    made = []
    for token in tokens:
        weights = [Ball.of(-_square(token, other), precision).exp() for other in tokens]
        total = sum(weights[1:], start=weights[0])
        mixed = [
            sum((w * x for w, x in zip(weights, column, strict=True)), start=Ball.of(0))
            for column in zip(*tokens, strict=True)
        ]
        made.append([value / total for value in mixed])
    return made


def _square(a: Vector, b: Vector) -> Number:
    return sum((x - y) * (x - y) for x, y in zip(a, b, strict=True))


def _float_smooth_attention(tokens: np.ndarray) -> np.ndarray:
    apart = tokens[:, :, None] - tokens[:, None, :]
    weights = np.exp(-(apart**2).sum(axis=3))
    return (weights / weights.sum(axis=2, keepdims=True)) @ tokens


_TABLE: dict[str, tuple[Any, Any, Callable[[int], int]]] = {
    "max_pooling": (max_pooling, _float_max_pooling, lambda d: 1),
    "soft_rank": (soft_rank, _float_soft_rank, lambda d: 4),
    "smooth_attention": (
        smooth_attention,
        _float_smooth_attention,
        lambda d: 1 + 2 * d,
    ),
}


def names() -> tuple[str, ...]:
    """The worked examples."""
    return tuple(sorted(_TABLE))


def target(name: str, dim: int = 1, length: int = 2) -> TargetFunction:
    """A worked example for n tokens of d coordinates.

    Args:
        name: one of `names`.
        dim: d, at least 1.
        length: n, at least 2.

    Raises:
        UnknownNameError: there is no such function.
        HypothesisError: d or n is too small.

    Example:
        >>> target("smooth_attention", dim=2).lipschitz
        5
    """
    if name not in _TABLE:
        known = ", ".join(names())
        raise UnknownNameError(f"no target function {name!r}; available: {known}.")
    if dim < 1 or length < 2:
        raise HypothesisError(
            REF, "at least two tokens of a coordinate each", f"d = {dim}, n = {length}"
        )
    values, floats, lipschitz = _TABLE[name]
    return TargetFunction(name, dim, length, lipschitz(dim), values, floats)
