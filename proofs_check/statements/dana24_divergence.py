"""Dana24 Theorems 2 and 3: how far the best encoder of dimension d is from a target.

Divergences and entropies are in nats; N is the number of tokens.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import sympy

import memcap as mc
from memcap.core.balls import Ball, Truth, at_most, less
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number
from memcap.core.refs import Ref
from proofs_check.methods import attack, identity
from proofs_check.statement import (
    Answer,
    Check,
    Finding,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)
from proofs_check.statements.dana24_encoders import BITS, Law, divergence, log


def scaled_encoder(factor: bool = True) -> attack.Target:
    """Mean divergence of E = lambda W_g against ``(1+c)/(1-c) P ln((N-1)/(e^h-1))``.

    Candidates are (laws, readout vectors of signs); c is their largest inner product
    in size and lambda = ln((N-1)/(e^h-1)) / (1-c). A false variant drops the factor.
    """

    def margin(candidate: tuple[list[Law], list[list[int]]]) -> Ball | None:
        laws, signs = candidate
        vocab, dim = len(signs), len(signs[0])
        dots = [[Fraction(int(np.dot(a, b)), dim) for b in signs] for a in signs]
        c = max(abs(dots[i][j]) for i in range(vocab) for j in range(i))
        entropy = -sum(
            (p * log(p) for law in laws for p in law if p), Ball.of(0, BITS)
        ) / len(laws)
        if c >= 1 or less(0, entropy) is not Truth.TRUE:
            return None
        odds = (Ball.of(vocab - 1, BITS) / (entropy.exp() - 1)).log()
        scale = odds / (1 - c)
        best = [max(range(vocab), key=law.__getitem__) for law in laws]
        found = [
            divergence(law, [scale * dots[g][i] for i in range(vocab)])
            for law, g in zip(laws, best, strict=True)
        ]
        wrong = 1 - sum(law[g] for law, g in zip(laws, best, strict=True)) / len(laws)
        ratio = (1 + c) / (1 - c) if factor else Fraction(1)
        mean = sum(found, Ball.of(0, BITS)) / len(found)
        return odds * ratio * wrong - mean

    def describe(candidate: tuple[list[Law], list[list[int]]]) -> dict[str, str]:
        laws, signs = candidate
        sizes = {"N": str(len(signs)), "d": str(len(signs[0]))}
        return sizes | {"laws": "; ".join(", ".join(map(str, law)) for law in laws)}

    return attack.Target(margin, describe)


def encoders(level: Level) -> Iterator[tuple[list[Law], list[list[int]]]]:
    """Random laws and random signs, with vocabularies beyond the dimension too."""
    rng = np.random.default_rng(32)
    for _ in range(level.pick(150, 2000)):
        # An odd dimension: inner products are not 0, where N = 2 has equality.
        vocab, dim = int(rng.integers(2, 9)), 2 * int(rng.integers(1, 12)) + 1
        rows = rng.integers(0, 6, (3, vocab))
        rows[:, 0] += rng.integers(1, 60, 3)
        laws = [tuple(Fraction(int(p), int(r.sum())) for p in r) for r in rows]
        yield laws, rng.choice([-1, 1], (vocab, dim)).tolist()


def _scaled(level: Level) -> Outcome:
    target = scaled_encoder()
    claim = "KL <= (1+c)/(1-c) P ln((N-1)/(e^h-1))"
    return attack.outcome(target, attack.search(target, encoders(level)), claim)


def _bracket(_: Level) -> Outcome:
    """The choice of lambda turns the partition function into e^h."""
    n, h, c, p = sympy.symbols("n h c p", positive=True)
    scale = sympy.log(n / (sympy.exp(h) - 1)) / (1 - c)
    partition = 1 + n * sympy.exp(-(1 - c) * scale)
    first = identity.holds(partition, sympy.exp(h), "1 + (N-1) e^(-(1-c) s) = e^h")
    cost = scale * p * (1 + c)
    bound = (1 + c) / (1 - c) * p * sympy.log(n / (sympy.exp(h) - 1))
    second = identity.holds(cost, bound, "s (1+c) P is the bound", low=2)
    return first if first.answer is not Answer.HOLDS else second


def _hoeffding(level: Level) -> Outcome:
    """``cosh s <= e^(s^2/2)`` term by term, and the union over pairs."""
    terms = level.pick(200, 2000)
    even, halves = 1, 1
    for k in range(1, terms):
        even *= (2 * k - 1) * 2 * k
        halves *= 2 * k
        if halves > even:
            return Outcome(Answer.FAILS, f"2^k k! > (2k)! for k = {k}.")
    # 2 exp(-d c^2/2) N (N-1)/2 with c^2 = 4 ln N/d is (N-1)/N.
    n = sympy.Symbol("n", positive=True)
    left = n * (n - 1) * sympy.exp(-2 * sympy.log(n))
    return identity.holds(left, (n - 1) / n, "union over pairs: (N-1)/N < 1", low=2)


def _weaker(_: Level) -> Outcome:
    """``c <= C`` gives ``(1+c)/(1-c) <= (1+4C)/(1-2C)``, and where each applies."""
    x = sympy.Symbol("x", positive=True)
    # (1+4x)(1-x) - (1+x)(1-2x) = 4x - 2x^2 > 0 on (0, 1/2).
    claim = "(1+4x)(1-x) - (1+x)(1-2x) = 2x (2 - x)"
    left = (1 + 4 * x) * (1 - x) - (1 + x) * (1 - 2 * x)
    return identity.holds(left, 2 * x * (2 - x), claim)


def first_useful_vocabulary() -> int:
    """The first N for which some d has ``128 ln(N+1) < d < N - 1``."""
    vocab = 3
    while True:
        least = (128 * log(vocab + 1)).upper // 1 + 1
        if least < vocab - 1:
            return vocab
        vocab += 1


def _range(_: Level) -> Outcome:
    """Theorem 2 needs d > 128 ln(N+1); for N = 50 that is 504."""
    bound = mc.bounds.get("Dana24.Thm2")
    given = {"vocab": 50, "mismatch": Fraction(1, 2), "entropy": 1}
    for dim, applies in ((503, False), (504, True)):
        try:
            bound(dim=dim, **given)
            spoke = True
        except HypothesisError:
            spoke = False
        if spoke is not applies:
            return Outcome(Answer.FAILS, f"The calculator errs at d = {dim}.")
    first = first_useful_vocabulary()
    sharp = at_most(4 * log(50), 16)
    sentence = (
        f"128 ln 51 = {float(128 * log(51)):.1f}. Below N = {first} every d that "
        "qualifies is at least N - 1, where the divergence is 0. d > 4 ln N is d >= 16 "
        "for N = 50."
    )
    answer = Answer.HOLDS if sharp is Truth.TRUE else Answer.OPEN
    return Outcome(answer, sentence, 2)


_ENTROPY = Finding(
    "Theorem 2: the entropy has the wrong sign; constants can be 8 times smaller",
    "can be sharpened",
    "With C = sqrt(32 ln(N+1)/d), the divergence is at most (1+4C)/(1-2C) P(t != g) "
    "ln((N-1)/(e^h - 1)), h the entropy, printed with a minus sign.",
    "With the minus sign e^h - 1 is negative. With the usual sign the bound holds, and "
    "so does the one with c = 2 sqrt(ln N/d) and (1+c)/(1-c), for all d > 4 ln N. The "
    "printed one needs d > 128 ln(N+1), 504 for N = 50, and below N = 869 it "
    "applies only where Proposition 2 gives 0.",
    "At the sizes of the experiments (N = 50, d up to 15) both say nothing.",
    ("memcap.Dana24Thm2",),
)
_SIGNS = (
    "Readout vectors of signs over sqrt d: inner products are means of d signs, above "
    "c in size with probability at most 2 e^(-d c^2/2), so with c^2 = 4 ln N/d some "
    "choice has all of them below c. Let E = s W_g. Then KL - (-h) = ln sum e^(logits) "
    "- sum p logits <= s + ln(1 + (N-1) e^(-(1-c) s)) - s p_g + c s (1 - p_g); "
    "average, and choose s = ln((N-1)/(e^h-1))/(1-c), not negative as h <= ln N."
)
_STEPS = (
    Check("choice of the scale", Method.IDENTITY, Scope.STEP, _bracket, _SIGNS),
    Check("signs", Method.IDENTITY, Scope.STEP, _hoeffding),
    Check("attack", Method.ATTACK, Scope.CASES, _scaled),
)
_THM2 = Statement(
    Ref("Dana24", "Thm2"),
    Kind.THEOREM,
    "The divergence of the best encoder of dimension d is at most (1+4C)/(1-2C) times "
    "P(t != g) ln((N-1)/(e^h - 1)), with the mean entropy h of the target laws.",
    r"\frac{1+4C}{1-2C} P(t \ne g) \log \frac{N-1}{e^{h} - 1}, \quad "
    r"C = \sqrt{\frac{32 \log(N+1)}{d}}",
    ("2 C < 1", "entropy with the usual sign"),
    checks=(
        *_STEPS,
        Check(
            "weaker constants",
            Method.IDENTITY,
            Scope.STEP,
            _weaker,
            "4 ln N <= 32 ln(N+1), so c <= C, and the ratio grows in c.",
        ),
        Check("range", Method.BALLS, Scope.CASES, _range),
    ),
    findings=(_ENTROPY,),
)
_SHARP = Statement(
    Ref("memcap", "Dana24Thm2"),
    Kind.THEOREM,
    "For d > 4 ln N the divergence of the best encoder is at most (1+c)/(1-c) times "
    "P(t != g) ln((N-1)/(e^h - 1)) with c = 2 sqrt(ln N / d).",
    r"\frac{1+c}{1-c} P(t \ne g) \log \frac{N-1}{e^{h} - 1}, \quad "
    r"c = 2 \sqrt{\frac{\log N}{d}}",
    ("d > 4 ln N", "h > 0"),
    "derived",
    checks=_STEPS,
)


def mixing(factor: Number = 1) -> attack.Target:
    """The claim ``|H((1-e) p + e/N) - H(p)| <= factor (h(e) + e ln N)``."""

    def entropy(law: Law) -> Ball:
        return -sum((p * log(p) for p in law if p), Ball.of(0, BITS))

    def margin(candidate: tuple[Law, Fraction]) -> Ball:
        law, e = candidate
        even = tuple((1 - e) * p + e / len(law) for p in law)
        change = entropy(even) - entropy(law)
        size = change.maximum(-change)
        return (entropy((e, 1 - e)) + e * log(len(law))) * factor - size

    names = ("p", "e")
    return attack.Target(
        margin, lambda case: dict(zip(names, map(str, case), strict=True))
    )


def mixtures(level: Level) -> Iterator[tuple[Law, Fraction]]:
    """One-hot and other laws, and weights e."""
    top = level.pick(6, 9)
    for vocab, k in product((2, 3, 5), range(1, 10)):
        for first in range(top + 1):
            rest = Fraction(top - first, top * (vocab - 1))
            yield (Fraction(first, top), *[rest] * (vocab - 1)), Fraction(k, 20)


def _mixed(level: Level) -> Outcome:
    target = mixing()
    claim = "Mixing in e/N changes the entropy by at most h(e) + e ln N"
    return attack.outcome(target, attack.search(target, mixtures(level)), claim)


_THM3 = Statement(
    Ref("Dana24", "Thm3"),
    Kind.THEOREM,
    "Without full support of the target laws Theorem 1 loses O(eps log(1/eps)).",
    r"O\left(\varepsilon \log \frac{1}{\varepsilon}\right)",
    checks=(Check("mixing", Method.ATTACK, Scope.CASES, _mixed),),
    unproved="the theorem itself: its constant is not given, and Theorem 1, on which "
    "it rests, fails as printed",
)

STATEMENTS: tuple[Statement, ...] = (_THM2, _SHARP, _THM3)
