"""Madden24 Theorems 17 and 22: one number that tells contexts apart.

With ``x_i = z[a_i] + u_i`` and last entry y, the number of context a is the derivative
of ``log mean_i exp(t x_i)`` at ``t = y``. Scaled by s it is ``s mean + s^3 y var`` and
higher terms, with mean and variance of x: two polynomials in (z, u) to compare.
"""

from collections.abc import Iterator

import numpy as np
from flint import ctx, fmpq

from memcap.core.balls import Ball, ball_from_flint
from memcap.core.refs import Ref
from proofs_check.checks.related import context_polynomials as first_terms
from proofs_check.methods import attack
from proofs_check.methods.attention import (
    Context,
    context_number,
    contexts,
    drawn,
    mixed,
)
from proofs_check.statement import (
    Answer,
    Check,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)

_BITS = 192


def separation(form: str) -> attack.Target:
    """The claim that all contexts have different numbers, none of them 0.

    Args:
        form: ``attention``; or a false variant: ``no positions`` (u = 0), ``average``
            (scores 0), ``products`` for sum u_t z, ``sums`` for sum (u_t + z).
    """

    def number(word: Context, z: list, u: list):
        if form == "products":
            return sum((z[a] * u[i] for i, a in enumerate(word)), fmpq(0))
        if form == "sums":
            return sum((z[a] + u[i] for i, a in enumerate(word)), fmpq(0))
        if form == "average":
            x = [z[a] + u[i] for i, a in enumerate(word)]
            return sum(x, fmpq(0)) / len(x)
        if form == "no positions":
            # In order, so that equal multisets give the same ball.
            x = sorted(z[a] for a in word)
            return mixed(x, [value * z[word[-1]] for value in x])
        return context_number(word, z, u)

    def margin(candidate: tuple[int, int, int]) -> Ball:
        vocab, longest, seed = candidate
        rng = np.random.default_rng(seed)
        z, u = drawn(rng, vocab), drawn(rng, longest)
        with ctx.workprec(_BITS):
            found = [number(word, z, u) for word in contexts(vocab, longest)]
            exact = all(isinstance(value, fmpq) for value in found)
            if not exact and form == "no positions" and _repeated(found):
                return Ball.of(0)
            found.sort(key=float)
            gaps = [abs(b - a) for a, b in zip(found, found[1:], strict=False)]
            least = min(gaps + [abs(value) for value in found], key=float)
            return ball_from_flint(least, _BITS)

    def describe(candidate: tuple[int, int, int]) -> dict[str, str]:
        names = ("tokens", "longest context", "seed")
        return dict(zip(names, map(str, candidate), strict=True))

    return attack.Target(margin, describe, strict=True)


def _repeated(values: list) -> bool:
    """Whether one computation occurs twice, ball for ball."""
    texts = [(str(v.mid().man_exp()), str(v.rad().man_exp())) for v in values]
    return len(set(texts)) < len(texts)


def draws(level: Level) -> Iterator[tuple[int, int, int]]:
    """Vocabulary, longest context and seed, small first."""
    for vocab, longest in ((1, 3), (2, 3), (2, 6), (3, 4), (5, 3)):
        yield from ((vocab, longest, seed) for seed in range(level.pick(4, 40)))


def _attacked(form: str):
    def run(level: Level) -> Outcome:
        target = separation(form)
        claim = "All contexts have different numbers, none 0, at random rational (z, u)"
        return attack.outcome(target, attack.search(target, draws(level)), claim)

    return run


_GENERIC = (
    "Differences of two numbers, and the numbers themselves, are analytic in (z, u). "
    "One that is not identically 0 vanishes on a set of measure 0, and there are "
    "finitely many contexts of length at most T."
)
_CUBIC = (
    "Different lengths: u_|b| occurs in one mean only. Different counts: the means "
    "differ in z. Same length n and counts, a != b: n (mean of squares) differs by "
    "2 sum_i (z_(a_i) - z_(b_i)) u_i, not 0. If the last tokens agree, y times it is "
    "not 0. If not, y_a var_a = y_b var_b would make the linear form y_a, coprime to "
    "y_b, divide var_b; var_b is a positive semidefinite quadratic form, so it would "
    "be a multiple of a square, but in u its rank is n - 1 >= 2 for n >= 3. For n = 2 "
    "the division leaves a rest. n = 1 with equal counts is a = b."
)

_THM17 = Statement(
    Ref("Madden24", "Thm17"),
    Kind.THEOREM,
    "For almost all token numbers z and position numbers u, one-dimensional softmax "
    "attention gives all contexts of length at most T different numbers, none of "
    "them 0.",
    r"f(z,u,\alpha) = \langle x, \operatorname{softmax}(x\, x_{|\alpha|}) \rangle, "
    r"\quad x = z_\alpha + u",
    ("z in R^zeta and u in R^T generic",),
    checks=(
        Check(
            "first terms",
            Method.IDENTITY,
            Scope.STEP,
            first_terms.change_of_mean,
            "In power sums p of x and q of its squares, for every n: at t = s^2 y and "
            "x scaled by s the number is s mean + s^3 y var + O(s^5).",
        ),
        Check(
            "cubic terms",
            Method.ARGUMENT,
            Scope.STEP,
            first_terms.no_form_divides,
            f"{_CUBIC} {_GENERIC}",
        ),
        Check(
            "all small pairs",
            Method.EXHAUSTIVE,
            Scope.CASES,
            first_terms.all_pairs,
        ),
        Check("attack", Method.ATTACK, Scope.CASES, _attacked("attention")),
    ),
)


def _monomials(level: Level) -> Outcome:
    words = contexts(level.pick(3, 4), level.pick(5, 6))
    sets = {frozenset((i, token) for i, token in enumerate(word)) for word in words}
    if len(sets) < len(words) or frozenset() in sets:
        return Outcome(Answer.FAILS, "Two contexts have the same monomials.")
    sentence = f"{len(words):,} contexts, as many sets of monomials u_t z_v."
    return Outcome(Answer.HOLDS, sentence, len(words))


_THM22 = Statement(
    Ref("Madden24", "Thm22"),
    Kind.THEOREM,
    "Position numbers times token numbers, added up without attention, also give all "
    "contexts different numbers, none of them 0, almost always.",
    r"g(z,u,\alpha) = \sum_{t=1}^{|\alpha|} u_t z_{\alpha_t}",
    ("z in R^zeta and u in R^T generic",),
    checks=(
        Check(
            "monomials",
            Method.ARGUMENT,
            Scope.STEP,
            _monomials,
            "The polynomial of a context is the sum of the monomials u_t z_(a_t), "
            "each with coefficient 1, and they spell the context: t -> a_t. So the "
            "polynomials of different contexts differ and none is 0; the sum of two "
            f"is not 0 either. {_GENERIC}",
        ),
        Check("attack", Method.ATTACK, Scope.CASES, _attacked("products")),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_THM17, _THM22)
