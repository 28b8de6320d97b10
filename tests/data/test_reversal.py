"""Facts of the reversal task: what is trained and asked, and the control."""

import numpy as np

from memcap.data.reversal import facts


def triples(ds):
    return {
        (*map(int, row), int(y)) for row, y in zip(ds.tokens, ds.labels, strict=True)
    }


def undone(fact, total):
    head, relation, answer = fact
    return answer, total + ((relation - total) ^ 1), head


def test_both_ways_of_a_and_one_way_of_b_are_trained():
    drawn = facts(20, 12, 3, shuffled=False, seed=1)
    train, test = triples(drawn.train), triples(drawn.test)
    assert len(train) == 3 * (20 + 6) and len(test) == 3 * 6
    seen = {fact for fact in train if fact[0] < 20}
    assert all(undone(fact, 32) in train for fact in seen)
    assert {undone(fact, 32) for fact in train - seen} == test
    assert not train & test
    assert all(20 <= head < 32 and 20 <= answer < 32 for head, _, answer in test)
    drawn.train.check_consistent()


def test_masks_say_which_facts_are_which():
    drawn = facts(20, 12, 3, shuffled=False, seed=1)
    odd = (drawn.train.tokens[:, 1] - 32) % 2 == 1
    low = drawn.train.tokens[:, 0] < 20
    assert np.array_equal(drawn.is_seen, low)
    assert np.array_equal(drawn.is_inverse, odd & low)
    assert drawn.is_inverse.sum() == 30
    assert np.array_equal(drawn.test_inverse, (drawn.test.tokens[:, 1] - 32) % 2 == 1)


def test_the_control_differs_in_the_inverse_answers_of_a_alone():
    true, mixed = (facts(20, 12, 3, shuffled, seed=1) for shuffled in (False, True))
    assert np.array_equal(true.train.tokens, mixed.train.tokens)
    assert triples(true.test) == triples(mixed.test)
    changed = true.train.labels != mixed.train.labels
    assert changed.any() and not changed[~true.is_inverse].any()
    for relation in np.unique(true.train.tokens[:, 1]):
        own = true.train.tokens[:, 1] == relation
        assert sorted(true.train.labels[own]) == sorted(mixed.train.labels[own])
