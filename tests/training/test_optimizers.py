"""Each optimizer on problems whose answers are known; schedules and bits by hand."""

from math import cos, log, pi

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from memcap.core.errors import DataError
from memcap.training import (
    Member,
    TrainConfig,
    memorized_bits,
    optimizers,
    schedules,
    train,
    train_ensemble,
)
from memcap.training.outcomes import bits_of
from memcap.training.protocols import kajitsuka_sato, morris
from tests.training.ensembles import data, network


def least_squares():
    """``|A W^T - B|^2 / 2`` for a stack of one matrix, and its minimum."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(20, 4))
    b = a @ rng.normal(size=(4, 3)) + 0.1 * rng.normal(size=(20, 3))
    best = np.linalg.lstsq(a, b, rcond=None)[0]

    def loss(values):
        return jnp.sum((jnp.asarray(a) @ values[0][0].T - jnp.asarray(b)) ** 2) / 2

    return loss, best.T, float(np.sum((a @ best - b) ** 2) / 2)


def walked(optimizer, loss, values, steps, rate=0.1):
    moments = optimizers.first_moments(optimizer, values)

    def body(t, now):
        size = rate * (1 - t / steps)
        return optimizers.stepped(optimizer, loss, *now, size, jnp.zeros(()))

    return jax.jit(lambda now: jax.lax.fori_loop(0, steps, body, now))(
        (values, moments)
    )[0]


@pytest.mark.parametrize(
    ("optimizer", "steps", "near"),
    [("adamw", 400, 1e-4), ("muon", 400, 2e-2), ("lbfgs", 20, 1e-8)],
)
def test_least_squares_is_solved(optimizer, steps, near):
    loss, best, least = least_squares()
    start = [jnp.zeros((1, 3, 4))]
    found = walked(optimizer, loss, start, steps)
    assert float(loss(start)) > 100 * least
    assert np.abs(np.asarray(found[0][0]) - best).max() < near
    assert float(loss(found)) - least < max(near**2 * 100, 1e-12)


def test_first_muon_step_is_an_orthogonal_matrix_of_adams_size():
    slope = np.random.default_rng(1).normal(size=(1, 3, 4))

    def loss(values):
        return jnp.sum(jnp.asarray(slope) * values[0])

    zero = [jnp.zeros((1, 3, 4))]
    moments = optimizers.first_moments("muon", zero)
    one, none = jnp.ones(()), jnp.zeros(())
    (moved,), _ = optimizers.stepped("muon", loss, zero, moments, one, none)
    left, sizes, right = np.linalg.svd(np.asarray(-moved[0]))
    u, _, v = np.linalg.svd(slope[0], full_matrices=False)
    # 0.2 sqrt(max(outputs, inputs)) times a matrix whose singular values five rounds
    # of Newton-Schulz bring to between 0.6 and 1.3.
    assert (0.6 < sizes / 0.4).all() and (sizes / 0.4 < 1.3).all()
    aligned = np.diag(u.T @ np.asarray(-moved[0]) @ v.T)
    assert aligned == pytest.approx(
        np.diag(u.T @ left[:, :3] * sizes @ right[:3] @ v.T)
    )
    assert (aligned > 0).all()


def test_decay_is_decoupled():
    def loss(values):
        return 0.0 * jnp.sum(values[0])

    for optimizer in ("adamw", "muon"):
        values = [jnp.ones((1, 2, 2))]
        moments = optimizers.first_moments(optimizer, values)
        rate, decay = jnp.asarray(0.5), jnp.asarray(0.1)
        (moved,), _ = optimizers.stepped(optimizer, loss, values, moments, rate, decay)
        assert np.asarray(moved) == pytest.approx(1 - 0.5 * 0.1)


def test_a_long_gradient_is_shortened_as_a_whole():
    def loss(values):
        return 3 * values[0].sum() + 4 * values[1].sum()

    values = [jnp.zeros((1, 1)), jnp.zeros((1, 1))]
    one, none = jnp.ones(()), jnp.zeros(())

    def first_moment(clip):
        moments = optimizers.first_moments("adamw", values, clip)
        _, moments = optimizers.stepped("adamw", loss, values, moments, one, none, clip)
        found = [x for x in jax.tree.leaves(moments) if x.shape == (1, 1)]
        return [float(x[0, 0]) for x in found[:2]]

    # Adam remembers a tenth of the gradient (3, 4), whose norm is 5.
    assert first_moment(None) == pytest.approx([0.3, 0.4])
    assert first_moment(10.0) == pytest.approx([0.3, 0.4])
    assert first_moment(1.0) == pytest.approx([0.06, 0.08])


def test_schedules_by_hand():
    def at(schedule, step, warmup=4.0, steps=8.0):
        return float(
            schedules.factor(schedule, *map(jnp.asarray, (step, warmup, steps)))
        )

    assert [at(s, 1.0) for s in ("cosine", "linear", "constant")] == [0.5] * 3
    assert at("constant", 7.0) == 1.0 and at("linear", 6.0) == 0.25
    assert at("cosine", 6.0) == pytest.approx(0.1 + 0.45 * (1 + cos(0.75 * pi)))
    assert at("constant", 0.0, warmup=0.0) == 1.0


def test_bits_by_hand():
    # Four labels of two bits, three certain and one guessed evenly between two.
    loss = log(2) / 4
    assert memorized_bits(4, 4, loss) == pytest.approx(7.0)
    assert memorized_bits(10, 2, log(2)) == pytest.approx(0.0, abs=1e-12)
    member = Member(network(), TrainConfig(), data())
    assert bits_of(member, 0.0) == 12.0
    nearest = Member(network(decision="nearest"), TrainConfig(), data())
    assert np.isnan(bits_of(nearest, 0.0))


@pytest.mark.slow
def test_a_finisher_goes_on_where_the_first_stopped():
    ds = data(samples=16)
    settings = TrainConfig(steps=10, check_every=10, learning_rate=0.01, warmup=5)
    finished = TrainConfig(
        steps=10,
        check_every=10,
        learning_rate=0.01,
        warmup=5,
        finisher="lbfgs",
        finisher_steps=60,
    )
    config = network(width=6, hidden=24)
    seeds = range(3)
    short = train_ensemble([Member(config, settings, ds, seed=s) for s in seeds])
    told = []
    both = train_ensemble(
        [Member(config, finished, ds, seed=s) for s in seeds], tell=told.append
    )
    assert all(a.steps == 10 and a.correct < 16 for a in short)
    assert all(10 < b.steps <= 70 for b in both)
    assert all(b.loss < a.loss / 2 for a, b in zip(short, both, strict=True))
    assert any(b.finished for b in both) and told[-1].done == 3


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["muon", "lbfgs"])
def test_networks_are_trained_by_every_optimizer(optimizer):
    settings = TrainConfig(steps=60, check_every=20, warmup=5, optimizer=optimizer)
    config = network(width=6, hidden=24)
    members = [Member(config, settings, data(s), seed=s) for s in range(2)]
    outcomes = train_ensemble(members)
    assert all(x.correct > 9 and x.loss < 0.4 for x in outcomes)


def test_settings_that_do_not_go_together():
    with pytest.raises(DataError, match="leave batch_size out"):
        TrainConfig(optimizer="lbfgs", batch_size=4)
    with pytest.raises(DataError, match="schedule = 'steps'"):
        TrainConfig(schedule="steps")
    for fields in ({"optimizer": "muon"}, {"finisher": "lbfgs"}, {"batch_size": 2}):
        with pytest.raises(DataError, match="for `train_ensemble`"):
            train(network(), TrainConfig(**fields), data())


def test_protocols_of_the_papers():
    ours = kajitsuka_sato(0.01, 50)
    assert (ours.steps, ours.batch_size, ours.optimizer) == (1000, None, "adamw")
    theirs = morris(1e-3, 100)
    assert (theirs.steps, theirs.batch_size) == (1_000_000, 2048)
    assert theirs.numerics["compute"] == "bfloat16"
