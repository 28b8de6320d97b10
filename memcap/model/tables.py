"""Tables of exact integers: int64 where it is certain to hold them, else Python's.

A `Column` stores the distinct values of one slot; `memcap.model.columns` combines
columns. Everything here works on one table at a time.
"""

from dataclasses import dataclass, field

import numpy as np

from memcap.model.pieces import Base

# Sums below this bound cannot overflow int64, with room for one doubling.
INT64_BOUND = 1 << 62


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Which group each of the inputs belongs to.

    Args:
        size: number of groups; a group may be empty.
        codes: `[R]` group of each input, or None when every input is its own group.
    """

    size: int
    codes: np.ndarray | None


@dataclass(slots=True, eq=False)
class Column:
    """One slot: ``scale * table[codes]``; see the module's text.

    Args:
        partition: the groups of inputs that share a value.
        table: `[partition.size]` int64, or object array of Python integers.
        scale: a non-negative rational, as numerator and denominator.
        low: smallest entry of the table.
        high: largest entry of the table.
    """

    partition: Partition
    table: np.ndarray
    scale: tuple[int, int]
    low: int
    high: int
    compressed: "Column | None" = field(default=None, repr=False)
    base: Base | None = field(default=None, repr=False)

    @property
    def is_constant(self) -> bool:
        """Whether all inputs have the same value here."""
        return self.low == self.high

    def expand(self) -> np.ndarray:
        """`[R]` table entry of every input."""
        codes = self.partition.codes
        return self.table if codes is None else self.table[codes]


def make_column(
    partition: Partition, table: np.ndarray, scale: tuple[int, int]
) -> Column:
    """Measure a table, cancel halves, and keep it in int64 where it fits."""
    if table.dtype == object and scale[1] % 2 == 0:
        table, scale = _cancelled(table, scale)
    low, high = int(table.min()), int(table.max())
    if table.dtype == object and -INT64_BOUND < low and high < INT64_BOUND:
        table = table.astype(np.int64)
    return Column(partition, table, scale, low, high)


def scaled(table: np.ndarray, factor: int, reach: int) -> np.ndarray:
    """``factor * table`` for entries of size at most `reach`, without overflow."""
    if factor == 1:
        return table
    if table.dtype != object and abs(factor) * max(reach, 1) >= INT64_BOUND:
        table = table.astype(object)
    return table * factor


def _cancelled(
    table: np.ndarray, scale: tuple[int, int]
) -> tuple[np.ndarray, tuple[int, int]]:
    """The same values without powers of two common to the table and the scale."""
    if any(entry & 1 for entry in table[:8]):
        return table, scale
    digits = int(np.bitwise_or.reduce(table)) | scale[1]
    shift = (digits & -digits).bit_length() - 1
    return (table >> shift, (scale[0], scale[1] >> shift)) if shift else (table, scale)


def as_type(table: np.ndarray, dtype: type) -> np.ndarray:
    """The table as int64 or as Python integers."""
    return table if table.dtype == dtype else table.astype(dtype)


def weighted_sum(
    factors: list[int], tables: list[np.ndarray], offset: int
) -> np.ndarray:
    """``offset + sum factor * table``; never writes into a table it was given."""
    total, own = tables[0], False
    if factors[0] != 1:
        total, own = total * factors[0], True
    for factor, table in zip(factors[1:], tables[1:], strict=True):
        term = _times(table, abs(factor))
        add = np.add if factor > 0 else np.subtract
        total, own = add(total, term, out=total if own else None), True
    if offset:
        total = np.add(total, offset, out=total if own else None)
    return total


def _times(table: np.ndarray, factor: int) -> np.ndarray:
    if factor == 1:
        return table
    # Adding long integers takes half the time of multiplying them by 2, as folds do.
    return table + table if factor == 2 else table * factor


def shortest(table: np.ndarray, ends: list[int]) -> np.ndarray:
    """The table in int64 if all between `ends` fits."""
    fits = -INT64_BOUND < min(ends) and max(ends) < INT64_BOUND
    return table.astype(np.int64) if fits and table.dtype == object else table


def rank(values: np.ndarray, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
    """Sorted distinct values and the index of each value among them.

    Indices of the machine's word length: with shorter ones numpy looks up at a third
    of the speed.
    """
    span = high - low + 1
    if values.dtype == object or span > 4 * len(values) + 1024:
        found, codes = np.unique(values, return_inverse=True)
        return found, codes.reshape(-1)
    shifted = values - low if low else values
    present = np.zeros(span, dtype=bool)
    present[shifted] = True
    rank = np.cumsum(present, dtype=np.intp) - 1
    return np.flatnonzero(present) + low, rank[shifted]
