"""Random small networks whose numbers are small binary fractions."""

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


def affine(rng, outputs, inputs, bias=True):
    """An affine map of quarters; about one column in five is zero."""
    values = rng.integers(-4, 7, (outputs, inputs)) * (rng.random(inputs) < 0.8)
    biases = rng.integers(-2, 5, outputs) if bias else np.zeros(outputs, dtype=int)
    quarters = [[Fraction(int(x), 4) for x in row] for row in values]
    return Affine.build(
        inputs,
        [dict(enumerate(row)) for row in quarters],
        [Fraction(int(x), 4) for x in biases],
    )


def head(rng, width, score, value, outputs):
    return Head(
        affine(rng, score, width, bias=False),
        affine(rng, score, width, bias=False),
        affine(rng, value, width, bias=False),
        affine(rng, outputs, value, bias=False),
    )


def attention(rng, kind, width, heads=2, causal=False, residual=True):
    """Heads of different sizes, so that padding is exercised."""
    made = tuple(head(rng, width, 1 + h, 2 - h % 2, width) for h in range(heads))
    return Attention(kind, made, causal, residual)


def layers(rng, kind, width=3, **options) -> tuple[Layer, ...]:
    """Plain layers of changing widths, attention, residual layers, a linear one."""
    return (
        Relu(affine(rng, 5, width), "encoder"),
        Relu(affine(rng, 2, 5), "encoder"),
        Linear(affine(rng, 4, 2), "encoder"),
        attention(rng, kind, 4, **options),
        Residual(affine(rng, 3, 4), affine(rng, 4, 3), "decoder"),
        Residual(affine(rng, 6, 4), affine(rng, 4, 6), "decoder"),
        Linear(affine(rng, 3, 4), "decoder"),
    )


def network(
    seed,
    kind="uniform",
    task="next_token",
    outputs=1,
    ids=None,
    positions=None,
    **options,
) -> Weights:
    """A network over ids 0..ids-1, or over vectors of two coordinates."""
    rng = np.random.default_rng(seed)
    return Weights(
        task=task,
        input="vectors" if ids is None else "ids",
        embedding=affine(rng, 3, ids or 2, bias=False),
        layers=layers(rng, kind, **options),
        readout=affine(rng, outputs, 3),
        decision="nearest" if outputs == 1 else "argmax",
        positions=positions and affine(rng, 3, positions, bias=False),
    )


def starred(seed, kind="uniform", **more) -> Weights:
    """A network with an aggregate and two star layers, one behind the other."""
    rng = np.random.default_rng(1000 + seed)
    plain = network(seed, kind, **more)
    stars = []
    for layer in plain.layers:
        is_attention = isinstance(layer, Attention)
        stars.append(replace(layer, pattern="star") if is_attention else layer)
        if is_attention:
            second = attention(rng, kind, 4, heads=1)
            stars.append(replace(second, pattern="star"))
    extra = affine(rng, plain.embedding.outputs, 1, bias=False)
    return replace(plain, layers=tuple(stars), aggregate=extra)


def vectors(seed, samples=5, length=4):
    """`[N, n, 2]` tokens that are halves, with repetitions."""
    rng = np.random.default_rng(seed)
    return rng.integers(-3, 4, (samples, length, 2)) / 2.0
