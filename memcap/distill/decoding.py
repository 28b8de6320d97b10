"""Tails that a decoder writes behind prompts: greedy, or sampled at a temperature.

Sequences are short, so every token costs one forward pass over the whole sequence; all
rows of a chunk go side by side, and one compilation serves all chunks.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from memcap.core.errors import DataError
from memcap.nn import Decoder, DecoderConfig, split

# Rows in one call: enough to fill a device, few enough for its memory.
_CHUNK = 1024


def write(
    model: Decoder,
    prompts: np.ndarray,
    config: DecoderConfig,
    stop: int,
    *,
    temperature: float = 0.0,
    seed: int = 0,
) -> np.ndarray:
    """Continue prompts up to END or to the last position.

    Args:
        model: the decoder.
        prompts: `[N, q]` ids, all of one length.
        config: its configuration.
        stop: END; what follows it is END.
        temperature: 0 takes the likeliest token (the smallest id of equal ones); else
            tokens are drawn from the softmax of logits over it.
        seed: of the draws; a row's draws depend on it and on the row's place alone.

    Returns:
        `[N, S - q]` tails, S the positions of the decoder.

    Raises:
        DataError: the temperature is negative, or prompts leave no room.
    """
    room = config.positions - prompts.shape[1]
    if temperature < 0:
        raise DataError(f"temperature = {temperature} is negative.")
    if room < 1:
        raise DataError(
            f"prompts of {prompts.shape[1]} tokens leave no room in "
            f"{config.positions} positions."
        )
    structure, *numbers = split(model)
    parts = []
    for start in range(0, len(prompts), _CHUNK):
        rows = prompts[start : start + _CHUNK]
        # The last chunk is filled up, so that all have one shape.
        filled = np.concatenate([rows, np.repeat(rows[:1], _CHUNK - len(rows), axis=0)])
        filled = rows if len(prompts) <= _CHUNK else filled
        key = jax.random.fold_in(jax.random.key(seed), start // _CHUNK)
        made = _written(structure, room, stop, tuple(numbers), filled, temperature, key)
        parts.append(np.asarray(made)[: len(rows)])
    return np.concatenate(parts)


@partial(jax.jit, static_argnums=(0, 1, 2))
def _written(
    structure: nnx.GraphDef,
    room: int,
    stop: int,
    numbers: Any,
    prompts: jax.Array,
    temperature: jax.Array,
    key: jax.Array,
) -> jax.Array:
    model = nnx.merge(structure, *numbers)
    count, start = prompts.shape
    buffer = jnp.full((count, start + room), stop, jnp.int32)
    buffer = buffer.at[:, :start].set(prompts.astype(jnp.int32))

    def step(tokens: jax.Array, place: jax.Array) -> tuple[jax.Array, None]:
        logits = jnp.take(model.forward(tokens), place - 1, axis=1)
        token = _chosen(logits, temperature, jax.random.fold_in(key, place))
        done = jnp.take(tokens, place - 1, axis=1) == stop
        token = jnp.where((place > start) & done, stop, token)
        return tokens.at[:, place].set(token), None

    places = jnp.arange(start, start + room)
    return jax.lax.scan(step, buffer, places)[0][:, start:]


def _chosen(logits: jax.Array, temperature: jax.Array, key: jax.Array) -> jax.Array:
    likeliest = jnp.argmax(logits, axis=-1).astype(jnp.int32)
    warm = jnp.where(temperature > 0, temperature, 1).astype(logits.dtype)
    drawn = jax.random.categorical(key, logits / warm, axis=-1).astype(jnp.int32)
    return jnp.where(temperature > 0, drawn, likeliest)


def log_probabilities(
    model: Decoder, tokens: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Natural logarithm of the probability of each sequence's labelled tokens.

    Args:
        model: the decoder.
        tokens: `[N, n]` ids.
        labels: `[N, n]` the next tokens, negative where none counts.

    Returns:
        `[N]` float64 sums over the labelled places.
    """
    structure, *numbers = split(model)
    parts = []
    for start in range(0, len(tokens), _CHUNK):
        rows = slice(start, start + _CHUNK)
        parts.append(
            np.asarray(_scores(structure, numbers, tokens[rows], labels[rows]))
        )
    return np.concatenate(parts).astype(np.float64)


@partial(jax.jit, static_argnums=0)
def _scores(
    structure: nnx.GraphDef, numbers: Any, tokens: jax.Array, labels: jax.Array
) -> jax.Array:
    logits = nnx.merge(structure, *numbers).forward(tokens)
    known = labels >= 0
    chosen = jnp.where(known, labels, 0)[..., None]
    each = jnp.take_along_axis(jax.nn.log_softmax(logits), chosen, axis=-1)[..., 0]
    return jnp.where(known, each, 0).sum(axis=-1)
