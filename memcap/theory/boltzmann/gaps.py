"""The smallest distance the Boltzmann operator actually leaves, certified.

Values are enclosed in balls and sorted; once neighbours are disjoint the order is
certain, and the smallest distance is that of two neighbours. The precision doubles
until this is so.

For rational entries this always ends. Suppose a, b are different sets of rationals
with boltz(a) = boltz(b). Clearing denominators, ``sum_{i,j} (a_i - b_j) e^{a_i + b_j}
= 0``. Sort descending and let k be the first place where the sets differ, a_k > b_k or
b ended; the terms of the shared values with each other cancel. If k = 1 the largest
exponent left is a_1 + b_1 with coefficient a_1 - b_1; else it is a_1 + a_k, met once,
with coefficient a_k - a_1. A non-zero coefficient contradicts the theorem of Lindemann
and Weierstrass. So no condition on the spacing is needed for the operator to tell sets
apart, only for the bound on how well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flint import arb, ctx

from memcap.core.balls import Ball, Truth
from memcap.core.errors import DataError, HypothesisError, UndecidedError
from memcap.core.exact import Number, SquareRoot, exact
from memcap.core.refs import Ref
from memcap.theory.boltzmann.balls import operator_ball

_REF = Ref("KS23", "Lem1")
# Wanted: a gap known to about five digits, so that a ratio to a bound means something.
_RELATIVE_BITS = 16

NumberSet = tuple[Number, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """The smallest ``|boltz(a) - boltz(b)|`` over different sets of a family.

    Args:
        value: a ball around it, its lower end positive.
        pair: two sets, descending, whose distance lies in that ball.
        unique: TRUE if every other two sets are certainly further apart; UNDECIDED
            where another pair may be as close (shifted copies are exactly so).
        sets: number of different sets compared.
        precision: bits that decided.
    """

    value: Ball
    pair: tuple[NumberSet, NumberSet]
    unique: Truth
    sets: int
    precision: int


def smallest_gap(
    vectors: Iterable[Sequence[Any]],
    *,
    r: Any = None,
    delta: Any = None,
    precision: int = 64,
    limit: int = 1 << 14,
) -> Gap:
    """Measure how far apart the Boltzmann operator keeps a family of sets.

    Args:
        vectors: the sets, each a sequence of exact numbers without repetition; the
            order of entries does not matter, a set given twice counts once.
        r: if given, the bound on absolute values to check.
        delta: if given, the smallest distance of distinct values to check.
        precision: bits to begin with.
        limit: bits at which to give up.

    Returns:
        the gap, with the pair that attains it.

    Raises:
        HypothesisError: a vector is not admissible; it and its entries are named.
        DataError: fewer than two different sets are given.
        UndecidedError: two sets are not told apart within `limit` bits.

    Example:
        >>> found = smallest_gap([[0, 2], [0, 4], [2, 4]])
        >>> print(found.pair, found.value.value.str(6, radius=False))
        ((4, 2), (4, 0)) 0.166461
    """
    given = [[exact(x) for x in vector] for vector in vectors]
    check_admissible(given, r=r, delta=delta)
    sets = sorted({tuple(sorted(vector, reverse=True)) for vector in given})
    if len(sets) < 2:
        raise DataError("a gap needs at least two different sets.")
    bits = min(precision, limit)
    found = _at(sets, bits)
    while bits < limit and not (isinstance(found, Gap) and _is_sharp(found.value)):
        bits = min(2 * bits, limit)
        found = _at(sets, bits)
    if isinstance(found, Gap):
        return found
    pair = " and ".join(_text(one) for one in found)
    raise UndecidedError(
        f"the Boltzmann values of {pair} are not told apart at {limit} bits; raise "
        "the limit."
    )


def _at(sets: list[NumberSet], bits: int) -> Gap | tuple[NumberSet, NumberSet]:
    """The gap, or the first pair of neighbours that overlap at this precision."""
    with ctx.workprec(bits):
        enclosed = [(operator_ball(one, bits).value, one) for one in sets]
        enclosed.sort(key=lambda item: item[0].mid())
        steps: list[tuple[arb, NumberSet, NumberSet]] = []
        for (low, below), (high, above) in pairwise(enclosed):
            if not low < high:
                return below, above
            steps.append((high - low, below, above))
        best = min(range(len(steps)), key=lambda i: steps[i][0].mid())
        width, *pair = steps[best]
        rest = [step[0] for i, step in enumerate(steps) if i != best]
        unique = Truth.TRUE if all(width < w for w in rest) else Truth.UNDECIDED
        for other in rest:
            width = width.min(other)
    value = Ball(width, bits)
    return Gap(value, (pair[0], pair[1]), unique, len(sets), bits)


def _is_sharp(value: Ball) -> bool:
    return (value.upper - value.lower) * (1 << _RELATIVE_BITS) <= value.lower


def check_admissible(
    vectors: Iterable[Sequence[Any]], *, r: Any = None, delta: Any = None
) -> None:
    """Check that no vector repeats an entry, and that entries are (r, delta)-separated.

    ``|x| <= r`` for every entry, and distinct values, of any two vectors, at least
    delta apart. A bound that is None is not checked.

    Raises:
        HypothesisError: naming the vector and the entries.

    References:
        KS23.DefSep, KS23.Lem1
    """
    given = [[exact(x) for x in vector] for vector in vectors]
    owner: dict[Number, int] = {}
    for index, vector in enumerate(given):
        _check_vector(index, vector, r)
        for x in vector:
            owner.setdefault(x, index)
    if delta is None:
        return
    for low, high in pairwise(sorted(owner)):
        if high - low < _length(delta):
            found = (
                f"entries {low} of vector {owner[low]} and {high} of vector "
                f"{owner[high]} are {high - low} apart"
            )
            raise HypothesisError(_REF, f"values at least {delta} apart", found)


def _check_vector(index: int, vector: list[Number], r: Any) -> None:
    if not vector:
        raise HypothesisError(_REF, "at least one entry", f"vector {index} is empty")
    ordered = sorted(vector)
    for low, high in pairwise(ordered):
        if low == high:
            found = f"vector {index} holds {low} more than once"
            raise HypothesisError(_REF, "no repeated entry", found)
    far = max(vector, key=abs)
    if r is not None and abs(far) > _length(r):
        raise HypothesisError(
            _REF, f"absolute values at most {r}", f"entry {far} of vector {index}"
        )


def _length(value: Any) -> Any:
    return value if isinstance(value, SquareRoot) else exact(value)


def _text(one: NumberSet) -> str:
    return "{" + ", ".join(str(x) for x in one) + "}"
