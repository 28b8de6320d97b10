"""Training fits a small set, says so truthfully, and is repeatable."""

import jax
import numpy as np
import pytest

from memcap.core.errors import DataError, WeightsError
from memcap.data.dataset import from_arrays
from memcap.model.counting import count
from memcap.model.forward import forward
from memcap.nn import Config
from memcap.nn.precision import significant_bits
from memcap.training import DivergedError, TrainConfig, smallest_width, train

QUICK = TrainConfig(steps=1000, check_every=50, learning_rate=0.03)


def random_data(samples=16, length=4, vocab=8, classes=2, seed=0):
    rng = np.random.default_rng(seed)
    tokens = rng.integers(0, vocab, (samples, length))
    return from_arrays(tokens, rng.integers(0, classes, samples))


def rank_one(ds, **fields):
    known = {"width": 4, "rank": 1, "hidden": 8}
    return Config.for_dataset(ds, **(known | fields))


@pytest.fixture(scope="module")
def fitted():
    ds = random_data()
    return ds, train(rank_one(ds), QUICK, ds, seeds=(0, 1))


def test_reaches_every_label_by_an_independent_forward_pass(fitted):
    ds, result = fitted
    assert result.fits and (result.correct, result.total) == (16, 16)
    balls = forward(result.weights, ds.tokens, "ball")
    for row, label in zip(balls, ds.labels, strict=True):
        assert (row[label] - row[1 - label]).lower > 0


def test_same_arguments_same_numbers(fitted):
    ds, result = fitted
    again = train(rank_one(ds), QUICK, ds, seeds=(0, 1))
    assert again.weights.sha256 == result.weights.sha256
    assert again.runs == result.runs
    assert again.compile_seconds < result.compile_seconds


def test_every_member_is_on_record(fitted):
    _, result = fitted
    assert [(run.seed, run.learning_rate) for run in result.runs] == [
        (0, 0.03),
        (1, 0.03),
    ]
    assert result.correct == max(run.correct for run in result.runs)
    steps = [step for step, _ in result.losses]
    assert steps == list(range(0, result.steps + 1, 50))
    assert result.losses[-1][1] < result.losses[0][1]
    assert result.runs[0].curve != result.runs[1].curve


def test_counts_are_those_of_the_weights(fitted):
    _, result = fitted
    assert result.counts == count(result.weights)
    # Embedding 8x4, rank-1 attention 4x4, block 4->8->4 with biases, readout 4->2.
    assert result.counts.dense == 32 + 16 + (32 + 8 + 32 + 4) + (8 + 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"attention": "boltzmann", "feedforward": "plain"},
        {"decision": "nearest", "hidden": 16},
    ],
)
def test_other_networks_fit_too(fields):
    ds = random_data(samples=8)
    result = train(rank_one(ds, **fields), QUICK, ds, seeds=(0, 1))
    assert result.fits
    outputs = np.asarray(forward(result.weights, ds.tokens, "float64"))
    nearest = fields.get("decision") == "nearest"
    read = np.rint(outputs) if nearest else outputs.argmax(axis=1)
    assert (read == ds.labels).all()


@pytest.mark.parametrize("x64", [True, False])
def test_token_labels_of_vectors_in_float64(x64):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, (4, 3))
    ds = from_arrays(rng.normal(size=(4, 3, 2)), labels)
    config = Config.for_dataset(ds, width=6, rank=1, hidden=32, encoder_depth=1)
    settings = TrainConfig(steps=1500, dtype="float64")
    with jax.enable_x64(x64):
        result = train(config, settings, ds)
    assert result.fits and result.total == 12
    longest = max(significant_bits(x) for x in result.weights.readout.numbers())
    assert longest > 24
    outputs = np.asarray(forward(result.weights, ds.tokens, "float64"))
    assert (outputs.argmax(axis=2) == labels).all()


def test_position_vectors_tell_permutations_apart():
    ds = from_arrays([[0, 1, 2], [1, 0, 2]], [0, 1])
    assert train(rank_one(ds, positions=3), QUICK, ds).fits


def test_ladder_stops_at_the_first_width_that_fits():
    ds = random_data()
    search = smallest_width(ds, rank_one(ds), QUICK, (1, 8, 16), seeds=(0, 1))
    assert search.smallest == search.rungs[-1].width
    assert search.found and search.found.result.fits and not search.censored
    assert all(not rung.result.fits for rung in search.rungs[:-1])


def test_contradicting_labels_are_never_called_right():
    # Equal up to a permutation of all but the last token, with two labels.
    ds = from_arrays([[0, 1, 2], [1, 0, 2]], [0, 1])
    few = TrainConfig(steps=50, check_every=25)
    search = smallest_width(ds, rank_one(ds), few, (2, 4))
    assert search.censored and search.smallest is None
    assert [rung.width for rung in search.rungs] == [2, 4]
    assert all(rung.result.correct <= 1 for rung in search.rungs)
    assert [rung.result.steps for rung in search.rungs] == [50, 50]


def test_divergence_is_said_in_one_sentence():
    ds = random_data(samples=4)
    config = rank_one(ds, decision="nearest")
    with pytest.raises(DivergedError, match="lower learning_rate"):
        train(config, TrainConfig(steps=50, warmup=0, learning_rate=1e30), ds)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"steps": 0}, "steps = 0 is not an integer >= 1"),
        ({"optimizer": "sgd"}, "optimizer = 'sgd'"),
        ({"learning_rate": float("nan")}, "learning_rate = nan"),
        ({"weight_decay": -0.1}, "weight_decay = -0.1"),
        ({"dtype": "float16"}, "dtype = 'float16'"),
    ],
)
def test_refused_settings(fields, sentence):
    with pytest.raises(DataError, match=sentence):
        TrainConfig(**fields)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"vocab": 3}, "ids of the data reach 7, the configuration holds 3"),
        ({"task": "seq_to_seq"}, "the configuration is seq_to_seq"),
        ({"vocab": None, "dim": 2}, "has dim 2, the data 1"),
        ({"positions": 2}, "length of the data reach"),
        ({"classes": 1, "decision": "nearest"}, "labels of the data reach 1"),
    ],
)
def test_refused_data(fields, sentence):
    ds = random_data()
    with pytest.raises(WeightsError, match=sentence):
        train(rank_one(ds, **fields), QUICK, ds)


def test_refused_ladders():
    ds = random_data()
    for widths in ((), (4, 4), (8, 4)):
        with pytest.raises(DataError, match="increasing ladder"):
            smallest_width(ds, rank_one(ds), QUICK, widths)
