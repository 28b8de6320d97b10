"""The table of separations: runs, resumes, and its layers do what they promise."""

from dataclasses import replace
from itertools import combinations, combinations_with_replacement
from math import isclose
from pathlib import Path

import numpy as np
import pytest
from numpy.polynomial import Polynomial

import memcap as mc
from experiments import delta_data as data
from experiments import delta_layers as layers
from experiments import delta_measure as measure
from experiments import delta_table as experiment
from experiments.delta_grids import as_config, runs
from memcap.analysis import delta_figures, delta_tables
from memcap.certify.contextual import separated
from memcap.core.balls import Ball, Truth, less
from memcap.core.errors import DataError
from memcap.model.contexts import contexts
from memcap.model.fast_forward import token_state
from memcap.model.weights import Affine
from memcap.sweeps.records import Store, key_of

COMMITTED = Path(experiment.__file__).parent / "records/delta_table.jsonl"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("delta")
    return out, experiment.main(["--size", "smoke", "--out", str(out)])


def test_smoke_writes_records_and_figures(finished):
    out, records = finished
    assert len(records) == len(runs("smoke"))
    assert {r.config["layer"] for r in records} >= {"data", "theorem", "opposite"}
    for name in delta_figures.FIGURES:
        assert (out / f"figures/{name}.png").stat().st_size > 10_000
        assert "</svg>" in (out / f"figures/{name}.svg").read_text()


def test_a_second_run_does_nothing_again(finished, capsys):
    out, records = finished
    assert experiment.main(["--size", "smoke", "--out", str(out)]) == records
    assert "Run(" not in capsys.readouterr().out


def test_realised_distances_lie_where_theory_puts_them(finished):
    for record in finished[1]:
        found = record.results
        assert found["verdict"] == "PROVED"
        assert found["decided"] == found["contexts"]
        assert found["ln_realised"] <= found["ln_realised_upper"] + 1e-9
        if found["ln_guaranteed"] is not None:
            assert found["ln_theorem"] <= found["ln_guaranteed"] + 1e-9
            assert found["ln_guaranteed"] < found["ln_realised_upper"]
        assert found["float32"] <= found["float64"] <= found["contexts"]


def test_committed_records_are_those_of_the_small_size():
    records = {record.key: record for record in Store(COMMITTED).records()}
    assert set(records) == {key_of(as_config(run), seed) for run, seed in runs("small")}
    assert {record.results["verdict"] for record in records.values()} == {"PROVED"}


def test_committed_distances_of_one_head_are_known_from_both_sides():
    records = delta_tables.of(Store(COMMITTED).records(), "data", "tied", "untied")
    for found in (record.results for record in records):
        assert 0 <= found["ln_realised_upper"] - found["ln_realised"] < 0.01


def encoded(vocab, dim, seed=0, length=3):
    table = data.vectors(vocab, dim, seed)
    return table, data.encoded(vocab, length, table)


def found_on_all_sets(made, table, vocab, length=3):
    weights = measure.by_id(made.weights, table)
    sets = data.all_sets(vocab, length, at_most=10_000)
    return weights, sets.tokens, measure.measure(weights, sets.tokens)


BY_HAND = {
    "tied": layers.tied,
    "opposite": layers.opposite,
    "untied": layers.untied,
    "untied_opposite": layers.untied_opposite,
    "rank_two": layers.rank_two,
}


@pytest.mark.parametrize("dim, seed", [(1, 0), (2, 0), (5, 1)])
@pytest.mark.parametrize("name", BY_HAND)
def test_layers_by_hand_keep_their_guarantee(name, dim, seed):
    table, tokens = encoded(7, dim, seed)
    made = BY_HAND[name](tokens, seed=seed)
    _, _, found = found_on_all_sets(made, table, 7)
    assert found["verdict"] == "PROVED"
    # What a head of rank two reads is guaranteed as a vector, certified along a line.
    side = "ln_realised_upper" if name == "rank_two" else "ln_realised"
    assert made.ln_guaranteed < found[side]
    assert mc.count(made.weights).rank == (2 if name == "rank_two" else 1)


def exponent_per_token(make):
    """How many nats a further token on the line costs, from 8 to 16 tokens."""
    realised = []
    for vocab in (8, 16):
        table, tokens = encoded(vocab, 1)
        found = found_on_all_sets(make(tokens), table, vocab)[2]
        realised.append(found["ln_realised"])
    return (realised[0] - realised[1]) / 8


def test_opposite_heads_halve_the_exponent_on_a_line():
    one, two = exponent_per_token(layers.tied), exponent_per_token(layers.opposite)
    # Scores of the largest query 5V - 1 are 2.5 apart, 2 those of the smallest, 4V.
    assert 2 < one < 2.5
    assert isclose(two / one, 0.5, abs_tol=0.02)


def test_tied_layer_is_the_construction():
    table, tokens = encoded(6, 3)
    ds = data.dataset(data.cover(6, 3), table)
    built = mc.construct("rank_one_contextual", ds)
    made = layers.tied(tokens)
    assert made.weights == built.weights and made.kappa == built.report["kappa"]
    assert isclose(made.ln_guaranteed, built.report["ln_delta_guaranteed"])


def test_several_heads_write_into_slots_of_their_own():
    table, tokens = encoded(6, 2)
    made = layers.heads(tokens, 3)
    assert len(made.weights.layers[0].heads) == 3
    assert made.weights.embedding.outputs == 3
    assert found_on_all_sets(made, table, 6)[2]["verdict"] == "PROVED"


def test_closest_pair_is_a_distance_between_two_ids():
    table, tokens = encoded(5, 1)
    weights, sets, found = found_on_all_sets(layers.opposite(tokens), table, 5)
    ids = mc.forward(weights, sets, "ball", precision=200)
    index = token_state(weights, sets).index
    seen = contexts(index, causal=False, only_last=False)
    rows = {seen.index[i, k]: ids[i, k] for i, k in np.ndindex(sets.shape)}
    squares = [
        sum(((a - b) ** 2 for a, b in zip(rows[i], rows[j], strict=True)), Ball.of(0))
        for i, j in combinations(rows, 2)
        if seen.query[i] == seen.query[j]
    ]
    smallest = min(float(square.log()) / 2 for square in squares)
    assert found["ln_realised"] <= smallest + 1e-9
    assert smallest <= found["ln_realised_upper"] + 1e-9


@pytest.mark.parametrize("vocab, length, dim", [(8, 2, 1), (8, 3, 1), (7, 4, 3)])
def test_planted_sets_hold_the_smallest_distance(vocab, length, dim):
    table, tokens = encoded(vocab, dim, length=length)
    weights, _, found = found_on_all_sets(layers.tied(tokens), table, vocab, length)
    values = data.key_values(weights, vocab)
    planted = np.sort(data.hardest(values, length), axis=1)
    few = separated(weights, np.unique(planted, axis=0))
    assert isclose(measure.ln(few.distance), found["ln_realised"], abs_tol=1e-9)


def test_ids_in_place_of_vectors_change_no_float():
    table, tokens = encoded(6, 3)
    weights = layers.tied(tokens).weights
    sets = data.all_sets(6, 3, 100).tokens
    for arithmetic in ("float64", "float32"):
        by_id = mc.forward(measure.by_id(weights, table), sets, arithmetic)
        assert np.array_equal(by_id, mc.forward(weights, table[sets], arithmetic))


def test_multisets_share_an_id_at_a_rational_scale_only_if_proportional():
    """S_A' S_B - S_A S_B' is no zero polynomial: the argument for closer scores."""
    every = [
        bag for n in (1, 2, 3, 4) for bag in combinations_with_replacement(range(4), n)
    ]
    for one, two in combinations(every, 2):
        a, b = (np.bincount(bag, minlength=4) for bag in (one, two))
        first, second = Polynomial(a), Polynomial(b)
        left, right = first.deriv() * second, first * second.deriv()
        same = not np.any((left - right).coef)
        assert same == np.array_equal(a * b.sum(), b * a.sum())


def test_close_scores_are_certified_although_no_lemma_covers_them():
    table, tokens = encoded(10, 1)
    made = layers.tied(tokens, spacing=0.5)
    assert made.ln_guaranteed is None
    assert found_on_all_sets(made, table, 10)[2]["verdict"] == "PROVED"


def test_unlawful_layers_are_not_certified():
    table, tokens = encoded(6, 1)
    made = layers.tied(tokens)
    (head,) = made.weights.layers[0].heads
    deaf = replace(head, query=Affine.build(1, [{}]))
    layer = replace(made.weights.layers[0], heads=(deaf,))
    weights = replace(made.weights, layers=(layer,))
    found = separated(weights, data.all_sets(6, 3, 100).tokens, limit=512)
    assert found.decided < found.contexts


def test_arrangements_and_samples_are_what_they_say():
    every = data.arrangements(4, 2, repeats=False, at_most=100, seed=0)
    assert every.chosen == "all" and len(every.tokens) == 12
    drawn = data.arrangements(9, 4, repeats=False, at_most=100, seed=0)
    assert drawn.chosen == "sample" and drawn.tokens.shape == (100, 4)
    assert all(len(set(row)) == 4 for row in drawn.tokens.tolist())
    assert data.all_sets(9, 4, at_most=100) is None


def test_tables_have_a_row_for_each_size(finished):
    rows = delta_tables.table(finished[1]).splitlines()
    assert rows[2].startswith("| 1 | 3 | 2 | all 3 | 0.1667 | −14,416 |")
    assert len({row.count("|") for row in rows}) == 1
    others = delta_tables.extensions_table(finished[1]).splitlines()
    assert any("two opposite heads" in row for row in others)
    assert len({row.count("|") for row in others}) == 1


@pytest.mark.parametrize("draw", delta_figures.FIGURES.values())
def test_figures_without_records_are_refused(draw):
    with pytest.raises(DataError, match="run experiments.delta_table"):
        draw(())


def test_ln_of_nothing_is_nothing():
    assert measure.ln(0) is None
    assert less(measure.ln(2), 0.7) is Truth.TRUE
