"""The rows on the Boltzmann operator: verdicts, planted false variants, witnesses."""

from fractions import Fraction
from functools import cache
from math import exp, log, sqrt

import numpy as np
import pytest

from memcap.core.balls import Ball, Truth, less
from memcap.theory.boltzmann import operator_ball, smallest_gap
from proofs_check.checks.boltzmann import (
    below,
    definition,
    lemma,
    route,
    threshold,
    tight,
)
from proofs_check.checks.boltzmann import least as least_spacing
from proofs_check.checks.boltzmann.attack import attack
from proofs_check.checks.boltzmann.pairs import (
    BITS,
    distance,
    linear,
    nested,
    pair,
    prefix,
    published,
    segment,
    sharp,
    smaller,
    spacing,
    spread,
)
from proofs_check.statement import Answer, Level, Method, Verdict, verdict
from proofs_check.statements.ks23_boltzmann import STATEMENTS
from tests.proofs_check.verdicts import assert_verdict, outcomes

ROWS = {statement.id: statement for statement in STATEMENTS}


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_proved(name):
    assert_verdict(name, "PROVED")


def test_every_inequality_is_attacked():
    for name, row in ROWS.items():
        attacked = any(check.method is Method.ATTACK for check in row.checks)
        assert attacked or name == "KS23.DefBoltz"


def plainly(values):
    """boltz in floats, straight from the definition."""
    a = np.array([float(x) for x in values])
    return float((a * np.exp(a)).sum() / np.exp(a).sum())


def test_a_pair_is_two_descending_sets_with_largest_value_0():
    sets = pair([5, 1], [3, 1])
    assert sets == ((0, -4), (-2, -4))
    assert spread(sets) == 4 and spacing(sets) == 2 and not nested(sets)
    assert nested(pair([0, -2], [0, -2, -5]))
    gap = abs(plainly([5, 1]) - plainly([3, 1]))
    assert float(distance(sets)) == pytest.approx(gap, rel=1e-12)


def test_smaller_pairs_stay_pairs_of_different_sets():
    for a, b in smaller(pair([0, -3, -6], [0, Fraction(-13, 4), -8])):
        assert a and b and set(a) != set(b) and max(*a, *b) == 0
        assert spacing((a, b)) > 0


FALSE_CLAIMS = {
    "0.52 raised by 38 %": sharp(Fraction(72, 100)),
    "0.709 just above the best constant": sharp(Fraction(709, 1000)),
    "0.86 raised to 1": prefix(1),
    "delta >= 1 for delta >= 2, one size": sharp(least=1),
    "delta >= 1 for delta >= 2, any sizes": prefix(least=1),
    "e^delta kept for sets of different sizes": sharp(sizes="any"),
    "Lemma 1 from delta >= 1/2 on": published(Fraction(1, 2)),
    "Lemma 1 from delta >= 1 on": published(Fraction(1)),
    "Lemma 1 from delta >= 13/10 on": published(Fraction(13, 10)),
    "1 % more for top segments": segment(Fraction(101, 100)),
    "1/2 instead of 1/3 for any sizes": linear(Fraction(1, 2), threshold.LEAST, "any"),
    "D e^{-D}/2 from delta >= 1.3 on": linear(
        Fraction(1, 2), Fraction(13, 10), "equal"
    ),
}


@cache
def attacked(what):
    return attack(FALSE_CLAIMS[what])


@pytest.mark.parametrize("what", FALSE_CLAIMS)
def test_planted_false_variants_are_refuted(what):
    claim, found = FALSE_CLAIMS[what], attacked(what)
    assert found.answer is Answer.FAILS
    a, b = (
        [Fraction(x) for x in found.counterexample[name].strip("{}").split(",")]
        for name in "ab"
    )
    # Once more, with nothing of the search but the two sets.
    values = sorted({*a, *b})
    delta = min(y - x for x, y in zip(values, values[1:], strict=False))
    width, n = values[-1] - values[0], max(len(a), len(b))
    least = claim.least(n)
    assert less(delta, least) is not Truth.TRUE
    gap = smallest_gap([a, b], precision=256).value
    bound = Bounds(width, delta, n).of(claim) * Ball.of(-width, BITS).exp()
    assert less(gap, bound) is Truth.TRUE


class Bounds:
    """e^D times a bound, from the numbers alone."""

    def __init__(self, width, delta, n):
        self.numbers = width, delta, n

    def of(self, claim):
        class Plain:
            of = staticmethod(lambda value: Ball.of(value, BITS))
            exp = staticmethod(lambda value: Ball.of(value, BITS).exp())
            log = staticmethod(lambda value: Ball.of(value, BITS).log())

        return claim.bound(*self.numbers, Plain)


def test_the_smallest_counterexamples_to_a_weaker_condition():
    for least, b in (("1/2", "{0, -1}"), ("1", "{0, -2}")):
        found = attacked(f"Lemma 1 from delta >= {least} on")
        assert found.counterexample["a"] == f"{{0, -{least}}}"
        assert found.counterexample["b"] == b
    told = outcomes("KS23.Lem1")["what fails below the condition"].sentence
    for n in (2, 3, 4, 5):
        assert f"n = {n}" in told


def test_minima_of_the_search():
    one_size = outcomes("KS23.LemS")["attack on one size"].margin
    any_size = outcomes("KS23.LemS")["attack on any sizes"].margin
    assert one_size == "1.3617 x bound"
    assert 1.0054 < float(any_size.split()[0]) < 1.011


@pytest.mark.parametrize(
    ("shape", "offset"), [("falls", Fraction(1, 2)), ("concave", Fraction(3, 2))]
)
def test_planted_offsets_are_refuted(shape, offset):
    found = route.attack(shape, offset)
    assert found.answer is Answer.FAILS
    entries = [Fraction(x) for x in found.counterexample["a"].strip("()").split(",")]
    at = Fraction(found.counterexample["entry"])
    assert float(max(entries) - at) > log(len(entries)) + float(offset)
    i, step = entries.index(at), Fraction(1, 2**12)

    def moved(by):
        changed = [x + by * step if j == i else x for j, x in enumerate(entries)]
        return operator_ball(changed, 256)

    if shape == "falls":
        assert less(moved(-1), moved(1)) is Truth.TRUE
    else:
        assert less(moved(0) * 2, moved(-1) + moved(1)) is Truth.TRUE


def test_concave_below_two_is_not_refuted():
    assert route.attack("concave", 2).answer is Answer.HOLDS


def test_constants_too_large_break_the_steps_too():
    factors = lemma.factors(Level.DEFAULT, Fraction(53, 100))
    assert factors.answer is Answer.FAILS
    q = Fraction(factors.counterexample["q"])
    assert 0 < q < Fraction(1_353_353, 10**7)
    prefixes = lemma.top_segment(Level.DEFAULT, Fraction(865, 1000))
    assert prefixes.answer is Answer.FAILS


def test_a_wrong_derivative_is_refuted():
    from proofs_check.methods import identity

    x, p = definition.X, definition.P
    value, logs = definition.BOLTZ, definition.LOG_SUM
    wrong = p * (1 + x - logs - definition.ENTROPY)
    found = identity.holds(value.diff(x), wrong, "H with the other sign")
    assert found.answer is Answer.FAILS


def test_the_best_constant_is_the_ratio_of_its_pair():
    best = tight.best_equal()
    gap = abs(plainly([0, -2, -4]) - plainly([0, -2, -6]))
    assert float(best) == pytest.approx(gap / ((6 - 2 - 0.363) * exp(-4)), rel=1e-12)
    assert less(Fraction(70808, 10**5), best) is Truth.TRUE
    assert less(best, Fraction(70809, 10**5)) is Truth.TRUE


def test_random_sets_at_the_smallest_spacing():
    rng, delta = np.random.default_rng(8), log(2 + sqrt(3))
    for _ in range(3000):
        points = int(rng.integers(2, 9))
        gaps = delta + (rng.random(points - 1) < 0.4) * rng.exponential(1.0, points - 1)
        x = -np.concatenate([[0.0], np.cumsum(gaps)])
        a, b = rng.random((2, points)) < 0.6
        if not (a.any() and b.any() and (a != b).any() and (a | b).all()):
            continue
        ratio = abs(plainly(x[a]) - plainly(x[b])) / (-x[-1] * exp(x[-1]))
        assert ratio > (0.5 if a.sum() == b.sum() else 1 / 3)


def test_equal_values_below_the_threshold():
    sizes = [
        below.smallest_size(Fraction(x)) for x in ("1", "1.25", "1.3", "1.31", "1.3168")
    ]
    assert sizes == [3, 4, 5, 6, 9]
    assert below.smallest_size(Fraction("1.317")) is None
    # For two values, exactly at ln(1 + sqrt 2): x/(e^x + 1) agrees at x and 2 x.
    x = log(1 + sqrt(2))
    assert plainly([0, -x]) == pytest.approx(plainly([0, -2 * x]), abs=1e-15)


def test_smallest_spacings_rise_to_the_threshold():
    lows = [least_spacing.bracket(n)[0] for n in range(2, 9)]
    assert lows == sorted(lows)
    assert [float(round(x, 4)) for x in lows[:3]] == [1.0942, 1.2135, 1.2875]
    assert less(lows[-1], threshold.LEAST) is Truth.TRUE
    assert float(threshold.LEAST) - float(lows[-1]) < 3e-4


def test_one_millionth_below_the_bound_fails_and_above_it_holds():
    low, high = least_spacing.bracket(2)
    for delta, holds in ((low, False), (high, True)):
        ratio = published(Fraction(1)).ratio(pair([0, -delta], [0, -2 * delta]))
        assert ratio is not None
        assert (less(1, ratio) is Truth.TRUE) is holds


def test_the_finding_gives_the_numbers_of_the_checks():
    (finding,) = ROWS["KS23.Lem1"].findings
    separations = {
        version: float(below.ln_separation(version))
        for version in ("published", "sharp", "least")
    }
    for value in separations.values():
        assert f"{value:.1f}" in finding.consequence
    for n in (2, 3, 4, 5):
        low, high = (float(x) for x in least_spacing.bracket(n))
        assert any(
            abs(float(word.strip(",.")) - high) < 1e-4 and float(word.strip(",.")) > low
            for word in finding.found.split()
            if word.strip(",.").replace(".", "").isdigit()
        )


def test_formulas_become_mathml():
    convert = pytest.importorskip("latex2mathml.converter").convert
    for row in STATEMENTS:
        assert "<math" in convert(row.formula)


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_every_row_at_the_deep_level(name):
    found = {check.name: check.run(Level.DEEP) for check in ROWS[name].checks}
    assert verdict(ROWS[name], found) is Verdict.PROVED
