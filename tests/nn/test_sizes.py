"""Counts of trained numbers by formula, against the network and `memcap.count`."""

import jax
import numpy as np
import pytest

import memcap as mc
from memcap.core.errors import WeightsError
from memcap.nn import (
    Config,
    Transformer,
    assign,
    ks25_appendix_h,
    parameters,
    split,
    to_weights,
    trained_parameters,
)

CASES = {
    "default": {},
    "rank": {"width": 6, "heads": 3, "head_size": 4, "rank": 2, "causal": True},
    "uniform": {"attention": "uniform", "head_size": 3, "decoder_depth": 0},
    "hardmax": {"attention": "hardmax", "hardmax_gradient": "annealed", "blocks": 2},
    "boltzmann": {"attention": "boltzmann", "heads": 2, "blocks": 2},
    "positions": {"positions": 7, "encoder_depth": 2, "scale_scores": True},
    "sinusoidal": {"positions": 7, "position_kind": "sinusoidal"},
    "plain": {"feedforward": "plain", "encoder_depth": 3, "decoder_depth": 2},
    "plain blocks": {"feedforward": "plain", "decoder_depth": 2, "blocks": 3},
    "vectors": {"vocab": None, "dim": 3, "decision": "nearest", "blocks": 4},
    "layer": {"norm": "layer", "encoder_depth": 2, "decoder_depth": 3},
    "rms": {"norm": "rms", "blocks": 3, "decoder_depth": 2},
    "values": {"heads": 3, "head_size": 4, "value_size": 1, "skip": False},
    "uniform values": {"attention": "uniform", "head_size": 3, "value_size": 2},
}


def network(case):
    known = {"vocab": 5, "width": 4, "hidden": 6, "classes": 3}
    config = Config(**(known | CASES[case]))
    return config, Transformer(config, rngs=0)


def stored(model):
    """Numbers of the parameters outside of the padding, whose slots are zero."""
    total = sum(leaf.size for leaf in jax.tree.leaves(split(model)[1]))
    for name, parameter in parameters(model).items():
        if name.endswith(("weight", ".bias")):
            total -= parameter.size
    return total


@pytest.mark.parametrize("case", [case for case in CASES if "plain" not in case])
def test_the_formula_is_the_size_of_the_trained_arrays(case):
    config, model = network(case)
    assert sum(trained_parameters(config).values()) == stored(model)


@pytest.mark.parametrize(
    "case", [case for case in CASES if CASES[case].get("norm") is None]
)
def test_the_formula_is_what_memcap_counts(case):
    config, model = network(case)
    # A readout bias that is zero throughout is not counted.
    assign(model, {"readout_bias": np.ones(config.outputs)})
    counted = {k: v.dense for k, v in mc.count(to_weights(model)).by_part.items()}
    formula = trained_parameters(config)
    if config.attention == "boltzmann":
        # Stored are W_Q, W_K, W_V and W_O of 4 numbers each; trained 4 + 1 + 4.
        assert (counted["attention"], formula["attention"]) == (4 * 16, 4 * 9)
        formula["attention"] = counted["attention"]
    if config.position_kind == "sinusoidal":
        assert "positions" not in formula
        assert counted.pop("positions") == 7 * 4
    assert counted == formula


@pytest.mark.parametrize("units", [1, 3, 50])
def test_ks25_appendix_h_has_84_numbers_a_unit(units):
    config = ks25_appendix_h(units, vocab=9)
    model = Transformer(config, rngs=0)
    assign(model, {"readout_bias": np.ones(2)})
    weights = to_weights(model)
    counted = {k: v.dense for k, v in mc.count(weights).by_part.items()}
    assert counted == trained_parameters(config)
    assert counted["encoder"] == counted["decoder"] == 42 * units == 84 * units // 2
    assert [layer.part for layer in weights.layers] == (
        ["encoder"] * units + ["attention"] + ["decoder"] * units
    )
    # E_in of 9 ids, W_V and W_O, and E_out of two classes are on top.
    rest = {"embedding": 18, "attention": 4, "readout": 6}
    assert sum(counted.values()) == 84 * units + sum(rest.values())
    assert rest.items() <= counted.items()


def test_ks25_appendix_h_on_data():
    # KS25.Exp4: 6-d tokens, two labels, square error of one output.
    tokens = np.random.default_rng(0).random((3, 10, 6))
    ds = mc.data.from_arrays(tokens, [0, 1, 1])
    config = ks25_appendix_h(4, ds, decision="nearest")
    assert (config.dim, config.width, config.hidden, config.outputs) == (6, 2, 8, 1)
    assert sum(trained_parameters(config).values()) == 84 * 4 + 12 + 4 + 3
    assert Transformer(config, rngs=0)(tokens).shape == (3,)
    model = Transformer(config, rngs=0, dtype="float64")
    exact = mc.forward(to_weights(model), tokens, arithmetic="exact").astype(float)
    np.testing.assert_allclose(model(tokens), exact, rtol=1e-12)


def test_uniform_attention_reads_the_first_token_of_reversed_sequences():
    model = Transformer(ks25_appendix_h(2, vocab=9, task="seq_to_seq"), rngs=0)
    ids = np.random.default_rng(0).integers(0, 9, (4, 6))
    np.testing.assert_allclose(model(ids)[:, 0], model(ids[:, ::-1])[:, -1], rtol=1e-5)


@pytest.mark.parametrize(
    ("units", "fields", "sentence"),
    [
        (0, {}, "units = 0 is not an integer >= 1"),
        (True, {}, "units = True is not"),
        (2, {"width": 4}, "width is fixed by KS25 Appendix H"),
        (2, {"encoder_depth": 4}, "encoder_depth is fixed"),
    ],
)
def test_refusals(units, fields, sentence):
    with pytest.raises(WeightsError) as caught:
        ks25_appendix_h(units, **fields)
    assert sentence in str(caught.value)
