"""Weighted means of values: softmax, hardmax with shared ties, uniform."""

from typing import Any

import jax
import jax.numpy as jnp

from memcap.model.weights import AttentionKind, Pattern
from memcap.nn.softening import Softening


def mix(
    kind: AttentionKind,
    scores: jax.Array | None,
    values: jax.Array,
    *,
    causal: bool = False,
    pattern: Pattern = "full",
    softening: Softening | None = None,
    progress: Any = None,
    last: bool = False,
) -> jax.Array:
    """Weighted means of the values, one for each query.

    The shares ``exp(score - max)``, ``[score = max]`` or 1 are summed before the one
    division, so that hardmax and uniform attention round only there.

    Args:
        kind: how scores become shares.
        scores: `[..., r, n]` queries by keys, or None for ``uniform``.
        values: `[..., n, t]`.
        causal: whether query k sees only keys up to k.
        pattern: ``star`` lets query k see the first key and key k, and the first
            query all keys.
        softening: what stands in for the gradient of hardmax, or None.
        progress: share of the training done, or None outside of training, where
            hardmax is exact.
        last: whether the query of the last token is the only one, r = 1; else r = n.

    Returns:
        `[..., r, t]`.
    """
    if kind == "uniform" and pattern == "full" and not causal:
        # One mean serves all queries: n numbers are added, not n^2 multiplied.
        mean = values.sum(axis=-2, keepdims=True) / values.shape[-2]
        return mean if last else jnp.broadcast_to(mean, values.shape)
    seen = _visible(values.shape[-2], causal, pattern)
    seen = seen[-1:] if last else seen
    seen = jnp.expand_dims(seen, range(values.ndim - 2))
    if kind == "uniform" or scores is None:
        return _mean(seen.astype(values.dtype), values)
    visible = jnp.where(seen, scores, -jnp.inf)
    largest = jax.lax.stop_gradient(visible.max(axis=-1, keepdims=True))
    if kind == "softmax":
        return _mean(jnp.exp(visible - largest), values)
    # Compared, not subtracted: a difference of a product may be fused with it into one
    # operation of one rounding, and is then not 0 for the largest score itself.
    hard = (visible == largest).astype(values.dtype)
    if softening is None:
        return _mean(hard, values)
    if softening.kind == "annealed":
        if progress is None:
            return _mean(hard, values)
        temperature = softening.at(progress, values.dtype)
        return _mean(_annealed(visible - largest, hard, temperature), values)
    soft = jnp.exp((visible - largest) / softening.temperature)
    return _straight_through(hard, soft, values)


def _mean(shares: jax.Array, values: jax.Array) -> jax.Array:
    total = shares.sum(axis=-1, keepdims=True, dtype=values.dtype)
    return product("...qk,...kt->...qt", shares, values) / total


def _visible(length: int, causal: bool, pattern: Pattern) -> jax.Array:
    """`[n, n]` whether query k, a row, sees a key, a column."""
    if pattern == "star":
        place = jnp.arange(length)
        hub = place == 0
        return hub[:, None] | hub[None, :] | (place[:, None] == place[None, :])
    seen = jnp.ones((length, length), dtype=bool)
    return jnp.tril(seen) if causal else seen


def _annealed(below: jax.Array, hard: jax.Array, temperature: jax.Array) -> jax.Array:
    warm = temperature > 0
    return jnp.where(warm, jnp.exp(below / jnp.where(warm, temperature, 1)), hard)


def _straight_through(hard: jax.Array, soft: jax.Array, values: jax.Array) -> jax.Array:
    # Values learn by the exact shares, scores by those of softmax; together the two
    # soft means are 0.
    mean = _mean(soft, jax.lax.stop_gradient(values))
    return _mean(hard, values) + (mean - jax.lax.stop_gradient(mean))


def product(formula: str, left: jax.Array, right: jax.Array) -> jax.Array:
    """An Einstein sum in the full precision of the type."""
    return jnp.einsum(formula, left, right, precision="highest")
