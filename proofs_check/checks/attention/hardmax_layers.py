"""Hardmax layers for KS23.Thm1: a search for one that tells two sequences apart."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np

from memcap.core.balls import Ball
from memcap.core.exact import Number
from memcap.model.forward import forward
from memcap.model.layers import AttentionKind
from memcap.model.weights import Affine, Attention, Head, Weights
from memcap.theory.hardmax import impossibility_pair
from proofs_check.methods.attack import Target, outcome, search
from proofs_check.statement import (
    Answer,
    Level,
    Outcome,
)

PAIR = impossibility_pair()


Sides = tuple[Sequence[int], Sequence[int]]


def hardmax_attack(
    level: Level,
    pair: Sides = (PAIR.first, PAIR.second),
    kind: AttentionKind = "hardmax",
) -> Outcome:
    """Look for a layer that tells two sequences apart at a token they share.

    Args:
        level: how many layers.
        pair: coordinates t of the two sequences.
        kind: of the attention; softmax is the planted falsehood.
    """
    target = Target(lambda net: _margin(net, pair), _describe)
    found = search(target, _layers(kind, level.pick(300, 3000)))
    claim = f"{kind} layers agree at the tokens shared by {pair[0]} and {pair[1]}"
    return outcome(target, found, claim)


def _layers(kind: AttentionKind, random: int) -> Iterator[Weights]:
    """All single integer heads in one dimension, then random ones in up to three."""
    for key, query in product((-1, 0, 1), repeat=2):
        yield attention_layer(kind, [[[[key]], [[query]], [[1]], [[1]]]])
    rng = np.random.default_rng(3)
    for _ in range(random):
        dim, heads = (int(k) for k in rng.integers(1, 4, size=2))
        drawn = rng.integers(-2, 3, size=(heads, 4, dim, dim))
        # Some heads see no difference between keys.
        drawn[rng.random(heads) < 0.2, 0] = 0
        yield attention_layer(kind, drawn.tolist())


def attention_layer(kind: AttentionKind, heads: list[Any]) -> Weights:
    """A layer whose ids are its outputs; a head is [key, query, value, output]."""
    made = tuple(
        Head(*[Affine.dense(matrix) for matrix in (query, key, value, out)])
        for key, query, value, out in heads
    )
    dim = len(heads[0][0][0])
    identity = Affine.dense(np.eye(dim, dtype=int).tolist())
    layers = (Attention(kind, made),)
    return Weights("seq_to_seq", "vectors", identity, layers, identity, "vector")


def _margin(net: Weights, pair: Sides) -> Number | Ball:
    """Minus the largest difference of an output at a shared token."""
    dim = net.embedding.inputs
    # A line that misses the origin, so that x0 plays its part.
    origin, direction = np.arange(dim), 1 + np.arange(dim) ** 2
    softmax = not net.is_rational
    arithmetic = "ball" if softmax else "exact"
    sides = []
    for tokens in pair:
        points = origin + np.array(tokens)[:, None] * direction
        outputs = forward(net, points[None], arithmetic, 256)[0]
        sides.append(dict(zip(tokens, outputs, strict=True)))
    worst: Any = Ball.of(0, 256) if softmax else 0
    for t in sorted(set(pair[0]) & set(pair[1])):
        for one, two in zip(sides[0][t], sides[1][t], strict=True):
            apart = one - two
            worst = (
                worst.maximum(apart).maximum(-apart)
                if softmax
                else max(worst, abs(apart))
            )
    return -worst


def _describe(net: Weights) -> Mapping[str, str]:
    layer = net.layers[0]
    assert isinstance(layer, Attention)
    return {
        f"head {i}": "; ".join(
            f"{name} {_entries(getattr(head, name))}"
            for name in ("key", "query", "value", "output")
        )
        for i, head in enumerate(layer.heads)
    }


def _entries(affine: Affine) -> str:
    rows = [dict(row.terms) for row in affine.rows]
    return str([[str(row.get(k, 0)) for k in range(affine.inputs)] for row in rows])


def small_layers(level: Level) -> Outcome:
    """The layers themselves, exactly: rank 1, on all sets of n tokens of the plane."""
    points = [(1, 1), (2, 5), (-3, 2), (4, -3), (-2, -7), (6, 3), (0, -5)]
    cases = 0
    for length, signs in ((2, (0,)), (3, (1, -1, 0))):
        net = _reading_layer(signs)
        ids: dict[Any, Any] = {}
        for chosen in combinations(points, length):
            outputs = forward(net, np.array(chosen)[None], "exact")[0]
            for token, row in zip(chosen, outputs, strict=True):
                known = ids.setdefault(tuple(row), (token, chosen))
                cases += 1
                if known != (token, chosen):
                    where = {"first": str(known), "second": str((token, chosen))}
                    sentence = f"Two contexts have one id: {where}."
                    return Outcome(Answer.FAILS, sentence, cases, counterexample=where)
    sentence = f"All {cases} contexts of sets of two and of three have different ids."
    return Outcome(Answer.HOLDS, sentence, cases)


def _reading_layer(signs: Sequence[int]) -> Weights:
    """One head for each sign: scores sign (v.x)(v.x'), output small multiples of v.x'.

    The multiples 1/2^9, 1/2^18, 1/2^27 add without carries for the points used here.
    """
    v = [3, 1]
    heads = [
        [[[s * w for w in v]], [v], [v], [[Fraction(1, 2 ** (9 * i + 9))], [0]]]
        for i, s in enumerate(signs)
    ]
    return attention_layer("hardmax", heads)
