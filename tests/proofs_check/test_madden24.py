"""Rows of Madden24: verdicts, planted false variants, counterexamples."""

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import sympy

from memcap.core.balls import Ball
from proofs_check.checks.related import context_polynomials
from proofs_check.methods import attack
from proofs_check.methods.attention import context_number, contexts
from proofs_check.methods.ranks import kruskal_rank, rank, rank_at_least
from proofs_check.statement import Level, Verdict
from proofs_check.statements import madden24_analytic as analytic
from proofs_check.statements import madden24_capacity as capacity
from proofs_check.statements import madden24_contexts as told_apart
from proofs_check.statements import madden24_decoder as decoder
from proofs_check.statements import madden24_empirical as empirical
from proofs_check.statements import madden24_experiment as experiment
from proofs_check.statements import madden24_polynomial as polynomial
from proofs_check.statements import madden24_remarks as remarks
from proofs_check.statements import madden24_smoothing as smoothing
from tests.proofs_check.verdicts import (
    assert_verdict,
    identifiers,
    outcomes,
    refuted,
)

P, R, U, N = Verdict.PROVED, Verdict.REFUTED, Verdict.UNDECIDED, Verdict.NOT_CHECKED
EXPECTED = {
    "Madden24.Def7": N,
    "Madden24.Def10": P,
    "Madden24.Lem9": P,
    "Madden24.Lem12": P,
    "Madden24.Thm13": U,
    "memcap.EmpiricalCapacity": U,
    "Madden24.Rem14": U,
    "Madden24.Rem15": P,
    "Madden24.Rem16": P,
    "Madden24.Thm17": P,
    "Madden24.Thm22": P,
    "Madden24.Thm19": R,
    "memcap.Madden24Thm19": P,
    "Madden24.Thm20": R,
    "memcap.Madden24Thm20": P,
    "Madden24.Thm21": P,
    "Madden24.Thm23": P,
    "Madden24.Exp": U,
}
MODULES = (
    analytic,
    capacity,
    told_apart,
    decoder,
    empirical,
    experiment,
    polynomial,
    remarks,
    smoothing,
)
LEVEL = Level.DEFAULT


@pytest.mark.parametrize("identifier", EXPECTED)
def test_verdicts(identifier):
    assert_verdict(identifier, EXPECTED[identifier])


def test_no_row_is_without_an_expected_verdict():
    assert set(identifiers(*MODULES)) == set(EXPECTED)


@pytest.mark.parametrize(
    ("target", "wrong"),
    [
        (capacity.capacity_bound(), False),
        (capacity.capacity_bound(Fraction(9, 10)), True),
        (capacity.capacity_bound(tokens=0), True),
        (capacity.attained(), False),
        (capacity.attained(tokens=2), True),
    ],
)
def test_capacity_is_k_over_zeta_minus_1(target, wrong):
    assert bool(refuted(target, capacity.tables(LEVEL))) is wrong


@pytest.mark.parametrize(("factor", "wrong"), [(1, False), (Fraction(4, 5), True)])
def test_smoothing_costs_as_much_as_claimed(factor, wrong):
    target = smoothing.smoothing(factor)
    assert bool(refuted(target, smoothing.smoothed_laws(LEVEL))) is wrong


@pytest.mark.parametrize(
    ("offset", "factor", "wrong"),
    [(2, 1, False), (1, 1, False), (0, 1, False), (-1, 1, True)],
)
def test_plus_two_and_plus_one_both_stand(offset, factor, wrong):
    target = empirical.equal_lengths(offset, factor)
    assert bool(refuted(target, empirical.models(LEVEL))) is wrong


def test_trees_are_counted_as_a_walk_over_prefixes_counts_them():
    for vocab, leaves in ((2, 7), (3, 10), (4, 4), (2, 16)):
        depth = 1
        while vocab**depth < leaves:
            depth += 1
        words = sorted(w for w in contexts(vocab, depth) if len(w) == depth)[:leaves]
        prefixes = {w[:t] for w in words for t in range(1, depth + 1)}
        assert len(prefixes) == empirical.fewest_contexts(leaves, vocab)


def test_a_corpus_with_chosen_laws_and_a_tampered_one():
    laws = {
        (0,): [Fraction(1, 3), Fraction(2, 3)],
        (0, 1): [Fraction(1, 7), Fraction(6, 7)],
    }
    corpus = empirical.corpus_of(laws)
    assert min(corpus.values()) > 0 and empirical.free_laws(corpus, laws)
    corpus[0, 1, 0] += 1
    assert not empirical.free_laws(corpus, laws)


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ("attention", False),
        ("products", False),
        ("no positions", True),
        ("average", True),
        ("sums", True),
    ],
)
def test_contexts_are_told_apart_by_what_the_theorems_name(form, wrong):
    found = attack.search(told_apart.separation(form), told_apart.draws(LEVEL))
    assert bool(found.refuted) is wrong and not found.open


def test_context_numbers_against_floats():
    z, u = [0.5, -0.25], [1.0, 0.75, -0.5]
    for word in contexts(2, 3):
        x = np.array([z[a] + u[i] for i, a in enumerate(word)])
        weights = np.exp(x * x[-1])
        exact = [[Fraction(v) for v in values] for values in (z, u)]
        expected = x @ weights / weights.sum()
        assert float(context_number(word, *exact)) == pytest.approx(expected, rel=1e-12)


def test_leading_polynomials_against_derivatives():
    t, z0, z1, u0, u1 = sympy.symbols("t z0 z1 u0 u1")
    at = {"z0": z0, "z1": z1, "u0": u0, "u1": u1}
    first: Any
    cubic: Any
    for word in ((0, 1), (1, 0), (1, 1)):
        x = [at[f"z{a}"] + at[f"u{i}"] for i, a in enumerate(word)]
        powers = [sympy.exp(t * v * x[-1]) for v in x]
        number: Any = sum(v * p for v, p in zip(x, powers, strict=True)) / sum(powers)
        first, cubic = (
            sympy.Add(
                *(c * sympy.prod(at[n] for n in names) for names, c in form.items())
            )
            for form in context_polynomials.leading(word)
        )
        assert sympy.expand(number.subs(t, 0) - first / 2) == 0
        assert sympy.expand(sympy.diff(number, t).subs(t, 0) - cubic / 4) == 0


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [
        ("positive and distinct", False),
        ("non-zero and distinct", True),
        ("positive", True),
    ],
)
def test_ranks_of_polynomials_need_their_hypotheses(condition, wrong):
    target = polynomial.polynomial_rank(condition)
    assert bool(refuted(target, polynomial.polynomial_cases(LEVEL))) is wrong


def test_a_rank_beyond_the_number_of_monomials_is_refuted():
    target = polynomial.polynomial_rank("positive and distinct", least=1)
    cases = [((1, 2, 3), k) for k in combinations(range(5), 2)]
    assert refuted(target, cases) == len(cases)


@pytest.mark.parametrize(
    ("b", "psi"),
    [((-1, 1), lambda x: 1 + x**2), ((1, 2, -3), lambda x: 1 + x + x**3)],
)
def test_counterexamples_to_theorem_19_for_symbolic_a(b, psi):
    a = sympy.symbols(f"a:{len(b)}")
    matrix = sympy.Matrix([[psi(x * y) for y in b] for x in a])
    assert sympy.expand(matrix.det()) == 0


def test_the_counterexample_to_theorem_20_for_symbolic_a():
    x, y = sympy.symbols("x y")
    matrix = sympy.Matrix([[sympy.tanh(v * s) for s in (-1, 1)] for v in (x, y)])
    assert sympy.expand(matrix.det()) == 0
    point = dict(outcomes("Madden24.Thm20")["attack"].counterexample)
    assert point["psi"] in ("cosh", "tanh", "arctan")


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [("distinct absolute values", False), ("non-zero and distinct", True)],
)
def test_ranks_of_analytic_functions_need_distinct_sizes(condition, wrong):
    target = analytic.analytic_rank(condition)
    assert bool(refuted(target, analytic.analytic_cases(LEVEL))) is wrong


def test_ranks_are_those_of_numpy():
    rng = np.random.default_rng(0)
    for shape in ((3, 3), (2, 4), (4, 2)):
        rows = rng.integers(-2, 3, shape).tolist()
        expected = np.linalg.matrix_rank(np.array(rows))
        balls = [[Ball.of(x).value for x in row] for row in rows]
        assert rank(rows) == rank_at_least(balls) == expected
        assert kruskal_rank(rows) <= expected


def test_the_solved_decoder_and_one_that_lacks_digits(monkeypatch):
    assert decoder.match(context_number, 6, 0) < 1e-150
    monkeypatch.setattr(decoder, "_DIGITS", 8)
    with pytest.raises(ZeroDivisionError):
        decoder.match(context_number, 12, 0)


def test_chebyshev_polynomials():
    x = sympy.Symbol("x")
    value = sympy.chebyshevt(7, x).subs(x, sympy.Rational(3, 8))
    expected = Fraction(str(value))
    assert remarks.chebyshev(7, Ball.of(Fraction(3, 8), 256)).contains(expected)
