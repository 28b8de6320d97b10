"""KS23.Lem1: it follows from KS23.LemS, with much to spare, and fails below."""

from fractions import Fraction

from memcap.core.balls import Ball, less
from memcap.theory.boltzmann.lemmas import EQUAL_FACTOR, OFFSET
from proofs_check.checks.boltzmann.attack import attack
from proofs_check.checks.boltzmann.definition import CHECKS as DEFINITION
from proofs_check.checks.boltzmann.lemma import BITS, STEPS, WORST, log_square_slope
from proofs_check.checks.boltzmann.pairs import published
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Answer, Check, Level, Method, Outcome, Scope

_WEAKENED = (
    (Fraction(1, 2), 2),
    (Fraction(1), 2),
    (Fraction(1), 3),
    (Fraction(1), 4),
    (Fraction(13, 10), 5),
)


def fails_below(level: Level) -> Outcome:
    """The attack on Lemma 1 with its condition weakened: it must find pairs."""
    told, cases = [], 0
    for least, n in _WEAKENED:
        found = attack(published(least).among(n), level)
        cases += found.cases
        if found.answer is not Answer.FAILS:
            return Outcome(Answer.OPEN, f"nothing found at delta = {least}.", cases)
        point = found.counterexample
        share = f"{float(point['distance/bound']):.3g} times the bound"
        told.append(f"delta >= {least}, n = {n}: {point['a']}, {point['b']} at {share}")
    return Outcome(Answer.HOLDS, "It fails for " + "; ".join(told) + ".", cases)


def published_follows(_: Level) -> Outcome:
    """0.52 e^delta (D - delta - 0.363) > (ln n)^2 where delta > 2 ln n + 3."""
    links = [link("2 ln 2 + 3 > 2", less(2, Ball.of(2, BITS).log() * 2 + 3))]
    # (ln n)^2 <= 4n/e^2, its largest ratio to n being at n = e^2.
    lead = Ball.of(2, BITS).exp() * EQUAL_FACTOR
    per_value = lead * 2 - 4 * WORST
    at_two = lead * (2 - OFFSET) - 8 * WORST
    links += [
        log_square_slope(),
        link("3.84 (2n - 2.363) - 4n/e^2 rises with n", less(0, per_value)),
        link("and is positive at n = 2", less(0, at_two)),
    ]
    return chain("(ln n)^2 e^(-D) follows", links)


def published_margin(_: Level) -> Outcome:
    """How far the sharp bound exceeds the published one at its own condition."""
    told = []
    for n in (2, 3, 4, 8, 16):
        delta = Ball.of(n, BITS).log() * 2 + 3
        sharp = delta.exp() * EQUAL_FACTOR * (delta * (n - 1) - OFFSET)
        told.append((n, float(sharp / Ball.of(n, BITS).log() ** 2)))
    text = ", ".join(f"{ratio:.3g} for n = {n}" for n, ratio in told)
    enough = all(ratio > 100 for _, ratio in told)
    answer = Answer.HOLDS if enough else Answer.OPEN
    sentence = f"On the densest sets KS23.LemS gives more by a factor {text}."
    return Outcome(answer, sentence, len(told))


_FOLLOWS = Check(
    "it follows from KS23.LemS",
    Method.ARGUMENT,
    Scope.STEP,
    published_follows,
    "2 ln n + 3 >= 3 > 2. Two different n-sets hold n + 1 values, so D >= n delta, and "
    "e^delta (D - delta - 0.363) >= e^2 (2n - 2.363). With D <= 2r the bound only "
    "falls, as (u - 0.363) e^{-u} falls from u = 1.363 on and n >= 2; for n = 1 both "
    "sides are plain, delta > 0. That |boltz| <= r is KS23.DefBoltz, range.",
)

CHECKS = (
    *STEPS,
    _FOLLOWS,
    *(check for check in DEFINITION if check.name == "range"),
    Check("how loose it is", Method.BALLS, Scope.CASES, published_margin),
    Check(
        "attack",
        Method.ATTACK,
        Scope.CASES,
        lambda level: attack(published(), level),
    ),
    Check(
        "what fails below the condition",
        Method.ATTACK,
        Scope.CASES,
        fails_below,
        "The same search with delta >= 1/2, 1 and 13/10 as the condition has to "
        "find counterexamples, and does.",
    ),
)
