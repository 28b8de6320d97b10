"""Verdicts combine as they must, and claims are plain values."""

from itertools import product

import pytest

from memcap.core.claims import CheckedClaim, Claim, ClaimKind, Verdict
from memcap.core.refs import Ref

PROVED, REFUTED, UNDECIDED = Verdict.PROVED, Verdict.REFUTED, Verdict.UNDECIDED


@pytest.mark.parametrize("length", [1, 2, 3])
def test_combined_verdict(length):
    for verdicts in product(Verdict, repeat=length):
        found = Verdict.combine(iter(verdicts))
        if REFUTED in verdicts:
            assert found is REFUTED
        elif UNDECIDED in verdicts:
            assert found is UNDECIDED
        else:
            assert found is PROVED


def test_nothing_checked_is_nothing_proved():
    assert Verdict.combine([]) is UNDECIDED


def test_claims_are_values():
    claim = Claim(ClaimKind.WIDTH_AT_MOST, 12, Ref("KS25", "LemC1"))
    same = Claim(ClaimKind("width_at_most"), 12, Ref.parse("KS25.LemC1"))
    assert claim == same and hash(claim) == hash(same)
    assert claim.formula == "" and claim.inputs == ()
    with pytest.raises(AttributeError):
        claim.bound = 13  # type: ignore[misc]
    checked = CheckedClaim(claim, 9, PROVED, "width 9 is at most 12.")
    assert checked != CheckedClaim(claim, 9, REFUTED, "width 9 is at most 12.")
