"""What stands before the first distillation: questions, teachers, students, data."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from memcap.distill import arms, budgets
from memcap.distill.arms import Arm
from memcap.distill.budgets import Budget
from memcap.distill.distillation import Job
from memcap.distill.networks import Trained
from memcap.distill.pool import Questions, draw_questions
from memcap.distill.pretraining import pretrain
from memcap.distill.students import Student, Undistilled, undistilled
from memcap.distill.study_config import Cell, StudyConfig
from memcap.distill.teachers import Taught, answered
from memcap.training import Progress

# Told the stage, how much of it is done, and how much there is.
Tell = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Hear nothing."""
    del stage, done, total


@dataclass(frozen=True, eq=False)
class Stage:
    """All that stands before the first distillation.

    Args:
        config: the study.
        questions: pool and test set.
        teachers: by name.
        students: before distillation, by student.
    """

    config: StudyConfig
    questions: Questions
    teachers: dict[str, Taught]
    students: dict[Student, Undistilled]

    @cached_property
    def jobs(self) -> dict[Cell, Job]:
        """Data and budget of every distillation."""
        return {cell: self._job(cell) for cell in self.config.cells()}

    def _job(self, cell: Cell) -> Job:
        start = self.students[cell.student]
        arm = self._arm(cell, start)
        return Job(start, arm, self._budget(arm))

    def _arm(self, cell: Cell, start: Undistilled) -> Arm:
        """The data; whatever is drawn for it is drawn by the student's seed."""
        task, keep = self.config.task, self.config.keep
        seed, asked = cell.student.seed, self.questions
        everybody = [taught.pool for taught in self.teachers.values()]
        if cell.arm == "gold":
            return arms.gold(task, asked, cell.student.style)
        if cell.arm == "self":
            return arms.own_correct(task, asked, start.pool, keep)
        if cell.mixture is not None:
            pair = (cell.mixture.first, cell.mixture.second)
            first, second = (self.teachers[name].pool for name in pair)
            share = cell.mixture.share
            return arms.mixed(task, asked, first, second, share, seed, keep)
        assert cell.teacher is not None
        name = cell.teacher.name
        if cell.arm == "intersection":
            return arms.intersection(task, asked, everybody, keep)[name]
        if cell.arm == "count_matched":
            return arms.count_matched(task, asked, everybody, seed, keep)[name]
        own = self.teachers[name].pool
        if cell.arm == "answer_only":
            return arms.answer_only(task, asked, own, keep)
        arm = arms.all_correct(task, asked, own, keep)
        if cell.pilot is not None:
            return arms.subsampled(task, arm, cell.pilot, seed)
        return arm

    def _budget(self, arm: Arm) -> Budget:
        """Equal to that of the gold arm in the measure that is matched."""
        recipe, pool = self.config.distillation, len(self.questions.pool)
        whole = arms.gold(self.config.task, self.questions, self.config.student_style)
        told = budgets.spent(recipe.updates, recipe.batch, pool, _predicted(whole))
        return budgets.matched(
            self.config.match, told, recipe.batch, arm.count, _predicted(arm)
        )


def prepare(config: StudyConfig, folder: Path, tell: Tell | None = None) -> Stage:
    """Draw the questions, train teachers and students, and let all of them write.

    Args:
        config: the study.
        folder: networks are kept in its ``networks``.
        tell: called as it goes on.
    """
    tell, task = tell or silent, config.task
    questions = draw_questions(task, config.pool, config.test, config.seed)
    lessons = [teacher.lesson(config.pretraining) for teacher in config.teachers]
    lessons += [student.lesson for student in config.students]

    def heard(progress: Progress) -> None:
        tell("pre-training", progress.done, progress.total)

    networks = pretrain(
        task,
        lessons,
        config.pretraining,
        questions,
        config.examples,
        folder / "networks",
        heard,
    )
    count = len(config.teachers)
    teachers = {
        teacher.name: _taught(config, questions, i, networks[i])
        for i, teacher in enumerate(config.teachers)
    }
    tell("writing", count, count)
    students = {
        student: undistilled(task, student, trained, questions)
        for student, trained in zip(config.students, networks[count:], strict=True)
    }
    tell("before distillation", len(students), len(students))
    return Stage(config, questions, teachers, students)


def _taught(
    config: StudyConfig, questions: Questions, i: int, trained: Trained
) -> Taught:
    task, teacher = config.task, config.teachers[i]
    pool = answered(task, teacher, trained, questions.pool)
    test = answered(task, teacher, trained, questions.test)
    return Taught(teacher, trained, pool, test.accuracy)


def _predicted(arm: Arm) -> float:
    """Mean tokens of an example that a loss is taken on: the tail and END."""
    return (arm.mean_tokens or 0.0) + 1
