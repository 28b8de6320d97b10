"""A member of an ensemble is trained as it is trained alone."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from memcap.core.errors import DataError, WeightsError
from memcap.data.dataset import from_arrays
from memcap.model.forward import forward
from memcap.nn.precision import significant_bits
from memcap.training import Member, engine, objective, train_ensemble
from memcap.training.buckets import bucket_of
from tests.training.ensembles import QUICK, data, members, network, numbers


@pytest.fixture(scope="module")
def alone():
    """Each of eight members trained in an ensemble of one."""
    return [train_ensemble([m], keep_weights=True)[0] for m in members(8)]


def test_on_a_cpu_company_changes_no_bit(alone):
    together = train_ensemble(members(8), keep_weights=True)
    assert [numbers(x) for x in together] == [numbers(x) for x in alone]
    assert {x.finished for x in together} == {True, False}
    # Two places, so that most wait and come in late; and one thread.
    late = train_ensemble(members(8), keep_weights=True, max_batch=2, workers=1)
    assert [numbers(x) for x in late] == [numbers(x) for x in alone]


@pytest.mark.slow
def test_batched_members_agree_to_rounding(alone):
    # Batched products are summed in another order, in float32: over 120 steps the
    # last digits of a loss of order 1 may drift.
    for lanes, max_batch in ((4, 8), (8, 8)):
        together = train_ensemble(members(8), lanes=lanes, max_batch=max_batch)
        pairs = list(zip(together, alone, strict=True))
        assert all(abs(a.loss - b.loss) < 1e-4 for a, b in pairs)
        assert [a.steps for a, _ in pairs] == [b.steps for _, b in pairs]


def test_outcomes_say_what_the_exported_networks_do(alone):
    for one in alone:
        outputs = np.asarray(forward(one.weights, one.member.ds.tokens, "float64"))
        right = outputs.argmax(axis=1) == one.member.ds.labels
        assert right.sum() == one.correct and one.total == 12
        assert one.finished == (one.correct == one.total) and not one.diverged
        shifted = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        own = shifted[np.arange(12), one.member.ds.labels] / shifted.sum(axis=1)
        assert one.loss == pytest.approx(-np.log(own).mean(), abs=1e-5)
        assert one.bits == pytest.approx(12 + np.log2(own).sum(), abs=1e-3)
        assert one.best_bits >= one.bits and one.seconds > 0


def test_outcomes_are_in_order_whatever_the_shapes():
    small, large = members(3), members(3, hidden=16)
    mixed = [m for pair in zip(small, large, strict=True) for m in pair]
    assert len({bucket_of(m) for m in mixed}) == 2
    outcomes = train_ensemble(mixed)
    assert [x.member for x in outcomes] == mixed
    assert numbers(outcomes[3]) == numbers(train_ensemble([large[1]])[0])


def test_members_of_a_bucket_may_have_their_own_steps_and_decay():
    few = replace(QUICK, steps=30, weight_decay=0.1, warmup=3)
    pair = [members(1)[0], Member(network(), few, data(7), seed=7)]
    assert bucket_of(pair[0]) == bucket_of(pair[1])
    both = train_ensemble(pair, keep_weights=True)
    one = train_ensemble(pair[1:], keep_weights=True)
    assert numbers(both[1]) == numbers(one[0])
    assert both[1].steps == 30


@pytest.mark.parametrize("lanes", [1, 8])
def test_a_diverged_member_is_reported_and_poisons_nobody(alone, lanes):
    wild = replace(members(1, decision="nearest")[0], learning_rate=1e30)
    company = members(7, decision="nearest")[1:]
    outcomes = train_ensemble([wild, *company], keep_weights=True, lanes=lanes)
    assert outcomes[0].diverged and not outcomes[0].finished
    assert not np.isfinite(outcomes[0].loss) and outcomes[0].steps == 40
    calm = train_ensemble(company, keep_weights=True, lanes=lanes)
    assert [numbers(x) for x in outcomes[1:]] == [numbers(x) for x in calm]
    assert not any(x.diverged for x in calm)


def test_one_compilation_a_bucket_and_size(monkeypatch):
    traces = []
    loss = objective.loss

    def counted(*args):
        traces.append(args[1].shape)
        return loss(*args)

    monkeypatch.setattr(objective, "loss", counted)
    # A width of its own: no other test has compiled it.
    train_ensemble(members(40, hidden=11), workers=1)
    once = len(traces)
    assert once > 0
    # Other seeds, rates, data, steps, and numbers of members: nothing is compiled.
    train_ensemble(members(5, replace(QUICK, steps=80, warmup=5), hidden=11))
    train_ensemble(members(33, hidden=11))
    assert len(traces) == once
    # Another number of labels is another bucket.
    longer = [replace(m, ds=data(samples=13)) for m in members(2, hidden=11)]
    train_ensemble(longer)
    assert len(traces) == 2 * once


def test_progress_counts_every_member_once():
    told = []
    train_ensemble(members(5), tell=told.append, workers=1)
    assert told[-1].done == told[-1].total == 5 and told[-1].running == 0
    assert [p.done for p in told] == sorted(p.done for p in told)


@pytest.mark.slow
def test_batches_are_drawn_from_the_seed_alone():
    drawn = replace(QUICK, batch_size=4)
    first, second = (train_ensemble(members(4, drawn)) for _ in range(2))
    assert [numbers(x) for x in first] == [numbers(x) for x in second]
    whole = train_ensemble(members(4))
    assert [numbers(x) for x in first] != [numbers(x) for x in whole]


def test_a_draw_depends_on_seed_and_step():
    rows = jnp.arange(50)[:, None]

    class Plan:
        batch_size = 6

    def draw(seed, step):
        values = dict.fromkeys(engine.Given._fields)
        given = engine.Given(**values)._replace(
            tokens=rows, labels=rows[:, 0], seed=jnp.uint32(seed), drawn=jnp.int32(50)
        )
        tokens, labels = engine._drawn(Plan(), given, jnp.int32(step))
        assert (tokens[:, 0] == labels).all() and labels.shape == (6,)
        return tuple(labels.tolist())

    assert draw(0, 1) == draw(0, 1)
    assert len({draw(0, 1), draw(0, 2), draw(1, 1)}) == 3


@pytest.mark.slow
def test_types_of_parameters_and_products():
    (single,) = train_ensemble(members(1))
    (double,) = train_ensemble(members(1, replace(QUICK, dtype="float64")))
    (mixed,) = train_ensemble(
        members(1, replace(QUICK, compute="bfloat16")), keep_weights=True
    )
    assert single.loss != double.loss and abs(single.loss - double.loss) < 1e-4
    # Eight binary digits: 2^-8 in every product.
    assert 0 < abs(mixed.loss - single.loss) < 0.1
    longest = max(significant_bits(x) for x in mixed.weights.readout.numbers())
    assert 8 < longest <= 24
    assert QUICK.numerics["matmul"] == "highest"


def test_vectors_and_token_labels():
    rng = np.random.default_rng(0)
    ds = from_arrays(rng.normal(size=(6, 3, 2)), rng.integers(0, 3, (6, 3)))
    config = network(task="seq_to_seq", vocab=None, dim=2, classes=3, hidden=32)
    settings = replace(QUICK, steps=400)
    (outcome,) = train_ensemble([Member(config, settings, ds)])
    assert outcome.total == 18 and outcome.correct > 12


@pytest.mark.parametrize(
    ("change", "options", "error"),
    [
        ({"learning_rate": 0.0}, {}, DataError),
        ({}, {"max_batch": 0}, DataError),
        ({}, {"lanes": -1}, DataError),
        ({"config": network(vocab=2)}, {}, WeightsError),
    ],
)
def test_refusals(change, options, error):
    with pytest.raises(error):
        train_ensemble([replace(members(1)[0], **change)], **options)


def test_no_members_no_outcomes():
    assert train_ensemble([]) == ()
