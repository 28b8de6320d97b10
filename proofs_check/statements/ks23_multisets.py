"""A Boltzmann lemma for multisets, for KS23.Thm2 with repeated tokens.

Let a, b be multisets of at most n numbers, with values 0 = -x_0 > -x_1 > ... of their
union delta >= 2 ln n + 3 apart and multiplicities m_i, m'_i; E = e^{-delta} <= e^{-3} /
n^2. With S = sum m_i e^{-x_i} and T = sum m_i x_i e^{-x_i}, if both hold x_0,

    boltz(a) - boltz(b) = (T_b S_a - T_a S_b) / (S_a S_b),
    T_a S_b - T_b S_a   = sum_{i<j} M_ij (x_j - x_i) e^{-x_i - x_j},
    M_ij                = m_j m'_i - m_i m'_j.

Let j be the first index with M_0j != 0; there is one unless the multisets are
proportional. For i < j then M_ij = (m'_i / m'_0) M_0j, all of one sign, and together at
least x_j e^{-x_j}. What is left is at most x_l e^{-x_l} <= 2 E x_j e^{-x_j} for l > j,
times sum_{i<l} e^{-x_i} (m_l m'_i + m_i m'_l) <= n^2 - n + E (n-1)^2 <= n^2, that is
2 e^{-3} x_j e^{-x_j}. As S_a, S_b <= n and x e^{-x} falls, with D the spread,

    |boltz(a) - boltz(b)| >= 0.9 D e^{-D} / n^2.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations
from math import log
from typing import Any

import numpy as np
import sympy

from memcap.core.balls import Ball
from memcap.core.exact import Number
from memcap.core.refs import Ref
from memcap.theory.boltzmann import operator_ball
from proofs_check.methods.ascent import descend
from proofs_check.methods.attack import Target, outcome, search
from proofs_check.methods.chain import chain, link
from proofs_check.methods.identity import holds
from proofs_check.methods.rays import positive_beyond
from proofs_check.statement import (
    Check,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)

FACTOR = Fraction(9, 10)


def determinants(level: Level) -> Outcome:
    """The difference as a sum of two-by-two determinants, and those before j."""
    size = 4
    m, k = sympy.symbols(f"m0:{size}"), sympy.symbols(f"k0:{size}")
    x, e = sympy.symbols(f"x0:{size}"), sympy.symbols(f"e0:{size}")
    rows = range(size)
    numerators: list[Any] = [sum(c[i] * x[i] * e[i] for i in rows) for c in (m, k)]
    denominators: list[Any] = [sum(c[i] * e[i] for i in rows) for c in (m, k)]
    left = numerators[0] * denominators[1] - numerators[1] * denominators[0]
    right: Any = sum(
        (m[j] * k[i] - m[i] * k[j]) * (x[j] - x[i]) * e[i] * e[j]
        for i, j in combinations(rows, 2)
    )
    # Proportional before j: m_i = m_0 k_i / k_0.
    before = (m[2] * k[1] - m[1] * k[2]).subs(m[1], m[0] * k[1] / k[0])
    leading = k[1] / k[0] * (m[2] * k[0] - m[0] * k[2])
    links = [
        holds(left, right, "sum over pairs of values"),
        holds(before, leading, "determinants before j have the sign of the first"),
    ]
    return chain("what the difference is made of", links)


def remainder(level: Level) -> Outcome:
    """The terms after j are at most 2 e^{-3} of the leading one."""
    n, p, q = sympy.symbols("n p q")
    total = n * (p + q) - 2 * p * q
    corners = {(1, 1): 2 * n - 2, (1, n): n**2 - n, (n, n): sympy.Integer(0)}
    links = [
        holds(total.subs({p: a, q: b}), value, f"corner {a}, {b}")
        for (a, b), value in corners.items()
    ]
    links += [
        positive_beyond(n**2 - 1 - value, {n: 2}, f"corner {a}, {b} below n^2 - 1")
        for (a, b), value in corners.items()
    ]
    share = 1 - 2 * (-Ball.of(3, 128)).exp() - FACTOR
    links.append(link("1 - 2 e^{-3} > 0.9", bool(share.value > 0)))
    found = chain("terms after j are at most 2 e^{-3} of the leading one", links)
    return Outcome(found.answer, found.sentence, found.cases, f"{float(share):.4g}")


def different_tops(level: Level) -> Outcome:
    """Different largest values: the difference is nearly delta, the bound tiny."""
    least = Ball.of(2, 128).log() * 2 + 3
    small = (-Ball.of(3, 128)).exp()
    margin = least * (1 - small / 4) - least * small / 16 * FACTOR
    claim = "delta (1 - (n-1) E) > 0.9 delta e^{-delta} / n^2 for n >= 2"
    return link(claim, bool(margin.value > 0))


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to write a number as an ordered sum of so many parts, zeros allowed."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in compositions(total - first, parts - 1))


def multiset_attack(level: Level, gap: Number | None = None) -> Outcome:
    """Look for multisets closer than 0.9 D e^{-D} / n^2.

    Args:
        level: how many elements.
        gap: a spacing in place of 2 ln n + 3.
    """
    target = Target(
        lambda case: _ratio(*case, gap=gap),
        lambda case: {
            "multiplicities": f"{case[0]} and {case[1]}",
            "steps between values, in spacings": str([str(s) for s in case[2]]),
        },
    )
    claim = "multisets differ by 0.9 D e^{-D} / n^2 (margin of the ratio)"
    return outcome(target, search(target, _multisets(level, gap)), claim)


Case3 = tuple[tuple[int, ...], tuple[int, ...], tuple[Fraction, ...]]


def _multisets(level: Level, gap: Number | None) -> Iterator[Case3]:
    steps = (Fraction(1), Fraction(21, 20), Fraction(3, 2))
    for n in level.pick((2, 3, 4, 5), (2, 3, 4, 5, 6, 7)):
        for parts in (2, 3):
            sizes = (n - 1, n)
            made = [m for k in sizes for m in compositions(k, parts) if m[0]]
            for one, two in combinations(made, 2):
                for stretch in steps if parts == 3 else steps[:1]:
                    yield one, two, (Fraction(1), stretch)[: parts - 1]
    for one, two in (((1, 0, 2), (2, 1, 0)), ((1, 0, 4), (4, 1, 0))):
        yield from _descended(one, two, 2 * log(sum(one)) + 3 if gap is None else gap)


def _descended(one: Any, two: Any, gap: Any) -> Iterator[Case3]:
    """Steps that bring two multisets close, by following the gradient in floats."""
    import jax.numpy as jnp

    def mean(multiplicities: Any, places: Any) -> Any:
        shares = jnp.array(multiplicities, jnp.float64) * jnp.exp(-places)
        return (shares * places).sum() / shares.sum()

    def margin(free: Any) -> Any:
        steps = float(gap) * (1.0 + free**2)
        places = jnp.concatenate([jnp.zeros(1, jnp.float64), jnp.cumsum(steps)])
        return jnp.log(jnp.abs(mean(one, places) - mean(two, places))) + places[-1]

    starts = np.random.default_rng(9).uniform(0.1, 0.5, (4, 2))
    for free in descend(margin, starts, steps=200):
        yield one, two, tuple(1 + Fraction(x) ** 2 for x in free.tolist())


def _values(steps: Iterable[Fraction], unit: Ball) -> list[Ball]:
    place, made = Fraction(0), [Ball.of(0, unit.precision)]
    for step in steps:
        place += step
        made.append(-(unit * place))
    return made


def boltz(multiplicities: Iterable[int], values: Iterable[Any]) -> Ball:
    """The Boltzmann operator of a multiset."""
    pairs = zip(multiplicities, values, strict=True)
    return operator_ball([v for m, v in pairs for _ in range(m)], 128)


def _ratio(one: Any, two: Any, steps: Any, gap: Number | None) -> Ball | None:
    if all(a * two[0] == b * one[0] for a, b in zip(one, two, strict=True)):
        return None  # proportional, outside the lemma
    n = max(sum(one), sum(two))
    unit = Ball.of(n, 128).log() * 2 + 3 if gap is None else Ball.of(gap, 128)
    values = _values(steps, unit)
    apart = boltz(one, values) - boltz(two, values)
    spread = -values[-1]
    bound = spread * (-spread).exp() * (FACTOR / n**2)
    return apart.maximum(-apart) / bound - 1


_MULTI = Statement(
    Ref("memcap", "MultisetBoltzmann"),
    Kind.LEMMA,
    "The Boltzmann operator tells multisets of at most n numbers apart, unless their "
    "multiplicities are proportional, if different values are 2 ln n + 3 apart.",
    r"|\operatorname{boltz}(a) - \operatorname{boltz}(b)| \ge \frac{0.9 D e^{-D}}{n^2}",
    ("different values at least 2 ln n + 3 apart, n >= 2", "spread at most D"),
    "derived",
    (
        Check(
            "determinants",
            Method.IDENTITY,
            Scope.STEP,
            determinants,
            "the identity is bilinear in the multiplicities, so four values show it "
            "for any number: every product m_i k_j involves two values only.",
        ),
        Check(
            "remainder",
            Method.ARGUMENT,
            Scope.STEP,
            remainder,
            "n (p + q) - 2 p q is linear in p and in q, so largest at a corner of "
            "[1, n]^2; E (n-1)^2 < e^{-3} < 1; the rest is in the text of the module.",
        ),
        Check(
            "different largest values",
            Method.BALLS,
            Scope.STEP,
            different_tops,
            "g(a) <= (n-1) delta E <= delta e^{-3} / 4, as (n-1) / n^2 <= 1/4; "
            "e^{-delta} <= e^{-3} / n^2 <= e^{-3} / 4 and n^2 >= 4.",
        ),
        Check(
            "multiplicities up to n",
            Method.ATTACK,
            Scope.CASES,
            lambda level: multiset_attack(level),
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_MULTI,)
