"""The fast exact forward pass gives the numbers of the reference, to the last bit."""

import random
from fractions import Fraction

import numpy as np
import pytest

import memcap as mc
from memcap.core.errors import WeightsError
from memcap.model.fast_forward import fast_forward
from memcap.model.forward import forward
from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Linear,
    Relu,
    Residual,
    Weights,
)
from tests.model import random_networks

ONE = Affine.dense([[1]])


def assert_same(weights, tokens):
    expected, outputs = forward(weights, tokens), fast_forward(weights, tokens)
    found = outputs.numbers()
    assert found.shape == expected.shape
    pairs = list(zip(found.ravel(), expected.ravel(), strict=True))
    assert [a for a, _ in pairs] == [b for _, b in pairs]
    assert all(type(a) is type(b) and type(a) in (int, Fraction) for a, b in pairs)
    assert outputs.denominator > 0
    return expected


@pytest.mark.parametrize("block", range(10))
def test_small_networks_of_every_kind(block):
    for seed in range(100 * block, 100 * block + 100):
        rng = random.Random(seed)
        weights = random_networks.network(rng)
        samples, length = rng.randint(1, 12), rng.randint(1, 5)
        assert_same(weights, random_networks.tokens(rng, weights, samples, length))


@pytest.mark.parametrize("block", range(8))
def test_networks_with_an_aggregate(block):
    stars = 0
    for seed in range(20_000 + 60 * block, 20_060 + 60 * block):
        rng = random.Random(seed)
        weights = random_networks.starred(rng, random_networks.network(rng))
        samples, length = rng.randint(1, 12), rng.randint(1, 5)
        assert_same(weights, random_networks.tokens(rng, weights, samples, length))
        stars += any(
            getattr(layer, "pattern", "") == "star" for layer in weights.layers
        )
    assert stars > 10


@pytest.mark.parametrize("seed", range(80))
def test_many_inputs(seed):
    # From two tokens, where almost everything is shared, to as many as inputs.
    rng = random.Random(1000 + seed)
    vocab = rng.choice([2, 5, 40, 700])
    weights = random_networks.network(rng, vocab=vocab, length=8, depth=4)
    samples, length = rng.choice([(1500, 1), (500, 2), (250, 4), (200, 8)])
    assert_same(weights, random_networks.tokens(rng, weights, samples, length))


def steps(rng, points):
    """Indicators of intervals: ReLU ramps of slope 1 between whole numbers."""
    edges = sorted(rng.sample(range(points), 2 * min(6, points // 2)))
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]


@pytest.mark.parametrize("points", [4, 200, 1000])
@pytest.mark.parametrize("bits", [3, 61, 62, 63, 64, 200, 3000])
def test_long_words_chosen_by_indicators(points, bits):
    # x -> the word of the interval x lies in, then pieces of that word beside x.
    rng = random.Random(points * 10_000 + bits)
    chosen = steps(rng, points)
    ramps, rows = [], {}
    for a, b in chosen:
        word = rng.getrandbits(bits) | 1 << (bits - 1)
        for bias, sign in ((-a, 1), (-a - 1, -1), (-b, -1), (-b - 1, 1)):
            rows[len(ramps)] = sign * word
            ramps.append(bias)
    first = Relu(Affine.dense([[1]] * (len(ramps) + 1), [*ramps, 0]))
    carry = {len(ramps): 1}
    second = Relu(Affine.build(len(ramps) + 1, [rows, carry]))
    scale, half = Fraction(1, 1 << bits), Fraction(1, 2)
    third = Relu(
        Affine.build(
            2,
            [{0: scale}, {0: 2 * scale}, {0: 4 * scale}, {1: 1}, {0: 1, 1: -(2**62)}],
            [Fraction(1, 3), 0, -2, 0, 1],
        )
    )
    fourth = Linear(
        Affine.build(5, [{0: 1, 3: half, 4: -1}, {1: 2**63, 2: -(2**64)}, {3: 1, 4: 2}])
    )
    readout = Affine.dense([[1, 1, 1], [0, 1, -1]], [0, half])
    weights = Weights(
        "next_token", "vectors", ONE, (first, second, third, fourth), readout, "argmax"
    )
    expected = assert_same(
        weights, np.random.default_rng(0).permutation(points)[:, None]
    )
    assert len({tuple(row) for row in expected}) > len(chosen)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("top", [2**61, 2**62 - 1, 2**62, 2**62 + 1, 2**63, 2**64])
def test_sums_at_the_border_of_int64(top, sign):
    # Each term fits, the sum does not; and back to a small number.
    up = Linear(Affine.build(1, [{0: sign * (top // 2)}, {0: sign * (top - 1)}]))
    both = Linear(Affine.dense([[1, 1], [1, -1]], [1, -1]))
    back = Linear(Affine.dense([[Fraction(1, top), 0], [1, Fraction(-1, 2)]]))
    weights = Weights(
        "next_token", "vectors", ONE, (up, both, back), Affine.dense([[1, 1]])
    )
    for layers in ((up,), (up, both), (up, both, back)):
        part = Weights(
            "next_token", "vectors", ONE, layers, Affine.dense([[1, -2]], [top])
        )
        assert_same(part, np.arange(-3, 4)[:, None])
    assert_same(weights, np.array([[-2], [-1], [0], [1], [2], [2**31], [2**62]]))


FORMS = [
    {"pattern": "full"},
    {"pattern": "full", "causal": True},
    {"pattern": "star"},
]


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("aggregate", [0, -(2**61) + 1, Fraction(5, 3)])
@pytest.mark.parametrize("kind", ["uniform", "hardmax"])
@pytest.mark.parametrize("residual", [False, True])
def test_an_aggregate_with_long_numbers(kind, aggregate, form, residual):
    # One slot for scores and values; sums over n + 1 tokens pass the border of int64.
    head = Head(ONE, ONE, ONE, ONE)
    layer = Attention(kind, (head,), residual=residual, **form)
    between = Relu(Affine.dense([[1]], [1]))
    for task in ("seq_to_seq", "next_token"):
        for layers in ((), (layer,), (layer, layer), (layer, between, layer)):
            weights = Weights(
                task,
                "ids",
                Affine.dense([[2**61, 2**61 - 1, -1]]),
                layers,
                ONE,
                aggregate=Affine.dense([[aggregate]]),
            )
            tokens = np.random.default_rng(3).integers(0, 3, (5, 9))
            for length in (1, 2, 9):
                assert_same(weights, tokens[:, :length])


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("kind", ["uniform", "hardmax"])
def test_attention_over_long_sequences(kind, causal):
    # The denominators 1..n have a common multiple far beyond int64.
    values = Affine.build(2, [{}, {0: 1}, {1: 2**61}])
    head = Head(
        Affine.build(2, [{1: 1}]),
        Affine.build(2, [{1: 1}]),
        values,
        Affine.dense([[1, 1, 0], [0, 0, 1]]),
    )
    weights = Weights(
        "seq_to_seq",
        "ids",
        Affine.dense([[1, 2, -3], [0, 0, 1]]),
        (Attention(kind, (head,), causal),),
        Affine.dense([[1, 1]]),
    )
    tokens = np.random.default_rng(1).integers(0, 3, (4, 70))
    assert_same(weights, tokens)
    assert_same(weights, np.zeros((2, 60), dtype=int))


@pytest.mark.parametrize("kind", ["uniform", "hardmax"])
@pytest.mark.parametrize("length", [1, 2, 7, 8])
def test_pooled_sums_of_long_numbers(length, kind):
    # Every entry fits int64; the sum over n tokens times the common multiple does not.
    # Neighbouring numbers have no common factor that could be put aside.
    head = Head(*(Affine.dense([[x]]) for x in (0, 0, 1, 1)))
    for top in (2**57, 2**59 + 1, 2**60, 2**61, 2**62 - 1, 2**62):
        table = Affine.dense([[top, top - 1, -top]])
        for causal in (False, True):
            layers = (Attention(kind, (head,), causal, residual=False),)
            weights = Weights("seq_to_seq", "ids", table, layers, ONE)
            tokens = [[0] * length, [2] * length, [0] * (length - 1) + [1]]
            assert_same(weights, np.array(tokens))


@pytest.mark.parametrize(
    "name, data",
    [
        ("relu_memorizer", {"num_samples": 150, "length": 1, "vocab": 4000}),
        ("next_token", {"num_samples": 60, "length": 3, "vocab": 12}),
        ("next_token", {"num_samples": 40, "length": 8, "vocab": 30}),
    ],
)
@pytest.mark.parametrize("constants", ["data", "theorem"])
def test_bit_extraction_networks(name, data, constants):
    if name == "relu_memorizer":
        data = data | {"duplicates": False}
    ds = mc.data.random_next_token(classes=5, seed=3, **data)
    built = mc.construct(name, ds, constants=constants)
    some = ds.tokens[:12]
    expected = assert_same(built.weights, some)
    assert expected.tolist() == ds.labels[:12].tolist()
    everything = fast_forward(built.weights, ds.tokens).numbers()
    assert everything.tolist() == ds.labels.tolist()
    # Inputs the network was not built for take other branches of the ReLUs.
    other = np.random.default_rng(5).permutation(ds.tokens.ravel() + 1)[:24]
    assert_same(built.weights, other.reshape(-1, ds.length))


def test_two_calls_agree_and_change_nothing():
    rng = random.Random(7)
    weights = random_networks.network(rng, vocab=5)
    tokens = random_networks.tokens(rng, weights, 50, 4)
    before, sha = tokens.copy(), weights.sha256
    first = fast_forward(weights, tokens).numbers()
    other = random_networks.network(rng, vocab=5)
    fast_forward(other, random_networks.tokens(rng, other, 30, 4))
    assert (fast_forward(weights, tokens).numbers() == first).all()
    assert (tokens == before).all() and weights.sha256 == sha
    # Rows do not influence each other.
    for part in (tokens[:1], tokens[20:30], tokens[::-1]):
        reference = forward(weights, part)
        assert (fast_forward(weights, part).numbers() == reference).all()


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64])
def test_narrow_integer_types(dtype):
    # 300 positions do not fit the type of the ids.
    positions = Affine.dense([list(range(1, 301))])
    ids = Weights(
        "seq_to_seq", "ids", Affine.dense([[5, 7]]), (), ONE, positions=positions
    )
    tokens = np.arange(300).reshape(1, 300) % 2
    assert_same(ids, tokens.astype(dtype))
    vectors = Weights("seq_to_seq", "vectors", ONE, (), ONE, positions=positions)
    assert_same(vectors, np.array([[np.iinfo(dtype).max, 0, 1]], dtype=dtype))
    plain = Weights("seq_to_seq", "vectors", ONE, (), ONE)
    assert_same(plain, np.array([[np.iinfo(dtype).max, 0, 1]], dtype=dtype))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_types(dtype):
    weights = Weights(
        "seq_to_seq",
        "vectors",
        Affine.dense([[1, 3]]),
        (),
        ONE,
        positions=Affine.dense([[0, Fraction(1, 3)]]),
    )
    tokens = np.array([[[0.1, -0.0], [0.0, 1e-7]], [[0.1, 0.0], [-0.0, 1e-7]]], dtype)
    assert_same(weights, tokens)


def test_rational_tokens():
    weights = Weights("seq_to_seq", "vectors", Affine.dense([[2, 1]]), (), ONE)
    tokens = np.array(
        [[[Fraction(1, 3), 2**70]], [[0, 1]], [[Fraction(1, 3), 2**70]]], dtype=object
    )
    expected = assert_same(weights, tokens)
    assert expected[2, 0] == Fraction(2, 3) + 2**70


def test_softmax_is_refused():
    head = Head(ONE, ONE, ONE, ONE)
    weights = Weights(
        "next_token", "vectors", ONE, (Attention("softmax", (head,)),), ONE
    )
    with pytest.raises(WeightsError, match="ball arithmetic"):
        fast_forward(weights, [[1]])


def test_too_many_positions_are_refused():
    weights = Weights("next_token", "ids", ONE, (), ONE, positions=ONE)
    for run in (forward, fast_forward):
        with pytest.raises(WeightsError, match="2 tokens, but 1 positions"):
            run(weights, np.zeros((1, 2), dtype=int))


@pytest.mark.parametrize("jump", [-2, 1, Fraction(-1, 3), Fraction(5, 7), -1])
@pytest.mark.parametrize("weight", [1, -1, 2, Fraction(-3, 5)])
@pytest.mark.parametrize("bias", [0, -(3**70), 5**50, Fraction(-(7**40), 3)])
def test_one_unit_that_bends_one_slot_of_long_numbers(weight, bias, jump):
    bend = Residual(
        Affine.build(2, [{0: weight}], [bias]), Affine.build(1, [{0: jump}, {}])
    )
    # Long numbers in few groups, and a slot beside them that nothing changes.
    longer = Linear(Affine.build(1, [{0: 11**30}, {0: 1}], [-(3**70), 0]))
    weights = Weights(
        "next_token",
        "vectors",
        Affine.dense([[1]]),
        (longer, bend, bend),
        Affine.dense([[1, 1]]),
    )
    tokens = np.arange(-40, 60, 3)[:, None]
    found = fast_forward(weights, tokens).numbers()
    assert (found == forward(weights, tokens)).all()
