"""Every formula of the frontier at the data of the experiment, and where two cross.

N random sequences of 16 tokens, ids 0 to 63, two labels: n = 16, V = 64, C = 2, d = 1,
r = 63, delta = 1. "upper" is built or proved to be enough, "lower" is needed, "law" is
a number of bits a parameter (measured in training, or of one threshold unit), "order"
has no constant in its source and is drawn with constant 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import memcap as mc
from memcap.core.balls import Ball
from memcap.theory.bounds.least import least, reaches

FIRST, LAST = 100, 10**15
DATA = {"length": 16, "dim": 1, "r": 63, "delta": 1, "classes": 2, "vocab": 64}


@dataclass(frozen=True)
class Law:
    """A number of parameters as a function of N.

    Args:
        name: what it is called in tables and figures.
        kind: ``upper``, ``lower``, ``law``, ``order`` or ``line``.
        source: identifier of the bound, or what the formula is.
        at: ``at(N, precision)``, an exact number or a ball.
    """

    name: str
    kind: str
    source: str
    at: Callable[[int, int], Any]

    def __call__(self, samples: int) -> float:
        """The number of parameters at N."""
        return float(Ball.of(self.at(samples, 64)))


def bound(name: str, kind: str, identifier: str, **more: Any) -> Law:
    """A statement of the catalogue as a law; of labels of tokens, N is all of them."""
    statement = mc.bounds.get(identifier)
    fixed = {**DATA, **more}

    def at(samples: int, precision: int) -> Ball:
        every_token = statement.setting == "seq_to_seq"
        size = -(-samples // DATA["length"]) if every_token else samples
        given = {"num_samples": size, "num_stored": size, "num_points": size}
        wanted = {k: v for k, v in {**given, **fixed}.items() if k in _takes(statement)}
        return statement(**wanted).ball(precision)

    return Law(name, kind, identifier, at)


def _takes(statement: Any) -> set[str]:
    return {*statement.inputs, *statement.defaults}


def share(name: str, bits: Fraction) -> Law:
    """The line on which a parameter stores so many bits."""
    return Law(name, "line", f"N / {float(bits):g}", lambda n, precision: n / bits)


ONE = share("one number a label", Fraction(1))
TWICE = share("two numbers a label", Fraction(1, 2))
TWO = share("2 bits a number", Fraction(2))
MORRIS = share("3.64 bits a number", Fraction(364, 100))
LINES = (TWICE, ONE, TWO, MORRIS)

PRINTED = bound("KS25 Theorem 4.1, printed", "upper", "KS25.ThmB1.parameters")
FEWEST = bound("fewest possible, by counting", "lower", "memcap.Shatter.any_places")
UPPER = (
    PRINTED,
    bound("KS25 Lemma C.1, residual, dense", "upper", "memcap.ResidualMemorizer.dense"),
    bound("look-up, Zhang17", "upper", "Zhang17.Thm1"),
    bound("Madden24 Theorem 21", "upper", "Madden24.Thm21.parameters"),
)
ORDERS = (
    bound("Kim23, sequence labels", "order", "Kim23.Thm4.1"),
    bound("Kim23, token labels", "order", "Kim23.Thm3.1"),
    bound("Park21", "order", "Park21.Abs"),
    bound("Mahdavi24, d = 16", "order", "Mahdavi24.Table1", dim=16),
    bound("Dana24 Corollary 1", "upper", "Dana24.Cor1"),
)
LAWS = (
    bound("one threshold unit, Cover", "law", "Gen.Cover"),
    bound("trained, Allen-Zhu and Li", "law", "AZ24.Law.parameters"),
    bound("trained, Morris et al.", "law", "Morris25.Law.parameters"),
)
DIGITS = {
    digits: bound(
        f"counting, numbers of {digits} digits",
        "lower",
        "Gen.Count.words",
        longest=digits,
    )
    for digits in (24, 53)
}
LOWER = (
    FEWEST,
    bound("KS25 Theorem 4.2, counted", "lower", "KS25.Thm4.2.counted"),
    bound("KS25 Theorem 4.2, its chain", "lower", "KS25.Thm4.2.explicit"),
    *DIGITS.values(),
    bound("Madden24 Lemma 9, whole laws", "lower", "Madden24.Lem9.parameters"),
)
EVERY = (*UPPER, *ORDERS, *LAWS, *LOWER)


def crossing(law: Law, line: Law) -> int | None:
    """The first N of 100..10^15 with no more parameters, by exact bisection.

    For laws whose ratio to the line falls with N. None where it stays above.
    """

    def below(samples: int) -> bool:
        return reaches(
            lambda p: law.at(samples, p), lambda p: Ball.of(line.at(samples, p), p)
        )

    if not below(LAST):
        return None
    return least(below, FIRST)
