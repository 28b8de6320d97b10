"""Random networks with adversarial numbers, and token sequences to feed them."""

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np

from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Layer,
    Linear,
    Relu,
    Residual,
    Weights,
)

BORDERS = [2**31 - 1, 2**31, 2**61, 2**62 - 1, 2**62, 2**63 - 1, 2**63, 2**64, 2**200]
BORDERS += [-x for x in BORDERS]


def number(rng: random.Random):
    """Small, odd denominators, dyadic, or at the border of int64."""
    kind = rng.random()
    if kind < 0.35:
        return rng.randint(-3, 3)
    if kind < 0.6:
        return Fraction(rng.randint(-9, 9), rng.choice([1, 2, 3, 5, 7, 8, 64]))
    if kind < 0.8:
        return Fraction(rng.randint(-(2**70), 2**70), 2 ** rng.randint(0, 70))
    return rng.choice([*BORDERS, 1, -1, Fraction(1, 2**63), Fraction(1, 3**50)])


def affine(
    rng: random.Random, inputs: int, outputs: int, bias=True, density=0.6
) -> Affine:
    """A sparse map; rows may be empty."""
    rows = [
        {c: number(rng) for c in range(inputs) if rng.random() < density}
        for _ in range(outputs)
    ]
    biases = [number(rng) if bias and rng.random() < 0.6 else 0 for _ in range(outputs)]
    return Affine.build(inputs, rows, biases)


def _head(rng: random.Random, width: int) -> Head:
    size, score = rng.randint(1, 2), rng.randint(0, 2)
    return Head(
        affine(rng, width, score, False),
        affine(rng, width, score, False),
        affine(rng, width, size, False),
        affine(rng, size, width, False),
    )


def _layer(rng: random.Random, width: int, kinds) -> tuple[Layer, int]:
    kind, wide = rng.random(), rng.randint(1, 5)
    if kind < 0.4:
        return Relu(affine(rng, width, wide), "plain"), wide
    if kind < 0.5:
        return Linear(affine(rng, width, wide), "plain"), wide
    if kind < 0.75:
        inner, outer = affine(rng, width, wide), affine(rng, wide, width)
        return Residual(inner, outer, "residual"), width
    heads = tuple(_head(rng, width) for _ in range(rng.randint(1, 2)))
    causal, skip = rng.random() < 0.4, rng.random() < 0.7
    return Attention(rng.choice(kinds), heads, causal, skip), width


def network(
    rng: random.Random, *, vocab=6, length=5, depth=6, kinds=("uniform", "hardmax")
) -> Weights:
    """A network of any layers; `vocab` ids, or vectors of up to three coordinates."""
    ids = rng.random() < 0.5
    inputs, width = (vocab if ids else rng.randint(1, 3)), rng.randint(1, 4)
    embedding = affine(rng, inputs, width, False)
    positions = affine(rng, length, width, False) if rng.random() < 0.3 else None
    layers = []
    for _ in range(rng.randint(0, depth)):
        layer, width = _layer(rng, width, kinds)
        layers.append(layer)
    classes = rng.choice([1, 1, 3])
    return Weights(
        task=rng.choice(["next_token", "seq_to_seq"]),
        input="ids" if ids else "vectors",
        embedding=embedding,
        layers=tuple(layers),
        readout=affine(rng, width, classes),
        decision="nearest" if classes == 1 else "argmax",
        positions=positions,
    )


def starred(rng: random.Random, weights: Weights, share=0.7) -> Weights:
    """The network with an aggregate, and most of its attention layers as stars."""
    made = tuple(
        replace(layer, pattern="star", causal=False)
        if isinstance(layer, Attention) and rng.random() < share
        else layer
        for layer in weights.layers
    )
    extra = affine(rng, 1, weights.embedding.outputs, False)
    return replace(weights, layers=made, aggregate=extra)


def tokens(rng: random.Random, weights: Weights, samples: int, length: int):
    """Ids, or vectors of a few or of many different values."""
    draw = np.random.default_rng(rng.randrange(2**32))
    inputs = weights.embedding.inputs
    if weights.input == "ids":
        return draw.integers(0, inputs, (samples, length))
    pool = [0.0, -0.0, 1.0, 2.0, 0.5, -3.25, 1e10, 2.0**62, -(2.0**-40)]
    if rng.random() < 0.3:
        pool = draw.integers(-(2**40), 2**40, 4 * samples) / 8
    elif rng.random() < 0.3:
        return draw.integers(-50, 50, (samples, length, inputs))
    return draw.choice(pool, (samples, length, inputs))
