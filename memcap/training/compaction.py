"""The places of a batch: who sits where, who leaves, who comes in."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from memcap.training import engine
from memcap.training.buckets import Job, drawn, stacked
from memcap.training.engine import Given, Plan, State

# Places where networks take turns: enough to hide the way to the host and back.
_TURNS = 16


@dataclass
class Seat:
    """A job under way.

    Args:
        job: the job.
        best_loss: the smallest finite loss at a check; NaN before the first.
        steps: steps taken; -1 before it was measured as drawn.
        seconds: its share of the wall time.
    """

    job: Job
    best_loss: float = float("nan")
    steps: int = -1
    seconds: float = 0.0


@dataclass
class Batch:
    """B places, their arrays on the device, and the jobs that wait.

    Args:
        plan: what compilation depends on.
        seats: who sits at each place; None where nobody does, and whatever stands in
            the arrays there is neither moved nor looked at.
        given: constants of every place.
        state: parameters, moments and steps of every place.
        waiting: jobs without a place.
    """

    plan: Plan
    seats: list[Seat | None]
    given: Given
    state: State
    waiting: deque[Job] = field(default_factory=deque)

    @property
    def taken(self) -> list[int]:
        """The places where a job is under way."""
        return [i for i, seat in enumerate(self.seats) if seat is not None]

    @property
    def turn(self) -> list[int]:
        """The places to look at next: those not measured yet, else all taken."""
        fresh = [i for i, x in enumerate(self.seats) if x is not None and x.steps < 0]
        return fresh or self.taken

    def active(self, rows: list[int]) -> np.ndarray:
        """`[B]` which places are among these rows."""
        return np.isin(np.arange(len(self.seats)), rows)


def places(jobs: int, max_batch: int) -> int:
    """The smallest power of two that seats all jobs, or the largest allowed.

    Example:
        >>> places(5, 256), places(300, 256), places(300, 100)
        (8, 256, 64)
    """
    return min(1 << (jobs - 1).bit_length(), 1 << (max_batch.bit_length() - 1))


def seated(plan: Plan, jobs: Sequence[Job], max_batch: int) -> Batch:
    """A batch with as many jobs seated as it holds; the others wait."""
    # Without lanes an empty place costs nothing, another size a compilation.
    size = places(_TURNS if plan.lanes == 1 else len(jobs), max_batch)
    now = list(jobs[:size])
    # Empty places hold a copy of the first job.
    order = np.array([*range(len(now))] + [0] * (size - len(now)))
    parameters, given = jax.tree.map(lambda x: jnp.asarray(x[order]), _drawn(now))
    seats = [Seat(job) for job in now] + [None] * (size - len(now))
    state = engine.begin(plan, parameters)
    return Batch(plan, seats, given, state, deque(jobs[size:]))


def rearranged(batch: Batch) -> Batch:
    """The batch as it goes on: waiting jobs seated, or empty places cut off.

    Both wait until a quarter of the places is concerned: new arrays and, for a smaller
    batch, a compilation must be worth it. Rows are copied, no number changes.

    Args:
        batch: some of whose seats may have become empty.

    Returns:
        the same batch, or one with the same jobs under way and perhaps more.
    """
    size, taken = len(batch.seats), batch.taken
    if batch.waiting:
        return _refilled(batch) if 4 * (size - len(taken)) >= size else batch
    if batch.plan.lanes != 1 and taken and 4 * len(taken) <= size:
        return _compacted(batch, taken)
    return batch


def _refilled(batch: Batch) -> Batch:
    free = [i for i, seat in enumerate(batch.seats) if seat is None]
    rows = free[: len(batch.waiting)]
    seats = list(batch.seats)
    for row in rows:
        seats[row] = Seat(batch.waiting.popleft())
    # Whole batches are drawn into one shape, so that moving rows compiles once.
    jobs = [seats[row].job for row in rows]  # pyright: ignore
    order = np.zeros(len(seats), int)
    order[rows] = range(len(rows))
    parameters, given = jax.tree.map(lambda x: jnp.asarray(x[order]), _drawn(jobs))
    fresh = (given, engine.begin(batch.plan, parameters))
    old = (batch.given, batch.state)
    given, state = _merged(batch.active(rows), fresh, old)
    return Batch(batch.plan, seats, given, state, batch.waiting)


def _compacted(batch: Batch, taken: list[int]) -> Batch:
    size = places(len(taken), len(batch.seats))
    rows = np.array(taken + [taken[0]] * (size - len(taken)))
    seats = [batch.seats[i] for i in taken] + [None] * (size - len(taken))
    given, state = _taken(rows, (batch.given, batch.state))
    return Batch(batch.plan, seats, given, state)


@jax.jit
def _merged(rows: jax.Array, new: Any, old: Any) -> Any:
    """These rows of the new arrays, the others of the old ones."""
    return jax.tree.map(
        lambda x, y: jnp.where(jnp.expand_dims(rows, range(1, x.ndim)), x, y), new, old
    )


@jax.jit
def _taken(rows: jax.Array, tree: Any) -> Any:
    return jax.tree.map(lambda array: array[rows], tree)


def _drawn(jobs: Sequence[Job]) -> Any:
    return stacked([drawn(job) for job in jobs])
