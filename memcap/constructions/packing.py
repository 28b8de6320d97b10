"""Pack labelled points of a line into words of sub-words (KS25.LemC1, stage II).

The N stored points are sorted and cut into m blocks of k. Block j keeps the interval
``[a_j, b_j]`` that holds its points, the word U_j of its points' integer parts (rho
bits each) and the word W_j of its labels (c bits each), first point most significant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, isqrt

from memcap.core import balls
from memcap.core.balls import Ball
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number
from memcap.core.refs import Ref

REF = Ref("KS25", "LemC1")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How N points are packed.

    Args:
        num_stored: N, points with a label to be stored.
        block: k, points in a block.
        point_bits: rho, bits of a stored point.
        label_bits: c, bits of a label.
    """

    num_stored: int
    block: int
    point_bits: int
    label_bits: int

    @property
    def num_blocks(self) -> int:
        """m = ceil(N / k)."""
        return -(-self.num_stored // self.block)

    @property
    def steps(self) -> int:
        """mu = max(rho, c), bits extracted for each point."""
        return max(self.point_bits, self.label_bits)

    @property
    def depth(self) -> int:
        """Layers of `bit_extraction.memorizer`: 2m + 1 + k (3 mu + 3)."""
        return 2 * self.num_blocks + 1 + self.block * (3 * self.steps + 3)

    @property
    def word_bits(self) -> int:
        """Bits of the longest number, k mu + 2."""
        return self.block * self.steps + 2

    @property
    def nonzero_estimate(self) -> int:
        """Non-zero parameters up to lower-order terms.

        A block takes 20 (see `bit_extraction`); a step costs 6 for the carried x
        and y, 18 for a side that extracts a bit and 9 for one that is carried.
        """
        both = min(self.point_bits, self.label_bits)
        step = 6 * self.steps + 36 * both + 27 * (self.steps - both)
        return 20 * self.num_blocks + self.block * (step + 26)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of points: its interval and its two packed words."""

    first: int
    last: int
    points_word: int
    labels_word: int


def fitted_sizes(points: Sequence[Number], labels: Sequence[int]) -> Sizes:
    """Sizes read off the data: as few bits as they need, k of the fewest parameters."""
    if not points:
        return Sizes(0, 1, 1, 1)
    point_bits = floor(points[-1]).bit_length()
    label_bits = max(1, max(labels).bit_length())
    options = (
        Sizes(len(points), k, point_bits, label_bits)
        for k in range(1, 2 * isqrt(len(points)) + 2)
    )
    return min(options, key=lambda sizes: sizes.nonzero_estimate)


def printed_sizes(num_stored: int, points_range: Ball, classes: int) -> Sizes:
    """Sizes of the lemma: k = sqrt(N / log2 N), rho = log2 R, c = log2 C, made whole.

    Args:
        num_stored: N.
        points_range: R.
        classes: number of labels, 0 included.
    """
    point_bits = ceil(points_range.log2().upper)
    label_bits = max(1, (classes - 1).bit_length())
    return Sizes(num_stored, printed_block(num_stored), point_bits, label_bits)


def printed_block(num_stored: int) -> int:
    """k of the lemma: floor(sqrt(N / log2 N)), at least 1.

    Example:
        >>> [printed_block(n) for n in (1, 4, 16, 1000)]
        [1, 1, 2, 10]
    """
    if num_stored < 2:
        return 1
    # The integer part of the root is the root of the integer part. A ball can never
    # decide it where log2 N is a whole number and divides N, as for 16 and 65,536.
    log = num_stored.bit_length() - 1
    if num_stored == 1 << log:
        return max(1, isqrt(num_stored // log))
    ratio = balls.floor(lambda p: num_stored / Ball.of(num_stored, p).log2())
    return max(1, isqrt(ratio))


def pack(points: Sequence[Number], labels: Sequence[int], sizes: Sizes) -> list[Block]:
    """Pack points and labels into blocks.

    Args:
        points: N increasing numbers, at least 2, neighbours at least 2 apart.
        labels: N labels below ``2^c``.
        sizes: k, rho and c.

    Raises:
        HypothesisError: points too close, too small or too large.

    Example:
        >>> pack([2, 4, 9], [1, 0, 1], Sizes(3, 2, 4, 1))[0]
        Block(first=2, last=5, points_word=36, labels_word=2)
    """
    _check(points, sizes)
    k, blocks = sizes.block, []
    for start in range(0, len(points), k):
        inside = [floor(x) for x in points[start : start + k]]
        held = list(labels[start : start + k])
        padding = k - len(inside)
        blocks.append(
            Block(
                first=inside[0],
                last=inside[-1] + 1,
                points_word=_word(inside + [0] * padding, sizes.point_bits),
                labels_word=_word(held + [0] * padding, sizes.label_bits),
            )
        )
    return blocks


def _check(points: Sequence[Number], sizes: Sizes) -> None:
    if points[0] < 2:
        raise HypothesisError(REF, "points >= 2", f"the smallest is {points[0]}")
    for left, right in zip(points, points[1:], strict=False):
        if right - left < 2:
            gap = Fraction(right - left)
            raise HypothesisError(REF, "points 2 apart", f"two are {gap} apart")
    if floor(points[-1]).bit_length() > sizes.point_bits:
        raise HypothesisError(
            REF, f"points below 2^{sizes.point_bits}", f"the largest is {points[-1]}"
        )


def _word(fields: Sequence[int], width: int) -> int:
    word = 0
    for value in fields:
        word = word << width | value
    return word
