"""Runs of token-wise layers, stacked so that thousands of them compile once.

A constructed network has thousands of layers of at most 14 slots, each of its own
shape. A run of them is one array ``[L, w, w]``, padded with zeros to the widest, and
is evaluated by `jax.lax.scan`; the true shapes are kept beside it. Zero padding stays
zero: a padded unit is max(0, 0) = 0, its outgoing weights are 0, and the derivative
of ReLU at 0 is taken as 0, so neither its weights nor those that read it get a
gradient. Networks of different sizes may therefore be trained in one padded shape.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from memcap.nn.norm import NO_GAINS, Gains, NormName, normalize, value_of


class TokenWiseShape(NamedTuple):
    """True shape of one layer of a `TokenWiseStack`."""

    outputs: int
    inputs: int
    relu: bool
    part: str


class ResidualShape(NamedTuple):
    """True shape of one layer of a `ResidualStack`."""

    hidden: int
    part: str


def affine(weight: jax.Array, bias: jax.Array, state: jax.Array) -> jax.Array:
    """``W h + b`` at every token, in the full precision of the type.

    Args:
        weight: `[outputs, inputs]`.
        bias: `[outputs]`.
        state: `[..., inputs]`.

    Returns:
        `[..., outputs]`.
    """
    # GPUs and TPUs would otherwise shorten the factors of a float32 product.
    made = jnp.matmul(state, weight.T, precision="highest")
    return made + jnp.broadcast_to(bias, made.shape)


class TokenWiseStack(nnx.Module):
    """Layers ``h <- max(W h + b, 0)`` or ``h <- W h + b`` in sequence.

    Args:
        weight: `[L, w, w]`, zero outside the true shapes.
        bias: `[L, w]`, zero outside the true shapes.
        shapes: the true shape of each layer.
    """

    def __init__(
        self, weight: jax.Array, bias: jax.Array, shapes: tuple[TokenWiseShape, ...]
    ) -> None:
        self.weight = nnx.Param(weight)
        self.bias = nnx.Param(bias)
        self.shapes = shapes

    def __call__(self, state: jax.Array) -> jax.Array:
        """Apply the layers to a state `[..., m]`."""
        relu = jnp.asarray([shape.relu for shape in self.shapes])
        padding = self.weight.shape[-1] - state.shape[-1]
        state = jnp.pad(state, [(0, 0)] * (state.ndim - 1) + [(0, padding)])
        layers = (self.weight[...], self.bias[...], relu)
        state = jax.lax.scan(_token_wise_step, state, layers)[0]
        return state[..., : self.shapes[-1].outputs]


class ResidualStack(nnx.Module):
    """Layers ``h <- h + W2 max(W1 h + b1, 0) + b2`` in sequence (Gen.FF).

    Args:
        inner: `[L, q, m]` W1, rows beyond the true hidden sizes zero.
        inner_bias: `[L, q]` b1, likewise.
        outer: `[L, m, q]` W2, columns beyond the true hidden sizes zero.
        outer_bias: `[L, m]` b2.
        shapes: the true shape of each layer.
        norm: what is done to h before W1 sees it.
        gains: `[L, m]` gain and shift of the norm.
    """

    def __init__(
        self,
        inner: jax.Array,
        inner_bias: jax.Array,
        outer: jax.Array,
        outer_bias: jax.Array,
        shapes: tuple[ResidualShape, ...],
        norm: NormName = "none",
        gains: Gains = NO_GAINS,
    ) -> None:
        self.inner = nnx.Param(inner)
        self.inner_bias = nnx.Param(inner_bias)
        self.outer = nnx.Param(outer)
        self.outer_bias = nnx.Param(outer_bias)
        self.shapes = shapes
        self.norm: NormName = norm
        self.gain, self.shift = gains.stored()

    def __call__(self, state: jax.Array) -> jax.Array:
        """Apply the layers to a state `[..., m]`."""
        layers = _ResidualLayer(
            self.inner[...],
            self.inner_bias[...],
            self.outer[...],
            self.outer_bias[...],
            value_of(self.gain),
            value_of(self.shift),
        )
        return jax.lax.scan(partial(_residual_step, self.norm), state, layers)[0]


class _ResidualLayer(NamedTuple):
    inner: jax.Array
    inner_bias: jax.Array
    outer: jax.Array
    outer_bias: jax.Array
    gain: jax.Array | None
    shift: jax.Array | None


def _token_wise_step(
    state: jax.Array, layer: tuple[jax.Array, jax.Array, jax.Array]
) -> tuple[jax.Array, None]:
    weight, bias, relu = layer
    made = affine(weight, bias, state)
    return jnp.where(relu, jax.nn.relu(made), made), None


def _residual_step(
    norm: NormName, state: jax.Array, layer: _ResidualLayer
) -> tuple[jax.Array, None]:
    read = normalize(norm, layer.gain, layer.shift, state)
    hidden = jax.nn.relu(affine(layer.inner, layer.inner_bias, read))
    return state + affine(layer.outer, layer.outer_bias, hidden), None
