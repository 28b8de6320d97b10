"""The labels that the proof of KS25.LemB2 constructs, with exact roundings.

    K = N^2 |S| sqrt(pi)      h(x) = ceil(K v_x)      f(x) = h(x) + c

with a unit vector v that meets KS25.LemG1 on the count vectors of the multisets,
``|v.e| >= sqrt(8 / (pi |S|)) ||e|| / N^2`` for all differences e. The printed shift is
``c = floor(2 K)``. Entries of v are rational here, so that v is a unit vector exactly;
K is irrational, and every rounding is decided by a rational enclosure of it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import ceil, floor

from memcap.core import balls
from memcap.core.balls import Ball
from memcap.core.errors import UndecidedError
from memcap.core.exact import Number
from proofs_check.checks.sequence_ids import multisets
from proofs_check.checks.sequence_ids.multisets import Family
from proofs_check.methods.attack import Target
from proofs_check.methods.units import Unit

_BITS = 256
Shift = Callable[[int, int, int], int]


@cache
def stretch(count: int, size: int) -> tuple[Fraction, Fraction]:
    """Rationals just below and just above K."""
    ball = Ball.pi(_BITS).sqrt() * (count * count * size)
    return Fraction(ball.lower), Fraction(ball.upper)


@cache
def _pi() -> tuple[Fraction, Fraction]:
    return Fraction(Ball.pi(_BITS).lower), Fraction(Ball.pi(_BITS).upper)


def stretched(x: Fraction, count: int, size: int) -> int:
    """ceil(K x), certified.

    Example:
        >>> [stretched(Fraction(k, 5), 2, 2) for k in (-3, 4)]
        [-8, 12]
    """
    found = {ceil(bound * x) for bound in stretch(count, size)}
    if len(found) > 1:
        raise UndecidedError(f"ceil({x} K) is undecided at {_BITS} bits.")
    return found.pop()


@cache
def printed_shift(most: int, count: int, size: int) -> int:
    """c of the printed lemma, floor(2 K); the largest cardinality plays no role.

    Example:
        >>> printed_shift(2, 2, 2), printed_shift(2, 3, 2)
        (28, 63)
    """
    low, high = stretch(count, size)
    assert floor(2 * low) == floor(2 * high)
    return floor(2 * low)


@cache
def repaired_shift(most: int, count: int, size: int, factor: Number = 4) -> int:
    """ceil(4 M K + sqrt|S|), or with another factor than 4.

    Example:
        >>> repaired_shift(2, 2, 2)
        115
    """
    return _rounded_up(
        lambda p: Ball.pi(p).sqrt() * (factor * most * count * count * size), size
    )


@cache
def sharp_shift(
    most: int, count: int, size: int, squared: Number = 2, more: int = 1
) -> int:
    """ceil(sqrt(2) M K + M + sqrt|S|), about a third of the repaired one.

    Args:
        most: M.
        count: N.
        size: |S|.
        squared: the square of another factor than sqrt 2.
        more: the factor of the second M.

    Example:
        >>> sharp_shift(2, 2, 2)
        44
    """
    return most * more + _rounded_up(
        lambda p: (Ball.pi(p) * squared).sqrt() * (most * count * count * size), size
    )


def _rounded_up(formula: Callable[[int], Ball], size: int) -> int:
    return -balls.floor(lambda p: -(formula(p) + Ball.of(size, p).sqrt()))


@dataclass(frozen=True, slots=True)
class Instance:
    """What the lemma is applied to.

    Args:
        family: N distinct count vectors over S.
        v: a rational unit vector.
        rows: the sequences that the family restricts to the tokens of A, if any.
        tokens: A.
    """

    family: Family
    v: Unit
    rows: tuple[tuple[int, ...], ...] = ()
    tokens: tuple[int, ...] = ()

    @property
    def sizes(self) -> tuple[int, int, int]:
        """(M, N, |S|)."""
        longest = len(self.rows[0]) if self.rows else 0
        most = max(longest, *(sum(m) for m in self.family))
        return most, len(self.family), len(self.v)

    def unshifted(self) -> tuple[int, ...]:
        """H(x) of every token."""
        _, count, size = self.sizes
        return tuple(stretched(x, count, size) for x in self.v)

    def labels(self, shift: Shift) -> tuple[int, ...]:
        """F(x) of every token."""
        c = shift(*self.sizes)
        return tuple(h + c for h in self.unshifted())

    def sums(self, shift: Shift) -> tuple[int, ...]:
        """The sum of f over every multiset."""
        labels = self.labels(shift)
        return tuple(multisets.weighted(m, labels) for m in self.family)


def admissible(instance: Instance) -> bool:
    """Whether v meets the lower bound of KS25.LemG1 on all differences, squared."""
    _, count, size = instance.sizes
    for left, right in combinations(instance.family, 2):
        e = [a - b for a, b in zip(left, right, strict=True)]
        inner = sum((k * x for k, x in zip(e, instance.v, strict=True)), Fraction(0))
        scaled, wanted = inner**2 * count**4 * size, 8 * sum(k * k for k in e)
        low, high = (scaled * bound >= wanted for bound in _pi())
        if low != high:
            raise UndecidedError(f"the condition on v is undecided at {_BITS} bits.")
        if not low:
            return False
    return True


def claimed(size: int) -> int:
    """The square of the claimed distance of two sums, sqrt|S|."""
    return size


def distinct(size: int) -> int:
    """The square of the distance that different integers have."""
    return 1


def target(
    shift: Shift = printed_shift, square: Callable[[int], int] = claimed
) -> Target:
    """The claim that sums of different multisets are far apart.

    Args:
        shift: c as a function of (M, N, |S|).
        square: the square of the claimed distance, as a function of |S|.

    Returns:
        a target whose margin is the smallest squared difference less that square;
        None where v is not admissible.
    """

    def margin(instance: Instance) -> int | None:
        if not admissible(instance):
            return None
        ordered = sorted(instance.sums(shift))
        gaps = (b - a for a, b in zip(ordered, ordered[1:], strict=False))
        return min(gaps) ** 2 - square(len(instance.v))

    return Target(margin, lambda instance: describe(instance, shift))


def describe(instance: Instance, shift: Shift) -> Mapping[str, str]:
    """An instance as names and texts."""
    most, count, size = instance.sizes
    rows = {f"X{i + 1}": str(row) for i, row in enumerate(instance.rows)}
    if rows:
        rows["A"] = str(instance.tokens)
    return {
        "N": str(count),
        "|S|": str(size),
        "M": str(most),
        **rows,
        **multisets.described(instance.family),
        "v": _vector(instance.v),
        "h": _vector(instance.unshifted()),
        "c": str(shift(most, count, size)),
        "f": _vector(instance.labels(shift)),
        "sums": _vector(instance.sums(shift)),
    }


def _vector(entries: Iterable[Number]) -> str:
    return "(" + ", ".join(str(x) for x in entries) + ")"
