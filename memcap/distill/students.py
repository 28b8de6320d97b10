"""Students: who they are before distillation, and how they are measured."""

from dataclasses import dataclass, field

import numpy as np

from memcap.distill.decoding import write
from memcap.distill.networks import Trained
from memcap.distill.pool import Questions
from memcap.distill.pretraining import Lesson
from memcap.distill.protocol import Scores
from memcap.distill.sequences import prompts
from memcap.distill.tasks.base import Style, Task, end
from memcap.distill.written import Written, judge


@dataclass(frozen=True, kw_only=True)
class Student:
    """One student: a size and a seed.

    The seed is that of its first weights, of the order of its data before and in
    distillation, and of whatever is subsampled for it.

    Args:
        width: d.
        layers: L.
        seed: of everything drawn for it.
        updates: of its training before distillation.
        style: of the gold chains in it.
    """

    width: int
    layers: int = 2
    seed: int = 0
    updates: int = 525
    style: Style = "full"

    @property
    def name(self) -> str:
        """Size and seed."""
        depth = f"L{self.layers}" if self.layers != 2 else ""
        return f"d{self.width}{depth}-s{self.seed}"

    @property
    def lesson(self) -> Lesson:
        """How it is trained before distillation."""
        return Lesson(self.width, self.layers, self.style, self.seed, self.updates)


@dataclass(frozen=True, eq=False)
class Undistilled:
    """A student before its distillation: where every arm starts from.

    Args:
        student: who it is.
        trained: its checkpoint.
        scores: on the test set.
        pool: what it writes on the pool, for the arm ``self``.
    """

    student: Student
    trained: Trained = field(repr=False)
    scores: Scores = field(repr=False)
    pool: Written = field(repr=False)


def undistilled(
    task: Task, student: Student, trained: Trained, questions: Questions
) -> Undistilled:
    """Measure a student before distillation, with the prompt and scorer of after."""
    tails = greedy(task, trained, questions.pool)
    own = judge(task, student.name, student.style, questions.pool, tails)
    return Undistilled(student, trained, measured(task, trained, questions), own)


def measured(task: Task, trained: Trained, questions: Questions) -> Scores:
    """Which items of the test set a network answers right, greedily."""
    tails = greedy(task, trained, questions.test)
    own = judge(task, "", "full", questions.test, tails)
    return Scores(questions.test_hash, own.right)


def greedy(task: Task, trained: Trained, questions: np.ndarray) -> np.ndarray:
    """`[N, t]` the likeliest tails."""
    asked = prompts(task, questions)
    return write(trained.model, asked, trained.config, end(task))
