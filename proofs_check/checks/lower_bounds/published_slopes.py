"""Slopes of published ladders, recomputed in balls from the printed numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx

from experiments.ks25_appendix_h_published import LENGTHS, SMALLEST, UNIT
from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import Number
from proofs_check.statement import Answer, Level, Outcome

_PRECISION = 128
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Slope:
    """A least-squares slope of logarithms, in balls.

    Args:
        value: the slope.
        error: its standard error, from the residuals.
        points: how many points.
    """

    value: Ball
    error: Ball
    points: int

    @property
    def text(self) -> str:
        """Slope and error, two digits."""
        return f"{float(self.value):.2f} +- {float(self.error):.2f}"

    def outside(self, exponent: Number) -> Ball:
        """Probability of a slope as far off under normal errors (Student's t)."""
        off = (self.value - exponent) / self.error
        free = self.points - 2
        with ctx.workprec(_PRECISION):
            share = arb(free) / (arb(free) + off.value * off.value)
            tail = share.beta_lower(arb(free) / 2, arb(1) / 2, True)
        return Ball(tail, _PRECISION)


def slope(points: Sequence[tuple[Number, Number]]) -> Slope:
    """The slope of log y against log x, for at least three points."""
    x = [Ball.of(a, _PRECISION).log() for a, _ in points]
    y = [Ball.of(b, _PRECISION).log() for _, b in points]
    zero, size = Ball.of(0, _PRECISION), len(points)
    middle, height = sum(x, zero) / size, sum(y, zero) / size
    across = [a - middle for a in x]
    up = [b - height for b in y]
    spread = sum((a**2 for a in across), zero)
    value = sum((a * b for a, b in zip(across, up, strict=True)), zero) / spread
    left = [b - value * a for a, b in zip(across, up, strict=True)]
    rest = sum((r**2 for r in left), zero)
    return Slope(value, (rest / (size - 2) / spread).sqrt(), size)


def ladder(first: int, last: int, offset: int | None = None) -> list[Pair]:
    """N and the smallest size of KS25's Figure 3, in blocks or in numbers."""
    return [
        (n, blocks if offset is None else UNIT * blocks + offset)
        for n, blocks in SMALLEST.items()
        if first <= n <= last
    ]


def rounds_to(found: Ball, printed: str) -> bool:
    """Whether a value certainly rounds to the printed decimals."""
    decimals = len(printed.partition(".")[2])
    away = found - Fraction(printed)
    return less(away.maximum(-away), Fraction(1, 2 * 10**decimals)) is Truth.TRUE


_SLOPES = (
    (600, 1400, None, "2.08", "0.33"),
    (800, 1400, None, "1.08", "0.16"),
    (1400, 1700, None, "5.7", ""),
    (600, 1400, 200, "1.03", ""),
    (600, 1400, 400, "0.70", ""),
    (600, 1400, 600, "0.53", ""),
)


def slopes(level: Level) -> Outcome:
    """Every recorded slope, recomputed and compared with its printed digits."""
    texts = []
    for first, last, offset, value, error in _SLOPES:
        found = slope(ladder(first, last, offset))
        plus = "" if offset is None else f", {offset} numbers added"
        texts.append(f"N = {first}..{last}{plus}: {found.text}")
        wrong = error and not rounds_to(found.error, error)
        if wrong or not rounds_to(found.value, value):
            return Outcome(Answer.FAILS, f"not {value} +- {error}: {texts[-1]}.")
    return Outcome(Answer.HOLDS, "; ".join(texts) + ".", len(texts))


def far_from_root(level: Level) -> Outcome:
    """How far the exponent 1/2 is from the slope of Figure 3."""
    found = slope(ladder(600, 1400))
    tail = found.outside(Fraction(1, 2))
    if less(tail, Fraction(1, 100)) is not Truth.TRUE:
        return Outcome(Answer.OPEN, f"the tail is {float(tail):.3g}.")
    sentence = (
        f"slope {found.text} over 600..1400; under normal errors a slope is as far "
        f"from 1/2 with probability {float(tail):.2g}."
    )
    return Outcome(Answer.HOLDS, sentence, found.points, f"p = {float(tail):.2g}")


def root_law(
    level: Level, sizes: Mapping[int, int] = SMALLEST, last: int = 1400
) -> Outcome:
    """Is some ceil(a sqrt(N) + b) all the numbers of blocks? Two differences decide.

    From N to M the size before rounding rises by more than ``size(M) - size(N) - 1``
    and by less than ``size(M) - size(N) + 1``; a sqrt(N) + b rises by
    ``a (sqrt(M) - sqrt(N))``.
    """
    rises = [(n, m) for n in sizes for m in sizes if n < m <= last]
    for low in rises:
        more = _jump(sizes, low) - 1
        for high in rises if more > 0 else ():
            # a > more / gap(low) and a < fewer / gap(high) exclude each other.
            fewer = _jump(sizes, high) + 1
            slack = _gap(high) * more - _gap(low) * fewer
            if less(slack, 0) is Truth.FALSE:
                return _contradiction(sizes, low, high)
    return Outcome(Answer.OPEN, "no two differences exclude each other.", len(rises))


def _jump(sizes: Mapping[int, int], pair: Pair) -> int:
    return sizes[pair[1]] - sizes[pair[0]]


def _gap(pair: Pair) -> Ball:
    n, m = pair
    return Ball.of(m, _PRECISION).sqrt() - Ball.of(n, _PRECISION).sqrt()


def _contradiction(sizes: Mapping[int, int], low: Pair, high: Pair) -> Outcome:
    above = (_jump(sizes, low) - 1) / _gap(low)
    below = (_jump(sizes, high) + 1) / _gap(high)
    sentence = (
        f"N = {low[0]} to {low[1]} asks for a > {float(above):.4f}, "
        f"N = {high[0]} to {high[1]} for a < {float(below):.4f}."
    )
    point = {f"blocks({n})": str(sizes[n]) for n in (*low, *high)}
    return Outcome(Answer.FAILS, sentence, 1, "", point)


def lengths(level: Level) -> Outcome:
    """Experiment 4: the size does not move with n, so its slope is exactly 0."""
    found = slope(list(LENGTHS.items()))
    same = set(LENGTHS.values()) == {4}
    bits = Fraction(500, 4 * UNIT)
    answer = Answer.HOLDS if same and found.value.contains(0) else Answer.FAILS
    sentence = (
        f"4 blocks for every n, slope 0 over three decades; 336 numbers in blocks for "
        f"500 labels of one bit, {float(bits):.2f} bits a number."
    )
    return Outcome(answer, sentence, len(LENGTHS))
