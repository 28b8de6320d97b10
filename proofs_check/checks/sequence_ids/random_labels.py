"""Labels drawn at random: KS25.LemB2alt, and the labels that KS25.LemB2 asks for.

Two different multisets differ in the count of some token x. Given the other labels,
their sums differ by ``k z + b`` at ``f(x) = z``, with k not 0: at most ``ceil(2 g)``
integers z bring this closer to 0 than g, and at most one makes it 0. The probability
that a pair fails is that number over the number of labels; the pairs are N (N - 1) / 2.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import isqrt

import sympy

from memcap.core.exact import Number
from proofs_check.checks.sequence_ids import multisets
from proofs_check.checks.sequence_ids.multisets import Family
from proofs_check.checks.sequence_ids.projected_labels import stretch
from proofs_check.methods import attack, identity, rays
from proofs_check.methods.attack import Target
from proofs_check.statement import Answer, Level, Outcome

Labels = Callable[[int, int], int]


def square_labels(count: int, size: int) -> int:
    """N^2 labels, the number of KS25.LemB2alt."""
    return count * count


def printed_labels(count: int, size: int) -> int:
    """floor(4 N^2 |S| sqrt(pi)), at most the number of KS25.LemB2.

    Example:
        >>> printed_labels(2, 2)
        56
    """
    low, high = stretch(count, size)
    assert int(4 * low) == int(4 * high)
    return int(4 * low)


def _separated(family: Family, labels: tuple[int, ...], square: int) -> bool:
    ordered = sorted(multisets.weighted(m, labels) for m in family)
    gaps = (b - a for a, b in zip(ordered, ordered[1:], strict=False))
    return all(gap * gap >= square for gap in gaps)


def success(family: Family, labels: int, square: int) -> Fraction:
    """The probability that labels drawn from [K] keep all sums apart, by counting.

    Args:
        family: distinct multisets over S.
        labels: K.
        square: of the distance wanted; 1 asks for distinct sums.
    """
    size = len(family[0])
    drawn = product(range(1, labels + 1), repeat=size)
    good = sum(_separated(family, chosen, square) for chosen in drawn)
    return Fraction(good, labels**size)


def target(
    labels: Labels,
    promise: Callable[[int, int, int], Number],
    square: Callable[[int], int] = lambda size: 1,
) -> Target:
    """The claim that labels from [K] succeed with at least a promised probability.

    Args:
        labels: K as a function of N and |S|.
        promise: the probability as a function of N, |S| and K.
        square: the square of the distance wanted, as a function of |S|.
    """

    def margin(family: Family) -> Number:
        count, size = len(family), len(family[0])
        top = labels(count, size)
        found = success(family, top, square(size))
        return found - promise(count, size, top)

    def describe(family: Family) -> Mapping[str, str]:
        count, size = len(family), len(family[0])
        top = labels(count, size)
        share = success(family, top, square(size))
        named = {"N": str(count), "|S|": str(size), "labels": str(top)}
        return named | {**multisets.described(family), "success": str(share)}

    return Target(margin, describe)


def union_bound(count: int, size: int, labels: int) -> Fraction:
    """1 - N (N - 1) / (2 K)."""
    return 1 - Fraction(count * (count - 1), 2 * labels)


def spread_union_bound(count: int, size: int, labels: int) -> Fraction:
    """1 - N (N - 1) ceil(2 sqrt|S|) / (2 K)."""
    near = isqrt(4 * size - 1) + 1
    return 1 - Fraction(count * (count - 1) * near, 2 * labels)


def small(sizes: tuple[tuple[int, int, int], ...]) -> Iterator[Family]:
    """Every family of the sizes (N, |S|, M) given."""
    for count, size, most in sizes:
        yield from multisets.families(count, size, most)


def searched(
    aim: Target, sizes: tuple[tuple[int, int, int], ...], claim: str
) -> Outcome:
    """The outcome of a count over every family of those sizes."""
    return attack.outcome(aim, attack.search(aim, small(sizes)), claim)


def few_bad_values(level: Level) -> Outcome:
    """Of the integers z at most ceil(2 g) have |k z + b| < g, k not 0, g = sqrt(s)."""
    cases, slack = 0, None
    for k, b, s in product(range(1, 7), range(-40, 41), range(1, level.pick(40, 90))):
        near = sum((k * z + b) ** 2 < s for z in range(-60, 61))
        allowed = isqrt(4 * s - 1) + 1 if s > 1 else 1
        cases += 1
        slack = allowed - near if slack is None else min(slack, allowed - near)
        if near > allowed:
            sentence = f"{near} integers z have |{k} z + {b}| < sqrt({s})."
            return Outcome(Answer.FAILS, sentence, cases)
    sentence = (
        "An open interval of length 2 g / |k| <= 2 g holds at most ceil(2 g) "
        f"integers, and one at most where g = 1; counted in {cases:,} cases."
    )
    return Outcome(Answer.HOLDS, sentence, cases, str(slack))


def half(level: Level) -> Outcome:
    """1 - N (N - 1) / (2 N^2) = 1/2 + 1/(2 N) > 1/2."""
    n = sympy.Symbol("N", positive=True)
    bound = 1 - n * (n - 1) / 2 / n**2
    wanted = sympy.Rational(1, 2) + 1 / (2 * n)
    return identity.holds(bound, wanted, "1 - N (N-1)/(2 N^2) = 1/2 + 1/(2N) > 1/2")


def room(level: Level) -> Outcome:
    """N (N-1)/2 ceil(2 sqrt|S|) < floor(4 N^2 |S| sqrt(pi)) for all N and |S|."""
    n, s = sympy.symbols("N s", positive=True)
    pairs = n * (n - 1) / 2
    spare = 4 * n**2 * s**2 * sympy.sqrt(sympy.pi) - 1 - pairs * (2 * s + 1)
    claim = "4 N^2 |S| sqrt(pi) - 1 > N (N-1)/2 (2 sqrt|S| + 1)"
    return rays.positive_beyond(spare, {n: 1, s: 1}, claim)


def many_pairs() -> tuple[tuple[int, int, int], ...]:
    """Sizes (N, |S|, M) whose labels are counted within seconds."""
    return ((1, 1, 2), (2, 1, 3), (3, 1, 3), (2, 2, 2), (3, 2, 2), (2, 3, 1), (3, 3, 1))
