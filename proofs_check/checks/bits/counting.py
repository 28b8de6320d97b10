"""Vardi22.LB: a network of b bits in all has at most 2^b sets of labels."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from memcap.core.exact import Number
from memcap.theory.bounds import numbers
from proofs_check.checks.bits.networks import extraction
from proofs_check.methods import attack
from proofs_check.statement import Answer, Level, Outcome

PIGEONS = (
    "Fixed architecture and b bits in all: at most 2^b networks, each with one "
    "labelling of the N points. All C^N labellings need 2^b >= C^N, b >= N log2 C. "
    "With W parameters of at most B bits b <= W B. Where the length and the sign of a "
    "number are not counted among its B bits, at most (B + 1) 2^(B + 1) numbers have B "
    "bits, and W (B + 1 + log2(B + 1)) takes the place of W B."
)


def pigeons(level: Level) -> Outcome:
    """The least b with 2^b >= C^N is ceil(N log2 C), in integers."""
    tried = 0
    for number, classes in product(range(1, 13), range(2, 10)):
        least = (classes**number - 1).bit_length()
        exact = numbers.ceil(lambda p, n=number, c=classes: numbers.log2(c**n, p))
        tried += 1
        if least != exact:
            point = {"N": str(number), "C": str(classes)}
            sentence = f"{least} bits, not {exact}."
            return Outcome(Answer.FAILS, sentence, tried, "", point)
    sentence = f"2^b >= C^N first at b = ceil(N log2 C): {tried} pairs."
    return Outcome(Answer.HOLDS, sentence, tried)


def numbers_of_few_bits(level: Level) -> Outcome:
    """At most (B + 1) 2^(B + 1) dyadic numbers take B bits, counted by `core.exact`."""
    from memcap.core.exact import bits, exact

    rows = []
    for most in range(1, 7):
        top = 1 << most
        every = {
            exact(Fraction(sign * n, 1 << places))
            for n in range(top)
            for places in range(most + 1)
            for sign in (-1, 1)
        }
        found = sum(bits(x) <= most for x in every)
        rows.append(found)
        if found > (most + 1) << (most + 1):
            point = {"B": str(most), "numbers": str(found)}
            return Outcome(Answer.FAILS, f"{found} numbers.", most, "", point)
    listed = ", ".join(map(str, rows))
    return Outcome(Answer.HOLDS, f"B = 1 .. 6: {listed} numbers.", len(rows))


def attack_total_bits(level: Level = Level.DEFAULT, factor: Number = 1) -> Outcome:
    """A network whose only free number is a word of N bits memorizes N binary labels.

    Args:
        level: how large N gets.
        factor: the claim is that factor N bits are needed.
    """
    target = attack.Target(
        margin=lambda size: _free_bits(size) - factor * size,
        describe=lambda size: {"N": str(size), "bits": str(_free_bits(size))},
    )
    found = attack.search(target, _sizes(level.pick(6, 9)))
    return attack.outcome(target, found, f"memorizing takes {factor} N bits")


def _sizes(last: int) -> Iterator[int]:
    yield from range(1, last + 1)


def _free_bits(size: int) -> int:
    """Bits of the word, once all its labellings are seen to be different and right."""
    seen = set()
    for word in range(1 << size):
        seen.add(tuple(_read(word, size, place) for place in range(1, size + 1)))
    if len(seen) < 1 << size:
        raise AssertionError("two words give the same labels.")
    return size


def _read(word: int, size: int, place: int) -> Number:
    """Bit `place` of the word, by the network of LemG4."""
    start = Fraction(word, 1 << size)
    orbits = [start + Fraction(1, 1 << (size + i)) for i in (1, 2)]
    gadget = extraction(1, place, size)
    return int(gadget(alpha=orbits[0], beta=orbits[1])["bits"]) % 2
