"""The pieces a network module is made of, and how those of a trained one are drawn."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from memcap.data.dataset import Task
from memcap.model.weights import Decision
from memcap.nn.attention import AttentionLayer, BoltzmannLayer, HeadShape
from memcap.nn.config import Config
from memcap.nn.feedforward import (
    ResidualShape,
    ResidualStack,
    TokenWiseShape,
    TokenWiseStack,
)

Segment = TokenWiseStack | ResidualStack | AttentionLayer | BoltzmannLayer


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


class _Draw:
    """Random arrays of one type from one generator."""

    def __init__(self, generator: np.random.Generator, dtype: str) -> None:
        self.generator = generator
        self.dtype = jnp.dtype(dtype)

    def normal(self, shape: tuple[int, ...], variance: float) -> jax.Array:
        """Independent normal entries."""
        values = self.generator.normal(scale=variance**0.5, size=shape)
        return jnp.asarray(values.astype(self.dtype))

    def zeros(self, *shape: int) -> jax.Array:
        """An array of zeros."""
        return jnp.asarray(np.zeros(shape, self.dtype))


def draw(config: Config, generator: np.random.Generator, dtype: str) -> Parts:
    """Draw the initial weights of a trainable network.

    Matrices have variance 1/inputs, those in front of a ReLU 2/inputs, biases are
    zero, and token and position vectors are standard normal in every slot.
    """
    source = _Draw(generator, dtype)
    m = config.width
    inputs = config.dim if config.vocab is None else config.vocab
    variance = 1.0 / config.dim if config.vocab is None else 1.0
    slots = config.hidden if _widens(config) else m
    return Parts(
        task=config.task,
        ids=config.vocab is not None,
        decision=config.decision,
        dtype=dtype,
        table=source.normal((inputs, m), variance),
        positions=source.normal((config.positions, m), 1.0)
        if config.positions
        else None,
        segments=(
            *_encoder(config, source),
            _attention(config, source),
            *_decoder(config, source),
        ),
        readout=source.normal((config.outputs, slots), 1.0 / slots),
        readout_bias=source.zeros(config.outputs),
    )


def _widens(config: Config) -> bool:
    return config.feedforward == "plain" and config.decoder_depth > 0


def _encoder(config: Config, source: _Draw) -> tuple[Segment, ...]:
    depth, m = config.encoder_depth, config.width
    if depth == 0:
        return ()
    if config.feedforward == "residual":
        return (_residual(config, source, depth, "encoder"),)
    sizes = [m] + [config.hidden] * (depth - 1) + [m]
    return (_plain(source, sizes, "encoder"),)


def _decoder(config: Config, source: _Draw) -> tuple[Segment, ...]:
    depth = config.decoder_depth
    if depth == 0:
        return ()
    if config.feedforward == "residual":
        return (_residual(config, source, depth, "decoder"),)
    return (_plain(source, [config.width] + [config.hidden] * depth, "decoder"),)


def _residual(config: Config, source: _Draw, depth: int, part: str) -> ResidualStack:
    m, q = config.width, config.hidden
    return ResidualStack(
        source.normal((depth, q, m), 2.0 / m),
        source.zeros(depth, q),
        source.normal((depth, m, q), 1.0 / (q * depth)),
        source.zeros(depth, m),
        (ResidualShape(q, part),) * depth,
    )


def _plain(source: _Draw, sizes: list[int], part: str) -> TokenWiseStack:
    pairs = list(zip(sizes[1:], sizes[:-1], strict=True))
    side = max(sizes)
    layers = []
    for outputs, inputs in pairs:
        layer = source.normal((outputs, inputs), 2.0 / inputs)
        layers.append(np.pad(layer, ((0, side - outputs), (0, side - inputs))))
    shapes = tuple(TokenWiseShape(*pair, True, part) for pair in pairs)
    weight = jnp.asarray(np.stack(layers))
    return TokenWiseStack(weight, source.zeros(len(pairs), side), shapes)


def _attention(config: Config, source: _Draw) -> Segment:
    heads, m, s = config.heads, config.width, config.inner_size
    if config.attention == "boltzmann":
        return BoltzmannLayer(
            source.normal((heads, m), 1.0 / m),
            source.zeros(heads) + 1,
            source.normal((heads, m, 1), 1.0),
            causal=config.causal,
        )
    scores = 0 if config.attention == "uniform" else s
    return AttentionLayer(
        config.attention,
        source.normal((heads, scores, m), 1.0 / m),
        source.normal((heads, scores, m), 1.0 / m),
        source.normal((heads, s, m), 1.0 / m),
        source.normal((heads, m, s), 1.0 / s),
        shapes=(HeadShape(scores, s),) * heads,
        causal=config.causal,
    )
