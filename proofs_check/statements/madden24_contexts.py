"""Madden24 Theorems 17 and 22: one number that tells contexts apart.

With ``x_i = z[a_i] + u_i`` and last entry y, the number of context a is the derivative
of ``log mean_i exp(t x_i)`` at ``t = y``. Scaled by s it is ``s mean + s^3 y var`` and
higher terms, with mean and variance of x: two polynomials in (z, u) to compare.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import sympy
from flint import ctx, fmpq

from memcap.core.balls import Ball, ball_from_flint
from memcap.core.refs import Ref
from proofs_check.methods import attack, identity
from proofs_check.methods.attention import (
    Context,
    context_number,
    contexts,
    drawn,
    mixed,
)
from proofs_check.methods.ranks import rank
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
Polynomial = Counter[tuple[str, ...]]


def _entries(word: Context) -> list[Polynomial]:
    """x_i as linear forms."""
    return [Counter({(f"z{token}",): 1, (f"u{i}",): 1}) for i, token in enumerate(word)]


def _times(left: Polynomial, right: Polynomial) -> Polynomial:
    product: Polynomial = Counter()
    for one, a in left.items():
        for other, b in right.items():
            product[tuple(sorted(one + other))] += a * b
    return product


def _sum(parts: list[Polynomial], factor: int = 1) -> Polynomial:
    total: Polynomial = Counter()
    for part in parts:
        for monomial, value in part.items():
            total[monomial] += factor * value
    return total


def leading(word: Context) -> tuple[Polynomial, Polynomial]:
    """``n mean`` and ``n^2 y var`` as polynomials with integer coefficients."""
    x = _entries(word)
    total = _sum(x)
    spread = _sum(
        [
            _sum([_times(form, form) for form in x], len(word)),
            _sum([_times(total, total)], -1),
        ]
    )
    return total, _times(x[-1], spread)


def _same(left: Polynomial, right: Polynomial, sign: int = 1) -> bool:
    """Whether ``left = sign right``."""
    return not any((_sum([left, _sum([right], -sign)])).values())


def _change_of_mean(_: Level) -> Outcome:
    n, p, q, t = sympy.symbols("n p q t", positive=True)
    ratio = (p + t * q) / (n + t * p)
    slope: Any = sympy.sympify(sympy.diff(ratio, t).subs(t, 0))
    claim = "d/dt of (sum x e^(tx)) / (sum e^(tx)) at 0 is (n q - p^2)/n^2"
    return identity.holds(slope, (n * q - p**2) / n**2, claim)


def _no_form_divides(level: Level) -> Outcome:
    """Rank n - 1 of the variance, and the case n = 2."""
    n = sympy.Symbol("n", positive=True)
    # J^2 = n J, so the square of I - J/n is I + j J with j = -2/n + n/n^2.
    square = identity.holds(-2 / n + n / n**2, -1 / n, "(I - J/n)^2 = I - J/n")
    sizes = range(2, level.pick(16, 60))
    for size in sizes:
        centred = [
            [fmpq(int(i == k)) - fmpq(1, size) for k in range(size)]
            for i in range(size)
        ]
        if rank(centred) != size - 1:  # pyright: ignore[reportArgumentType]
            return Outcome(Answer.FAILS, f"I - J/n has another rank at n = {size}.")
    za, zb, u1, u2 = sympy.symbols("za zb u1 u2")
    at_zero = sympy.expand(((za + u1 - zb - u2) ** 2).subs(u2, -za))
    if square.answer is not Answer.HOLDS or at_zero == 0:
        return Outcome(Answer.FAILS, "A linear form divides the variance.")
    sentence = (
        "I - J/n is a projection of trace n - 1 (rank confirmed to n = "
        f"{sizes[-1]}); for n = 2 the form z_a + u_2 leaves the rest {at_zero}."
    )
    return Outcome(Answer.HOLDS, sentence, len(sizes) + 2)


def _all_pairs(level: Level) -> Outcome:
    """No two contexts share both polynomials, nor the first up to its sign."""
    words = contexts(3, level.pick(3, 4)) + contexts(2, level.pick(5, 6))
    words = list(dict.fromkeys(words))
    forms = {word: leading(word) for word in words}
    equal_means = 0
    for one, other in combinations(words, 2):
        if len(one) == len(other) and _same(forms[one][0], forms[other][0]):
            equal_means += 1
            if _same(forms[one][1], forms[other][1]):
                point = {"contexts": f"{one}, {other}"}
                return Outcome(
                    Answer.FAILS, "Two contexts agree.", 1, counterexample=point
                )
    if any(min(forms[word][0].values()) <= 0 for word in words):
        return Outcome(Answer.FAILS, "A mean has a coefficient that is not positive.")
    pairs = len(words) * (len(words) - 1) // 2
    sentence = (
        f"{pairs:,} pairs of contexts differ in the mean, or ({equal_means:,} of them) "
        "in y var; all coefficients of every mean are positive."
    )
    return Outcome(Answer.HOLDS, sentence, pairs)


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
            _change_of_mean,
            "In power sums p of x and q of its squares, for every n: at t = s^2 y and "
            "x scaled by s the number is s mean + s^3 y var + O(s^5).",
        ),
        Check(
            "cubic terms",
            Method.ARGUMENT,
            Scope.STEP,
            _no_form_divides,
            f"{_CUBIC} {_GENERIC}",
        ),
        Check("all small pairs", Method.EXHAUSTIVE, Scope.CASES, _all_pairs),
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

CONTEXTS = (_THM17, _THM22)
