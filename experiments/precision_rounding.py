"""Networks with every weight rounded to so many significant binary digits, exactly."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from memcap.core.exact import Number, exact
from memcap.data.dataset import Dataset
from memcap.model.fast_forward import fast_forward
from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Layer,
    Residual,
    Row,
    Weights,
)

Map = Callable[[Number], Number]


def rounded(value: Number, digits: int) -> Number:
    """The nearest number of so many significant binary digits, ties to even.

    Args:
        value: any number.
        digits: at least 1.

    Example:
        >>> rounded(11, 3), rounded(-11, 2), rounded(Fraction(1, 3), 2), rounded(5, 9)
        (12, -12, Fraction(3, 8), 5)
    """
    if value == 0:
        return 0
    size = abs(value)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    # The leading digit stands at 2^exponent or just below it.
    if size < Fraction(2) ** exponent:
        exponent -= 1
    unit = Fraction(2) ** (exponent - digits + 1)
    return exact(unit * round(value / unit))


def significant(value: Number) -> int:
    """Digits from the first to the last one that is not 0, of a dyadic number.

    Example:
        >>> significant(12), significant(Fraction(5, 64)), significant(1 << 90)
        (2, 3, 1)
    """
    top = abs(value.numerator)
    return (top // (top & -top)).bit_length() if top else 0


def rounded_weights(weights: Weights, digits: int) -> Weights:
    """Every stored number rounded; structure and zeros stay."""

    def change(value: Number) -> Number:
        return rounded(value, digits)

    return replace(
        weights,
        embedding=_affine(weights.embedding, change),
        layers=tuple(_layer(layer, change) for layer in weights.layers),
        readout=_affine(weights.readout, change),
    )


def longest(weights: Weights) -> int:
    """Significant digits of the longest weight."""
    found: list[int] = []

    def note(value: Number) -> Number:
        found.append(significant(value))
        return value

    _affine(weights.embedding, note)
    for layer in weights.layers:
        _layer(layer, note)
    _affine(weights.readout, note)
    return max(found)


def _affine(affine: Affine, change: Map) -> Affine:
    rows = (
        Row(change(row.bias), tuple((j, change(w)) for j, w in row.terms))
        for row in affine.rows
    )
    return Affine(affine.inputs, tuple(rows))


def _layer(layer: Layer, change: Map) -> Layer:
    if isinstance(layer, Attention):
        return replace(layer, heads=tuple(_head(head, change) for head in layer.heads))
    if isinstance(layer, Residual):
        inner, outer = _affine(layer.inner, change), _affine(layer.outer, change)
        return replace(layer, inner=inner, outer=outer)
    return replace(layer, map=_affine(layer.map, change))


def _head(head: Head, change: Map) -> Head:
    maps = (head.query, head.key, head.value, head.output)
    return Head(*(_affine(affine, change) for affine in maps))


def decided(weights: Weights, ds: Dataset) -> np.ndarray:
    """The labels that the exact outputs say: nearest integer, or largest output.

    A tie is no decision and gives -1.

    Args:
        weights: a network without softmax.
        ds: the data.
    """
    inputs = ds.token_vectors if weights.input == "vectors" else ds.tokens
    found = fast_forward(weights, inputs)
    if weights.decision == "argmax":
        best = found.integers.max(axis=-1, keepdims=True)
        tied = (found.integers == best).sum(axis=-1) > 1
        return np.where(tied, -1, np.argmax(found.integers, axis=-1))
    return np.array([_nearest(int(x), found.denominator) for x in found.integers])


def _nearest(top: int, bottom: int) -> int:
    whole, rest = divmod(2 * top + bottom, 2 * bottom)
    return -1 if rest == 0 else whole
