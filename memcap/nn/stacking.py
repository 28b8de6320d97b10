"""Layers of neutral weights as the stacked segments of a network module."""

from collections.abc import Iterator, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from memcap.model.weights import Affine, Attention, Layer, Linear, Relu, Residual
from memcap.nn.attention import AttentionLayer, HeadShape
from memcap.nn.feedforward import (
    ResidualShape,
    ResidualStack,
    TokenWiseShape,
    TokenWiseStack,
)
from memcap.nn.parts import Segment

# A run of layers is cut where padding would make it both large and mostly empty.
_SMALL = 1 << 16
_WASTE = 4


def stack(layers: Sequence[Layer], dtype: str) -> tuple[Segment, ...]:
    """Group layers into runs of one kind and stack each run.

    Args:
        layers: layers whose numbers all fit `dtype`.
        dtype: name of a floating-point type.

    Returns:
        the segments in order.
    """
    return tuple(_segment(run, dtype) for run in _runs(layers))


def device_array(values: np.ndarray, dtype: str) -> jax.Array:
    """A device array of that type."""
    return jnp.asarray(values.astype(jnp.dtype(dtype)))


def dense_matrix(affine: Affine, shape: tuple[int, int] | None = None) -> np.ndarray:
    """The dense matrix W of an affine map, padded with zeros to `shape`."""
    # Every number was found to fit `dtype`, hence float64: nothing rounds here.
    made = np.zeros(shape or (affine.outputs, affine.inputs))
    for i, row in enumerate(affine.rows):
        for column, weight in row.terms:
            made[i, column] = float(weight)
    return made


def dense_bias(affine: Affine, size: int | None = None) -> np.ndarray:
    """The vector b of an affine map, padded with zeros to `size`."""
    made = np.zeros(affine.outputs if size is None else size)
    made[: affine.outputs] = [float(row.bias) for row in affine.rows]
    return made


def _runs(layers: Sequence[Layer]) -> Iterator[list[Layer]]:
    run: list[Layer] = []
    real = largest = 0
    for layer in layers:
        size = _size(layer)
        padded = (len(run) + 1) * max(largest, size)
        wasteful = padded > max(_SMALL, _WASTE * (real + size))
        if run and (wasteful or not _same_kind(run[0], layer)):
            yield run
            run, real, largest = [], 0, 0
        run.append(layer)
        real, largest = real + size, max(largest, size)
    if run:
        yield run


def _same_kind(first: Layer, second: Layer) -> bool:
    if isinstance(first, Attention) or isinstance(second, Attention):
        return False
    return isinstance(first, Residual) == isinstance(second, Residual)


def _size(layer: Layer) -> int:
    """Entries of the layer's matrix within a stack of layers of its own size."""
    if isinstance(layer, Attention):
        return 0
    if isinstance(layer, Residual):
        return layer.inner.inputs * layer.inner.outputs
    return max(layer.map.inputs, layer.map.outputs) ** 2


def _segment(run: list[Layer], dtype: str) -> Segment:
    if isinstance(run[0], Attention):
        return _attention(run[0], dtype)
    if isinstance(run[0], Residual):
        return _residual([layer for layer in run if isinstance(layer, Residual)], dtype)
    return _token_wise(
        [layer for layer in run if isinstance(layer, (Relu, Linear))], dtype
    )


def _token_wise(run: list[Relu | Linear], dtype: str) -> TokenWiseStack:
    side = max(max(layer.map.inputs, layer.map.outputs) for layer in run)
    weight = np.stack([dense_matrix(layer.map, (side, side)) for layer in run])
    bias = np.stack([dense_bias(layer.map, side) for layer in run])
    shapes = tuple(
        TokenWiseShape(
            layer.map.outputs, layer.map.inputs, isinstance(layer, Relu), layer.part
        )
        for layer in run
    )
    return TokenWiseStack(
        device_array(weight, dtype), device_array(bias, dtype), shapes
    )


def _residual(run: list[Residual], dtype: str) -> ResidualStack:
    m = run[0].inner.inputs
    q = max(layer.inner.outputs for layer in run)
    maps = (
        np.stack([dense_matrix(layer.inner, (q, m)) for layer in run]),
        np.stack([dense_bias(layer.inner, q) for layer in run]),
        np.stack([dense_matrix(layer.outer, (m, q)) for layer in run]),
        np.stack([dense_bias(layer.outer) for layer in run]),
    )
    shapes = tuple(ResidualShape(layer.inner.outputs, layer.part) for layer in run)
    inner, inner_bias, outer, outer_bias = (device_array(x, dtype) for x in maps)
    return ResidualStack(inner, inner_bias, outer, outer_bias, shapes)


def _attention(layer: Attention, dtype: str) -> AttentionLayer:
    m, k = layer.heads[0].value.inputs, layer.heads[0].output.outputs
    s = max(head.query.outputs for head in layer.heads)
    t = max(head.value.outputs for head in layer.heads)
    maps = (
        np.stack([dense_matrix(head.query, (s, m)) for head in layer.heads]),
        np.stack([dense_matrix(head.key, (s, m)) for head in layer.heads]),
        np.stack([dense_matrix(head.value, (t, m)) for head in layer.heads]),
        np.stack([dense_matrix(head.output, (k, t)) for head in layer.heads]),
    )
    return AttentionLayer(
        layer.kind,
        *(device_array(values, dtype) for values in maps),
        shapes=tuple(
            HeadShape(head.query.outputs, head.value.outputs) for head in layer.heads
        ),
        causal=layer.causal,
        residual=layer.residual,
        part=layer.part,
        pattern=layer.pattern,
    )
