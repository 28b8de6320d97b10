"""An extra token in front of the sequence, and attention as a star around it."""

import json
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import memcap as mc
from memcap.core import canonical
from memcap.core.errors import CorruptFileError, UndecidedError, WeightsError
from memcap.model.ball_outputs import ContextOutputs, has_one_softmax_layer
from memcap.model.counting import connections, count
from memcap.model.fast_forward import fast_forward
from memcap.model.files import (
    load_weights,
    save_weights,
    weights_from_json,
    weights_to_json,
)
from memcap.model.forward import forward
from memcap.model.significance import significance
from memcap.model.weights import Affine, Attention, Head, Linear, Relu, Weights
from tests.model import random_networks

ONE, ZERO = Affine.dense([[1]]), Affine.build(1, [{}])
NOTHING = Affine(1, ())
MEAN = Head(NOTHING, NOTHING, ONE, ONE)
SCORED = Head(ONE, ONE, ONE, ONE)
KINDS = ("uniform", "hardmax", "softmax")


def star(kind="uniform", head=MEAN, **more):
    return Attention(kind, (head,), pattern="star", **more)


def full(kind="uniform", head=MEAN, **more):
    return Attention(kind, (head,), **more)


def net(*layers, aggregate=ONE, task="seq_to_seq", **more):
    return Weights(task, "vectors", ONE, layers, ONE, aggregate=aggregate, **more)


def both(weights, tokens):
    found, fast = forward(weights, tokens), fast_forward(weights, tokens).numbers()
    assert found.tolist() == fast.tolist()
    return found.tolist()


# What the layers compute.


def test_one_star_by_hand():
    # The aggregate is 1; token k becomes (1 + x_k) / 2.
    assert both(net(star(residual=False)), [[3, 5]]) == [[2, 3]]
    assert both(net(star()), [[3, 5]]) == [[5, 8]]


def test_two_stars_by_hand():
    # Layer 1: the aggregate becomes (1 + 3 + 5) / 3 = 3, the tokens 2 and 3.
    weights = net(star(residual=False), star(residual=False))
    assert both(weights, [[3, 5]]) == [[Fraction(5, 2), 3]]
    assert both(replace(weights, task="next_token"), [[3, 5]]) == [3]


def test_token_wise_layers_act_on_the_aggregate():
    # The aggregate is 7 - 2 = 5; token k becomes (5 + 7 - x_k) / 2.
    turn = Relu(Affine.dense([[-1]], [7]))
    weights = net(turn, star(residual=False), aggregate=Affine.dense([[2]]))
    assert both(weights, [[3, 9]]) == [[Fraction(9, 2), Fraction(5, 2)]]


def test_full_attention_sees_the_aggregate_too():
    weights = net(full(residual=False), aggregate=Affine.dense([[4]]))
    assert both(weights, [[3, 5]]) == [[4, 4]]
    # A causal token sees the aggregate, the tokens before it and itself.
    causal = net(full(residual=False, causal=True), aggregate=Affine.dense([[4]]))
    assert both(causal, [[2, 9]]) == [[3, 5]]


def test_hardmax_in_a_star():
    # The query is the token: a positive one takes the larger of itself and 4.
    large = Affine.dense([[4]])
    layer = star("hardmax", SCORED, residual=False)
    assert both(net(layer, aggregate=large), [[1, 9, 4, -2]]) == [[4, 9, 4, -2]]
    # The aggregate looks for the largest of all five; a second layer hands it on.
    twice = net(layer, layer, aggregate=large)
    assert both(twice, [[1, 9, 4, 2]]) == [[9, 9, 9, 9]]


def test_positions_do_not_reach_the_aggregate():
    places = Affine.dense([[10, 20]])
    weights = net(star(residual=False), positions=places)
    assert both(weights, [[1, 1]]) == [[6, 11]]
    with pytest.raises(WeightsError, match="3 tokens, but 2 positions"):
        forward(weights, [[1, 1, 1]])


def test_without_attention_the_aggregate_does_nothing():
    weights = net(Linear(Affine.dense([[2]])))
    assert both(weights, [[3, 5]]) == both(replace(weights, aggregate=None), [[3, 5]])
    assert both(replace(weights, task="next_token"), [[3, 5]]) == [10]


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_meet_only_through_the_aggregate(kind):
    tokens, other = [[1, 2, 3]], [[4, 2, 5]]
    one = net(star(kind, SCORED))
    two = net(star(kind, SCORED), star(kind, SCORED))
    outputs = [
        forward(w, x, "float64")[0, 1] for w in (one, two) for x in (tokens, other)
    ]
    assert outputs[0] == outputs[1] and outputs[2] != outputs[3]


@pytest.mark.parametrize("seed", range(30))
def test_balls_contain_the_exact_value(seed):
    rng = random.Random(700 + seed)
    weights = random_networks.starred(rng, random_networks.network(rng, depth=4))
    tokens = random_networks.tokens(rng, weights, 3, 4)
    exact = forward(weights, tokens)
    try:
        balls = forward(weights, tokens, "ball", 400)
    except UndecidedError:
        return
    pairs = zip(balls.ravel(), exact.ravel(), strict=True)
    assert all(ball.lower <= value <= ball.upper for ball, value in pairs)


@pytest.mark.parametrize("arithmetic", ["float64", "float32", "ball"])
def test_softmax_without_scores_is_the_mean(arithmetic):
    tokens = np.random.default_rng(0).integers(-4, 5, (4, 3))
    soft, mean = (
        net(star(kind), Relu(ONE), star(kind)) for kind in ("softmax", "uniform")
    )
    found = forward(soft, tokens, arithmetic).ravel()
    for value, expected in zip(found, forward(mean, tokens).ravel(), strict=True):
        if arithmetic == "ball":
            assert value.lower <= expected <= value.upper
            assert value.upper - value.lower < 2.0**-90
        else:
            assert float(value) == pytest.approx(float(expected), rel=1e-6)


@pytest.mark.parametrize("arithmetic", ["float64", "float32"])
@pytest.mark.parametrize("kind", ["uniform", "hardmax"])
def test_floats_are_exact_on_short_binary_fractions(arithmetic, kind):
    # Three tokens and the aggregate: every mean is a binary fraction.
    weights = net(star(kind), Relu(ONE), star(kind), star(kind, residual=False))
    tokens = np.random.default_rng(1).integers(0, 9, (6, 3))
    found, expected = forward(weights, tokens, arithmetic), forward(weights, tokens)
    assert found.tolist() == [[float(x) for x in row] for row in expected]
    assert len(np.unique(found)) > 8


# What is refused.


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: net(star(), aggregate=None), "layer 0 is a star; give an aggregate"),
        (lambda: net(full(), star(causal=True)), "layer 1 is a causal star"),
        (lambda: net(replace(star(), pattern="ring")), "pattern is 'ring'"),
        (lambda: net(aggregate=Affine.dense([[1], [2]])), r"aggregate is \(2, 1\)"),
        (lambda: net(aggregate=Affine.dense([[1, 2]])), "not one column of 1 slots"),
        (lambda: net(aggregate=Affine(0, ONE.rows[:0])), "not one column"),
        (lambda: net(aggregate=Affine.dense([[1]], [1])), "aggregate has a bias"),
    ],
)
def test_networks_are_refused(make, sentence):
    with pytest.raises(WeightsError, match=sentence):
        make()


def test_short_cuts_that_know_no_aggregate_refuse_it():
    soft = net(full("softmax", SCORED))
    assert not has_one_softmax_layer(soft)
    assert has_one_softmax_layer(replace(soft, aggregate=None))
    tokens = np.array([[[1.0], [2.0]]])
    with pytest.raises(WeightsError, match="without an aggregate"):
        ContextOutputs(soft, tokens)
    with pytest.raises(WeightsError, match="without aggregate"):
        significance(net(full()), tokens)
    ids = replace(soft, decision="vector")
    ds = mc.data.from_arrays([[1, 2], [2, 1]], [[0, 1], [1, 0]])
    with pytest.raises(WeightsError, match="no aggregate"):
        mc.verify(ids, ds)


def test_softmax_with_an_aggregate_is_certified_in_balls():
    soft = net(star("softmax", SCORED, residual=False))
    soft = replace(soft, readout=Affine.dense([[-1], [1]], [2, -2]), decision="argmax")
    ds = mc.data.from_arrays([[1, 9, 3], [9, 1, 1]], [[0, 1, 1], [1, 0, 0]])
    certificate = mc.verify(soft, ds)
    assert certificate.verdict is mc.Verdict.PROVED, certificate.sentence
    assert certificate.arithmetic.startswith("ball")


# Files, hashes, counts.


def test_keys_appear_only_where_they_are_used():
    plain = net(full(), aggregate=None)
    text = canonical.dumps(weights_to_json(plain))
    assert "aggregate" not in text and "pattern" not in text
    body = weights_to_json(net(star(), full()))
    assert body["aggregate"] == {"inputs": 1, "rows": [["0", [[0, "1"]]]]}
    assert [layer.get("pattern") for layer in body["layers"]] == ["star", None]


@pytest.mark.parametrize("seed", range(20))
def test_round_trip(seed, tmp_path):
    rng = random.Random(seed)
    drawn = random_networks.network(rng, kinds=KINDS)
    weights = random_networks.starred(rng, drawn)
    save_weights(weights, tmp_path / "w.json")
    found = load_weights(tmp_path / "w.json")
    assert found == weights and found.sha256 == weights.sha256 != drawn.sha256
    assert weights_from_json(weights_to_json(weights)) == weights


def test_the_hash_knows_pattern_and_aggregate():
    nets = [
        net(full(), aggregate=None),
        net(full()),
        net(star()),
        net(full(), aggregate=ZERO),
        net(star(), aggregate=Affine.dense([[2]])),
    ]
    assert len({weights.sha256 for weights in nets}) == len(nets)


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [("layers", "pattern", "full"), (None, "aggregate", None)],
)
def test_a_file_that_spells_the_default_out_was_edited(tmp_path, place, key, value):
    body = weights_to_json(net(full(), aggregate=None))
    holder = body[place][0] if place else body
    holder[key] = value
    path = tmp_path / "w.json"
    path.write_text(canonical.dumps(json.loads(json.dumps(body))) + "\n")
    with pytest.raises(CorruptFileError, match="not in canonical form"):
        load_weights(path)
    holder[key] = 7
    with pytest.raises(CorruptFileError, match="not a memcap network"):
        weights_from_json(body)


@pytest.mark.parametrize("length", [1, 2, 5, 40])
def test_connections_are_the_pairs_of_the_formulas(length):
    n = length
    layers = (full(), full(causal=True), Relu(ONE))
    without = connections(net(*layers, aggregate=None), n)
    assert without.by_layer == (n * n, n * (n + 1) // 2)
    found = connections(net(*layers, star(), star("softmax")), n)
    m = n + 1
    assert found.by_layer == (m * m, m * (m + 1) // 2, 3 * n + 1, 3 * n + 1)
    assert found.total == sum(found.by_layer)
    assert connections(net(aggregate=None), n).total == 0


def test_the_aggregate_is_counted_by_part():
    weights = net(star(), aggregate=Affine.dense([[Fraction(5, 8)]]))
    counts, plain = count(weights), count(net(full(), aggregate=None))
    extra = counts.by_part["aggregate"]
    assert (extra.nonzero, extra.dense, extra.depth, extra.total_bits) == (1, 1, 0, 3)
    assert counts.nonzero == plain.nonzero + 1
    assert counts.total_bits == plain.total_bits + 3
    assert counts.factored == plain.factored + 1 and counts.depth == plain.depth
    assert "aggregate" not in plain.by_part


def test_the_shape_tells_stars():
    shape = mc.Arch.of(net(star(), star(), full()))
    assert shape != mc.Arch.of(net(star(), full(), full()))
    assert str(shape).splitlines()[1:4] == [
        "an aggregate token in front of the sequence",
        "attention: 2 uniform star layers, 1 -> 1 slots, 1 head",
        "attention: 1 uniform layer, 1 -> 1 slots, 1 head",
    ]
