"""The fold memorizer, its ladder, and the sizes of the compact constructions."""

from dataclasses import replace

import numpy as np
import pytest

import memcap as mc
from memcap.constructions.change_points import changes, settle, with_pairs, with_stops
from memcap.constructions.fold_ladder import append_ladder, ladder, nonzero
from memcap.constructions.fold_memorizer import fold_memorizer
from memcap.constructions.fold_words import FoldSizes, choose_sizes, cut
from memcap.constructions.gadgets import Stack, affine
from memcap.constructions.hashed_ids import folded
from memcap.model.fast_forward import fast_forward
from memcap.model.weights import Affine, Weights


def network(stack, value):
    return Weights(
        "next_token",
        "vectors",
        Affine.dense([[1]]),
        tuple(stack.layers),
        affine(stack.slots, {"label": value}),
    )


def memorizer(points, labels, sizes, in_sequence=False):
    stack = Stack(["x"], "decoder")
    value = fold_memorizer(stack, changes(points, labels), sizes, in_sequence)
    return network(stack, value)


def step_labels(points, labels, line):
    """The label of the last point at or below each integer, by its even place."""
    found = changes(points, labels)
    made = []
    for x in line:
        passed = [v for p, v in zip(found.places, found.values, strict=True) if p <= x]
        made.append(passed[-1] if passed else 0)
    return made


@pytest.mark.parametrize("in_sequence", [False, True])
@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("field_bits, per_block", [(2, 2), (3, 4), (5, 2), (6, 6)])
def test_every_integer_of_the_line(classes, field_bits, per_block, in_sequence):
    rng = np.random.default_rng(classes)
    points = np.sort(2 * rng.permutation(40)[:25] + rng.integers(0, 2, 25)).tolist()
    labels = rng.integers(0, classes, 25).tolist()
    found = changes(points, labels)
    sizes = FoldSizes(0, per_block, field_bits, 7, classes)
    sizes = replace(sizes, changes=len(cut(found, sizes).places))
    line = np.arange(100)
    for chosen in (sizes, choose_sizes(found, classes, 7)):
        made = memorizer(points, labels, chosen, in_sequence)
        outputs = fast_forward(made, line[:, None]).numbers()
        assert outputs.tolist() == step_labels(points, labels, line)
        few = mc.forward(made, line[:, None][::9])
        assert (few == outputs[::9]).all()


@pytest.mark.parametrize("classes", [2, 5])
def test_formula_counts_the_layers(classes):
    rng = np.random.default_rng(0)
    points = np.sort(2 * rng.permutation(5000)[:300]).tolist()
    labels = rng.integers(0, classes, 300).tolist()
    sizes = choose_sizes(changes(points, labels), classes, 14)
    counts = mc.count(memorizer(points, labels, sizes))
    # Embedding and readout stand beside the layers.
    assert sizes.nonzero - 20 <= counts.nonzero - 2 <= sizes.nonzero


@pytest.mark.parametrize("longest", [2, 6, 30])
def test_cuts_keep_labels_and_reach(longest):
    rng = np.random.default_rng(longest)
    places = np.cumsum(2 * rng.integers(1, 30, 50)).tolist()
    made = with_pairs(places, longest)
    assert made == sorted(made) and (np.array(made) % 2 == 0).all()
    reach = np.array(made[2:]) - np.array(made[:-2])
    assert reach.max() <= longest and made[1] - made[0] <= longest
    # The label at a place is the parity of the changes up to it.
    for place in range(0, places[-1] + 4):
        passed = [sum(c <= place for c in row) for row in (places, made)]
        assert passed[0] % 2 == passed[1] % 2
    found = changes(places, [1 + i % 3 for i in range(50)])
    stopped = with_stops(found, longest)
    assert np.diff(stopped.places).max() <= longest
    kept = dict(zip(stopped.places, stopped.values, strict=True))
    assert kept.items() >= dict(zip(found.places, found.values, strict=True)).items()


def test_triangle_wave_keeps_cells():
    line = np.arange(200)
    wave = folded(line, 3)
    assert wave.max() == 7 and (np.abs(np.diff(wave)) <= 1).all()
    assert (folded(folded(line, 5), 3) == wave).all()
    assert (wave[::2] >> 1 == wave[1::2] >> 1).all()


def test_mixed_cells_are_left_over():
    found, left = settle(np.array([0, 1, 4, 5, 9]), np.array([1, 2, 3, 3, 1]))
    assert found.places == (4, 8, 10) and found.values == (3, 1, 0)
    assert left.tolist() == [1, 2, 0, 0, 0]


@pytest.mark.parametrize("classes", [2, 4])
def test_ladder_adds_up_to_the_labels(classes):
    rng = np.random.default_rng(1)
    ids = rng.choice(1 << 21, 3000, replace=False) * 2 + rng.integers(0, 2, 3000)
    labels = rng.integers(0, classes, 3000)
    one = ladder(ids, labels, 22, classes)
    assert len(one) == 1
    # Longer ids make a second line worth its numbers.
    wide = ids * 2**20 + rng.integers(0, 2**20, 3000)
    lines = ladder(wide, labels, 42, classes)
    assert len(lines) >= 2 and lines[0].bits == 42
    stack = Stack(["x"], "decoder")
    made = network(stack, append_ladder(stack, lines))
    assert (fast_forward(made, wide[:, None]).numbers() == labels).all()
    assert nonzero(lines) - 80 <= mc.count(made).nonzero - 1 <= nonzero(lines)
    flat = choose_sizes(changes(wide.tolist(), labels.tolist()), classes, 42)
    assert nonzero(lines) < flat.nonzero


def random_binary(number):
    return mc.data.random_next_token(
        num_samples=number, length=16, vocab=64, classes=2, seed=0
    )


def test_ten_thousand_samples_take_a_quarter_of_a_parameter_each():
    ds = random_binary(10_000)
    certificate = mc.verify(mc.construct("compact_next_token", ds), ds)
    assert certificate.verdict is mc.Verdict.PROVED
    assert certificate.correct == 10_000
    assert certificate.counts.nonzero < 2_400
    assert certificate.counts.total_bits < 9 * 10_000


@pytest.mark.slow
def test_a_hundred_thousand_samples():
    ds = random_binary(100_000)
    certificate = mc.verify(mc.construct("compact_next_token", ds), ds)
    assert certificate.verdict is mc.Verdict.PROVED
    assert certificate.counts.nonzero < 7_600
    assert certificate.counts.total_bits < 7 * 100_000


def test_many_times_smaller_than_the_printed_form():
    ds = random_binary(1_000)
    small = mc.count(mc.construct("compact_next_token", ds).weights).nonzero
    printed = mc.count(mc.construct("next_token", ds).weights).nonzero
    assert 7 * small < printed


def test_places_are_even_and_the_last_label_is_zero():
    found = changes([3, 4, 9], [1, 2, 2])
    assert found.places == (2, 4, 10) and found.values == (1, 2, 0)
