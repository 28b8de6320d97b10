"""How changes of label are packed into words, and what the fold memorizer costs.

A word is a start and, behind the binary point, fields, each an even number in f digits:
the fold memorizer moves the point from field to field. With two classes the
fields are ``c_2 - c_1, c_3 - c_1, c_4 - c_2, ...``: twice the ways between the points
halfway between changes. With more classes a change is a digit, twice the step of the
label modulo C, and each but the first has its gap before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import isqrt

import numpy as np

from memcap.constructions.change_points import Changes, cuts, with_pairs, with_stops


@dataclass(frozen=True, slots=True)
class FoldSizes:
    """How the changes are packed.

    Args:
        changes: M, with those that cut long gaps.
        per_block: k, even.
        field_bits: f, digits of a gap.
        line_bits: places are at most ``2^line_bits``.
        classes: C.
    """

    changes: int
    per_block: int
    field_bits: int
    line_bits: int
    classes: int

    @property
    def blocks(self) -> int:
        """m."""
        return -(-self.changes // self.per_block)

    @property
    def digit_bits(self) -> int:
        """Digits of a step of the label, doubled; 0 for two classes."""
        return (self.classes - 1).bit_length() + 1 if self.classes > 2 else 0

    @property
    def longest(self) -> int:
        """The largest even number of a field."""
        return 2**self.field_bits - 2

    @property
    def fields(self) -> tuple[int, ...]:
        """Digits of the fields behind the start, in order."""
        gap, digit = self.field_bits, self.digit_bits
        if not digit:
            return (gap,) * (self.per_block - 1)
        return (digit, *((gap, digit) * (self.per_block - 1)))

    @property
    def start_bits(self) -> int:
        """Digits of the start."""
        return self.line_bits + 1

    @property
    def word_bits(self) -> int:
        """Digits of the longest word."""
        return self.start_bits + sum(self.fields)

    @property
    def nonzero(self) -> int:
        """Non-zero numbers of the fold memorizer, up to some that vanish."""
        shared = 5 * self.blocks + 3 * (self.start_bits + sum(self.fields))
        if self.classes == 2:
            return shared + 6 * (self.per_block - 1) + 15
        # The sum of the steps is below C k: one subtraction for each digit of k.
        return shared + 18 * self.per_block + 6 * self.per_block.bit_length()


def choose_sizes(found: Changes, classes: int, line_bits: int) -> FoldSizes:
    """The field width and block length of about the fewest non-zero numbers.

    Args:
        found: the changes.
        classes: C; two classes are 0 and 1.
        line_bits: places are at most ``2^line_bits``.
    """
    rough = estimated_sizes(found, classes, line_bits)
    near = range(max(2, rough.field_bits - 1), rough.field_bits + 2)
    options = [_best(_cut_exactly(found, rough, f), rough, f) for f in near]
    return min(options, key=lambda sizes: sizes.nonzero)


def estimated_sizes(found: Changes, classes: int, line_bits: int) -> FoldSizes:
    """The same with an estimate of the cuts, for comparing many lines."""
    empty = FoldSizes(1, 2, 2, line_bits, classes)
    places = np.array(found.places, dtype=np.int64)
    # Fields of a few digits more than the mean: fewer cut most gaps, more are empty.
    reach = int(places[-1] - places[0]) // len(places) if len(places) > 1 else 1
    middle = max(4, (2 * reach).bit_length())
    options = [
        _best(len(places) + cuts(places, 2**f - 2, classes), empty, f)
        for f in range(middle - 2, min(middle + 5, line_bits + 3))
    ]
    return min(options, key=lambda sizes: sizes.nonzero)


def sizes_within(
    found: Changes, classes: int, line_bits: int, word_bits: int
) -> list[FoldSizes]:
    """Sizes with words of at most `word_bits` digits, fewest numbers first.

    Args:
        found: the changes.
        classes: C; two classes are 0 and 1.
        line_bits: places are at most ``2^line_bits``.
        word_bits: digits of the longest word; none may suffice.
    """
    options = []
    for f in range(2, line_bits + 3):
        empty = FoldSizes(1, 2, f, line_bits, classes)
        changes = _cut_exactly(found, empty, f)
        for per_block in range(2, word_bits, 2):
            sizes = replace(empty, changes=changes, per_block=per_block)
            if sizes.word_bits <= word_bits:
                options.append(sizes)
    return sorted(options, key=lambda sizes: sizes.nonzero)


def _best(changes: int, empty: FoldSizes, field_bits: int) -> FoldSizes:
    """The cheapest k: 5 numbers a block against some 3 f a field."""
    base = replace(empty, changes=max(1, changes), field_bits=field_bits)
    one, two = replace(base, per_block=2), replace(base, per_block=4)
    slope = (two.nonzero - one.nonzero + 5 * (one.blocks - two.blocks)) / 2
    middle = isqrt(int(5 * base.changes / slope))
    around = range(max(2, middle // 2 * 2 - 4), middle + 6, 2)
    options = (replace(base, per_block=k) for k in around)
    return min(options, key=lambda sizes: sizes.nonzero)


def _cut_exactly(found: Changes, sizes: FoldSizes, field_bits: int) -> int:
    return len(cut(found, replace(sizes, field_bits=field_bits)).places)


def cut(found: Changes, sizes: FoldSizes) -> Changes:
    """The changes with long gaps cut to the fields."""
    return _cut(found, sizes.longest, sizes.classes > 2)


@lru_cache(maxsize=8)
def _cut(found: Changes, longest: int, many: bool) -> Changes:
    # Asked again when the chosen sizes are filled.
    if many:
        return with_stops(found, longest)
    places = with_pairs(found.places, longest)
    return Changes(tuple(places), (1, 0) * (len(places) // 2))


@dataclass(frozen=True, slots=True)
class Block:
    """A word, where it begins to hold, and the sum of its steps of label."""

    start: int
    word: Fraction
    steps: int


def blocks(found: Changes, sizes: FoldSizes) -> list[Block]:
    """Pack the changes; `sizes.changes` must be their number after the cuts."""
    made = cut(found, sizes)
    assert len(made.places) <= sizes.changes, "more changes than the sizes hold"
    k = sizes.per_block
    return [
        _block(made.places[i : i + k], made.values[i : i + k], sizes)
        for i in range(0, len(made.places), k)
    ]


def _block(places: Sequence[int], values: Sequence[int], sizes: FoldSizes) -> Block:
    if sizes.classes == 2:
        held, steps = _ways(places), 0
    else:
        held, steps = _gaps_and_steps(places, values, sizes.classes)
    held += [0] * (len(sizes.fields) - len(held))
    word = places[0]
    for value, digits in zip(held, sizes.fields, strict=True):
        word = word << digits | value
    return Block(places[0], Fraction(word, 1 << sum(sizes.fields)), steps)


def _ways(places: Sequence[int]) -> list[int]:
    """Twice the ways from c_1 to (c_1 + c_2) / 2, to (c_2 + c_3) / 2, ...

    Example:
        >>> _ways([4, 10, 12, 20])
        [6, 8, 10]
    """
    return [b - a for a, b in zip([places[0], *places], places[1:], strict=False)]


def _gaps_and_steps(
    places: Sequence[int], values: Sequence[int], classes: int
) -> tuple[list[int], int]:
    """Double steps modulo C with the gaps between them; the sum of the steps.

    Example:
        >>> _gaps_and_steps([4, 10, 12], [2, 1, 0], 3)
        ([4, 6, 4, 2, 4], 6)
    """
    steps = [(b - a) % classes for a, b in pairwise((0, *values))]
    gaps = [b - a for a, b in pairwise(places)]
    held = [2 * steps[0]]
    for gap, step in zip(gaps, steps[1:], strict=True):
        held += [gap, 2 * step]
    return held, sum(steps)
