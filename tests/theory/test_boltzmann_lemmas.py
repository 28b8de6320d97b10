"""The constants of the proof of KS23.LemS in balls, and the calculators' manners."""

from fractions import Fraction

import pytest
import sympy
from flint import arb, ctx

from memcap.core.balls import Ball, Truth, at_most, less
from memcap.core.errors import HypothesisError, UndecidedError, UnknownNameError
from memcap.core.exact import SquareRoot
from memcap.theory.boltzmann import Separation, separation
from memcap.theory.boltzmann.lemmas import DIFFERENT_FACTOR, EQUAL_FACTOR, OFFSET
from memcap.theory.bounds import get

BITS = 128
WORST = Ball.of(-2, BITS).exp()  # q at delta = 2


def mean_excess(delta, q):
    """h*, the largest g: delta q / (1-q)^2."""
    return delta * q / (1 - q) ** 2


def factor_of_two(q):
    """Step 2 with k = 2: (1-q) - q/(1-q) - q/(1-q)^2."""
    return (1 - q) - q / (1 - q) - q / (1 - q) ** 2


def factor_of_more(q):
    """Step 2 with k >= 3, h*/delta = q/(1-q)^2 put in."""
    rest = q / (1 - q) + q / (1 - q) ** 2 / (2 - q / (1 - q) ** 2)
    return (1 - q) * (1 / (1 + q**2 / (1 - q)) - rest)


def certainly(truth):
    return truth is Truth.TRUE


def between(low, ball, high):
    return certainly(less(low, ball)) and certainly(less(ball, high))


def test_constants_at_the_smallest_delta():
    excess = mean_excess(2, WORST)
    assert between(Fraction(36202, 10**5), excess, Fraction(36204, 10**5))
    assert between(Fraction(5271, 10**4), factor_of_two(WORST), Fraction(5272, 10**4))
    assert between(Fraction(6253, 10**4), factor_of_more(WORST), Fraction(6254, 10**4))
    assert between(Fraction(8646, 10**4), 1 - WORST, Fraction(8647, 10**4))
    # What the statement uses is on the safe side of each.
    assert certainly(less(excess, OFFSET))
    assert certainly(less(EQUAL_FACTOR, factor_of_two(WORST)))
    assert certainly(less(EQUAL_FACTOR, factor_of_more(WORST)))
    assert certainly(less(DIFFERENT_FACTOR, 1 - WORST))


def test_factors_fall_as_q_grows():
    q = sympy.Symbol("q")
    whole, pieces = arb("0.1354"), 64  # e^-2 = 0.13533...
    for factor in (factor_of_two, factor_of_more):
        slope = sympy.lambdify(q, sympy.diff(factor(q), q), modules="math")
        with ctx.workprec(BITS):
            for i in range(pieces):
                middle = whole * (2 * i + 1) / (2 * pieces)
                piece = arb(middle.mid(), whole / pieces)
                assert slope(piece) < 0


def test_excess_falls_as_delta_grows():
    # d ln(h*) / d delta = 1/delta - 1 - 2q/(1-q), at most 1/2 - 1 for delta >= 2.
    delta = sympy.Symbol("delta", positive=True)
    log = sympy.log(mean_excess(delta, sympy.exp(-delta)))
    q = sympy.exp(-delta)
    claimed = 1 / delta - 1 - 2 * q / (1 - q)
    assert sympy.simplify(sympy.diff(log, delta) - claimed) == 0


def test_step_one_is_never_the_worst():
    first = 2 - mean_excess(2, WORST)
    peak = Ball.of(-(1 + OFFSET), BITS).exp()  # of (u - 0.363) e^-u, at u = 1.363
    assert certainly(less(Fraction(1637, 1000), first))
    assert certainly(less(EQUAL_FACTOR * peak, Fraction(134, 1000)))
    assert certainly(less(DIFFERENT_FACTOR * peak, Fraction(221, 1000)))


def test_step_two_is_an_identity():
    s0, s1, t0, t1 = sympy.symbols("S0 S1 T0 T1", positive=True)
    h = s1 / s0
    assert sympy.simplify((s1 + t1) / (s0 + t0) - h - (t1 - h * t0) / (s0 + t0)) == 0
    # The geometric tail from y + delta on, divided by e^-y.
    q, y, delta, j = sympy.symbols("q y delta j", positive=True)
    tail = (y * q / (1 - q)) + delta * q / (1 - q) ** 2
    series = sympy.series(tail, q, 0, 6).removeO()
    partial = sum((y + i * delta) * q**i for i in range(1, 6))
    assert sympy.expand(series - partial) == 0


def test_step_four_the_first_bound_is_twice_the_second():
    # The quotient rises with D from D = 2 delta on, and there with delta.
    ratio = (EQUAL_FACTOR / DIFFERENT_FACTOR) * (2 - OFFSET) / (4 - OFFSET)
    assert certainly(less(2, Ball.of(2, BITS).exp() * ratio))


def test_the_published_bound_follows():
    factor = Ball.of(2, BITS).exp() * EQUAL_FACTOR
    for n in range(2, 200):
        least = factor * (2 * n - 2 - OFFSET)
        assert certainly(less(Ball.of(n, BITS).log() ** 2, least))
    # Beyond: the left side grows by at most 2/e per step, the right by 7.6.
    assert certainly(less(Fraction(76, 10), factor * 2))


def test_the_calculators_give_the_formulas():
    found = separation(n=3, r=10, delta=Fraction(11, 2), version="published")
    claimed = Ball.of(3, BITS).log() ** 2 * Ball.of(-20, BITS).exp()
    assert (found.bound - claimed).contains(0)
    assert found.ref.id == "KS23.Lem1" and found.spread == 20
    sharp = separation(spread=10, delta=2)
    claimed = Ball.of(-8, BITS).exp() * Fraction(52, 100) * Fraction(7637, 1000)
    assert (sharp.bound - claimed).contains(0) and sharp.holds is Truth.TRUE
    prefix = separation(r=5, delta=2, sizes="different")
    claimed = Ball.of(-10, BITS).exp() * Fraction(86, 100) * Fraction(9637, 1000)
    assert (prefix.bound - claimed).contains(0) and prefix.ref.id == "KS23.LemS"


def test_bounds_beyond_every_float():
    found = separation(r=10**9, delta=2, precision=64)
    assert float(found.ln_bound) == pytest.approx(2 - 2e9 + 20.76, abs=0.1)
    assert certainly(less(0, found.bound))
    relative = found.bound.value.rad() / found.bound.value.mid()
    assert relative < arb(2) ** -60


def test_separation_of_contexts_uses_the_same_numbers():
    inputs = dict(vocab=3, dim=2, length=2, eps=1, r_min=1, r=1)
    for name, version in (("KS23.Thm2", "published"), ("KS23.Thm2s", "sharp")):
        kappa = get(f"{name}.kappa")(**inputs).ball(BITS)
        spacing = Ball.of(2, BITS).log() * 2 + 4 if version == "published" else 2
        part = separation(n=2, r=kappa, delta=spacing, version=version, precision=BITS)
        whole = part.ln_bound - (kappa * 4).log()
        assert (whole - get(f"{name}.ln_delta")(**inputs).ball(BITS)).contains(0)


def test_spacing_may_be_a_root_or_a_ball():
    assert separation(r=20, delta=SquareRoot(5)).holds is Truth.TRUE
    near = Ball.of(2) + Ball.pi() - Ball.pi()
    found = separation(r=20, delta=near)
    assert isinstance(found, Separation) and found.holds is Truth.UNDECIDED
    with pytest.raises(UndecidedError, match="delta >= 2, which is undecided"):
        _ = found.bound


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (dict(delta=Fraction(199, 100), r=9), "delta >= 2, but delta = 199/100"),
        (dict(delta=5, n=3, r=99, version="published"), r"delta > 2 ln n \+ 3"),
        (dict(delta=9, r=99, version="published"), "n, the entries of a set"),
        (dict(delta=9, n=1, r=99), "an integer n >= 2"),
        (dict(delta=2, n=5, r=4), "6 values at least delta = 2 apart"),
        (dict(delta=2, n=5, r=3, sizes="different"), "5 values at least"),
        (dict(delta=2), "one of r and spread, but neither was given"),
        (dict(delta=2, r=3, spread=6), "both were given"),
        (dict(delta=2, r=-3), "r > 0"),
        (dict(delta=9, n=2, r=99, version="published", sizes="different"), "one size"),
    ],
)
def test_refusals(inputs, words):
    with pytest.raises(HypothesisError, match=words):
        separation(**inputs)


def test_the_edge_of_each_condition():
    assert separation(delta=2, n=5, r=5).holds is Truth.TRUE
    edge = Ball.of(4, BITS).log() * 2 + 3
    low, high = Fraction(57725, 10**4), Fraction(57726, 10**4)
    assert certainly(at_most(low, edge)) and certainly(less(edge, high))
    with pytest.raises(HypothesisError):
        separation(delta=low, n=4, r=20, version="published")
    assert separation(delta=high, n=4, r=20, version="published").holds is Truth.TRUE
    low, high = Fraction(1316957, 10**6), Fraction(1316958, 10**6)
    assert separation(delta=high, spread=20, version="threshold").holds is Truth.TRUE
    with pytest.raises(HypothesisError, match="ln\\(2 \\+ sqrt 3\\)"):
        separation(delta=low, spread=20, version="threshold")


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="published, sharp, threshold"):
        separation(delta=3, r=9, version="other")  # pyright: ignore
    with pytest.raises(UnknownNameError, match="equal or different"):
        separation(delta=3, r=9, sizes="other")  # pyright: ignore
