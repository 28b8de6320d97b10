"""Updates, tokens and epochs."""

import pytest

from memcap.core.errors import DataError
from memcap.distill import budgets


def test_the_mixed_and_single_runs_of_2502_12143_differ_tenfold():
    mixed = budgets.updates(7425, 5, 4, epochs=2)
    single = budgets.updates(7425, 2, 1, epochs=2)
    assert (mixed, single, round(single / mixed, 2)) == (744, 7426, 9.98)
    sentence = budgets.mismatch({"mixed": mixed, "single": single})
    assert sentence is not None and "9.98" in sentence


def test_devices_and_accumulation_count_alike():
    assert budgets.updates(100, 4, 3) == budgets.updates(100, 4, devices=3) == 9
    with pytest.raises(DataError, match="batch = 0"):
        budgets.updates(10, 0)


@pytest.mark.parametrize("by", budgets.MATCHES)
@pytest.mark.parametrize(("examples", "tokens"), [(3000, 6.0), (1655, 6.0), (900, 4.0)])
def test_the_matched_measure_agrees_to_half_an_update(by, examples, tokens):
    reference = budgets.spent(400, 128, 3000, 6.0)
    found = budgets.matched(by, reference, 128, examples, tokens)
    one = budgets.spent(1, 128, examples, tokens)
    gap = abs(getattr(found, by) - getattr(reference, by))
    assert gap <= getattr(one, by) / 2
    assert found == budgets.spent(found.updates, 128, examples, tokens)


def test_all_three_are_recorded():
    found = budgets.spent(400, 128, 1600, 6.0)
    assert found == budgets.Budget(400, 307_200.0, 32.0)


def test_nothing_is_trained_on_nothing():
    reference = budgets.spent(400, 128, 3000, 6.0)
    for by in budgets.MATCHES:
        assert budgets.matched(by, reference, 128, 0, 1.0) == budgets.Budget(0, 0, 0)
    with pytest.raises(DataError, match="budget 'steps'"):
        budgets.matched("steps", reference, 128, 3, 1.0)  # pyright: ignore


@pytest.mark.parametrize(("other", "told"), [(1010, False), (1011, True), (0, False)])
def test_more_than_a_hundredth_is_told(other, told):
    sentence = budgets.mismatch({"a": 1000, "b": other})
    assert (sentence is not None) is told
    assert budgets.mismatch({}) is None
