"""Constructed for a type: right on every sample in that type, however it is run."""

import jax
import numpy as np
import pytest

import memcap as mc
from memcap.model.fast_forward import fast_forward
from memcap.nn.feedforward import ResidualStack
from tests.nn.passes import PASSES, shuffled_pass
from tests.nn.test_exact_passes import products

TYPES = ("float64", "float32", "bfloat16")
FORMS = ("wide", "deep")


def random(number, length, vocab=20, classes=2, seed=3):
    return mc.data.random_next_token(
        num_samples=number, length=length, vocab=vocab, classes=classes, seed=seed
    )


def datasets(dtype):
    """Random, odd length, constant labels, a single sample, real text."""
    short = dtype == "bfloat16"
    texts, length = (10, 2) if short else (60, 4)
    same = random(8 if short else 40, 4)
    return {
        "random": random(10 if short else 90, 2 if short else 8, classes=3),
        "odd length": random(5 if short else 40, 3),
        "label 0": mc.data.from_arrays(same.tokens, np.zeros(same.num_samples, int)),
        "label 1": mc.data.from_arrays(same.tokens, np.ones(same.num_samples, int)),
        "one sample": mc.data.from_arrays([[2, 0, 1]], [1]),
        "one token": mc.data.from_arrays([[k] for k in range(9)], [0, 1] * 4 + [0]),
        "text": mc.data.load("turkish", num_samples=texts, length=length, classes=3),
    }


CASES = [(t, name) for t in TYPES for name in datasets(t)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype, name", CASES)
def test_every_label_is_right_in_the_type(dtype, name, form):
    ds = datasets(dtype)[name]
    built = mc.construct("hardware_exact", ds, dtype=dtype, form=form)
    assert mc.verify(built, ds).verdict is mc.Verdict.PROVED
    right = fast_forward(built.weights, ds.tokens).numbers().astype(float)
    assert (right == ds.labels).all()
    for run in ("jit", "vmap") if name == "odd length" else ("jit",):
        assert (PASSES[run](built.weights, ds.tokens, dtype) == right).all()
    if dtype != "bfloat16":
        floats = mc.forward(built.weights, ds.tokens, arithmetic=dtype)
        assert (floats == right).all()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", TYPES)
def test_every_order_of_addition_is_right(dtype, form):
    ds = datasets(dtype)["odd length"]
    weights = mc.construct("hardware_exact", ds, dtype=dtype, form=form).weights
    for order, reciprocal in ((0, False), (1, True), (2, True)):
        found = shuffled_pass(weights, ds.tokens, dtype, order, reciprocal)
        assert (found == ds.labels).all()
        if dtype == "bfloat16":
            mixed = shuffled_pass(
                weights, ds.tokens, dtype, order, reciprocal, "float32"
            )
            assert (mixed == ds.labels).all()


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype, name", CASES)
def test_every_label_is_right_without_compiling(dtype, name, form):
    ds = datasets(dtype)[name]
    built = mc.construct("hardware_exact", ds, dtype=dtype, form=form)
    assert (PASSES["eager"](built.weights, ds.tokens, dtype) == ds.labels).all()


def test_without_compiling():
    ds = random(4, 2)
    built = mc.construct("hardware_exact", ds, dtype="bfloat16", form="deep")
    assert (PASSES["eager"](built.weights, ds.tokens, "bfloat16") == ds.labels).all()


def test_several_digits_are_right_in_bfloat16():
    ds = random(100, 8)
    weights = mc.construct("hardware_exact", ds, dtype="bfloat16").weights
    assert (PASSES["jit"](weights, ds.tokens, "bfloat16") == ds.labels).all()
    assert (shuffled_pass(weights, ds.tokens, "bfloat16", 0) == ds.labels).all()


def test_a_deep_network_is_one_scan_over_stacked_layers():
    sizes = {}
    for number in (30, 300):
        ds = random(number, 8, vocab=30)
        weights = mc.construct("hardware_exact", ds, dtype="float32", form="deep")
        model = mc.nn.from_weights(weights.weights, "float32")
        stacks = [s for s in model.segments if isinstance(s, ResidualStack)]
        program = jax.make_jaxpr(model.forward)(ds.tokens)
        sizes[number] = (len(list(products(program.jaxpr))), len(stacks))
        depth = mc.count(weights.weights).depth
        assert stacks[0].inner.shape[0] > depth - 6
        assert max(stacks[0].inner.shape[1:]) <= 4
    # The program does not grow with the depth.
    assert sizes[30] == sizes[300] and sizes[30][1] == 1
