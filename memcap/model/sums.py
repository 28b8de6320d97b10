"""Sums of columns that are not worked out yet.

A short column plus long words that only a few groups of inputs have would be a long
number for every input. Often the words cancel in the next layer: a `Sum` waits for it,
with one term for each partition and each base.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from memcap.core.exact import Number
from memcap.model.pieces import Pieces
from memcap.model.tables import Column


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """``bias + sum weight * column``.

    Args:
        bias: a number.
        terms: weights and columns.
    """

    bias: Number
    terms: tuple[tuple[Number, Column | Pieces], ...]

    # What is not worked out may be negative, and differ between inputs.
    low = -1
    is_constant = False


AnyColumn = Column | Pieces | Sum
Terms = Sequence[tuple[Number, Column | Pieces]]


def flattened(
    bias: Number, pairs: Iterable[tuple[Number, AnyColumn]]
) -> tuple[Number, Terms]:
    """Bias and terms without sums, constants or repeated columns."""
    found: dict[int, tuple[Number, Column | Pieces]] = {}
    for weight, column in pairs:
        if isinstance(column, Sum):
            bias = bias + weight * column.bias
            inner = [(weight * factor, part) for factor, part in column.terms]
        else:
            inner = [(weight, column)]
        for factor, part in inner:
            if part.is_constant:
                bias = bias + factor * value_of(part, part.low)
                continue
            known = found.get(id(part), (0, part))[0]
            found[id(part)] = known + factor, part
    return bias, [term for term in found.values() if term[0] != 0]


def groups(terms: Terms) -> list[list[tuple[Number, Column | Pieces]]]:
    """The terms by what they are tables or functions of."""
    found: dict[int, list[tuple[Number, Column | Pieces]]] = {}
    for weight, column in terms:
        owner = column.base if isinstance(column, Pieces) else column.partition
        found.setdefault(id(owner), []).append((weight, column))
    return list(found.values())


def is_long(column: Column | Pieces) -> bool:
    """Whether it holds Python integers in a table."""
    return isinstance(column, Column) and column.table.dtype == object


def value_of(column: Column | Pieces, entry: int) -> Number:
    """The number that an integer of the column stands for."""
    return Fraction(column.scale[0] * entry, column.scale[1])


def common_scale(terms: Terms, bias: Number) -> tuple[list[int], int, tuple[int, int]]:
    """Integers c_j, b and a rational s > 0 with ``s c_j = weight_j * scale_j``."""
    tops = [w.numerator * c.scale[0] for w, c in terms]
    bottoms = [w.denominator * c.scale[1] for w, c in terms]
    found, scale = in_one_unit([*tops, bias.numerator], [*bottoms, bias.denominator])
    return found[:-1], found[-1], scale


def in_one_unit(
    tops: Sequence[int], bottoms: Sequence[int]
) -> tuple[list[int], tuple[int, int]]:
    """Integers n_j and the largest rational s > 0 with ``s n_j = top_j / bottom_j``.

    Example:
        >>> in_one_unit([3, 9], [2, 4])
        ([2, 3], (3, 4))
    """
    bottom = lcm(*bottoms)
    found = [top * (bottom // b) for top, b in zip(tops, bottoms, strict=True)]
    common = gcd(*found)
    shrink = gcd(common, bottom)
    scale = (common // shrink, bottom // shrink)
    return [number // common for number in found], scale
