"""What the layers mean: small networks by hand, and what must hold of all."""

import random
from fractions import Fraction

import numpy as np
import pytest
from flint import ctx

from memcap.core.balls import Ball, Truth, less
from memcap.core.errors import (
    DataError,
    MemcapError,
    PrecisionError,
    UndecidedError,
    WeightsError,
)
from memcap.model.arithmetic import nearest_float
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
HALF = Fraction(1, 2)


def net(*layers, embedding=ONE, readout=ONE, task="seq_to_seq", **more):
    more = {"input": "vectors"} | more
    return Weights(task, more.pop("input"), embedding, tuple(layers), readout, **more)


def head(query, key, value, output):
    return Head(*(Affine.dense(matrix) for matrix in (query, key, value, output)))


def test_relu_and_linear_by_hand():
    relu = Relu(Affine.dense([[2], [-1]], [-3, HALF]))
    linear = Linear(Affine.dense([[1, 1], [0, -4]], [0, 1]))
    weights = net(relu, linear, readout=Affine.dense([[1, 10]], [7]))
    # x = 2: relu (1, 0), linear (1, 1), readout 1 + 10 + 7.
    # x = 0: relu (0, 1/2), linear (1/2, -1), readout 1/2 - 10 + 7.
    assert forward(weights, [[2, 0]]).tolist() == [[18, Fraction(-5, 2)]]


def test_residual_by_hand():
    layer = Residual(
        Affine.dense([[1, 0], [0, -1]], [-1, 0]), Affine.dense([[3, 0], [0, 2]], [0, 5])
    )
    weights = net(
        layer, embedding=Affine.dense([[1], [-2]]), readout=Affine.dense([[1, 1]])
    )
    # x = 4: h = (4, -8), hidden (3, 8), h + (9, 16 + 5) = (13, 13).
    assert forward(weights, [[4]]).tolist() == [[26]]


def test_ids_look_up_and_positions_are_added():
    weights = net(
        embedding=Affine.dense([[5, 0, 7]]),
        input="ids",
        positions=Affine.dense([[0, 100]]),
    )
    assert forward(weights, [[0, 2], [1, 1]]).tolist() == [[5, 107], [0, 100]]


def test_hardmax_by_hand_shares_ties():
    # Token (key, value); every query is 1, so that the largest key is taken.
    embedding = Affine.dense([[1, 0], [0, 1]])
    attention = Attention(
        "hardmax",
        (head([[1, 0]], [[1, 0]], [[0, 1]], [[0], [1]]),),
        residual=False,
    )
    weights = net(attention, embedding=embedding, readout=Affine.dense([[0, 1]]))
    tokens = [[[3, 10], [5, 1], [5, 2], [5, 6]], [[2, 9], [1, 8], [2, 0], [1, 7]]]
    mean, half = Fraction(1 + 2 + 6, 3), Fraction(9, 2)
    assert forward(weights, tokens).tolist() == [[mean] * 4, [half] * 4]
    # A query of the other sign takes the smallest key.
    flipped = [[[-a, b] for a, b in row] for row in tokens]
    assert forward(weights, flipped).tolist() == [[mean] * 4, [half] * 4]
    causal = Attention("hardmax", attention.heads, causal=True, residual=False)
    weights = net(causal, embedding=embedding, readout=Affine.dense([[0, 1]]))
    assert forward(weights, tokens).tolist() == [
        [10, 1, Fraction(3, 2), mean],
        [9, 9, half, half],
    ]


def test_uniform_by_hand():
    one = (head([[0]], [[0]], [[2]], [[3]]),)
    tokens = [[1, 2, 6]]
    assert forward(net(Attention("uniform", one)), tokens).tolist() == [[19, 20, 24]]
    causal = net(Attention("uniform", one, causal=True, residual=False))
    assert forward(causal, tokens).tolist() == [[6, 9, 18]]
    two = net(Attention("uniform", one + one, residual=False))
    assert forward(two, tokens).tolist() == [[36] * 3]


def test_next_token_reads_the_last():
    weights = net(task="next_token")
    assert forward(weights, [[1, 2], [3, 4]]).tolist() == [2, 4]
    wide = net(task="next_token", readout=Affine.dense([[1], [-1]]), decision="argmax")
    assert forward(wide, [[1, 2], [3, 4]]).tolist() == [[2, -2], [4, -4]]


@pytest.mark.parametrize("causal", [False, True])
def test_softmax_with_zero_keys_is_the_mean(causal):
    maps = ([[3, 1]], [[0, 0]], [[1, HALF], [0, 2]], [[1, 0], [0, Fraction(1, 3)]])
    embedding = Affine.dense([[1, 2], [3, -1]])
    shared = {"embedding": embedding, "readout": Affine.dense([[1, 1]])}
    tokens = np.random.default_rng(0).integers(-4, 5, (3, 5, 2))
    mean = forward(net(Attention("uniform", (head(*maps),), causal), **shared), tokens)
    soft = forward(
        net(Attention("softmax", (head(*maps),), causal), **shared), tokens, "ball"
    )
    for ball, value in zip(soft.ravel(), mean.ravel(), strict=True):
        assert ball.contains(value)
        assert ball.upper - ball.lower < Fraction(1, 2**100)


def test_softmax_by_hand():
    # Scores 0 and x for values 0 and 1: the logistic function of x.
    weights = net(
        Attention("softmax", (head([[1]], [[1]], [[1]], [[1]]),), residual=False),
        task="next_token",
    )
    found = forward(weights, [[0, 1]], "ball")[0]
    e = Ball.of(1, 128).exp()
    assert less(found, e / (e + 1) + Fraction(1, 2**100)) is Truth.TRUE
    assert less(e / (e + 1) - Fraction(1, 2**100), found) is Truth.TRUE
    # No hidden 1/sqrt(s), and causal softmax at the first token sees itself alone.
    assert forward(weights, [[0, 1]], "float64")[0] == pytest.approx(0.7310585786300049)


@pytest.mark.parametrize("kind", ["uniform", "hardmax", "softmax"])
def test_causal_outputs_do_not_see_later_tokens(kind):
    rng = random.Random(3)
    for _ in range(20):
        weights = random_networks.network(rng, kinds=(kind,))
        weights = net(
            *(
                Attention(x.kind, x.heads, True, x.residual)
                if isinstance(x, Attention)
                else x
                for x in weights.layers
            ),
            input=weights.input,
            embedding=weights.embedding,
            readout=weights.readout,
            decision=weights.decision,
            positions=weights.positions,
        )
        tokens = random_networks.tokens(rng, weights, 4, 5)
        changed = tokens.copy()
        changed[:, 3:] = tokens[::-1, 3:]
        arithmetic = "exact" if weights.is_rational else "ball"
        old, new = (forward(weights, x, arithmetic)[:, :3] for x in (tokens, changed))
        texts = [[repr(v) for v in outputs.ravel()] for outputs in (old, new)]
        assert texts[0] == texts[1]


def test_without_the_mask_later_tokens_are_seen():
    seen = Attention("uniform", (head([[0]], [[0]], [[1]], [[1]]),))
    assert forward(net(seen), [[1, 1]])[0, 0] != forward(net(seen), [[1, 3]])[0, 0]


def test_permutation_equivariance_without_positions():
    rng = random.Random(4)
    for _ in range(40):
        drawn = random_networks.network(rng)
        layers = tuple(
            Attention(x.kind, x.heads, False, x.residual)
            if isinstance(x, Attention)
            else x
            for x in drawn.layers
        )
        weights = net(
            *layers,
            input=drawn.input,
            embedding=drawn.embedding,
            readout=drawn.readout,
            decision=drawn.decision,
        )
        tokens = random_networks.tokens(rng, weights, 3, 5)
        order = [3, 0, 4, 1, 2]
        permuted = forward(weights, tokens[:, order])
        assert permuted.tolist() == forward(weights, tokens)[:, order].tolist()


def _dyadic(rng):
    return Fraction(rng.randint(-8, 8), 4)


def _small_network(rng, kind):
    def dense(outputs, inputs, bias=True):
        rows = [[_dyadic(rng) for _ in range(inputs)] for _ in range(outputs)]
        return Affine.dense(rows, [_dyadic(rng) for _ in rows] if bias else None)

    heads = tuple(
        Head(
            dense(2, 3, False),
            dense(2, 3, False),
            dense(1, 3, False),
            dense(3, 1, False),
        )
        for _ in range(2)
    )
    return net(
        Relu(dense(4, 2)),
        Linear(dense(3, 4)),
        Attention(kind, heads, causal=rng.random() < 0.5),
        Residual(dense(2, 3), dense(3, 2)),
        embedding=dense(2, 2, False),
        readout=dense(3, 3),
        decision="argmax",
    )


@pytest.mark.parametrize("kind", ["uniform", "hardmax"])
def test_float64_is_exact_on_short_binary_fractions(kind):
    rng = random.Random(5)
    for _ in range(10):
        weights = _small_network(rng, kind)
        # Two tokens, and halves are binary fractions.
        tokens = np.random.default_rng(0).integers(-3, 4, (4, 2, 2)) / 2
        exact, floats = forward(weights, tokens), forward(weights, tokens, "float64")
        assert floats.dtype == np.float64 and floats.shape == exact.shape
        assert floats.tolist() == exact.tolist()


@pytest.mark.parametrize("precision", [16, 53, 128, 400])
def test_balls_contain_the_exact_value(precision):
    rng = random.Random(6)
    for _ in range(25):
        weights = random_networks.network(rng, kinds=("uniform",))
        tokens = random_networks.tokens(rng, weights, 3, 4)
        exact = forward(weights, tokens).ravel()
        balls = forward(weights, tokens, "ball", precision).ravel()
        assert all(b.contains(x) for b, x in zip(balls, exact, strict=True))


def test_balls_of_two_precisions_overlap_for_softmax():
    rng = random.Random(8)
    for _ in range(10):
        weights = _small_network(rng, "softmax")
        tokens = np.random.default_rng(1).integers(-3, 4, (2, 4, 2)) / 2
        coarse = forward(weights, tokens, "ball", 40).ravel()
        fine = forward(weights, tokens, "ball", 300).ravel()
        floats = forward(weights, tokens, "float64").ravel()
        for a, b, x in zip(coarse, fine, floats, strict=True):
            assert a.lower <= b.lower <= b.upper <= a.upper
            assert x == pytest.approx(float(b), rel=1e-9, abs=1e-9)


def test_a_ball_hardmax_is_decided_or_says_so():
    attention = Attention(
        "hardmax", (head([[1]], [[Fraction(1, 3)]], [[1]], [[1]]),), residual=False
    )
    weights = net(attention)
    assert [str(b) for b in forward(weights, [[1, 2]], "ball").ravel()] == [
        "2.00000000000000"
    ] * 2
    # 1/3 is no ball of radius 0, so that a tie of equal tokens cannot be seen.
    with pytest.raises(UndecidedError, match="tie"):
        forward(weights, [[2, 2]], "ball")
    whole = net(
        Attention("hardmax", (head([[1]], [[1]], [[1]], [[1]]),), residual=False)
    )
    assert all(b.contains(2) for b in forward(whole, [[2, 2]], "ball").ravel())


def test_precision_is_restored_also_after_errors():
    before = ctx.prec
    soft = net(Attention("softmax", (head([[1]], [[1]], [[1]], [[1]]),)))
    forward(soft, [[1, 2]], "ball", 500)
    assert ctx.prec == before
    with pytest.raises(MemcapError):
        forward(soft, [[[1, 2]]], "ball", 500)
    with pytest.raises(MemcapError):
        forward(soft, [[np.nan]], "ball", 500)
    assert ctx.prec == before


def test_softmax_has_no_exact_value():
    weights = net(Attention("softmax", (head([[1]], [[1]], [[1]], [[1]]),)))
    with pytest.raises(WeightsError, match="arithmetic='ball'"):
        forward(weights, [[1, 2]])


@pytest.mark.parametrize(
    ("weights", "tokens", "sentence"),
    [
        (net(input="ids"), [[0.5]], "integer ids"),
        (net(input="ids"), [[[0]]], "integer ids"),
        (net(input="ids"), [0], "integer ids"),
        (net(input="ids"), [[1]], "ids run from 1 to 1; the embedding holds 0..0"),
        (net(input="ids"), [[-1]], "ids run from -1 to -1"),
        (net(), [[[1, 2]]], "do not fit a network of 1-dimensional tokens"),
        (net(), [[[[1]]]], "do not fit"),
        (net(embedding=Affine.dense([[1, 1]])), [[1, 2]], "2-dimensional"),
        (net(), np.zeros((0, 2)), "hold no token"),
        (net(), np.zeros((2, 0)), "hold no token"),
        (net(input="ids", positions=ONE), [[0, 0]], "2 tokens, but 1 positions"),
    ],
)
@pytest.mark.parametrize("arithmetic", ["exact", "float64", "ball"])
def test_tokens_that_do_not_fit_are_refused(weights, tokens, sentence, arithmetic):
    with pytest.raises(WeightsError, match=sentence):
        forward(weights, tokens, arithmetic)


def test_numbers_that_are_none_are_refused():
    for bad in (np.nan, np.inf, -np.inf):
        with pytest.raises(DataError, match="not a finite number"):
            forward(net(), [[bad]])


def test_unknown_arithmetic_is_refused():
    with pytest.raises(WeightsError, match="float16"):
        forward(net(), [[1]], "float16")  # type: ignore[arg-type]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_nearest_float_is_nearest(dtype):
    info = np.finfo(dtype)
    ulp = Fraction(float(info.eps))
    largest = int(info.max)
    assert nearest_float(largest, dtype) == info.max
    assert nearest_float(1 + ulp / 2, dtype) == 1
    assert nearest_float(1 + ulp * 3 / 2, dtype) == 1 + 2 * float(ulp)
    assert nearest_float(1 + ulp / 2 + Fraction(1, 10**40), dtype) == 1 + float(ulp)
    assert nearest_float(-1 - ulp / 2 - Fraction(1, 10**40), dtype) == -1 - float(ulp)
    assert nearest_float(Fraction(1, 10**400), dtype) == 0
    tiny = Fraction(float(info.smallest_subnormal))
    assert nearest_float(tiny, dtype) == info.smallest_subnormal
    assert nearest_float(tiny * 3 / 4, dtype) == info.smallest_subnormal
    rng = random.Random(0)
    for _ in range(200):
        value = Fraction(rng.randint(-(10**20), 10**20), rng.randint(1, 10**20))
        found = nearest_float(value, dtype)
        gap = abs(Fraction(float(found)) - value)
        for other in np.nextafter(found, dtype([-np.inf, np.inf])):
            assert gap <= abs(Fraction(float(other)) - value)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_numbers_beyond_the_floats_are_refused(dtype):
    for value in (10**400, -(10**400), int(np.finfo(dtype).max) * 2):
        with pytest.raises(PrecisionError, match="bits exceeds the range"):
            nearest_float(value, dtype)
