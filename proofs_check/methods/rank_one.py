"""The one-head layer of KS23.Thm2 on tokens of one dimension, in balls.

With v = 1 the id of token q that sees the sequence X is

    q + c boltz(kappa q X) / (kappa q),     |c| = ||W_O u''||,

and everything the theorem says can be evaluated: the scale kappa, the guaranteed
distance delta and the smallest distance that the ids really have. Constants can be
falsified by factors, to see what a search makes of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, combinations_with_replacement

from flint import arb

from memcap.core.balls import Ball
from memcap.core.exact import Number
from memcap.theory.boltzmann import operator_ball

# So close are r_min, r_max and eps to the norms and distances they bound strictly.
TIGHT = Fraction(1, 1 << 40)


@dataclass(frozen=True, slots=True)
class Constants:
    """The theorem's constants, each with a factor that is 1 as printed.

    Args:
        kappa: factor of the scale of the scores.
        output: factor of ||W_O u''|| = eps / (4 r_max).
        exponent: of e^{-r_B} in delta; 2 as printed.
        spacing: a score distance to aim at instead of 2 ln n + 3, or None.
        repeats: whether a token may stand several times in a sequence.
        multisets: whether ids have to tell multisets apart, not only sets, by the
            distance 0.45 eps e^{-2 r_B} / n^2.
        sharp: whether delta is that of KS23.Thm2s, with the spacing 2.
    """

    kappa: Fraction = Fraction(1)
    output: Fraction = Fraction(1)
    exponent: Fraction = Fraction(2)
    spacing: Number | None = None
    repeats: bool = False
    multisets: bool = False
    sharp: bool = False


PRINTED = Constants()
SHARP = Constants(spacing=2, sharp=True)


@dataclass(frozen=True, slots=True)
class Line:
    """Tokens on a line that meet the hypotheses of KS23.Thm2.

    Args:
        tokens: different numbers, none zero.
        length: n.
        eps: below every distance of two tokens.
        sign: of W_O, whose direction is free.
    """

    tokens: tuple[Number, ...]
    length: int
    eps: Number
    sign: int = 1

    @property
    def r_min(self) -> Fraction:
        """A number just below every norm."""
        return Fraction(min(abs(x) for x in self.tokens)) * (1 - TIGHT)

    @property
    def r_max(self) -> Fraction:
        """A number just above every norm."""
        return Fraction(max(abs(x) for x in self.tokens)) * (1 + TIGHT)


def widest(tokens: Sequence[Number]) -> Fraction:
    """A number just below the smallest distance of two tokens."""
    ordered = sorted(tokens)
    pairs = zip(ordered, ordered[1:], strict=False)
    return Fraction(min(b - a for a, b in pairs)) * (1 - TIGHT)


def scale(line: Line, constants: Constants = PRINTED, precision: int = 256) -> Ball:
    """kappa = (V+1)^4 pi d (2 ln n + 3) / (8 eps r_min) with d = 1."""
    spacing = constants.spacing
    if spacing is None:
        aim = Ball.of(line.length, precision).log() * 2 + 3
    else:
        aim = Ball.of(spacing, precision)
    size = (len(line.tokens) + 1) ** 4
    lengths = 8 * Fraction(line.eps) * line.r_min
    return Ball.pi(precision) * aim * (size * constants.kappa / lengths)


def guaranteed(line: Line, kappa: Ball, constants: Constants = PRINTED) -> Ball:
    """ln of (eps / (4 r_max)) (ln n)^2 e^{-2 r_B} / (kappa r_max).

    For multisets of ``0.45 eps e^{-2 r_B} / n^2`` instead; for KS23.Thm2s of
    ``eps / (4 r_B) 0.52 (2 r_B - 2.363) e^{2 - 2 r_B}``.
    """
    radius = kappa * line.r_max**2
    if constants.sharp:
        share = Ball.of(line.eps, kappa.precision) / (radius * 4) * Fraction(52, 100)
        long = radius * 2 - Fraction(2363, 1000)
        return (share * long).log() + 2 - radius * constants.exponent
    if constants.multisets:
        outer = Ball.of(line.eps * Fraction(45, 100 * line.length**2), kappa.precision)
        return outer.log() - radius * constants.exponent
    outer = Ball.of(line.eps, kappa.precision) / (radius * 4)
    size = Ball.of(line.length, kappa.precision).log() ** 2
    return (outer * size).log() - radius * constants.exponent


def contexts(line: Line, repeats: bool) -> list[tuple[Number, tuple[Number, ...]]]:
    """Every token with every sequence of n tokens that holds it, as multisets."""
    choose = combinations_with_replacement if repeats else combinations
    found = choose(sorted(line.tokens), line.length)
    return [(q, seen) for seen in found for q in sorted(set(seen))]


def identifier(
    query: Number, seen: Iterable[Number], kappa: Ball | Number, c: Ball | Number
) -> Ball:
    """The id of a token that sees a sequence."""
    factor = Ball.of(kappa, 64) * query
    mixed = operator_ball([factor * x for x in seen], factor.precision) / factor
    return mixed * c + query


def margin(line: Line, constants: Constants = PRINTED) -> Ball:
    """ln of the smallest distance of ids, less ln of the guaranteed distance.

    Positive where the layer is the contextual mapping that the theorem promises.
    """
    rough = float(scale(line, constants) * line.r_max**2)
    kappa = scale(line, constants, int(3.2 * rough) + 256)
    c = Ball.of(line.eps, kappa.precision) / (4 * line.r_max)
    c = c * (constants.output * line.sign)
    ids = [
        (q, seen if constants.multisets else set(seen), identifier(q, seen, kappa, c))
        for q, seen in contexts(line, constants.repeats)
    ]
    gaps = [
        (one - two).maximum(two - one)
        for (q, seen, one), (p, other, two) in combinations(ids, 2)
        if q != p or seen != other
    ]
    smallest = -gaps[0]
    for gap in gaps[1:]:
        smallest = smallest.maximum(-gap)
    return compared(-smallest, guaranteed(line, kappa, constants))


def compared(distance: Ball, ln_delta: Ball) -> Ball:
    """ln distance - ln_delta, where only the upper end of the distance may be known."""
    if distance.lower > 0:
        return distance.log() - ln_delta
    # Ids that coincide to all bits: the upper end, if below delta, refutes.
    if distance.upper > 0:
        above = Ball.of(distance.upper, ln_delta.precision).log() - ln_delta
        if above.upper < 0:
            return above
    return Ball(arb("[0 +/- inf]"), ln_delta.precision)
