"""Inequalities over boxes of parameters: halve a box until balls decide on it.

Evaluated on balls that contain a whole box, a formula gives a ball that contains all
its values there. If the lower end is positive the inequality holds on the box; if the
formula is negative at its midpoint, that point is a counterexample; else the widest
side is halved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx

from memcap.core.balls import Ball
from memcap.core.exact import Number, exact, to_flint
from proofs_check.statement import Answer, Outcome

Box = Mapping[str, tuple[Number, Number]]
Margin = Callable[..., Ball]


def interval(low: Number, high: Number, precision: int = 64) -> Ball:
    """A ball that contains every number from `low` to `high`.

    Example:
        >>> around = interval(1, 2)
        >>> around.contains(1), around.contains(2), around.contains(3)
        (True, True, False)
    """
    with ctx.workprec(precision):
        ends = arb(to_flint(exact(low))), arb(to_flint(exact(high)))
        return Ball(ends[0].union(ends[1]), precision)


@dataclass(frozen=True, slots=True)
class Cover:
    """What became of a box.

    Args:
        boxes: boxes on which the margin is positive.
        smallest: a positive number no value of the margin is below, else 0.
        counterexample: a point with a negative margin, exact, else None.
        left: a box that stayed open, else None.
    """

    boxes: int
    smallest: Number
    counterexample: dict[str, Number] | None = None
    left: Box | None = None


def cover(
    margin: Margin, box: Box, *, most: int = 100_000, precision: int = 64
) -> Cover:
    """Decide whether ``margin(**x) > 0`` for every x of a box.

    Args:
        margin: called with a ball for every name of the box; at a point, too.
        box: lowest and highest value of every parameter, both included.
        most: boxes after which to give up.
        precision: bits of the balls.

    Example:
        >>> found = cover(lambda x: x * x - x + 1, {"x": (0, 1)})
        >>> found.left is None and found.smallest > 0
        True
        >>> cover(lambda x: x * x - x + Fraction(1, 5), {"x": (0, 1)}).counterexample
        {'x': Fraction(1, 2)}
    """
    waiting: list[Box] = [box]
    boxes, smallest = 0, None
    while waiting:
        now = waiting.pop()
        value = margin(**{n: interval(*ends, precision) for n, ends in now.items()})
        # An unbounded ball (a division by a ball around 0) decides nothing.
        if value.value.is_finite() and value.lower > 0:
            boxes += 1
            smallest = min(smallest or value.lower, value.lower)
            continue
        middle = {n: exact(Fraction(a + b) / 2) for n, (a, b) in now.items()}
        at = margin(**{n: Ball.of(x, precision) for n, x in middle.items()})
        if at.value.is_finite() and at.upper < 0:
            return Cover(boxes, 0, counterexample=middle)
        if boxes + len(waiting) >= most:
            return Cover(boxes, 0, left=now)
        waiting.extend(_halves(now, middle))
    return Cover(boxes, smallest or 0)


def _halves(box: Box, middle: Mapping[str, Number]) -> list[Box]:
    widest = max(box, key=lambda name: box[name][1] - box[name][0])
    low, high = box[widest]
    ends = (low, middle[widest]), (middle[widest], high)
    return [{**box, widest: half} for half in ends]


def holds_on(
    margin: Margin, box: Box, claim: str, *, most: int = 100_000, precision: int = 64
) -> Outcome:
    """The same as the outcome of a check; `claim` is the inequality in words."""
    found = cover(margin, box, most=most, precision=precision)
    if found.counterexample is not None:
        point = {name: str(x) for name, x in found.counterexample.items()}
        where = ", ".join(f"{name} = {x}" for name, x in point.items())
        return Outcome(
            Answer.FAILS, f"{claim} fails at {where}.", found.boxes + 1, "", point
        )
    if found.left is not None:
        where = ", ".join(f"{n} in {a} .. {b}" for n, (a, b) in found.left.items())
        sentence = f"{claim}: undecided for {where} after {found.boxes} boxes."
        return Outcome(Answer.OPEN, sentence, found.boxes)
    margin_text = f"{float(found.smallest):.6g}"
    sentence = f"{claim}: certified on {found.boxes} boxes."
    return Outcome(Answer.HOLDS, sentence, found.boxes, f"> {margin_text}")
