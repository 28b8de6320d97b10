"""How many significant bits an exact forward pass needs at every step.

A float forward pass is exact when no operation rounds. For a dot product
``sum w_j x_j + b`` of binary fractions let u be the finest unit among the terms of all
inputs, and P and Q the sums of the positive and of the negative terms. Every partial
sum, in whatever order or grouping the terms are added, is a multiple of u between -Q
and P. So

    max(P, Q) / u <= 2^p

proves that a float type of p significant bits computes it exactly, fused or not. Inputs
and weights are terms themselves. Dividing by the length n of a uniform attention is
checked twice, as a division and as a product with the rounded 1/n, because compilers
use either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from memcap.core.errors import WeightsError
from memcap.core.exact import Number, exact
from memcap.model.forward import token_inputs
from memcap.model.weights import (
    Affine,
    Attention,
    Layer,
    Linear,
    Residual,
    Row,
)
from memcap.model.weights import Weights as Network

_SMALL = 1 << 62


@dataclass(frozen=True, slots=True)
class Significance:
    """What an exact forward pass needs of a float type.

    Args:
        bits: significant bits of the longest partial sum; None if a number is no
            binary fraction.
        where: the layer that needs them.
        lowest: exponent of the finest unit.
        highest: exponent that no partial sum exceeds.
        averages: length and distinct sums, in some unit, of every averaging whose
            length is no power of two.
    """

    bits: int | None
    where: str
    lowest: int
    highest: int
    averages: tuple[tuple[int, tuple[int, ...]], ...] = ()

    def fits(self, significand: int, lowest: int = -126, highest: int = 127) -> bool:
        """Whether the pass is exact with that significand and exponents.

        Example:
            >>> Significance(24, "readout", -3, 21).fits(24)
            True
            >>> Significance(24, "readout", -3, 21, ((49, (49,)),)).fits(53)
            False
        """
        if self.bits is None or self.bits > significand:
            return False
        if self.lowest < lowest or self.highest > highest:
            return False
        return all(
            _survives_reciprocal(total, length, significand)
            for length, totals in self.averages
            for total in totals
        )


def _survives_reciprocal(total: int, length: int, significand: int) -> bool:
    product = total * rounded(Fraction(1, length), significand)
    return rounded(product, significand) == Fraction(total, length)


def rounded(value: Fraction, significand: int) -> Fraction:
    """The nearest number of so many significant bits, ties to even.

    Example:
        >>> rounded(Fraction(9), 3), rounded(Fraction(1, 3), 2)
        (Fraction(8, 1), Fraction(3, 8))
    """
    if value == 0:
        return value
    size = abs(value.numerator).bit_length() - value.denominator.bit_length()
    unit = Fraction(2) ** (size - significand + 1)
    if abs(value) < Fraction(2) ** size:
        unit /= 2
    return round(value / unit) * unit


@dataclass(frozen=True, slots=True)
class _Slot:
    """Values ``table * 2^exponent`` with the coarsest unit."""

    table: np.ndarray
    exponent: int


def significance(weights: Network, tokens: object) -> Significance:
    """Walk through the exact forward pass and measure every dot product.

    Args:
        weights: token-wise layers and uniform, not causal attention.
        tokens: `[N, n]` ids, or `[N, n, d]` vectors.

    Raises:
        WeightsError: the network has positions or another kind of attention.

    Example:
        >>> from memcap.model.weights import Relu
        >>> net = Network("next_token", "vectors", Affine.dense([[1]]),
        ...               (Relu(Affine.dense([[2]], [-3])),), Affine.dense([[0.5]]))
        >>> significance(net, [[1], [2], [7]]).bits
        4
    """
    if weights.positions is not None:
        raise WeightsError("significance is measured for networks without positions.")
    walk = _Walk()
    try:
        state = walk.embed(weights, token_inputs(weights, np.asarray(tokens)))
        for index, layer in enumerate(weights.layers):
            walk.where = f"layer {index} ({layer.part})"
            state = walk.apply(layer, state)
        walk.where = "the readout"
        walk.affine(weights.readout, state)
    except _NotBinary:
        return Significance(None, walk.where, 0, 0)
    return Significance(
        walk.bits, walk.widest, walk.lowest, walk.highest, tuple(walk.averages)
    )


class _NotBinary(Exception):
    """A number on the way is no binary fraction."""


class _Walk:
    def __init__(self) -> None:
        self.bits, self.lowest, self.highest = 0, 0, 0
        self.where = self.widest = "the embedding"
        self.averages: list[tuple[int, tuple[int, ...]]] = []

    def embed(self, weights: Network, inputs: np.ndarray) -> list[_Slot]:
        embedding = weights.embedding
        if weights.input == "vectors":
            return self.affine(
                embedding, [_slot(x) for x in np.moveaxis(inputs, -1, 0)]
            )
        places = inputs.reshape(inputs.shape[:2]).astype(np.int64)
        made = []
        for row in embedding.rows:
            table: list[Number] = [0] * embedding.inputs
            for column, weight in row.terms:
                table[column] = weight
            slot = _slot(np.array(table, dtype=object))
            made.append(_Slot(slot.table[places], slot.exponent))
        return self.affine(_identity(len(made)), made)

    def apply(self, layer: Layer, state: list[_Slot]) -> list[_Slot]:
        if isinstance(layer, Attention):
            return self.attend(layer, state)
        if isinstance(layer, Residual):
            hidden = _relu(self.affine(layer.inner, state))
            skip = ((len(hidden), 1),)
            return [
                self.row(Row(bias, terms + skip), [*hidden, x]) if terms or bias else x
                for (bias, terms), x in zip(layer.outer.rows, state, strict=True)
            ]
        made = self.affine(layer.map, state)
        return made if isinstance(layer, Linear) else _relu(made)

    def attend(self, layer: Attention, state: list[_Slot]) -> list[_Slot]:
        if layer.kind != "uniform" or layer.causal:
            raise WeightsError(
                "significance is measured for uniform, not causal attention."
            )
        mixed, terms = (
            [],
            [
                [(i, 1)] if layer.residual else []
                for i in range(layer.heads[0].output.outputs)
            ],
        )
        for head in layer.heads:
            for row, (_, more) in zip(terms, head.output.rows, strict=True):
                row += [(c + len(state) + len(mixed), w) for c, w in more]
            mixed += [self.average(slot) for slot in self.affine(head.value, state)]
        return [self.row(Row(0, tuple(row)), state + mixed) for row in terms]

    def average(self, slot: _Slot) -> _Slot:
        length = slot.table.shape[1]
        pieces = [_Slot(slot.table[:, k], slot.exponent) for k in range(length)]
        total = self.row(Row(0, tuple((k, 1) for k in range(length))), pieces)
        odd = length // (length & -length)
        if (total.table % odd).any():
            raise _NotBinary
        if odd > 1:
            found = tuple({int(x) for x in total.table.ravel()})
            self.averages.append((length, found))
        twos = (length & -length).bit_length() - 1
        mean = _reduced(total.table // odd, total.exponent - twos)
        return _Slot(
            np.broadcast_to(mean.table[:, None], slot.table.shape), mean.exponent
        )

    def affine(self, affine: Affine, state: list[_Slot]) -> list[_Slot]:
        return [self.row(row, state) for row in affine.rows]

    def row(self, row: Row, state: Sequence[_Slot]) -> _Slot:
        one = np.ones_like(state[0].table)
        factors = [_binary(weight) for _, weight in row.terms] + [_binary(row.bias)]
        slots = [state[column] for column, _ in row.terms] + [_Slot(one, 0)]
        terms = [
            (top, power + slot.exponent, slot.table)
            for (top, power), slot in zip(factors, slots, strict=True)
            if top and slot.table.any()
        ]
        if not terms:
            return _Slot(np.zeros_like(one), 0)
        unit = min(power for _, power, _ in terms)
        scaled = [_times(table, top << (power - unit)) for top, power, table in terms]
        bound = sum(int(abs(x).max()) for x in scaled)
        if bound >= _SMALL:
            scaled = [x.astype(object) for x in scaled]
        above = sum(np.maximum(x, 0) for x in scaled)
        below = sum(np.maximum(-x, 0) for x in scaled)
        self.note(max(int(np.max(above)), int(np.max(below))), unit)
        return _reduced(np.asarray(above - below), unit)

    def note(self, reach: int, unit: int) -> None:
        needed = max(1, (reach - 1).bit_length())
        if needed > self.bits:
            self.bits, self.widest = needed, self.where
        self.lowest = min(self.lowest, unit)
        self.highest = max(self.highest, unit + needed)


def _identity(size: int) -> Affine:
    return Affine.build(size, [{i: 1} for i in range(size)])


def _relu(slots: list[_Slot]) -> list[_Slot]:
    return [_reduced(np.maximum(x.table, 0), x.exponent) for x in slots]


def _times(table: np.ndarray, factor: int) -> np.ndarray:
    if abs(factor) * max(1, int(abs(table).max())) >= _SMALL:
        table = table.astype(object)
    return table * factor


def _binary(value: Number) -> tuple[int, int]:
    """An odd integer and the power of two it is multiplied by."""
    bottom = value.denominator
    if bottom & (bottom - 1):
        raise _NotBinary
    top = value.numerator
    twos = (top & -top).bit_length() - 1 if top else 0
    return top >> twos, twos - bottom.bit_length() + 1


def _reduced(table: np.ndarray, exponent: int) -> _Slot:
    common = int(np.bitwise_or.reduce(table, axis=None))
    if common == 0:
        return _Slot(np.zeros(table.shape, dtype=np.int64), 0)
    twos = (common & -common).bit_length() - 1
    table = table >> twos
    if table.dtype == object and int(abs(table).max()) < _SMALL:
        table = table.astype(np.int64)
    return _Slot(table, exponent + twos)


def _slot(values: np.ndarray) -> _Slot:
    numbers = [exact(x) for x in np.asarray(values).ravel().tolist()]
    bottom = max((x.denominator for x in numbers), default=1)
    if any(x.denominator & (x.denominator - 1) for x in numbers):
        raise _NotBinary
    table = np.array([int(x * bottom) for x in numbers], dtype=object)
    return _reduced(table.reshape(np.shape(values)), 1 - bottom.bit_length())
