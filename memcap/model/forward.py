"""The reference forward pass: short, generic over the number type, to be believed.

The state is a list of m arrays of shape ``[N, n]``, one per slot. Every function below
is a definition of section Gen of the papers written out; nothing is optimised. The
fast evaluator must agree with this one bit for bit.
"""

from typing import Any

import numpy as np

from memcap.core.errors import WeightsError
from memcap.model import arithmetic as arithmetics
from memcap.model.arithmetic import AbstractArithmetic, Name
from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Layer,
    Relu,
    Residual,
    Weights,
)

State = list[np.ndarray]


def forward(
    weights: Weights, tokens: Any, arithmetic: Name = "exact", precision: int = 128
) -> np.ndarray:
    """Run a network on token sequences, one layer after the other.

    Args:
        weights: the network.
        tokens: `[N, n]` integer ids, or `[N, n, d]` real vectors.
        arithmetic: ``exact`` (rationals), ``ball`` (Arb), ``float64`` or
            ``float32``.
        precision: bits of the balls.

    Returns:
        ``[N]`` for next-token networks with decision ``nearest``, ``[N, C]`` with
        ``argmax``; ``[N, n]`` and ``[N, n, C]`` for sequence-to-sequence. Entries are
        exact numbers, balls or floats.

    Raises:
        WeightsError: the tokens do not fit the network, or an exact value is asked of
            a softmax network.
    """
    numbers = arithmetics.arithmetic(arithmetic, precision)
    with numbers.context():
        state = _embed(weights, np.asarray(tokens), numbers)
        for layer in weights.layers:
            state = _apply(layer, state, numbers)
        outputs = affine(weights.readout, state, numbers)
        return numbers.export(_read(weights, outputs))


def token_inputs(weights: Weights, tokens: np.ndarray) -> np.ndarray:
    """Check tokens against a network; `[N, n]` ids or `[N, n, d]` vectors.

    Raises:
        WeightsError: shape, dimension or an id does not fit.
    """
    if tokens.size == 0:
        raise WeightsError(f"tokens of shape {tokens.shape} hold no token.")
    if weights.input == "ids":
        if tokens.ndim != 2 or tokens.dtype.kind not in "iu":
            raise WeightsError("this network takes (N, n) integer ids.")
        if tokens.min() < 0 or tokens.max() >= weights.embedding.inputs:
            raise WeightsError(
                f"ids run from {tokens.min()} to {tokens.max()}; the embedding holds "
                f"0..{weights.embedding.inputs - 1}."
            )
        return tokens
    vectors = tokens[:, :, None] if tokens.ndim == 2 else tokens
    if vectors.ndim != 3 or vectors.shape[2] != weights.embedding.inputs:
        raise WeightsError(
            f"tokens of shape {tokens.shape} do not fit a network of "
            f"{weights.embedding.inputs}-dimensional tokens."
        )
    return vectors


def _embed(weights: Weights, tokens: np.ndarray, numbers: AbstractArithmetic) -> State:
    inputs = token_inputs(weights, tokens)
    if weights.input == "ids":
        state = [table[inputs] for table in _columns(weights.embedding, numbers)]
    else:
        vectors = [numbers.array(inputs[:, :, i]) for i in range(inputs.shape[2])]
        state = affine(weights.embedding, vectors, numbers)
    return _with_aggregate(weights, _placed(weights, state, numbers), numbers)


def _placed(weights: Weights, state: State, numbers: AbstractArithmetic) -> State:
    if weights.positions is None:
        return state
    length = state[0].shape[1]
    if length > weights.positions.inputs:
        raise WeightsError(
            f"sequences of {length} tokens, but {weights.positions.inputs} positions."
        )
    offsets = _columns(weights.positions, numbers)
    return [x + offset[:length] for x, offset in zip(state, offsets, strict=True)]


def _with_aggregate(
    weights: Weights, state: State, numbers: AbstractArithmetic
) -> State:
    if weights.aggregate is None:
        return state
    extra = _columns(weights.aggregate, numbers)
    samples = (len(state[0]), 1)
    return [
        np.concatenate([np.broadcast_to(own, samples), x], axis=1)
        for own, x in zip(extra, state, strict=True)
    ]


def _columns(affine: Affine, numbers: AbstractArithmetic) -> list[np.ndarray]:
    made = []
    for row in affine.rows:
        values = np.full(affine.inputs, numbers.number(0), dtype=numbers.dtype)
        for column, weight in row.terms:
            values[column] = numbers.number(weight)
        made.append(values)
    return made


def affine(map_: Affine, state: State, numbers: AbstractArithmetic) -> State:
    """``W h + b`` at every token."""
    made = []
    for bias, terms in map_.rows:
        total = np.full(state[0].shape, numbers.number(0), dtype=numbers.dtype)
        for column, weight in terms:
            total = total + state[column] * numbers.number(weight)
        made.append(total + numbers.number(bias) if bias != 0 else total)
    return made


def _apply(layer: Layer, state: State, numbers: AbstractArithmetic) -> State:
    if isinstance(layer, Attention):
        return _attend(layer, state, numbers)
    return apply_token_wise(layer, state, numbers)


def apply_token_wise(layer: Layer, state: State, numbers: AbstractArithmetic) -> State:
    """Apply a layer that does not mix tokens."""
    assert not isinstance(layer, Attention)
    if isinstance(layer, Residual):
        hidden = [numbers.relu(z) for z in affine(layer.inner, state, numbers)]
        change = affine(layer.outer, hidden, numbers)
        return [x + y for x, y in zip(state, change, strict=True)]
    made = affine(layer.map, state, numbers)
    return [numbers.relu(z) for z in made] if isinstance(layer, Relu) else made


def _attend(layer: Attention, state: State, numbers: AbstractArithmetic) -> State:
    total: State | None = list(state) if layer.residual else None
    for head in layer.heads:
        written = affine(head.output, _mix(layer, head, state, numbers), numbers)
        total = (
            written
            if total is None
            else [x + y for x, y in zip(total, written, strict=True)]
        )
    assert total is not None  # a layer has at least one head
    return total


def _mix(
    layer: Attention, head: Head, state: State, numbers: AbstractArithmetic
) -> State:
    queries = affine(head.query, state, numbers)
    keys = affine(head.key, state, numbers)
    values = affine(head.value, state, numbers)
    made = [np.empty(values[0].shape, dtype=numbers.dtype) for _ in values]
    for k in range(values[0].shape[1]):
        places = layer.seen(k, values[0].shape[1])
        seen, number = slice(places.start, places.stop, places.step), len(places)
        if layer.kind == "uniform":
            for slot, value in zip(made, values, strict=True):
                slot[:, k] = value[:, seen].sum(axis=1) / numbers.number(number)
            continue
        scores = numbers.array(np.zeros((len(values[0]), number), dtype=int))
        for q, key in zip(queries, keys, strict=True):
            scores = scores + key[:, seen] * q[:, k : k + 1]
        choose = numbers.softmax if layer.kind == "softmax" else numbers.hardmax
        share = choose(scores)
        for slot, value in zip(made, values, strict=True):
            slot[:, k] = (share * value[:, seen]).sum(axis=1)
    return made


def _read(weights: Weights, outputs: State) -> np.ndarray:
    stacked = np.stack(outputs, axis=-1)
    if weights.task == "next_token":
        stacked = stacked[:, -1]
    elif weights.aggregate is not None:
        stacked = stacked[:, 1:]
    return stacked[..., 0] if weights.decision == "nearest" else stacked
