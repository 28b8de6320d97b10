"""KS25.LemG4: bits of a word from two orbits of the triangle map."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import sympy

import memcap as mc
from proofs_check.checks.bits.networks import extraction, triangle
from proofs_check.methods import attack, piecewise
from proofs_check.statement import Answer, Level, Outcome

_ZERO, _HALF, _ONE = sympy.Integer(0), sympy.Rational(1, 2), sympy.Integer(1)

INDUCTION = (
    "Let b_1 ... b_L be the bits of x, e one of 2^-(L+1) and 2^-(L+2), z = x/2^L + e, "
    "and y_t the fraction 0.b_{t+1} ... b_L + 2^t e, so y_0 = z and "
    "y_t = (b_{t+1} + y_{t+1})/2. As 0.b_{t+1} ... b_L <= 1 - 2^-(L-t) and "
    "2^t e <= 2^-(L-t)/2, 0 < y_t < 1. Claim: psi^t(z) is y_t if b_t = 0 and 1 - y_t "
    "if b_t = 1. psi(1 - y) = psi(y), so in both cases psi^(t+1)(z) = psi(y_t), which "
    "by the two pieces of psi is y_{t+1} if b_{t+1} = 0, else 1 - y_{t+1}. "
    "With e = 2^-(L+2) for beta and 2^-(L+1) for alpha, beta_t - alpha_t is "
    "-2^(t-L-2) or +2^(t-L-2): scaled by 2^(L+2-t) it is -1 or 1, and its positive "
    "part is b_t. A start from psi^(i-1) is a later moment of the same induction."
)


def triangle_on_all_reals(level: Level) -> Outcome:
    """psi is 0, 2z, 2 - 2z, 0 on the four pieces of the line."""
    gadget = triangle()
    found = piecewise.values(
        gadget.layers, gadget.readout["psi"], "z", [_ZERO, _HALF, _ONE]
    )
    expected = ((0, 0), (0, 1), (1, 0), (0, 0))
    return piecewise.equal_on_pieces(found, expected, "the triangle map")


def induction_in_symbols(level: Level) -> Outcome:
    """Every algebraic step of the induction, for all t and L."""
    y = sympy.Symbol("y", positive=True)
    t, length = sympy.symbols("t L", integer=True, positive=True)
    # room = 1 - y_t for the largest word and the larger e.
    unit = sympy.Integer(2) ** (t - length)
    room = 1 - ((1 - unit) + unit / 2)
    step = 2 ** (t - length - 2)
    scaled = sympy.Integer(2) ** (length + 2 - t) * step
    identities = {
        "psi(y/2) = y below 1/2": 2 * (y / 2) - y,
        "psi(1/2 + y/2) = 1 - y": (2 - 2 * (_HALF + y / 2)) - (1 - y),
        "psi(1 - y) = psi(y)": 2 * y - (2 - 2 * (1 - y)),
        "orbits 2^(t-L-2) apart": 2**t * (2 ** (-length - 1) - 2 ** (-length - 2))
        - step,
        "the read-out is 1": scaled - 1,
        "room above y_t is 2^(t-L)/2": room - unit / 2,
    }
    for name, difference in identities.items():
        if sympy.simplify(difference) != 0:
            sentence = f"{name} is not an identity."
            return Outcome(Answer.OPEN, sentence, len(identities))
    named = "; ".join(identities)
    return Outcome(Answer.HOLDS, f"identities: {named}.", len(identities))


def sizes(level: Level) -> Outcome:
    """Width 5, depth 3 (j - i + 1) and L + 2 bits, counted for all i <= j <= L <= 8."""
    tried = 0
    for length in range(1, 9):
        for i in range(1, length + 1):
            for j in range(i, length + 1):
                gadget = extraction(i, j, length)
                bits = mc.count(gadget.weights()).max_bits
                tried += 1
                wrong = gadget.width > 5 or gadget.depth != 3 * (j - i + 1)
                if wrong or bits > length + 2:
                    point = {"i": str(i), "j": str(j), "L": str(length)}
                    sentence = f"width {gadget.width}, {gadget.depth}, {bits} bits."
                    return Outcome(Answer.FAILS, sentence, tried, "", point)
    sentence = "width 5, depth 3 (j - i + 1), at most L + 2 bits: counted on built "
    return Outcome(Answer.HOLDS, f"{sentence}networks, {tried} of them.", tried)


def all_words(level: Level = Level.DEFAULT, power: int = 2) -> Outcome:
    """Every bit of every word of up to 12 (deep: 16) bits, in integers.

    Args:
        level: how long the words get.
        power: bit t is read out as ``R(2^(L + power - t) (beta - alpha))``.
    """
    tried = 0
    for length in range(1, level.pick(12, 16) + 1):
        one = 1 << (length + 2)
        for word in range(1 << length):
            alpha, beta = 4 * word + 2, 4 * word + 1
            for t in range(1, length + 1):
                alpha, beta = (min(2 * z, 2 * one - 2 * z) for z in (alpha, beta))
                read = max(Fraction(beta - alpha, one) * 2 ** (length + power - t), 0)
                tried += 1
                if read != word >> (length - t) & 1:
                    point = {"L": str(length), "x": str(word), "t": str(t)}
                    sentence = f"bit {t} of {word} in {length} bits reads as {read}."
                    return Outcome(Answer.FAILS, sentence, tried, "", point)
    return Outcome(Answer.HOLDS, f"{tried:,} bits of all words are right.", tried)


def attack_fields(
    level: Level = Level.DEFAULT, power: int = 2, offset: int = 2
) -> Outcome:
    """Random fields of random and of extreme words of up to 40 bits, by the network.

    Args:
        level: how many.
        power: of the read-out.
        offset: the second orbit starts at ``x/2^L + 2^-(L + offset)``.
    """
    target = attack.Target(
        margin=lambda at: _field_error(*at, power=power, offset=offset),
        describe=lambda at: dict(zip(("L", "x", "i", "j"), map(str, at), strict=True)),
    )
    found = attack.search(target, _fields(level.pick(300, 3000)), stop_after=5)
    claim = f"bits i to j of x, read-out power L + {power} - t"
    return attack.outcome(target, found, claim)


def _fields(number: int) -> Iterator[tuple[int, int, int, int]]:
    rng = np.random.default_rng(0)
    for _ in range(number):
        length = int(rng.integers(1, 41))
        i, j = sorted(rng.integers(1, length + 1, 2).tolist())
        everything, alternating = (1 << length) - 1, int("10" * 20, 2) >> (40 - length)
        drawn = int(rng.integers(0, 1 << length))
        word = (drawn, 0, everything, alternating, 1)[int(rng.integers(0, 5))]
        yield length, word, i, j


def _field_error(
    length: int, word: int, i: int, j: int, power: int, offset: int
) -> Fraction:
    orbits = [
        Fraction(word, 1 << length) + Fraction(1, 1 << (length + halvings))
        for halvings in (1, offset)
    ]
    for _ in range(i - 1):
        orbits = [min(2 * z, 2 - 2 * z) for z in orbits]
    gadget = extraction(i, j, length, power)
    found = gadget(alpha=orbits[0], beta=orbits[1])
    for _ in range(i, j + 1):
        orbits = [min(2 * z, 2 - 2 * z) for z in orbits]
    field = (word >> (length - j)) & ((1 << (j - i + 1)) - 1)
    expected = {"alpha": orbits[0], "beta": orbits[1], "bits": field}
    return -max(abs(Fraction(found[name]) - x) for name, x in expected.items())


def float_cliff(level: Level) -> Outcome:
    """The longest words that every float type extracts: L + 2 significand bits."""
    found = {}
    for kind, expected in ((np.float32, 22), (np.float64, 51)):
        longest = 0
        while _all_right(kind, longest + 1):
            longest += 1
        found[np.dtype(kind).name] = longest
        if longest != expected:
            name = np.dtype(kind).name
            sentence = f"{name} fails first at L = {longest + 1}, not {expected + 1}."
            return Outcome(Answer.FAILS, sentence, 1, "", {"L": str(longest + 1)})
    listed = ", ".join(f"{name} up to L = {x}" for name, x in found.items())
    return Outcome(Answer.HOLDS, f"exact on 2,000 words of a length: {listed}.", 73)


def _all_right(kind: type, length: int) -> bool:
    rng = np.random.default_rng(length)
    words = np.concatenate([rng.integers(0, 1 << length, 1998), [0, (1 << length) - 1]])
    start = (words / 2.0**length).astype(kind)
    alpha = start + kind(2.0 ** -(length + 1))
    beta = start + kind(2.0 ** -(length + 2))
    for t in range(1, length + 1):
        alpha, beta = (_psi(z) for z in (alpha, beta))
        read = np.maximum(kind(2.0 ** (length + 2 - t)) * (beta - alpha), 0)
        if not np.array_equal(read, words >> (length - t) & 1):
            return False
    return True


def _psi(z: np.ndarray) -> np.ndarray:
    return np.maximum(np.maximum(2 * z, 0) - np.maximum(4 * z - 2, 0), 0)
