"""The exact forward pass that measures every partial sum on its way.

A slot of the state is an integer table times a power of two, the coarsest unit of all
its values. `Walk.row` is one dot product for all inputs; everything else calls it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from memcap.core.errors import WeightsError
from memcap.core.exact import Number, exact
from memcap.model.weights import (
    Affine,
    Attention,
    Layer,
    Linear,
    Residual,
    Row,
    Weights,
)

_SMALL = 1 << 62


class NotBinary(Exception):  # noqa: N818 - says what was met, caught at one place
    """A number on the way is no binary fraction."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Values ``table * 2^exponent`` with the coarsest unit.

    Args:
        table: `[N, n]` int64, or Python integers where int64 is too short.
        exponent: of the unit.
    """

    table: np.ndarray
    exponent: int

    def last(self) -> "Slot":
        """The values at the last token."""
        return _reduced(self.table[:, -1:], self.exponent)


class Walk:
    """A forward pass in exact arithmetic that keeps what it needed.

    `bits`, `lowest` and `highest` are as in `memcap.model.significance.Significance`;
    `where` names the layer that is being walked, `widest` the one that set `bits`.
    """

    def __init__(self) -> None:
        self.bits, self.lowest, self.highest = 0, 0, 0
        self.where = self.widest = "the embedding"
        self.averages: list[tuple[int, tuple[int, ...]]] = []

    def embed(self, weights: Weights, inputs: np.ndarray) -> list[Slot]:
        """The state of the tokens: looked up, or mapped."""
        embedding = weights.embedding
        if weights.input == "vectors":
            given = [_slot(x) for x in np.moveaxis(inputs, -1, 0)]
            return self.affine(embedding, [self.noted(slot) for slot in given])
        places = inputs.reshape(inputs.shape[:2]).astype(np.int64)
        made = []
        for row in embedding.rows:
            table: list[Number] = [0] * embedding.inputs
            for column, weight in row.terms:
                table[column] = weight
            slot = self.noted(_slot(np.array(table, dtype=object)))
            made.append(_reduced(slot.table[places], slot.exponent))
        return made

    def apply(self, layer: Layer, state: list[Slot]) -> list[Slot]:
        """One layer."""
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

    def attend(self, layer: Attention, state: list[Slot]) -> list[Slot]:
        """Uniform attention: means of the values, mapped and added up over heads."""
        if layer.kind != "uniform" or layer.causal:
            raise WeightsError(
                "significance is measured for uniform, not causal attention."
            )
        skip = [(i, 1) for i in range(len(state))] if layer.residual else []
        terms = [skip[i : i + 1] for i in range(layer.heads[0].output.outputs)]
        mixed: list[Slot] = []
        for head in layer.heads:
            for row, (_, more) in zip(terms, head.output.rows, strict=True):
                row += [(c + len(state) + len(mixed), w) for c, w in more]
            mixed += [self.average(slot) for slot in self.affine(head.value, state)]
        return [self.row(Row(0, tuple(row)), state + mixed) for row in terms]

    def average(self, slot: Slot) -> Slot:
        """The mean over the tokens, at every token."""
        length = slot.table.shape[1]
        # The length is a float of the type too, itself a sum of ones.
        self.note(length, 0)
        pieces = [Slot(slot.table[:, k], slot.exponent) for k in range(length)]
        total = self.row(Row(0, tuple((k, 1) for k in range(length))), pieces)
        odd = length // (length & -length)
        if (total.table % odd).any():
            raise NotBinary
        if odd > 1:
            found = tuple({int(x) for x in total.table.ravel()})
            self.averages.append((length, found))
        twos = (length & -length).bit_length() - 1
        mean = self.noted(_reduced(total.table // odd, total.exponent - twos))
        return Slot(
            np.broadcast_to(mean.table[:, None], slot.table.shape), mean.exponent
        )

    def affine(self, affine: Affine, state: list[Slot]) -> list[Slot]:
        """All rows of an affine map."""
        return [self.row(row, state) for row in affine.rows]

    def row(self, row: Row, state: Sequence[Slot]) -> Slot:
        """One dot product; weights count where all they meet is zero as well."""
        one = np.ones_like(state[0].table)
        factors = [_binary(weight) for _, weight in row.terms] + [_binary(row.bias)]
        for top, power in factors:
            self.note(abs(top), power)
        slots = [state[column] for column, _ in row.terms] + [Slot(one, 0)]
        terms = [
            (top, power + slot.exponent, slot.table)
            for (top, power), slot in zip(factors, slots, strict=True)
            if top and slot.table.any()
        ]
        if not terms:
            return Slot(np.zeros_like(one), 0)
        unit = min(power for _, power, _ in terms)
        scaled = [_times(table, top << (power - unit)) for top, power, table in terms]
        if sum(int(abs(x).max()) for x in scaled) >= _SMALL:
            scaled = [x.astype(object) for x in scaled]
        above = sum(np.maximum(x, 0) for x in scaled)
        below = sum(np.maximum(-x, 0) for x in scaled)
        self.note(max(int(np.max(above)), int(np.max(below))), unit)
        return _reduced(np.asarray(above - below), unit)

    def noted(self, slot: Slot) -> Slot:
        """The slot itself, its values noted."""
        self.note(int(abs(slot.table).max()), slot.exponent)
        return slot

    def note(self, reach: int, unit: int) -> None:
        """Remember that multiples of 2^unit up to ``reach * 2^unit`` were met."""
        if not reach:
            return
        needed = max(1, (reach - 1).bit_length())
        if needed > self.bits:
            self.bits, self.widest = needed, self.where
        self.lowest = min(self.lowest, unit)
        self.highest = max(self.highest, unit + needed)


def _relu(slots: list[Slot]) -> list[Slot]:
    return [_reduced(np.maximum(x.table, 0), x.exponent) for x in slots]


def _times(table: np.ndarray, factor: int) -> np.ndarray:
    if abs(factor) * max(1, int(abs(table).max())) >= _SMALL:
        table = table.astype(object)
    return table * factor


def _binary(value: Number) -> tuple[int, int]:
    """An odd integer and the power of two it is multiplied by."""
    bottom = value.denominator
    if bottom & (bottom - 1):
        raise NotBinary
    top = value.numerator
    twos = (top & -top).bit_length() - 1 if top else 0
    return top >> twos, twos - bottom.bit_length() + 1


def _reduced(table: np.ndarray, exponent: int) -> Slot:
    common = int(np.bitwise_or.reduce(table, axis=None))
    if common == 0:
        return Slot(np.zeros(table.shape, dtype=np.int64), 0)
    twos = (common & -common).bit_length() - 1
    table = table >> twos
    if table.dtype == object and int(abs(table).max()) < _SMALL:
        table = table.astype(np.int64)
    return Slot(table, exponent + twos)


def _slot(values: np.ndarray) -> Slot:
    numbers = [exact(x) for x in np.asarray(values).ravel().tolist()]
    bottom = max((x.denominator for x in numbers), default=1)
    if any(x.denominator & (x.denominator - 1) for x in numbers):
        raise NotBinary
    table = np.array([int(x * bottom) for x in numbers], dtype=object)
    return _reduced(table.reshape(np.shape(values)), 1 - bottom.bit_length())
