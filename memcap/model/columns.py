"""Exact columns: one slot of the state for many inputs at once.

In a bit-extraction network most slots depend only on the *group* an input fell into:
of N inputs a packed word of thousands of bits takes a few hundred values. A `Column`
therefore stores its distinct values once,

    value of input i = scale * table[partition.codes[i]],

with an integer table and one rational scale, and an affine row is evaluated on the
table instead of on the inputs. Columns of one partition are combined entry by entry;
columns of different partitions are combined on the common refinement, which is made
of the combinations that occur. Small integers stay in int64, with the overflow bound
computed before every operation; the rest are Python integers. Scaling by a positive
number and carrying a non-negative value cost nothing. A column that is a function of
one other is held in pieces (`memcap.model.pieces`) while these are few. Nothing here
knows what the network is for.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import TypeVar

import numpy as np

from memcap.core.exact import Number
from memcap.model.pieces import Base, Pieces, combined, line
from memcap.model.tables import (
    INT64_BOUND,
    Column,
    Partition,
    as_type,
    make_column,
    rank,
    shortest,
    weighted_sum,
)
from memcap.model.weights import Row

AnyColumn = Column | Pieces
C = TypeVar("C", Column, Column | Pieces)
# Below this many inputs a table is as short as its pieces; below this many readers of
# a column sorting it does not pay.
FEWEST_ROWS = 64
FEWEST_READERS = 8


class Columns:
    """Evaluates affine rows over columns of R inputs.

    Args:
        rows: R, the number of inputs.
    """

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.identity = Partition(rows, None)
        self._one = Partition(1, np.zeros(rows, dtype=np.int32))
        self._joins: dict[tuple[int, ...], tuple[Partition, list[np.ndarray]]] = {}
        self._alive: list[Partition] = []

    def forget_joins(self) -> None:
        """Drop remembered refinements; called once a layer."""
        self._joins.clear()
        self._alive.clear()

    def constant(self, value: Number) -> Column:
        """A column with one value for all inputs."""
        scale, sign = _positive(abs(value)), (value > 0) - (value < 0)
        return Column(self._one, np.array([sign]), scale, sign, sign)

    def row(self, row: Row, columns: Sequence[AnyColumn], relu: bool) -> AnyColumn:
        """Evaluate ``bias + sum weight * column``, then ReLU if asked.

        Returns:
            the exact column; an input column itself where nothing changed.
        """
        if relu and len(row.terms) == 1 and row.bias == 0:
            index, weight = row.terms[0]
            column = columns[index]
            if weight == 1 and column.low >= 0:
                return column
        pairs = [(weight, columns[index]) for index, weight in row.terms]
        bias, found = _fold_constants(row.bias, pairs)
        base = self._common_base(found)
        if base is not None:
            return self._piecewise(base, found, bias, relu)
        plain = [(weight, self.plain(column)) for weight, column in found]
        bias, terms = _fold_constants(bias, self._gathered(plain))
        if not terms:
            return self.constant(max(bias, 0) if relu else bias)
        factors, offset, scale = _common_scale(terms, bias)
        made = self._combine(factors, offset, scale, [column for _, column in terms])
        return self._relu(made) if relu else made

    def look_ahead(self, rows: Sequence[Row], columns: Sequence[AnyColumn]) -> None:
        """Hold what follows in pieces where many rows read one column each."""
        if self.rows < FEWEST_ROWS:
            return
        alone = Counter(row.terms[0][0] for row in rows if len(row.terms) == 1)
        for index, readers in alone.items():
            column = columns[index]
            if readers < FEWEST_READERS or not isinstance(column, Column):
                continue
            free = column.partition is self.identity and column.table.dtype != object
            if free and column.base is None:
                column.base = Base(column.table, column.scale)

    def plain(self, column: AnyColumn) -> Column:
        """The column with a table, where it is held in pieces."""
        if isinstance(column, Column):
            return column
        if column.is_constant:
            return self.constant(_value(column, column.low))
        if not column.slopes.any():
            codes = column.piece_of_x()[column.base.codes]
            partition = Partition(len(column.starts), codes)
            return make_column(partition, column.offsets, column.scale)
        return make_column(self.identity, column.spelled_out(), column.scale)

    def _common_base(self, terms: list[tuple[Number, AnyColumn]]) -> Base | None:
        """The one column all terms are functions of, if holding pieces may pay."""
        if not terms:
            return None
        held = {id(c.base): c.base for _, c in terms if isinstance(c, Pieces)}
        tables = [c for _, c in terms if isinstance(c, Column)]
        if len(held) == 1:
            (base,) = held.values()
            return base if all(c.base is base for c in tables) else None
        if held or len(terms) > 1:
            return None
        return tables[0].base

    def _piecewise(
        self,
        base: Base,
        terms: list[tuple[Number, AnyColumn]],
        bias: Number,
        relu: bool,
    ) -> AnyColumn:
        factors, offset, scale = _common_scale(terms, bias)
        parts = [c if isinstance(c, Pieces) else line(base) for _, c in terms]
        made = combined(parts, factors, offset, scale)
        made = made.relu() if relu else made
        if made.is_constant:
            return self.constant(_value(made, made.low))
        # Words are few and long: a table of them is cheaper than pieces.
        words = made.offsets.dtype == object and not made.slopes.any()
        many = 4 * len(made.starts) > self.rows
        return self.plain(made) if words or many else made

    def _gathered(
        self, terms: list[tuple[Number, Column]]
    ) -> list[tuple[Number, Column]]:
        """Add long numbers of one partition first: what is left may be short."""
        groups: dict[int, list[tuple[Number, Column]]] = {}
        for weight, column in terms:
            groups.setdefault(id(column.partition), []).append((weight, column))
        if len(groups) < 2:
            return terms
        made = []
        for group in groups.values():
            long = any(column.table.dtype == object for _, column in group)
            if long and len(group) > 1:
                factors, _, scale = _common_scale(group, 0)
                column = self._combine(factors, 0, scale, [c for _, c in group])
                group = [(1, column)]
            made.extend(group)
        return made

    def _combine(
        self,
        factors: list[int],
        offset: int,
        scale: tuple[int, int],
        columns: list[Column],
    ) -> Column:
        reach = abs(offset) + sum(
            abs(f) * max(abs(c.low), abs(c.high))
            for f, c in zip(factors, columns, strict=True)
        )
        small = reach < INT64_BOUND and all(c.table.dtype != object for c in columns)
        partition, tables = self._align(columns, small)
        dtype = np.int64 if small else object
        total = weighted_sum(
            factors, [as_type(table, dtype) for table in tables], offset
        )
        if len(columns) == 1:
            # The ends of a line are the images of the ends: no look at the table.
            ends = [
                factors[0] * end + offset for end in (columns[0].low, columns[0].high)
            ]
            return Column(partition, shortest(total, ends), scale, min(ends), max(ends))
        made = make_column(partition, total, scale)
        return self.constant(_value(made, made.low)) if made.is_constant else made

    def _relu(self, column: Column) -> Column:
        if column.low >= 0:
            return column
        if column.high <= 0:
            return self.constant(0)
        table = shortest(np.maximum(column.table, 0), [0, column.high])
        return Column(column.partition, table, column.scale, 0, column.high)

    def _align(
        self, columns: list[Column], small: bool
    ) -> tuple[Partition, list[np.ndarray]]:
        """Bring columns to one partition; returns it with a table for each column."""
        partitions = _distinct([column.partition for column in columns])
        free = [p for p in partitions if p.codes is None]
        if len(partitions) == 1 and (small or not free):
            return partitions[0], [column.table for column in columns]
        if small and free:
            return self.identity, [column.expand() for column in columns]
        # A long number meets a column that may tell all inputs apart: group the
        # inputs by value first, so that the long numbers stay few.
        packed = [self._compress(column) for column in columns]
        partitions = _distinct([column.partition for column in packed])
        if any(2 * p.size > self.rows for p in partitions):
            return self.identity, [column.expand() for column in columns]
        joined, index = self._join(partitions)
        where = {id(p): i for i, p in enumerate(partitions)}
        return joined, [c.table[index[where[id(c.partition)]]] for c in packed]

    def _compress(self, column: Column) -> Column:
        """The same column on the partition by its value, if that is coarser."""
        if column.partition.codes is not None or column.table.dtype == object:
            return column
        if column.compressed is None:
            values, codes = rank(column.table, column.low, column.high)
            partition = Partition(len(values), codes)
            column.compressed = Column(
                partition, values, column.scale, column.low, column.high
            )
        return column.compressed

    def _join(self, partitions: list[Partition]) -> tuple[Partition, list[np.ndarray]]:
        """Common refinement, with the group of each factor for each of its groups."""
        key = tuple(id(p) for p in partitions)
        if key not in self._joins:
            self._alive.extend(partitions)
            self._joins[key] = self._refine(partitions)
        return self._joins[key]

    def _refine(
        self, partitions: list[Partition]
    ) -> tuple[Partition, list[np.ndarray]]:
        joined, index = partitions[0], [np.arange(partitions[0].size)]
        for partition in partitions[1:]:
            assert joined.codes is not None and partition.codes is not None
            pair = joined.codes.astype(np.int64) * partition.size + partition.codes
            limit = joined.size * partition.size
            values, codes = rank(pair, 0, limit - 1)
            left, right = np.divmod(values, partition.size)
            index = [old[left] for old in index] + [right]
            joined = Partition(len(values), codes)
        return joined, index


def _positive(value: Number) -> tuple[int, int]:
    return (value.numerator, value.denominator) if value else (1, 1)


def _value(column: AnyColumn, entry: int) -> Number:
    return Fraction(column.scale[0] * entry, column.scale[1])


def _fold_constants(
    bias: Number, pairs: Sequence[tuple[Number, C]]
) -> tuple[Number, list[tuple[Number, C]]]:
    terms = []
    for weight, column in pairs:
        if column.is_constant:
            bias = bias + weight * _value(column, column.low)
        else:
            terms.append((weight, column))
    return bias, terms


def _common_scale(
    terms: Sequence[tuple[Number, AnyColumn]], bias: Number
) -> tuple[list[int], int, tuple[int, int]]:
    """Integers c_j, b and a rational s > 0 with ``s c_j = weight_j * scale_j``."""
    tops = [w.numerator * c.scale[0] for w, c in terms]
    bottoms = [w.denominator * c.scale[1] for w, c in terms]
    bottom = lcm(bias.denominator, *bottoms)
    factors = [top * (bottom // b) for top, b in zip(tops, bottoms, strict=True)]
    offset = bias.numerator * (bottom // bias.denominator)
    common = gcd(offset, *factors)
    shrink = gcd(common, bottom)
    scale = (common // shrink, bottom // shrink)
    return [factor // common for factor in factors], offset // common, scale


def _distinct(partitions: list[Partition]) -> list[Partition]:
    return list({id(p): p for p in partitions}.values())
