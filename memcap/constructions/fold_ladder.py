"""A ladder of fold memorizers: a short line for most labels, longer ones for the rest.

Ids of K contexts must be about ``2 log2 K`` digits long for no two labels to meet, so
the gaps between changes have about log2 K digits, each a fold of three numbers in every
field. On a line of ``log2 K + t`` digits they have t; but some contexts of different
labels meet there, about one in 2^t. Those get label 0, and a longer line gives them
their label:

    x (b_0 digits) -> labels left over at b_1 ... -> fold to b_1 digits -> labels

The lines are one id, folded down from line to line: the longest comes first. Outputs
add up. The digits of a field no longer grow with K, so a decoder takes O(sqrt K)
numbers where one line takes O(sqrt(K log K)); how many lines pay is decided by their
cost on the data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from memcap.constructions.change_points import Changes, settle, spots
from memcap.constructions.fold_memorizer import fold_memorizer
from memcap.constructions.fold_words import FoldSizes, choose_sizes, estimated_sizes
from memcap.constructions.gadgets import Expression, Stack
from memcap.constructions.hashed_ids import HALF, folded

# Digits of the shortest line beyond log2 K: from, and up to.
_SPARE_DIGITS = 3, 12


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ladder.

    Args:
        bits: ids are below ``2^bits``.
        found: the changes along it.
        sizes: how they are packed.
    """

    bits: int
    found: Changes
    sizes: FoldSizes


@dataclass(frozen=True, slots=True)
class _Draft:
    """Lines from the longest to the shortest, and what they are estimated to cost."""

    lines: tuple[Line, ...]
    cost: int

    def above(self, line: Line) -> "_Draft":
        """These lines followed by a shorter one."""
        last = self.lines[-1].bits
        more = line.sizes.nonzero + 3 * (last - line.bits)
        return _Draft((*self.lines, line), self.cost + more)


class _Ids:
    """Ids of contexts folded to any number of digits, sorted once.

    Args:
        ids: `[K]` integers below ``2^bits``.
        bits: digits of the longest line.
        classes: C.
    """

    def __init__(self, ids: np.ndarray, bits: int, classes: int) -> None:
        self.ids, self.bits, self.classes = ids, bits, classes
        self._folded: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def line(self, bits: int, labels: np.ndarray) -> tuple[Line, np.ndarray]:
        """The line of so many digits, and `[K]` labels that it leaves over."""
        if bits not in self._folded:
            points = folded(self.ids, bits)
            self._folded[bits] = points, np.argsort(points)
        points, order = self._folded[bits]
        found, left = settle(points, labels, order)
        return Line(bits, found, estimated_sizes(found, self.classes, bits)), left

    def whole(self, labels: np.ndarray) -> _Draft:
        """The longest line alone, which leaves nothing over."""
        line, left = self.line(self.bits, labels)
        assert not left.any(), "labels meet on the longest line"
        return _Draft((line,), line.sizes.nonzero if line.found.places else 0)

    def rest(self, labels: np.ndarray) -> _Draft:
        """The longest line for few labels that are not 0."""
        found = spots(self.ids, labels)
        sizes = estimated_sizes(found, self.classes, self.bits)
        cost = sizes.nonzero if found.places else 0
        return _Draft((Line(self.bits, found, sizes),), cost)


def ladder(
    ids: np.ndarray, labels: np.ndarray, bits: int, classes: int
) -> tuple[Line, ...]:
    """The cheapest lines found, the longest first.

    Args:
        ids: `[K]` integers below ``2^bits``; halves of different labels differ.
        labels: `[K]`.
        bits: digits of the longest line.
        classes: C.
    """
    made = _Ids(ids, bits, classes)
    best = made.whole(labels)
    begin = len(ids).bit_length()
    shorter = range(begin + _SPARE_DIGITS[0], min(begin + _SPARE_DIGITS[1], bits - 1))
    if shorter:
        two = _downhill(lambda b: _two_lines(made, labels, b), shorter)
        last = two.lines[-1]
        between = range(last.bits + 3, bits - 1, 2)
        drafts = [best, two]
        if between:
            _, left = made.line(last.bits, labels)
            drafts.append(
                _downhill(lambda b: _three_lines(made, left, last, b), between)
            )
        best = min(drafts, key=lambda draft: draft.cost)
    return tuple(
        Line(x.bits, x.found, choose_sizes(x.found, classes, x.bits))
        for x in best.lines
    )


def _two_lines(made: _Ids, labels: np.ndarray, bits: int) -> _Draft:
    line, left = made.line(bits, labels)
    return made.rest(left).above(line)


def _three_lines(made: _Ids, left: np.ndarray, last: Line, bits: int) -> _Draft:
    """A line between the longest and the last, which leaves `left`."""
    line, rest = made.line(bits, left)
    return made.rest(rest).above(line).above(last)


def _downhill(draft: Callable[[int], _Draft], options: Sequence[int]) -> _Draft:
    """Walk from the middle of the options to where both neighbours cost more."""
    tried: dict[int, _Draft] = {}

    def cost(i: int) -> int:
        if i not in tried:
            tried[i] = draft(options[i])
        return tried[i].cost

    place = -1
    best = len(options) // 2
    while best != place:
        place = best
        near = range(max(0, place - 1), min(len(options), place + 2))
        best = min((place, *near), key=cost)
    return tried[place]


def append_ladder(stack: Stack, lines: Sequence[Line]) -> Expression:
    """Append the decoders of all lines to a stack that holds the slot ``x``.

    Returns:
        the label as an expression.
    """
    bits, value = lines[0].bits, {}
    for line in lines:
        stack.fold("x", bits, line.bits, HALF)
        bits = line.bits
        value = fold_memorizer(stack, line.found, line.sizes)
    return value


def nonzero(lines: Sequence[Line]) -> int:
    """Upper bound on the stored numbers, the readout's included."""
    folds = 3 * (lines[0].bits - lines[-1].bits)
    return folds + 1 + sum(line.sizes.nonzero for line in lines if line.found.places)
