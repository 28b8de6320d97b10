"""Parameters by name, and a trainable layer that starts as a constructed one."""

import jax
import numpy as np
import pytest
from flax import nnx

import memcap as mc
from memcap.core.errors import WeightsError
from memcap.model.weights import Affine, Attention, Head, Weights
from memcap.nn import (
    Config,
    Transformer,
    assign,
    boltzmann_start,
    from_weights,
    parameters,
    split,
)

TIED = {"attention": "boltzmann", "rank": 1}


def drawn(**fields):
    return Transformer(Config(vocab=4, width=3, **(TIED | fields)), rngs=0)


def constructed():
    ds = mc.data.from_arrays([[0, 1], [1, 2], [2, 0]], [[0, 0]] * 3)
    return ds, mc.construct("rank_one_contextual", ds).weights


def test_names_of_a_drawn_network():
    model = drawn(positions=2, encoder_depth=1)
    attention = {f"attention.{x}" for x in ("projection", "sharpness", "output")}
    layers = ("inner", "inner_bias", "outer", "outer_bias")
    stacks = {f"{part}.{x}" for part in ("encoder", "decoder") for x in layers}
    others = {"embedding", "positions", "readout", "readout_bias"}
    assert set(parameters(model)) == attention | stacks | others
    assert parameters(model)["attention.output"] is model.segments[1].output
    assert parameters(model)["embedding"] is model.table


def test_segments_of_one_part_have_different_names():
    ds = mc.data.from_arrays([[0, 1], [1, 2]], [0, 1])
    model = from_weights(mc.construct("next_token", ds).weights)
    everything = jax.tree.leaves(nnx.state(model, nnx.Param))
    assert len(parameters(model)) == len(everything)


def test_assigned_values_are_used_and_the_rest_stays():
    model, before = drawn(), drawn()
    assign(model, {"attention.sharpness": [0.1]})
    (stored,) = parameters(model)["attention.sharpness"][...]
    assert stored == np.float32(0.1)
    tokens = [[0, 1, 2]]
    assert not np.array_equal(model(tokens), before(tokens))
    assign(model, {"attention.sharpness": [1]})
    assert np.array_equal(model(tokens), before(tokens))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"attention.kappa": [1]}, "no parameter 'attention.kappa'.*projection"),
        ({"attention.sharpness": 1}, r"sharpness has shape \(1,\).*shape \(\)"),
        ({"attention.sharpness": [1e39]}, "lies beyond float32"),
        ({"attention.sharpness": [np.nan]}, "lies beyond float32"),
    ],
)
def test_refused_values(values, sentence):
    with pytest.raises(WeightsError, match=sentence):
        assign(drawn(), values)


def test_frozen_parameters_are_with_the_rest():
    model = drawn()
    structure, trained, rest = split(model, ("embedding", "attention.projection"))
    assert [path for path, _ in nnx.to_flat_state(rest)] == [
        ("segments", 0, "projection"),
        ("table",),
    ]
    both = len(jax.tree.leaves(trained)) + len(jax.tree.leaves(rest))
    assert both == len(parameters(model))
    tokens = [[0, 1], [2, 3]]
    again = nnx.merge(structure, trained, rest)(tokens)
    assert np.array_equal(again, model(tokens))
    with pytest.raises(WeightsError, match="no parameter 'head'"):
        split(model, ("head",))


def test_a_trainable_layer_starts_as_the_constructed_one():
    ds, weights = constructed()
    # Ids on a line: the embedding is part of the construction.
    config = Config(
        task="seq_to_seq",
        vocab=3,
        width=1,
        decoder_depth=0,
        classes=1,
        decision="nearest",
        **TIED,
    )
    model = Transformer(config, rngs=0, dtype="float64")
    table = np.array([[float(x) for _, x in weights.embedding.rows[0].terms]]).T
    given = {"embedding": table, "readout": [[1]], "readout_bias": [0]}
    assign(model, boltzmann_start(weights) | given)
    ours = np.asarray(model(ds.tokens))
    exact = mc.forward(weights, ds.tokens, "ball", precision=200)[..., 0]
    middle = np.vectorize(float)(exact)
    assert np.abs(ours - middle).max() < 1e-12
    # Without the layer the outputs would be the tokens themselves.
    assert np.abs(ours - table[ds.tokens][..., 0]).max() > 1e-3


def network(query, key, value, kind="softmax"):
    maps = (Affine.dense([x]) for x in (query, key, value))
    head = Head(*maps, Affine.dense([[1], [0]]))
    return Weights(
        "seq_to_seq",
        "vectors",
        Affine.dense([[1, 0], [0, 1]]),
        (Attention(kind, (head,)),),
        Affine.dense([[1, 0]]),
    )


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (network([2, 2], [1, 2], [1, 2]), "does not have one vector v"),
        (network([2, 4], [1, 2], [1, 1]), "does not have one vector v"),
        (network([2, 0], [1, 2], [1, 2]), "does not have one vector v"),
        (network([2, 4], [1, 2], [1, 2], kind="hardmax"), "one softmax layer"),
    ],
)
def test_only_tied_layers_are_taken(weights, sentence):
    with pytest.raises(WeightsError, match=sentence):
        boltzmann_start(weights)


def test_a_number_beyond_floats_is_refused():
    with pytest.raises(WeightsError, match="beyond float64"):
        boltzmann_start(network([10**400, 0], [1, 0], [1, 0]))
