"""Rows of a batch are moved, never changed."""

import jax
import numpy as np
import pytest

from memcap.training import engine
from memcap.training.buckets import Job, plan_of
from memcap.training.compaction import places, rearranged, seated
from tests.training.ensembles import QUICK, members


def batch(count, max_batch=8, lanes=None):
    jobs = [Job(i, m, m.settings) for i, m in enumerate(members(count))]
    return seated(plan_of(jobs[0].member.config, QUICK, lanes), jobs, max_batch)


def row(batch, place):
    given, state = jax.tree.map(np.asarray, (batch.given, batch.state))
    leaves = jax.tree.leaves((given, state))
    return [leaf[place] for leaf in leaves]


def same(one, two):
    return all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def step(batch, rows, steps=3):
    batch.state, found = engine.advance(
        batch.plan, batch.given, batch.state, batch.active(rows), steps
    )
    return found


@pytest.mark.parametrize("lanes", [None, 1, 4])
def test_places_that_are_not_active_keep_every_bit(lanes):
    made = batch(6, lanes=lanes)
    before = [row(made, i) for i in range(6)]
    found = step(made, [1, 4])
    moved = [not same(row(made, i), before[i]) for i in range(6)]
    assert moved == [False, True, False, False, True, False]
    assert np.asarray(found.loss)[[1, 4]].min() > 0
    assert not np.asarray(found.loss)[[0, 2, 3, 5]].any()


def test_nobody_takes_more_steps_than_allowed():
    made = batch(3)
    step(made, [0, 1, 2], steps=QUICK.steps + 7)
    assert made.state.step.tolist()[:3] == [QUICK.steps] * 3


def test_cutting_down_keeps_rows_and_jobs():
    made = batch(8)
    kept = {i: row(made, i) for i in (3, 6)}
    for i in set(range(8)) - set(kept):
        made.seats[i] = None
    small = rearranged(made)
    assert len(small.seats) == 2
    assert [seat.job.index for seat in small.seats] == [3, 6]
    assert same(row(small, 0), kept[3]) and same(row(small, 1), kept[6])


def test_waiting_jobs_come_in_as_they_would_have_started():
    made, fresh = batch(11), batch(11, max_batch=16)
    for seat in made.seats:
        seat.steps = 0
    made.seats[2] = made.seats[5] = None
    stayed = row(made, 0)
    full = rearranged(made)
    assert [seat.job.index for seat in full.seats] == [0, 1, 8, 3, 4, 9, 6, 7]
    assert same(row(full, 2), row(fresh, 8)) and same(row(full, 5), row(fresh, 9))
    assert same(row(full, 0), stayed) and full.turn == [2, 5]
    assert [job.index for job in full.waiting] == [10]


def test_sizes_are_powers_of_two():
    assert [places(n, 64) for n in (1, 2, 3, 9, 64, 1000)] == [1, 2, 4, 16, 64, 64]
    assert places(1000, 63) == 32
