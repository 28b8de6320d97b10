"""The constants of KS23.Thm2 in symbols, derived again step by step.

Letters as in `proofs_check.statements.ks23_attention`.
"""

from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from memcap.theory import bounds
from proofs_check.methods.chain import chain, link
from proofs_check.methods.identity import enclosure, holds
from proofs_check.methods.rays import positive_beyond
from proofs_check.statement import (
    Answer,
    Level,
    Outcome,
)

V, N, D, EPS, R_MIN, R_MAX = sympy.symbols("V n d eps r_min r_max", positive=True)


LN = sympy.log(N)


SPACING = 2 * LN + 3


# The square of the factor of KS25.LemG1 on V + 1 points.
SHRINK = 8 / (sympy.pi * D * (V + 1) ** 4)


KAPPA = (V + 1) ** 4 * sympy.pi * D * SPACING / (8 * EPS * R_MIN)


DELTA = (
    2 * LN**2 * EPS**2 * R_MIN / (R_MAX**2 * (V + 1) ** 4 * SPACING * sympy.pi * D)
) * sympy.exp(-((V + 1) ** 4) * SPACING * sympy.pi * D * R_MAX**2 / (4 * EPS * R_MIN))


SHARP_KAPPA = (V + 1) ** 4 * sympy.pi * D / (4 * EPS * R_MIN)


NAMES = {"vocab": V, "length": N, "dim": D, "eps": EPS, "r_min": R_MIN, "r": R_MAX}


def spacing(level: Level, factor: Any = 1, aim: Any = SPACING) -> Outcome:
    """The least distance of scores is what the Boltzmann lemma asks for."""
    least = KAPPA * factor * SHRINK * R_MIN * EPS
    return holds(least, aim, "kappa g^2 r_min eps is the spacing that is needed")


def same_token(level: Level, exponent: Any = 2) -> Outcome:
    """The head reads boltz / (kappa v.x), and delta is the product of the pieces."""
    t, p = sympy.symbols("t1:4"), sympy.symbols("p1:4")
    size = sympy.Symbol("kappa_vx", positive=True)
    pairs = list(zip(t, p, strict=True))
    boltz = sympy.Add(*(size * x * y for x, y in pairs))
    read = sympy.Add(*(x * y for x, y in pairs))
    gap = LN**2 * sympy.exp(-exponent * KAPPA * R_MAX**2)
    pieces = EPS / (4 * R_MAX) * gap / (KAPPA * R_MAX)
    links = [
        holds(read, boltz / size, "the head reads boltz over kappa v.x"),
        # The powers of e are compared through their logarithms.
        holds(without_power(pieces), without_power(DELTA), "factors of delta"),
        holds(_power(pieces), _power(DELTA), "exponents of delta"),
    ]
    return chain("ids of one token differ by more than delta", links)


def _power(expression: sympy.Expr) -> Any:
    """The exponent of the one exponential in a product."""
    return next(iter(expression.atoms(sympy.exp))).args[0]


def without_power(expression: Any) -> Any:
    """The factors of a product beside its exponential."""
    return expression.replace(sympy.exp, lambda _: sympy.Integer(1))


def different_tokens(level: Level, output: Any = 1) -> Outcome:
    """The skip connection keeps different tokens eps/2 apart, and delta is below."""
    reach = output * EPS / (4 * R_MAX) * R_MAX
    radius = KAPPA * R_MAX**2
    bracket = LN**2 / (2 * radius)
    # r_max^2 / (eps r_min) > 1/2 and V >= n give 2 r_B > (3 pi / 8) (n + 1)^4.
    small = 3 * sympy.pi / 8 * (N + 1) ** 4 - N**2
    factor = KAPPA * R_MAX**2 * 2 / ((V + 1) ** 4 * sympy.pi * D * SPACING)
    links = [
        holds(EPS - 2 * reach, EPS / 2, "tokens stay eps - 2 c r_max = eps/2 apart"),
        holds(R_MAX + reach, R_MAX + EPS / 4, "ids are below r_max + eps/4"),
        holds(without_power(DELTA), EPS / 2 * bracket, "delta over e^{-2 r_B}"),
        holds(factor, R_MAX**2 / (4 * EPS * R_MIN), "2 r_B over its factors"),
        positive_beyond(small, {N: 2}, "2 r_B > n^2 >= (ln n)^2"),
    ]
    return chain("ids of different tokens differ by more than delta", links)


def sharp_pieces(level: Level) -> Outcome:
    """The same with scores 2 apart and the bound of KS23.LemS at D = 2 r_B."""
    radius = SHARP_KAPPA * R_MAX**2
    read = EPS / (4 * R_MAX) / (SHARP_KAPPA * R_MAX)
    small = sympy.pi / 4 * (N + 1) ** 4 - 4
    links = [
        holds(SHARP_KAPPA * SHRINK * R_MIN * EPS, sympy.Integer(2), "spacing 2"),
        holds(read, EPS / (4 * radius), "eps / (4 kappa r_max^2)"),
        # D - delta - 0.363 with D = 2 r_B and delta = 2.
        holds(
            2 * radius - 2 - sympy.Rational(363, 1000),
            2 * radius - sympy.Rational(2363, 1000),
            "offset",
        ),
        positive_beyond(small, {N: 2}, "2 r_B > 4: the bound falls as D grows"),
    ]
    return chain("ids of one token differ by more than delta_s", links)


def calculators(level: Level) -> Outcome:
    """memcap's kappa and ln delta against the formulas here, at random parameters."""
    rng, cases = np.random.default_rng(5), level.pick(40, 400)
    sharp = sympy.Rational(52, 100) * (
        2 * SHARP_KAPPA * R_MAX**2 - sympy.Rational(2363, 1000)
    )
    sharp_ln = (
        sympy.log(EPS / (4 * SHARP_KAPPA * R_MAX**2) * sharp)
        + 2
        - 2 * SHARP_KAPPA * R_MAX**2
    )
    formulas = {
        "KS23.Thm2.kappa": KAPPA,
        "KS23.Thm2.ln_delta": sympy.log(without_power(DELTA)) + _power(DELTA),
        "KS23.Thm2s.kappa": SHARP_KAPPA,
        "KS23.Thm2s.ln_delta": sharp_ln,
    }
    for _ in range(cases):
        n, more, d, a, b, c = (int(k) for k in rng.integers(2, 9, size=6))
        inputs = {
            "vocab": n + more,
            "length": n,
            "dim": d,
            "eps": Fraction(a, 8),
            "r_min": Fraction(b, 8),
            "r": Fraction(8 * (b + c), 8),
        }
        at = {NAMES[k]: sympy.Rational(x) for k, x in inputs.items()}
        for name, formula in formulas.items():
            found = bounds.get(name)(**inputs).ball(128).value
            if not found.overlaps(enclosure(formula, at)):
                where = {k: str(x) for k, x in inputs.items()}
                sentence = f"{name} differs at {where}."
                return Outcome(Answer.FAILS, sentence, cases, counterexample=where)
    sentence = f"Four calculators agree with the derivation at {cases} points."
    return Outcome(Answer.HOLDS, sentence, 4 * cases)


# (V, d, n, eps, r_min, r_max) and the values recorded for them.
INSTANCES = (
    ((3, 2, 2, 1, 1, 1), {"kappa": "881.9", "ln": "-1772.7", "sharp": "-803.6"}),
    (
        (10, 8, 8, Fraction(1, 2), Fraction(1, 2), 1),
        {"ln": "-2634258", "sharp": "-735937"},
    ),
)


def instances(level: Level) -> Outcome:
    """The recorded instances again, rounded as they were recorded."""
    links = []
    for given, recorded in INSTANCES:
        pairs = zip((V, D, N, EPS, R_MIN, R_MAX), given, strict=True)
        at = {symbol: sympy.Rational(x) for symbol, x in pairs}
        radius = SHARP_KAPPA * R_MAX**2
        sharp = sympy.log(
            EPS / (4 * radius) * (2 * radius - sympy.Rational(2363, 1000)) * 13 / 25
        )
        values = {
            "kappa": KAPPA,
            "ln": sympy.log(without_power(DELTA)) + _power(DELTA),
            "sharp": sharp + 2 - 2 * radius,
        }
        for name, text in recorded.items():
            ball = enclosure(values[name], at)
            digits = len(text.partition(".")[2])
            close = bool(abs(ball - float(text)) < 0.5 * 10**-digits + 1e-9)
            words = f"V = {given[0]}, n = {given[2]}: {name} = {float(ball):.4f}"
            links.append(link(f"{words}, recorded {text}", close))
    return chain("recorded instances", links)


def sharp_skip(level: Level) -> Outcome:
    """delta_s < eps/2: 0.52 (2 r_B - 2.363) e^{2 - 2 r_B} < 2 r_B as 2 r_B > 2."""
    reach = EPS / (4 * R_MAX) * R_MAX
    x = sympy.Symbol("x", positive=True)
    links = [
        holds(EPS - 2 * reach, EPS / 2, "tokens stay eps/2 apart"),
        holds(R_MAX + reach, R_MAX + EPS / 4, "ids are below r_max + eps/4"),
        positive_beyond(
            2 * x - sympy.Rational(52, 100) * (2 * x - 2), {x: 1}, "0.52 (2x - 2) < 2x"
        ),
    ]
    return chain("ids of different tokens differ by more than delta_s", links)
