"""The rival: one input after another in plain Python integers, exact.

What one would write first, written well. Every slot is an integer over a denominator
that is fixed layer by layer before the first input, so that an input costs additions,
multiplications and shifts of integers and no division. After the last attention layer
only the last token is followed. Nothing is shared between inputs.
"""

from collections.abc import Callable, Sequence
from math import lcm
from typing import Any

import numpy as np

from memcap.model.weights import Attention, Relu, Residual, Row, Weights

Slots = list[int]


class OneByOne:
    """The exact output at the last token, one sequence after another.

    Args:
        weights: a next-token network of one output, uniform attention at most.
        length: tokens of a sequence.

    Raises:
        ValueError: the network has another form.
    """

    def __init__(self, weights: Weights, length: int) -> None:
        if weights.task != "next_token" or weights.decision != "nearest":
            raise ValueError("followed is one output at the last token.")
        if weights.positions is not None:
            raise ValueError("position vectors are not followed.")
        self.embed, under = _embedding(weights)
        self.layers: list[_Rows | _Block | _Averages] = []
        for layer in weights.layers:
            if isinstance(layer, Attention):
                made = _Averages(layer, under, length)
            elif isinstance(layer, Residual):
                made = _Block(layer, under)
            else:
                made = _Rows(layer.map.rows, under, isinstance(layer, Relu))
            self.layers.append(made)
            under = made.under
        mixing = [i for i, x in enumerate(self.layers) if isinstance(x, _Averages)]
        self.last = max(mixing, default=-1)
        self.readout = _Rows(weights.readout.rows, under)
        self.denominator = self.readout.under[0]

    def __call__(self, tokens: np.ndarray) -> int:
        """Output times `denominator`, for `[n]` ids or integers, `[n, d]` vectors."""
        read = tokens if self.last >= 0 else tokens[-1:]
        state = [self.embed(token) for token in read.tolist()]
        for i, layer in enumerate(self.layers):
            if isinstance(layer, _Averages):
                state = layer.mix(state, only_last=i == self.last)
            else:
                state = [layer(slots) for slots in state]
        return self.readout(state[-1])[0]


class _Rows:
    """Affine rows of integers over the denominators `under`, ReLU after them or not."""

    def __init__(
        self, rows: Sequence[Row], under: Sequence[int], relu: bool = False
    ) -> None:
        made = [_integers(row, under) for row in rows]
        self.rows = [row for row, _ in made]
        self.under, self.relu = [bottom for _, bottom in made], relu

    def __call__(self, slots: Slots) -> Slots:
        made = []
        for total, plus, minus, times in self.rows:
            for i in plus:
                total += slots[i]
            for i in minus:
                total -= slots[i]
            for i, factor, shift in times:
                total += slots[i] * factor << shift
            made.append(total)
        return [x if x > 0 else 0 for x in made] if self.relu else made


def _integers(row: Row, under: Sequence[int]) -> tuple[tuple, int]:
    """A row as (bias, slots added, slots subtracted, (slot, odd factor, shift))."""
    bottoms = [weight.denominator * under[i] for i, weight in row.terms]
    bottom = lcm(row.bias.denominator, *bottoms)
    plus, minus, times = [], [], []
    for (i, weight), part in zip(row.terms, bottoms, strict=True):
        factor = weight.numerator * (bottom // part)
        shift = (factor & -factor).bit_length() - 1
        if abs(factor) == 1:
            (plus if factor > 0 else minus).append(i)
        else:
            times.append((i, factor >> shift, shift))
    bias = row.bias.numerator * (bottom // row.bias.denominator)
    return (bias, plus, minus, times), bottom


class _Block:
    """A residual block; slots that it does not change are handed on."""

    def __init__(self, layer: Residual, under: Sequence[int]) -> None:
        self.inner = _Rows(layer.inner.rows, under, relu=True)
        size, outer = len(self.inner.under), layer.outer.rows
        self.places = [i for i, row in enumerate(outer) if row.terms or row.bias]
        changed = [
            Row(outer[i].bias, (*outer[i].terms, (size + i, 1))) for i in self.places
        ]
        self.outer = _Rows(changed, [*self.inner.under, *under])
        self.under = list(under)
        for i, bottom in zip(self.places, self.outer.under, strict=True):
            self.under[i] = bottom

    def __call__(self, slots: Slots) -> Slots:
        made = slots.copy()
        changed = self.outer(self.inner(slots) + slots)
        for i, value in zip(self.places, changed, strict=True):
            made[i] = value
        return made


class _Averages:
    """Uniform attention: sums of values, the number of tokens in the denominator."""

    def __init__(self, layer: Attention, under: Sequence[int], length: int) -> None:
        if layer.kind != "uniform" or layer.causal:
            raise ValueError("followed is uniform attention to all tokens.")
        rows = [row for head in layer.heads for row in head.value.rows]
        self.values = _Rows(rows, under)
        size = len(rows)
        means = [bottom * length for bottom in self.values.under]
        written = [[] for _ in layer.heads[0].output.rows]
        first = 0
        for head in layer.heads:
            for terms, row in zip(written, head.output.rows, strict=True):
                terms += [(first + i, weight) for i, weight in row.terms]
            first += len(head.value.rows)
        if layer.residual:
            written = [[*terms, (size + i, 1)] for i, terms in enumerate(written)]
        rows = [Row(0, tuple(terms)) for terms in written]
        self.written = _Rows(rows, [*means, *under])
        self.under = self.written.under

    def mix(self, state: list[Slots], only_last: bool) -> list[Slots]:
        """The state after attention, of the last token or of all."""
        values = [self.values(slots) for slots in state]
        sums = [sum(column) for column in zip(*values, strict=True)]
        read = state[-1:] if only_last else state
        return [self.written(sums + slots) for slots in read]


def _embedding(weights: Weights) -> tuple[Callable[[Any], Slots], list[int]]:
    """What embeds a token, and the denominators of the slots."""
    affine = weights.embedding
    whole = _Rows(affine.rows, [1] * affine.inputs)
    if weights.input == "vectors":
        return lambda x: whole(x if isinstance(x, list) else [x]), whole.under
    table = [[0] * affine.outputs for _ in range(affine.inputs)]
    for slot, (row, bottom) in enumerate(zip(affine.rows, whole.under, strict=True)):
        for token, weight in row.terms:
            table[token][slot] = weight.numerator * (bottom // weight.denominator)
    return table.__getitem__, whole.under
