"""The proof of KS23.LemS, step by step.

The steps are those of `memcap.theory.boltzmann.lemmas`: q = e^{-delta}, x_i = a_1 -
a_i, g = sum x_i e^{-x_i} / sum e^{-x_i}, S0 and h the sum and the g of the k-1 shared
largest values, y = a_1 - a_k. What depends on delta, y and S0 is written in bounded
parameters,

    q in [0, e^{-2}],   t = delta/y in (0, 1/(k-1)],   e^{-y} = v q^{k-1}, 0 <= v <= 1,

so that boxes reach every delta >= 2, every y and every n.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import sympy

from memcap.core.balls import Ball, at_most, less
from memcap.core.exact import Number
from memcap.theory.boltzmann.lemmas import DIFFERENT_FACTOR, EQUAL_FACTOR, OFFSET
from proofs_check.methods import identity
from proofs_check.methods.boxes import Box, holds_on
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Answer, Check, Level, Method, Outcome, Scope

BITS = 128
WORST = Ball.of(-2, BITS).exp()
Q_MOST = Fraction(1_353_353, 10**7)  # just above e^{-2}
UNIT = (0, 1)
DELTA = 2  # the smallest spacing allowed


def weakest(claim: str, links: Sequence[Outcome]) -> Outcome:
    """The links joined, with the smallest of their margins."""
    joined = chain(claim, links)
    margins = [float(one.margin.strip("> ")) for one in links if one.margin]
    if joined.answer is not Answer.HOLDS or not margins:
        return joined
    return replace(joined, margin=f"> {min(margins):.6g}")


def mean_excess(delta: Ball | Number, q: Ball) -> Ball:
    """h* = delta q / (1 - q)^2."""
    return q * delta / (1 - q) ** 2


def dense(count: int, q: Ball, delta: Ball | Number) -> tuple[Ball, Ball]:
    """S and h of the densest shared values 0, delta, ..., (count - 1) delta."""
    powers = [q**i for i in range(count)]
    total = sum(powers[1:], powers[0])
    moment = sum((p * i for i, p in enumerate(powers)), Ball.of(0, q.precision))
    return total, moment / total * delta


def log_square_slope() -> Outcome:
    """The slope of (ln x)^2 / x: its largest value for x >= 1 is 4/e^2, at e^2."""
    x = sympy.Symbol("x", positive=True)
    return identity.holds(
        sympy.diff(sympy.log(x) ** 2 / x, x),
        sympy.log(x) * (2 - sympy.log(x)) / x**2,
        "the slope of (ln n)^2 / n",
    )


def excess_is_bounded(_: Level) -> Outcome:
    """0 <= g <= h* <= 0.363 for every delta >= 2."""
    x, d = sympy.symbols("x delta", positive=True)
    q, terms = sympy.Symbol("q"), 8
    slope = identity.holds(
        sympy.diff(x * sympy.exp(-x), x), (1 - x) * sympy.exp(-x), "d(x e^-x)/dx"
    )
    # sum_{i<=m} i q^i + its tail = q/(1-q)^2, for m = 8 terms.
    partial = sum(i * q**i for i in range(1, terms + 1))
    tail = q ** (terms + 1) * (terms + 1 - terms * q) / (1 - q) ** 2
    series = identity.holds(partial + tail, q / (1 - q) ** 2, "the series", low=2)
    e = sympy.exp(-d)
    falls = identity.holds(
        sympy.diff(sympy.log(d * e / (1 - e) ** 2), d),
        1 / d - 1 - 2 * e / (1 - e),
        "the slope of ln h*",
    )
    at_two = less(mean_excess(2, WORST), OFFSET)
    return chain("g <= 0.363", [slope, series, falls, link("h*(2) < 0.363", at_two)])


def first_values_differ(_: Level) -> Outcome:
    """Step 1: delta - g exceeds every value of either bound."""
    least = 2 - mean_excess(2, WORST)
    peak = Ball.of(-(1 + OFFSET), BITS).exp()
    return chain(
        "Step 1",
        [
            link("delta - g >= 1.637", less(Fraction(1637, 1000), least)),
            link(
                "0.52 e^-1.363 < 0.134", less(peak * EQUAL_FACTOR, Fraction(134, 1000))
            ),
            link(
                "0.86 e^-1.363 < 0.221",
                less(peak * DIFFERENT_FACTOR, Fraction(221, 1000)),
            ),
        ],
    )


def exact_forms(_: Level) -> Outcome:
    """The identities of step 2."""
    s0, s1, t0, t1 = sympy.symbols("S0 S1 T0 T1", positive=True)
    h = s1 / s0
    shared = identity.holds(
        (s1 + t1) / (s0 + t0) - h, (t1 - h * t0) / (s0 + t0), "g - h over the tail"
    )
    q, y, d, hh, m = sympy.symbols("q y delta h m", positive=True)
    body = sum((y + i * d - hh) * q**i for i in range(1, 7))
    rest = q**7 * ((y + 6 * d - hh) / (1 - q) + d / (1 - q) ** 2)
    geometric = identity.holds(
        body + rest,
        (y - hh) * q / (1 - q) + d * q / (1 - q) ** 2,
        "the tail's sum",
        low=2,
    )
    grow, x, total = sympy.symbols("g x S", positive=True)
    e = sympy.exp(-x)
    more = identity.holds(
        (grow * total + x * e) / (total + e) - grow,
        (x - grow) * e / (total + e),
        "one more value",
    )
    falls = identity.holds(
        sympy.diff((x - hh) * e, x), (1 + hh - x) * e, "the slope of (x - h) e^-x"
    )
    return chain("Step 2, exactly", [shared, geometric, more, falls])


def factor_two(q: Ball, v: Ball, t: Ball) -> Ball:
    """Step 2 with k = 2: S0 = 1, h = 0."""
    rest = q / (1 - q) + t * q / (1 - q) ** 2
    return 1 / (1 + v * q / (1 - q)) - rest


def factor_more(q: Ball, v: Ball, t: Ball, share: Ball, fill: Ball) -> Ball:
    """Step 2 with k >= 3: h = share h*, S0 = 1 + fill q/(1-q)."""
    s0 = 1 + fill * q / (1 - q)
    gap = t / (1 - t * share * q / (1 - q) ** 2)  # delta / (y - h)
    rest = q / (1 - q) + gap * q / (1 - q) ** 2
    return (1 / (1 + v * q**2 / (s0 * (1 - q))) - rest) / s0


def factor_box(k: int) -> Box:
    """All delta >= 2, y, S0 and h for a first difference at k = 2, or at k >= 3."""
    half = (0, Fraction(1, 2))
    box: dict[str, tuple[Number, Number]] = {"q": (0, Q_MOST), "v": UNIT}
    if k == 2:
        return {**box, "t": UNIT}
    return {**box, "t": half, "share": UNIT, "fill": UNIT}


def factors(level: Level, factor: Number = EQUAL_FACTOR) -> Outcome:
    """Step 2: both factors exceed 0.52."""
    reach = link("0.1353353 > e^-2", at_most(WORST, Q_MOST))
    two = holds_on(
        lambda **x: factor_two(**x) - factor, factor_box(2), f"k = 2: factor > {factor}"
    )
    more = holds_on(
        lambda **x: factor_more(**x) - factor,
        factor_box(3),
        f"k >= 3: factor > {factor}",
        most=20_000,
    )
    return weakest("Step 2, all q, y and shared values", [reach, two, more])


def factors_printed(_: Level) -> Outcome:
    """The printed worst cases, 0.5271 and 0.6253."""
    q = WORST
    two = (1 - q) - q / (1 - q) - q / (1 - q) ** 2
    rest = q / (1 - q) + q / ((1 - q) ** 2 * (2 - mean_excess(2, q) / 2))
    more = (1 - q) * (1 / (1 + q**2 / (1 - q)) - rest)
    return chain(
        "The numbers in the proof",
        [
            link("0.5271 <= k = 2 factor", at_most(Fraction(5271, 10**4), two)),
            link("0.6253 <= k >= 3 factor", at_most(Fraction(6253, 10**4), more)),
            link("1 - q >= 0.8646", at_most(Fraction(8646, 10**4), 1 - q)),
        ],
    )


def top_segment(_: Level, factor: Number = DIFFERENT_FACTOR) -> Outcome:
    """Step 3: (1 - q)(y - h) e^{-y}, and 1 - q > 0.86 for every delta >= 2."""
    box: Box = {"q": (0, Q_MOST)}
    return holds_on(lambda q: 1 - q - factor, box, f"1 - q > {factor}")


def first_bound_is_larger(_: Level) -> Outcome:
    """Step 4: the first bound is at least twice the second where D >= 2 delta."""
    d, o = sympy.symbols("delta o", positive=True)
    rises = identity.holds(
        sympy.diff((d - o) / (2 * d - o), d), o / (2 * d - o) ** 2, "the slope in delta"
    )
    width = sympy.Symbol("D", positive=True)
    ratio = (width - d - o) / (width - o)
    in_width = identity.holds(
        sympy.diff(ratio, width), d / (width - o) ** 2, "the slope in D"
    )
    least = Ball.of(2, BITS).exp() * EQUAL_FACTOR / DIFFERENT_FACTOR
    least = least * (2 - OFFSET) / (4 - OFFSET)
    return chain("Step 4", [rises, in_width, link("e^2 ... > 2", less(2, least))])


STEPS = (
    Check(
        "g <= 0.363",
        Method.ARGUMENT,
        Scope.STEP,
        excess_is_bounded,
        "x e^{-x} falls from x = 1 on and x_i >= (i - 1) delta >= 2, so g <= sum i "
        "delta q^i; ln of that falls, its slope being at most 1/2 - 1.",
    ),
    Check(
        "step 1",
        Method.BALLS,
        Scope.STEP,
        first_values_differ,
        "The largest values differ by at least delta, and boltz(b) <= b_1; delta - h* "
        "grows with delta. (u - 0.363) e^{-u} is largest at u = 1.363.",
    ),
    Check(
        "step 2, identities",
        Method.IDENTITY,
        Scope.STEP,
        exact_forms,
        "For a the term of a_k is kept; the later ones are positive and, by spacing, "
        "their e^{-x} sum to at most e^{-y} q/(1-q). For b the terms lie at y + i "
        "delta or later, where (x - h) e^{-x} falls.",
    ),
    Check(
        "step 2, factors",
        Method.BALLS,
        Scope.STEP,
        factors,
        "y >= (k - 1) delta, so e^{-y} <= q^{k-1} and delta/y <= 1/(k - 1); h <= h*, "
        "S0 <= 1/(1-q). Then (y - h) e^{-y} >= (y - 0.363) e^{-y}, which falls from y "
        "= 1.363 on; b_k exists, so y <= D - delta.",
    ),
    Check(
        "step 3",
        Method.BALLS,
        Scope.STEP,
        top_segment,
        "b the k - 1 largest values of a: g(b) = h, and the sum of e^{-x} over a is at "
        "most 1/(1-q); further values of a raise g. Here y <= D.",
    ),
    Check(
        "step 4",
        Method.ARGUMENT,
        Scope.STEP,
        first_bound_is_larger,
        "Sets that are no top segments of each other and share their largest value "
        "have D >= y + delta >= 2 delta. Both slopes are positive, so D = 2 delta, "
        "delta = 2 is the worst case.",
    ),
    Check("numbers in the proof", Method.BALLS, Scope.CASES, factors_printed),
)
