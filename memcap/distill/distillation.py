"""Train students on their arms, all of one shape side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.arms import Arm
from memcap.distill.budgets import Budget
from memcap.distill.networks import Trained
from memcap.distill.pretraining import Recipe, Tell, finished
from memcap.distill.sequences import sequences
from memcap.distill.students import Undistilled
from memcap.distill.tasks.base import Task
from memcap.training import Member, train_ensemble

# Rows of every data set of a study, as a multiple of the pool. Equal shapes share one
# compilation; an example then occurs this often at least, some occur once more.
ROWS = 16
_CHECKED = 256


@dataclass(frozen=True, eq=False)
class Job:
    """One distillation.

    Args:
        start: the student before it.
        arm: what it learns from.
        budget: for how long.
    """

    start: Undistilled
    arm: Arm
    budget: Budget


def distil(
    task: Task,
    jobs: Sequence[Job],
    recipe: Recipe,
    pool: int,
    longest: int,
    tell: Tell | None = None,
) -> list[Trained]:
    """Distil every student from its own checkpoint.

    Students of one seed draw the same batches of rows, so that equal data give equal
    numbers. A job without updates leaves its student as it is.

    Args:
        task: the task.
        jobs: students, arms and budgets.
        recipe: how they are trained; its `updates` give way to the budgets.
        pool: questions of the pool.
        longest: most updates of a job of the study.
        tell: called after every check.

    Raises:
        DataError: a training diverged.
    """
    moved = [job for job in jobs if job.budget.updates]
    members = [_member(task, job, recipe, ROWS * pool, longest) for job in moved]
    outcomes = train_ensemble(members, keep_parameters=True, tell=tell)
    ends = {
        id(job): finished(outcome, f"{job.start.student.name} on {job.arm.name}")
        for job, outcome in zip(moved, outcomes, strict=True)
    }
    return [ends.get(id(job), job.start.trained) for job in jobs]


def _member(task: Task, job: Job, recipe: Recipe, rows: int, longest: int) -> Member:
    seed = job.start.student.seed
    order = spread(job.arm.count, rows, seed)
    data = sequences(
        task, job.arm.questions[order], job.arm.tails[order], min(_CHECKED, rows)
    )
    return Member(
        job.start.trained.config,
        recipe.settings(job.budget.updates, longest),
        data,
        seed=seed,
        start=job.start.trained.parameters,
    )


def spread(count: int, rows: int, seed: int) -> np.ndarray:
    """Examples repeated to a number of rows: ``rows // count`` times, some once more.

    Which ones is drawn, so that over seeds all weigh the same.

    Args:
        count: n, examples there are.
        rows: at least as many.
        seed: of the draw.

    Returns:
        `[rows]` places in 0..n-1.

    Raises:
        DataError: there is no example, or there are fewer rows than examples.
    """
    if not 1 <= count <= rows:
        raise DataError(f"{count} examples cannot be spread over {rows} rows.")
    whole = np.tile(np.arange(count), rows // count)
    order = np.random.default_rng([seed, 6]).permutation(count)
    return np.concatenate([whole, order[: rows - len(whole)]])
