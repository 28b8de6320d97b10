"""First terms of the number of a context, as polynomials, for Madden24 Theorem 17."""

from collections import Counter
from itertools import combinations
from typing import Any

import sympy
from flint import fmpq

from proofs_check.methods import identity
from proofs_check.methods.attention import (
    Context,
    contexts,
)
from proofs_check.methods.ranks import rank
from proofs_check.statement import (
    Answer,
    Level,
    Outcome,
)

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


def change_of_mean(_: Level) -> Outcome:
    """How the softmax average of x moves with its sharpness t, at t = 0."""
    n, p, q, t = sympy.symbols("n p q t", positive=True)
    ratio = (p + t * q) / (n + t * p)
    slope: Any = sympy.sympify(sympy.diff(ratio, t).subs(t, 0))
    claim = "d/dt of (sum x e^(tx)) / (sum e^(tx)) at 0 is (n q - p^2)/n^2"
    return identity.holds(slope, (n * q - p**2) / n**2, claim)


def no_form_divides(level: Level) -> Outcome:
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


def all_pairs(level: Level) -> Outcome:
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
