"""Gen.*: verdicts, and layers that are computed wrongly are noticed."""

import pytest
import sympy

from proofs_check.checks.attention import forward_pass
from proofs_check.methods import symbols
from proofs_check.statement import Answer, Level
from proofs_check.statements import layers
from tests.proofs_check.verdicts import assert_verdict, identifiers

EXPECTED = {
    "Gen.SA": "UNDECIDED",
    "Gen.HA": "UNDECIDED",
    "Gen.UA": "PROVED",
    "Gen.FF": "UNDECIDED",
    "Gen.T": "UNDECIDED",
    "memcap.Equivariance": "PROVED",
}


def test_every_row_is_expected():
    assert identifiers(layers) == list(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_verdicts(name):
    assert_verdict(name, EXPECTED[name])


@pytest.mark.parametrize("kind", ["uniform", "softmax"])
def test_another_kind_of_shares_is_noticed(kind):
    shares = forward_pass.softmax if kind == "uniform" else forward_pass.uniform
    found = forward_pass.attention_agrees(Level.DEFAULT, kind, shares)
    assert found.answer is Answer.FAILS


def test_exchanged_keys_and_queries_are_noticed():
    z = symbols.matrix("z", 2, 2)
    q, k, v = (symbols.matrix(name, 1, 2) for name in "qkv")
    o = symbols.matrix("o", 2, 1)
    found = forward_pass.computed(z, [(q, k, v, o)], "softmax")
    right = forward_pass.attention(z, [(q, k, v, o)], forward_pass.softmax)
    swapped = forward_pass.attention(z, [(k, q, v, o)], forward_pass.softmax)
    assert symbols.equal(found, right)
    assert not symbols.equal(found, swapped)
    assert not symbols.equal(found - z, right)


def test_a_factor_in_the_scores_is_noticed():
    """Scores divided by the root of the head size are another definition."""
    z = symbols.matrix("z", 2, 2)
    q, k, v = (symbols.matrix(name, 2, 2) for name in "qkv")
    o = symbols.matrix("o", 2, 2)
    scaled = forward_pass.attention(
        z, [(q / sympy.sqrt(2), k, v, o)], forward_pass.softmax
    )
    found = forward_pass.computed(z, [(q, k, v, o)], "softmax")
    assert not symbols.equal(found, scaled)


def test_equivariance_is_broken_by_a_mask():
    assert layers.masked_order_matters(Level.DEFAULT).answer is Answer.HOLDS
