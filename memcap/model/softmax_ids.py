"""Rigorous outputs of one softmax layer for millions of contexts, in fixed point.

After one attention layer the output at a token depends on the token and on the tokens
it sees: its *context*. Context ids of a rank-one layer lie far closer together than
floats can tell, so they are enclosed in integers over 2^P:

    E(q, k) = exp(score(q, k) - shift(q)) 2^P, off by at most 2, from an Arb ball;
    head value = sum_k E V / sum_k E, computed in integers with a bound on its error.

Scores and values are exact rationals. A table holds E for every pair of distinct
tokens that meet, so a context costs a few additions and one division of integers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from flint import arb, ctx

from memcap.core.errors import WeightsError
from memcap.core.exact import Number, to_flint
from memcap.model.contexts import Contexts
from memcap.model.fast_forward import TokenState
from memcap.model.weights import Attention, Head

# Every table entry is off by at most this many units: one for rounding, one for the
# radius of the ball it came from.
_ENTRY_ERROR = 2


@dataclass(frozen=True, slots=True, eq=False)
class Enclosed:
    """Numbers in fixed point: entry i is ``(integers[i] +- errors[i]) / unit``.

    Args:
        integers: `[K]` Python integers.
        errors: `[K]` Python integers, not negative.
        unit: a positive integer.
    """

    integers: np.ndarray
    errors: np.ndarray
    unit: int


def head_values(
    layer: Attention,
    state: TokenState,
    contexts: Contexts,
    precision: int,
) -> list[Enclosed]:
    """Enclose every head's mixed value, head after head, value after value.

    Args:
        layer: softmax attention.
        state: the exact state of the distinct tokens.
        contexts: who looks at whom.
        precision: P, bits of the fixed point.

    Returns:
        one `Enclosed` of length K for each value of each head.
    """
    if layer.kind != "softmax":
        raise WeightsError(f"{layer.kind} attention is rational; evaluate it exactly.")
    made: list[Enclosed] = []
    for head in layer.heads:
        pairs, index = _meetings(contexts)
        table = _exponentials(head, state, pairs, precision)
        weights = table[index]
        weights[contexts.members < 0] = 0
        total = weights.sum(axis=1)
        for value in state.numbers(head.value):
            made.append(_mixed(value, weights, total, contexts, precision))
    return made


def _meetings(contexts: Contexts) -> tuple[np.ndarray, np.ndarray]:
    """Distinct (query, member) pairs, and the `[K, n]` index of each meeting."""
    size = int(max(contexts.query.max(), contexts.members.max())) + 1
    members = np.maximum(contexts.members, 0)
    key = contexts.query[:, None] * size + members
    found, index = np.unique(key, return_inverse=True)
    pairs = np.stack(np.divmod(found, size), axis=1)
    return pairs, index.reshape(key.shape)


def _exponentials(
    head: Head, state: TokenState, pairs: np.ndarray, precision: int
) -> np.ndarray:
    """``exp(score - largest score of the query) 2^P`` for every pair that meets."""
    queries = state.numbers(head.query)
    keys = state.numbers(head.key)
    scores = [
        sum((q[a] * k[b] for q, k in zip(queries, keys, strict=True)), start=0)
        for a, b in pairs.tolist()
    ]
    shift: dict[int, Number] = {}
    for (a, _), score in zip(pairs.tolist(), scores, strict=True):
        shift[a] = max(shift.get(a, score), score)
    table = np.empty(len(pairs), dtype=object)
    with ctx.workprec(precision + 32):
        scale = arb(2) ** precision
        for i, ((a, _), score) in enumerate(zip(pairs.tolist(), scores, strict=True)):
            table[i] = _rounded(arb(to_flint(score - shift[a])).exp() * scale)
    return table


def _rounded(ball: arb) -> int:
    """An integer at most `_ENTRY_ERROR` away from every point of the ball."""
    if not ball.rad() < 1:
        raise ArithmeticError("the working precision is too small")  # never: P + 32
    found = ball.mid().floor().unique_fmpz()
    assert found is not None  # a midpoint is exact
    return int(found)


def _mixed(
    value: list[Number],
    weights: np.ndarray,
    total: np.ndarray,
    contexts: Contexts,
    precision: int,
) -> Enclosed:
    """``sum E V / sum E`` with its error.

    With true weights E + e, |e| <= 2, and |V| <= M, numerator and denominator are off
    by at most 2 n M and 2 n. Since |ratio| <= M, the ratio is off by at most
    (2 n M + 2 n M) / (sum E - 2 n), plus one unit for the division.
    """
    bottom = lcm(*(x.denominator for x in value))
    whole = np.array([int(x * bottom) for x in value], dtype=object)
    members = np.maximum(contexts.members, 0)
    numerator = (weights * whole[members]).sum(axis=1)
    n = weights.shape[1]
    slack = 2 * _ENTRY_ERROR * n * max(abs(int(x)) for x in whole)
    certain = total - _ENTRY_ERROR * n
    if (certain <= 0).any():
        # Not even one weight is told from zero: the enclosure is the whole range.
        certain = np.where(certain > 0, certain, 1)
    integers = (numerator << precision) // np.maximum(total, 1)
    errors = (slack << precision) // certain + 2
    return Enclosed(integers, errors, bottom << precision)


def combine(
    parts: Sequence[tuple[Number, Enclosed]], constant: Sequence[Number]
) -> Enclosed:
    """``constant + sum coefficient * part`` with its error, over a common unit."""
    unit = lcm(
        *(c.denominator * part.unit for c, part in parts),
        *(x.denominator for x in constant),
    )
    integers = np.array([int(x * unit) for x in constant], dtype=object)
    errors = np.zeros(len(integers), dtype=object)
    for coefficient, part in parts:
        factor = int(Fraction(coefficient) * unit / part.unit)
        integers = integers + part.integers * factor
        errors = errors + part.errors * abs(factor)
    return Enclosed(integers, errors, unit)
