"""The best constant of KS23.LemS for sets of any sizes: 1 - e^{-2}."""

from fractions import Fraction

import sympy

from memcap.core.balls import Ball, less
from memcap.theory.boltzmann.lemmas import OFFSET
from proofs_check.checks.boltzmann.lemma import (
    BITS,
    DELTA,
    Q_MOST,
    WORST,
    dense,
    mean_excess,
)
from proofs_check.methods import identity
from proofs_check.methods.boxes import holds_on
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Check, Level, Method, Outcome, Scope

_CROSSING = Fraction(708, 1000)  # below the best constant for other pairs


def prefix_constant(_: Level) -> Outcome:
    """Prefixes: (1 - q)(y - h) e^{-y}; and the other pairs have room."""
    room = Ball.of(2, BITS).exp() * _CROSSING * (2 - OFFSET) / (4 - OFFSET)
    peak = Ball.of(-(1 + OFFSET), BITS).exp() * (1 - WORST)
    return chain(
        "The constant 1 - e^-2 for any sizes",
        [
            link("h* < 0.363", less(mean_excess(2, WORST), OFFSET)),
            link("crossing pairs: e^2 c 1.637/3.637 > 1 - e^-2", less(1 - WORST, room)),
            link("step 1: 1.637 > the peak", less(peak, Fraction(1637, 1000))),
        ],
    )


def prefix_limit(_: Level) -> Outcome:
    """Dense grids come arbitrarily close to 1 - e^{-2}, from above."""
    links, best = [], 1 - WORST
    for m in (10, 100, 1000):
        q, y = WORST, Ball.of(2 * (m - 1), BITS)
        total, h = dense(m - 1, q, DELTA)
        value = (y - h) / ((total + (-y).exp()) * (y - OFFSET)) / best - 1
        low, high = less(0, value), less(value, Fraction(1, m))
        excess = f"grid of {m} values: {float(value):.3g} above, relatively"
        links += [link(excess, low), link(f"below 1/{m}", high)]
    return chain("The constant 1 - e^-2 cannot be raised", links)


def in_delta(_: Level) -> Outcome:
    """For prefixes, ((1 - q) D - delta q) e^{-D}: h <= delta q/(1 - q)."""
    q, d = sympy.symbols("q delta", positive=True)
    level = d * q / (1 - q)
    # sum_{i=1}^{oo} (i delta - G) q^i = G at G = delta q/(1-q).
    total = d * q / (1 - q) ** 2 - level * q / (1 - q)
    fixed = identity.holds(total, level, "the level of the endless grid", low=2)
    small = holds_on(
        lambda q: 1 - 2 * q / (1 - q),
        {"q": (0, Q_MOST)},
        "1 + G <= delta",
        precision=BITS,
    )
    return chain("Prefixes, in delta", [fixed, small])


PREFIX_STEPS = (
    Check(
        "any sizes",
        Method.BALLS,
        Scope.STEP,
        prefix_constant,
        "Prefixes: step 3 of KS23.LemS with h <= h* < 0.363 gives (1 - q)(y - 0.363) "
        "e^{-y}, y <= D and q <= e^{-2}. Other pairs: step 4 of KS23.LemS with the new "
        "constants.",
    ),
    Check(
        "any sizes, best",
        Method.ARGUMENT,
        Scope.STEP,
        prefix_limit,
        "The grid {0, 2, ..., 2 (m-1)} against itself without the last value: the "
        "quotient is (y - h)/(y - 0.363) times (1 - q)/(1 - q^m), y = 2 (m - 1), and "
        "both factors tend to 1 and to 1 - q as m grows.",
    ),
    Check(
        "prefixes, in delta",
        Method.ARGUMENT,
        Scope.STEP,
        in_delta,
        "delta - delta q/(1-q) = delta (1 - q/(1-q)) >= 1 because delta >= 2 and "
        "q/(1-q) <= 1/2. So no set delta apart has a larger g than the endless grid, "
        "and (1-q)(y - h) >= (1-q) y - delta q.",
    ),
)
