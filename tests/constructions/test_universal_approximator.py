"""KS23.Prop1: certain values at all cells, and a bound that holds."""

from fractions import Fraction

import numpy as np
import pytest

import memcap as mc
from memcap.constructions.cell_samples import context_count
from memcap.constructions.measured_error import measured_error, outputs
from memcap.constructions.target_functions import names, target
from memcap.constructions.universal_approximator import approximate
from memcap.model.files import weights_from_json, weights_to_json

# name, d, n, cells along an axis, whether repeated cells are fitted
CASES = [
    ("max_pooling", 1, 2, 8, False),
    ("max_pooling", 1, 3, 8, True),
    ("max_pooling", 2, 2, 4, False),
    ("soft_rank", 1, 2, 8, True),
    ("soft_rank", 1, 3, 4, False),
    ("soft_rank", 2, 2, 2, True),
    ("smooth_attention", 1, 2, 16, False),
    ("smooth_attention", 1, 3, 4, True),
    ("smooth_attention", 2, 2, 4, True),
    ("smooth_attention", 2, 3, 2, False),
]
by_case = pytest.mark.parametrize(
    "case", CASES, ids=lambda case: "-".join(map(str, case))
)


@pytest.fixture(scope="module")
def made():
    """Each case is built once."""
    found = {}

    def get(case):
        if case not in found:
            name, dim, length, cells, repeats = case
            f = target(name, dim, length)
            found[case] = approximate(f, cells, repeats=repeats)
        return found[case]

    return get


def test_of_every_worked_example_there_is_a_case():
    assert {name for name, *_ in CASES} == set(names())


@by_case
def test_every_value_at_every_set_of_cells_is_proved(case, made):
    name, dim, length, cells, repeats = case
    assert len(made(case).coordinates) == dim
    for built, ds in made(case).coordinates:
        certificate = mc.verify(built, ds)
        assert certificate.verdict is mc.Verdict.PROVED, certificate.sentence
        assert certificate.correct == certificate.total == ds.num_labels
        expected = context_count(cells**dim, length, repeats)
        assert built.report["contexts"] == expected == len(np.unique(ds.contexts()))
        again = weights_from_json(weights_to_json(built.weights))
        assert again.sha256 == built.weights.sha256


@by_case
def test_certificate_holds_anywhere_in_the_cells_and_in_any_order(case, made):
    """FF_1 has one value on a cell, and the network is permutation equivariant."""
    rng = np.random.default_rng(0)
    grid = made(case).grid
    room = float(grid.step - grid.ramp)
    for built, ds in made(case).coordinates:
        tokens = grid.locate(ds.tokens) / grid.cells
        tokens = tokens + room * rng.choice([0.0, 0.3, 1.0], tokens.shape)
        order = rng.permuted(np.tile(np.arange(ds.length), (len(tokens), 1)), axis=1)
        moved = mc.data.from_arrays(
            np.take_along_axis(tokens, order[:, :, None], axis=1),
            np.take_along_axis(ds.labels, order, axis=1),
            num_classes=ds.num_classes,
        )
        certificate = mc.verify(built, moved)
        assert certificate.verdict is mc.Verdict.PROVED, certificate.sentence


@by_case
def test_a_wrong_value_is_refuted(case, made):
    built, ds = made(case).coordinates[0]
    labels = ds.labels.copy()
    labels[-1, 0] = (labels[-1, 0] + 1) % ds.num_classes
    other = mc.data.from_arrays(ds.tokens, labels, num_classes=ds.num_classes)
    assert mc.verify(built, other).verdict is mc.Verdict.REFUTED


@by_case
def test_values_network_is_the_labels_networks_side_by_side(case, made):
    a = made(case)
    tokens = a.coordinates[0][1].tokens[:4]
    values = mc.forward(a.weights, tokens, "ball", 512)
    for c, (built, _) in enumerate(a.coordinates):
        assert built.weights.layers[:4] == a.weights.layers[:4]
        labels = mc.forward(built.weights, tokens, "ball", 512)
        for value, label in zip(values[..., c].ravel(), labels.ravel(), strict=True):
            apart = value * a.steps - label
            assert apart.contains(0) and apart.upper < Fraction(1, 10**9)


@by_case
def test_network_is_equivariant_also_on_ramps(case, made):
    a = made(case)
    rng = np.random.default_rng(1)
    shape = (2, a.function.length, a.function.dim)
    inner = rng.integers(1, a.grid.cells, shape) / a.grid.cells
    tokens = inner - float(a.grid.ramp) * rng.random(shape)
    order = rng.permutation(a.function.length)
    values = mc.forward(a.weights, tokens, "ball", 512)
    permuted = mc.forward(a.weights, tokens[:, order], "ball", 512)
    for x, y in zip(values[:, order].ravel(), permuted.ravel(), strict=True):
        assert (x - y).contains(0)


@by_case
def test_outputs_stay_in_the_range_of_the_function(case, made):
    """On ramps, at corners and with repeated cells too: the clamp keeps [0, 1]."""
    a = made(case)
    rng = np.random.default_rng(2)
    shape = (40, a.function.length, a.function.dim)
    boundary = rng.integers(1, a.grid.cells, shape) / a.grid.cells
    ramping = boundary - float(a.grid.ramp) * rng.random(shape)
    corners = rng.integers(0, 2, shape).astype(float)
    found = outputs(a, np.concatenate([ramping, corners]))
    assert (found >= -1e-8).all() and (found <= 1 + 1e-8).all()


@by_case
def test_fitted_cells_meet_the_bound_of_an_entry(case, made):
    a = made(case)
    rng = np.random.default_rng(3)
    tokens = rng.random((300, a.function.length, a.function.dim))
    room = 1 - float(a.grid.ramp / a.grid.step)
    clear = ((tokens * a.grid.cells) % 1 <= room).all(axis=(1, 2))
    numbers = np.sort(a.grid.numbers((tokens * a.grid.cells).astype(int)), axis=1)
    apart = (numbers[:, 1:] != numbers[:, :-1]).all(axis=1)
    tokens = tokens[clear & (apart | case[-1])]
    error = np.abs(a.function.floats(tokens) - outputs(a, tokens))
    assert len(tokens) > 10
    assert error.max() <= float(a.bound.entry) + 1e-8


@by_case
def test_bound_is_above_the_measured_error(case, made):
    found = measured_error(made(case), samples=300)
    assert 0 < found.lp <= float(made(case).bound.total)
    assert found.lp == measured_error(made(case), samples=300).lp
