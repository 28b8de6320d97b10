"""Averaging between two networks: sizes, symmetry, what reads what, other softmaxes."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import memcap as mc
from memcap.constructions.averaging_network import EXACT_MARGIN
from memcap.constructions.sequence_ids import distinguishing_tokens
from memcap.core.claims import ClaimKind
from memcap.model.fast_forward import fast_forward, token_state
from memcap.model.weights import Affine, Attention
from memcap.theory import bounds

STATEMENTS = {
    "next_token": "KS25.ThmB1",
    "seq_to_seq": "KS25.Cor4.1",
    "embedding": "KS25.ThmE1",
    "deep_sets": "KS25.ThmD1",
}


def sequences(number, length=6, vocab=30, seed=0):
    """Random sequences with two labels."""
    return mc.data.random_next_token(
        num_samples=number, length=length, vocab=vocab, classes=2, seed=seed
    )


def data(name, number):
    if name == "seq_to_seq":
        return mc.data.random_seq_to_seq(
            num_samples=number // 6, length=6, vocab=30, classes=2, seed=0
        )
    return sequences(number)


def formulas(name, ds):
    """Every size that the statement has a formula for, as a number."""
    separation = ds.separation()
    facts = {
        "num_samples": ds.num_samples,
        "length": ds.length,
        "dim": 1,
        "r": separation.r_max,
        "delta": 1,
        "classes": 2,
        "vocab": int(ds.tokens.max()) + 1,
    }
    found = {}
    for size in ("width", "depth", "bits", "parameters"):
        bound = bounds.available().get(f"{STATEMENTS[name]}.{size}")
        if bound is not None:
            found[size] = bound(**{x: facts[x] for x in bound.inputs}).floor()
    return found


@pytest.mark.parametrize("name", STATEMENTS)
def test_sizes_beside_the_formulas(name):
    ds = data(name, 300)
    printed = mc.construct(name, ds, constants="theorem")
    counts = mc.count(printed.weights)
    actual = {
        "width": counts.width,
        "depth": counts.depth,
        "bits": counts.max_bits,
        "parameters": counts.nonzero,
    }
    allowed = formulas(name, ds)
    assert set(allowed) >= {"width", "depth", "bits"}
    for size, bound in allowed.items():
        assert actual[size] <= bound
    # With the printed constants the formulas are no more than twice the truth; of
    # 144 or more numbers in a dense layer about 12 are not zero.
    assert 2 * counts.depth >= allowed["depth"]
    assert 2 * counts.max_bits >= allowed["bits"]
    fitted = mc.count(mc.construct(name, ds).weights)
    assert fitted.nonzero < counts.nonzero and fitted.depth < counts.depth
    assert fitted.max_bits < counts.max_bits


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("constants", ["data", "theorem"])
def test_four_times_the_labels_take_about_twice_the_parameters(name, constants):
    few, many = (
        mc.count(mc.construct(name, data(name, number), constants=constants).weights)
        for number in (150, 600)
    )
    assert 1.5 < many.nonzero / few.nonzero < 2.6
    assert 1.5 < many.depth / few.depth < 2.6


@pytest.mark.parametrize("name", ["seq_to_seq", "deep_sets"])
@pytest.mark.parametrize("constants", ["data", "theorem"])
@pytest.mark.parametrize("distinct", [1, 2, 3, 5])
def test_bits_of_few_real_vectors(name, constants, distinct):
    # A token takes 53 bits; the formulas for so few sequences allow little more.
    rng = np.random.default_rng(distinct)
    table = 0.01 * rng.standard_normal((distinct, 2))
    index = np.repeat(np.arange(distinct), 3)[:, None] * np.ones((1, 2), dtype=int)
    labels = index % 3 if name == "seq_to_seq" else index[:, 0] % 3
    ds = mc.data.from_arrays(table[index], labels, num_classes=3)
    certificate = mc.verify(mc.construct(name, ds, constants=constants), ds)
    assert certificate.verdict is mc.Verdict.PROVED, certificate.sentence


def part(built, name):
    return mc.count(built.weights).by_part[name]


def test_decoder_hardly_depends_on_the_length():
    short, long = (
        mc.construct("embedding", sequences(200, length)) for length in (4, 128)
    )
    # N contexts are stored either way; only the bits of a sum grow, like log n.
    assert part(long, "decoder").depth < 1.35 * part(short, "decoder").depth
    assert part(long, "decoder").nonzero < 1.35 * part(short, "decoder").nonzero


@pytest.mark.parametrize("constants", ["data", "theorem"])
def test_encoder_does_not_depend_on_how_many_tokens_are_read(constants):
    every = mc.data.random_seq_to_seq(
        num_samples=50, length=6, vocab=20, classes=3, seed=1
    )
    last = mc.data.from_arrays(every.tokens, every.labels[:, -1], num_classes=3)
    both = (
        mc.construct("seq_to_seq", every, constants=constants),
        mc.construct("next_token", last, constants=constants),
    )
    encoders = [
        [x for x in b.weights.layers if x.part in ("encoder", "attention")]
        for b in both
    ]
    assert encoders[0] == encoders[1]
    assert part(both[0], "decoder").nonzero > part(both[1], "decoder").nonzero


def shuffled_rows(tokens, seed=3):
    rng = np.random.default_rng(seed)
    order = np.argsort(rng.random(tokens.shape), axis=1)
    return np.take_along_axis(tokens, order, axis=1), order


def unseen(ds, seed=9):
    """Other sequences of the same tokens."""
    rng = np.random.default_rng(seed)
    return rng.choice(np.unique(ds.tokens), (40, ds.length))


def test_sets_ignore_the_order_of_all_tokens_even_of_unseen_sequences():
    ds = sequences(80)
    net = mc.construct("deep_sets", ds).weights
    for tokens in (ds.tokens, unseen(ds)):
        other, _ = shuffled_rows(tokens)
        same = fast_forward(net, tokens).numbers() == fast_forward(net, other).numbers()
        assert same.all()


def test_every_token_carries_its_label_along_even_of_unseen_sequences():
    ds = data("seq_to_seq", 120)
    net = mc.construct("seq_to_seq", ds).weights
    for tokens in (ds.tokens, unseen(ds)):
        other, order = shuffled_rows(tokens)
        outputs = fast_forward(net, tokens).numbers()
        moved = np.take_along_axis(outputs, order, axis=1)
        assert (moved == fast_forward(net, other).numbers()).all()


def test_the_padding_counts_for_nothing():
    tokens = [[0, 0, 1], [0, 1, 1], [1, 1, 1], [0, 0, 0]]
    ds = mc.data.from_arrays(tokens, [1, 0, 1, 0])
    # Left alone the greedy set takes the lowest token, which is the padding.
    assert distinguishing_tokens(np.sort(ds.token_index, axis=1)) == [0]
    built = mc.construct("deep_sets", ds, padding=0)
    assert mc.verify(built, ds).verdict is mc.Verdict.PROVED
    padding, one = phi_of(built.weights, [0, 1])
    assert padding == 0 and one > 0


def phi_of(net, ids):
    """What phi says of single tokens."""
    state = token_state(net, [[x] for x in ids])
    values = state.slot_numbers()[0]
    return [values[row] for row in state.index[:, 0]]


def test_sums_tell_multisets_of_all_cardinalities_apart():
    tokens = np.array([[a, b, c] for a in range(4) for b in range(a, 4) for c in (3,)])
    tokens[tokens == 3] = 7
    labels = np.arange(len(tokens)) % 2
    ds = mc.data.from_arrays(tokens, labels)
    for constants in ("data", "theorem"):
        built = mc.construct("deep_sets", ds, padding=7, constants=constants)
        phi = np.array(phi_of(built.weights, range(8)))
        sums = phi[tokens].sum(axis=1)
        assert phi[7] == 0 and len(set(sums)) == len(tokens)


def test_the_table_is_that_of_the_statement():
    ds = mc.data.from_arrays([[0, 5], [5, 5], [9, 5]], [0, 1, 2])
    net = mc.construct("embedding", ds).weights
    f, ids, mean = net.embedding.rows
    assert net.input == "ids" and net.embedding.inputs == 10
    assert ids.terms == ((5, 5), (9, 9)) and mean.terms == ()
    assert {x for x, _ in f.terms} <= {0, 5, 9}
    assert isinstance(net.layers[0], Attention)
    assert not any(isinstance(layer, Attention) for layer in net.layers[1:])


def test_ids_with_one_vector_are_different_ids():
    tokens, labels = [[0, 2], [1, 2]], [0, 1]
    ds = mc.data.from_arrays(tokens, labels, embedding=[[1.0], [1.0], [2.0]])
    with pytest.raises(mc.InconsistentLabelsError, match="samples 0 and 1"):
        mc.construct("next_token", ds)
    built = mc.construct("embedding", ds)
    assert mc.verify(built, ds).verdict is mc.Verdict.PROVED


def test_a_claim_about_another_vocabulary_is_refuted():
    ds = sequences(40)
    built = mc.construct("embedding", ds)
    claim = next(c for c in built.claims if c.kind is ClaimKind.PARAMETERS_AT_MOST)
    larger = replace(claim, inputs=(*claim.inputs[:-1], ("vocab", 1000)))
    assert claim.inputs[-1][0] == "vocab"
    certificate = mc.verify(replace(built, claims=(larger,)), ds)
    assert certificate.verdict is mc.Verdict.REFUTED
    assert "vocab = 1000" in certificate.claims[-1].sentence


@pytest.mark.parametrize("constants", ["data", "theorem"])
def test_softmax_of_equal_scores_averages(constants):
    ds = mc.data.random_next_token(num_samples=12, length=4, vocab=5, classes=3, seed=1)
    built = {
        kind: mc.construct("next_token", ds, constants=constants, averaging=kind)
        for kind in ("uniform", "hardmax", "softmax")
    }
    certificates = {kind: mc.verify(b, ds) for kind, b in built.items()}
    for kind, certificate in certificates.items():
        assert certificate.verdict is mc.Verdict.PROVED, certificate.sentence
        assert certificate.arithmetic.startswith("ball") == (kind == "softmax")
    margins = {kind: c.margin for kind, c in certificates.items()}
    assert margins["uniform"] == margins["hardmax"] == EXACT_MARGIN
    assert Fraction(3, 8) <= margins["softmax"] < EXACT_MARGIN


def test_the_three_networks_differ_in_one_word():
    ds = sequences(20)
    built = {
        kind: mc.construct("next_token", ds, averaging=kind).weights
        for kind in ("uniform", "hardmax", "softmax")
    }
    for net in built.values():
        layer = next(x for x in net.layers if isinstance(x, Attention))
        assert layer.heads[0].key == layer.heads[0].query == Affine(3, ())
        same = tuple(
            replace(x, kind="uniform") if isinstance(x, Attention) else x
            for x in net.layers
        )
        assert replace(net, layers=same) == built["uniform"]
    outputs = [fast_forward(built[kind], unseen(ds)) for kind in ("uniform", "hardmax")]
    assert (outputs[0].numbers() == outputs[1].numbers()).all()
