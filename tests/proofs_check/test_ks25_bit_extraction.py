"""The memorizers of KS25: verdicts, what rounding does, planted false variants."""

from fractions import Fraction
from math import isqrt

import numpy as np
import pytest

from memcap.core.balls import Ball
from proofs_check.checks.bits import (
    certificates,
    long_words,
    memorizer_sizes,
    orders,
    projection,
    rounding,
)
from proofs_check.checks.bits.memorizer_sizes import Case, composed_depth
from proofs_check.statement import Answer, Level
from proofs_check.statements import ks25_bit_extraction, ks25_limited_bits
from tests.proofs_check.verdicts import assert_verdict, identifiers, outcomes

EXPECTED = {
    "KS25.LemC2": "PROVED",
    "KS25.LemC1": "PROVED",
    "memcap.LemC1Rounded": "REFUTED",
    "memcap.LemC1Network": "REFUTED",
    "KS25.LemF1": "PROVED",
    "KS25.ThmF1": "PROVED",
}
FAILING = {
    "memcap.LemC1Rounded": {"points of a line"},
    "memcap.LemC1Network": {"a built network"},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_verdicts(name):
    assert_verdict(name, EXPECTED[name], FAILING.get(name, ()))


def test_no_row_is_forgotten():
    assert set(identifiers(ks25_bit_extraction, ks25_limited_bits)) == set(EXPECTED)


HALF, NINE_TENTHS = Fraction(1, 2), Fraction(9, 10)
FALSE = {
    "half the scale": lambda: projection.attack_gaps(scale=HALF),
    "nine tenths of the scale": lambda: projection.attack_gaps(scale=NINE_TENTHS),
    "points closer": lambda: projection.attack_gaps(distance=NINE_TENTHS),
    "k in place of 2 k": lambda: memorizer_sizes.composition(per_sub_word=1),
    "k rounded down": lambda: rounding.attack_rounding(rule=rounding.down),
    "k rounded down or up": lambda: rounding.attack_rounding(rule=rounding.down_or_up),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_variants_are_refuted(name):
    outcome = FALSE[name]()
    assert outcome.answer is Answer.FAILS
    assert outcome.counterexample


@pytest.mark.parametrize("check", [orders.chained_depth, orders.two_chains])
def test_smaller_constants_are_not_proved(check):
    constant = {"chained_depth": 7, "two_chains": 18}[check.__name__]
    assert check(Level.DEFAULT).answer is Answer.HOLDS
    assert check(constant=constant).answer is Answer.OPEN


def test_sixteen_points_by_hand():
    """q = 2 is whole and R = 40960 sqrt(pi) between 2^16 and 2^17."""
    case = Case(16, Fraction(3))
    squared = (20 * 16**2 * 8) ** 2
    # 314 < 100 pi < 315, so 2^32 < R^2 < 2^33: 17 bits a field, but log2 R < 16.5.
    assert 2**32 * 100 < squared * 314 and squared * 315 < 2**33 * 100
    assert case.steps == 17 and case.q(64).contains(2)
    # Two fields of 17 bits against 2 log2 R < 33.
    assert case.word(64).upper < 33 < 2 * 17
    assert composed_depth(16, 2, 17) > case.printed_depth(64).upper
    point = outcomes("memcap.LemC1Rounded")["points of a line"].counterexample
    assert (point["N"], point["mu"]) == ("16", "17")


def test_three_quarters_are_within_eq_110_for_the_same_points():
    for stored in (16, 256, 65_536, 15_120, 18_357, 10**12):
        case = Case(stored, Fraction(3))
        assert rounding.margin(case, rounding.three_quarters).lower > 0
    assert memorizer_sizes.whole_block(Case(65_536)) == 48


def test_eq_110_of_the_reference_instance_in_floats():
    q, g = (1000 / np.log2(1000)) ** 0.5, np.log2(20 * 1e6 * (6 * np.pi) ** 0.5 * 10)
    depth = 2 + 3 * 1000 / q + 2 + 3 * q * g + 2 * q + 2
    assert (round(depth, 1), round(q * g + 30, 1)) == (1217.9, 327.4)


def test_the_code_keeps_its_distance():
    """All 65,536 words: at least 8 places differ, so the points are 1 apart."""
    points = np.array(long_words.code_points(1 << 16), dtype=float)
    weights = np.unique((points > 0).sum(axis=1))
    # The code is linear: its smallest distance is its smallest weight.
    assert weights.tolist() == [0, 8, 12, 16, 20, 24, 32]
    side = long_words.CODE_SIDE
    assert 8 * (2 * side) ** 2 >= 1 and len(np.unique(points, axis=0)) == 1 << 16


def test_the_built_network_is_one_bit_too_long():
    outcome = outcomes("memcap.LemC1Network")["a built network"]
    assert outcome.answer is Answer.FAILS and outcome.counterexample["bits"] == "1334"
    # q = sqrt(N / log2 N) is between 36 and 36.001, log2 R between 36 and 36.002.
    log = Ball.of(long_words.CODE_STORED, 128).log2()
    q = (long_words.CODE_STORED / log).sqrt()
    squared = (20 * long_words.CODE_STORED**2 * 32 * long_words.CODE_SIDE) ** 2
    g = (Ball.pi(128) * squared).log2() / 2
    assert 36 < q.lower < q.upper < 36.001 and 36 < g.lower < g.upper < 36.002
    assert (q * g).upper + 37 < 1334 == 36 * 37 + 2


def test_seconds_of_a_word_by_integers():
    """floor(q L) at N = 15,120, L = 33, against integers: 33 points fill 33 fields."""
    stored, k = 15_120, 33
    # log2 N < 13.8842 by 15120^10 < 2^138.842, so q^2 > 1089.
    assert stored**1000 < 2**13_885
    assert isqrt(stored * 1000 // 13_885) == 32
    assert Case(stored).q(128).lower > k
    assert rounding._excess(stored) == 33 and rounding._excess(stored - 1) is None


def test_projected_pairs_at_the_edge_of_the_lemma():
    """The least direction that LemG1 allows leaves a gap near 2, not far above."""
    outcome = projection.attack_gaps()
    assert outcome.answer is Answer.HOLDS and 0 <= float(outcome.margin) < 0.1


def test_a_wrong_label_is_no_certificate(monkeypatch):
    ds = certificates.labelled_points(12, 18, 3)
    other = certificates.labelled_points(12, 18, 3, seed=1)
    built = certificates.mc.construct("relu_memorizer", ds)
    monkeypatch.setattr(certificates.mc, "construct", lambda *a, **k: built)
    cases = iter([("swapped", "relu_memorizer", other, {})])
    assert certificates.certified(cases, "labels").answer is Answer.FAILS
