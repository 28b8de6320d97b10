"""Blocks of attention and feed-forward, stacked so that a deep network is one scan."""

from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from memcap.nn.attention import AttentionLayer, BoltzmannLayer
from memcap.nn.feedforward import ResidualStack, TokenWiseStack


class Block(nnx.Module):
    """One attention layer and the token-wise layers behind it.

    Args:
        attention: the attention layer.
        feedforward: the token-wise layers, from m slots to m slots, or None.
    """

    def __init__(
        self,
        attention: AttentionLayer | BoltzmannLayer,
        feedforward: ResidualStack | TokenWiseStack | None,
    ) -> None:
        self.attention = attention
        self.feedforward = nnx.data(feedforward)

    def __call__(self, state: jax.Array, progress: Any = None) -> jax.Array:
        """Apply the block to a state `[..., n, m]`."""
        state = self.attention(state, progress)
        return state if self.feedforward is None else self.feedforward(state)


class BlockStack(nnx.Module):
    """Blocks of one shape in sequence, every array with a leading axis of blocks.

    Args:
        blocks: the blocks, equal in everything but their numbers.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        structures, states = zip(*(nnx.split(block) for block in blocks), strict=True)
        stacked = jax.tree.map(lambda *arrays: jnp.stack(arrays), *states)
        self.block = nnx.merge(structures[0], stacked)
        self.depth = len(blocks)

    def __call__(self, state: jax.Array, progress: Any = None) -> jax.Array:
        """Apply the blocks to a state `[..., n, m]`."""
        structure, arrays = nnx.split(self.block)

        def step(state: jax.Array, own: nnx.State) -> tuple[jax.Array, None]:
            return nnx.merge(structure, own)(state, progress), None

        return jax.lax.scan(step, state, arrays)[0]

    def blocks(self) -> Iterator[Block]:
        """The blocks one by one, as copies."""
        structure, arrays = nnx.split(self.block)
        for index in range(self.depth):
            own = jax.tree.map(lambda array, i=index: array[i], arrays)
            yield nnx.merge(structure, own)
