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

import numpy as np

from memcap.core.exact import Number
from memcap.model.pieces import Base, Pieces, combined
from memcap.model.sums import (
    AnyColumn,
    Sum,
    Terms,
    common_scale,
    flattened,
    groups,
    in_one_unit,
    is_long,
    value_of,
)
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

# Below this many inputs a table is as short as its pieces; below this many readers of
# a column sorting it does not pay.
FEWEST_ROWS = 64
FEWEST_READERS = 8
# A step of a column in more pieces than this may have more pieces than steps.
MOST_FOLDS = 4


class Columns:
    """Evaluates affine rows over columns of R inputs.

    Args:
        rows: R, the number of inputs.
    """

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.identity = Partition(rows, None)
        self._one = Partition(1, np.zeros(rows, dtype=np.intp))
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
        if len(row.terms) == 1:
            index, weight = row.terms[0]
            column = columns[index]
            if relu and weight == 1 and row.bias == 0 and column.low >= 0:
                return column
            if isinstance(column, Column) and column.base is None:
                return self._worked_out(row.bias, [(weight, column)], relu)
        pairs = ((weight, columns[index]) for index, weight in row.terms)
        bias, found = flattened(row.bias, pairs)
        base = self._common_base(found)
        if base is not None:
            return self._piecewise(base, found, bias, relu)
        found = self._gathered(found)
        if not relu and _should_wait(found):
            return Sum(bias, tuple(found))
        return self._worked_out(bias, found, relu)

    def _worked_out(self, bias: Number, found: Terms, relu: bool) -> Column:
        terms = found
        if not all(isinstance(c, Column) and not c.is_constant for _, c in found):
            plain = [(weight, self.plain(column)) for weight, column in found]
            bias, terms = flattened(bias, plain)
        if not terms:
            return self.constant(max(bias, 0) if relu else bias)
        factors, offset, scale = common_scale(terms, bias)
        made = self._combine(factors, offset, scale, _tables(terms))
        return self._relu(made) if relu else made

    def look_ahead(
        self, rows: Sequence[Row], columns: Sequence[AnyColumn]
    ) -> Sequence[AnyColumn]:
        """Hold what follows in pieces where many rows read one column each.

        A column of several pieces becomes the base of what follows instead.
        """
        if self.rows < FEWEST_ROWS or len(rows) < FEWEST_READERS:
            return columns
        alone = Counter(row.terms[0][0] for row in rows if len(row.terms) == 1)
        found = list(columns)
        for index, readers in alone.items():
            if readers < FEWEST_READERS:
                continue
            column = columns[index]
            if isinstance(column, Pieces) and len(column.starts) > MOST_FOLDS:
                found[index] = column = self.plain(column)
            if isinstance(column, Column) and column.base is None:
                free = column.partition is self.identity
                if free and column.table.dtype != object:
                    column.base = Base(column.table, column.scale)
        return found

    def plain(self, column: AnyColumn) -> Column:
        """The column with a table, where it is held in pieces or as a sum."""
        if isinstance(column, Column):
            return column
        if isinstance(column, Sum):
            return self._worked_out(column.bias, column.terms, relu=False)
        if column.is_constant:
            return self.constant(value_of(column, column.low))
        if not column.slopes.any():
            codes = column.piece_of_x()[column.base.codes]
            partition = Partition(len(column.starts), codes)
            return make_column(partition, column.offsets, column.scale)
        if column.spelled is None:
            table = column.spelled_out()
            column.spelled = make_column(self.identity, table, column.scale)
        return column.spelled

    def bent(self, column: Column, a: Number, b: Number, c: Number) -> Column:
        """``x + c max(a x + b, 0)`` in one look at every entry.

        Three quarters of the time of doing it in steps is making long integers that
        are dropped again.
        """
        (slope,), offset, _ = common_scale([(a, column)], b)
        size = Fraction(*column.scale)
        # Entries t become m t, or f t + g beyond the bend.
        ends = size, (1 + c * a) * size, Fraction(c * b)
        (m, f, g), scale = in_one_unit(
            [end.numerator for end in ends], [end.denominator for end in ends]
        )
        entries = column.table.tolist()
        if (m, f) == (1, -1) and slope > 0:
            turn = -offset // slope
            table = [g - t if t > turn else t for t in entries]
        else:
            table = [f * t + g if slope * t + offset > 0 else m * t for t in entries]
        made = make_column(column.partition, np.array(table, dtype=object), scale)
        return self.constant(value_of(made, made.low)) if made.is_constant else made

    def _common_base(self, terms: Terms) -> Base | None:
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
        terms: Terms,
        bias: Number,
        relu: bool,
    ) -> AnyColumn:
        factors, offset, scale = common_scale(terms, bias)
        parts = [c if isinstance(c, Pieces) else base.line for _, c in terms]
        made = combined(parts, factors, offset, scale)
        made = made.relu() if relu else made
        if made.is_constant:
            return self.constant(value_of(made, made.low))
        # Words are few and long: a table of them is cheaper than pieces.
        words = made.offsets.dtype == object and not made.slopes.any()
        many = 4 * len(made.starts) > self.rows
        return self.plain(made) if words or many else made

    def _gathered(self, terms: Terms) -> Terms:
        """Add long numbers of one partition first: what is left may be short."""
        if len(terms) < 2:
            return terms
        found = groups(terms)
        if len(found) < 2:
            return terms
        made: list[tuple[Number, Column | Pieces]] = []
        for group in found:
            if len(group) > 1 and any(is_long(column) for _, column in group):
                factors, _, scale = common_scale(group, 0)
                group = [(1, self._combine(factors, 0, scale, _tables(group)))]
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
        return self.constant(value_of(made, made.low)) if made.is_constant else made

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


def _tables(terms: Terms) -> list[Column]:
    return [column for _, column in terms if isinstance(column, Column)]


def _should_wait(terms: Terms) -> bool:
    """Whether long numbers of few groups meet what other groups tell apart."""
    if len(terms) < 2 or not any(is_long(column) for _, column in terms):
        return False
    return len(groups(terms)) > 1


def _distinct(partitions: list[Partition]) -> list[Partition]:
    return list({id(p): p for p in partitions}.values())
