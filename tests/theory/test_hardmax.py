"""KS23.Thm1 as sequences: every hardmax layer agrees on them, softmax does not."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from memcap.core.balls import Truth, less
from memcap.core.claims import Verdict
from memcap.core.errors import HypothesisError
from memcap.model.forward import forward
from memcap.model.weights import Affine, Attention, Head, Residual, Weights
from memcap.theory.hardmax import (
    Pair,
    impossibility_pair,
    shared_outputs_proof,
    softmax_separates,
)

DIM, HEAD = 3, 2


def test_the_three_cases():
    proof = shared_outputs_proof()
    assert proof.verdict is Verdict.PROVED and proof.affine
    assert [case.keys for case in proof.cases] == [
        ((6,), (6,)),
        ((1,), (1,)),
        ((1, 2, 5, 6), (1, 3, 4, 6)),
    ]
    assert proof.cases[2].means == (Fraction(7, 2), Fraction(7, 2))
    assert proof.ref.id == "KS23.Thm1" and "tokens 1 and 6" in proof.sentence


def test_three_tokens_where_ties_are_not_shared():
    proof = shared_outputs_proof(impossibility_pair(averaging=False))
    assert proof.verdict is Verdict.PROVED and len(proof.cases) == 4
    assert {case.slope[-9:] for case in proof.cases[2:]} == {"first key", " last key"}
    # With shared ties the same sequences are told apart, by the mean.
    shared = shared_outputs_proof(Pair((1, 2, 6), (1, 3, 6), averaging=True))
    assert shared.verdict is Verdict.REFUTED and "beta = 0" in shared.sentence


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (Pair((1, 2, 5, 6), (6, 5, 2, 1), True), "one set"),
        (Pair((1, 4), (2, 3), True), "share no token"),
        (Pair((1, 2, 5, 6), (1, 3, 4, 7), True), "beta > 0"),
        (Pair((1, 2, 5, 6), (0, 3, 5, 6), True), "beta < 0"),
    ],
)
def test_other_pairs_are_no_counter_example(pair, words):
    proof = shared_outputs_proof(pair)
    assert proof.verdict is Verdict.REFUTED and words in proof.sentence


def test_no_smaller_pair_on_a_line():
    """Of sets with one mean, minimum and maximum these have fewest and closest t."""
    found = []
    for last in range(1, 6):
        for size in (2, 3, 4):
            families: dict[tuple, list] = {}
            for chosen in combinations(range(last + 1), size):
                key = (chosen[0], chosen[-1], sum(chosen))
                families.setdefault(key, []).append(chosen)
            found += [group for group in families.values() if len(group) > 1]
    assert found[0] == [(0, 1, 4, 5), (0, 2, 3, 5)] and len(found) == 1
    pair = impossibility_pair()
    assert [
        tuple(t - 1 for t in pair.first),
        tuple(t - 1 for t in pair.second),
    ] in found


def matrix(rng, rows, columns, silent=0.0):
    """A random matrix, with the given probability all zero."""
    values = rng.integers(-4, 5, size=(rows, columns))
    return Affine.dense(((rng.random() >= silent) * values).tolist())


def layer(rng, kind, heads):
    """A random layer with skip connection and feed-forward part; some zero scores."""
    made = tuple(
        Head(
            query=matrix(rng, HEAD, DIM, silent=0.2),
            key=matrix(rng, HEAD, DIM, silent=0.1),
            value=matrix(rng, HEAD, DIM),
            output=matrix(rng, DIM, HEAD),
        )
        for _ in range(heads)
    )
    inner, outer = matrix(rng, 4, DIM), matrix(rng, DIM, 4)
    identity = Affine.build(DIM, [{i: 1} for i in range(DIM)])
    layers = (Attention(kind, made), Residual(inner, outer))
    return Weights("seq_to_seq", "vectors", identity, layers, identity, "argmax")


def tokens_of(rng, pair):
    """[2, n, DIM] tokens on a random line, each sequence in an order of its own."""
    origin, direction = rng.integers(-3, 4, DIM), rng.integers(1, 4, DIM)
    orders = [rng.permutation(sequence) for sequence in (pair.first, pair.second)]
    tokens = origin + np.array(orders)[:, :, None] * direction
    return tokens, [list(order) for order in orders]


def shared_outputs(outputs, orders, token):
    pairs = zip(outputs, orders, strict=True)
    return [tuple(row[order.index(token)]) for row, order in pairs]


def test_random_hardmax_layers_agree_exactly():
    rng = np.random.default_rng(4)
    pair, uneven = impossibility_pair(), 0
    for _ in range(200):
        weights = layer(rng, "hardmax", heads=int(rng.integers(1, 5)))
        tokens, orders = tokens_of(rng, pair)
        outputs = forward(weights, tokens)
        for token in pair.shared:
            first, second = shared_outputs(outputs, orders, token)
            assert first == second
        uneven += len({tuple(row) for row in outputs.reshape(-1, DIM)}) > 2
    assert uneven > 150  # the layers do tell tokens apart


def softmax_layer(rng):
    """Four softmax heads with positive weights, on tokens that are t itself."""
    heads = tuple(
        Head(
            *[Affine.dense([[Fraction(int(rng.integers(1, 9)), 4)]]) for _ in range(4)]
        )
        for _ in range(4)
    )
    identity = Affine.build(1, [{0: 1}])
    layers = (Attention("softmax", heads),)
    return Weights("seq_to_seq", "vectors", identity, layers, identity, "nearest")


def test_softmax_with_the_same_weights_differs():
    rng = np.random.default_rng(5)
    pair, certain = impossibility_pair(), 0
    tokens = np.array([pair.first, pair.second])
    for _ in range(20):
        soft = softmax_layer(rng)
        attention = soft.layers[0]
        hard = Attention("hardmax", attention.heads)
        rigid = Weights("seq_to_seq", "vectors", soft.embedding, (hard,), soft.readout)
        exact = forward(rigid, tokens)
        balls = forward(soft, tokens, arithmetic="ball", precision=256)
        for place in (0, 3):  # tokens 1 and 6 stand at the same places in both
            assert exact[0, place] == exact[1, place]
            difference = balls[0, place] - balls[1, place]
            size = difference.maximum(-difference)
            certain += less(0, size) is Truth.TRUE
    assert certain == 40


def test_one_softmax_head_separates_the_pair():
    found = softmax_separates()
    assert found.separated is Truth.TRUE and set(found.gaps) == {1, 6}
    # At token 6 the scores are 12 apart and the largest value alone nearly decides.
    assert float(found.gaps[6]) == pytest.approx(np.exp(-12), rel=0.01)
    with pytest.raises(HypothesisError, match="scores that differ"):
        softmax_separates(scale=0)


def test_too_small_a_scale_may_not_separate():
    """The difference at token 1 changes its sign between the scales 1 and 1.2."""

    def difference(scale):
        pair = impossibility_pair()
        outputs = []
        for sequence in (pair.first, pair.second):
            attention = Affine.build(1, [{0: 1}])
            query = Affine.build(1, [{0: scale}])
            head = Head(query, attention, attention, attention)
            layers = (Attention("softmax", (head,)),)
            net = Weights("seq_to_seq", "vectors", attention, layers, attention)
            outputs.append(forward(net, np.array([sequence]), arithmetic="ball")[0, 0])
        return outputs[0] - outputs[1]

    assert less(0, difference(1)) is Truth.TRUE
    assert less(difference(Fraction(6, 5)), 0) is Truth.TRUE
    gap = softmax_separates(scale=Fraction(6, 5)).gaps[1]
    assert (gap + difference(Fraction(6, 5))).contains(0)
