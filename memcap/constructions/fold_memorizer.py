"""The smallest memorizer we know: change points, even fields, folds, a zigzag.

Labels on a line of integers are stored by what changes. k changes in a row are one
block, one integer: where it starts, and even numbers in fields of their own.

**Fold.** ``w <- w - 2 R(w - T)`` reflects [0, 2T] onto [0, T] with three non-zero
numbers. Folding at 2^(f-1), ..., 2, 1 leaves the distance of w to the nearest even
number. For ``w = g + rest`` with g even and rest <= 1 that is the rest: the field is
gone, and it was ``g = w_before - w_after``. Three numbers a digit; the evenness costs
one digit a field. (Cutting a digit off with a step takes six, the triangle orbits of
the printed construction eighteen.) Then w is scaled by the next field's 2^f, so that
thresholds stay as short as a field.

    look up     h_j = R(a_j - x), s_j = R(1 - h_j), w = W_0 + sum (W_j - W_(j-1)) s_j
    a field     f folds of w; then r <- r + c w - c 2^f w and w <- 2^f w, in one unit

The slot r holds ``position - (what w stands for)``, so r + c w is the exact position.

**Zigzag.** Two classes alternate, label(x) = 1 from c_1, 0 from c_2, 1 from c_3, ...
Then the polygon with slopes +1, -1, ... and kinks halfway between changes,

    y(x) = (x - c_1 + 1) - 2 R(x - k_1) + 2 R(x - k_2) - ...,
    k_i  = (c_i + c_(i+1) - 1) / 2,

is at least 1 where the label is 1 and at most 0 where it is 0: at integers the label
is R(y) - R(y - 1). One unit a change. With M changes, m = M / k blocks:
``5 m + k (3 f + 6)`` numbers and some.

**More classes.** A change is a step d of the label modulo C, let through where the
position r is at least 0, and the sum is reduced modulo C at the end:

    u <- w_before / 2, v <- R(-r);   folds;   y <- y + R(u - w_after / 2 - C v)

``5 m + k (3 (f + g) + 18)`` numbers and some, for steps of g digits.
"""

from collections.abc import Sequence
from fractions import Fraction

from memcap.constructions.change_points import Changes
from memcap.constructions.fold_words import Block, FoldSizes, blocks
from memcap.constructions.gadgets import BIAS, Expression, Stack, Unit, carry
from memcap.core.exact import Number

HALF = Fraction(1, 2)


def fold_memorizer(
    stack: Stack, found: Changes, sizes: FoldSizes, in_sequence: bool = False
) -> Expression:
    """Append layers from the slot ``x`` to the label of every point.

    Args:
        stack: holds the slot ``x``, and ``out`` where labels are already known.
        found: the changes.
        sizes: how they are packed.
        in_sequence: blocks are looked up one after the other in narrow layers.

    Returns:
        the old ``out`` plus the label as an expression; ``x`` stays on the stack.
    """
    if not found.places:
        return {"out": 1} if "out" in stack.slots else {}
    packed = blocks(found, sizes)
    look_up = _look_up_in_sequence if in_sequence else _look_up
    look_up(stack, packed, _state(stack, sizes))
    if sizes.classes == 2:
        _binary_fields(stack, sizes)
    else:
        _class_fields(stack, sizes, max(block.steps for block in packed))
    return {"out": 1}


def _state(stack: Stack, sizes: FoldSizes) -> dict[str, Expression]:
    """The slots of the fields, from x and what is kept."""
    kept: dict[str, Expression] = {"out": {}} | _kept(stack)
    if sizes.classes == 2:
        # Half a unit puts the kinks between integers.
        return kept | {"r": {"x": 1, BIAS: HALF}, "y": {"x": 1, BIAS: 1}}
    return kept | {"r": {"x": 1}, "y": {}, "u": {}, "v": {}}


def _kept(stack: Stack) -> dict[str, Expression]:
    """The id, and the label where one is known already."""
    return carry(*(slot for slot in ("x", "out") if slot in stack.slots))


def _look_up(stack: Stack, packed: list[Block], state: dict[str, Expression]) -> None:
    """All blocks side by side."""
    kept = _kept(stack)
    starts = [block.start for block in packed[1:]]
    jumps: dict[str, Fraction] = {}
    if starts:
        stack.relu(kept | {f"h{j}": {BIAS: a, "x": -1} for j, a in enumerate(starts)})
        stack.relu(kept | {f"s{j}": {BIAS: 1, f"h{j}": -1} for j in range(len(starts))})
        jumps = {f"s{j}": jump for j, jump in enumerate(_jumps(packed))}
    stack.relu(state | {"w": {BIAS: packed[0].word} | jumps})


def _look_up_in_sequence(
    stack: Stack, packed: list[Block], state: dict[str, Expression]
) -> None:
    """One narrow layer a block."""
    kept = _kept(stack)
    stack.relu(kept | {"w": {BIAS: packed[0].word}, "h": {}})
    starts = [block.start for block in packed[1:]]
    for units in steps_in_sequence(starts, _jumps(packed), "x", "h", "w"):
        stack.residual(units)
    stack.relu(state | carry("w"))


def _jumps(packed: list[Block]) -> list[Fraction]:
    return [b.word - a.word for a, b in zip(packed, packed[1:], strict=False)]


def steps_in_sequence(
    places: Sequence[int], jumps: Sequence[Number], source: str, ramp: str, target: str
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


def _binary_fields(stack: Stack, sizes: FoldSizes) -> None:
    stack.residual([({"w": 1}, {"r": -1, "y": -1})])
    stack.fold("w", sizes.start_bits, 0)
    stack.residual([_next(sizes.field_bits, 1, HALF, {"y": 1})])
    for i, digits in enumerate(sizes.fields):
        stack.fold("w", digits, 0)
        kink: Unit = ({"r": 1, "w": HALF}, {"y": -2 if i % 2 == 0 else 2})
        last = i + 1 == len(sizes.fields)
        stack.residual([kink] if last else [kink, _next(digits, HALF, HALF)])
    stack.residual([({"y": 1}, {"out": 1}), ({"y": 1, BIAS: -1}, {"out": -1})])


def _next(
    digits: int, done: Number, share: Number, more: Expression | None = None
) -> Unit:
    """Scale w to its next field; r is completed by the rest and meets the next field.

    Args:
        digits: f of the next field.
        done: c of the field that is gone.
        share: c of the next field.
        more: what else the rest of w is added to.
    """
    adds = {"r": done - share * (1 << digits), "w": (1 << digits) - 1}
    return {"w": 1}, adds | dict(more or {})


def _class_fields(stack: Stack, sizes: FoldSizes, most_steps: int) -> None:
    gap, digit, C = sizes.field_bits, sizes.digit_bits, sizes.classes
    stack.residual([({"w": 1}, {"r": -1})])
    stack.fold("w", sizes.start_bits, 0)
    # The step d is let through where the position is not below 0, and d < C.
    blocked: Unit = ({"r": -1, "w": -1}, {"v": 1})
    raised = {"r": 1, "u": 1 << digit - 1, "w": (1 << digit) - 1}
    clear: list[Unit] = [({"u": 1}, {"u": -1}), ({"v": 1}, {"v": -1})]
    for i in range(sizes.per_block):
        if i:
            stack.residual([*clear, _next(gap, 0, 1)])
            stack.fold("w", gap, 0)
        stack.residual([blocked, ({"w": 1}, raised)])
        stack.fold("w", digit, 0)
        stack.residual([({"u": 1, "w": -HALF, "v": -C}, {"y": 1})])
    _reduce(stack, C, most_steps)
    stack.residual([({"y": 1}, {"out": 1})])


def _reduce(stack: Stack, classes: int, most: int) -> None:
    """``y <- y mod C`` for integers y of 0 to `most`."""
    for place in reversed(range((most // classes).bit_length())):
        multiple = classes << place
        above: Unit = ({"y": 1, BIAS: 1 - multiple}, {"y": -multiple})
        at: Unit = ({"y": 1, BIAS: -multiple}, {"y": multiple})
        stack.residual([above, at])
