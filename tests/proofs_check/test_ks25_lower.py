"""KS25.LemB4, Theorems 4.2 and 4.3: verdicts, planted slips, counterexamples."""

from fractions import Fraction
from itertools import product
from math import e, log, log2, sqrt

import numpy as np
import pytest
import sympy

from memcap.core.balls import Ball
from memcap.model.forward import forward
from memcap.theory.bounds import get
from memcap.theory.bounds.shattering import fewest
from proofs_check.checks.lower_bounds import (
    constant_sequences,
    hard_chain,
    one_number,
    signs,
    tiny_attacks,
)
from proofs_check.statement import Answer, Level
from proofs_check.statements import ks25_hard_attention, ks25_lower, ks25_sign_vectors
from tests.proofs_check.verdicts import assert_verdict, identifiers

MODULES = (ks25_hard_attention, ks25_lower, ks25_sign_vectors)
WANTED = {
    "KS25.LemB4": "UNDECIDED",
    "memcap.LemB4affine": "PROVED",
    "KS25.Thm4.2": "UNDECIDED",
    "memcap.RootN": "UNDECIDED",
    "KS25.Thm4.3": "UNDECIDED",
    "memcap.HardCount": "UNDECIDED",
    "memcap.OnlyChanging": "REFUTED",
}
D = Level.DEFAULT


def test_every_row_is_expected():
    assert set(identifiers(*MODULES)) == set(WANTED)


@pytest.mark.parametrize("identifier", WANTED)
def test_verdicts(identifier):
    assert_verdict(identifier, WANTED[identifier])


def test_too_small_a_factor_in_the_lemma():
    found = signs.attack_bound(D, factor=1)
    assert found.answer is Answer.FAILS
    point = found.counterexample
    # p(x) = x has the signs -, 0 and +, and 3 > e.
    assert [point[name] for name in "MDW"] == ["1", "1", "1"]
    assert len({int(np.sign(x)) for x in (-1, 0, 1)}) == 3 > e


def test_the_lemma_needs_its_hypothesis():
    found = signs.attack_bound(D, few_variables=False)
    assert found.answer is Answer.FAILS
    point = found.counterexample
    m, d, w, vectors = (int(point[k]) for k in ("M", "D", "W", "sign vectors"))
    assert (m, d, w, vectors) == (1, 1, 21, 3)
    assert (8 * e * m * d / w) ** w < 2.1 < vectors
    # One variable fewer is still within the bound.
    assert (8 * e / 20) ** 20 > 3


def test_univariate_signs_against_a_fine_grid():
    xs = [Fraction(i, 7) for i in range(-20, 40)]
    for roots in ([(0, 1), (1, 3)], [(2, 2)], [(0, 1, 2), (1, 2, 3), (0, 0, 3)]):
        found = set()
        for x in xs:
            values = [np.prod([_sign(x - r) for r in each]) for each in roots]
            found.add(tuple(int(v) for v in values))
        assert len(found) == signs.univariate_vectors(roots)


def _sign(value):
    return (value > 0) - (value < 0)


def test_a_mean_without_weights():
    found = hard_chain.attack_mean(D, weighted=False)
    assert found.answer is Answer.FAILS
    # 1^1 6^6 against the unweighted mean 7/2 to the power 7.
    assert found.counterexample["weights and values"] == "((1, 1), (6, 6))"
    assert 6 * log(6) > 7 * log(3.5)
    assert 6 * log(6) < 7 * log(37 / 7)


def test_too_small_constants_in_the_chain():
    """The smallest shape has W = 10 and W' = 22, more than W^2/5 + W/10 = 21."""
    for square, linear in (("1/5", 0), ("1/5", "1/10")):
        found = hard_chain.exponent_sum(D, square, linear)
        assert found.answer is Answer.FAILS
        assert set(found.counterexample.values()) == {"1"}
    ones = {s: 1 for s in hard_chain.exponents().free_symbols}
    weights, exponents = (
        int(expression.subs(ones))
        for expression in (hard_chain.parameters(), hard_chain.exponents())
    )
    assert (weights, exponents) == (10, 22)
    assert weights**2 / 5 + weights / 10 < exponents <= weights**2 / 4 + weights / 2


def test_too_few_questions_are_noticed():
    found = hard_chain.question_sum(D, factor=0)
    assert found.answer is Answer.FAILS


@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_sums_in_closed_form_are_sums(blocks):
    names = dict(zip("dmHsq", (2, 3, 2, 1, 4), strict=True))
    at = {sympy.Symbol(k, positive=True): v for k, v in (names | {"L": blocks}).items()}
    d, m, heads, size, units = names.values()
    each = 4 * m * size * heads + 2 * m * units + units + m
    total = sum(
        2 * m * d + (2 * k - 1) * each + 2 * m * size * heads
        for k in range(1, blocks + 1)
    )
    total += m * d + blocks * each + m
    assert hard_chain.exponents().subs(at) == total
    asked = sum(heads * (8 * k - 4) + 4 * units * k for k in range(1, blocks + 1))
    ratio = hard_chain.questions(hard_chain.LENGTH) / (
        hard_chain.LENGTH * hard_chain.SAMPLES
    )
    assert sympy.simplify(ratio.subs(at)) == asked + 4 * blocks + 2


def test_the_sharper_bound_is_between_the_printed_and_the_blocks():
    shape = dict(dim=1, slots=1, head_size=1, heads=1, hidden=1)
    for samples, length in ((10**6, 1), (1000, 16), (10**4, 128)):
        printed = float(get("KS25.Thm4.3")(num_samples=samples, length=length))
        blocks = get("KS25.Thm4.3.blocks")(num_samples=samples, length=length, **shape)
        ours = float(hard_chain.sharper(samples, length))
        assert 4 * printed < ours <= blocks.exact
        tokens = samples * length
        by_hand = 2 * sqrt(tokens / log2(8 * e * length**3 * samples)) - 1
        assert ours == pytest.approx(by_hand)


def test_an_eighth_is_too_small_for_theorem_4_3():
    found = tiny_attacks.attack_hard(D, factor=Fraction(1, 8))
    assert found.answer is Answer.FAILS
    assert found.counterexample["W"] == found.counterexample["n N"] == "1"
    assert log2(48 * e) / 8 < 1
    assert tiny_attacks.attack_hard(D).answer is Answer.HOLDS


def test_half_is_too_small_where_only_changing_numbers_count():
    found = one_number.attack_changing(D)
    assert found.answer is Answer.FAILS
    count = int(found.counterexample["n N"])
    assert count > log2(48 * e * count) / 2
    ids = np.arange(4)[:, None]
    made = {
        tuple(forward(one_number.reader(labels), ids).tolist())
        for labels in product((0, 1), repeat=4)
    }
    assert len(made) == 16


def test_one_digit_wrong_is_noticed():
    wanted, other = (0, 1, 1, 0), (0, 1, 0, 0)
    ids = np.arange(4)[:, None]
    assert forward(one_number.reader(wanted), ids).tolist() == list(wanted)
    assert forward(one_number.reader(other), ids).tolist() != list(wanted)


def test_planted_constants_of_theorem_4_2():
    too_much = constant_sequences.attack_root(D, factor=Fraction(1, 2))
    assert too_much.answer is Answer.FAILS
    weights, points = (int(too_much.counterexample[k]) for k in "WN")
    assert weights**2 < 4 * points
    # W >= sqrt(N)/2 is not what the count shows: it allows W = 1 at N = 5.
    assert constant_sequences.third(D, share=2).answer is Answer.OPEN
    assert fewest(5, 5, 2, 0) == 1


def test_the_square_root_bound_is_below_the_count():
    for points in (1, 7, 64, 65, 500, 10**5):
        few = fewest(points, points, 2, 0)
        assert few >= sqrt(points) / 3
        assert few >= 2 * sqrt(points) - log2(48 * e * points)


def test_attention_on_unequal_tokens_is_not_linear():
    """The check would see a difference: it compares the sequences it speaks of."""
    rng = np.random.default_rng(1)
    head = constant_sequences._head(rng)
    layer = constant_sequences.Attention("uniform", (head,))
    linear = constant_sequences.Linear(constant_sequences._merged((head,)))
    tokens = np.array([[1, 2, 3], [0, 4, 1]])
    mixed, plain = (
        forward(constant_sequences._network(x), tokens) for x in (layer, linear)
    )
    assert not constant_sequences._same(mixed, plain)
    assert not constant_sequences._same(np.array([Ball.of(1)], object), np.array([2]))
