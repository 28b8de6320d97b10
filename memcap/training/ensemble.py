"""Train many networks at once: one compilation a shape, a place in it for each."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import jax

from memcap.core.errors import DataError
from memcap.nn.precision import context
from memcap.training.buckets import Job, bucket_of, checked, plan_of
from memcap.training.compaction import Batch, seated
from memcap.training.config import TrainConfig as TrainConfig
from memcap.training.config import check_rate
from memcap.training.outcomes import Member, Outcome, bits_of
from memcap.training.turns import End, again, exported, run


@dataclass(frozen=True)
class Progress:
    """Where an ensemble stands after a check.

    Args:
        done: members that have stopped.
        total: members there are.
        running: members under way.
        places: places of the batch, the running ones included.
        seconds: wall time of this check and the steps before it.
    """

    done: int
    total: int
    running: int
    places: int
    seconds: float


def train_ensemble(
    members: Sequence[Member],
    *,
    keep_weights: bool = False,
    keep_parameters: bool = False,
    max_batch: int = 256,
    lanes: int | None = None,
    workers: int | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> tuple[Outcome, ...]:
    """Train every member until it has all its labels right or no steps left.

    Members of one shape (see `bucket_of`) go through one compiled loop. Every
    `check_every` steps those that have finished or diverged leave it and waiting ones
    take their places.

    On a CPU the members of a loop take turns (`lanes` = 1): batched products gain
    little there, and so every member gets bit for bit the numbers it gets alone. On
    an accelerator all are batched; a batch that has become a quarter full is cut down,
    its sizes are powers of two, each compiled once, and a member's numbers depend on
    them by rounding, because a batch of products may be summed in another order.

    A finisher goes on, on all labels and in the type of the parameters, with members
    that have finite weights and labels wrong after their steps.

    Args:
        members: networks to be trained, of any shapes.
        keep_weights: whether outcomes hold the networks as exact numbers.
        keep_parameters: whether they hold them as arrays.
        max_batch: most networks in one loop, rounded down to a power of two.
        lanes: networks whose products are batched together; by default one on a CPU
            and all of a loop elsewhere.
        workers: threads with a loop each; by default one for each core of a CPU, or
            as many as the variable MEMCAP_THREADS says.
        tell: called after every check.

    Returns:
        the outcomes in the order of the members.

    Raises:
        DataError: `max_batch` or a learning rate is not positive, or data with `drawn`
            are to be gone through all at once.
        WeightsError: data and network of a member do not fit together, or weights are
            to be kept of a network that has no exact form.

    Example:
        >>> import memcap as mc
        >>> ds = mc.data.random_next_token(8, 4, 8, 2, seed=0)
        >>> config = mc.nn.Config.for_dataset(ds, width=8, hidden=32)
        >>> settings = TrainConfig(steps=400, check_every=50)
        >>> members = [Member(config, settings, ds, seed=seed) for seed in (0, 1)]
        >>> [outcome.finished for outcome in train_ensemble(members)]
        [True, True]
    """
    cpu = jax.default_backend() == "cpu"
    lanes = 1 if lanes is None and cpu else lanes
    workers = workers or (_cores() if cpu else 1)
    for name, value in (("max_batch", max_batch), ("lanes", lanes or 1)):
        if value < 1:
            raise DataError(f"{name} = {value} is not an integer >= 1.")
    for member in members:
        _check(member)
    buckets: dict[Any, list[Job]] = {}
    for index, member in enumerate(members):
        job = Job(index, member, member.settings)
        buckets.setdefault(bucket_of(member), []).append(job)
    crew = _Crew(lanes, max_batch, workers, _Teller(tell, len(members)))
    ends: dict[int, Outcome] = {}
    for jobs in buckets.values():
        ends.update(_outcomes(jobs, keep_weights, keep_parameters, crew))
    return tuple(ends[index] for index in range(len(members)))


def _check(member: Member) -> None:
    check_rate(member.rate)
    drawn = getattr(member.ds, "drawn", None)
    if drawn is not None and member.settings.batch_size is None:
        raise DataError(
            f"the data draw from {drawn} sequences, but all are gone through at once; "
            "give a batch_size, or leave `drawn` out."
        )


def _cores() -> int:
    # One of several worker processes on a machine is told not to take all of it.
    return int(os.environ.get("MEMCAP_THREADS", "0")) or os.cpu_count() or 1


def _outcomes(
    jobs: list[Job], weights: bool, arrays: bool, crew: "_Crew"
) -> dict[int, Outcome]:
    """What became of the members of one bucket, by place among all."""
    finisher, keep = jobs[0].settings.finisher is not None, weights or arrays
    ends = {end.job.index: [end] for end in crew.run(jobs, keep or finisher)}
    if finisher:
        turns = [again(end) for (end,) in ends.values() if end.stuck]
        crew.teller.done -= len(turns)
        for end in crew.run(turns, keep):
            ends[end.job.index].append(end)
    with context(jobs[0].settings.dtype):
        return {i: _outcome(turns, weights, arrays) for i, turns in ends.items()}


def _outcome(turns: list[End], weights: bool, arrays: bool) -> Outcome:
    last = turns[-1]
    member = last.job.member
    return Outcome(
        member=member,
        correct=last.correct,
        total=member.ds.num_labels,
        loss=last.loss,
        bits=bits_of(member, last.loss),
        best_bits=bits_of(member, min(end.best_loss for end in turns)),
        steps=sum(end.steps for end in turns),
        finished=last.finished,
        diverged=last.diverged,
        seconds=sum(end.seconds for end in turns),
        weights=exported(last) if weights else None,
        parameters=last.parameters if arrays else None,
    )


@dataclass(frozen=True)
class _Crew:
    """Threads that each run a loop over a share of the jobs."""

    lanes: int | None
    max_batch: int
    workers: int
    teller: "_Teller"

    def run(self, jobs: list[Job], keep: bool) -> list[End]:
        shares = [jobs[i :: self.workers] for i in range(min(self.workers, len(jobs)))]
        if len(shares) <= 1:
            return [end for share in shares for end in self._share(share, keep)]
        with ThreadPoolExecutor(len(shares)) as pool:
            done = list(pool.map(lambda share: self._share(share, keep), shares))
        return [end for share in done for end in share]

    def _share(self, jobs: list[Job], keep: bool) -> list[End]:
        # 64-bit types are switched on for a thread.
        with context(jobs[0].settings.dtype):
            first = jobs[0]
            look = checked(first.member.ds)
            plan = plan_of(first.member.config, first.settings, self.lanes, look)
            return list(run(seated(plan, jobs, self.max_batch), keep, self.teller))


@dataclass
class _Teller:
    """Counts and passes on what the threads report."""

    tell: Callable[[Progress], None] | None
    total: int
    done: int = 0
    lock: Any = field(default_factory=Lock)

    def __call__(self, batch: Batch, stopped: int, seconds: float) -> None:
        with self.lock:
            self.done += stopped
            if self.tell is not None:
                running, places = len(batch.taken), len(batch.seats)
                self.tell(Progress(self.done, self.total, running, places, seconds))
