"""Rows of Mahdavi24, Dana24, Kim23, Yun20 and WD26: verdicts and false variants."""

import re
import textwrap
from fractions import Fraction
from itertools import product
from math import cos, exp, log, pi
from pathlib import Path

import numpy as np
import pytest
from flint import fmpq

import proofs_check
from proofs_check.checks.related import mahdavi_heads as mahdavi
from proofs_check.methods.attention import attended, drawn
from proofs_check.statement import Level, Verdict
from proofs_check.statements import dana24_attention as heads
from proofs_check.statements import dana24_divergence as divergences
from proofs_check.statements import dana24_encoders as encoders
from proofs_check.statements import (
    dana24_experiment,
    kim23,
    kim23_precision,
    mahdavi24,
    other_papers,
)
from proofs_check.statements import dana24_ranks as head_ranks
from tests.proofs_check.verdicts import assert_verdict, identifiers, refuted

P, R, U = Verdict.PROVED, Verdict.REFUTED, Verdict.UNDECIDED
EXPECTED = {
    "Mahdavi24.Thm1": P,
    "Mahdavi24.Thm1.query": R,
    "memcap.SharedKeys": P,
    "Mahdavi24.Exp": U,
    "Dana24.Thm1": R,
    "Dana24.Cor1": R,
    "Dana24.Cor2": R,
    "Dana24.Lem2": R,
    "memcap.XorHead": P,
    "Dana24.Prop1": P,
    "Dana24.Prop2": P,
    "Dana24.Prop3": P,
    "Dana24.Thm2": P,
    "memcap.Dana24Thm2": P,
    "Dana24.Thm3": U,
    "Dana24.Exp": U,
    "Kim23.Thm3.1": U,
    "Kim23.Thm4.1": U,
    "Kim23.Rem3.2": U,
    "Kim23.Exp": U,
    "Yun20.Thm": U,
    "WD26.Abs": U,
}
FAILING = {
    "Dana24.Thm1": {"XOR"},
    "Dana24.Cor1": {"XOR"},
    "Dana24.Cor2": {"XOR"},
    "Dana24.Lem2": {"last token shared"},
}
MODULES = (
    mahdavi24,
    heads,
    head_ranks,
    encoders,
    divergences,
    dana24_experiment,
    kim23,
    kim23_precision,
    other_papers,
)
LEVEL = Level.DEFAULT


@pytest.mark.parametrize("identifier", EXPECTED)
def test_verdicts(identifier):
    assert_verdict(identifier, EXPECTED[identifier], FAILING.get(identifier, ()))


def test_no_row_is_without_an_expected_verdict():
    assert set(identifiers(*MODULES)) == set(EXPECTED)


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"form": "min(n, d_h)"}, False),
        ({"form": "min(n, d_h)", "extra": 1}, True),
        ({"form": "min(n, d_h)", "twins": True}, True),
        ({"form": "d_h"}, True),
    ],
)
def test_heads_hold_what_is_printed_and_no_more(options, wrong):
    """With + 2 instead of + 1, or two equal queries, shared tokens refute it."""
    cases = [case for case in mahdavi.sizes(LEVEL) if case[3] or not wrong]
    assert bool(refuted(mahdavi.held(**options), cases)) is wrong


def test_one_head_of_size_one_holds_two_examples_with_shared_keys():
    case = (1, 2, 1, True, 1)
    assert refuted(mahdavi.held("min(n, d_h)", tight=True), [case]) == 1
    (a, b), (c, d) = ([float(x) for x in row[:2]] for row in mahdavi.outputs(case, 2))
    assert abs(a * d - b * c) > 1e-6


@pytest.mark.parametrize(
    ("form", "wrong"),
    [("H d_h + d", True), ("H d_h + 2 d", True), ("H + 1", False)],
)
def test_no_head_predicts_more_of_an_exclusive_or(form, wrong):
    assert bool(refuted(heads.accuracy(form), heads.exclusive_ors(LEVEL))) is wrong


def test_random_single_heads_never_predict_an_exclusive_or():
    """An independent look in floats: residual, one head of size d, any readout."""
    rng = np.random.default_rng(0)
    wanted = np.array([1, -1, -1, 1])
    words = list(product((0, 1), (0, 1), (0,)))
    best = 0
    for _ in range(2000):
        z, u, score, readout = (
            rng.normal(0, 2, s) for s in ((2, 2), (3, 2), (2, 2), 2)
        )
        signs = []
        for word in words:
            x = z[list(word)] + u
            weights = np.exp(x @ score @ x[-1])
            signs.append(np.sign(readout @ (x.T @ weights) / weights.sum() - 0.1))
        best = max(best, int((np.array(signs) == wanted).sum()))
    assert best == 3


def test_weighted_outputs_of_a_head_have_alternating_sum_zero():
    rng = np.random.default_rng(1)
    z, u, score = drawn(rng, 2, 3), drawn(rng, 3, 3), drawn(rng, 3, 3)
    total = [0.0] * 3
    for a, b in product((0, 1), repeat=2):
        x = [
            [p + q for p, q in zip(z[v], u[i], strict=True)]
            for i, v in enumerate((a, b, 0))
        ]
        mean = attended(x, x[-1], score)
        asked = [
            sum((r * q for r, q in zip(row, x[-1], strict=True)), fmpq(0))
            for row in score
        ]
        scores = [
            sum((k * q for k, q in zip(t, asked, strict=True)), fmpq(0)) for t in x
        ]
        weight = sum(exp(float(int(s.p)) / int(s.q)) for s in scores)
        total = [
            t + (-1) ** (a ^ b) * weight * float(m)
            for t, m in zip(total, mean, strict=True)
        ]
    assert total == pytest.approx([0, 0, 0], abs=1e-12)


@pytest.mark.parametrize(("bound", "wrong"), [("min(T0, H d)", True), ("rho", False)])
def test_head_ranks_stay_below_those_of_the_incidence(bound, wrong):
    found = head_ranks.head_rank(bound)
    shapes = [s for s in head_ranks.shapes(LEVEL) if s[2] == 1]
    assert bool(refuted(found, shapes)) is wrong


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({}, False),
        ({"margin_factor": Fraction(5, 3)}, False),
        ({"margin_factor": Fraction(7, 4)}, True),
        ({"line": True}, True),
    ],
)
def test_the_circle_and_neither_a_faster_rate_nor_a_line(options, wrong):
    assert bool(refuted(encoders.circle(**options), encoders.circles(LEVEL))) is wrong


def test_the_divergence_on_the_circle_in_floats():
    vocab, scale = 5, 20
    dots = [scale * (cos(2 * pi * i / vocab) - 1) for i in range(vocab)]
    found = log(sum(map(exp, dots)))
    margin = encoders.circle().margin((vocab, 0, scale))
    assert margin is not None
    bound = (vocab - 1) * exp(-8 * scale / vocab**2)
    assert float(margin) == pytest.approx(bound - found, rel=1e-9)


@pytest.mark.parametrize(("missing", "wrong"), [(1, False), (2, True)])
def test_encoders_need_one_dimension_less_than_tokens(missing, wrong):
    target = encoders.encoder_reaches(missing)
    assert bool(refuted(target, encoders.vocabularies(LEVEL))) is wrong


@pytest.mark.parametrize(("factor", "wrong"), [(True, False), (False, True)])
def test_inner_products_of_readout_vectors_cost_divergence(factor, wrong):
    target = divergences.scaled_encoder(factor)
    # Two tokens have equality without the factor.
    cases = [case for case in divergences.encoders(LEVEL) if len(case[1]) > 2]
    assert bool(refuted(target, cases)) is wrong


@pytest.mark.parametrize(("factor", "wrong"), [(1, False), (Fraction(1, 2), True)])
def test_mixing_changes_the_entropy_as_much_as_claimed(factor, wrong):
    target = divergences.mixing(factor)
    assert bool(refuted(target, divergences.mixtures(LEVEL))) is wrong


def test_published_slopes():
    assert float(dana24_experiment.slope("d10")) == pytest.approx(93.0, abs=0.1)
    assert float(dana24_experiment.slope("d5")) == pytest.approx(18.2, abs=0.1)


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [("up to permutation", False), ("different", True), ("inconsistent", True)],
)
def test_labels_need_the_hypotheses_of_kim23(condition, wrong):
    target = kim23.conflicts(condition)
    assert bool(refuted(target, kim23.labelled(LEVEL))) is wrong


def test_a_grid_needs_its_bits():
    precisions = list(kim23_precision.precisions(LEVEL))
    assert not refuted(kim23_precision.quantized(), precisions)
    assert refuted(kim23_precision.quantized(Fraction(9, 10)), precisions)


def test_the_guide_to_a_new_statement_works_as_written(tmp_path):
    """Its file runs, and gives the verdicts it names."""
    guide = Path(proofs_check.__file__).with_name("ADDING.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", guide, flags=re.DOTALL)
    space: dict = {"__name__": "example"}
    exec(compile(textwrap.dedent(code), "ADDING.md", "exec"), space)
    from proofs_check.statement import verdict

    rows = space["STATEMENTS"]
    found = [
        verdict(row, {check.name: check.run(LEVEL) for check in row.checks})
        for row in rows
    ]
    named = [(row.id, each.value) for row, each in zip(rows, found, strict=True)]
    assert named and all(f"{name} {value}" in guide for name, value in named)
