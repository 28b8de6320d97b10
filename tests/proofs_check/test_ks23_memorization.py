"""KS23.Cor1, Prop1 and Zhang17.Thm1: verdicts and planted falsehoods."""

from fractions import Fraction

import pytest
import sympy

from proofs_check.checks.related import zhang_system
from proofs_check.statement import Answer, Level
from proofs_check.statements import ks23_approximation, ks23_memorization, zhang17
from tests.proofs_check.verdicts import assert_verdict, identifiers

L = Level.DEFAULT
EXPECTED = {
    "KS23.Cor1": "PROVED",
    "KS23.Prop1": "UNDECIDED",
    "memcap.Prop1box": "PROVED",
    "KS23.Exp": "NOT CHECKED",
    "Zhang17.Thm1": "PROVED",
}
MODULES = (ks23_memorization, ks23_approximation, zhang17)


def test_every_row_is_expected():
    assert set(identifiers(*MODULES)) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_verdicts(name):
    assert_verdict(name, EXPECTED[name])


def test_inconsistent_labels_are_refused():
    found = ks23_memorization.attack(L, consistent=False)
    assert found.answer is Answer.FAILS
    assert found.counterexample["tokens"] == "[[0, 1], [0, 1]]"


@pytest.mark.parametrize(
    "formula",
    [
        ks23_memorization.PRINTED - ks23_memorization.D,
        ks23_memorization.PRINTED.subs(ks23_memorization.N, ks23_memorization.N - 1),
    ],
)
def test_wrong_counts_are_noticed(formula, monkeypatch):
    monkeypatch.setattr(ks23_memorization, "PRINTED", sympy.expand(formula))
    assert ks23_memorization.parts(L).answer is Answer.FAILS
    assert ks23_memorization.calculators(L).answer is Answer.FAILS


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"knots": zhang_system.late}, "points"),
        ({"knots": lambda points: zhang_system.midway(points)[:-1]}, "points"),
        ({"repeated": True}, "['0', '0']"),
    ],
    ids=["knots at the points", "one unit less", "equal points"],
)
def test_planted_falsehoods_are_refuted(given, words):
    found = zhang_system.attack(L, **given)
    assert found.answer is Answer.FAILS
    assert words in str(found.counterexample)


def test_equal_points_have_no_solution():
    """Two labels of one point: no weights exist, whatever the knots."""
    task = zhang_system.Task((Fraction(0),) * 2, (Fraction(0), Fraction(1)))
    weights = [Fraction(k) for k in (3, -2)]
    values = {
        zhang_system.value(z, weights, (Fraction(-1), Fraction(0))) for z in task.points
    }
    assert len(values) == 1


def test_solution_is_exact():
    task = zhang_system.Task(
        tuple(Fraction(k * k, 7) for k in range(1, 31)),
        tuple(Fraction((-1) ** k, k) for k in range(1, 31)),
    )
    knots = zhang_system.midway(task.points)
    weights = zhang_system.solve(task, knots)
    assert weights is not None
    found = [zhang_system.value(z, weights, knots) for z in task.points]
    assert found == list(task.labels)
