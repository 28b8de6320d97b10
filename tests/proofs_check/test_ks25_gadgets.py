"""The gadgets of bit extraction: verdicts, planted false variants, the methods."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from memcap.constructions.gadgets import BIAS
from memcap.model.fast_forward import fast_forward
from proofs_check.checks.bits import indicators, read_out
from proofs_check.checks.bits import look_up as look_up_checks
from proofs_check.checks.bits.matching import matching
from proofs_check.checks.bits.networks import (
    extraction,
    interval_indicator,
    look_up,
    nested_indicator,
)
from proofs_check.methods import piecewise
from proofs_check.statement import Answer
from proofs_check.statements import ks25_gadgets
from tests.proofs_check.verdicts import assert_verdict, identifiers, outcomes


@pytest.mark.parametrize("name", identifiers(ks25_gadgets))
def test_every_gadget_is_proved(name):
    assert_verdict(name, "PROVED")
    assert all(outcome.cases for outcome in outcomes(name).values())


HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
FALSE = {
    "a margin of 1/4": lambda: indicators.attack_interval(margin=QUARTER),
    "a slope of 1": lambda: indicators.attack_interval(slope=1),
    "read-out power L + 1 - t": lambda: read_out.all_words(power=1),
    "read-out power L + 3 - t": lambda: read_out.attack_fields(power=3),
    "the second orbit closer": lambda: read_out.attack_fields(offset=3),
    "points 1 apart": lambda: look_up_checks.attack_look_up(gap=1),
    "further points 1 away": lambda: look_up_checks.attack_look_up(extra_gap=1),
    "gate factor 2^(c-1)": lambda: look_up_checks.attack_matching(extra=-1),
    "sub-words 1 apart": lambda: look_up_checks.attack_matching(apart=1),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_variants_are_refuted(name):
    outcome = FALSE[name]()
    assert outcome.answer is Answer.FAILS
    assert outcome.counterexample


def test_a_gate_of_2_to_the_c_is_no_false_variant():
    outcome = look_up_checks.attack_matching(extra=0)
    assert outcome.answer is Answer.HOLDS and outcome.cases > 10_000


def test_the_counterexample_of_the_short_margin_by_hand():
    """A third of a unit below a = 3 the trapezoid is at 1/3, not 0."""
    x = 3 - Fraction(1, 3)
    for gadget in (interval_indicator(3, 5), nested_indicator(3, 5)):
        assert gadget(x=x)["near"] == Fraction(1, 3)


def test_words_read_with_half_the_factor_by_hand():
    # The word 1 of one bit: orbits 1/2 + 1/4 and 1/2 + 1/8, then 1/2 and 3/4.
    right, half = extraction(1, 1, 1), extraction(1, 1, 1, power=1)
    orbits = {"alpha": Fraction(3, 4), "beta": Fraction(5, 8)}
    assert right(**orbits) == {"alpha": HALF, "beta": 3 * QUARTER, "bits": 1}
    assert half(**orbits)["bits"] == HALF


def test_close_sub_words_by_hand():
    # u = (0, 1): both match x = 1, so both labels come out, 3 + 0.
    gadget = matching(2, 1, 2)
    assert gadget(x=1, u=0b01, w=0b1100)["label"] == 3
    assert gadget(x=1, u=0b01, w=0b0011)["label"] == 3


def test_gadgets_agree_with_the_exact_forward_pass():
    gadget, inputs = look_up([(2, 5), (8, 9)], [13, 7]), np.arange(0, 12, 0.25)
    outputs = fast_forward(gadget.weights(), inputs[:, None, None]).numbers()
    own = [gadget(x=Fraction(x))["word"] for x in inputs.tolist()]
    assert outputs.tolist() == own
    assert {0, 7, 13} <= set(own)


@pytest.mark.parametrize("k, rho, c", [(1, 2, 3), (2, 4, 1), (5, 3, 3)])
def test_matching_has_the_printed_depth(k, rho, c):
    gadget = matching(k, rho, c)
    assert gadget.depth == 3 * k * max(rho, c) + 2 * k + 2
    assert gadget.width <= 12


def test_a_forgotten_breakpoint_is_noticed():
    layers = interval_indicator(0, 1, sympy.Rational(1, 2)).layers
    readout = {"g1": 1, "g2": 1}
    with pytest.raises(piecewise.SignChange, match="sign of a unit"):
        piecewise.values(layers, readout, "x", [0, 1])
    with pytest.raises(piecewise.SignChange, match="below"):
        piecewise.values(layers, readout, "x", [1, 0])


def test_another_trapezoid_is_noticed():
    half = sympy.Rational(1, 2)
    network = ({"h": {"x": 1, BIAS: -half}},)
    found = piecewise.values(network, {"h": 2}, "x", [half])
    assert found == [(0, 0), (0, 2)]
    wrong = piecewise.equal_on_pieces(found, [(0, 0), (0, 1)], "slope 1")
    assert wrong.answer is Answer.FAILS and wrong.counterexample == {"piece": "1"}


def test_signs_that_are_not_known_stay_open():
    s = sympy.Symbol("s", nonnegative=True)
    known = piecewise.positive({"a": s * (9 - 6 * sympy.sqrt(2)) + 1}, "fact")
    assert known.answer is Answer.HOLDS
    for unknown in (s - 1, s, s * (8 - 6 * sympy.sqrt(2)) + 1):
        assert piecewise.positive({"a": unknown}, "no").answer is Answer.OPEN
