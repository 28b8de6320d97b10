"""Which lower bound speaks of which network, and by how much it is missed."""

import json
from dataclasses import replace
from math import log2

import pytest

import memcap as mc
from memcap.model.weights import Attention
from memcap.study.lower import FEWEST, lower
from memcap.theory.bounds import get


def below(built, ds):
    return lower(built.weights, ds, mc.count(built.weights))


@pytest.fixture(scope="module")
def ds():
    return mc.data.random_next_token(
        num_samples=300, length=8, vocab=20, classes=4, seed=1
    )


@pytest.mark.parametrize("name", ["compact_next_token", "next_token"])
def test_averaging_networks_are_held_against_the_count(ds, name):
    built = mc.construct(name, ds)
    found, counts = below(built, ds), mc.count(built.weights)
    fewest = get(FEWEST)(
        num_samples=300,
        length=8,
        classes=4,
        vocab=built.weights.embedding.inputs,
    )
    assert found.statement == FEWEST and found.parameters == fewest.exact > 10
    assert found.parameters_ratio == counts.nonzero / fewest.exact > 1
    assert found.bits == 600 and found.bits_ratio == counts.total_bits / 600 > 1
    assert f"{fewest.exact:,}, by {FEWEST}" in found.sentence


def test_equal_contexts_have_one_free_label():
    tokens = [[0, 1, 2], [1, 0, 2], [0, 1, 2], [2, 2, 1]]
    ds = mc.data.from_arrays(tokens, [1, 1, 1, 0])
    found = below(mc.construct("compact_next_token", ds), ds)
    assert found.contexts == 2 and found.bits == 2


def test_every_token_has_a_label():
    ds = mc.data.random_seq_to_seq(
        num_samples=20, length=5, vocab=30, classes=3, seed=0, duplicates=False
    )
    built = mc.construct("compact_seq_to_seq", ds)
    found = below(built, ds)
    assert found.contexts == 100 and found.bits == pytest.approx(100 * log2(3))
    # All 20 sequences are looked at, as 100 labels with one token each.
    columns = built.weights.embedding.inputs
    given = dict(num_samples=100, length=1, classes=3, vocab=columns)
    one = get("memcap.Shatter.any_places")(**given)
    assert found.parameters == one.exact


def test_softmax_and_hard_attention_have_no_bound_on_parameters():
    ds = mc.data.random_seq_to_seq(
        num_samples=4, length=3, vocab=9, classes=2, seed=0, duplicates=False
    )
    built = mc.construct("rank_one_memorizer", ds)
    for kind in ("softmax", "hardmax"):
        layers = tuple(
            replace(layer, kind=kind) if isinstance(layer, Attention) else layer
            for layer in built.weights.layers
        )
        weights = replace(built.weights, layers=layers)
        found = lower(weights, ds, mc.count(weights))
        assert found.parameters is None and found.parameters_ratio is None
        assert found.statement == "" and kind in found.sentence
        assert found.bits_ratio == mc.count(weights).total_bits / found.bits


def test_one_class_holds_no_bits():
    ds = mc.data.from_arrays([[0], [1], [2]], [0, 0, 0])
    assert ds.num_classes == 1
    found = below(mc.construct("compact_next_token", ds), ds)
    assert found.bits == 0 and found.bits_ratio is None and found.parameters == 1
    assert "bits stored" not in found.sentence


def test_more_attention_layers_lower_the_bound(ds):
    weights = mc.construct("compact_next_token", ds).weights
    [at] = [i for i, x in enumerate(weights.layers) if isinstance(x, Attention)]
    again = (weights.layers[at],) * 3
    more = replace(weights, layers=weights.layers[:at] + again + weights.layers[at:])
    counts = mc.count(weights)
    few, many = lower(weights, ds, counts), lower(more, ds, counts)
    assert few.parameters and many.parameters and many.parameters < few.parameters


def test_the_command_line_says_and_stores_it(tmp_path):
    from typer.testing import CliRunner

    from memcap.cli.main import app

    given = "construct compact_next_token --data random --num-samples 200 --length 8"
    done = CliRunner().invoke(app, [*given.split(), "--out", str(tmp_path)])
    assert done.exit_code == 0 and f"by {FEWEST}" in done.output
    stored = json.loads((tmp_path / "counts.json").read_text())["lower"]
    assert stored["contexts"] == 200 and stored["statement"] == FEWEST
    assert f"{stored['parameters']:,}, by" in done.output
    again = CliRunner().invoke(app, ["verify", str(tmp_path)])
    assert again.exit_code == 0 and stored["sentence"] in again.output
