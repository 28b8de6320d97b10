"""States against labellings: pigeonhole, digits, and tables that meet the count."""

from fractions import Fraction
from itertools import product

import numpy as np
import sympy

from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import Number, bits
from memcap.model.counting import count
from memcap.model.weights import Affine, Relu, Weights
from proofs_check.methods import attack
from proofs_check.methods.rays import nonnegative
from proofs_check.statement import Answer, Level, Outcome


def adding_up(level: Level) -> Outcome:
    """sum of the lengths <= their number times the longest, for all short lists."""
    cases = 0
    for size in range(1, level.pick(5, 7)):
        for lengths in product(range(5), repeat=size):
            cases += 1
            if sum(lengths) > size * max(lengths):
                return Outcome(Answer.FAILS, f"{lengths} add up to more.", cases)
    sentence = f"true of all {cases:,} lists of up to {size} lengths below 5."
    return Outcome(Answer.HOLDS, sentence, cases)


def written_out(level: Level) -> Outcome:
    """`memcap.count` against digits written out, on random networks."""
    rng = np.random.default_rng(0)
    for case in range(trials := level.pick(30, 300)):
        numbers = _random_numbers(rng)
        layer = Relu(Affine.dense([numbers[:2], numbers[2:4]], numbers[4:6]))
        readout = Affine.dense([numbers[6:8]])
        net = Weights(
            "next_token", "vectors", Affine.dense([[1], [2]]), (layer,), readout
        )
        stored = [1, 2, *(x for x in numbers if x != 0)]
        lengths = [_digits(x) for x in stored]
        found = count(net)
        wanted = (sum(lengths), max(lengths), len(stored))
        if (found.total_bits, found.max_bits, found.nonzero) != wanted:
            return Outcome(Answer.FAILS, f"miscounted {numbers}.", case + 1)
        if found.total_bits > found.nonzero * found.max_bits:
            return Outcome(Answer.FAILS, f"too many bits in {numbers}.", case + 1)
    return Outcome(Answer.HOLDS, f"{trials} networks counted alike.", trials)


def _random_numbers(rng: np.random.Generator) -> list[Number]:
    tops = rng.integers(-40, 41, size=8).tolist()
    return [
        int(x) if x.denominator == 1 else x
        for x in (
            Fraction(top, 1 << power)
            for top, power in zip(tops, rng.integers(0, 5, 8).tolist(), strict=True)
        )
    ]


def _digits(value: Number) -> int:
    """Digits before and after the point of a dyadic number, counted on its text."""
    whole, rest = divmod(abs(Fraction(value)), 1)
    places = 0
    while rest:
        rest, places = (rest * 2) % 1, places + 1
    return len(f"{whole:b}".lstrip("0")) + places


def pigeonhole(level: Level, spare: int = 0) -> Outcome:
    """No function from S states onto more than S + spare labellings, all listed."""
    cases = 0
    for states in range(1, level.pick(5, 6)):
        for labellings in range(states + 1, 6):
            for image in product(range(labellings), repeat=states):
                cases += 1
                if len(set(image)) > states + spare:
                    point = {"states": str(states), "image": str(image)}
                    return Outcome(Answer.FAILS, f"{image}", cases, "", point)
    sentence = f"none of {cases:,} functions has an image larger than its domain."
    return Outcome(Answer.HOLDS, sentence, cases)


def values_of_length(longest: int) -> int:
    """Numbers of at most b digits, listed.

    Example:
        >>> [values_of_length(b) for b in (0, 1, 2)]
        [1, 5, 15]
    """
    top = 1 << longest
    found = {
        Fraction(p, 1 << s) for p in range(-top, top + 1) for s in range(longest + 1)
    }
    found |= {Fraction(p, q) for p in range(-top, top + 1) for q in range(1, top)}
    return sum(bits(x.numerator if x.denominator == 1 else x) <= longest for x in found)


def listed_values(level: Level, factor: int = 3) -> Outcome:
    """(3 b + 2) 2^b against the numbers of at most b digits."""
    aimed = attack.Target(
        lambda b: ((factor * b + 2) << b) - values_of_length(b),
        lambda b: {"b": str(b), "numbers": str(values_of_length(b))},
    )
    found = attack.search(aimed, range(0, level.pick(6, 8)))
    return attack.outcome(aimed, found, f"at most ({factor}b + 2) 2^b numbers")


def length_sum(level: Level) -> Outcome:
    """(b + 1) 2^(b+1) + sum_(t <= b) (t - 2) 2^(t-1) <= (3 b + 2) 2^b."""
    for b in range(0, 200):
        dyadic = (b + 1) << (b + 1)
        others = sum((t - 2) << (t - 1) for t in range(3, b + 1))
        if b >= 2 and others != ((b - 3) << b) + 4:
            return Outcome(Answer.FAILS, f"the sum differs at b = {b}.", b)
        if b >= 1 and dyadic + others > (3 * b + 2) << b:
            return Outcome(Answer.FAILS, f"the bound fails at b = {b}.", b)
    b, power = sympy.symbols("b P")
    # 2^b is at least 2 b for b >= 1; only P >= 2 is used.
    rest = (3 * b + 2) * power - 2 * (b + 1) * power - ((b - 3) * power + 4)
    return nonnegative(sympy.expand(rest), {b: 2, power: 4}, "the bound from b = 2 on")


def from_states(level: Level) -> Outcome:
    """log2 turns products of states into sums, and keeps their order."""
    smallest = None
    for samples, classes in product(range(1, 12), range(2, 6)):
        ball = Ball.of(classes, 96).log2() * samples
        power = Ball.of(classes**samples, 96).log2()
        if not (ball - power).contains(0):
            return Outcome(Answer.FAILS, f"N = {samples}, C = {classes}.")
        more = Ball.of(classes**samples + 1, 96).log2() - power
        if less(0, more) is not Truth.TRUE:
            return Outcome(Answer.OPEN, "precision too low.")
        smallest = min(smallest or 1.0, float(more))
    return Outcome(Answer.HOLDS, "44 powers agree.", 44, f"{smallest:.3g}")
