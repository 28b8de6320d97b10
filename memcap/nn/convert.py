"""Neutral weights to a network module and back, without rounding a single number."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from memcap.core.errors import WeightsError
from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Layer,
    Linear,
    Relu,
    Residual,
    Weights,
)
from memcap.nn.attention import AttentionLayer, BoltzmannLayer
from memcap.nn.blocks import Block, BlockStack
from memcap.nn.build import Network
from memcap.nn.decoder import Decoder
from memcap.nn.feedforward import ResidualStack, TokenWiseStack
from memcap.nn.parts import Parts, Segment
from memcap.nn.precision import context, require_exact
from memcap.nn.separable import SeparableNetwork
from memcap.nn.stacking import dense_bias, dense_matrix, device_array, stack
from memcap.nn.transformer import Transformer


def from_weights(weights: Weights, dtype: str = "float64") -> Transformer:
    """Turn a network into a Flax NNX module that holds the very same numbers.

    The weights are exact; what ``model(tokens)`` computes with them is rounded at
    every step. It is the network as it runs on a device, not a proof.

    Args:
        weights: the network.
        dtype: ``float64``, ``float32``, ``bfloat16`` or ``float16``. For ``float64``
            nothing need be switched on: the module does it for its own arrays.

    Returns:
        the module; ``model(tokens)`` has the shapes of `memcap.model.forward`.

    Raises:
        PrecisionError: a number needs more digits than the type holds, or lies
            outside its normal range; the message names the part and the digits.
        WeightsError: the position table has a bias.

    Example:
        >>> net = Weights("next_token", "vectors", Affine.dense([[1]]),
        ...               (Relu(Affine.dense([[2], [-1]], [0, 0.5])),),
        ...               Affine.dense([[1, 4]]))
        >>> from_weights(net)([[3], [0]]).tolist()
        [6.0, 2.0]
    """
    require_exact(weights, dtype)
    if weights.positions is not None and weights.positions.has_bias:
        raise WeightsError("the positions have a bias; add it to every column.")
    with context(dtype):
        return Transformer(_parts(weights, dtype))


def _parts(weights: Weights, dtype: str) -> Parts:
    positions = weights.positions
    return Parts(
        task=weights.task,
        ids=weights.input == "ids",
        decision=weights.decision,
        dtype=dtype,
        table=device_array(dense_matrix(weights.embedding).T, dtype),
        positions=None
        if positions is None
        else device_array(dense_matrix(positions).T, dtype),
        segments=stack(weights.layers, dtype),
        readout=device_array(dense_matrix(weights.readout), dtype),
        readout_bias=device_array(dense_bias(weights.readout), dtype),
        aggregate=None
        if weights.aggregate is None
        else device_array(dense_matrix(weights.aggregate)[:, 0], dtype),
    )


def to_weights(model: Network) -> Weights:
    """Turn a network module into neutral weights: the exact numbers its floats are.

    Padding is left out; maps that the module forms of its parameters, such as the
    tied query of Boltzmann attention or a query times 1/sqrt(s), are taken as the
    floats used in the forward pass. Sinusoidal positions become a table of numbers
    like any other. ``to_weights(from_weights(w))`` is `w`.

    Args:
        model: the module, trained or converted.

    Returns:
        the network; it can be counted, saved and verified like a constructed one.

    Raises:
        DataError: a number is NaN or infinite, as after a diverged training.
        WeightsError: the padding of a stack was overwritten, or the network has a
            norm or is separable, which the neutral record cannot say.
    """
    if isinstance(model, SeparableNetwork):
        raise WeightsError(
            "a separable network multiplies functions of its inputs, which the exact "
            "record does not hold: run it in floats."
        )
    if isinstance(model, Decoder):
        raise WeightsError(
            "a decoder has norms and a smooth activation, which the exact record does "
            "not hold: run it in floats."
        )
    if model.norm != "none":
        raise WeightsError(
            f"norm {model.norm!r} divides by a square root, which the exact record "
            "does not hold: train with norm='none', or run the network in floats."
        )
    with context(model.dtype):
        layers = [layer for segment in model.segments for layer in _layers(segment)]
        positions, aggregate = model.positions, model.aggregate
        return Weights(
            task=model.task,
            input="ids" if model.ids else "vectors",
            decision=model.decision,
            embedding=_affine(_floats(model.table[...]).T),
            positions=None if positions is None else _affine(_floats(positions[...]).T),
            layers=tuple(layers),
            readout=_affine(
                _floats(model.readout[...]), _floats(model.readout_bias[...])
            ),
            aggregate=None
            if aggregate is None
            else _affine(_floats(aggregate[...])[:, None]),
        )


def _floats(values: Any) -> np.ndarray:
    # Every supported type widens to float64 without rounding.
    return np.asarray(values).astype(np.float64)


def _affine(matrix: np.ndarray, bias: np.ndarray | None = None) -> Affine:
    rows = [
        {int(column): row[column] for column in np.flatnonzero(row)} for row in matrix
    ]
    return Affine.build(matrix.shape[1], rows, bias)


def _layers(segment: Segment) -> Iterable[Layer]:
    if isinstance(segment, BlockStack):
        return [layer for block in segment.blocks() for layer in _block_layers(block)]
    if isinstance(segment, TokenWiseStack):
        return _token_wise_layers(segment)
    if isinstance(segment, ResidualStack):
        return _residual_layers(segment)
    return [_attention_of(segment)]


def _block_layers(block: Block) -> Iterator[Layer]:
    yield _attention_of(block.attention)
    if block.feedforward is not None:
        yield from _layers(block.feedforward)


def _token_wise_layers(stack: TokenWiseStack) -> Iterator[Layer]:
    weights, biases = _floats(stack.weight[...]), _floats(stack.bias[...])
    for shape, weight, bias in zip(stack.shapes, weights, biases, strict=True):
        made = _affine(
            _trim(weight, shape.outputs, shape.inputs), _trim(bias, shape.outputs)
        )
        yield Relu(made, shape.part) if shape.relu else Linear(made, shape.part)


def _residual_layers(stack: ResidualStack) -> Iterator[Layer]:
    maps = (stack.inner, stack.inner_bias, stack.outer, stack.outer_bias)
    stacked = zip(*(_floats(values[...]) for values in maps), strict=True)
    for shape, (inner, inner_bias, outer, bias) in zip(
        stack.shapes, stacked, strict=True
    ):
        q, m = shape.hidden, len(bias)
        first = _affine(_trim(inner, q, m), _trim(inner_bias, q))
        yield Residual(first, _affine(_trim(outer, m, q), bias), shape.part)


def _attention_of(layer: AttentionLayer | BoltzmannLayer) -> Attention:
    query, key, value, output = (_floats(array) for array in layer.maps())
    m, k = value.shape[2], output.shape[1]
    heads = tuple(
        Head(
            query=_affine(_trim(query[h], shape.score, m)),
            key=_affine(_trim(key[h], shape.score, m)),
            value=_affine(_trim(value[h], shape.value, m)),
            output=_affine(_trim(output[h], k, shape.value)),
        )
        for h, shape in enumerate(layer.shapes)
    )
    return Attention(
        layer.kind, heads, layer.causal, layer.residual, layer.part, layer.pattern
    )


def _trim(padded: np.ndarray, *sizes: int) -> np.ndarray:
    kept = padded[tuple(slice(size) for size in sizes)]
    if np.count_nonzero(kept) != np.count_nonzero(padded):
        raise WeightsError(
            "the padding of a stack holds non-zero numbers; keep it zero."
        )
    return kept
