"""For every n, the smallest delta at which the bound of KS23.Lem1 holds.

Call it delta_n. For n >= 3 it is -ln q_n, q_n the root in (0, 1) of

    P_n(q) = Q_{n-1} + (1 + q) R_{n-1} - 1,

with Q_j = q + ... + q^j and R_j = q + 2 q^2 + ... + j q^j,

the value of q at which {0, delta} and {0, 2 delta, ..., n delta} have one g. It rises
with n to ln(2 + sqrt 3), which settles all larger delta. For n = 2 it is where
``e^{2 delta} (f(delta) - f(2 delta)) = (ln 2)^2``, f(x) = x/(e^x + 1). Notation as in
the threshold's file.
"""

from fractions import Fraction

import sympy

from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import Number
from proofs_check.checks.boltzmann.attack import attack, certified
from proofs_check.checks.boltzmann.below import equal_values
from proofs_check.checks.boltzmann.lemma import weakest
from proofs_check.checks.boltzmann.pairs import BITS, published
from proofs_check.checks.boltzmann.threshold import (
    HALF,
    LEAST,
    Q_MOST,
    STEPS,
    more_later,
    one_later,
)
from proofs_check.methods import identity
from proofs_check.methods.boxes import holds_on
from proofs_check.methods.chain import chain, link
from proofs_check.methods.crossing import crossing
from proofs_check.statement import Answer, Check, Level, Method, Outcome, Scope

PEAK = Ball.of(-2, BITS).exp() * 4  # (ln n)^2 <= 4 n/e^2
_LEAST_3, _LEAST_4 = Fraction(121, 100), Fraction(128, 100)
_Q3, _Q4 = Fraction(2972, 10**4), Fraction(276, 10**3)
_DECIMALS = 10**6
Bracket = tuple[Fraction, Fraction]


def polynomial(n: int, q: Ball | Number) -> Ball | Number:
    """P_n(q)."""
    many = sum((q**i for i in range(2, n)), q)
    moment = sum((q**i * i for i in range(2, n)), q)
    return many + (1 + q) * moment - 1


def two_values(delta: Ball) -> Ball:
    """e^{2 delta} (f(delta) - f(2 delta)) - (ln 2)^2."""
    q = (-delta).exp()
    apart = delta / (q * (1 + q)) - 2 * delta / (1 + q**2)
    return apart - Ball.of(2, BITS).log() ** 2


def bracket(n: int) -> Bracket:
    """Two rationals a millionth apart between which delta_n certainly lies."""

    def signed(delta: Number) -> Ball:
        if n == 2:
            return two_values(Ball.of(delta, BITS))
        return -Ball.of(polynomial(n, Ball.of(-delta, BITS).exp()), BITS)

    found = crossing(signed, 1, 2, bits=60)
    assert found is not None
    low = Fraction(int(found.middle * _DECIMALS), _DECIMALS)
    return low, low + Fraction(1, _DECIMALS)


def brackets(level: Level) -> Outcome:
    """delta_n for small n: the signs at both ends, and a pair that fails below."""
    links = []
    for n in range(2, level.pick(7, 11)):
        low, high = bracket(n)
        ends = [Ball.of(x, BITS) for x in (low, high)]
        if n == 2:
            signs = [less(two_values(ends[0]), 0), less(0, two_values(ends[1]))]
            ratio = certified(published(low), (0, -low), (0, -2 * low))
            signs.append(less(ratio, 1))
        else:
            values = [polynomial(n, (-end).exp()) for end in ends]
            signs = [less(0, values[0]), less(values[1], 0)]
            found = equal_values(low, n)
            signs.append(Truth.UNDECIDED if found is None else Truth.TRUE)
        text = f"delta_{n} between {float(low):.6f} and {float(high):.6f}"
        links += [link(text, sign) for sign in signs]
    done = chain("The smallest delta", links)
    if done.answer is not Answer.HOLDS:
        return done
    told = " ".join(dict.fromkeys(one.sentence for one in links))
    return Outcome(Answer.HOLDS, told, len(links))


def ranges(_: Level) -> Outcome:
    """q_3 < 0.2972, delta_3 > 1.21; q_4 < 0.276, delta_4 > 1.28."""
    exact = [
        link("P_3(0.2972) > 0", bool(polynomial(3, _Q3) > 0)),
        link("P_4(0.276) > 0", bool(polynomial(4, _Q4) > 0)),
    ]
    for least, most in ((_LEAST_3, _Q3), (_LEAST_4, _Q4)):
        inside = less(least, -Ball.of(most, BITS).log())
        exact.append(link(f"-ln {float(most)} > {float(least)}", inside))
    return chain("Where q_n and delta_n lie", exact)


def hardest_pair(_: Level) -> Outcome:
    """f(y) >= g(b) for b = {0, y + delta, ..., y + j delta}: (1-Q)/(1+w) >= t R."""
    q, w, t, many, moment = sympy.symbols("q w t Q R", positive=True)
    close = w / (1 + w)
    late = w * (many + t * moment) / (1 + w * many)
    top = (1 - many) / (1 + w) - t * moment
    apart = identity.holds(close - late, w * top / (1 + w * many), "(f(y) - g(b))/y")
    worst = identity.holds(
        ((1 - many) - (1 + w) * moment).subs(w, q),
        -(many + (1 + q) * moment - 1),
        "it is -P_n at y = delta",
    )
    endless = q / (1 - q) + (1 + q) * q / (1 - q) ** 2 - 1
    limit = identity.holds(
        endless, -(q**2 - 4 * q + 1) / (1 - q) ** 2, "the limit of P_n", low=2
    )
    return chain("The hardest pair of n values", [apart, worst, limit])


def first_or_second(_: Level) -> Outcome:
    """k = 1 and k = 2 against (ln n)^2, n >= 3."""
    peak, box = PEAK, {"q": (Fraction(1, 4), _Q3)}

    def first(q: Ball) -> Ball:
        return _LEAST_3 * (1 - q / (1 - q) ** 2) - peak * 3 * q**3

    def second(q: Ball) -> Ball:
        return _LEAST_3 * (1 - q / 3) / (1 + q + q**2) - peak

    return weakest(
        "First or second values differ",
        [holds_on(first, box, "k = 1"), holds_on(second, box, "k = 2")],
    )


def third_or_later(_: Level) -> Outcome:
    """k >= 3 against (ln n)^2."""

    def one(q: Ball, t: Ball) -> Ball:
        return one_later(q, t) - q * Fraction(65, 100) / _LEAST_3

    def more(q: Ball, t: Ball) -> Ball:
        return more_later(q, t) - 2 * PEAK * q**2 / _LEAST_4

    start, half = Fraction(1, 4), (0, HALF)
    links = [
        holds_on(one, {"q": (start, _Q3), "t": half}, "one later value"),
        holds_on(more, {"q": (start, _Q4), "t": half}, "two and more, n >= 4"),
    ]
    for n in (3, 4, 5):
        share = Ball.of(n, BITS).log() ** 2 / (n - 1)
        links.append(link(f"(ln {n})^2/{n - 1} < 0.65", less(share, Fraction(65, 100))))
    links.append(link("6/5 * 4/e^2 < 0.65", less(PEAK * 6 / 5, Fraction(65, 100))))
    return weakest("Third or later values differ", links)


def sets_of_two(_: Level) -> Outcome:
    """n = 2, from delta_2 up to ln(2 + sqrt 3)."""
    low, high = bracket(2)
    y, d, q = sympy.symbols("y delta q", positive=True)
    w = sympy.exp(-y)
    value = y / (q * (1 + w)) - (y + d) / (1 + w * q)
    slope = 1 / (q * (1 + w)) + y * w / (q * (1 + w) ** 2)
    slope -= 1 / (1 + w * q) + (y + d) * w * q / (1 + w * q) ** 2
    rises = identity.holds(sympy.diff(value, y), slope, "the slope in y")
    q_most = (-Ball.of(low, BITS)).exp()
    least = 1 / (q_most * (1 + q_most)) - 1 - Ball.of(-1, BITS).exp()
    first = Ball.of(low, BITS) - Ball.of(-1, BITS).exp() - q_most**2
    end = Fraction(132, 100)
    return weakest(
        "n = 2",
        [
            rises,
            link("1/(q (1 + q)) > 1 + 1/e", less(0, least)),
            link("k = 1: delta - 1/e > q^2", less(0, first)),
            link("1.32 > ln(2 + sqrt 3)", less(LEAST, end)),
            holds_on(
                two_values,
                {"delta": (high, end)},
                f"more than (ln 2)^2 from {float(high):.6f} to 1.32",
                precision=BITS,
            ),
        ],
    )


def attacks(level: Level) -> Outcome:
    """Just above delta_2, delta_3 and delta_4 among sets of so many values."""
    links = []
    for n in (2, 3, 4):
        least = bracket(n)[1]
        links.append(attack(published(least).among(n), level))
    return chain("Search just above the smallest delta", links)


def reach(_: Level) -> Outcome:
    """2 - sqrt 3 > 1/4, so that the boxes start below every q in question."""
    return link("e^-ln(2 + sqrt 3) > 1/4", less(Fraction(1, 4), (-LEAST).exp()))


LEAST_STEPS = (
    *STEPS,
    Check(
        "ranges",
        Method.BALLS,
        Scope.STEP,
        lambda level: chain("Ranges", [ranges(level), reach(level)]),
        "P_n grows with n and with q, so q_n falls to 2 - sqrt 3, where the limit of "
        f"P_n vanishes; delta >= ln(2 + sqrt 3) (q < {Q_MOST}) is settled by the steps "
        "above, so q lies between 1/4 and q_3, or q_4 for n >= 4.",
    ),
    Check(
        "hardest pair of n values",
        Method.IDENTITY,
        Scope.STEP,
        hardest_pair,
        "j = n - 1, t <= 1 and w <= q. For q <= q_n it is >= 0; for q > q_n it is "
        "negative at y = delta, and stretching b finds n-sets with equal values.",
    ),
    Check(
        "k <= 2, n >= 3",
        Method.BALLS,
        Scope.STEP,
        first_or_second,
        "(ln n)^2 e^{-D} <= (4/e^2) n q^n, at most 3 q^3 times 4/e^2. For k = 2 a "
        "third value of a gives (D - f)/(1 + q + q^2) e^{-D}, f <= delta q, D >= n "
        "delta.",
    ),
    Check(
        "k >= 3, n >= 3",
        Method.BALLS,
        Scope.STEP,
        third_or_later,
        "As above, with (ln n)^2 e^{y-D}/y on the right. One later value, k = n: y >= "
        "(n - 1) delta and (ln n)^2/(n - 1) < 0.65. j >= 2: (ln n)^2 q^j/((n - j) "
        "delta) <= (4/e^2) q^j (2 + j)/(2 delta) <= (4/e^2) 2 q^2/delta.",
    ),
    Check(
        "n = 2",
        Method.BALLS,
        Scope.STEP,
        sets_of_two,
        "e^z (f(y) - f(z)) rises with z where f falls, so z = y + delta; the slope in "
        "y is at least 1/(q (1 + q)) - 1 - 1/e > 0, so y = delta.",
    ),
    Check("smallest delta", Method.BALLS, Scope.STEP, brackets),
    Check("attack", Method.ATTACK, Scope.CASES, attacks),
)
