"""Madden24 Theorem 20: the rank of psi(a b^T) for analytic psi and generic a."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, count

import numpy as np
from flint import arb, ctx, fmpq

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from proofs_check.methods import attack
from proofs_check.methods.boxes import interval
from proofs_check.methods.ranks import rank, rank_at_least
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
from proofs_check.statements.madden24_polynomial import CONDITIONS, Entries

# Activations with their parity: psi(-x) = s psi(x), 0 for neither.
ACTIVATIONS: dict[str, tuple[int, Callable[[arb], arb]]] = {
    "cosh": (1, lambda x: x.cosh()),
    "tanh": (-1, lambda x: x.tanh()),
    "arctan": (-1, lambda x: x.atan()),
    "exp": (0, lambda x: x.exp()),
    "tanh(x + 1/2)": (0, lambda x: (x + fmpq(1, 2)).tanh()),
    "logistic(x + 1)": (0, lambda x: 1 / (1 + (-x - 1).exp())),
}


def analytic_rank(condition: str) -> attack.Target:
    """The claim of Theorem 20 for m = n; see `polynomial_rank`."""

    def margin(candidate: tuple[str, Entries, int]) -> Ball | None:
        name, b, seed = candidate
        if not CONDITIONS[condition](b):
            return None
        parity, psi = ACTIVATIONS[name]
        rng = np.random.default_rng(seed)
        a = [fmpq(int(k), 997) for k in rng.permutation(np.arange(1, 500))[: len(b)]]
        with ctx.workprec(512):
            rows = [[psi(arb(x) * fmpq(y, 4)) for y in b] for x in a]
            found = rank_at_least(rows)
        # Columns of y and -y are parallel if psi is even or odd.
        most = len({abs(y) for y in b}) if parity else len(set(b))
        between = interval(found, most) if found < most else Ball.of(most)
        return between - len(b)

    def describe(candidate: tuple[str, Entries, int]) -> dict[str, str]:
        name, b, _ = candidate
        return {"psi": name, "4 b": str(b), "m": str(len(b))}

    return attack.Target(margin, describe)


def analytic_cases(level: Level) -> Iterator[tuple[str, Entries, int]]:
    """Every activation with every b of a few quarters."""
    for size in range(1, level.pick(4, 5)):
        for b in combinations((-3, -2, -1, 1, 2, 3), size):
            yield from ((name, b, size) for name in ACTIVATIONS)


def _attacked_analytic(condition: str) -> Callable[[Level], Outcome]:
    def run(level: Level) -> Outcome:
        target = analytic_rank(condition)
        claim = f"Kruskal rank min(m, n) for b {condition}"
        return attack.outcome(
            target, attack.search(target, analytic_cases(level)), claim
        )

    return run


def _dominant(level: Level) -> Outcome:
    """Exponents out of an infinite set at which the minors are certainly not 0."""
    rng = np.random.default_rng(20)
    sets: tuple[Callable[[int], int], ...] = (
        lambda i: 2 * i,
        lambda i: 2 * i + 1,
        lambda i: i * i,
        lambda i: i + 5,
    )
    cases = 0
    for size in range(1, level.pick(5, 7)):
        for member in sets:
            sizes = rng.permutation(np.arange(1, 12))[:size]
            signs = rng.choice([-1, 1], size)
            b = [Fraction(int(s * v), 8) for s, v in zip(signs, sizes, strict=True)]
            if not _independent(b, member):
                return Outcome(Answer.OPEN, f"No exponents found for b = {b}.", cases)
            cases += 1
    sentence = "Exponents with an invertible (b_j^k) found in every case."
    return Outcome(Answer.HOLDS, sentence, cases)


def _independent(b: list[Fraction], member: Callable[[int], int]) -> bool:
    """Whether the rows (b_j^k), k in a set, reach full rank at few exponents."""
    chosen: list[int] = []
    for i in count():
        if len(chosen) == len(b):
            return True
        if i > 200:
            return False
        trial = [*chosen, member(i)]
        if rank([[x**k for k in trial] for x in b]) == len(trial):
            chosen = trial
    return False


_TANH = Finding(
    "Theorem 20 fails for odd and even activations",
    "fails as printed",
    "For psi analytic at 0 and no polynomial, and b with non-zero distinct entries, "
    "psi(a b^T) has Kruskal rank min(m, n) for generic a.",
    "psi = tanh and b = (-1, 1) (or psi = cosh): the columns are parallel for every a, "
    "rank 1. It holds if the absolute values of b are distinct, for every psi, or if "
    "psi has infinitely many even and infinitely many odd powers.",
    "Theorem 21 stands: there the entries of b are numbers of contexts, and for "
    "generic (z, u) no two of them add up to 0, because their leading terms have "
    "positive coefficients. The proof needs that sentence when psi(eta + x) is odd or "
    "even in x, as for tanh at eta = 0.",
    ("memcap.Madden24Thm20",),
)
_POWERS = (
    "If sum_j l_j psi(a b_j) = 0 for all small a, then sum_j l_j b_j^k = 0 for the "
    "infinitely many k in K; divide by b_1^k, the largest in size, and let k grow: "
    "l_1 = 0, and so on. So the functions a -> psi(a b_j) are independent, any r of "
    "them have r points at which their determinant is not 0, and this determinant is "
    "analytic in a, hence non-zero for generic a."
)
_THM20 = Statement(
    Ref("Madden24", "Thm20"),
    Kind.THEOREM,
    "For psi analytic at 0 and no polynomial, and b with non-zero distinct entries, "
    "psi(a b^T) has rank and Kruskal rank min(m, n) for generic small a.",
    r"\operatorname{rank} \psi(a b^T) = \min\{m, n\}",
    ("psi analytic at 0, no polynomial", "|a_i b_j| inside the radius of convergence"),
    checks=(
        Check(
            "attack",
            Method.ATTACK,
            Scope.CASES,
            _attacked_analytic("non-zero and distinct"),
            "A rank below min(m, n) is exact: columns of b_j = -b_i are parallel for "
            "an odd or even psi. Full ranks are certified by elimination in balls.",
        ),
    ),
    findings=(_TANH,),
)
_THM20_REPAIRED = Statement(
    Ref("memcap", "Madden24Thm20"),
    Kind.THEOREM,
    "For psi analytic at 0 and no polynomial, and b with non-zero entries of distinct "
    "absolute values, psi(a b^T) has rank and Kruskal rank min(m, n) for generic small "
    "a.",
    r"\operatorname{rank} \psi(a b^T) = \min\{m, n\}",
    ("psi analytic at 0, no polynomial", "absolute values of b positive and distinct"),
    "derived",
    checks=(
        Check("powers", Method.ARGUMENT, Scope.STEP, _dominant, _POWERS),
        Check(
            "attack",
            Method.ATTACK,
            Scope.CASES,
            _attacked_analytic("distinct absolute values"),
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_THM20, _THM20_REPAIRED)
