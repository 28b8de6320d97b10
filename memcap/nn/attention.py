"""Attention as the papers write it: no 1/sqrt(s), no norm, ties of hardmax shared."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from memcap.model.weights import AttentionKind


class HeadShape(NamedTuple):
    """True sizes of one head of an `AttentionLayer`."""

    score: int
    value: int


class AttentionLayer(nnx.Module):
    """``h <- [h +] sum_heads W_O (W_V h) A`` (Gen.SA, Gen.HA, Gen.UA).

    ``A`` is softmax, hardmax or 1/n of the scores ``(W_K h)^T (W_Q h)``, column by
    column. Hardmax is piecewise constant in its scores: their gradient is zero, and
    no straight-through estimate stands in for it.

    Args:
        kind: ``softmax``, ``hardmax`` or ``uniform``.
        query: `[H, s, m]` W_Q, rows beyond a head's true size zero.
        key: `[H, s, m]` W_K, likewise.
        value: `[H, t, m]` W_V, likewise.
        output: `[H, k, t]` W_O, columns beyond a head's true size zero.
        shapes: the true sizes of each head.
        causal: whether token k sees only tokens up to k.
        residual: whether the input is added to the output.
        part: name under which the numbers are counted.
    """

    def __init__(
        self,
        kind: AttentionKind,
        query: jax.Array,
        key: jax.Array,
        value: jax.Array,
        output: jax.Array,
        *,
        shapes: tuple[HeadShape, ...],
        causal: bool = False,
        residual: bool = True,
        part: str = "attention",
    ) -> None:
        self.kind: AttentionKind = kind
        self.query = nnx.Param(query)
        self.key = nnx.Param(key)
        self.value = nnx.Param(value)
        self.output = nnx.Param(output)
        self.shapes = shapes
        self.causal = causal
        self.residual = residual
        self.part = part

    def maps(self) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
        """Query, key, value and output maps as they enter the forward pass."""
        return self.query[...], self.key[...], self.value[...], self.output[...]

    def __call__(self, state: jax.Array) -> jax.Array:
        """Apply the layer to a state `[..., n, m]`."""
        return _attend(self, state)


class BoltzmannLayer(nnx.Module):
    """Softmax attention with one tied projection a head, as in KS23.Thm2.

    ``W_K = W_V = v^T`` and ``W_Q = kappa v^T``: query k reads
    ``boltz(kappa (v^T h_k) (v^T h)) / (kappa v^T h_k)``, times a column W_O.

    Args:
        projection: `[H, m]` the vectors v.
        sharpness: `[H]` the factors kappa.
        output: `[H, m, 1]` the columns W_O.
        causal: whether token k sees only tokens up to k.

    References:
        KS23.DefBoltz, KS23.Thm2.
    """

    def __init__(
        self,
        projection: jax.Array,
        sharpness: jax.Array,
        output: jax.Array,
        *,
        causal: bool = False,
    ) -> None:
        self.kind: AttentionKind = "softmax"
        self.projection = nnx.Param(projection)
        self.sharpness = nnx.Param(sharpness)
        self.output = nnx.Param(output)
        self.shapes = (HeadShape(1, 1),) * projection.shape[0]
        self.causal = causal
        self.residual = True
        self.part = "attention"

    def maps(self) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
        """Query, key, value and output maps as they enter the forward pass."""
        tied = self.projection[...][:, None, :]
        # The product is rounded here, once, so that the exported W_Q is the one used.
        return self.sharpness[...][:, None, None] * tied, tied, tied, self.output[...]

    def __call__(self, state: jax.Array) -> jax.Array:
        """Apply the layer to a state `[..., n, m]`."""
        return _attend(self, state)


def _attend(layer: AttentionLayer | BoltzmannLayer, state: jax.Array) -> jax.Array:
    query, key, value, output = layer.maps()
    values = _heads(value, state)
    scores = None
    if layer.kind != "uniform":
        scores = _product(
            "...hqs,...hks->...hqk", _heads(query, state), _heads(key, state)
        )
    mixed = mix(layer.kind, scores, values, causal=layer.causal)
    written = _product("hmt,...hkt->...km", output, mixed)
    return state + written if layer.residual else written


def mix(
    kind: AttentionKind,
    scores: jax.Array | None,
    values: jax.Array,
    *,
    causal: bool = False,
) -> jax.Array:
    """Weighted means of the values, one for each query.

    The shares ``exp(score - max)``, ``[score = max]`` or 1 are summed before the one
    division, so that hardmax and uniform attention round only there.

    Args:
        kind: how scores become shares.
        scores: `[..., n, n]` queries by keys, or None for ``uniform``.
        values: `[..., n, t]`.
        causal: whether query k sees only keys up to k.

    Returns:
        `[..., n, t]`.
    """
    length = values.shape[-2]
    seen = jnp.ones((length, length), dtype=bool)
    seen = jnp.tril(seen) if causal else seen
    seen = jnp.expand_dims(seen, range(values.ndim - 2))
    shares = _shares(kind, scores, seen, values.dtype)
    total = shares.sum(axis=-1, keepdims=True, dtype=values.dtype)
    return _product("...qk,...kt->...qt", shares, values) / total


def _shares(
    kind: AttentionKind, scores: jax.Array | None, seen: jax.Array, dtype: jnp.dtype
) -> jax.Array:
    if kind == "uniform" or scores is None:
        return seen.astype(dtype)
    visible = jnp.where(seen, scores, -jnp.inf)
    largest = jax.lax.stop_gradient(visible.max(axis=-1, keepdims=True))
    if kind == "hardmax":
        return (visible == largest).astype(dtype)
    return jnp.exp(visible - largest)


def _heads(maps: jax.Array, state: jax.Array) -> jax.Array:
    return _product("hsm,...km->...hks", maps, state)


def _product(formula: str, left: jax.Array, right: jax.Array) -> jax.Array:
    return jnp.einsum(formula, left, right, precision="highest")
