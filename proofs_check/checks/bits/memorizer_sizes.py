"""KS25.LemC1: eq. 110 against LemC2, LemG3 and LemG6 composed in whole numbers.

Letters: N stored points, ``l = log2 N``, ``q = sqrt(N/l)``, so ``sqrt(N l) = N/q``, and
``g = max(log2 R, log2 C)``. A network has k sub-words in a word, ``m = ceil(N/k)``
blocks and ``mu = floor(g) + 1`` bits a sub-word: the length of floor(R), and of the
largest label C. Composed depth: ``2 + (3 m + 2) + (3 k mu + 2 k + 2)``.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import sympy

from memcap.core.balls import Ball
from memcap.core.exact import Number
from memcap.theory.bounds import numbers
from proofs_check.methods import boxes, identity
from proofs_check.statement import Answer, Level, Outcome

_PRECISION = 128
# Below this q one sub-word in a word does.
_SMALL_Q = Fraction(8, 3)


@dataclass(frozen=True, slots=True)
class Case:
    """Parameters of the lemma with V = N, R = 2^shift 20 N^2 sqrt(pi), C <= R.

    Args:
        stored: N >= 2.
        shift: log2 of r sqrt(d) / delta, at least 0.
    """

    stored: int
    shift: Fraction = Fraction(0)

    def q(self, precision: int) -> Ball:
        """sqrt(N / log2 N)."""
        return Ball.of(self.times_q(1, precision), precision)

    def times_q(self, factor: Number, precision: int) -> numbers.Real:
        """A multiple of q, exact where it is rational, as for N = 65,536."""
        squared = numbers.over(
            self.stored * factor**2, numbers.log2(self.stored, precision)
        )
        return numbers.sqrt(squared, precision)

    def g(self, precision: int) -> Ball:
        """log2 R."""
        start = (Ball.pi(precision).sqrt() * (20 * self.stored**2)).log2()
        return start + self.shift

    def printed_depth(self, precision: int) -> Ball:
        """Eq. 110."""
        q, g = self.q(precision), self.g(precision)
        return Ball.of(self.stored, precision) / q * 3 + 2 + (q * g * 3 + q * 2 + 2) + 2

    def word(self, precision: int) -> Ball:
        """q g, to which the printed bits add ceil(log R), or 2."""
        return self.q(precision) * self.g(precision)

    @property
    def steps(self) -> int:
        """mu = floor(g) + 1."""
        return numbers.floor(self.g) + 1


def composed_depth(stored: int, k: int, steps: int) -> int:
    """2 + (3 m + 2) + (3 k mu + 2 k + 2).

    Args:
        stored: N.
        k: sub-words of a word.
        steps: mu.
    """
    m = -(-stored // k)
    return 2 + (3 * m + 2) + (3 * k * steps + 2 * k + 2)


def whole_block(case: Case) -> int:
    """k = max(1, floor(3 q / 4)), with which eq. 110 holds in whole numbers."""
    return max(1, numbers.floor(lambda p: case.times_q(Fraction(3, 4), p)))


def rounded_blocks(case: Case) -> tuple[int, int]:
    """q rounded down and up."""
    down = max(1, numbers.floor(lambda p: case.times_q(1, p)))
    return down, numbers.ceil(lambda p: case.times_q(1, p))


def composition(level: Level = Level.DEFAULT, per_sub_word: int = 2) -> Outcome:
    """LemC2, LemG3 and LemG6 with m = sqrt(N l), k = q and mu = g give eq. 110."""
    stored, log, g = sympy.symbols("N l g", positive=True)
    m, k = sympy.sqrt(stored * log), sympy.sqrt(stored / log)
    parts = 2 + (3 * m + 2) + (3 * k * g + per_sub_word * k + 2)
    printed = (
        2
        + (3 * sympy.sqrt(stored * log) + 2)
        + (3 * sympy.sqrt(stored / log) * g + 2 * sympy.sqrt(stored / log) + 2)
    )
    return identity.holds(parts, printed, "the depths add up to eq. 110")


def printed_values(level: Level) -> Outcome:
    """Eq. 110 at N = V = 1000, d = 6, r = 1, delta = 1/10, C = 2, computed two ways."""
    from memcap.theory import bounds

    inputs = {"num_stored": 1000, "num_points": 1000, "dim": 6, "r": 1}
    inputs |= {"delta": Fraction(1, 10), "classes": 2}
    range_ = (Ball.pi(_PRECISION) * 6).sqrt() * (20 * 1000**2 * 10)
    log = Ball.of(1000, _PRECISION).log2()
    q, g = (1000 / log).sqrt(), range_.log2()
    own = {
        "depth": q * log * 3 + 2 + (q * g * 3 + q * 2 + 2) + 2,
        "bits": q * g + ceil(g.upper),
    }
    for name, expected in (("depth", "1217.9"), ("bits", "327.4")):
        theirs = bounds.get(f"KS25.LemC1.{name}")(**inputs).ball()
        if not (own[name] - theirs).contains(0) or f"{float(theirs):.1f}" != expected:
            sentence = f"{name}: {own[name]} here, {theirs} there, not {expected}."
            return Outcome(Answer.FAILS, sentence, 2, "", {"quantity": name})
    sentence = "depth 1217.9 and bits 327.4 at N = 1000, here and in memcap."
    return Outcome(Answer.HOLDS, sentence, 2)


def few_points(level: Level) -> Outcome:
    """q < 8/3: one sub-word a word; the margin grows with g, so the least g decides."""
    tried, smallest, stored = 0, None, 2
    while _is_small(stored):
        case = Case(stored)
        q, g = case.q(_PRECISION), case.g(_PRECISION)
        # composed_depth(N, 1, mu) with mu <= g + 1; the bits need mu <= q g.
        depth = case.printed_depth(_PRECISION) - (g * 3 + (3 * stored + 11))
        margins = depth, q * g - g - 1, q - 1
        tried += 1
        low = min(margin.lower for margin in margins)
        if low <= 0:
            sentence = f"a margin is {float(low):.3g} at N = {stored}."
            return Outcome(Answer.OPEN, sentence, tried)
        smallest = low if smallest is None else min(smallest, low)
        stored += 1
    sentence = f"k = 1 keeps depth and bits for N = 2 .. {stored - 1} and every g."
    return Outcome(Answer.HOLDS, sentence, tried, f"> {float(smallest or 0):.3g}")


def _is_small(stored: int) -> bool:
    """Whether certainly q < 8/3."""
    return (_SMALL_Q - Case(stored).q(_PRECISION)).lower > 0


def blocks_stay_large(level: Level) -> Outcome:
    """N / log2 N increases from N = 3 on: q >= 8/3 for all N beyond the few."""
    last = 2
    while _is_small(last + 1):
        last += 1
    x = sympy.Symbol("x", positive=True)
    slope = sympy.simplify(sympy.diff(x / sympy.log(x), x) * sympy.log(x) ** 2)
    beyond = Case(last + 1).q(_PRECISION) - _SMALL_Q
    right = sympy.simplify(slope - (sympy.log(x) - 1)) == 0 and beyond.lower > 0
    sentence = f"d/dx (x/ln x) has the sign of ln x - 1; q > 8/3 at N = {last + 1}."
    return Outcome(Answer.HOLDS if right else Answer.OPEN, sentence, last)


def log_terms(level: Level) -> Outcome:
    """The coefficient of l = log2 N is 3 (1 - t)(2 - 1/t) >= 0 for 1/2 <= t <= 1."""
    t = sympy.Symbol("t", positive=True)
    terms = 3 * (1 - 1 / t) + 6 * (1 - t)
    return identity.holds(terms, 3 * (1 - t) * (2 - 1 / t), "the coefficient of log2 N")


def many_points(level: Level) -> Outcome:
    """q >= 8/3, k = t q with 1/2 <= t <= 3/4: what is left after the terms in l."""
    least = (Ball.pi(_PRECISION).sqrt() * 20).log2()

    def margin(t: Ball, inverse: Ball) -> Ball:
        return (1 - t) * least * 3 - t * 3 + (1 - t) * 2 - inverse * 3

    box = {"t": (Fraction(1, 2), Fraction(3, 4)), "inverse": (0, 1 / _SMALL_Q)}
    return boxes.holds_on(margin, box, "eq. 110 less the composed depth, over q")


def words_fit(level: Level) -> Outcome:
    """k mu <= (3/4) q (g + 1) <= q g, as g >= log2(80 sqrt pi) > 3 for N >= 2."""
    least = (Ball.pi(_PRECISION).sqrt() * 80).log2()
    margin = (least - 3).lower
    answer = Answer.HOLDS if margin > 0 else Answer.OPEN
    sentence = "a word of k mu bits is within q g: g / 4 > 3 / 4."
    return Outcome(answer, sentence, 1, f"> {float(margin):.3g}")


WHOLE = (
    "Take k = 1 where q < 8/3 and k = floor(3q/4) else; then k = t q with "
    "1/2 <= t <= 3/4, as floor(y) >= 2y/3 for y >= 2. With m <= N/k + 1 and "
    "mu <= g + 1, eq. 110 less the composed depth is at least q times "
    "3 l (1 - 1/t) + 3 g (1 - t) - 3 t + 2 (1 - t) - 3/q, where g >= 2 l + "
    "log2(20 sqrt pi) because R >= 20 N^2 sqrt pi. The terms in l are not negative, "
    "the rest is positive on the box. Bits: k mu <= q g, to which LemG3 adds "
    "ceil(log R) and LemG6 adds 2, as printed."
)
