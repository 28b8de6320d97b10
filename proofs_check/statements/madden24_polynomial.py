"""Madden24 Theorem 19: the rank of psi(a b^T) for polynomial psi and generic a.

For ``psi(x) = sum_(k in K) c_k x^k`` the matrix is ``A C B^T`` with entries a_i^k of A,
b_j^k of B and C = diag(c_k). For generic a its Kruskal rank is the smaller of m and the
Kruskal rank of the rows of B, which is exact arithmetic.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations

import numpy as np
import sympy

from memcap.core.refs import Ref
from proofs_check.methods import attack, identity
from proofs_check.methods.ranks import kruskal_rank, rank
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

Entries = tuple[int, ...]
Case = tuple[Entries, Entries]

# Conditions on the entries of b; the first is the printed one.
CONDITIONS: dict[str, Callable[[Entries], bool]] = {
    "non-zero and distinct": lambda b: 0 not in b and len(set(b)) == len(b),
    "distinct absolute values": lambda b: (
        0 not in b and len({abs(x) for x in b}) == len(b)
    ),
    "positive and distinct": lambda b: min(b) > 0 and len(set(b)) == len(b),
    "positive": lambda b: min(b) > 0,
}


def _powers(b: Entries, exponents: Entries) -> list[list[int]]:
    return [[x**k for k in exponents] for x in b]


def polynomial_rank(condition: str, least: int = 0) -> attack.Target:
    """The claim of Theorem 19 for m = n.

    Args:
        condition: what is asked of b, a key of `CONDITIONS`.
        least: added to the claimed rank, for a false variant.
    """

    def margin(candidate: Case) -> int | None:
        b, exponents = candidate
        if not CONDITIONS[condition](b):
            return None
        return kruskal_rank(_powers(b, exponents)) - min(len(b), len(exponents)) - least

    def describe(candidate: Case) -> dict[str, str]:
        b, exponents = candidate
        psi = " + ".join(f"x^{k}" if k else "1" for k in exponents)
        return {"b": str(b), "psi": psi, "m": str(len(b))}

    return attack.Target(margin, describe)


def polynomial_cases(level: Level) -> Iterator[Case]:
    """Every b with entries up to 3 in size, and every set of exponents up to 4."""
    entries = range(-3, 4)
    for size in range(1, level.pick(3, 4) + 1):
        for b in combinations(entries, size):
            for terms in range(1, size + 2):
                yield from ((b, k) for k in combinations(range(5), terms))
    yield from (((1, 1), k) for k in combinations(range(3), 2))


def _smaller(case: Case) -> Iterator[Case]:
    b, exponents = case
    for i in range(len(b)):
        if len(b) > 1:
            yield b[:i] + b[i + 1 :], exponents
    for i in range(len(exponents)):
        if len(exponents) > 1:
            yield b, exponents[:i] + exponents[i + 1 :]


def _attacked_polynomial(condition: str) -> Callable[[Level], Outcome]:
    def run(level: Level) -> Outcome:
        target = polynomial_rank(condition)

        def refutes(case: Case) -> bool:
            value = target.margin(case)
            return value is not None and value < 0

        return attack.outcome(
            target,
            attack.search(target, polynomial_cases(level)),
            f"Kruskal rank min(m, n, |K|) for b {condition}",
            minimal=lambda case: attack.shrink(case, _smaller, refutes),
        )

    return run


def _mixed_signs(_: Level) -> Outcome:
    """b = (1, 2, -3) has distinct absolute values and fails 1 + x + x^3."""
    case = ((1, 2, -3), (0, 1, 3))
    target = polynomial_rank("distinct absolute values")
    claim = "Kruskal rank 3 for psi = 1 + x + x^3 and b = (1, 2, -3)"
    return attack.outcome(target, attack.search(target, [case]), claim)


def _factors(level: Level) -> Outcome:
    """psi(a b^T) against A C B^T, and its ranks, exactly."""
    rng = np.random.default_rng(19)
    cases = 0
    for terms in range(1, 4):
        for k in combinations(range(5), terms):
            for m, n in ((2, 2), (2, 3), (3, 3), (4, 3)):
                if not _factored(rng, k, m, n):
                    return Outcome(Answer.FAILS, f"Another rank for K = {k}.")
                cases += 1
    sentence = "psi(a b^T) = A C B^T with rank and Kruskal rank min(m, n, |K|)."
    return Outcome(Answer.HOLDS, sentence, cases)


def _factored(rng: np.random.Generator, k: Entries, m: int, n: int) -> bool:
    a = [Fraction(int(x), 101) for x in rng.permutation(np.arange(1, 500))[:m]]
    b = [Fraction(int(x), 7) for x in rng.permutation(np.arange(1, 60))[:n]]
    c = [int(x) for x in rng.choice([-3, -2, -1, 1, 2, 3], len(k))]
    psi = [
        [sum(q * (x * y) ** e for q, e in zip(c, k, strict=True)) for y in b] for x in a
    ]
    parts = zip(c, k, strict=True)
    product = [[Fraction(0)] * n for _ in a]
    for q, e in parts:
        for i, x in enumerate(a):
            for j, y in enumerate(b):
                product[i][j] += x**e * q * y**e
    expected = min(m, n, len(k))
    columns = list(zip(*psi, strict=True))
    return psi == product and rank(psi) == kruskal_rank(columns) == expected


def _fewer_terms(_: Level) -> Outcome:
    x, c = sympy.symbols("x c", positive=True)
    low, high = sympy.symbols("k l", positive=True)
    left = sympy.diff(x ** (-low) * c * x**high, x)
    right = (high - low) * c * x ** (high - low - 1)
    claim = "the derivative of c x^l / x^k is (l - k) c x^(l-k-1)"
    return identity.holds(left, right, claim)


_DESCARTES = (
    "A non-zero real polynomial of r terms has at most r - 1 positive zeros: divide by "
    "its lowest power and differentiate, the lowest term goes and no other does; "
    "Rolle. So a square minor (b_j^k) with positive distinct b_j is not singular: a "
    "vector of its kernel would be such a polynomial with r zeros. By Cauchy and Binet "
    "an r x r minor of psi(a b^T), r <= |K|, is the sum over r-subsets L of K of c_L "
    "det A_L det B_L; the det A_L are non-zero polynomials in a without a common "
    "monomial, so the minor is a non-zero polynomial in a. The rank is at most "
    "min(m, n, |K|) by the factors."
)

_EVEN = Finding(
    "Theorem 19 needs b positive, or generic",
    "fails as printed",
    "For b with non-zero distinct entries and generic a, psi(a b^T) has rank and "
    "Kruskal rank min(m, n, |K|).",
    "psi = 1 + x^2 and b = (-1, 1): both columns are equal for every a, rank 1. "
    "Distinct absolute values do not suffice either: psi = 1 + x + x^3 and b = "
    "(1, 2, -3) give rank 2, since det (b_j^k) has the factor 1 + 2 - 3. Positive "
    "distinct entries do, and so does K = {0, ..., |K| - 1}.",
    "None for Theorem 21, which needs Theorem 20 only. If the paper means b generic or "
    "positive, the statement as we have it lacks the word.",
    ("memcap.Madden24Thm19",),
)

_THM19 = Statement(
    Ref("Madden24", "Thm19"),
    Kind.THEOREM,
    "For a polynomial psi with |K| monomials and b with non-zero distinct entries, "
    "psi(a b^T) has rank and Kruskal rank min(m, n, |K|) for generic a.",
    r"\operatorname{rank} \psi(a b^T) = \min\{m, n, |K|\}",
    ("psi a polynomial with |K| monomials", "entries of b non-zero and distinct"),
    checks=(
        Check(
            "attack",
            Method.ATTACK,
            Scope.CASES,
            _attacked_polynomial("non-zero and distinct"),
            "The rank for generic a is min(m, rank of B), so B alone decides.",
        ),
        Check("mixed signs", Method.ATTACK, Scope.CASES, _mixed_signs),
    ),
    findings=(_EVEN,),
)
_THM19_REPAIRED = Statement(
    Ref("memcap", "Madden24Thm19"),
    Kind.THEOREM,
    "For a polynomial psi with |K| monomials and b with positive distinct entries, "
    "psi(a b^T) has rank and Kruskal rank min(m, n, |K|) for generic a.",
    r"\operatorname{rank} \psi(a b^T) = \min\{m, n, |K|\}",
    ("psi a polynomial with |K| monomials", "entries of b positive and distinct"),
    "derived",
    checks=(
        Check("Rolle", Method.IDENTITY, Scope.STEP, _fewer_terms, _DESCARTES),
        Check("factors", Method.EXHAUSTIVE, Scope.CASES, _factors),
        Check(
            "attack",
            Method.ATTACK,
            Scope.CASES,
            _attacked_polynomial("positive and distinct"),
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_THM19, _THM19_REPAIRED)
