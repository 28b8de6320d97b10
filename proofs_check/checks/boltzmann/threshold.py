"""The smallest spacing at which the Boltzmann operator tells all finite sets apart.

It is ln(2 + sqrt 3). The hardest pair is ``{0, delta}`` against ``{0, 2 delta, 3 delta,
...}`` (written as distances x = a_1 - a_i): with q = e^{-delta} their g are

    delta q / (1 + q)   and   delta (2 q^2 - q^3) / ((1 - q)(1 - q + q^2)),

and the first exceeds the second exactly where q^2 - 4 q + 1 > 0, q < 2 - sqrt 3.

From there on ``|boltz(a) - boltz(b)| >= D e^{-D}/3``, for sets of one size ``D
e^{-D}/2``, which is more than (ln n)^2 e^{-D}. Below there are sets of one size with
equal Boltzmann values. Notation as in KS23.LemS; t = delta/y, Q_j = q + ... + q^j,
R_j = q + 2 q^2 + ... + j q^j, eta = q/(1-q)^2, so that g <= eta delta.
"""

from fractions import Fraction

import sympy

from memcap.core.balls import Ball, at_most, less
from memcap.core.exact import Number, SquareRoot
from proofs_check.checks.boltzmann.lemma import log_square_slope, weakest
from proofs_check.checks.boltzmann.pairs import BITS
from proofs_check.methods import identity
from proofs_check.methods.boxes import holds_on
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Check, Level, Method, Outcome, Scope

LEAST = (Ball.of(SquareRoot(3), BITS) + 2).log()
Q_MOST = Fraction(2_679_492, 10**7)  # just above 2 - sqrt 3
HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
_Q: tuple[Number, Number] = (0, Q_MOST)


def key_polynomial(_: Level) -> Outcome:
    """f(y) >= G(y + delta), for every y >= delta, exactly where q <= 2 - sqrt 3."""
    q, w, y, d = sympy.symbols("q w y delta", positive=True)
    close = y * w / (1 + w)
    late = w * (y * q / (1 - q) + d * q / (1 - q) ** 2) / (1 + w * q / (1 - q))
    top = y * (1 - 2 * q) * (1 - q) - (1 + w) * d * q
    bottom = (1 - q) ** 2 * (1 + w) * (1 + w * q / (1 - q))
    apart = identity.holds(close - late, w * top / bottom, "f(y) - G(y + delta)", low=2)
    worst = identity.holds(
        top.subs({y: d, w: q}), d * (q**2 - 4 * q + 1), "its numerator at y = delta"
    )
    root = sympy.simplify((2 - sympy.sqrt(3)) * (2 + sympy.sqrt(3))) == 1
    zero = sympy.simplify((q**2 - 4 * q + 1).subs(q, 2 - sympy.sqrt(3))) == 0
    reach = at_most((-LEAST).exp(), Q_MOST, BITS)
    return chain(
        "The hardest pair",
        [
            apart,
            worst,
            link("2 - sqrt 3 = e^-ln(2 + sqrt 3)", bool(root)),
            link("and is the smaller root of q^2 - 4 q + 1", bool(zero)),
            link("0.2679492 > 2 - sqrt 3", reach),
        ],
    )


def largest_values_differ(_: Level) -> Outcome:
    """k = 1: delta (1 - eta) > delta q / 2."""
    return holds_on(lambda q: 1 - q / (1 - q) ** 2 - q / 2, {"q": _Q}, "1 - eta > q/2")


def third_value(_: Level) -> Outcome:
    """k = 2, a has three values or more: (1 - q/2)/(1 + q + q^2) > 1/2."""
    f, x, w = sympy.symbols("f x w", positive=True)
    value = (x - f) / ((1 + w) * sympy.exp(x) + 1)
    top = (1 + w) * sympy.exp(x) * (1 + f - x) + 1
    slope = identity.holds(
        sympy.diff(value, x), top / ((1 + w) * sympy.exp(x) + 1) ** 2, "the slope in x"
    )
    room = holds_on(
        lambda q: (1 - q / 2) / (1 + q + q**2) - HALF, {"q": _Q}, "the factor of D"
    )
    return weakest("Three values or more", [slope, room])


def two_against_two(_: Level) -> Outcome:
    """k = 2, n = 2: 1/(1+q) - q - 2 q/(1+q^2) > 0."""
    w, t = sympy.symbols("w t", positive=True)
    q = sympy.Symbol("q", positive=True)
    margin = 1 / (1 + w) - (1 + t) * q * (sympy.Rational(1, 2) + 1 / (1 + w * q))
    slope = identity.holds(
        sympy.diff(margin.subs(t, 1), w),
        -1 / (1 + w) ** 2 + 2 * q**2 / (1 + w * q) ** 2,
        "the slope in w",
    )
    sign = holds_on(lambda q: 1 - 2 * q**2 * (1 + q) ** 2, {"q": _Q}, "its sign")
    room = holds_on(
        lambda q: 1 / (1 + q) - q - 2 * q / (1 + q**2), {"q": _Q}, "its least value"
    )
    return weakest("Two values against two", [slope, sign, room])


def two_against_many(_: Level) -> Outcome:
    """k = 2, a = {0, y}: what is left for D e^{-D}/3, at q = 2 - sqrt 3, every j."""
    q, j = sympy.symbols("q j", positive=True)
    tail = q**j
    many = (q - q * tail) / (1 - q)
    moment = (q - (j + 1) * q * tail + j * q**2 * tail) / (1 - q) ** 2
    # For whole j these are Q_j and R_j: difference and start.
    steps = [
        identity.holds(many - many.subs(j, j - 1), tail, "Q_j - Q_{j-1}", low=2),
        identity.holds(
            moment - moment.subs(j, j - 1), j * tail, "R_j - R_{j-1}", low=2
        ),
        identity.holds(many.subs(j, 1) + moment.subs(j, 1), 2 * q, "at j = 1", low=2),
    ]
    left = (1 - many) / (1 + q) - moment
    split = (q**2 - 4 * q + 1) / ((1 - q) ** 2 * (1 + q)) + tail * (
        q / ((1 - q) * (1 + q)) + q / (1 - q) ** 2 + j * q / (1 - q)
    )
    steps.append(identity.holds(left, split, "what is left", low=2))
    root = 2 - sympy.sqrt(3)
    third = (1 + q**2 / (1 - q)) / 3 - q / (1 - q)
    same = sympy.simplify(third.subs(q, root)) == 0
    steps.append(link("(1 + q^2/(1-q))/3 = q/(1-q) at 2 - sqrt 3", bool(same)))
    at = sympy.simplify((1 / (1 + q) + 1 / (1 - q) - 1).subs(q, root))
    positive = bool(identity.enclosure(at, {}) > 0)
    steps.append(link("1/(1+q) + 1/(1-q) > 1", positive))
    return chain("Two values against many", steps)


def one_later(q: Ball, t: Ball) -> Ball:
    """k >= 3: a lower bound of e^y (g(a) - g(b))/y, b with one later value."""
    kept = 1 - q * t / (1 - q) ** 2  # (y - h)/y
    return (1 - q) * (kept / (1 + q**2) - q * (kept + t))


def more_later(q: Ball, t: Ball) -> Ball:
    """The same, b with two later values or more."""
    kept = 1 - q * t / (1 - q) ** 2
    late = kept * q / (1 - q) + t * q / (1 - q) ** 2
    return (1 - q) * (kept / (1 + q**2) - late)


def later_difference(_: Level) -> Outcome:
    """k >= 3: one later value of b, or two and more, against D e^{-D}/2."""

    def one(q: Ball, t: Ball) -> Ball:
        return one_later(q, t) - q * (1 + t) / 2

    def more(q: Ball, t: Ball) -> Ball:
        return more_later(q, t) - q**2 * (1 + 2 * t) / 2

    box = {"q": _Q, "t": (0, HALF)}
    return weakest(
        "A difference at the third value or later",
        [holds_on(one, box, "one later value"), holds_on(more, box, "two and more")],
    )


def top_segments(_: Level) -> Outcome:
    """b a top segment of a: at least D e^{-D}/2."""
    two = holds_on(lambda q: 1 / (1 + q) - HALF, {"q": _Q}, "k = 2")
    more = holds_on(
        lambda q: (1 - q) * (1 - q / (1 - q) ** 2 / 2) - HALF, {"q": _Q}, "k >= 3"
    )
    return weakest("Top segments", [two, more])


def above_published(_: Level) -> Outcome:
    """n delta / 2 > (ln n)^2: 4/e^2 < ln(2 + sqrt 3)/2."""
    peak = Ball.of(-2, BITS).exp() * 4
    return chain(
        "More than (ln n)^2 e^(-D)",
        [log_square_slope(), link("4/e^2 < delta/2", less(peak, LEAST / 2))],
    )


STEPS = (
    Check(
        "hardest pair",
        Method.IDENTITY,
        Scope.STEP,
        key_polynomial,
        "k = 2. f(y) = y e^{-y}/(1 + e^{-y}) is the least g of a set {0, y, ...}, G(z) "
        "the g of {0, z, z + delta, ...}. The numerator rises with y and falls with w "
        "= e^{-y} <= q, so y = delta, w = q is the worst case. With lambda = f(y) <= "
        "1/e: (x - lambda) e^{-x} falls from x = 2 delta on, so for values u_i >= v_i "
        ":= y + i delta of b, S_b (lambda - g(b)) = lambda - sum (u_i - lambda) "
        "e^{-u_i} >= lambda - sum (v_i - lambda) e^{-v_i}, over as many terms or over "
        "all.",
    ),
    Check(
        "k = 1",
        Method.BALLS,
        Scope.STEP,
        largest_values_differ,
        "g <= sum i delta q^i = eta delta, so the distance is at least delta (1 - "
        "eta); and D e^{-D} <= delta q, as D >= delta > 1.",
    ),
    Check(
        "k = 2, three values",
        Method.BALLS,
        Scope.STEP,
        third_value,
        "g(a) - f(y) >= (X - f) e^{-X}/(1 + w + e^{-X}) for a third value at X, and "
        "this falls with X: X - f >= 2.6 - 0.4 > 2. So it is at least its value at D; "
        "f <= delta q <= q D/2. By the hardest pair f(y) >= g(b).",
    ),
    Check(
        "k = 2, n = 2",
        Method.BALLS,
        Scope.STEP,
        two_against_two,
        "f(y) - f(z) - z e^{-z}/2 rises with z, so z = y + delta; divided by y w it is "
        "1/(1+w) - (1+t) q (1/2 + 1/(1 + w q)), which falls with t <= 1 and with w <= "
        "q.",
    ),
    Check(
        "k = 2, two against many",
        Method.IDENTITY,
        Scope.STEP,
        two_against_many,
        "S_b (lambda - g(b)) - (1/3) D e^{-D} S_b, divided by y w, is at least (1 - "
        "Q_j)/(1 + w) - t R_j - (1/3)(1 + j t) q^j (1 + w Q_j), as D >= y + j delta. "
        "It falls with w, t and q, so w = q, t = 1, q = 2 - sqrt 3. There it is at "
        "least q^j q times 1/(1 - q^2) + 1/(1-q)^2 - 1/(1-q) > 0.",
    ),
    Check(
        "k >= 3",
        Method.BALLS,
        Scope.STEP,
        later_difference,
        "t <= 1/2, w <= q^2, h <= eta delta, 1 <= S0 <= 1/(1-q). Later values of a "
        "only raise g(a); b has one later value, D >= y + delta, or its terms are "
        "bounded by the endless series and D >= y + 2 delta. D e^{-D} falls with D.",
    ),
    Check(
        "top segments",
        Method.BALLS,
        Scope.STEP,
        top_segments,
        "(y - h)/(S0 + w) >= y/(1 + q) for k = 2 and >= (1-q)(1 - eta/2) y for k >= 3.",
    ),
    Check(
        "above the published bound",
        Method.ARGUMENT,
        Scope.STEP,
        above_published,
        "n + 1 values need D >= n delta, and (ln n)^2/n is at most 4/e^2.",
    ),
)
