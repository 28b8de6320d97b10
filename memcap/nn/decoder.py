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
from memcap.nn.mixing import mix
from memcap.nn.norm import normalize
from memcap.nn.precision import context, format_of

# Standard deviation of the first weights, as in GPT-2.
_SPREAD = 0.02


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
        state = self.embedding[...].at[tokens].get(mode="fill", fill_value=jnp.nan)
        state = state + self.positions[...][None, : tokens.shape[1]]
        for layer in self.layers:
            state = layer(state, self.heads)
        return _times(normalize("rms", self.gain[...], None, state), self.readout)

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


class DecoderLayer(nnx.Module):
    """Attention and two token-wise products, each behind an RMS norm.

    Args:
        gains: `[2, d]` of the norms.
        maps: `[3, d, d]` query, key and value of all heads.
        output: `[d, d]`.
        inner: `[4 d, d]`.
        outer: `[d, 4 d]`.
    """

    def __init__(
        self,
        gains: nnx.Param,
        maps: nnx.Param,
        output: nnx.Param,
        inner: nnx.Param,
        outer: nnx.Param,
    ) -> None:
        self.gains = gains
        self.maps = maps
        self.output = output
        self.inner = inner
        self.outer = outer

    def __call__(self, state: jax.Array, heads: int) -> jax.Array:
        """Apply the layer to a state `[N, n, d]`."""
        read = normalize("rms", self.gains[...][0], None, state)
        state = state + _times(self._mixed(read, heads), self.output)
        read = normalize("rms", self.gains[...][1], None, state)
        return state + _times(jax.nn.gelu(_times(read, self.inner)), self.outer)

    def _mixed(self, read: jax.Array, heads: int) -> jax.Array:
        count, length, width = read.shape
        size = width // heads
        # One product for query, key and value.
        flat = jnp.matmul(
            read, self.maps[...].reshape(3 * width, width).T, precision="highest"
        )
        query, key, value = (
            part.reshape(count, length, heads, size).transpose(0, 2, 1, 3)
            for part in jnp.split(flat, 3, axis=-1)
        )
        scores = jnp.matmul(query, key.transpose(0, 1, 3, 2), precision="highest")
        mixed = mix("softmax", scores / sqrt(size), value, causal=True)
        return mixed.transpose(0, 2, 1, 3).reshape(count, length, width)


def _times(state: jax.Array, matrix: nnx.Param) -> jax.Array:
    """``M h`` at every token, in the full precision of the type."""
    return jnp.matmul(state, matrix[...].T, precision="highest")


def _param(values: np.ndarray, dtype: str) -> nnx.Param:
    return nnx.Param(jnp.asarray(values.astype(jnp.dtype(dtype))))
