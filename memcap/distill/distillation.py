"""Train students on their arms, all of one shape side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from memcap.distill.arms import Arm
from memcap.distill.budgets import Budget
from memcap.distill.networks import Trained
from memcap.distill.pretraining import Recipe, finished
from memcap.distill.sequences import sequences
from memcap.distill.students import Undistilled
from memcap.distill.tasks.base import Task
from memcap.training import Member, train_ensemble

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


def distil(task: Task, jobs: Sequence[Job], recipe: Recipe, pool: int) -> list[Trained]:
    """Distil every student from its own checkpoint.

    Students of one seed draw the same batches of places, so that equal data give equal
    numbers. A job without updates leaves its student as it is.

    Args:
        task: the task.
        jobs: students, arms and budgets.
        recipe: how they are trained; its `updates` give way to the budgets.
        pool: questions of the pool, which no arm exceeds.

    Raises:
        DataError: a training diverged.
    """
    moved = [job for job in jobs if job.budget.updates]
    longest = max((job.budget.updates for job in moved), default=1)
    members = [_member(task, job, recipe, pool, longest) for job in moved]
    outcomes = train_ensemble(members, keep_parameters=True)
    ends = {
        id(job): finished(outcome, f"{job.start.student.name} on {job.arm.name}")
        for job, outcome in zip(moved, outcomes, strict=True)
    }
    return [ends.get(id(job), job.start.trained) for job in jobs]


def _member(task: Task, job: Job, recipe: Recipe, rows: int, longest: int) -> Member:
    # Arms differ in size and share a compilation: they fill up rows that no batch is
    # drawn from.
    order = np.arange(rows) % job.arm.count
    data = sequences(
        task,
        job.arm.questions[order],
        job.arm.tails[order],
        checked=min(_CHECKED, rows),
        drawn=job.arm.count,
    )
    return Member(
        job.start.trained.config,
        recipe.settings(job.budget.updates, longest),
        data,
        seed=job.start.student.seed,
        start=job.start.trained.parameters,
    )
