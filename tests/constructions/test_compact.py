"""The fold memorizer and the sizes of the compact constructions."""

import numpy as np
import pytest

import memcap as mc
from memcap.constructions.fold_memorizer import (
    FoldSizes,
    changes,
    choose_sizes,
    fold_memorizer,
)
from memcap.constructions.gadgets import affine
from memcap.constructions.hashed_ids import folded
from memcap.model.fast_forward import fast_forward
from memcap.model.weights import Affine, Weights


def network(points, labels, sizes):
    layers, slots, value = fold_memorizer(changes(points, labels), sizes, "decoder")
    return Weights(
        "next_token",
        "vectors",
        Affine.dense([[1]]),
        tuple(layers),
        affine(slots, {"label": value}),
    )


def step_labels(points, labels, line):
    """The label of the last point at or below each integer, by its even place."""
    found = changes(points, labels)
    made = []
    for x in line:
        passed = [v for p, v in zip(found.places, found.values, strict=True) if p <= x]
        made.append(passed[-1] if passed else 0)
    return made


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("gap_bits, per_block", [(1, 2), (2, 4), (4, 2), (6, 6)])
def test_every_integer_of_the_line(classes, gap_bits, per_block):
    rng = np.random.default_rng(classes)
    points = np.sort(2 * rng.permutation(40)[:25] + rng.integers(0, 2, 25)).tolist()
    labels = rng.integers(0, classes, 25).tolist()
    fields = choose_sizes(changes(points, labels), classes, 7)
    base = FoldSizes(0, per_block, gap_bits, 7, classes)
    longest = 2 ** (gap_bits + 1) - 2
    places = (0, *changes(points, labels).places)
    gaps = [b - a for a, b in zip(places, places[1:], strict=False)]
    cuts = sum(max(0, -(-gap // longest) - 1) for gap in gaps)
    count = len(gaps) + cuts * (2 if classes == 2 else 1)
    sizes = FoldSizes(count, base.per_block, gap_bits, 7, classes)
    line = np.arange(100)
    for chosen in (sizes, fields):
        outputs = fast_forward(network(points, labels, chosen), line[:, None])
        assert outputs.numbers().tolist() == step_labels(points, labels, line)


@pytest.mark.parametrize("classes", [2, 5])
def test_formula_counts_the_layers(classes):
    rng = np.random.default_rng(0)
    points = np.sort(2 * rng.permutation(5000)[:300]).tolist()
    labels = rng.integers(0, classes, 300).tolist()
    sizes = choose_sizes(changes(points, labels), classes, 14)
    counts = mc.count(network(points, labels, sizes))
    # Embedding and readout stand beside the layers.
    assert sizes.nonzero - 8 <= counts.nonzero - 2 <= sizes.nonzero


def test_fold_is_the_distance_to_the_nearest_multiple():
    line = np.arange(200)
    expected = np.abs((line + 8) % 16 - 8)
    assert (folded(line, 3) == expected).all()


def random_binary(number):
    return mc.data.random_next_token(
        num_samples=number, length=16, vocab=64, classes=2, seed=0
    )


def test_ten_thousand_samples_take_a_quarter_of_a_parameter_each():
    ds = random_binary(10_000)
    certificate = mc.verify(mc.construct("compact_next_token", ds), ds)
    assert certificate.verdict is mc.Verdict.PROVED
    assert certificate.correct == 10_000
    assert certificate.counts.nonzero < 2_600
    assert certificate.counts.total_bits < 16 * 10_000


@pytest.mark.slow
def test_a_hundred_thousand_samples():
    ds = random_binary(100_000)
    certificate = mc.verify(mc.construct("compact_next_token", ds), ds)
    assert certificate.verdict is mc.Verdict.PROVED
    assert certificate.counts.nonzero < 8_700


def test_many_times_smaller_than_the_printed_form():
    ds = random_binary(1_000)
    small = mc.count(mc.construct("compact_next_token", ds).weights).nonzero
    printed = mc.count(mc.construct("next_token", ds).weights).nonzero
    assert 7 * small < printed


def test_places_are_even_and_the_last_label_is_zero():
    found = changes([3, 4, 9], [1, 2, 2])
    assert found.places == (2, 4, 10) and found.values == (1, 2, 0)
