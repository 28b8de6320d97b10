"""A decoder-only language model, as it is used to study chains of thought.

It has norms and a smooth activation, so there is no exact export; it is counted by its
formula and run in floating point.
"""

from math import sqrt
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from memcap.core.errors import WeightsError
from memcap.data.dataset import Task
from memcap.model.weights import Decision
from memcap.nn.compiled import run, seed_of
from memcap.nn.decoder_config import DecoderConfig as DecoderConfig
from memcap.nn.decoder_layer import DecoderLayer, Seen, times
from memcap.nn.norm import normalize
from memcap.nn.precision import context, format_of

# Standard deviation of the first weights, as in GPT-2.
_SPREAD = 0.02

# What later tokens look at, layer by layer.
Memory = tuple[Seen, ...]


class Decoder(nnx.Module):
    """Logits of the next token at every token, see `DecoderConfig`.

    All weights start normal with deviation 0.02, those that write into the residual
    stream divided by ``sqrt(2 L)``; gains of norms start at 1.

    Args:
        config: the sizes.
        rngs: an integer seed, or `nnx.Rngs` whose next key is the seed. NumPy draws.
        dtype: type of all arrays.

    Raises:
        WeightsError: `rngs` is missing.
        PrecisionError: there is no such type.
    """

    def __init__(
        self,
        config: DecoderConfig,
        *,
        rngs: nnx.Rngs | int | None = None,
        dtype: str = "float32",
    ) -> None:
        format_of(dtype)
        source = np.random.default_rng(seed_of(rngs))
        d, count = config.width, config.layers
        written = _SPREAD / sqrt(2 * count)

        def drawn(*shape: int, spread: float = _SPREAD) -> nnx.Param:
            return _param(source.normal(0.0, spread, shape), dtype)

        self.task: Task = config.task
        self.decision: Decision = config.decision
        self.dtype = dtype
        self.heads = config.heads
        with context(dtype):
            self.embedding = drawn(config.vocab, d)
            self.positions = drawn(config.positions, d)
            self.readout = drawn(config.vocab, d)
            self.gain = _param(np.ones(d), dtype)
            self.layers = nnx.List(
                [
                    DecoderLayer(
                        _param(np.ones((2, d)), dtype),
                        drawn(3, d, d),
                        drawn(d, d, spread=written),
                        drawn(4 * d, d),
                        drawn(d, 4 * d, spread=written),
                    )
                    for _ in range(count)
                ]
            )

    def __call__(self, tokens: Any, *, progress: Any = None) -> jax.Array:
        """Logits of a batch of sequences.

        Args:
            tokens: `[N, n]` integer ids, n at most S.
            progress: as for `Transformer`; without effect.

        Returns:
            `[N, n, V]` floats; those at token k depend on tokens 0..k alone.

        Raises:
            WeightsError: the tokens do not fit the network.
        """
        with context(self.dtype):
            return run(*nnx.split(self), self._checked(tokens), progress)

    def forward(self, tokens: Any, progress: Any = None) -> jax.Array:
        """What is compiled: the logits of tokens that were checked."""
        del progress
        return self._logits(self._read(tokens)[0])

    def start(self, tokens: jax.Array) -> tuple[jax.Array, Memory]:
        """Read the beginnings of sequences that are to be written to the end.

        Args:
            tokens: `[N, n]` ids that were checked, n at most S.

        Returns:
            `[N, V]` logits of the next token, and the memory `follow` goes on from,
            with room for S tokens.
        """
        state, memory = self._read(tokens)
        missing = self.positions.shape[0] - tokens.shape[1]
        room = ((0, 0), (0, 0), (0, missing), (0, 0))
        memory = jax.tree.map(lambda held: jnp.pad(held, room), memory)
        return self._logits(state[:, -1]), memory

    def follow(
        self, tokens: jax.Array, place: jax.Array, memory: Memory
    ) -> tuple[jax.Array, Memory]:
        """Read one more token of every sequence.

        Args:
            tokens: `[N]` ids.
            place: where they stand: 0 is the first place of a sequence.
            memory: of the tokens before it.

        Returns:
            `[N, V]` logits of the next token, those of `forward` up to rounding, and
            the memory with these tokens in it.
        """
        own = jax.lax.dynamic_slice_in_dim(self.positions[...], place, 1)
        state, made = self._embedded(tokens[:, None], own), []
        for layer, seen in zip(self.layers, memory, strict=True):
            state, seen = layer.follow(state, self.heads, seen, place)
            made.append(seen)
        return self._logits(state[:, 0]), tuple(made)

    def _read(self, tokens: jax.Array) -> tuple[jax.Array, Memory]:
        """States of all tokens, and what was seen in each layer."""
        places = self.positions[...][: tokens.shape[1]]
        state, memory = self._embedded(tokens, places), []
        for layer in self.layers:
            state, seen = layer(state, self.heads)
            memory.append(seen)
        return state, tuple(memory)

    def _embedded(self, tokens: jax.Array, places: jax.Array) -> jax.Array:
        state = self.embedding[...].at[tokens].get(mode="fill", fill_value=jnp.nan)
        return state + places[None]

    def _logits(self, state: jax.Array) -> jax.Array:
        return times(normalize("rms", self.gain[...], None, state), self.readout)

    def _checked(self, tokens: Any) -> Any:
        tokens = tokens if isinstance(tokens, jax.Array) else np.asarray(tokens)
        rows, longest = self.embedding.shape[0], self.positions.shape[0]
        if tokens.ndim != 2 or tokens.dtype.kind not in "iu":
            raise WeightsError("a decoder takes (N, n) integer ids.")
        if tokens.shape[1] > longest:
            raise WeightsError(
                f"sequences of {tokens.shape[1]} tokens, but {longest} positions."
            )
        if isinstance(tokens, np.ndarray) and (
            tokens.min() < 0 or tokens.max() >= rows
        ):
            raise WeightsError(
                f"ids run from {tokens.min()} to {tokens.max()}; the embedding holds "
                f"0..{rows - 1}."
            )
        return tokens


def _param(values: np.ndarray, dtype: str) -> nnx.Param:
    return nnx.Param(jnp.asarray(values.astype(jnp.dtype(dtype))))
