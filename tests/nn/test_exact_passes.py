"""What significance calls exact is exact in every float pass, and what it does not
call exact goes wrong in some."""

from dataclasses import replace
from fractions import Fraction

import jax
import numpy as np
import pytest

import memcap as mc
from memcap.model.fast_forward import fast_forward
from memcap.model.significance import significance
from memcap.model.weights import Affine, Attention, Head, Relu, Residual, Weights
from tests.nn.networks import network, vectors
from tests.nn.passes import PASSES, shuffled_pass

TYPES = {"float64": 53, "float32": 24, "bfloat16": 8}


def exact(weights, tokens):
    return fast_forward(weights, tokens).numbers().astype(np.float64)


def adding(bias):
    """``R(R(x + bias) - bias)``: x, if `bias` leaves room for it."""
    return Weights(
        "next_token",
        "vectors",
        Affine.dense([[1]]),
        (Relu(Affine.dense([[1]], [bias])), Relu(Affine.dense([[1]], [-bias]))),
        Affine.dense([[1]]),
    )


def tripling(bias):
    """``x + R(2 x) - bias``: partial sums reach 3 x and -bias."""
    block = Residual(Affine.dense([[2]]), Affine.dense([[1]], [-bias]))
    return Weights(
        "next_token", "vectors", Affine.dense([[1]]), (block,), Affine.dense([[1]])
    )


def averaging(weight=1):
    nothing = Affine(1, ())
    head = Head(nothing, nothing, Affine.dense([[weight]]), Affine.dense([[1]]))
    layer = Attention("uniform", (head,), residual=False)
    return Weights(
        "next_token", "vectors", Affine.dense([[1]]), (layer,), Affine.dense([[1]])
    )


@pytest.mark.parametrize("name", PASSES)
@pytest.mark.parametrize("dtype", TYPES)
def test_one_bit_more_than_fits_goes_wrong(dtype, name):
    p, tokens = TYPES[dtype], [[0.0], [1.0]]
    for bias, fits in ((2**p - 1, True), (2**p, False)):
        net = adding(bias)
        assert significance(net, tokens).fits(p) is fits
        outputs = PASSES[name](net, np.array(tokens), dtype)
        assert (outputs == [0, 1]).all() == fits
        assert (shuffled_pass(net, np.array(tokens)[..., None], dtype, 0) == [0, 1])[
            1
        ] == fits


@pytest.mark.parametrize("name", PASSES)
@pytest.mark.parametrize("dtype", TYPES)
def test_the_last_bit_may_be_used(dtype, name):
    p = TYPES[dtype]
    tokens = np.array([[2**p // 3], [1], [2 ** (p - 2)]]).astype(float)
    net = tripling(2**p - 1)
    found = significance(net, tokens)
    assert found.bits == p and found.fits(p)
    assert (PASSES[name](net, tokens, dtype) == exact(net, tokens)).all()


@pytest.mark.parametrize("dtype", TYPES)
def test_random_networks_that_fit_are_exact_in_every_order(dtype):
    fitting = wrong = 0
    for seed in range(60):
        net, tokens = network(seed), vectors(seed)
        right = exact(net, tokens)
        fits = significance(net, tokens).fits(TYPES[dtype])
        fitting += fits
        for order in range(3):
            for reciprocal in (False, True):
                found = shuffled_pass(net, tokens, dtype, order, reciprocal)
                assert (found == right).all() or not fits
                wrong += not (found == right).all()
    # float64 holds all of them, bfloat16 none.
    assert (fitting > 5) == (dtype != "bfloat16") and (wrong > 0) == (fitting < 60)


SOME = [("float64", "jit"), ("float32", "vmap")]
SLOW = [("float64", "vmap"), ("float32", "jit"), ("float64", "eager")]


@pytest.mark.parametrize(
    "dtype, name", SOME + [pytest.param(*pair, marks=pytest.mark.slow) for pair in SLOW]
)
def test_random_networks_that_fit_are_exact_in_jax(dtype, name):
    found = 0
    for seed in range(60):
        net, tokens = network(seed), vectors(seed)
        if found < 2 and significance(net, tokens).fits(TYPES[dtype]):
            assert (PASSES[name](net, tokens, dtype) == exact(net, tokens)).all()
            found += 1
    assert found == 2


@pytest.mark.parametrize("length", [3, 5, 6, 7, 12, 25, 49])
@pytest.mark.parametrize("dtype", TYPES)
def test_means_that_fit_are_exact_divided_or_multiplied(dtype, length):
    odd = length // (length & -length)
    multiples = [m for m in range(1, 256) if m * odd <= 2 ** TYPES[dtype]][:60]
    tokens = np.zeros((len(multiples), length, 1))
    tokens[:, 0, 0] = [m * odd for m in multiples]
    net, right = averaging(), np.array(multiples) * odd / length
    for row in range(len(multiples)):
        if not significance(net, tokens[row : row + 1]).fits(TYPES[dtype]):
            continue
        kept = tokens[row : row + 1]
        wides = (None, "float32") if dtype == "bfloat16" else (None,)
        for reciprocal in (False, True):
            for wide in wides:
                found = shuffled_pass(net, kept, dtype, row, reciprocal, wide)
                assert found == right[row]


def test_a_mean_that_only_float32_rounds_is_refused_for_bfloat16():
    # The product with 1/n in bfloat16 is right, in float32 it is not.
    refused = []
    for length in range(3, 129, 2):
        tokens = np.zeros((1, length, 1))
        tokens[0, 0, 0] = length
        found = significance(averaging(), tokens)
        narrow = shuffled_pass(averaging(), tokens, "bfloat16", 0, reciprocal=True)
        wide = shuffled_pass(averaging(), tokens, "float32", 0, reciprocal=True)
        if found.fits(8):
            assert narrow == wide == 1
        elif narrow == 1:
            assert wide != 1
            refused.append(length)
    assert refused


@pytest.mark.parametrize("name", ["jit", "vmap"])
def test_more_ones_than_a_type_counts_are_refused(name):
    tokens = np.zeros((1, 514))
    assert not significance(averaging(), tokens).fits(8)
    assert significance(averaging(), tokens).fits(24)
    assert PASSES[name](averaging(), tokens, "float32") == 0


def test_numbers_that_a_device_may_flush_to_zero_are_refused():
    tiny = Fraction(1, 1 << 140)
    net = replace(adding(0), readout=Affine.dense([[tiny]]))
    assert not significance(net, [[2.0**30]]).fits(24)
    small = replace(adding(0), embedding=Affine.dense([[2**30]]))
    assert not significance(small, [[2.0**-140]]).fits(24)
    assert significance(small, [[2.0**-126]]).fits(24)


def test_what_fits_can_be_turned_into_a_module_of_that_type():
    unused = replace(adding(1), readout=Affine.dense([[1 + 2**30]]))
    # The readout meets zeros only, but the module would have to hold it.
    assert significance(unused, [[0.0]]).bits == 31
    for seed in range(30):
        net = network(seed)
        if significance(net, vectors(seed)).fits(24):
            mc.nn.from_weights(net, "float32")


@pytest.mark.parametrize("default", ["bfloat16", "tensorfloat32", "highest"])
def test_every_product_asks_for_the_highest_precision(default):
    # On accelerators JAX shortens the factors of a float32 product by default.
    for kind in ("uniform", "softmax", "hardmax"):
        model = mc.nn.from_weights(network(0, kind), "float32")
        with jax.default_matmul_precision(default):
            made = jax.make_jaxpr(model.forward)(vectors(0).astype(np.float32))
        asked = [e.params["precision"] for e in products(made.jaxpr)]
        highest = (jax.lax.Precision.HIGHEST,) * 2
        assert len(asked) >= 8 and all(found == highest for found in asked)


def products(jaxpr):
    """All `dot_general` of a program, inside scans and compiled functions too."""
    for equation in jaxpr.eqns:
        if equation.primitive.name == "dot_general":
            yield equation
        for inner in jax.tree.leaves(
            list(equation.params.values()), is_leaf=lambda x: hasattr(x, "eqns")
        ):
            inner = getattr(inner, "jaxpr", inner)
            if hasattr(inner, "eqns"):
                yield from products(inner)
