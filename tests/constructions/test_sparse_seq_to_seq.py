"""Two stars around an aggregate do what one full averaging layer does, on any input."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import memcap as mc
from memcap.core.claims import Claim, ClaimKind
from memcap.core.refs import Ref
from memcap.model.counting import connections
from memcap.model.fast_forward import fast_forward, token_state
from memcap.model.weights import Affine, Attention


def data(number=12, length=4, vocab=7, classes=3, seed=0):
    return mc.data.random_seq_to_seq(
        num_samples=number, length=length, vocab=vocab, classes=classes, seed=seed
    )


def two(ds, constants="data"):
    names = ("seq_to_seq", "sparse_seq_to_seq")
    return [mc.construct(name, ds, constants=constants) for name in names]


def behind_attention(weights, tokens):
    """`[N, n, 3]` what the tokens hold when the decoder starts, exactly."""
    last = max(i for i, x in enumerate(weights.layers) if isinstance(x, Attention))
    cut = replace(
        weights,
        layers=weights.layers[: last + 1],
        readout=Affine.dense(np.eye(3, dtype=int).tolist()),
        decision="vector",
    )
    return fast_forward(cut, tokens).numbers()


@pytest.mark.parametrize("constants", ["data", "theorem"])
@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_token_holds_phi_f_and_the_mean_of_phi(length, constants):
    ds = data(length=length, number=6)
    full, sparse = two(ds, constants)
    states = behind_attention(sparse.weights, ds.tokens)
    expected = behind_attention(full.weights, ds.tokens)
    # With measured constants the sum is kept, so that all weights are integers.
    scale = 1 if constants == "theorem" else length
    assert (states == expected * [1, 1, scale]).all()
    for phi, _, mean in states.transpose(0, 2, 1).tolist():
        assert mean == [Fraction(sum(phi) * scale, length)] * length
    assert len(np.unique(states[..., 2])) > 2


@pytest.mark.parametrize("constants", ["data", "theorem"])
def test_phi_of_the_aggregate_is_zero(constants):
    ds = data()
    _, sparse = two(ds, constants)
    state = token_state(sparse.weights, ds.tokens)
    phi, F, mean = (slot[state.index[0, 0]] for slot in state.slot_numbers())
    assert (phi, F, mean) == (0, 0, 0)
    assert len(set(state.slot_numbers()[0])) > 2


@pytest.mark.parametrize("seed", range(3))
def test_both_are_one_function(seed):
    # Also on vectors between the tokens and far from them.
    ds = data(seed=seed)
    full, sparse = (built.weights for built in two(ds))
    strange = np.random.default_rng(seed).integers(-10, 40, (50, ds.length, 1)) / 4
    held = [behind_attention(weights, strange) for weights in (full, sparse)]
    assert (held[1] == held[0] * [1, 1, ds.length]).all()
    assert len(np.unique(held[1])) > 29
    read = [fast_forward(weights, strange).numbers() for weights in (full, sparse)]
    assert (read[1] == read[0]).all() and len(np.unique(read[0])) > 1


@pytest.mark.parametrize("constants", ["data", "theorem"])
def test_one_layer_and_three_numbers_more(constants):
    full, sparse = (mc.count(built.weights) for built in two(data(), constants))
    assert sparse.depth == full.depth + 1
    assert sparse.nonzero == full.nonzero + 3
    assert (sparse.width, sparse.max_bits) == (full.width, full.max_bits)


@pytest.mark.parametrize("length", [1, 6, 7, 48])
def test_connections_grow_linearly(length):
    ds = data(number=5, length=length)
    full, sparse = two(ds)
    found = connections(sparse.weights, length)
    assert found.by_layer == (3 * length + 1,) * 2
    assert sparse.report["connections"] == found.total == 6 * length + 2
    assert sparse.report["connections_of_full_attention"] == length**2
    assert connections(full.weights, length).total == length**2
    assert (found.total < length**2) == (length >= 7)
    assert mc.verify(sparse, ds).verdict is mc.Verdict.PROVED


def test_the_claim_is_refuted_of_full_attention():
    ds = data(length=9)
    full, sparse = two(ds)
    (claim,) = (c for c in sparse.claims if c.kind is ClaimKind.CONNECTIONS_AT_MOST)
    assert claim == Claim(ClaimKind.CONNECTIONS_AT_MOST, 56, Ref("KS25", "Rem4.5"))
    certificate = mc.verify(replace(full, claims=(*full.claims, claim)), ds)
    assert certificate.verdict is mc.Verdict.REFUTED
    assert "81 exceeds 56" in certificate.claims[-1].sentence


@pytest.mark.parametrize("kind", ["hardmax", "softmax"])
def test_ties_and_equal_scores_average_too(kind):
    ds = data(number=4, length=3)
    _, sparse = two(ds)
    layers = tuple(
        replace(x, kind=kind) if isinstance(x, Attention) else x
        for x in sparse.weights.layers
    )
    other = replace(sparse.weights, layers=layers)
    assert mc.verify(other, ds).verdict is mc.Verdict.PROVED
