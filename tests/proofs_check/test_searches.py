"""Searches on hard data: the statements survive them, planted variants do not."""

from dataclasses import replace
from fractions import Fraction

import pytest

from proofs_check.checks.attention import line_attack, plane_attack, zigzag_attack
from proofs_check.checks.bits import order_attacks
from proofs_check.checks.related import mahdavi_heads
from proofs_check.checks.sequence_ids import (
    encoder_attack,
    hard_data,
    projection_attack,
)
from proofs_check.methods import attack
from proofs_check.methods.rank_one import SHARP, Constants
from proofs_check.statement import Answer, Level
from proofs_check.statements import dana24_encoders

L = Level.DEFAULT
BUILT = [
    ("next_token", hard_data.NEXT_TOKEN),
    ("seq_to_seq", hard_data.TOKENWISE),
    ("deep_sets", hard_data.SETS),
    ("embedding", hard_data.IDS),
    ("relu_memorizer", hard_data.POINTS),
    ("bounded_depth", hard_data.POINTS),
    ("limited_bits", hard_data.POINTS),
    ("limited_bits_transformer", hard_data.NEXT_TOKEN),
]


@pytest.mark.parametrize(("name", "sources"), BUILT, ids=[name for name, _ in BUILT])
def test_hard_data_are_held_but_not_other_labels_or_in_smaller_networks(name, sources):
    assert hard_data.memorized(name, sources)(L).answer is Answer.HOLDS
    small = hard_data.memorized(name, sources, factor=Fraction(1, 2))(L)
    flipped = hard_data.memorized(name, sources, flipped=True)(L)
    assert small.answer is Answer.FAILS and flipped.answer is Answer.FAILS
    assert flipped.counterexample["construction"] == name


TARGETS = [
    (projection_attack.shortened, projection_attack.spread_points,
     [{"factor": Fraction(6, 5)}, {"least_dim": 2}]),
    (order_attacks.root_of_parameters, order_attacks.grid,
     [{"share": Fraction(1, 2)}, {"ratio": False}]),
    (order_attacks.chained_depth, order_attacks.budgets, [{"constant": 5}]),
    (mahdavi_heads.shared_rank, mahdavi_heads.sizes, [{"less": 1}, {"own": True}]),
    (dana24_encoders.made_targets, dana24_encoders.transformers, [{"missing": 1}]),
    (dana24_encoders.encoder_reaches, dana24_encoders.vocabularies, [{"missing": 2}]),
    (zigzag_attack.approximated, zigzag_attack.shapes,
     [{"share": Fraction(3, 4)}, {"ramps": True}]),
    (encoder_attack.encodes, lambda x: hard_data.hard("deep_sets", hard_data.SETS, x),
     [{"gap": 2}, {"factor": Fraction(1, 100)}]),
]  # fmt: skip


@pytest.mark.parametrize(("target", "candidates", "variants"), TARGETS)
def test_a_claim_survives_its_search_and_false_variants_do_not(
    target, candidates, variants
):
    found = attack.search(target(), candidates(L))
    assert found.tried and not found.refuted and not found.open
    for variant in variants:
        assert attack.search(target(**variant), candidates(L)).refuted, variant


def test_the_sharper_delta_is_attacked_on_a_line():
    assert line_attack.attack(L, SHARP).answer is Answer.HOLDS
    for false in ({"exponent": Fraction(3, 2)}, {"output": Fraction(21, 10)}):
        assert line_attack.attack(L, replace(SHARP, **false)).answer is Answer.FAILS


@pytest.mark.slow
def test_the_plane_search_refutes_a_larger_delta():
    assert plane_attack.attack_in_plane(L).answer is Answer.HOLDS
    false = Constants(exponent=Fraction(3, 2))
    assert plane_attack.attack_in_plane(L, false).answer is Answer.FAILS
