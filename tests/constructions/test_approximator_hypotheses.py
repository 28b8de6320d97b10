"""KS23.Prop1 by the registry, and what it refuses by name."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import memcap as mc
from memcap.constructions.approximation_error import grid_for
from memcap.constructions.cell_samples import samples
from memcap.constructions.quantizer import Grid
from memcap.constructions.target_functions import target
from memcap.constructions.universal_approximator import approximate


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
