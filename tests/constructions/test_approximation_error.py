"""The bound of KS23.Prop1 on grids, and the worked functions it speaks of."""

from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product
from math import prod

import numpy as np
import pytest

import memcap as mc
from memcap.constructions.approximation_error import error_bound, grid_for
from memcap.constructions.measured_error import error_table, measured_error
from memcap.constructions.quantizer import Grid
from memcap.constructions.target_functions import TargetFunction, names, target
from memcap.constructions.universal_approximator import approximate
from memcap.model.fast_forward import fast_forward
from memcap.model.weights import Affine


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
    steep = replace(target("max_pooling"), lipschitz=1000)
    assert error_bound(steep, Grid(2, Fraction(1, 64), 1), 1).total <= 2 + Fraction(
        1, 100
    )
    assert error_bound(steep, Grid(2, Fraction(1, 64), 1), 1).entry > 1
