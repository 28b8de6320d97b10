"""Madden24 Remarks 14 to 16: approximate matching, finite precision, some corpus.

What the remarks say is known in summary only; the readings are spelled out below.
"""

from collections import Counter
from fractions import Fraction
from itertools import product
from math import comb

from flint import ctx

from memcap.core.balls import Ball, Truth, at_most
from memcap.core.refs import Ref
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


def chebyshev(degree: int, x: Ball) -> Ball:
    """T_m(x) by its recursion."""
    before, now = Ball.of(1, x.precision), x
    for _ in range(degree - 1):
        before, now = now, 2 * x * now - before
    return now


def _one_parameter(level: Level) -> Outcome:
    """T_m has the values (-1)^j at cos(j pi/m), which are at most pi/m apart."""
    degree = level.pick(40, 200)
    ends = []
    for j in range(degree + 1):
        angle = Ball.pi(512) * j / degree
        with ctx.workprec(512):
            end = Ball(angle.value.cos(), 512)
        value = chebyshev(degree, end)
        if not value.contains((-1) ** j) or float(value.value.rad()) > 1e-9:
            return Outcome(Answer.OPEN, f"T_{degree} is not known at end {j}.", j)
        ends.append(end)
    gap = Ball.pi(512) / degree
    for left, right in zip(ends, ends[1:], strict=False):
        if at_most(left - right, gap) is Truth.FALSE:
            return Outcome(Answer.FAILS, "Two ends are too far apart.")
    sentence = (
        f"theta -> (theta, (1 + T_{degree}(2 theta - 1))/2) has k = 1 parameter and "
        f"comes within {float(gap) / 2:.4f} of all laws on n = 2 contexts of zeta = 2 "
        "tokens; k/(zeta-1) = 1."
    )
    return Outcome(Answer.HOLDS, sentence, degree + 1)


_FIXED = Finding(
    "Remark 14 needs every eps, and definability",
    "slip",
    "The upper bounds hold for eps-approximate capacity (in our summary of the text).",
    "For one fixed eps no bound in k alone holds: a polynomial of degree about 2/eps "
    "in one parameter comes within eps of all laws on two contexts, and curves of "
    "several Chebyshev polynomials do so for any number. For all eps at once the "
    "bounds hold for definable models; for merely differentiable ones a dense "
    "curve breaks them.",
    "An approximate version with fixed eps has to bound degrees, or bits; see "
    "Remark 15.",
)
_REM14 = Statement(
    Ref("Madden24", "Rem14"),
    Kind.REMARK,
    "The upper bounds also hold if laws need only be matched up to every eps > 0.",
    hypotheses=("q definable", "every eps > 0 is asked for"),
    checks=(
        Check(
            "one fixed eps is not enough",
            Method.CERTIFICATE,
            Scope.CASES,
            _one_parameter,
            "Between neighbouring ends T_m takes every value of [-1, 1], so for laws "
            "(x, y) some theta within pi/(2m) of x has exactly y.",
        ),
    ),
    unproved="that the closure of a definable set has no larger dimension (cited); the "
    "wording of the remark is not at hand",
    findings=(_FIXED,),
)


def laws_on_grid(vocab: int, denominator: int) -> list[tuple[Fraction, ...]]:
    """Positive laws with a common denominator.

    Example:
        >>> len(laws_on_grid(3, 5))
        6
    """
    parts = product(range(1, denominator), repeat=vocab - 1)
    return [
        tuple(Fraction(p, denominator) for p in (*head, denominator - sum(head)))
        for head in parts
        if sum(head) < denominator
    ]


def _packing(level: Level) -> Outcome:
    cases = 0
    for vocab, q in product(range(2, 5), range(2, level.pick(8, 12))):
        laws = laws_on_grid(vocab, q)
        apart = all(
            max(abs(a - b) for a, b in zip(one, other, strict=True)) >= Fraction(1, q)
            for i, one in enumerate(laws)
            for other in laws[:i]
        )
        if len(set(laws)) != comb(q - 1, vocab - 1) or not apart:
            return Outcome(Answer.FAILS, f"Another packing for {vocab} and {q}.")
        cases += 1
    sentence = (
        "C(q-1, zeta-1) positive laws with denominator q are 1/q apart, so k numbers "
        "of b bits match n contexts within less than 1/(2q) only if "
        "n log2 C(q-1, zeta-1) <= k b."
    )
    return Outcome(Answer.HOLDS, sentence, cases)


def _finite(_: Level) -> Outcome:
    """Two positive laws for every zeta >= 2 that one network cannot both give."""
    laws = [len(laws_on_grid(vocab, 7)) for vocab in range(2, 6)]
    if min(laws) < 2:
        return Outcome(Answer.FAILS, "There is one law only.")
    sentence = (
        "k numbers of b bits are 2^(k b) networks; positive laws are infinitely many."
    )
    return Outcome(Answer.HOLDS, sentence, len(laws))


_REM15 = Statement(
    Ref("Madden24", "Rem15"),
    Kind.REMARK,
    "The upper bounds also hold for parameters of finite precision.",
    r"n \le \frac{k}{\zeta - 1}",
    checks=(
        Check(
            "finitely many networks",
            Method.ARGUMENT,
            Scope.STEP,
            _finite,
            "A finite set of networks gives finitely many laws on one context already, "
            "so the capacity of exact matching is 0.",
        ),
        Check("packing", Method.EXHAUSTIVE, Scope.CASES, _packing),
    ),
)


def _uniform_corpus(level: Level) -> Outcome:
    """All words of one length once: every law is uniform."""
    cases = []
    for vocab, length in ((2, 3), (2, level.pick(8, 12)), (3, 5), (5, 4)):
        following: dict = {}
        for word in product(range(vocab), repeat=length):
            for t in range(1, length):
                following.setdefault(word[:t], Counter())[word[t]] += 1
        even = all(
            len(tokens) == vocab and len(set(tokens.values())) == 1
            for tokens in following.values()
        )
        count = sum(vocab**t for t in range(1, length))
        if not even or len(following) != count:
            return Outcome(Answer.FAILS, f"Another law for {vocab} and {length}.")
        cases.append(count)
    sentence = (
        f"Corpora of {cases} distinct contexts with uniform laws, matched exactly by a "
        "model without parameters."
    )
    return Outcome(Answer.HOLDS, sentence, len(cases))


_REM16 = Statement(
    Ref("Madden24", "Rem16"),
    Kind.REMARK,
    "If the entropy bound need be reached for some corpus with n contexts only, "
    "capacity is infinite.",
    checks=(
        Check(
            "all words once",
            Method.ARGUMENT,
            Scope.STEP,
            _uniform_corpus,
            "In the corpus of all words of length T a context of length t is followed "
            "by each token zeta^(T-t-1) times. The constant uniform law reaches the "
            "entropy bound, on as many contexts as T allows.",
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_REM14, _REM15, _REM16)
