"""Pairs of number sets, and what a lemma claims of their Boltzmann values.

Every claim here has the form ``|boltz(a) - boltz(b)| >= bound(D, delta, n) e^{-D}``, D
the spread of the union and delta its smallest distance. As the operator commutes with
shifts, the largest value of a pair is moved to 0; and as every bound falls when D
grows, a claim with 2r in place of D says no more.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

from memcap.core.balls import Ball, Truth, at_most, less
from memcap.core.exact import Number, exact
from memcap.theory.boltzmann import operator_ball
from memcap.theory.boltzmann.lemmas import DIFFERENT_FACTOR, EQUAL_FACTOR, OFFSET
from proofs_check.methods.attack import Target

BITS = 256
NumberSet = tuple[Number, ...]
Pair = tuple[NumberSet, NumberSet]


def pair(a: Any, b: Any) -> Pair:
    """Two sets, descending, the largest value of both moved to 0.

    Example:
        >>> pair([1, 3], [3, 5])
        ((0, -2), (-2, -4))
    """
    top = max(*a, *b)
    one, two = (
        tuple(sorted((exact(x - top) for x in s), reverse=True)) for s in (a, b)
    )
    return (one, two) if one >= two else (two, one)


def spread(sets: Pair) -> Number:
    """D, the largest difference of two values."""
    return max(max(s) for s in sets) - min(min(s) for s in sets)


def spacing(sets: Pair) -> Number:
    """The smallest distance of two values of the union; 0 if a set repeats one."""
    values = sorted({*sets[0], *sets[1]})
    if any(len(set(s)) < len(s) for s in sets) or len(values) < 2:
        return 0
    return min(high - low for low, high in pairwise(values))


def nested(sets: Pair) -> bool:
    """Whether one set consists of the largest values of the other."""
    short, long = sorted(sets, key=len)
    return len(short) < len(long) and long[: len(short)] == short


@lru_cache(maxsize=1 << 16)
def boltz(values: NumberSet) -> Ball:
    """The Boltzmann value of a set, to many digits."""
    return operator_ball(values, BITS)


def distance(sets: Pair) -> Ball:
    """A ball around ``|boltz(a) - boltz(b)|``."""
    difference = boltz(sets[0]) - boltz(sets[1])
    return difference.maximum(-difference)


class Exact:
    """What a bound calls, on balls; floats have the same names elsewhere."""

    @staticmethod
    def of(value: Any) -> Any:
        """A constant."""
        return Ball.of(value, BITS)

    @staticmethod
    def exp(value: Any) -> Any:
        """The exponential function."""
        return Ball.of(value, BITS).exp()

    @staticmethod
    def log(value: Any) -> Any:
        """The natural logarithm."""
        return Ball.of(value, BITS).log()


Sizes = Literal["equal", "nested", "crossing", "any"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A lower bound on the distance of two Boltzmann values.

    Args:
        text: the claim in words.
        bound: of D, delta, n and the functions to use: e^D times the bound.
        least: the smallest delta allowed, by n; a number or a ball.
        sizes: which pairs it speaks of: of one size, a set and its largest values,
            all but these, or all.
        above: whether delta must exceed `least` strictly.
        only: the one size spoken of, 0 for all.
    """

    text: str
    bound: Callable[[Any, Any, Any, Any], Any]
    least: Callable[[int], Any]
    sizes: Sizes
    above: bool = False
    only: int = 0

    def speaks_of(self, sets: Pair) -> bool:
        """Whether the hypotheses certainly hold."""
        a, b = sets
        kinds = {
            "equal": len(a) == len(b),
            "nested": nested(sets),
            "crossing": not nested(sets),
            "any": True,
        }
        delta = spacing(sets)
        if a == b or delta == 0 or not kinds[self.sizes]:
            return False
        if self.only and {len(a), len(b)} != {self.only}:
            return False
        least = self.least(max(len(a), len(b)))
        if not isinstance(least, Ball):
            return least < delta or (least == delta and not self.above)
        compare = less if self.above else at_most
        return compare(least, delta, BITS) is Truth.TRUE

    def among(self, n: int) -> "Claim":
        """The same of sets of n values only."""
        return replace(self, text=f"{self.text}, n = {n}", only=n)

    def ratio(self, sets: Pair) -> Ball | None:
        """Distance over bound; None where the claim is silent or plainly true."""
        if not self.speaks_of(sets):
            return None
        width, n = spread(sets), max(len(s) for s in sets)
        bound = self.bound(width, spacing(sets), n, Exact)
        if less(0, bound) is not Truth.TRUE:
            return None
        return distance(sets) * Ball.of(width, BITS).exp() / bound

    def margin(self, sets: Pair) -> Ball | None:
        """The ratio less 1."""
        ratio = self.ratio(sets)
        return None if ratio is None else ratio - 1

    @property
    def target(self) -> Target:
        """The claim as something to shoot at."""
        return Target(self.margin, self.describe)

    def describe(self, sets: Pair) -> Mapping[str, str]:
        """A pair as names and texts, with the ratio to the bound."""
        a, b = ("{" + ", ".join(str(x) for x in s) + "}" for s in sets)
        ratio = self.ratio(sets)
        found = "" if ratio is None else f"{float(ratio):.6g}"
        return {"a": a, "b": b, "delta": str(spacing(sets)), "distance/bound": found}


def _short(value: Any) -> str:
    return f"{float(value):.6f}" if isinstance(value, Ball) else str(value)


def published(least: Number | None = None) -> Claim:
    """KS23.Lem1, or its conclusion for all delta from a given one on."""
    text = "delta > 2 ln n + 3" if least is None else f"delta >= {least}"
    return Claim(
        f"(ln n)^2 e^(-D) for sets of one size n with {text}",
        lambda width, delta, n, f: f.log(n) ** 2,
        lambda n: Ball.of(n, BITS).log() * 2 + 3 if least is None else least,
        "equal",
        above=least is None,
    )


def sharp(factor: Any = EQUAL_FACTOR, least: Any = 2, sizes: Sizes = "equal") -> Claim:
    """KS23.LemS for sets of one size, or for the sizes given."""
    text = f"{_short(factor)} (D - delta - {OFFSET}) e^(delta - D)"
    return Claim(
        f"{text}, {sizes} sizes, delta >= {_short(least)}",
        lambda width, delta, n, f: (
            f.of(factor) * (width - delta - f.of(OFFSET)) * f.exp(delta)
        ),
        lambda n: least,
        sizes,
    )


def prefix(factor: Any = DIFFERENT_FACTOR, least: Any = 2) -> Claim:
    """KS23.LemS for sets of any sizes."""
    return Claim(
        f"{_short(factor)} (D - {OFFSET}) e^(-D), any sizes, delta >= {_short(least)}",
        lambda width, delta, n, f: f.of(factor) * (width - f.of(OFFSET)),
        lambda n: least,
        "any",
    )


def segment(factor: Any = 1, least: Any = 2) -> Claim:
    """``factor ((1 - q) D - delta q) e^{-D}`` for a set and its largest values."""
    return Claim(
        f"{_short(factor)} ((1 - q) D - delta q) e^(-D), top segments, q = e^(-delta)",
        lambda width, delta, n, f: (
            f.of(factor) * ((1 - f.exp(-delta)) * width - delta * f.exp(-delta))
        ),
        lambda n: least,
        "nested",
    )


def linear(factor: Any, least: Any, sizes: Sizes) -> Claim:
    """``factor D e^{-D}``."""
    return Claim(
        f"{_short(factor)} D e^(-D), {sizes} sizes, delta >= {_short(least)}",
        lambda width, delta, n, f: f.of(factor) * width,
        lambda n: least,
        sizes,
    )


def smaller(sets: Pair) -> Iterator[Pair]:
    """Pairs with fewer values, then with simpler ones, then with a smaller spread."""
    for x in sorted({*sets[0]} & {*sets[1]}):
        yield from _without(sets, (x,), (x,))
    for x in sets[0]:
        for y in sets[1]:
            yield from _without(sets, (x,), (y,))
    values = sorted({*sets[0], *sets[1]}, reverse=True)
    coarse = max(Fraction(x).denominator for x in values)
    # The smallest distance must survive: its own denominator comes first.
    power = Fraction(spacing(sets)).denominator
    while power < coarse:
        yield from _moved(sets, {x: Fraction(round(x * power), power) for x in values})
        power *= 2
    for i in range(1, len(values)):
        for step in (1, Fraction(1, 2)):
            yield from _moved(sets, {x: x + step * (x <= values[i]) for x in values})


def _without(sets: Pair, *gone: NumberSet) -> Iterator[Pair]:
    a, b = ([x for x in s if x not in drop] for s, drop in zip(sets, gone, strict=True))
    if a and b and set(a) != set(b):
        yield pair(a, b)


def _moved(sets: Pair, to: Mapping[Number, Any]) -> Iterator[Pair]:
    moved = pair(*([to[x] for x in s] for s in sets))
    if moved != sets and spacing(moved) > 0:
        yield moved
