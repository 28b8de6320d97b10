"""KS23.Thm2 and its variants: verdicts, planted falsehoods, exact counterexamples."""

from fractions import Fraction

import mpmath
import pytest

from memcap.core.balls import Truth, less
from memcap.theory.boltzmann import operator_ball
from proofs_check.checks.attention import constants, line_attack
from proofs_check.methods.rank_one import Constants, Line, margin, widest
from proofs_check.statement import Answer, Level
from proofs_check.statements import (
    ks23_attention,
    ks23_definitions,
    ks23_multisets,
    ks23_variants,
)
from tests.proofs_check.verdicts import assert_verdict, identifiers

L = Level.DEFAULT
EXPECTED = {
    "KS23.DefSep": "UNDECIDED",
    "KS23.DefVoc": "UNDECIDED",
    "KS23.DefCM": "UNDECIDED",
    "KS23.Thm2": "PROVED",
    "KS23.Thm2s": "PROVED",
    "memcap.MultisetBoltzmann": "PROVED",
    "memcap.Thm2repeats": "PROVED",
    "memcap.Thm2pos": "PROVED",
    "memcap.Thm2causal": "PROVED",
}
MODULES = (ks23_definitions, ks23_attention, ks23_multisets, ks23_variants)


def test_every_row_is_expected():
    assert identifiers(*MODULES) == list(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_verdicts(name):
    assert_verdict(name, EXPECTED[name])


@pytest.mark.parametrize(
    "false",
    [
        lambda: constants.spacing(L, factor=Fraction(4, 5)),
        lambda: constants.spacing(L, aim=3 * constants.LN + 3),
        lambda: constants.same_token(L, exponent=Fraction(9, 5)),
        lambda: constants.different_tokens(L, output=2),
        lambda: line_attack.attack(L, Constants(output=Fraction(21, 10))),
        lambda: line_attack.attack(L, Constants(exponent=Fraction(3, 2))),
        lambda: ks23_multisets.multiset_attack(L, gap=2),
        lambda: ks23_multisets.multiset_attack(L, gap=3),
    ],
    ids=["kappa 4/5", "spacing 3 ln n", "e^-1.8 r_B", "W_O twice", "W_O 2.1 on a line",
         "e^-1.5 r_B on a line", "multisets 2 apart", "multisets 3 apart"],
)  # fmt: skip
def test_planted_falsehoods_are_refuted(false):
    found = false()
    assert found.answer is Answer.FAILS
    assert found.counterexample


def test_output_is_near_its_limit():
    """A factor of 19/10 survives the search that 21/10 does not."""
    found = line_attack.attack(L, Constants(output=Fraction(19, 10)))
    assert found.answer is Answer.HOLDS


def test_margin_agrees_with_mpmath():
    """The smallest distance of ids over delta, in another arithmetic."""
    line = Line((1, -1, 2), 2, widest((1, -1, 2)))
    with mpmath.workdps(4000):
        eps, r = mpmath.mpf(1), mpmath.mpf(2)
        s = 2 * mpmath.log(2) + 3
        kappa = 4**4 * mpmath.pi * s / 8
        c = eps / (4 * r)

        def read(q, seen):
            powers = [mpmath.exp(kappa * q * x) for x in seen]
            mixed = sum(p * x for p, x in zip(powers, seen, strict=True))
            return q + c * mixed / sum(powers)

        sets = [(1, -1), (1, 2), (-1, 2)]
        ids = [(q, seen, read(q, seen)) for seen in sets for q in seen]
        apart = min(
            abs(a[2] - b[2])
            for i, a in enumerate(ids)
            for b in ids[:i]
            if a[:2] != b[:2]
        )
        delta = c * mpmath.log(2) ** 2 * mpmath.exp(-2 * kappa * r**2) / (kappa * r)
        expected = float(mpmath.log(apart) - mpmath.log(delta))
    assert float(margin(line)) == pytest.approx(expected, abs=1e-3)


def test_repeated_tokens_collide_at_spacing_two():
    """Between the ends found, the two Boltzmann values change their order."""
    found = ks23_variants.collision_at_two()
    assert found is not None and 3 < found.low < found.high < Fraction(16, 5)

    def before(z):
        return less(operator_ball([1, 1, -1], 256), operator_ball([1, -z, -z], 256))

    assert before(found.low) is not before(found.high)
    assert Truth.UNDECIDED not in (before(found.low), before(found.high))


def test_repeated_tokens_are_told_apart_as_printed():
    assert ks23_variants.repeats_attack(L).answer is Answer.HOLDS


def test_instances_notice_a_wrong_length(monkeypatch):
    """The value recorded for n = 8 is not that of n = 16."""
    (_, values) = constants.INSTANCES[1]
    wrong = ((10, 8, 16, Fraction(1, 2), Fraction(1, 2), 1), {"ln": values["ln"]})
    monkeypatch.setattr(constants, "INSTANCES", (wrong,))
    assert constants.instances(L).answer is Answer.FAILS
