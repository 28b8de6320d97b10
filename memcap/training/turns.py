"""One turn of a bucket: check, let go, bring in, until nobody is left."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import jax
import numpy as np
from flax import nnx

from memcap.model.weights import Weights
from memcap.nn import build, split, to_weights
from memcap.training import engine
from memcap.training.buckets import Job, finishing
from memcap.training.compaction import Batch, Seat, rearranged

# Of two threads that need the same program, one compiles it and the other waits.
_COMPILING = Lock()


@dataclass(frozen=True)
class End:
    """How one turn of a member ended.

    Args:
        job: the turn.
        correct: labels right at its last check.
        loss: its last loss.
        best_loss: its smallest finite loss at a check; NaN where there was none.
        steps: steps taken.
        seconds: its share of the wall time.
        parameters: as they ended, where they are needed.
    """

    job: Job
    correct: int
    loss: float
    best_loss: float
    steps: int
    seconds: float
    parameters: Any

    @property
    def finished(self) -> bool:
        """Whether every label is right."""
        return self.correct == self.job.member.ds.num_labels

    @property
    def diverged(self) -> bool:
        """Whether the loss is NaN or infinite."""
        return not np.isfinite(self.loss)

    @property
    def stuck(self) -> bool:
        """Whether a finisher has something to go on with."""
        return not (self.finished or self.diverged)


def again(end: End) -> Job:
    """The finisher's turn with what another one left."""
    return replace(end.job, settings=finishing(end.job.settings), start=end.parameters)


def exported(end: End) -> Weights | None:
    """The network of a kept end as exact numbers; None where they are not finite."""
    leaves = jax.tree.leaves(end.parameters)
    if not all(np.isfinite(leaf).all() for leaf in leaves):
        return None
    job = end.job
    model = build(job.member.config, rngs=0, dtype=job.settings.dtype)
    structure, _, fixed = split(model)
    return to_weights(nnx.merge(structure, end.parameters, fixed))


def run(
    batch: Batch, keep: bool, report: Callable[[Batch, int, float], None]
) -> Iterator[End]:
    """Train everybody seated or waiting.

    Args:
        batch: jobs of one bucket.
        keep: whether the ends hold parameters.
        report: told the batch, how many have stopped, and seconds after every check.

    Yields:
        the end of each job, as soon as it has come.
    """
    known: set[int] = set()
    clock = time.perf_counter()
    while batch.taken:
        rows = batch.turn
        steps = _steps(batch, rows)
        call = (batch.plan, batch.given, batch.state, batch.active(rows), steps)
        if len(batch.seats) in known:
            batch.state, found = engine.advance(*call)
        else:
            with _COMPILING:
                batch.state, found = engine.advance(*call)
            known.add(len(batch.seats))
        found = jax.device_get(found)
        clock, before = time.perf_counter(), clock
        ended = list(_checked(batch, rows, found, steps, keep, clock - before))
        report(batch, len(ended), clock - before)
        yield from ended
        batch = rearranged(batch)


def _steps(batch: Batch, rows: list[int]) -> int:
    """Steps up to the next check; none measures networks as they come in."""
    seat = batch.seats[rows[0]]
    assert seat is not None
    return 0 if seat.steps < 0 else seat.job.settings.check_every


def _checked(
    batch: Batch,
    rows: list[int],
    found: engine.Found,
    steps: int,
    keep: bool,
    seconds: float,
) -> Iterator[End]:
    """Look at these places; empty those whose member stops, and say how it ended."""
    for row in rows:
        seat = batch.seats[row]
        assert seat is not None
        seat.seconds += seconds / len(rows)
        seat.steps = min(max(seat.steps, 0) + steps, seat.job.settings.steps)
        loss, correct = float(found.loss[row]), int(found.correct[row])
        if np.isfinite(loss):
            seat.best_loss = float(np.fmin(seat.best_loss, loss))
        end = _end(batch, row, seat, (correct, loss))
        stops = end.diverged or (end.finished and seat.job.settings.until != "end")
        if stops or seat.steps == seat.job.settings.steps:
            yield replace(end, parameters=_row(batch, row) if keep else None)
            batch.seats[row] = None


def _end(batch: Batch, row: int, seat: Seat, found: tuple[int, float]) -> End:
    return End(seat.job, *found, seat.best_loss, seat.steps, seat.seconds, None)


def _row(batch: Batch, row: int) -> Any:
    return jax.tree.map(lambda x: np.asarray(x[row]), batch.state.parameters)
