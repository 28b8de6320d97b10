"""Gen.*: verdicts, and layers that are computed wrongly are noticed."""

import pytest
import sympy

from proofs_check.methods import symbols
from proofs_check.statement import Answer, Level, verdict
from proofs_check.statements import layers, layers_checks

EXPECTED = {
    "Gen.SA": "UNDECIDED",
    "Gen.HA": "UNDECIDED",
    "Gen.UA": "PROVED",
    "Gen.FF": "UNDECIDED",
    "Gen.T": "UNDECIDED",
    "memcap.Equivariance": "PROVED",
}


def test_every_row_is_expected():
    assert [row.id for row in layers.STATEMENTS] == list(EXPECTED)


@pytest.mark.parametrize("row", layers.STATEMENTS, ids=lambda row: row.id)
def test_verdicts(row):
    outcomes = {check.name: check.run(Level.DEFAULT) for check in row.checks}
    assert verdict(row, outcomes).value == EXPECTED[row.id]
    assert {o.answer for o in outcomes.values()} == {Answer.HOLDS}


@pytest.mark.parametrize("kind", ["uniform", "softmax"])
def test_another_kind_of_shares_is_noticed(kind):
    shares = layers_checks.softmax if kind == "uniform" else layers_checks.uniform
    found = layers_checks.attention_agrees(Level.DEFAULT, kind, shares)
    assert found.answer is Answer.FAILS


def test_exchanged_keys_and_queries_are_noticed():
    z = symbols.matrix("z", 2, 2)
    q, k, v = (symbols.matrix(name, 1, 2) for name in "qkv")
    o = symbols.matrix("o", 2, 1)
    found = layers_checks.computed(z, [(q, k, v, o)], "softmax")
    right = layers_checks.attention(z, [(q, k, v, o)], layers_checks.softmax)
    swapped = layers_checks.attention(z, [(k, q, v, o)], layers_checks.softmax)
    assert symbols.equal(found, right)
    assert not symbols.equal(found, swapped)
    assert not symbols.equal(found - z, right)


def test_a_factor_in_the_scores_is_noticed():
    """Scores divided by the root of the head size are another definition."""
    z = symbols.matrix("z", 2, 2)
    q, k, v = (symbols.matrix(name, 2, 2) for name in "qkv")
    o = symbols.matrix("o", 2, 2)
    scaled = layers_checks.attention(
        z, [(q / sympy.sqrt(2), k, v, o)], layers_checks.softmax
    )
    found = layers_checks.computed(z, [(q, k, v, o)], "softmax")
    assert not symbols.equal(found, scaled)


def test_equivariance_is_broken_by_a_mask():
    assert layers.masked_order_matters(Level.DEFAULT).answer is Answer.HOLDS
