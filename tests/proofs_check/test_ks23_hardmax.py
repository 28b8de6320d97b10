"""KS23.Thm1 and the number of hardmax heads: verdicts and planted falsehoods."""

from ast import literal_eval
from itertools import combinations

import pytest

from memcap.theory.hardmax import Pair, shared_outputs_proof
from proofs_check.checks.attention.hardmax_layers import hardmax_attack
from proofs_check.statement import Answer, Level
from proofs_check.statements import ks23_hardmax as rows
from tests.proofs_check.verdicts import assert_verdict, identifiers

L = Level.DEFAULT


@pytest.mark.parametrize("name", identifiers(rows))
def test_verdicts(name):
    assert_verdict(name, "PROVED")


@pytest.mark.parametrize("pair", [((1, 2, 6), (1, 3, 6)), ((1, 2, 5, 6), (1, 3, 5, 6))])
def test_other_pairs_are_told_apart(pair):
    """Ties are shared, so a head without keys reads the mean."""
    found = hardmax_attack(L, pair)
    assert found.answer is Answer.FAILS and found.counterexample
    assert shared_outputs_proof(Pair(*pair, averaging=True)).verdict.value == "REFUTED"


def test_softmax_tells_the_pair_apart():
    assert hardmax_attack(L, kind="softmax").answer is Answer.FAILS


@pytest.mark.parametrize("readings", [("max", "mean"), ("max", "min"), ("mean",)])
def test_fewer_readings_collide_at_three_tokens(readings):
    found = rows.small_lengths_attack(L, readings)
    assert found.answer is Answer.FAILS
    one, two = (
        literal_eval(found.counterexample[name]) for name in ("first", "second")
    )
    assert set(one) & set(two) and one != two
    for kind in readings:
        assert rows.READS[kind](one) == rows.READS[kind](two)


def test_three_readings_collide_at_four_tokens():
    found = rows.small_lengths_attack(L, length=4)
    assert found.answer is Answer.FAILS
    first = literal_eval(found.counterexample["first"])
    assert len(first) == 4


def test_three_readings_suffice_for_all_small_sets():
    for length in (2, 3):
        for one, two in combinations(combinations(range(1, 10), length), 2):
            reads = [[f(s) for f in rows.READS.values()] for s in (one, two)]
            assert reads[0] != reads[1]
