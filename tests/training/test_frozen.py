"""Frozen parameters never move; initial values are those that were given."""

import numpy as np
import pytest

from memcap.core.errors import DataError, WeightsError
from memcap.data.dataset import from_arrays
from memcap.nn import Config, Transformer, assign, parameters, to_weights
from memcap.training import TrainConfig, train

SETTINGS = TrainConfig(steps=60, check_every=20, weight_decay=0.1)
KAPPA = "attention.sharpness"


def data(samples=12, seed=0):
    rng = np.random.default_rng(seed)
    tokens = np.argsort(rng.random((samples, 6)), axis=1)[:, :3]
    return from_arrays(tokens, rng.integers(0, 2, (samples, 3)), num_classes=2)


def tied(ds, **fields):
    known = {"width": 3, "rank": 1, "hidden": 8, "attention": "boltzmann"}
    return Config.for_dataset(ds, **(known | fields))


def start(seed):
    table = np.random.default_rng(seed).standard_normal((6, 3))
    return {"embedding": table, KAPPA: [3.0 + seed]}


def as_drawn(config, seed):
    model = Transformer(config, rngs=seed)
    assign(model, start(seed))
    return to_weights(model)


def test_frozen_parameters_stay_bit_for_bit_and_the_others_move():
    ds = data()
    config = tied(ds)
    frozen = ("embedding", "attention.projection", KAPPA)
    result = train(config, SETTINGS, ds, seeds=(4,), start=start, frozen=frozen)
    before, after = as_drawn(config, 4), result.weights
    (old,), (new,) = before.layers[0].heads, after.layers[0].heads
    assert after.embedding == before.embedding
    assert (new.query, new.key, new.value) == (old.query, old.key, old.value)
    assert new.output != old.output and after.readout != before.readout
    assert after.layers[1] != before.layers[1]
    # Frozen numbers are parameters like the others.
    assert result.counts.by_part["embedding"].nonzero == 18


def test_every_seed_starts_from_its_own_values():
    ds = data()
    config = tied(ds)
    names = parameters(Transformer(config, rngs=0))
    frozen = [name for name in names if name != "readout_bias"]
    few = TrainConfig(steps=3, check_every=3)
    for seeds in ((4,), (7,), (4, 7)):
        result = train(config, few, ds, seeds=seeds, start=start, frozen=frozen)
        drawn = as_drawn(config, result.runs[result.best].seed)
        assert result.weights.embedding == drawn.embedding
        assert result.weights.layers == drawn.layers
        assert result.weights.readout != drawn.readout


def test_without_anything_frozen_training_is_what_it_was():
    ds = data()
    plain = train(tied(ds), SETTINGS, ds, seeds=(1, 2))
    assert train(tied(ds), SETTINGS, ds, seeds=(1, 2), frozen=()).runs == plain.runs
    held = train(tied(ds), SETTINGS, ds, seeds=(1, 2), frozen=(KAPPA,))
    assert held.runs != plain.runs


def test_until_all_goes_on_after_the_first_that_fits():
    ds = data(samples=4)
    config = tied(ds, hidden=32, width=6)
    settings = {"steps": 2000, "check_every": 10, "learning_rate": 0.03}
    seeds = range(4)
    one = train(config, TrainConfig(**settings), ds, seeds=seeds)
    every = train(config, TrainConfig(until="all", **settings), ds, seeds=seeds)
    assert one.fits and any(run.correct < one.total for run in one.runs)
    assert all(run.correct == every.total for run in every.runs)
    assert one.steps < every.steps < 2000


def test_refusals():
    ds = data()
    with pytest.raises(WeightsError, match="no parameter 'attention.query'"):
        train(tied(ds), SETTINGS, ds, frozen=("attention.query",))
    with pytest.raises(WeightsError, match="embedding has shape"):
        train(tied(ds), SETTINGS, ds, start=lambda seed: {"embedding": [[1.0]]})
    with pytest.raises(DataError, match="until = 'some'"):
        TrainConfig(until="some")
