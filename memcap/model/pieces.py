"""Columns that are piecewise affine in one integer column.

Behind a scalar bottleneck x every slot of a ReLU network is a piecewise affine function
of x. Looking a point up among m blocks takes m steps, each of two pieces, and bit
extraction then works on the m words: the pieces are far fewer than the inputs. A
`Pieces` holds them,

    value = scale * (slopes[p] x + offsets[p])   for x in piece p,

and is combined and cut at zero exactly, piece by piece. Only what is read in the end
is spelled out for every input.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

_INT64_BOUND = 1 << 62
# Up to here Python's numbers one by one are faster than arrays.
FEW_PIECES = 4


class Base:
    """The integer column that pieces are functions of.

    Args:
        table: `[R]` int64, the integer of each input.
        scale: a rational, as numerator and denominator: x is ``scale * table``.
    """

    def __init__(self, table: np.ndarray, scale: tuple[int, int]) -> None:
        self.table, self.scale = table, scale

    @cached_property
    def _ranked(self) -> tuple[np.ndarray, np.ndarray]:
        values, codes = np.unique(self.table, return_inverse=True)
        return values, codes.reshape(-1)

    @property
    def xs(self) -> np.ndarray:
        """The distinct integers, increasing."""
        return self._ranked[0]

    @property
    def codes(self) -> np.ndarray:
        """`[R]` index of each input's integer among the distinct ones."""
        return self._ranked[1]

    @cached_property
    def reach(self) -> int:
        """The largest absolute integer."""
        return max(abs(int(self.xs[0])), abs(int(self.xs[-1])))

    @cached_property
    def line(self) -> "Pieces":
        """The base itself."""
        one, nothing = np.ones(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
        return Pieces(self, np.zeros(1, dtype=np.int64), one, nothing, self.scale)


@dataclass(slots=True, eq=False)
class Pieces:
    """A piecewise affine function of a base; see the module's text.

    Args:
        base: the column x.
        starts: `[P]` index of the first distinct x of each piece, the first 0.
        slopes: `[P]` int64, or Python integers.
        offsets: `[P]` int64, or Python integers.
        scale: a positive rational, as numerator and denominator.
        ends: `[P]` integers at the first and at the last x of each piece.
        low: smallest integer ``slope x + offset``.
        high: largest one.
        spelled: the `Column` of all inputs, once it was asked for.
    """

    base: Base
    starts: np.ndarray
    slopes: np.ndarray
    offsets: np.ndarray
    scale: tuple[int, int]
    ends: tuple[np.ndarray, np.ndarray] = field(init=False, repr=False)
    low: int = field(init=False)
    high: int = field(init=False)
    spelled: Any = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        left, right = self.ends = self._ends()
        if len(left) <= FEW_PIECES:
            ends = left.tolist() + right.tolist()
            self.low, self.high = min(ends), max(ends)
            return
        self.low = min(int(left.min()), int(right.min()))
        self.high = max(int(left.max()), int(right.max()))

    @property
    def is_constant(self) -> bool:
        """Whether all inputs have the same value here."""
        return self.low == self.high

    def _ends(self) -> tuple[np.ndarray, np.ndarray]:
        xs = self.base.xs
        last = np.empty_like(self.starts)
        last[:-1], last[-1] = self.starts[1:], len(xs)
        points = xs[self.starts], xs[last - 1]
        if self.slopes.dtype == object:
            points = points[0].astype(object), points[1].astype(object)
        return (
            self.slopes * points[0] + self.offsets,
            self.slopes * points[1] + self.offsets,
        )

    def relu(self) -> "Pieces":
        """``max(value, 0)``, pieces cut where they change sign."""
        if self.low >= 0:
            return self
        if len(self.starts) <= FEW_PIECES:
            return self._relu_one_by_one()
        left, right = self.ends
        keep = (left > 0) | (right > 0)
        slopes = np.where(keep, self.slopes, 0)
        offsets = np.where(keep, self.offsets, 0)
        crossing = np.flatnonzero(keep & ((left < 0) | (right < 0)))
        if not len(crossing):
            return _merged(self.base, self.starts, slopes, offsets, self.scale)
        cuts = np.array([self._cut(int(i)) for i in crossing])
        # A rising piece is zero before the cut, a falling one behind it.
        rising = right[crossing] > 0
        first = np.where(rising, 0, slopes[crossing])
        first_offsets = np.where(rising, 0, offsets[crossing])
        second = np.where(rising, slopes[crossing], 0)
        second_offsets = np.where(rising, offsets[crossing], 0)
        slopes[crossing], offsets[crossing] = first, first_offsets
        place = crossing + 1
        return _merged(
            self.base,
            np.insert(self.starts, place, cuts),
            np.insert(slopes, place, second),
            np.insert(offsets, place, second_offsets),
            self.scale,
        )

    def _relu_one_by_one(self) -> "Pieces":
        parts = (self.starts, self.slopes, self.offsets, *self.ends)
        made: list[tuple[int, int, int]] = []
        for i, piece in enumerate(zip(*(part.tolist() for part in parts), strict=True)):
            start, slope, offset, first, last = piece
            if first < 0 < last:
                made += [(start, 0, 0), (self._cut(i), slope, offset)]
            elif last < 0 < first:
                made += [(start, slope, offset), (self._cut(i), 0, 0)]
            elif first > 0 or last > 0:
                made.append((start, slope, offset))
            else:
                made.append((start, 0, 0))
        kept = [x for x, y in zip(made, [None, *made], strict=False) if not _one(y, x)]
        starts, slopes, offsets = zip(*kept, strict=True)
        dtype = self.slopes.dtype
        lines = np.array(slopes, dtype), np.array(offsets, dtype)
        make = _merged if dtype.hasobject else Pieces
        return make(self.base, np.array(starts), *lines, self.scale)

    def _cut(self, i: int) -> int:
        """Index of the first x of piece i behind its change of sign."""
        slope, offset = int(self.slopes[i]), int(self.offsets[i])
        # slope x + offset > 0 from -offset / slope on, or up to there.
        first = -offset // slope + 1 if slope > 0 else -(offset // slope)
        return int(np.searchsorted(self.base.xs, first))

    def spelled_out(self) -> np.ndarray:
        """`[R]` the integer of every input."""
        piece = self.piece_of_x()
        xs = self.base.xs
        reach = _size(self.slopes) * self.base.reach + _size(self.offsets)
        if reach >= _INT64_BOUND:
            values = self.slopes.astype(object)[piece] * xs.astype(object)
            values = values + self.offsets.astype(object)[piece]
        else:
            values = self.slopes.astype(np.int64)[piece] * xs
            values += self.offsets.astype(np.int64)[piece]
        return values[self.base.codes]

    def piece_of_x(self) -> np.ndarray:
        """Piece of each distinct x."""
        lengths = np.diff(np.append(self.starts, len(self.base.xs)))
        return np.repeat(np.arange(len(self.starts), dtype=np.intp), lengths)


def combined(
    parts: list[Pieces], factors: list[int], offset: int, scale: tuple[int, int]
) -> Pieces:
    """``offset + sum factor * part`` over a common scale."""
    base = parts[0].base
    reach = abs(offset) + sum(
        abs(f) * (_size(p.slopes) * base.reach + _size(p.offsets))
        for f, p in zip(factors, parts, strict=True)
    )
    dtype = np.int64 if reach < _INT64_BOUND else object
    if len(parts) == 1:
        (part,), (factor,) = parts, factors
        slopes = part.slopes.astype(dtype) * factor
        offsets = part.offsets.astype(dtype) * factor + offset
        if dtype == np.int64 and factor:
            return Pieces(base, part.starts, slopes, offsets, scale)
        return _merged(base, part.starts, slopes, offsets, scale)
    # What is added at each start; the sums of it are the pieces.
    pairs = list(zip(parts, factors, strict=True))
    starts = np.concatenate([part.starts for part in parts])
    slopes = np.concatenate([_jumps(p.slopes.astype(dtype) * f) for p, f in pairs])
    offsets = np.concatenate([_jumps(p.offsets.astype(dtype) * f) for p, f in pairs])
    order = np.argsort(starts, kind="stable")
    starts = starts[order]
    last = np.append(starts[1:] != starts[:-1], True)
    slopes = np.cumsum(slopes[order])[last]
    offsets = np.cumsum(offsets[order])[last] + offset
    return _merged(base, starts[last], slopes, offsets, scale)


def _jumps(values: np.ndarray) -> np.ndarray:
    """The first value and the differences of neighbours.

    In int64 they are right modulo 2^64, and so are sums of them that fit.
    """
    made = values.copy()
    made[1:] -= values[:-1]
    return made


def _one(left: tuple[int, int, int] | None, right: tuple[int, int, int]) -> bool:
    """Whether two pieces are parts of one line."""
    return left is not None and left[1:] == right[1:]


def _size(values: np.ndarray) -> int:
    if len(values) <= FEW_PIECES:
        return max(map(abs, values.tolist()))
    return max(abs(int(values.min())), abs(int(values.max())))


def _merged(
    base: Base,
    starts: np.ndarray,
    slopes: np.ndarray,
    offsets: np.ndarray,
    scale: tuple[int, int],
) -> Pieces:
    """Neighbours of one line become one piece, short numbers int64."""
    if len(starts) > 1:
        new = np.ones(len(starts), dtype=bool)
        new[1:] = (slopes[1:] != slopes[:-1]) | (offsets[1:] != offsets[:-1])
        if not new.all():
            starts, slopes, offsets = starts[new], slopes[new], offsets[new]
    if slopes.dtype == object:
        reach = _size(slopes) * base.reach + _size(offsets)
        if reach < _INT64_BOUND:
            slopes, offsets = slopes.astype(np.int64), offsets.astype(np.int64)
    return Pieces(base, starts, slopes, offsets, scale)
