"""The pieces a network module is made of."""

from dataclasses import dataclass

import jax

from memcap.data.dataset import Task
from memcap.model.weights import Decision
from memcap.nn.attention import AttentionLayer, BoltzmannLayer
from memcap.nn.blocks import BlockStack
from memcap.nn.feedforward import ResidualStack, TokenWiseStack
from memcap.nn.norm import NO_GAINS, Gains, NormName

Segment = TokenWiseStack | ResidualStack | AttentionLayer | BoltzmannLayer | BlockStack


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything a `Transformer` holds.

    Args:
        task: ``next_token`` reads the last token, ``seq_to_seq`` every token.
        ids: whether tokens are ids, rows of the table, or vectors, multiplied by it.
        decision: ``nearest`` for one output, ``argmax`` for C.
        dtype: name of the floating-point type of all arrays.
        table: `[V or d, m]` the embedding, transposed.
        positions: `[P, m]` one vector for each position, or None.
        segments: the layers in order.
        readout: `[outputs, m]`.
        readout_bias: `[outputs]`.
        aggregate: `[m]` state of an extra token in front of the sequence, or None.
        positions_trained: whether training moves the position vectors.
        norm: what is done to the state before the readout sees it.
        gains: `[m]` gain and shift of that norm.
    """

    task: Task
    ids: bool
    decision: Decision
    dtype: str
    table: jax.Array
    positions: jax.Array | None
    segments: tuple[Segment, ...]
    readout: jax.Array
    readout_bias: jax.Array
    aggregate: jax.Array | None = None
    positions_trained: bool = True
    norm: NormName = "none"
    gains: Gains = NO_GAINS
