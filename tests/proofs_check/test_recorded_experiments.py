"""Published numbers: verdicts, recomputed slopes and laws, and what refutes them."""

from fractions import Fraction
from math import ceil, exp, log, sqrt

import numpy as np
import pytest

from experiments.ks25_appendix_h_published import SMALLEST
from proofs_check.checks.lower_bounds import (
    membership,
    published_bits,
    published_sizes,
    published_slopes,
)
from proofs_check.statement import Answer, Level
from proofs_check.statements import az24, ks25_experiments, morris25
from tests.proofs_check.verdicts import assert_verdict, identifiers, outcomes

MODULES = (ks25_experiments, morris25, az24)
WANTED = {
    "KS25.Exp0": "UNDECIDED",
    "KS25.Exp1": "UNDECIDED",
    "KS25.Exp2": "UNDECIDED",
    "KS25.Exp3": "UNDECIDED",
    "memcap.Fig3Root": "REFUTED",
    "KS25.Exp4": "UNDECIDED",
    "Morris25.Mem": "UNDECIDED",
    "Morris25.Exp": "UNDECIDED",
    "Morris25.F1": "REFUTED",
    "memcap.F1": "PROVED",
    "AZ24.Formula": "UNDECIDED",
    "AZ24.Abs": "UNDECIDED",
}
D = Level.DEFAULT


def test_every_row_is_expected():
    assert set(identifiers(*MODULES)) == set(WANTED)


@pytest.mark.parametrize("identifier", WANTED)
def test_verdicts(identifier):
    assert_verdict(identifier, WANTED[identifier])


def test_slopes_against_a_fit_in_floats():
    for first, last in ((600, 1400), (800, 1400), (1400, 1700)):
        points = published_slopes.ladder(first, last)
        x, y = np.log(np.array(points, float)).T
        wanted = np.polyfit(x, y, 1)[0]
        assert float(published_slopes.slope(points).value) == pytest.approx(wanted)


def test_the_tail_is_students():
    from scipy import stats

    found = published_slopes.slope(published_slopes.ladder(600, 1400))
    t = (float(found.value) - 0.5) / float(found.error)
    tail = float(found.outside(Fraction(1, 2)))
    assert tail == pytest.approx(2 * stats.t.sf(t, 7))
    # The exponent 2, for comparison, is well within.
    assert float(found.outside(2)) > 0.5


def test_three_sizes_exclude_every_square_root():
    point = outcomes("memcap.Fig3Root")["two differences"].counterexample
    assert point == {"blocks(600)": "1", "blocks(700)": "1", "blocks(800)": "3"}
    above = 1 / (sqrt(800) - sqrt(700))
    below = 1 / (sqrt(700) - sqrt(600))
    assert above > below
    assert [SMALLEST[n] for n in (600, 700, 800)] == [1, 1, 3]


def test_a_true_square_root_is_not_refuted():
    sizes = {n: ceil(0.4 * sqrt(n) - 7) for n in SMALLEST}
    assert published_slopes.root_law(D, sizes).answer is Answer.OPEN


def test_the_other_form_of_the_law_is_not_refuted():
    c1, c2, c3 = membership.CONSTANTS
    for parameters, samples, predicted, _ in membership.MEMBERS:
        ratio = samples / parameters
        printed = 0.5 * (1 + c1 / (1 + exp(-c2 * (3.642 * parameters / samples + c3))))
        repaired = 0.5 * (1 + c1 / (1 + exp(-c3 * (ratio + c2))))
        assert abs(printed - float(predicted)) > 0.1
        assert round(float(repaired), 2) == float(predicted)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2)])
def test_wrong_orders_of_the_law_fail(order):
    assert membership.printed_law(D, order).answer is Answer.FAILS


def test_more_data_raise_the_printed_law():
    found = outcomes("Morris25.F1")
    assert float(found["limit"].counterexample["limit"]) > 1
    assert float(membership.f1(membership.CONSTANTS, 0)) == pytest.approx(
        1.006, abs=1e-3
    )
    high, low = (membership.f1(membership.CONSTANTS, ratio) for ratio in (1, 2))
    assert float(high) > float(low)


def test_accuracies_are_shares_of_the_labels():
    with pytest.raises(ValueError, match="no share"):
        published_sizes.final_errors({1: (0.5, 0.9213)}, 500)
    assert published_sizes.final_errors({1: (0.5, 0.9795)}, 2000) == {1: 41}


def test_means_are_those_of_the_table():
    half = published_bits._column(1)
    assert len(half) == 16 and sum(half) / 16 == Fraction(562, 160)


def test_knowledge_in_one_biography():
    found = outcomes("AZ24.Formula")["N0 and S0"].sentence
    assert "27.2535" in found and "47.5916" in found
    assert log(160_000_000, 2) == pytest.approx(27.2535, abs=1e-4)
