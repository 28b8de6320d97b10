"""Layers beside the printed one, written down by hand: what do they buy?

    tied      W_K = v^T, W_Q = kappa v^T                    one head, rank 1 (KS23.Thm2)
    opposite  two tied heads with kappa and -kappa          rank 1
    heads     H tied heads with directions of their own     rank 1
    untied    W_K = v^T, W_Q = kappa w^T                    one head, rank 1
    untied_opposite   both of these                          rank 1
    rank_two  W_K, W_Q of two rows each                     one head, rank 2

Why two opposite heads suffice for half the exponent: let D bound the spread of the
scores of a query and delta their spacing. Two different sets of equal size differ in
at least two scores, the highest of which lies y below the largest score they share
and the lowest y' above the smallest, with y + y' <= D - delta. Head one sees the pair
from above and separates it by 0.52 (y - 0.363) e^-y (the proof of KS23.LemS), head two
from below with y'. The smaller of the two is at most (D - delta) / 2; if it is 0 a set
lacks the other's extreme score and they differ by 1.6. Hence the distance is at least

    0.52 ((D - delta)/2 - 0.363) e^{-(D - delta)/2},    instead of    e^{-(D - delta)}.

Why closer scores are allowed: scores here are rational, a = j / m. With z = e^{1/m} and
S_A(z) = sum_A z^j, boltz(A) = z S_A'(z) / (m S_A(z)). If boltz(A) = boltz(B), then
S_A' S_B - S_A S_B' vanishes at z, which is transcendental (Hermite, Lindemann), so it
is the zero polynomial; S_A / S_B is constant, and A = B. At no rational scale but 0 do
two sets get one id. How close the ids come is certified case by case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from experiments import delta_search as search
from memcap.constructions.contextual_tokens import Tokens
from memcap.constructions.rank_one_layer import (
    measure,
    quarter_over,
    search_direction,
    shorter,
)
from memcap.core.balls import Ball
from memcap.core.exact import Number, exact
from memcap.model.weights import Affine, Attention, Head, Row, Weights

Matrix = tuple[tuple[Number, ...], ...]
_FACTOR, _OFFSET = Fraction(52, 100), Fraction(363, 1000)
_UNIT = 1 << 24


@dataclass(frozen=True)
class Made:
    """A layer and what is known of it.

    Args:
        weights: the network.
        kappa: scale of the scores of the first head.
        ln_guaranteed: logarithm of a distance that follows from the lemma, or None.
        query_ratio: largest over smallest |w.q|, where w was searched apart.
    """

    weights: Weights
    kappa: Number
    ln_guaranteed: float | None
    query_ratio: float | None = None


@dataclass(frozen=True)
class Plan:
    """One head: scores ``kappa sum_r (w_r.q)(v_r.x)``, it reads every v_r.x.

    Args:
        query: the rows w_r.
        key: the rows v_r.
        kappa: the scale, so that scores of each query are `spacing` apart.
        c: size of W_O.
    """

    query: Matrix
    key: Matrix
    kappa: Number
    c: Number


def tied(tokens: Tokens, spacing: Number = 2, seed: int = 0) -> Made:
    """One head of rank 1 with the searched direction; scores `spacing` apart."""
    v = search_direction(tokens.points, seed).v
    plan = planned(tokens, (v,), (v,), spacing)
    return Made(assemble(tokens, [plan]), plan.kappa, _lemma(tokens, plan, spacing))


def opposite(tokens: Tokens, spacing: Number = 2, seed: int = 0) -> Made:
    """Two heads that look at the same scores, one from above and one from below."""
    v = search_direction(tokens.points, seed).v
    one = planned(tokens, (v,), (v,), spacing, heads=2)
    two = Plan(one.query, one.key, -one.kappa, one.c)
    promised = _lemma(tokens, one, spacing, both_ends=True)
    return Made(assemble(tokens, [one, two]), one.kappa, promised)


def heads(tokens: Tokens, count: int, seed: int = 0) -> Made:
    """Several heads, each with the best direction that its own search found."""
    plans = []
    for i in range(count):
        v = search_direction(tokens.points, 100 * seed + i).v
        plans.append(planned(tokens, (v,), (v,), 2, heads=count))
    kappa = min(plan.kappa for plan in plans)
    return Made(assemble(tokens, plans), kappa, None)


def untied(tokens: Tokens, seed: int = 0) -> Made:
    """One head of rank 1 whose query direction w is not its key direction v.

    v needs even gaps and w nearly equal |w.q|; one vector rarely offers both.
    """
    v, w = search.key_and_query(search.floats(tokens.points), seed)
    plan = planned(tokens, _exact([w]), _exact([v]), 2)
    sizes = np.abs(search.floats(tokens.points) @ w)
    ratio = round(float(sizes.max() / sizes.min()), 4)
    return Made(assemble(tokens, [plan]), plan.kappa, _lemma(tokens, plan, 2), ratio)


def untied_opposite(tokens: Tokens, seed: int = 0) -> Made:
    """The untied head twice, with opposite signs: the best layer we know."""
    v, w = search.key_and_query(search.floats(tokens.points), seed)
    one = planned(tokens, _exact([w]), _exact([v]), 2, heads=2)
    two = Plan(one.query, one.key, -one.kappa, one.c)
    promised = _lemma(tokens, one, 2, both_ends=True)
    return Made(assemble(tokens, [one, two]), one.kappa, promised)


def rank_two(tokens: Tokens, seed: int = 0) -> Made:
    """One head of rank 2, the best found from the untied one and from random ones.

    Each query q sees the tokens along a vector of its own, ``sum_r (w_r.q) v_r``; what
    counts is the largest spread of a query's scores over the smallest gap of any. No
    vector has a smaller spread over gap than the best v of the untied head, whatever
    the rank, so all that a higher rank can gain over it is the ratio of the |w.q|.
    """
    query, key = search.two_rows(search.floats(tokens.points), seed)
    plan = planned(tokens, _exact(query), _exact(key), 2)
    return Made(assemble(tokens, [plan]), plan.kappa, _lemma(tokens, plan, 2))


def planned(
    tokens: Tokens, query: Matrix, key: Matrix, spacing: Number, heads: int = 1
) -> Plan:
    """Scale the scores to `spacing` and keep what all heads write below eps/4."""
    gaps = [measure(tokens.points, v).gap for v in _looks(tokens, query, key)]
    if min(gaps) == 0:
        raise ValueError("two scores of one query coincide; take another direction.")
    kappa = exact(Fraction(spacing) / min(gaps))
    top = sum(measure(tokens.points, v).top for v in key)
    eps = tokens.separation.epsilon
    assert eps is not None  # there are two tokens at least
    c = shorter(Fraction(quarter_over(eps, top).lower) / heads)
    return Plan(query, key, kappa, c)


def _looks(tokens: Tokens, query: Matrix, key: Matrix) -> list[tuple[Number, ...]]:
    """The vector along which each query sees the tokens, ``sum_r (w_r.q) v_r``."""
    made = []
    for point in tokens.points:
        sizes = [_dot(w, point) for w in query]
        columns = zip(*key, strict=True)
        made.append(tuple(exact(_dot(sizes, column)) for column in columns))
    return made


def _dot(a: Sequence[Number], b: Sequence[Number]) -> Fraction:
    return sum((Fraction(x) * y for x, y in zip(a, b, strict=True)), Fraction(0))


def assemble(tokens: Tokens, plans: Sequence[Plan]) -> Weights:
    """The network: every number a head reads is written into a slot of its own.

    Slot i is scaled by (8 - i)/8: the checker sorts ids along the sum of the slots,
    on which mirrored sets such as 1, 4, 7 and 2, 4, 6 would tie under opposite heads
    of equal size.
    """
    columns = sum(len(plan.key) for plan in plans)
    width = max(tokens.embedding.outputs, columns)
    extra = (Row(0, ()),) * (width - tokens.embedding.outputs)
    slot, made = 0, []
    for plan in plans:
        rows = [
            {j: _share(i) * plan.c} if 0 <= (j := i - slot) < len(plan.key) else {}
            for i in range(width)
        ]
        made.append(
            Head(
                query=_map(plan.query, width, plan.kappa),
                key=_map(plan.key, width),
                value=_map(plan.key, width),
                output=Affine.build(len(plan.key), rows),
            )
        )
        slot += len(plan.key)
    return Weights(
        task="seq_to_seq",
        input=tokens.input,
        embedding=Affine(tokens.embedding.inputs, tokens.embedding.rows + extra),
        layers=(Attention("softmax", tuple(made)),),
        readout=Affine.dense(np.eye(width, dtype=int).tolist()),
        decision="vector",
    )


def _share(slot: int) -> Fraction:
    return Fraction(8 - slot, 8)


def _map(matrix: Matrix, width: int, scale: Number = 1) -> Affine:
    rows = [{i: scale * x for i, x in enumerate(row)} for row in matrix]
    return Affine.build(width, rows)


def _lemma(
    tokens: Tokens, plan: Plan, spacing: Number, both_ends: bool = False
) -> float | None:
    """ln of the distance that KS23.LemS promises, the worst over all queries."""
    if spacing < 2:
        return None  # the lemma needs scores two apart
    slots = 2 if both_ends else len(plan.key)
    found, smallest = [], _share(slots - 1)
    for point, look in zip(
        tokens.points, _looks(tokens, plan.query, plan.key), strict=True
    ):
        seen = measure(tokens.points, look)
        spread = plan.kappa * (max(seen.values) - min(seen.values) - seen.gap)
        depth = Fraction(spread) / 2 if both_ends else spread
        sizes = [_dot(w, point) for w in plan.query]
        length = Ball.of(_dot(sizes, sizes), 128).sqrt() * plan.kappa
        outer = _FACTOR * max(depth - _OFFSET, _OFFSET) * plan.c * smallest
        outer = Ball.of(outer, 128) / length
        found.append(float(outer.log() - depth))
    return min(found)


def _exact(rows: Sequence[np.ndarray] | np.ndarray) -> Matrix:
    return tuple(
        tuple(exact(Fraction(round(float(x) * _UNIT), _UNIT)) for x in row)
        for row in rows
    )
