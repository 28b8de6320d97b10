"""Vardi22: verdicts, constants that are too small, the word that meets the bound."""

import pytest

from proofs_check.checks.bits import counting, orders
from proofs_check.statement import Answer, Level
from proofs_check.statements import vardi22
from tests.proofs_check.verdicts import assert_verdict, identifiers

EXPECTED = {
    "Vardi22.Abs": "UNDECIDED",
    "Vardi22.Thm3.1": "PROVED",
    "Vardi22.Sec5": "PROVED",
    "Vardi22.Thm6.2": "PROVED",
    "Vardi22.LB": "PROVED",
}


def test_every_row_is_expected():
    assert set(identifiers(vardi22)) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_verdicts(name):
    assert_verdict(name, EXPECTED[name])


@pytest.mark.parametrize("factor", [2, 1.25])
def test_more_than_n_bits_are_not_needed(factor):
    outcome = counting.attack_total_bits(factor=factor)
    assert outcome.answer is Answer.FAILS
    assert int(outcome.counterexample["bits"]) == int(outcome.counterexample["N"])


def test_n_bits_are_enough_and_no_search_refutes_the_bound():
    outcome = counting.attack_total_bits()
    assert (outcome.answer, outcome.margin) == (Answer.HOLDS, "0")


@pytest.mark.parametrize(
    "check, constant", [(orders.theorem_31, 3), (orders.section_5, 4)]
)
def test_constants_that_are_too_small_are_not_proved(check, constant):
    assert check(Level.DEFAULT).answer is Answer.HOLDS
    assert check(constant=constant).answer is Answer.OPEN


def test_three_times_the_order_is_too_small_at_n_4():
    """Eq. 110 at N = 4 exceeds three times the order of Theorem 3.1."""
    q, log, g = 2**0.5, 2, 8.15
    order = q * log + q * g
    assert 3 * q * log + 3 * q * (g + 1) + 2 * q + 6 > 3 * order


@pytest.mark.parametrize("word, bits", [(0b1011, [1, 0, 1, 1]), (0b0100, [0, 1, 0, 0])])
def test_the_word_is_read_from_the_left(word, bits):
    found = [counting._read(word, 4, place) for place in range(1, 5)]
    assert found == bits
