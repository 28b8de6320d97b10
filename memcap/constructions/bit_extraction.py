"""Layers that look a point's block up and extract its label bit by bit (KS25.LemC1).

State before: ``x >= 2`` on the line. Afterwards the label of x, if x is a stored
point, is the value of the returned expression, and 0 if x is at least 2 away from
every stored point. Every slot is non-negative on the data, so ReLU carries values.

Stage II (KS25.LemG3), two layers for each block j; g1 + g2 - 1 is 1 on [a_j, b_j] and 0
half a unit outside (KS25.LemG2):

    II.a    x | w <- w + W_{j-1} (g1 + g2 - 1) | u | h1 = R(2a - 2x) | h2 = R(2x - 2b)
    II.b    x | w | u | g1 = R(1 - h1) | g2 = R(1 - h2)

Stage III (KS25.LemG4, LemG5, LemG6). With L bits in a word z and the triangle map psi,
alpha_t = psi^t(z / 2^L + 2^-(L+1)) and beta_t = psi^t(z / 2^L + 2^-(L+2)): psi^t is
linear with slope +-2^t between multiples of 2^-t, and falls exactly where the t-th bit
of z is 1, so bit_t = R(2^(L+2-t) (beta_t - alpha_t)).

    III.1   x, y | R(2 alpha), R(4 alpha - 2), same for beta | acc <- 2 acc + bit
    III.2   x, y | alpha = R(R(2 alpha) - R(4 alpha - 2)), beta likewise | acc
    III.3   x, y, alpha, beta, acc | bit
    III.4   x, y, orbits | Y = label | h1 = R(2X - 2x) | h2 = R(2x - 2X - 2), X = point
    III.5   x, y, orbits | Y | g1 = R(1 - h1) | g2 = R(1 - h2)
    III.6   x, y, orbits | gate = R(2^(c+1) (g1 + g2) - 2^(c+2) + Y)

Width 12, and one more for every slot that is kept. Depth 2m + 1 + k (3 mu + 3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from memcap.constructions.gadgets import BIAS, Expression, Stack, carry
from memcap.constructions.packing import Block, Sizes, pack
from memcap.core.exact import Number


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two words: u holds the points, w the labels."""

    name: str
    bits: int
    length: int

    def slot(self, what: str) -> str:
        return f"{what}_{self.name}"

    @property
    def orbits(self) -> tuple[str, str]:
        return self.slot("alpha"), self.slot("beta")


def memorizer(
    stack: Stack,
    points: Sequence[Number],
    labels: Sequence[int],
    sizes: Sizes,
    keep: Mapping[str, Expression] | None = None,
) -> Expression:
    """Append the layers; x must be a slot of the stack and stays one.

    Args:
        stack: holds the slot ``x``; slots that are not kept are dropped.
        points: stored points, increasing, at least 2 and at least 2 apart.
        labels: their labels.
        sizes: how they are packed.
        keep: slots that are carried to the end beside x, each with the non-negative
            expression that the first layer puts there.

    Returns:
        the label as an expression in the slots after the last layer.
    """
    keep = keep or {}
    if not points:
        stack.relu(carry("x") | dict(keep))
        return {}
    blocks = pack(points, labels, sizes)
    sides = (
        _Side("u", sizes.point_bits, sizes.block * sizes.point_bits),
        _Side("w", sizes.label_bits, sizes.block * sizes.label_bits),
    )
    _look_up(stack, blocks, keep)
    kept = carry("x", *keep)
    _start_orbits(stack, blocks[-1], sides, kept, first=len(blocks) == 1)
    for i in range(sizes.block):
        _extract_point(stack, i, sizes, sides, kept)
    return _sum_of_gates(stack)


def _look_up(
    stack: Stack, blocks: Sequence[Block], keep: Mapping[str, Expression]
) -> None:
    for j, block in enumerate(blocks):
        words = _updated(blocks[j - 1], first=j == 1) if j else {}
        stack.relu(
            carry("x")
            | (carry(*keep) if j else dict(keep))
            | words
            | {
                "h1": {BIAS: 2 * block.first, "x": -2},
                "h2": {"x": 2, BIAS: -2 * block.last},
            }
        )
        stack.relu(carry("x", *keep, *words) | _inverted())


def _inverted() -> dict[str, Expression]:
    return {"g1": {BIAS: 1, "h1": -1}, "g2": {BIAS: 1, "h2": -1}}


def _updated(block: Block, first: bool) -> dict[str, Expression]:
    """The words with the update of `block`, whose indicator is g1 + g2 - 1."""
    return {
        name: ({} if first else {name: 1}) | {"g1": word, "g2": word, BIAS: -word}
        for name, word in (("w", block.labels_word), ("u", block.points_word))
    }


def _start_orbits(
    stack: Stack,
    block: Block,
    sides: Sequence[_Side],
    kept: dict[str, Expression],
    first: bool,
) -> None:
    words = _updated(block, first)
    rows = dict(kept)
    for side in sides:
        for slot, halvings in zip(side.orbits, (1, 2), strict=True):
            scaled = {
                name: Fraction(weight, 1 << side.length)
                for name, weight in words[side.name].items()
            }
            offset = Fraction(1, 1 << (side.length + halvings))
            rows[slot] = scaled | {BIAS: scaled[BIAS] + offset}
    stack.relu(rows)


def _extract_point(
    stack: Stack,
    i: int,
    sizes: Sizes,
    sides: Sequence[_Side],
    kept: dict[str, Expression],
) -> None:
    kept = kept | ({"y": _sum_of_gates(stack)} if i else {})
    for t in range(1, sizes.steps + 1):
        stack.relu(kept | _merge(_fold(side, t) for side in sides))
        kept = carry(*kept)
        stack.relu(kept | _merge(_unfold(side, t) for side in sides))
        stack.relu(kept | _merge(_read_bit(side, t, i) for side in sides))
    last = i == sizes.block - 1
    _gate(stack, tuple(kept), sizes, sides, () if last else _orbits(sides))


def _merge(rows: object) -> dict[str, Expression]:
    return {slot: row for piece in rows for slot, row in piece.items()}  # type: ignore


def _orbits(sides: Sequence[_Side]) -> tuple[str, ...]:
    return tuple(slot for side in sides for slot in side.orbits)


def _accumulated(side: _Side, t: int) -> dict[str, Expression]:
    """acc after the bits before step t have been taken in, as a row of step t."""
    acc, bit = side.slot("acc"), side.slot("bit")
    if t == 1:
        return {}
    if t == 2:
        return {acc: {bit: 1}}
    return {acc: {acc: 2, bit: 1}} if t <= side.bits + 1 else carry(acc)


def _fold(side: _Side, t: int) -> dict[str, Expression]:
    acc = _accumulated(side, t)
    if t > side.bits:
        return carry(*side.orbits) | acc
    rows: dict[str, Expression] = {}
    for orbit in side.orbits:
        rows[f"{orbit}_up"] = {orbit: 2}
        rows[f"{orbit}_down"] = {orbit: 4, BIAS: -2}
    return rows | acc


def _kept_accumulator(side: _Side, t: int) -> dict[str, Expression]:
    return carry(side.slot("acc")) if t > 1 else {}


def _unfold(side: _Side, t: int) -> dict[str, Expression]:
    acc = _kept_accumulator(side, t)
    if t > side.bits:
        return carry(*side.orbits) | acc
    rows = {orbit: {f"{orbit}_up": 1, f"{orbit}_down": -1} for orbit in side.orbits}
    return rows | acc


def _read_bit(side: _Side, t: int, i: int) -> dict[str, Expression]:
    kept = carry(*side.orbits) | _kept_accumulator(side, t)
    if t > side.bits:
        return kept
    alpha, beta = side.orbits
    power = 1 << (side.length + 2 - (i * side.bits + t))
    return kept | {side.slot("bit"): {beta: power, alpha: -power}}


def _gate(
    stack: Stack,
    kept: tuple[str, ...],
    sizes: Sizes,
    sides: Sequence[_Side],
    orbits: tuple[str, ...],
) -> None:
    done = sizes.steps + 1
    point, label = (_accumulated(side, done)[side.slot("acc")] for side in sides)
    twice = {slot: 2 * weight for slot, weight in point.items()}
    negative = {slot: -weight for slot, weight in twice.items()}
    stack.relu(
        carry(*kept, *orbits)
        | {"Y": label, "h1": {**twice, "x": -2}, "h2": {**negative, "x": 2, BIAS: -2}}
    )
    stack.relu(carry(*kept, *orbits, "Y") | _inverted())
    high = 1 << (sizes.label_bits + 1)
    stack.relu(
        carry(*kept, *orbits)
        | {"gate": {"g1": high, "g2": high, BIAS: -2 * high, "Y": 1}}
    )


def _sum_of_gates(stack: Stack) -> Expression:
    return {slot: 1 for slot in ("y", "gate") if slot in stack.slots}
