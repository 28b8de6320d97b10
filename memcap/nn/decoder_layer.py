"""One layer of a decoder: over whole sequences, or token by token from a memory."""

from math import sqrt
from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from memcap.nn.mixing import mix
from memcap.nn.norm import normalize


class Seen(NamedTuple):
    """What later tokens of a sequence look at in one layer.

    Args:
        keys: `[N, H, n, d / H]`.
        values: `[N, H, n, d / H]`.
    """

    keys: jax.Array
    values: jax.Array


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

    def __call__(self, state: jax.Array, heads: int) -> tuple[jax.Array, Seen]:
        """Apply the layer to a state `[N, n, d]`; also what was seen in it."""
        query, seen = self._asked(state, heads)
        mixed = mix("softmax", _scores(query, seen), seen.values, causal=True)
        return self._finished(state, mixed), seen

    def follow(
        self, state: jax.Array, heads: int, seen: Seen, place: jax.Array
    ) -> tuple[jax.Array, Seen]:
        """Apply the layer to one more token of every sequence.

        Args:
            state: `[N, 1, d]` at the token.
            heads: H.
            seen: of S tokens; those from `place` on do not count.
            place: of the token.
        """
        query, own = self._asked(state, heads)
        seen = Seen(
            *(
                jax.lax.dynamic_update_slice_in_dim(old, new, place, axis=2)
                for old, new in zip(seen, own, strict=True)
            )
        )
        known = jnp.arange(seen.keys.shape[2]) <= place
        scores = jnp.where(known[None, None, None], _scores(query, seen), -jnp.inf)
        mixed = mix("softmax", scores, seen.values, last=True)
        return self._finished(state, mixed), seen

    def _asked(self, state: jax.Array, heads: int) -> tuple[jax.Array, Seen]:
        """Queries, and keys and values, of the tokens of a state."""
        read = normalize("rms", self.gains[...][0], None, state)
        count, length, width = read.shape
        # One product for query, key and value.
        flat = jnp.matmul(
            read, self.maps[...].reshape(3 * width, width).T, precision="highest"
        )
        query, key, value = (
            part.reshape(count, length, heads, width // heads).transpose(0, 2, 1, 3)
            for part in jnp.split(flat, 3, axis=-1)
        )
        return query, Seen(key, value)

    def _finished(self, state: jax.Array, mixed: jax.Array) -> jax.Array:
        mixed = mixed.transpose(0, 2, 1, 3).reshape(state.shape)
        state = state + times(mixed, self.output)
        read = normalize("rms", self.gains[...][1], None, state)
        return state + times(jax.nn.gelu(times(read, self.inner)), self.outer)


def _scores(query: jax.Array, seen: Seen) -> jax.Array:
    found = jnp.matmul(query, seen.keys.transpose(0, 1, 3, 2), precision="highest")
    return found / sqrt(query.shape[-1])


def times(state: jax.Array, matrix: nnx.Param) -> jax.Array:
    """``M h`` at every token, in the full precision of the type."""
    return jnp.matmul(state, matrix[...].T, precision="highest")
