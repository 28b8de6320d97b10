"""Softmax attention at the last position, in balls of rational tokens and scores."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from flint import arb, fmpq

from memcap.core.exact import Number, to_flint

Context = tuple[int, ...]
_DENOMINATOR = 2**40 - 87


def contexts(vocab: int, longest: int) -> list[Context]:
    """All sequences of 1 to `longest` tokens.

    Example:
        >>> contexts(2, 2)
        [(0,), (1,), (0, 0), (0, 1), (1, 0), (1, 1)]
    """
    lengths = range(1, longest + 1)
    return [word for n in lengths for word in product(range(vocab), repeat=n)]


def drawn(rng: np.random.Generator, *shape: int) -> list:
    """Nested lists of rationals in [-1, 1], not 0, too long to agree by chance."""
    whole = rng.integers(1, _DENOMINATOR, shape) * rng.choice([-1, 1], shape)
    return _rationals(whole.tolist())


def _rationals(values: Any) -> Any:
    if isinstance(values, list):
        return [_rationals(value) for value in values]
    return fmpq(values, _DENOMINATOR)


def mixed(values: Sequence[fmpq], scores: Sequence[fmpq]) -> arb:
    """Sum of the values weighted by the softmax of the scores."""
    weights = [arb(score).exp() for score in scores]
    total = sum(weights, arb(0))
    terms = (w * value for w, value in zip(weights, values, strict=True))
    return sum(terms, arb(0)) / total


def attended(
    tokens: Sequence[Sequence[fmpq]],
    query: Sequence[fmpq],
    score: Sequence[Sequence[fmpq]],
) -> list[arb]:
    """`[d]` output of a head before its value matrix.

    Args:
        tokens: `[n, d]` keys and values.
        query: `[d]`.
        score: `[d, d]` the product of key and query matrix.
    """
    asked = [dot(row, query) for row in score]
    scores = [dot(token, asked) for token in tokens]
    columns = zip(*tokens, strict=True)
    return [mixed(column, scores) for column in columns]


def dot(left: Sequence[fmpq], right: Sequence[fmpq]) -> fmpq:
    """The inner product of rational vectors."""
    return sum((a * b for a, b in zip(left, right, strict=True)), fmpq(0))


def context_number(word: Context, z: Sequence[Number], u: Sequence[Number]) -> arb:
    """``<x, softmax(x x_last)>`` with ``x_i = z[word_i] + u_i``."""
    x = [to_flint(z[token] + u[i]) for i, token in enumerate(word)]
    return mixed(x, [value * x[-1] for value in x])
