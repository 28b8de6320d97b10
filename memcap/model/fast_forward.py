"""The exact forward pass for many inputs at once; equal to the reference bit for bit.

Three savings, none of which knows what the network is for: token-wise layers before
attention run once per distinct token; after the last attention layer only the positions
that are read are kept; and every slot is a `Column`, evaluated on its
distinct values. Cost: about one numpy operation per non-zero weight and layer, on
tables whose size is the number of distinct values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from memcap.core.errors import WeightsError
from memcap.core.exact import Number, exact
from memcap.model.columns import AnyColumn, Columns
from memcap.model.fast_attention import attend
from memcap.model.forward import token_inputs
from memcap.model.tables import Column, make_column, rank, scaled
from memcap.model.weights import Affine, Attention, Layer, Relu, Residual, Row, Weights


@dataclass(frozen=True, slots=True, eq=False)
class ExactOutputs:
    """Exact outputs, ``integers / denominator``.

    Args:
        integers: `[N]`, `[N, C]`, `[N, n]` or `[N, n, C]`, int64 or Python integers.
        denominator: a positive integer.
    """

    integers: np.ndarray
    denominator: int

    def numbers(self) -> np.ndarray:
        """The outputs as integers and Fractions."""
        ratio = np.frompyfunc(lambda p: exact(Fraction(int(p), self.denominator)), 1, 1)
        return np.asarray(ratio(self.integers))


@dataclass(slots=True)
class TokenState:
    """The exact state of the distinct tokens, and which of them stands where.

    Args:
        engine: evaluates affine rows over the R distinct tokens.
        columns: the m slots.
        index: `[N, n]` row of each position.
    """

    engine: Columns
    columns: list[AnyColumn]
    index: np.ndarray

    def numbers(self, affine: Affine) -> list[list[Number]]:
        """Each output of an affine map, for every distinct token, exact."""
        made = _affine(affine, self.engine, self.columns)
        return _spelled_out(self.engine, made)

    def slot_numbers(self) -> list[list[Number]]:
        """Each slot of the state, for every distinct token, exact."""
        return _spelled_out(self.engine, self.columns)


def _spelled_out(engine: Columns, columns: Sequence[AnyColumn]) -> list[list[Number]]:
    made = []
    for column in map(engine.plain, columns):
        top, bottom = column.scale
        made.append([exact(Fraction(top * int(x), bottom)) for x in column.expand()])
    return made


def fast_forward(weights: Weights, tokens: Any) -> ExactOutputs:
    """Run a rational network exactly on many token sequences.

    Args:
        weights: a network without softmax.
        tokens: `[N, n]` integer ids, or `[N, n, d]` real vectors.

    Returns:
        the exact outputs, shaped as by `memcap.model.forward.forward`.

    Raises:
        WeightsError: the tokens do not fit, or the network contains softmax.

    Example:
        >>> from memcap.model.weights import Affine, Relu
        >>> net = Weights("next_token", "vectors", Affine.dense([[1]]),
        ...               (Relu(Affine.dense([[2]], [-3])),), Affine.dense([[0.5]]))
        >>> fast_forward(net, [[1], [2], [3]]).numbers().tolist()
        [0, Fraction(1, 2), Fraction(3, 2)]
    """
    if not weights.is_rational:
        raise WeightsError("softmax has no exact rational value; use ball arithmetic.")
    state = _embed(weights, token_inputs(weights, np.asarray(tokens)))
    mixing = [i for i, x in enumerate(weights.layers) if isinstance(x, Attention)]
    last = max(mixing, default=-1)
    read = _read_positions(weights)
    if last < 0:
        state.index = state.index[:, read]
    for i, layer in enumerate(weights.layers):
        state = _apply(layer, state, read if i == last else slice(None))
    return _outputs(weights, state)


def token_state(weights: Weights, tokens: Any) -> TokenState:
    """The exact state before the first attention layer; arguments as `fast_forward`."""
    state = _embed(weights, token_inputs(weights, np.asarray(tokens)))
    for layer in weights.layers:
        if isinstance(layer, Attention):
            break
        state = _apply(layer, state, slice(None))
    return state


def _read_positions(weights: Weights) -> slice:
    """The positions the readout looks at, of the tokens with the aggregate."""
    if weights.task == "next_token":
        return slice(-1, None)
    return slice(0 if weights.aggregate is None else 1, None)


def _embed(weights: Weights, inputs: np.ndarray) -> TokenState:
    samples, length = inputs.shape[:2]
    flat = inputs.reshape(samples * length, -1)
    rows, index = _distinct_rows(flat + 0 if flat.dtype.kind == "f" else flat)
    place = np.zeros(len(rows), dtype=np.int64)
    if weights.positions is not None:
        # A row for each pair of token and position that occurs.
        pairs = index.reshape(samples, length) * length + np.arange(length)
        pairs, index = np.unique(pairs, return_inverse=True)
        rows, place = rows[pairs // length], pairs % length
    engine = Columns(len(rows))
    columns = _embedded(weights, engine, rows, place)
    state = TokenState(engine, columns, index.reshape(samples, length))
    return state if weights.aggregate is None else _joined(weights.aggregate, state)


def _joined(aggregate: Affine, state: TokenState) -> TokenState:
    """The tokens with the aggregate as the last row, in front of every sequence."""
    own, engine = state.engine.rows, Columns(state.engine.rows + 1)
    columns: list[AnyColumn] = [
        _from_numbers(engine, [*values, dict(row.terms).get(0, 0)])
        for values, row in zip(state.slot_numbers(), aggregate.rows, strict=True)
    ]
    return TokenState(engine, columns, np.insert(state.index, 0, own, axis=1))


def _distinct_rows(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if flat.dtype == object:
        found = {row: i for i, row in enumerate(dict.fromkeys(map(tuple, flat)))}
        index = np.array([found[tuple(row)] for row in flat])
        return np.array(list(found), dtype=object), index
    if flat.shape[1] == 1 and np.can_cast(flat.dtype, np.int64):
        ids = flat[:, 0].astype(np.int64, copy=False)
        values, index = rank(ids, int(ids.min()), int(ids.max()))
        return values[:, None], index
    return np.unique(flat, axis=0, return_inverse=True)


def _embedded(
    weights: Weights, engine: Columns, rows: np.ndarray, place: np.ndarray
) -> list[AnyColumn]:
    columns: list[AnyColumn]
    if weights.input == "ids":
        ids = rows[:, 0]
        columns = [_looked_up(engine, row, ids) for row in weights.embedding.rows]
    else:
        dim = weights.embedding.inputs
        raw = [_from_numbers(engine, rows[:, i]) for i in range(dim)]
        columns = _affine(weights.embedding, engine, raw)
    if weights.positions is None:
        return columns
    if place.max() >= weights.positions.inputs:
        raise WeightsError(
            f"sequences of {place.max() + 1} tokens, but {weights.positions.inputs} "
            "positions."
        )
    offsets = [_looked_up(engine, row, place) for row in weights.positions.rows]
    both = Row(0, ((0, 1), (1, 1)))
    return [
        engine.row(both, [x, offset], relu=False)
        for x, offset in zip(columns, offsets, strict=True)
    ]


def _looked_up(engine: Columns, row: Row, index: np.ndarray) -> Column:
    table = dict(row.terms)
    return _from_numbers(engine, [table.get(int(i), 0) for i in index])


def _from_numbers(engine: Columns, values: Any) -> Column:
    numbers = [exact(value) for value in values]
    bottom = lcm(*(x.denominator for x in numbers))
    table = np.array([x.numerator * (bottom // x.denominator) for x in numbers], object)
    return make_column(engine.identity, table, (1, bottom))


def _affine(
    affine: Affine,
    engine: Columns,
    columns: Sequence[AnyColumn],
    relu: bool = False,
) -> list[AnyColumn]:
    columns = engine.look_ahead(affine.rows, columns)
    return [engine.row(row, columns, relu) for row in affine.rows]


def _apply(layer: Layer, state: TokenState, kept: slice) -> TokenState:
    engine = state.engine
    engine.forget_joins()
    if isinstance(layer, Attention):
        return TokenState(*attend(layer, engine, state.columns, state.index, kept))
    if isinstance(layer, Residual):
        state.columns = _residual(layer, engine, state.columns)
    else:
        relu = isinstance(layer, Relu)
        state.columns = _affine(layer.map, engine, state.columns, relu)
    return state


def _residual(
    layer: Residual, engine: Columns, columns: list[AnyColumn]
) -> list[AnyColumn]:
    bent = _bent(layer, engine, columns)
    if bent is not None:
        return bent
    hidden = _affine(layer.inner, engine, columns, relu=True)
    skip = ((len(hidden), 1),)
    return [
        engine.row(Row(bias, terms + skip), [*hidden, x], relu=False)
        if terms or bias
        else x
        for (bias, terms), x in zip(layer.outer.rows, columns, strict=True)
    ]


def _bent(
    layer: Residual, engine: Columns, columns: list[AnyColumn]
) -> list[AnyColumn] | None:
    """The columns, where one unit reads and writes one slot of long integers."""
    if layer.inner.outputs != 1 or len(layer.inner.rows[0].terms) != 1:
        return None
    (bias, ((slot, weight),)), rows = layer.inner.rows[0], layer.outer.rows
    if layer.outer.has_bias or sum(len(row.terms) for row in rows) != 1:
        return None
    column = columns[slot]
    if not rows[slot].terms or not isinstance(column, Column):
        return None
    if column.table.dtype != object:
        return None
    ((_, jump),) = rows[slot].terms
    made = list(columns)
    made[slot] = engine.bent(column, weight, bias, jump)
    return made


def _outputs(weights: Weights, state: TokenState) -> ExactOutputs:
    made = _affine(weights.readout, state.engine, state.columns)
    outputs = [state.engine.plain(column) for column in made]
    bottom = lcm(*(column.scale[1] for column in outputs))
    pieces = []
    for column in outputs:
        factor = column.scale[0] * (bottom // column.scale[1])
        whole = scaled(column.expand(), factor, max(abs(column.low), abs(column.high)))
        pieces.append(whole[state.index])
    stacked = np.stack(pieces, axis=-1)
    if weights.task == "next_token":
        stacked = stacked[:, -1]
    integers = stacked[..., 0] if weights.decision == "nearest" else stacked
    return ExactOutputs(integers, bottom)
