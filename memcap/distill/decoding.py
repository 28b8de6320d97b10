"""Tails that a decoder writes behind prompts: greedy, or sampled at a temperature.

A prompt is read once. Every token costs one step that looks back at the keys and values
of those before it. All rows of a chunk go side by side until the last one has ended;
one compilation serves all chunks.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from memcap.core.errors import DataError
from memcap.nn import Decoder, DecoderConfig, split
from memcap.nn.decoder import Memory

# Rows in one call: enough to fill a device, few enough for its memory. Most of that is
# taken by attention, one score for each pair of places in a head.
_CHUNK = 1024
_SCORES = 1 << 26

# Place of the next token, its logits, the memory, which rows have ended, their tails.
_Held = tuple[jax.Array, jax.Array, Memory, jax.Array, jax.Array]


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
    chunk, parts = rows_together(model, config.positions), []
    for start in range(0, len(prompts), chunk):
        rows = prompts[start : start + chunk]
        # The last chunk is filled up, so that all have one shape.
        filled = np.concatenate([rows, np.repeat(rows[:1], chunk - len(rows), axis=0)])
        filled = rows if len(prompts) <= chunk else filled
        key = jax.random.fold_in(jax.random.key(seed), start // chunk)
        made = _written(structure, room, stop, tuple(numbers), filled, temperature, key)
        parts.append(np.asarray(made)[: len(rows)])
    return np.concatenate(parts)


def rows_together(model: Decoder, length: int) -> int:
    """Rows of one call: 1024 of up to 128 tokens in 4 heads, else fewer."""
    return max(1, min(_CHUNK, _SCORES // (model.heads * length**2)))


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
    logits, memory = model.start(prompts)
    blank = jnp.full((count, room), stop, jnp.int32)

    def going(held: _Held) -> jax.Array:
        place, _, _, done, _ = held
        return (place < start + room) & ~done.all()

    def step(held: _Held) -> _Held:
        place, logits, memory, done, tails = held
        token = _chosen(logits, temperature, jax.random.fold_in(key, place))
        token = jnp.where(done, stop, token)
        tails = tails.at[:, place - start].set(token)
        logits, memory = model.follow(token, place, memory)
        return place + 1, logits, memory, done | (token == stop), tails

    held = (jnp.asarray(start), logits, memory, jnp.zeros(count, bool), blank)
    return jax.lax.while_loop(going, step, held)[-1]


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
    chunk, parts = rows_together(model, tokens.shape[1]), []
    for start in range(0, len(tokens), chunk):
        rows = slice(start, start + chunk)
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
