"""The smallest memorizer we know: change points, even gaps, folds.

Labels on a line of integers are stored by what changes. With two classes the change
points c_1 < c_2 < ... alternate between 0 -> 1 and 1 -> 0, so their order fixes the
labels and

    label(x) = [x >= c_1] - [x >= c_2] + [x >= c_3] - ...

k change points in a row are one block, k even, so that every block begins at label 0.
A block is one integer: the block's start a_j and the k gaps to the next change point,
each an even number in a field of its own.

**Fold.** ``w <- w - 2 R(w - T)`` reflects [0, 2T] onto [0, T] with three non-zero
numbers. Folding at 2^(S+rho), ..., 2^S leaves the distance of w to the nearest multiple
of 2^(S+1). For ``w = g 2^S + rest`` with g even and rest <= 2^S that is the rest: the
field is gone, and it was ``g = (w_before - w_after) / 2^S``. Three numbers a bit; the
evenness costs one bit a field. (Cutting a bit off with a step takes six, the triangle
orbits of the printed construction eighteen.)

    look up     h_j = R(a_j - x), s_j = R(1 - h_j), w = W_0 + sum (W_j - W_(j-1)) s_j
    a field     folds of w; r <- r - 2^-S (p - w), p <- w          (p: w before)
    a label     y <- y +- (R(r + 1) - R(r))                        (r integer: [r >= 0])

With M gaps of rho bits, m = M / k blocks:  5 m + k (3 (rho + 1) + 11) non-zero numbers.

More than two classes: each gap is followed by the change of label plus C, gated:

    u = 2^-S (p - w), h = [r >= 0]:   y <- y + R(u + B h - B) - C h

A gap too long for its field is cut by two change points in one place, which cancel (or,
with more classes, by a change of 0).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from memcap.constructions.gadgets import BIAS, Expression, affine, carry
from memcap.core.exact import Number
from memcap.model.weights import Layer, Relu, Residual


@dataclass(frozen=True, slots=True)
class Changes:
    """Where labels change along a line.

    Args:
        places: even integers, increasing; the label is 0 before the first.
        values: label from each place on.
    """

    places: tuple[int, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FoldSizes:
    """How the changes are packed.

    Args:
        fields: M, changes with the cuts of long gaps.
        per_block: k.
        gap_bits: rho, digits of half a gap.
        start_bits: digits of half a block's start.
        classes: C.
    """

    fields: int
    per_block: int
    gap_bits: int
    start_bits: int
    classes: int

    @property
    def own_fields(self) -> int:
        """Changes a block holds: with more classes its first field says the label."""
        return self.per_block - (self.classes > 2)

    @property
    def blocks(self) -> int:
        """m."""
        return -(-self.fields // self.own_fields)

    @property
    def change_bits(self) -> int:
        """Digits of a change of label plus C; 0 for two classes."""
        return (2 * self.classes - 1).bit_length() if self.classes > 2 else 0

    @property
    def nonzero(self) -> int:
        """Non-zero numbers of the layers of `fold_memorizer`, up to vanishing words."""
        field = 3 * (self.gap_bits + 1) + 11
        if self.classes > 2:
            field += 3 * (self.change_bits + 1) + 15
        start = 3 * (self.start_bits + 1) + 6 + 2
        return 5 * (self.blocks - 1) + 4 + start + self.per_block * field


def changes(points: Sequence[int], labels: Sequence[int]) -> Changes:
    """Even places between points of different labels; label 0 beyond the last point.

    The last change keeps the number of changes even where there are two classes, so
    that every block can begin at label 0.

    Args:
        points: integers, increasing; where labels differ, so do halves rounded down.
        labels: label of each point.

    Example:
        >>> changes([1, 2, 9, 12], [0, 1, 1, 0])
        Changes(places=(2, 12), values=(1, 0))
        >>> changes([1, 4], [0, 1])
        Changes(places=(4, 6), values=(1, 0))
    """
    places, values, label = [], [], 0
    for point, found in zip(points, labels, strict=True):
        if found != label:
            # The largest even number that is not above the point.
            places.append(point - point % 2)
            values.append(found)
            label = found
    if label:
        places.append(points[-1] - points[-1] % 2 + 2)
        values.append(0)
    return Changes(tuple(places), tuple(values))


def choose_sizes(found: Changes, classes: int, line_bits: int) -> FoldSizes:
    """The field width and block length of the fewest non-zero numbers.

    Args:
        found: the changes.
        classes: C; two classes are 0 and 1.
        line_bits: places are at most ``2^line_bits``.
    """
    gaps = _gaps(found.places)
    best: FoldSizes | None = None
    for gap_bits in range(1, line_bits + 1):
        fields = len(gaps) + sum(_cuts(gap, gap_bits, classes) for gap in gaps)
        fields = max(fields, 1)
        middle = isqrt(5 * fields // (3 * gap_bits + 14)) + 1
        for per_block in range(2, 4 * middle + 4, 2):
            sizes = FoldSizes(fields, per_block, gap_bits, line_bits, classes)
            if best is None or sizes.nonzero < best.nonzero:
                best = sizes
    assert best is not None  # line_bits is at least 1
    return best


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
    gaps, options = _gaps(found.places), []
    for gap_bits in range(1, line_bits + 1):
        fields = len(gaps) + sum(_cuts(gap, gap_bits, classes) for gap in gaps)
        for per_block in range(2, word_bits, 2):
            sizes = FoldSizes(max(1, fields), per_block, gap_bits, line_bits, classes)
            field = gap_bits + 1 + (sizes.change_bits + 1 if classes > 2 else 0)
            if line_bits + 1 + per_block * field <= word_bits:
                options.append(sizes)
    return sorted(options, key=lambda sizes: sizes.nonzero)


def _gaps(places: Sequence[int]) -> list[int]:
    return [b - a for a, b in zip((0, *places), places, strict=False)]


def _longest(gap_bits: int) -> int:
    """The longest even gap of a field."""
    return 2 ** (gap_bits + 1) - 2


def _cuts(gap: int, gap_bits: int, classes: int) -> int:
    """Fields more than one that a gap takes."""
    pieces = max(0, -(-gap // _longest(gap_bits)) - 1)
    return 2 * pieces if classes == 2 else pieces


def _entries(found: Changes, sizes: FoldSizes) -> list[tuple[int, int]]:
    """(gap, change of label) of every field, long gaps cut."""
    entries, label = [], 0
    longest = _longest(sizes.gap_bits)
    for gap, value in zip(_gaps(found.places), found.values, strict=True):
        while gap > longest:
            entries.append((longest, 0))
            if sizes.classes == 2:
                entries.append((0, 0))
            gap -= longest
        entries.append((gap, value - label))
        label = value
    return entries


def _words(found: Changes, sizes: FoldSizes) -> list[tuple[int, int]]:
    """(start, word) of every block, the block's start being the word's top field."""
    entries = _entries(found, sizes)
    made, place, label = [], 0, 0
    for first in range(0, max(1, len(entries)), sizes.own_fields):
        inside = entries[first : first + sizes.own_fields]
        inside += [(0, 0)] * (sizes.own_fields - len(inside))
        start = [(0, label)] if sizes.classes > 2 else []
        word = place
        for gap, change in start + inside:
            word = word << (sizes.gap_bits + 1) | gap
            if sizes.classes > 2:
                word = word << (sizes.change_bits + 1) | 2 * (change + sizes.classes)
        made.append((place, word))
        place += sum(gap for gap, _ in inside)
        label += sum(change for _, change in inside)
    return made


Unit = tuple[Expression, dict[str, Number]]


def steps_in_sequence(
    places: Sequence[int], jumps: Sequence[int], source: str, ramp: str, target: str
) -> list[list[Unit]]:
    """Residual layers that add a jump at each place that the source has reached.

    Args:
        places: where the jumps are, for integers.
        jumps: what is added to the target from there on.
        source: slot that is compared with the places.
        ramp: slot that is 0 before and after.
        target: slot that is added to.

    Returns:
        the hidden units of each layer; one layer more than there are places.
    """
    layers: list[list[Unit]] = []
    if places:
        layers.append([({BIAS: places[0], source: -1}, {ramp: 1})])
    for j, jump in enumerate(jumps):
        units: list[Unit] = [
            ({ramp: 1}, {ramp: -1}),
            ({BIAS: 1, ramp: -1}, {target: jump}),
        ]
        if j + 1 < len(places):
            units.append(({BIAS: places[j + 1], source: -1}, {ramp: 1}))
        layers.append(units)
    return layers


class _Writer:
    """Writes layers over the slots x; then r, w, p, y (and u, h)."""

    def __init__(self, sizes: FoldSizes, part: str) -> None:
        self.sizes, self.part = sizes, part
        self.layers: list[Layer] = []
        self.slots: tuple[str, ...] = ("x",)
        per_field = sizes.gap_bits + 1
        per_field += sizes.change_bits + 1 if sizes.classes > 2 else 0
        self.below = sizes.per_block * per_field

    def relu(self, rows: dict[str, Expression]) -> None:
        self.layers.append(Relu(affine(self.slots, rows), self.part))
        self.slots = tuple(rows)

    def residual(self, units: list[tuple[Expression, dict[str, Number]]]) -> None:
        """Hidden units, each with what it adds to which slots."""
        inner = {f"unit {i}": unit for i, (unit, _) in enumerate(units)}
        outer: dict[str, dict[str, Number]] = {slot: {} for slot in self.slots}
        for i, (_, adds) in enumerate(units):
            for slot, weight in adds.items():
                outer[slot][f"unit {i}"] = weight
        block = Residual(
            affine(self.slots, inner), affine(tuple(inner), outer), self.part
        )
        self.layers.append(block)

    def look_up(self, blocks: list[tuple[int, int]]) -> None:
        starts, words = [a for a, _ in blocks[1:]], [w for _, w in blocks]
        ramps: dict[str, Expression] = {
            f"h{j}": {BIAS: a, "x": -1} for j, a in enumerate(starts)
        }
        self.relu(carry("x") | ramps)
        steps: dict[str, Expression] = {
            f"s{j}": {BIAS: 1, f"h{j}": -1} for j in range(len(starts))
        }
        self.relu(carry("x") | steps)
        pairs = enumerate(zip(words, words[1:], strict=False))
        jumps = {f"s{j}": new - old for j, (old, new) in pairs}
        more: dict[str, Expression] = {"p": {}, "y": {}}
        if self.sizes.classes > 2:
            more |= {"u": {}, "h": {}}
        self.relu({"r": {"x": 1}, "w": {BIAS: words[0]} | jumps} | more)
        self.residual([({"w": 1}, {"p": 1})])

    def look_up_in_sequence(self, blocks: list[tuple[int, int]]) -> None:
        """The same look-up, one narrow layer a block; p holds the ramps meanwhile."""
        more: dict[str, Expression] = {"p": {}, "y": {}}
        if self.sizes.classes > 2:
            more |= {"u": {}, "h": {}}
        self.relu({"r": {"x": 1}, "w": {BIAS: blocks[0][1]}} | more)
        jumps = [b - a for (_, a), (_, b) in zip(blocks, blocks[1:], strict=False)]
        starts = [a for a, _ in blocks[1:]]
        for units in steps_in_sequence(starts, jumps, "r", "p", "w"):
            self.residual(units)
        self.residual([({"w": 1}, {"p": 1})])

    def cut(self, bits: int, target: str, sign: int, halved: bool = False) -> None:
        """Fold a field of `bits` + 1 digits off w and add it to a slot."""
        for place in range(self.below + bits, self.below - 1, -1):
            self.residual([({"w": 1, BIAS: -(1 << place)}, {"w": -2})])
        unit = Fraction(sign, 1 << (self.below + halved))
        self.residual(
            [({"p": 1}, {target: unit, "p": -1}), ({"w": 1}, {target: -unit, "p": 1})]
        )

    def field(self, i: int) -> None:
        sizes = self.sizes
        self.below -= sizes.gap_bits + 1
        self.cut(sizes.gap_bits, "r", -1)
        above, at = {"r": 1, BIAS: 1}, {"r": 1}
        if sizes.classes == 2:
            sign = 1 if i % 2 == 0 else -1
            self.residual([(above, {"y": sign}), (at, {"y": -sign})])
            return
        self.residual([(above, {"h": 1}), (at, {"h": -1})])
        self.below -= sizes.change_bits + 1
        self.cut(sizes.change_bits, "u", 1, halved=True)
        # h is 0 or 1 and u below 2 C: the gate passes u where h is 1.
        high = 2 * sizes.classes
        self.residual(
            [
                ({"u": 1, "h": high, BIAS: -high}, {"y": 1}),
                ({"u": 1}, {"u": -1}),
                ({"h": 1}, {"h": -1, "y": -sizes.classes}),
            ]
        )


def fold_memorizer(
    found: Changes, sizes: FoldSizes, part: str, in_sequence: bool = False
) -> tuple[list[Layer], tuple[str, ...], Expression]:
    """Layers from the slot ``x`` to the label of every point.

    Args:
        found: the changes.
        sizes: how they are packed.
        part: name under which the layers are counted.
        in_sequence: blocks are looked up one after the other in narrow layers.

    Returns:
        the layers, the slots after the last one, and the label as an expression.
    """
    writer = _Writer(sizes, part)
    if not found.places:
        return [], ("x",), {}
    if in_sequence:
        writer.look_up_in_sequence(_words(found, sizes))
    else:
        writer.look_up(_words(found, sizes))
    writer.cut(sizes.start_bits, "r", -1)
    for i in range(sizes.per_block):
        writer.field(i)
    return writer.layers, writer.slots, {"y": 1}
