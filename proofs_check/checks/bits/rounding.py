"""KS25.LemC1: what becomes of eq. 110 when its block size is made whole."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import count
from math import isqrt

import numpy as np

from memcap.constructions.packing import printed_block
from memcap.core.balls import Ball
from memcap.theory import bounds
from memcap.theory.bounds import numbers
from proofs_check.checks.bits.memorizer_sizes import (
    Case,
    composed_depth,
    rounded_blocks,
    whole_block,
)
from proofs_check.methods import attack
from proofs_check.statement import Answer, Level, Outcome

_PRECISION = 128
Rule = Callable[[Case], Sequence[int]]


def three_quarters(case: Case) -> tuple[int]:
    """k = max(1, floor(3 q / 4))."""
    return (whole_block(case),)


def down(case: Case) -> tuple[int]:
    """k = floor(q)."""
    return (rounded_blocks(case)[0],)


def down_or_up(case: Case) -> tuple[int, int]:
    """The better of floor(q) and ceil(q)."""
    return rounded_blocks(case)


def margin(case: Case, rule: Rule) -> Ball:
    """How far below eq. 110 the composition stays, in depth or bits, at its best k.

    Args:
        case: N and R.
        rule: the sizes k allowed.
    """
    found = [_one_block(case, k) for k in rule(case)]
    best = found[0]
    for other in found[1:]:
        best = best.maximum(other)
    return best


def _one_block(case: Case, k: int) -> Ball:
    composed = composed_depth(case.stored, k, case.steps)
    depth = case.printed_depth(_PRECISION) - composed
    bits = case.word(_PRECISION) - k * case.steps
    return -((-depth).maximum(-bits))


def attack_rounding(
    level: Level = Level.DEFAULT, rule: Rule = three_quarters
) -> Outcome:
    """Small, random and adversarial N and R.

    Args:
        level: how many.
        rule: the sizes k allowed.
    """
    target = attack.Target(
        margin=lambda case: margin(case, rule),
        describe=_describe,
    )
    found = attack.search(target, _cases(level.pick(400, 5000)))
    claim = "the composed depth and bits stay within eq. 110"
    return attack.outcome(target, found, claim)


def _describe(case: Case) -> dict[str, str]:
    return {
        "N": str(case.stored),
        "log2(r sqrt(d)/delta)": str(case.shift),
        "k = floor, ceil of q": str(rounded_blocks(case)),
        "mu": str(case.steps),
    }


def _cases(number: int) -> Iterator[Case]:
    rng = np.random.default_rng(3)
    for stored in range(2, number // 4):
        yield Case(stored)
    for _ in range(number):
        stored = int(2 ** rng.uniform(1, 40))
        shift = Fraction(int(rng.integers(0, 1 << 12)), 1 << 8)
        yield Case(stored, shift)
        # log2 R just above an integer is rounded up by almost 1.
        near = Case(stored).g(_PRECISION)
        up = Fraction(numbers.ceil(Case(stored).g)) - Fraction(near.upper)
        yield Case(stored, up + Fraction(1, 1 << 40))


def attack_line(level: Level = Level.DEFAULT, rule: Rule = down_or_up) -> Outcome:
    """The smallest N on a line: points 1 apart, r a power of two, V = N, C = 2.

    Args:
        level: how far N goes.
        rule: the sizes k allowed.
    """
    target = attack.Target(margin=lambda case: margin(case, rule), describe=_describe)
    found = attack.search(target, _on_a_line(level.pick(300, 3000)), stop_after=1)
    claim = "eq. 110 with sqrt(N / log2 N) rounded down or up, log2 R up, d = delta = 1"
    return attack.outcome(target, found, claim)


def _on_a_line(last: int) -> Iterator[Case]:
    for stored in range(2, last):
        # N points 1 apart need r >= (N - 1)/2.
        shift = (stored - 1).bit_length() - 1
        yield from (Case(stored, Fraction(max(shift, 0) + more)) for more in range(3))


def reference_instance(level: Level) -> Outcome:
    """N = V = 1000, d = 6, r = 1, delta = 1/10, C = 2: 1217.9 layers, 327.4 bits."""
    inputs = {"num_stored": 1000, "num_points": 1000, "dim": 6, "r": 1}
    inputs |= {"delta": Fraction(1, 10), "classes": 2}
    depth = bounds.get("KS25.LemC1.depth")(**inputs).ball()
    bits = bounds.get("KS25.LemC1.bits")(**inputs).ball()
    log_range = numbers.ceil(lambda p: bounds.get("KS25.LemC1.range")(**inputs).log2(p))
    # R is below 2^30, so 30 bits hold every floor.
    built = {k: (composed_depth(1000, k, 30), k * 30 + log_range) for k in (7, 10, 11)}
    worse = all(
        built[k][0] > depth.upper and built[k][1] > bits.upper for k in (10, 11)
    )
    fits = built[7][0] < depth.lower and built[7][1] < bits.lower
    sentence = (
        f"q = 10.02: k = 10 gives depth {built[10][0]} and {built[10][1]} bits, k = 11 "
        f"{built[11][0]} and {built[11][1]}, printed 1217.9 and 327.4; k = 7 gives "
        f"{built[7][0]} and {built[7][1]}."
    )
    answer = Answer.HOLDS if worse and fits else Answer.OPEN
    return Outcome(answer, sentence, 3)


def smallest_excess(level: Level) -> Outcome:
    """No N below 15,120 lets words of floor(q) sub-words exceed the printed bits.

    The network's longest number has k mu + 2 bits. With ``L < log2 R <= L + 1`` it
    exceeds ``q log2 R + ceil(log2 R)`` for some R if and only if it does for the least
    R allowed: ``k (L + 1) + 2 > floor(q log2 R) + L + 1``.
    """
    for stored in count(2):
        found = _excess(stored)
        if found is None:
            continue
        sentence = f"smallest N with words too long for some R: {stored:,}, at "
        sentence += f"log2 R just above {found}."
        answer = Answer.HOLDS if stored == 15_120 else Answer.OPEN
        return Outcome(answer, sentence, stored - 1)
    raise AssertionError("the loop has no end")


def _excess(stored: int) -> int | None:
    k, least = printed_block(stored), 2 * (stored.bit_length() - 1) + 5
    if least > k:
        return None
    least = numbers.floor(Case(stored).g)
    for log in range(least, k + 1):
        # R is at least 20 N^2 sqrt(pi), whose logarithm has the integer part `least`.
        word = _least_word(stored, log if log > least else None)
        if k * (log + 1) + 2 > word + log + 1:
            return log
    return None


def _least_word(stored: int, log: int | None) -> int:
    """floor(q log), or floor(q log2(20 N^2 sqrt(pi))) without a logarithm."""
    if log is None:
        return numbers.floor(Case(stored).word)
    # The root of the integer part does; it is decided where q log is whole, too.
    return isqrt(numbers.floor(lambda p: _squared(stored, log, p)))


def _squared(stored: int, factor: int, precision: int) -> numbers.Real:
    return numbers.over(stored * factor**2, numbers.log2(stored, precision))
