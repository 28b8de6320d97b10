"""Several short ids, looked up one context after the other."""

import numpy as np
import pytest

import memcap as mc
from memcap.constructions.digit_sequence import digit_sequence
from memcap.constructions.gadgets import affine
from memcap.model.significance import significance
from memcap.model.weights import Affine, Weights


def network(digits, labels):
    layers, slots, value = digit_sequence(np.array(digits), labels, "decoder")
    dim = len(digits[0])
    return Weights(
        "next_token",
        "vectors",
        Affine.build(dim, [{d: 1} for d in range(dim)]),
        tuple(layers),
        affine(slots, {"label": value}),
    )


@pytest.mark.parametrize("seed, dim", [(0, 1), (1, 2), (2, 3), (3, 2)])
def test_every_row_gets_its_label_and_every_other_row_0(seed, dim):
    rng = np.random.default_rng(seed)
    rows = np.unique(rng.integers(0, 6, (14, dim)), axis=0)
    labels = rng.integers(0, 4, len(rows))
    net = network(rows.tolist(), labels.tolist())
    every = np.stack(np.meshgrid(*[np.arange(7)] * dim), axis=-1).reshape(-1, dim)
    known = {tuple(row): label for row, label in zip(rows, labels, strict=True)}
    wanted = [known.get(tuple(row), 0) for row in every]
    assert mc.forward(net, every[:, None]).tolist() == wanted


def test_the_sizes_are_those_of_the_text():
    # Digits 0 have no bias.
    labels = [1, 2, 1]
    for dim in (2, 3):
        rows = [[3 + d + k for d in range(dim)] for k in range(3)]
        net = network(rows, labels)
        found = mc.count(net)
        assert found.by_part["decoder"].nonzero == 3 * (11 * dim + 5) + dim
        assert found.by_part["decoder"].depth == 2 * 3 + 2
        assert found.width == 2 * dim + 2


def test_equal_rows_are_stored_once_and_label_0_not_at_all():
    assert network([[1, 2], [1, 2], [5, 5]], [3, 3, 0]) == network([[1, 2]], [3])
    assert network([[1, 2]], [0]).layers == ()


def test_eight_bits_are_enough_for_eight_bit_digits():
    rng = np.random.default_rng(0)
    rows = np.unique(rng.integers(0, 256, (40, 3)), axis=0)
    labels = rng.integers(0, 3, len(rows)).tolist()
    net = network(rows.tolist(), labels)
    assert significance(net, rows[:, None]).fits(8)
    outputs = mc.nn.from_weights(net, "bfloat16")(rows[:, None].astype(float))
    assert np.asarray(outputs).astype(float).tolist() == labels
