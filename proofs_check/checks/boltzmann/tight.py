"""The best constants of KS23.LemS, its form and its condition delta >= 2 kept.

Let neither set be a top segment of the other, let them share their k-1 >= 1 largest
values, with sums S, h as in KS23.LemS, and let b_k <= a_k - delta, y = a_1 - a_k,
w = e^{-y}. One more value x > g raises g, so g(a) is least when a ends with a_k; and b
has at least one more value, at y + delta or later. With just one, at y + delta,

    e^y (g(a) - g(b)) >= F = (y - h)/(S + w) - (y + delta - h) q / (S + q w).

F falls in h and in S, both largest for the densest shared values, and then rises with
delta at fixed y. So delta = 2 and 2(k-1) <= y remain, a function of y for every k.
"""

from fractions import Fraction

import sympy

from memcap.core.balls import Ball, less
from memcap.core.exact import Number
from memcap.theory.boltzmann.lemmas import OFFSET
from proofs_check.checks.boltzmann.attack import attack, certified
from proofs_check.checks.boltzmann.lemma import (
    BITS,
    DELTA,
    Q_MOST,
    WORST,
    dense,
    factor_box,
    factor_more,
    factor_two,
    first_values_differ,
    mean_excess,
    weakest,
)
from proofs_check.checks.boltzmann.pairs import prefix, segment, sharp
from proofs_check.checks.boltzmann.prefix import PREFIX_STEPS
from proofs_check.methods import identity
from proofs_check.methods.boxes import holds_on
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Check, Level, Method, Outcome, Scope

CLOSE, LATE = (0, -2, -4), (0, -2, -6)  # the pair that attains the best constant
_TAIL = 8


def one_more(y: Ball, total: Ball, h: Ball, delta: Number, q: Ball) -> Ball:
    """F, for one more value of b at y + delta."""
    w = (-y).exp()
    return (y - h) / (total + w) - (y + delta - h) * q / (total + q * w)


def ratio(k: int, y: Ball) -> Ball:
    """F / (y - 0.363) at delta = 2, the densest k-1 values shared."""
    total, h = dense(k - 1, WORST, DELTA)
    return one_more(y, total, h, DELTA, WORST) / (y - OFFSET)


def best_equal() -> Ball:
    """The best constant: the ratio of the pair {0, -2, -4}, {0, -2, -6}."""
    return ratio(3, Ball.of(4, BITS))


def beyond(y: Ball | Number) -> Ball:
    """A lower bound of F / (y - 0.363) at delta = 2, for every k; it rises with y."""
    dense_all = 1 / (1 - WORST)
    w = (-Ball.of(y, BITS)).exp()
    late = 1 + DELTA / (Ball.of(y, BITS) - mean_excess(2, WORST))
    return 1 / (dense_all + w) - late * WORST / dense_all


def falls_in_shared(_: Level) -> Outcome:
    """The signs of dF/dh and dF/dS."""
    y, h, s, d, q, w = sympy.symbols("y h S delta q w", positive=True)
    value = (y - h) / (s + w) - (y + d - h) * q / (s + q * w)
    in_h = identity.holds(
        sympy.diff(value, h), -s * (1 - q) / ((s + w) * (s + q * w)), "dF/dh", low=2
    )
    slope = -(y - h) / (s + w) ** 2 + (y + d - h) * q / (s + q * w) ** 2
    in_s = identity.holds(sympy.diff(value, s), slope, "dF/dS", low=2)
    sign = holds_on(
        lambda q: 1 - 2 * q * (1 + q) ** 2, {"q": (0, Q_MOST)}, "2 q (1 + q)^2 < 1"
    )
    return chain("F falls in h and in S", [in_h, in_s, sign])


def rises_with_delta(_: Level) -> Outcome:
    """The sign of the slope in delta at fixed y, S and h."""
    y, h, s, d, w = sympy.symbols("y h S delta w", positive=True)
    late = (y + d - h) / (s * sympy.exp(d) + w)
    slope = (s * sympy.exp(d) * (1 - (y + d - h)) + w) / (s * sympy.exp(d) + w) ** 2
    found = identity.holds(sympy.diff(late, d), slope, "the slope of the late value")
    # y + delta - h >= 4 - 0.363, and w <= q <= S e^delta: 1 - 3.637 + 1 < 0.
    return chain("F rises with delta", [found, link("4 - 0.363 > 2", 4 - OFFSET > 2)])


def many_later_values(_: Level) -> Outcome:
    """Two or more values of b after a_k: D >= y + 2 delta leaves much to spare."""
    most = best_equal()
    near = Fraction(OFFSET) / 4
    two = holds_on(
        lambda **x: factor_two(**x) - 2 * x["q"] * most, factor_box(2), "k = 2, j >= 2"
    )
    more = holds_on(
        lambda **x: factor_more(**x) * (1 - near) - x["q"] * most * Fraction(3, 2),
        factor_box(3),
        "k >= 3, j >= 2",
    )
    return weakest("Two or more later values", [two, more])


def one_later_value(level: Level) -> Outcome:
    """The ratio against the best constant, k = 2, 3, 4 and all larger y."""
    most, bits = best_equal(), BITS
    links = [
        holds_on(
            lambda y, k=k: ratio(k, y) - most,
            {"y": (2 * (k - 1), _TAIL)},
            f"k = {k}, y up to 8: ratio above the constant",
            precision=bits,
        )
        for k in (2, 4)
    ]
    links.append(
        holds_on(
            _slope,
            {"y": (4, _TAIL)},
            "k = 3, y from 4 to 8: the ratio rises",
            precision=bits,
        )
    )
    beyond_it = link("y >= 8, every k", less(most, beyond(_TAIL)))
    excess = link("h* < 0.363", less(mean_excess(2, WORST), OFFSET))
    return weakest("One later value", [*links, beyond_it, excess])


def _slope(y: Ball) -> Ball:
    """The numerator of the slope of the ratio, k = 3."""
    total, h = dense(2, WORST, DELTA)
    w, q = (-y).exp(), WORST
    first = 1 / (total + w) + (y - h) * w / (total + w) ** 2
    late = y + DELTA - h
    second = q / (total + q * w) + late * q * q * w / (total + q * w) ** 2
    return (first - second) * (y - OFFSET) - one_more(y, total, h, DELTA, q)


def attained(_: Level) -> Outcome:
    """The pair whose ratio is the constant, and the closed form."""
    q = sympy.exp(-2)
    total, gap = 1 + q, 4 - 2 * q / (1 + q)
    closed = gap / (total + q**2) - (gap + 2) * q / (total + q**3)
    value = identity.enclosure(closed / (4 - sympy.Rational(363, 1000)), {})
    pair = certified(sharp(1), CLOSE, LATE)
    same = (pair - best_equal()).contains(0) and best_equal().value.overlaps(value)
    text = f"{best_equal().value.str(12, radius=False)}"
    return chain(
        f"The constant {text} is attained by {{0, -2, -4}}, {{0, -2, -6}}",
        [link("distance over bound is F/(y - 0.363) at y = 4", same)],
    )


def attacks(level: Level) -> Outcome:
    """Search against both constants, a hair below the best ones."""
    hair = 1 - Fraction(1, 10**6)
    equal = attack(sharp(best_equal() * hair, sizes="crossing"), level)
    any_size = attack(prefix((1 - WORST) * hair), level)
    parts = [equal, any_size, attack(segment(), level)]
    return chain("Search against the best constants", parts)


STEPS = (
    Check(
        "largest values differ",
        Method.BALLS,
        Scope.STEP,
        first_values_differ,
        "As in KS23.LemS, where delta - g >= 1.637; the constants here are below 1 and "
        "the peak of (u - 0.363) e^{-u} is e^{-1.363} < 0.26.",
    ),
    Check(
        "two or more later values",
        Method.BALLS,
        Scope.STEP,
        many_later_values,
        "D >= y + 2 delta, so the bound is at most c (y + delta - 0.363) q e^{-y}, "
        "which is at most 2 c q y e^{-y} for k = 2 and 3/2 c q y e^{-y} for k >= 3, "
        "where y >= 4 and y - h >= (1 - 0.363/4) y. The factors of KS23.LemS are "
        "more than that; S0, h, y and delta run over all their values.",
    ),
    Check(
        "shared values",
        Method.ARGUMENT,
        Scope.STEP,
        falls_in_shared,
        "dF/dS < 0 as ((S + w)/(S + q w))^2 <= (1 + q)^2 and (y + delta - h)/(y - h) "
        "<= 2: h = 0 for k = 2, and y >= 2 delta, h < delta for k >= 3. Among k-1 "
        "values delta apart both S and h are largest for the densest: with G the h of "
        "these, (x - G) e^{-x} falls from x = delta >= 1 + G on, so sum (x_i - G) "
        "e^{-x_i} <= 0 over any other choice.",
    ),
    Check(
        "spacing",
        Method.ARGUMENT,
        Scope.STEP,
        rises_with_delta,
        "The late value of F falls with delta at fixed S, h; S and h of the densest "
        "values fall too, since values delta' > delta apart are also delta apart. "
        "(D - delta - 0.363) e^{delta - D} at D = y + delta depends on y alone.",
    ),
    Check(
        "one later value",
        Method.BALLS,
        Scope.STEP,
        one_later_value,
        "b's value at z > y + delta only raises the distance and lowers the bound. "
        "From y = 8 on S <= 1/(1 - q) and h <= h* < 0.363 bound the ratio below for "
        "every k at once. For k = 3 it rises from y = 4 on, where it is the constant.",
    ),
    Check("attained", Method.ARGUMENT, Scope.STEP, attained),
    *PREFIX_STEPS,
    Check("attack", Method.ATTACK, Scope.CASES, attacks),
)
