"""KS23.Prop1: certain values at all cells, a bound that holds, what is refused."""

from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product
from math import prod

import numpy as np
import pytest

import memcap as mc
from memcap.constructions.approximation_error import error_bound, grid_for
from memcap.constructions.cell_samples import context_count, samples
from memcap.constructions.measured_error import (
    error_table,
    measured_error,
    outputs,
)
from memcap.constructions.quantizer import Grid
from memcap.constructions.target_functions import TargetFunction, names, target
from memcap.constructions.universal_approximator import approximate
from memcap.model.fast_forward import fast_forward
from memcap.model.files import weights_from_json, weights_to_json
from memcap.model.weights import Affine

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


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("p, repeats", [(1, False), (2, True)])
def test_error_falls_with_the_grid_step(name, p, repeats):
    rows = error_table(target(name), (2, 4, 8, 16), p, repeats, samples=400)
    assert [row["step"] for row in rows] == [1 / 2, 1 / 4, 1 / 8, 1 / 16]
    for row in rows:
        assert row["measured"] <= row["bound"]
        assert (row["bound_repeated"] == 0) == repeats
    for coarse, fine in zip(rows, rows[1:], strict=False):
        assert fine["bound"] < coarse["bound"]
        assert fine["measured"] < coarse["measured"]
        # The part of the grid step halves, all others shrink as well.
        assert fine["bound_step"] == coarse["bound_step"] / 2
        assert fine["bound_ramps"] < coarse["bound_ramps"]


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize(
    "eps, p", [(Fraction(1, 2), 1), (0.05, 1), (0.3, 2), (0.5, 2.5)]
)
def test_for_every_eps_there_is_a_grid(name, eps, p):
    f = target(name, dim=2, length=3)
    grid = grid_for(f, eps, p)
    assert error_bound(f, grid, 16 * grid.cells, p).total < eps
    assert error_bound(f, grid, 16 * grid.cells, p).p == p


def test_approximator_closer_than_eps():
    f = target("max_pooling")
    a = approximate(f, grid_for(f, 0.2, repeats=True).cells, repeats=True)
    assert a.bound.total < 0.2
    assert mc.verify(*a.coordinates[0]).verdict is mc.Verdict.PROVED
    assert measured_error(a, 300).lp < 0.2


def test_registry_builds_the_same_network_and_tells_the_bound():
    a = approximate(target("soft_rank"), 8)
    (built, ds), *_ = a.coordinates
    again = mc.construct("universal_approximator", ds, grid=8, function="soft_rank")
    assert again.weights.sha256 == built.weights.sha256
    assert again.report == built.report
    assert again.report["error_bound"] == a.bound


def test_second_coordinate_by_the_registry():
    f = target("smooth_attention", dim=2)
    _, ds = samples(f, Grid(2, Fraction(1, 64), 2))
    built = mc.construct(
        "universal_approximator", ds, grid=2, function=f, coordinate=1, p=2
    )
    assert mc.verify(built, ds).verdict is mc.Verdict.PROVED
    assert (built.report["error_bound"].entries, built.report["error_bound"].p) == (
        2,
        2,
    )
    with pytest.raises(mc.HypothesisError, match="values of smooth_attention"):
        mc.construct("universal_approximator", ds, grid=2, function=f, coordinate=0)


def test_grid_is_as_fine_as_the_labels_need():
    tokens = np.array([[[0.1], [0.3]], [[0.15], [0.3]], [[0.9], [0.3]]])
    coarse = mc.data.from_arrays(tokens, [[1, 0], [1, 0], [2, 0]])
    assert mc.construct("universal_approximator", coarse).report["grid"] == 4
    fine = mc.data.from_arrays(tokens, [[1, 0], [0, 0], [2, 0]])
    built = mc.construct("universal_approximator", fine)
    assert built.report["grid"] == 8
    assert mc.verify(built, fine).verdict is mc.Verdict.PROVED


def test_one_label_only():
    ds = mc.data.from_arrays([[[0.1], [0.6]]], [[0, 0]])
    built = mc.construct("universal_approximator", ds)
    assert mc.verify(built, ds).verdict is mc.Verdict.PROVED


@pytest.mark.parametrize("cells, ramp, dim", [(2, 4, 1), (4, 3, 2), (8, 10, 1)])
def test_staircase_is_exact(cells, ramp, dim):
    """The number of the cell off the ramps, strictly between two numbers on them."""
    grid = Grid(cells, Fraction(1, 1 << ramp), dim)
    width = float(grid.ramp)
    h = 1 / cells
    last = cells - 1
    axis = [(0.0, 0), (1.0, last), (1 - h, last), (1 - h / 2, last)]
    for i in range(last):
        axis += [(i * h, i), ((i + 0.5) * h, i), ((i + 1) * h - width, i)]
        axis += [((i + 1) * h - width / 4, i + Fraction(3, 4))]
    points = list(product(axis, repeat=dim))
    tokens = np.array([[[x for x, _ in point]] for point in points])
    template = approximate(target("max_pooling", dim), 2).weights
    staircase = replace(
        template,
        layers=grid.layers(7),
        embedding=Affine.dense(np.eye(dim, dtype=int).tolist()),
        readout=Affine.dense(np.eye(dim, dtype=int).tolist()),
    )
    found = fast_forward(staircase, tokens).numbers()[:, 0]
    wanted = [[q + 7 * (j == 0) for j, (_, q) in enumerate(point)] for point in points]
    assert found.tolist() == wanted
    snapped = fast_forward(staircase, grid.snapped(tokens)).numbers()[:, 0]
    assert snapped.tolist() == wanted


@pytest.mark.parametrize(
    "cells, dim, length", [(2, 1, 2), (4, 1, 3), (2, 2, 3), (4, 2, 2)]
)
def test_measures_by_adding_up_cells(cells, dim, length):
    grid = Grid(cells, Fraction(1, 64), dim)
    sides = [grid.step - grid.ramp] * (cells - 1) + [grid.step]
    volumes = [prod(box) for box in product(sides, repeat=dim)]
    assert sum(volumes) ** length == grid.off_ramps(dim * length)
    tuples = permutations(volumes, length)
    assert sum(prod(chosen) for chosen in tuples) == grid.different(length)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("dim, length", [(1, 2), (1, 4), (2, 3)])
def test_worked_examples_are_what_they_say(name, dim, length):
    """Floats agree with exact values; range, equivariance and modulus hold."""
    f = target(name, dim, length)
    rng = np.random.default_rng(4)
    tokens = rng.integers(0, 257, (400, length, dim)) / 256
    values = f.floats(tokens)
    for sequence, row in zip(tokens[:10].tolist(), values, strict=False):
        exactly = f.values([tuple(map(Fraction, token)) for token in sequence], 64)
        floats = [[float(x) for x in token] for token in exactly]
        assert np.allclose(floats, row, rtol=0, atol=1e-14)
    assert values.min() >= 0 and values.max() <= 1
    order = rng.permutation(length)
    assert np.allclose(f.floats(tokens[:, order]), values[:, order], rtol=0, atol=1e-14)
    near = np.clip(tokens + rng.choice([-1, 1], tokens.shape) / 1024, 0, 1)
    quotient = np.abs(f.floats(near) - values).max() * 1024
    assert quotient <= f.lipschitz + 1e-9
    if name != "smooth_attention":
        assert quotient == pytest.approx(f.lipschitz)


F = target("max_pooling")
DS = samples(F, Grid(4, Fraction(1, 64), 1))[0]


def construct(ds=DS, **options):
    return lambda: mc.construct("universal_approximator", ds, **options)


def points(*tokens, labels=None):
    labels = np.zeros((1, len(tokens)), int) if labels is None else labels
    return mc.data.from_arrays(np.array(tokens, float)[None, :, None], labels)


def leaving():
    return replace(F, values=lambda tokens, precision: [(2,)] * len(tokens))


def not_equivariant():
    return replace(F, floats=lambda tokens: tokens[:, :1] + 0 * tokens)


REFUSED = {
    "one cell": (lambda: approximate(F, 1), mc.HypothesisError, "grid = 1"),
    "step not dyadic": (lambda: approximate(F, 6), mc.HypothesisError, "dyadic"),
    "grid no integer": (construct(grid=4.0), mc.HypothesisError, "grid = 4.0"),
    "ramp not dyadic": (construct(grid=4, ramp=0.01), mc.HypothesisError, "2\\^-m"),
    "ramp too wide": (construct(grid=4, ramp=0.25), mc.HypothesisError, "half a step"),
    "ramp negative": (construct(grid=4, ramp=-0.25), mc.HypothesisError, "ramp = -1/4"),
    "p below one": (lambda: approximate(F, p=0.5), mc.HypothesisError, "p = 0.5"),
    "p infinite": (
        lambda: approximate(F, p=float("inf")),
        mc.HypothesisError,
        "p = inf",
    ),
    "p not a number": (lambda: approximate(F, p="2"), mc.HypothesisError, "p = 2"),
    "eps": (lambda: grid_for(F, 0), mc.HypothesisError, "eps > 0"),
    "steps": (lambda: approximate(F, steps=0), mc.HypothesisError, "steps = 0"),
    "unknown function": (lambda: target("sort"), mc.MemcapError, "max_pooling"),
    "one token": (lambda: target("soft_rank", length=1), mc.HypothesisError, "n = 1"),
    "too few cells": (
        lambda: approximate(target("max_pooling", length=3), 2),
        mc.HypothesisError,
        "3 cells, but there are 2",
    ),
    "too many contexts": (
        lambda: approximate(target("max_pooling", 2), 8),
        mc.HypothesisError,
        "there are 4032",
    ),
    "too many cells": (construct(grid=8192), mc.HypothesisError, "8192"),
    "range": (lambda: approximate(leaving(), 4), mc.HypothesisError, "known to 60"),
    "order": (
        lambda: approximate(not_equivariant(), 4),
        mc.HypothesisError,
        "permutation-equivariant",
    ),
    "outside": (construct(points(0.5, 1.5)), mc.HypothesisError, "coordinate 1.5"),
    "on a ramp": (
        construct(points(0.2, 0.499), grid=4, ramp=1 / 64),
        mc.HypothesisError,
        "token 1",
    ),
    "next token": (
        construct(mc.data.from_arrays([[[0.1], [0.2]]], [0])),
        mc.HypothesisError,
        "seq_to_seq",
    ),
    "same cell": (
        construct(points(0.1, 0.11, labels=[[0, 1]]), grid=4),
        mc.InconsistentLabelsError,
        "contradicts",
    ),
    "never told apart": (
        construct(points(0.1, 0.1, labels=[[0, 1]])),
        mc.InconsistentLabelsError,
        "contradicts",
    ),
    "function without grid": (
        construct(function="max_pooling"),
        mc.HypothesisError,
        "grid = None",
    ),
    "another function": (
        construct(grid=4, function="soft_rank"),
        mc.HypothesisError,
        "values of soft_rank",
    ),
    "samples missing": (
        construct(DS.take(slice(1, None)), grid=4, function="max_pooling"),
        mc.HypothesisError,
        "all 12 contexts",
    ),
    "no such coordinate": (
        construct(grid=4, function="max_pooling", coordinate=1),
        mc.HypothesisError,
        "coordinate = 1",
    ),
    "function of more tokens": (
        construct(grid=4, function=target("max_pooling", length=3)),
        mc.HypothesisError,
        "sequences of 3 tokens",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_unmet_hypotheses_are_refused_by_name(what):
    call, error, word = REFUSED[what]
    with pytest.raises(error, match=word):
        call()


def test_functions_of_ones_own():
    """Half the distance to the farthest token: L = 1, and 0 for one token."""

    def values(tokens, precision):
        return [[max(abs(x - y) for (y,) in tokens) / 2] for (x,) in tokens]

    def floats(tokens):
        apart = np.abs(tokens[:, :, None, 0] - tokens[:, None, :, 0])
        return apart.max(axis=2)[..., None] / 2

    a = approximate(TargetFunction("reach", 1, 2, 1, values, floats), 8)
    assert mc.verify(*a.coordinates[0]).verdict is mc.Verdict.PROVED
    assert measured_error(a, 200).lp <= float(a.bound.total)


def test_bound_is_never_above_the_trivial_one():
    """f and g lie in [0, 1], so that d n is a bound however steep f is."""
    steep = replace(F, lipschitz=1000)
    assert error_bound(steep, Grid(2, Fraction(1, 64), 1), 1).total <= 2 + Fraction(
        1, 100
    )
    assert error_bound(steep, Grid(2, Fraction(1, 64), 1), 1).entry > 1
