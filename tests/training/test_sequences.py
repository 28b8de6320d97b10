"""Training on sequences where only some places have a next token to predict."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from memcap.core.errors import DataError, WeightsError
from memcap.nn import Config, DecoderConfig, build, split
from memcap.training import Member, TrainConfig, objective, train_ensemble
from memcap.training.sequences import UNLABELLED, Sequences

CONFIG = DecoderConfig(vocab=7, positions=6, width=16, layers=1, heads=2)
SETTINGS = TrainConfig(
    steps=60, check_every=60, learning_rate=0.02, warmup=5, until="end"
)


def _data(count: int = 12, checked: int | None = None, seed: int = 0) -> Sequences:
    rng = np.random.default_rng(seed)
    tokens = rng.integers(0, 7, (count, 6)).astype(np.int32)
    labels = np.full((count, 6), UNLABELLED, np.int32)
    labels[:, 4:] = rng.integers(0, 7, (count, 2))
    return Sequences(tokens, labels, 7, checked)


def _network(outcome):
    structure, _, fixed = split(build(CONFIG, rngs=outcome.member.seed))
    return nnx.merge(structure, outcome.parameters, fixed)


def test_the_masked_loss_is_the_mean_over_labelled_places():
    rng = np.random.default_rng(1)
    outputs = jnp.asarray(rng.normal(size=(3, 4, 5)), jnp.float32)
    labels = jnp.asarray([[-1, 2, 0, -1], [-1, -1, -1, 4], [1, 1, 1, 1]])
    known = labels >= 0
    alone = objective.loss("argmax", outputs[known], labels[known])
    masked = objective.loss("argmax", outputs, labels, masked=True)
    np.testing.assert_allclose(masked, alone, rtol=1e-6)
    assert objective.correct("argmax", outputs, labels) == objective.correct(
        "argmax", outputs[known], labels[known]
    )


def test_what_has_no_label_has_no_influence():
    outputs = jnp.asarray(np.random.default_rng(1).normal(size=(2, 3, 5)), jnp.float32)
    labels = jnp.asarray([[-1, 2, 0], [3, -1, -1]])
    slope = jax.grad(lambda x: objective.loss("argmax", x, labels, masked=True))
    moved = np.abs(np.asarray(slope(outputs))).max(axis=-1) > 0
    np.testing.assert_array_equal(moved, np.asarray(labels) >= 0)


def test_all_steps_are_taken_and_the_network_comes_back():
    ds = _data()
    (outcome,) = train_ensemble([Member(CONFIG, SETTINGS, ds)], keep_parameters=True)
    assert (outcome.steps, outcome.total) == (60, 24)
    outputs = _network(outcome)(ds.tokens)
    right = objective.correct("argmax", outputs, jnp.asarray(ds.labels))
    assert int(right) == outcome.correct > 6


def test_a_training_goes_on_from_given_parameters():
    ds, still = _data(), dataclasses.replace(SETTINGS, steps=1, learning_rate=1e-9)
    (first,) = train_ensemble([Member(CONFIG, SETTINGS, ds)], keep_parameters=True)
    going_on = Member(CONFIG, still, ds, seed=5, start=first.parameters)
    (second,) = train_ensemble([going_on], keep_parameters=True)
    assert second.correct == first.correct
    np.testing.assert_allclose(second.loss, first.loss, rtol=1e-4)


def test_finished_networks_stop_unless_all_steps_are_asked_for():
    ds = _data(2)
    until = [
        dataclasses.replace(SETTINGS, steps=s, until=u, check_every=60)
        for s, u in ((600, "one"), (600, "end"))
    ]
    outcomes = train_ensemble([Member(CONFIG, s, ds) for s in until])
    assert [x.finished for x in outcomes] == [True, True]
    assert outcomes[0].steps < 600 == outcomes[1].steps


def test_a_check_looks_at_the_first_sequences_only():
    whole, part = _data(), _data(checked=3)
    outcomes = train_ensemble(
        [Member(CONFIG, SETTINGS, ds) for ds in (whole, part)], keep_parameters=True
    )
    assert [x.total for x in outcomes] == [24, 6]
    # Looked at in another way, trained in the same one.
    for one, two in zip(
        *(jax.tree.leaves(x.parameters) for x in outcomes), strict=True
    ):
        np.testing.assert_array_equal(one, two)


def test_batches_come_from_the_first_sequences_only():
    settings = dataclasses.replace(SETTINGS, steps=20, batch_size=4)
    whole = dataclasses.replace(_data(), checked=3)
    rest = _data(seed=1)
    other = dataclasses.replace(
        whole,
        tokens=np.concatenate([whole.tokens[:5], rest.tokens[5:]]),
        labels=np.concatenate([whole.labels[:5], rest.labels[5:]]),
    )
    alone = dataclasses.replace(whole, tokens=whole.tokens[:5], labels=whole.labels[:5])
    padded = [dataclasses.replace(ds, drawn=5) for ds in (whole, other)]
    members = [Member(CONFIG, settings, ds) for ds in (alone, *padded, whole)]
    found = [x.loss for x in train_ensemble(members)]
    assert found[0] == found[1] == found[2] != found[3]


def test_a_part_of_the_data_takes_batches():
    ds = dataclasses.replace(_data(), drawn=5)
    with pytest.raises(DataError, match="give a batch_size"):
        train_ensemble([Member(CONFIG, SETTINGS, ds)])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"labels": np.full((12, 6), -1)}, "no place"),
        ({"tokens": np.full((12, 6), 7)}, "0..6"),
        ({"tokens": np.zeros((12, 5), int)}, "not both"),
        ({"checked": 13}, "checked = 13"),
        ({"drawn": 0}, "drawn = 0"),
    ],
)
def test_bad_sequences_are_refused(change, named):
    with pytest.raises(DataError, match=named):
        dataclasses.replace(_data(), **change)


@pytest.mark.parametrize(
    "config",
    [
        Config(vocab=7, classes=7, task="seq_to_seq"),
        dataclasses.replace(CONFIG, positions=5),
        dataclasses.replace(CONFIG, vocab=8),
    ],
)
def test_networks_that_do_not_fit_are_refused(config):
    with pytest.raises(WeightsError):
        train_ensemble([Member(config, SETTINGS, _data())])
