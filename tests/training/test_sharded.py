"""One large network in one process: the same as `train`, resumable, and refusals."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from memcap.core.errors import CorruptFileError, DataError
from memcap.data.dataset import from_arrays
from memcap.model.forward import forward
from memcap.nn import Config, Transformer, parameters
from memcap.training import TrainConfig, sharded, train
from memcap.training.sharded import train_sharded
from memcap.training.sharded_data import shards_of
from memcap.training.sharded_step import ordered_sum
from tests.training.sharded_worker import data, digest, network, settings

FEW = {"steps": 30}


@pytest.fixture(scope="module")
def straight():
    ds = data()
    return train_sharded(network(ds), settings(FEW), ds)


def test_it_is_the_training_of_a_single_network_up_to_rounding(straight):
    ds = data()
    known = train(network(ds), settings(FEW), ds)
    assert straight.steps == known.steps == 30
    assert [(step, right) for step, _, right in straight.curve][-1] == (
        30,
        known.correct,
    )
    losses = [loss for _, loss, _ in straight.curve]
    np.testing.assert_allclose(losses, [loss for _, loss in known.losses], rtol=1e-5)
    outputs = np.asarray(forward(known.weights, ds.tokens, "float64"), dtype=float)
    mine = np.asarray(straight.model(ds.tokens))
    np.testing.assert_allclose(mine, outputs, rtol=1e-3, atol=1e-4)


def test_it_stops_at_the_first_check_that_finds_all_labels_right():
    ds = from_arrays([[0, 1], [1, 1], [2, 1]], [1, 0, 1])
    config = Config.for_dataset(ds, width=4, hidden=16)
    told = TrainConfig(steps=1000, check_every=20, learning_rate=0.03)
    result = train_sharded(config, told, ds, shards=4)
    assert result.fits and result.steps < 1000 and result.shards == 4
    assert all(right < 3 for _, _, right in result.curve[:-1])
    assert np.asarray(result.model(ds.tokens)).argmax(axis=1).tolist() == [1, 0, 1]


def test_annealed_hardmax_trains_its_scores():
    ds = data()
    hard = Config.for_dataset(ds, width=4, hidden=4, attention="hardmax")
    soft = replace(hard, hardmax_gradient="annealed")
    told = TrainConfig(steps=2, check_every=2)
    queries = [
        np.asarray(parameters(train_sharded(c, told, ds).model)["attention.query"][...])
        for c in (hard, soft)
    ]
    drawn = np.asarray(parameters(Transformer(hard, rngs=0))["attention.query"][...])
    assert (queries[0] == drawn).all() and (queries[1] != drawn).any()


class Killed(Exception):
    """Stands for the end of the process."""


def test_an_interrupted_training_goes_on_and_ends_with_the_same_bits(
    straight, tmp_path, monkeypatch
):
    ds, path = data(), tmp_path / "deep" / "large.npz"
    write = sharded.write

    def interrupted(*given):
        write(*given)
        raise Killed

    monkeypatch.setattr(sharded, "write", interrupted)
    with pytest.raises(Killed):
        train_sharded(network(ds), settings(FEW), ds, checkpoint=path)
    monkeypatch.undo()
    assert [found.name for found in path.parent.iterdir()] == ["large.npz"]
    result = train_sharded(network(ds), settings(FEW), ds, checkpoint=path)
    assert result.resumed == 10
    assert result.curve == straight.curve
    assert digest(result.model) == digest(straight.model)
    with pytest.raises(DataError, match="another network, training, data"):
        train_sharded(network(ds), settings({"steps": 40}), ds, checkpoint=path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CorruptFileError, match="delete it to start anew"):
        train_sharded(network(ds), settings(FEW), ds, checkpoint=path)


def test_the_sum_is_by_halves():
    values = np.random.default_rng(0).normal(size=(8, 5)).astype("float32")
    a, b, c, d, e, f, g, h = values
    expected = ((a + b) + (c + d)) + ((e + f) + (g + h))
    assert (np.asarray(ordered_sum(jnp.asarray(values))) == expected).all()


def test_every_sample_is_dealt_once_and_fillings_weigh_nothing():
    ds = data(samples=13)
    dealt = shards_of(network(ds), settings(FEW), ds, 8)
    assert dealt.tokens.shape == (8, 2, 5) and dealt.labels.shape == (8, 2)
    real = dealt.shares.reshape(-1) > 0
    assert (dealt.tokens.reshape(16, 5)[real] == ds.tokens).all()
    assert dealt.shares.sum() == pytest.approx(1) and real.sum() == 13


@pytest.mark.parametrize(
    ("shards", "told", "message"),
    [
        (6, {}, "shards = 6 is not a power of two"),
        (0, {}, "shards = 0 is not a power of two"),
        (8, {"optimizer": "muon"}, "optimizer = 'muon' is for networks on one device"),
        (8, {"batch_size": 4}, "batch_size = 4"),
        (8, {"compute": "bfloat16"}, "compute = 'bfloat16'"),
        (8, {"finisher": "lbfgs"}, "finisher = 'lbfgs'"),
    ],
)
def test_refusals(shards, told, message):
    ds = data()
    with pytest.raises(DataError, match=message):
        train_sharded(network(ds), TrainConfig(**told), ds, shards=shards)


def test_no_devices_are_refused():
    ds = data()
    with pytest.raises(DataError, match="0 devices cannot share 8 shards"):
        train_sharded(network(ds), TrainConfig(), ds, devices=[])
