"""KS25's upper bounds, remarks, variants and definitions: verdicts, false variants."""

from fractions import Fraction

import pytest
import sympy

from memcap.theory import bounds
from proofs_check.checks.sequence_ids import built, ranges, sizes
from proofs_check.methods import identity
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Answer, Level
from proofs_check.statements import ks25_definitions, ks25_theorems, ks25_variants
from tests.proofs_check.verdicts import assert_verdict, identifiers

MODULES = (ks25_theorems, ks25_variants, ks25_definitions)
OPEN = {
    "KS25.Rem3.1",
    "KS25.Ass4.1",
    "KS25.AssA.1",
    "KS25.Def4.1",
    "KS25.DefA",
    "KS25.DefB.1",
}
ASKED = OPEN | {
    "KS25.Thm4.1",
    "KS25.ThmB1",
    "KS25.Cor4.1",
    "KS25.Rem4.3",
    "KS25.Rem4.4",
    "KS25.Rem4.5",
    "KS25.Rem4.6",
    "KS25.ThmD1",
    "KS25.ThmE1",
}


def test_every_row_is_here():
    assert set(identifiers(*MODULES)) == ASKED


@pytest.mark.parametrize("name", sorted(ASKED))
def test_verdicts(name):
    assert_verdict(name, "UNDECIDED" if name in OPEN else "PROVED")


def test_states_are_not_twice_as_far_apart():
    """2/n in place of 1/n is refuted, by states that are exactly 1/n apart."""
    found = built.state_gap(lambda n: Fraction(2, n), Level.DEFAULT)
    assert found.answer is Answer.FAILS and found.margin == "-0.75"
    once = built.state_gap(lambda n: Fraction(1, n), Level.DEFAULT)
    assert once.answer is Answer.HOLDS and once.margin == "0"


def test_a_norm_a_tenth_smaller_fails_with_repaired_labels():
    """At n = 1 two repaired labels take sqrt(50 pi) N^3 of the norm: not 7 N^3."""
    small = ranges.NEXT_TOKEN_NORM * sympy.Rational(6, 20)
    found = ranges.next_token_norm(ranges.repaired_labels(ranges.n), "it", small)
    assert found.answer is Answer.FAILS
    held = ranges.next_token_norm(ranges.repaired_labels(ranges.n), "it")
    assert held.answer is Answer.HOLDS


def test_a_range_with_one_n_less_is_another():
    wrong = ranges.NEXT_TOKEN_RANGE / ranges.n
    right = ranges.lemma_range(
        ranges.NEXT_TOKEN_NORM, ranges.N, sympy.Integer(3), 1 / ranges.n
    )
    assert identity.holds(right, wrong, "n^2").answer is Answer.FAILS


@pytest.mark.parametrize(("factor", "answer"), [(80, "fails"), (105, "holds")])
def test_the_repaired_shift_needs_105(factor, answer):
    labels, starts = ranges.repaired_labels(ranges.M), {ranges.t: "1414/1000"}
    found = ranges.sets_range_with(labels, factor, starts)
    assert found.answer.value == answer


def test_random_labels_leave_much_of_80():
    found = ranges.sets_range_with(ranges.N**2, 12, {ranges.t: "1"})
    assert found.answer is Answer.HOLDS


@pytest.mark.parametrize(("constant", "answer"), [(16, "holds"), (6, "fails")])
def test_the_constant_of_the_depth(constant, answer):
    whole = 2 * sizes.whole_depth(sizes.G) + 1
    spare = constant * (sizes.m + sizes.q * sizes.G) - whole
    assert sizes._positive(spare, "depth").answer.value == answer


def test_instances_of_the_reference():
    given = {"num_samples": 1000, "length": 8, "dim": 6, "r": 1}
    given |= {"delta": Fraction(1, 10), "classes": 2}
    assert round(float(bounds.get("KS25.ThmB1.range")(**given)) / 1e22, 2) == 2.73


def test_a_chain_is_as_strong_as_its_weakest_link():
    good, bad = link("1 < 2", True), link("2 < 1", False)
    assert chain("both", [good, good]).answer is Answer.HOLDS
    assert chain("both", [good, bad]).counterexample == {"claim": "2 < 1"}
    open_ = identity.holds(sympy.Symbol("x") * 0, sympy.Integer(0), "0")
    assert chain("both", [open_]).answer is Answer.HOLDS
