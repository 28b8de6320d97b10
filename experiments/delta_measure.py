"""How far apart a layer's ids are: certified on both sides, and what floats keep."""

from dataclasses import replace
from fractions import Fraction
from math import lcm

import numpy as np

import memcap as mc
from memcap.certify.contextual import Separated, separated
from memcap.core.balls import Ball
from memcap.core.exact import Number, SquareRoot
from memcap.model.arithmetic import Name
from memcap.model.contexts import Contexts, contexts
from memcap.model.fast_forward import token_state
from memcap.model.softmax_ids import combine, head_values
from memcap.model.weights import Affine, Attention, Weights

LIMIT = 1 << 19


def ln(value: Number) -> float | None:
    """The logarithm of an exact number as a float, None of zero."""
    return float(Ball.of(value, 128).log()) if value else None


def measure(weights: Weights, tokens: np.ndarray, limit: int = LIMIT) -> dict:
    """What is recorded of a layer on sequences of ids or vectors."""
    found = separated(weights, tokens, limit)
    closest = found.closest
    if closest is None and found.decided == found.contexts:
        closest = closest_pair(weights, tokens, found.precision)
    return {
        "contexts": found.contexts,
        "decided": found.decided,
        "ln_realised": ln(found.distance),
        "ln_realised_upper": None if closest is None else ln(closest),
        "bits": found.precision,
        "float64": float_distinct(weights, tokens, "float64"),
        "float32": float_distinct(weights, tokens, "float32"),
        "verdict": _verdict(found),
    }


def _verdict(found: Separated) -> str:
    whole = found.decided == found.contexts and found.distance > 0
    return (mc.Verdict.PROVED if whole else mc.Verdict.UNDECIDED).value


def closest_pair(weights: Weights, tokens: np.ndarray, precision: int) -> Number:
    """Two ids of one token are at most so far apart; for heads with slots of their own.

    Tried are neighbours along the sum of the slots. A closer pair may exist elsewhere,
    so this is an upper bound of the smallest distance.
    """
    layer = weights.layers[-1]
    assert isinstance(layer, Attention)
    state = token_state(weights, tokens)
    seen = contexts(state.index, layer.causal, weights.task == "next_token")
    sizes = [_size(column) for head in layer.heads for column in _columns(head.output)]
    parts = list(zip(sizes, head_values(layer, state, seen, precision), strict=True))
    nothing: list[Number] = [0] * seen.size
    order = np.argsort(combine(parts, nothing).integers, kind="stable")
    order = order[np.argsort(seen.query[order], kind="stable")]
    first, second = order[:-1], order[1:]
    rivals = seen.query[first] == seen.query[second]
    rivals &= seen.key[first] != seen.key[second]
    total, unit = np.zeros(int(rivals.sum()), dtype=object), 1
    for part in parts:
        slot = combine([part], nothing)
        apart = np.abs(slot.integers[first] - slot.integers[second])
        apart = (apart + slot.errors[first] + slot.errors[second])[rivals]
        common = lcm(unit, slot.unit)
        total = total * (common // unit) ** 2 + (apart * (common // slot.unit)) ** 2
        unit = common
    return Ball.of(SquareRoot(Fraction(int(total.min()), unit**2)), 128).upper


def _columns(output: Affine) -> list[list[Number]]:
    rows = [dict(row.terms) for row in output.rows]
    return [[row.get(j, 0) for row in rows] for j in range(output.inputs)]


def _size(column: list[Number]) -> Number:
    (size,) = [x for x in column if x]  # each number read has a slot of its own
    return size


def by_id(weights: Weights, table: np.ndarray | None) -> Weights:
    """The same network with the token vectors in its embedding, fed with ids."""
    if table is None:
        return weights
    rows = [dict(enumerate(column)) for column in table.T.tolist()]
    width = weights.embedding.outputs
    rows += [{} for _ in range(width - len(rows))]
    return replace(weights, input="ids", embedding=Affine.build(len(table), rows))


def float_distinct(weights: Weights, tokens: np.ndarray, arithmetic: Name) -> int:
    """How many contexts keep an id of their own in a forward pass in floats."""
    outputs = np.asarray(mc.forward(weights, tokens, arithmetic))
    seen = _contexts(weights, tokens)
    first = np.unique(seen.index.reshape(-1), return_index=True)[1]
    rows = outputs.reshape(-1, outputs.shape[-1])[first]
    return len(np.unique(rows, axis=0))


def _contexts(weights: Weights, tokens: np.ndarray) -> Contexts:
    layer = weights.layers[-1]
    assert isinstance(layer, Attention)
    index = token_state(weights, tokens).index
    return contexts(index, layer.causal, weights.task == "next_token")
