"""How the initial weights of a trainable network are drawn."""

import jax
import jax.numpy as jnp
import numpy as np

from memcap.nn.attention import AttentionLayer, BoltzmannLayer, HeadShape
from memcap.nn.blocks import Block, BlockStack
from memcap.nn.config import Config
from memcap.nn.feedforward import (
    ResidualShape,
    ResidualStack,
    TokenWiseShape,
    TokenWiseStack,
)
from memcap.nn.norm import NO_GAINS, Gains
from memcap.nn.parts import Parts, Segment
from memcap.nn.positions import sinusoid


class Draw:
    """Random arrays of one type from one generator."""

    def __init__(self, generator: np.random.Generator, dtype: str) -> None:
        self.generator = generator
        self.dtype = jnp.dtype(dtype)

    def normal(self, shape: tuple[int, ...], variance: float) -> jax.Array:
        """Independent normal entries."""
        return self.given(self.generator.normal(scale=variance**0.5, size=shape))

    def given(self, values: np.ndarray) -> jax.Array:
        """Values that are not random."""
        return jnp.asarray(values.astype(self.dtype))

    def zeros(self, *shape: int) -> jax.Array:
        """An array of zeros."""
        return jnp.asarray(np.zeros(shape, self.dtype))


def draw(config: Config, generator: np.random.Generator, dtype: str) -> Parts:
    """Draw the initial weights of a trainable network.

    Matrices have variance 1/inputs, those in front of a ReLU 2/inputs, biases are
    zero, and token and position vectors are standard normal in every slot. What L
    layers of a stack, or of B blocks, add to a state has variance 1/L of that.
    """
    source = Draw(generator, dtype)
    m = config.width
    inputs = config.dim if config.vocab is None else config.vocab
    variance = 1.0 / config.dim if config.vocab is None else 1.0
    slots = config.hidden if config.widens else m
    return Parts(
        task=config.task,
        ids=config.vocab is not None,
        decision=config.decision,
        dtype=dtype,
        table=source.normal((inputs, m), variance),
        positions=_positions(config, source),
        segments=(*_encoder(config, source), *_blocks(config, source)),
        readout=source.normal((config.outputs, slots), 1.0 / slots),
        readout_bias=source.zeros(config.outputs),
        positions_trained=config.position_kind == "trained",
        norm=config.norm,
        gains=_gains(config, source),
    )


def _positions(config: Config, source: Draw) -> jax.Array | None:
    if config.positions is None:
        return None
    if config.position_kind == "sinusoidal":
        return source.given(sinusoid(config.positions, config.width))
    return source.normal((config.positions, config.width), 1.0)


def _gains(config: Config, source: Draw, *layers: int) -> Gains:
    if config.norm == "none":
        return NO_GAINS
    shape = (*layers, config.width)
    shift = source.zeros(*shape) if config.norm == "layer" else None
    return Gains(source.zeros(*shape) + 1, shift)


def _encoder(config: Config, source: Draw) -> tuple[Segment, ...]:
    depth, m = config.encoder_depth, config.width
    if depth == 0:
        return ()
    if config.feedforward == "residual":
        return (_residual(config, source, depth, "encoder"),)
    sizes = [m] + [config.hidden] * (depth - 1) + [m]
    return (_plain(source, sizes, "encoder"),)


def _blocks(config: Config, source: Draw) -> tuple[Segment, ...]:
    if config.blocks == 1:
        attention = _attention(config, source)
        decoder = _decoder(config, source)
        return (attention,) if decoder is None else (attention, decoder)
    blocks = [
        Block(_attention(config, source), _decoder(config, source))
        for _ in range(config.blocks)
    ]
    return (BlockStack(blocks),)


def _decoder(config: Config, source: Draw) -> ResidualStack | TokenWiseStack | None:
    depth = config.decoder_depth
    if depth == 0:
        return None
    if config.feedforward == "residual":
        return _residual(config, source, depth, "decoder", config.blocks)
    sizes = [config.width] + [config.hidden] * depth
    return _plain(
        source, sizes if config.widens else [*sizes[:-1], sizes[0]], "decoder"
    )


def _residual(
    config: Config, source: Draw, depth: int, part: str, blocks: int = 1
) -> ResidualStack:
    m, q = config.width, config.hidden
    return ResidualStack(
        source.normal((depth, q, m), 2.0 / m),
        source.zeros(depth, q),
        source.normal((depth, m, q), 1.0 / (q * depth * blocks)),
        source.zeros(depth, m),
        (ResidualShape(q, part),) * depth,
        config.norm,
        _gains(config, source, depth),
    )


def _plain(source: Draw, sizes: list[int], part: str) -> TokenWiseStack:
    pairs = list(zip(sizes[1:], sizes[:-1], strict=True))
    side = max(sizes)
    layers = []
    for outputs, inputs in pairs:
        layer = source.normal((outputs, inputs), 2.0 / inputs)
        layers.append(np.pad(layer, ((0, side - outputs), (0, side - inputs))))
    shapes = tuple(TokenWiseShape(*pair, True, part) for pair in pairs)
    weight = jnp.asarray(np.stack(layers))
    return TokenWiseStack(weight, source.zeros(len(pairs), side), shapes)


def _attention(config: Config, source: Draw) -> AttentionLayer | BoltzmannLayer:
    heads, m, s = config.heads, config.width, config.inner_size
    t = config.inner_value_size
    if config.attention == "boltzmann":
        return BoltzmannLayer(
            source.normal((heads, m), 1.0 / m),
            source.zeros(heads) + 1,
            source.normal((heads, m, 1), 1.0 / config.blocks),
            causal=config.causal,
            score_scale=config.score_scale,
            norm=config.norm,
            gains=_gains(config, source),
        )
    scores = 0 if config.attention == "uniform" else s
    return AttentionLayer(
        config.attention,
        source.normal((heads, scores, m), 1.0 / m),
        source.normal((heads, scores, m), 1.0 / m),
        source.normal((heads, t, m), 1.0 / m),
        source.normal((heads, m, t), 1.0 / (t * config.blocks)),
        shapes=(HeadShape(scores, t),) * heads,
        causal=config.causal,
        residual=config.skip,
        score_scale=config.score_scale,
        softening=config.softening,
        norm=config.norm,
        gains=_gains(config, source),
    )
