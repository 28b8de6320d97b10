"""Madden24 Theorems 21 and 23: the decoder that matches m contexts."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import sympy
from flint import arb, arb_mat, ctx, fmpq

import memcap as mc
from experiments.madden_capacity_solve import (
    RADIUS,
    distinct_contexts,
    random_laws,
    solve,
)
from memcap.core.refs import Ref
from proofs_check.methods import identity
from proofs_check.methods.attention import context_number, drawn
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

_DIGITS = 200


def _count_and_ratio(_: Level) -> Outcome:
    v, m, d, heads, keys, values, length = sympy.symbols(
        "zeta m d m0 d1 d0 T", positive=True
    )
    count = v * m + m * (d + 1) + 2 * heads * (values + keys) * d + (v + length) * d
    ratio = (
        1
        + (d + 2) / (v - 1)
        + 2 * heads * (values + keys) * d / ((v - 1) * m)
        + (v + length) * d / ((v - 1) * m)
    )
    claim = "k / ((zeta-1) m) is the ratio of eq. (5)"
    found = identity.holds(count / ((v - 1) * m), ratio, claim, low=2)
    sizes = {"m": 7, "zeta": 5, "d": 3, "m0": 2, "d0": 4, "d1": 6, "T": 9}
    ours = count.subs({symbol: sizes[str(symbol)] for symbol in count.free_symbols})
    theirs = mc.bounds.get("Madden24.Thm21.decoder")(
        width=7,
        vocab=5,
        dim=3,
        position_heads=2,
        key_dim=6,
        value_dim=4,
        max_length=9,
    ).exact
    if ours != theirs:
        return Outcome(Answer.FAILS, f"The calculator gives {theirs}, not {ours}.")
    return found


def _lift(_: Level) -> Outcome:
    """Scores, head outputs and hidden units of the lifted decoder are scalar ones."""
    d, d0, d1, heads, x, y, w = sympy.symbols("d d0 d1 m0 x y w", positive=True)
    key = x * sympy.sqrt(d) / sympy.sqrt(d * d1)
    query = y * sympy.sqrt(d) / sympy.sqrt(d * d1)
    value = x * sympy.sqrt(d) / sympy.sqrt(d * d0)
    output = heads * d0 * value / (heads * sympy.sqrt(d * d0))
    checks = (
        (d1 * key * query, x * y, "score"),
        (output, x / sympy.sqrt(d), "an entry of the output"),
        (d * (w / sympy.sqrt(d)) * output, w * x, "input of a hidden unit"),
    )
    for left, right, name in checks:
        found = identity.holds(left, right, f"{name} of the lift")
        if found.answer is not Answer.HOLDS:
            return found
    sentence = "Scores are x y, outputs (f/sqrt d) 1, hidden inputs w f, for all sizes."
    return Outcome(Answer.HOLDS, sentence, len(checks))


Numbers = Callable[[tuple[int, ...], list, list], arb]


def _product_number(word: tuple[int, ...], z: list, u: list) -> arb:
    return arb(sum((u[i] * z[token] for i, token in enumerate(word)), fmpq(0)))


def match(number: Numbers, contexts: int, seed: int) -> float:
    """Largest error of a probability, bounded rigorously, of the solved decoder.

    Args:
        number: of a context, with token and position numbers.
        contexts: n = m; 6 tokens, contexts of up to 5.
        seed: of everything drawn.

    Raises:
        ZeroDivisionError: the matrix cannot be told from a singular one.
    """
    rng = np.random.default_rng(seed)
    words = distinct_contexts(contexts, 6, 5, rng)
    laws = random_laws(contexts, 6, rng)
    z, u = drawn(rng, 6), drawn(rng, 5)
    with ctx.workdps(_DIGITS):
        x = [number(word, z, u) for word in words]
        reach = max(float(abs(value)) for value in x)
        w = [arb(float(v)) for v in rng.uniform(-1, 1, contexts) * RADIUS / reach]
        hidden = arb_mat([[(a * b + fmpq(1, 2)).tanh() for a in w] for b in x])
        logs = arb_mat([[_arb(p).log() for p in law] for law in laws])
        exact = hidden.inv() * logs
        places = range(6)
        solved = [[exact[i, j].mid() for j in places] for i in range(contexts)]
        logits = hidden * arb_mat(solved)
        return max(
            float(abs(p - _arb(wanted)).upper())
            for i, law in enumerate(laws)
            for p, wanted in zip(_softmax(logits, i, 6), law, strict=True)
        )


def _arb(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _softmax(logits: arb_mat, row: int, vocab: int) -> list[arb]:
    powers = [logits[row, j].exp() for j in range(vocab)]
    total = sum(powers, arb(0))
    return [power / total for power in powers]


def _solved(number: Numbers) -> Callable[[Level], Outcome]:
    def run(level: Level) -> Outcome:
        cases = list(product((4, 8, level.pick(12, 32)), range(level.pick(3, 10))))
        errors = [match(number, n, seed) for n, seed in cases]
        tiny = max(errors) < 1e-60
        sentence = (
            f"n = m up to {cases[-1][0]}, tanh, eta = 1/2, weights of {_DIGITS} "
            f"digits: every probability is within {max(errors):.1e}."
        )
        answer = Answer.HOLDS if tiny else Answer.OPEN
        return Outcome(answer, sentence, len(cases))

    return run


def _condition(level: Level) -> Outcome:
    """Digits lost for each further context, measured on solved systems."""
    sizes = (4, 8, 16)
    means = []
    for n in sizes:
        found = [solve(n, 16, 8, 200, seed) for seed in range(level.pick(5, 20))]
        means.append(sum(each.condition for each in found) / len(found))
    slope = float(np.polyfit(sizes, means, 1)[0])
    growing = all(a < b for a, b in pairwise(means))
    sentence = (
        "Mean log10 of the condition number at n = 4, 8, 16: "
        + ", ".join(f"{value:.1f}" for value in means)
        + f"; {slope:.2f} digits a context."
    )
    return Outcome(Answer.HOLDS if growing else Answer.OPEN, sentence, len(sizes))


_BUILD = (
    "Theorem 17 gives contexts different numbers x, none 0; no two add up to 0 either, "
    "as their leading terms have positive coefficients. By memcap.Madden24Thm20 with "
    "b = x and psi(eta + .), the matrix psi(w x^T + eta) is invertible for generic "
    "small w. Then V solves V^T psi = log Y, and softmax gives Y."
)
_FLOATS = Finding(
    "The decoder of Theorem 21 cannot be used in floating point",
    "slip",
    "Our notes give 10^(1.5 n) for the condition number of the system that is solved.",
    "The rate depends on how z, u and w are drawn. Over 20 draws with n = 4 to 32 it "
    "is 10^(1.2 n): double precision ends near n = 13. In balls of 200 digits every "
    "probability is right to 80 places up to n = 32.",
    "Existence only; training finds other weights.",
)
_THM21 = Statement(
    Ref("Madden24", "Thm21"),
    Kind.THEOREM,
    "A one-layer decoder whose hidden layer has m units, with an activation analytic "
    "at some eta and no polynomial there, has capacity at least m; its k parameters "
    "exceed the least number by the ratio of eq. (5).",
    r"k = \zeta m + m(d+1) + 2 m_0 (d_0 + d_1) d + (\zeta + T) d",
    ("psi analytic at eta, no polynomial there",),
    checks=(
        Check("count and ratio", Method.IDENTITY, Scope.STEP, _count_and_ratio, _BUILD),
        Check(
            "lift",
            Method.IDENTITY,
            Scope.STEP,
            _lift,
            "Token vectors are (x/sqrt d) 1. Keys and queries have dimension d1, "
            "values d0; what is printed as d_r is d1.",
        ),
        Check(
            "solved",
            Method.CERTIFICATE,
            Scope.CASES,
            _solved(context_number),
        ),
        Check("condition", Method.SIMULATION, Scope.CASES, _condition),
    ),
    findings=(_FLOATS,),
)


def _no_cancellation(level: Level) -> Outcome:
    """Sums of two products of contexts never vanish: positive coefficients."""
    rng = np.random.default_rng(23)
    words = distinct_contexts(level.pick(40, 200), 4, 4, rng)
    z, u = drawn(rng, 4), drawn(rng, 4)
    with ctx.workprec(128):
        sizes = {str(abs(_product_number(word, z, u))) for word in words}
    if len(sizes) < len(words):
        return Outcome(Answer.OPEN, "Two numbers agree in size at this draw.")
    return Outcome(
        Answer.HOLDS, "All contexts have numbers of different size.", len(words)
    )


_THM23 = Statement(
    Ref("Madden24", "Thm23"),
    Kind.THEOREM,
    "With sums of position times token numbers in place of attention the capacity is "
    "still at least m.",
    checks=(
        Check(
            "sizes",
            Method.ARGUMENT,
            Scope.STEP,
            _no_cancellation,
            "Theorem 22: numbers differ, none is 0, and no two add up to 0, since all "
            "monomials have coefficient 1. The rest is as for Theorem 21.",
        ),
        Check("solved", Method.CERTIFICATE, Scope.CASES, _solved(_product_number)),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_THM21, _THM23)
