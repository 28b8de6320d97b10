"""What stands before the first distillation: questions, teachers, students, data."""

import logging
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from memcap.distill import arms, budgets
from memcap.distill.arms import Arm
from memcap.distill.budgets import Budget
from memcap.distill.distillation import Job
from memcap.distill.networks import Trained
from memcap.distill.pool import Questions, draw_questions
from memcap.distill.pretraining import pretrain
from memcap.distill.students import Student, Undistilled, undistilled
from memcap.distill.study_cells import Cell, Setting
from memcap.distill.tasks.base import Style
from memcap.distill.teachers import Taught, Teacher, answered
from memcap.distill.written import Written

_LOG = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Stage:
    """All that stands before the distillations of a few cells.

    Args:
        setting: what the cells share.
        questions: pool and test set.
        teachers: those of the cells, with what they wrote.
        students: those of the cells, before distillation.
    """

    setting: Setting
    questions: Questions
    teachers: dict[Teacher, Taught]
    students: dict[Student, Undistilled]
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def job(self, cell: Cell) -> Job:
        """Data and budget of a distillation."""
        start = self.students[cell.student]
        arm = self._arm(cell, start)
        return Job(start, arm, self._budget(arm, cell.student.style))

    def _once(self, make: Callable[[], T], *key: Hashable) -> T:
        """What cells share is made for the first of them."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def _arm(self, cell: Cell, start: Undistilled) -> Arm:
        """The data; whatever is drawn for it is drawn by the student's seed."""
        task, keep, asked = self.setting.task, self.setting.keep, self.questions
        if cell.arm == "gold":
            return self._gold(cell.student.style)
        if cell.arm == "self":
            return arms.own_correct(task, asked, start.pool, keep)
        if cell.mixture is not None:
            first, second = (self._wrote(teacher) for teacher in cell.others)
            share, seed = cell.mixture.share, cell.seed
            return arms.mixed(task, asked, first, second, share, seed, keep)
        assert cell.teacher is not None
        if cell.arm in arms.RELATIVE:
            return self._compared(cell)[cell.teacher.name]
        own = self._wrote(cell.teacher)
        if cell.arm == "answer_only":
            return arms.answer_only(task, asked, own, keep)
        arm = self._once(
            lambda: arms.all_correct(task, asked, own, keep), "all", cell.teacher
        )
        if cell.pilot is None:
            return arm
        return arms.subsampled(task, arm, cell.pilot, cell.seed)

    def _compared(self, cell: Cell) -> dict[str, Arm]:
        """The arms of all teachers that are compared, by name."""
        task, keep, asked = self.setting.task, self.setting.keep, self.questions
        wrote = [self._wrote(teacher) for teacher in cell.others]
        if cell.arm == "intersection":
            return self._once(
                lambda: arms.intersection(task, asked, wrote, keep), cell.others
            )
        return self._once(
            lambda: arms.count_matched(task, asked, wrote, cell.seed, keep),
            cell.others,
            cell.seed,
        )

    def _gold(self, style: Style) -> Arm:
        return self._once(
            lambda: arms.gold(self.setting.task, self.questions, style), "gold", style
        )

    def _wrote(self, teacher: Teacher) -> Written:
        return self.teachers[teacher].pool

    def _budget(self, arm: Arm, style: Style) -> Budget:
        """Equal to that of the gold arm in the measure that is matched."""
        recipe, pool = self.setting.distillation, len(self.questions.pool)
        tokens = _predicted(self._gold(style))
        whole = budgets.spent(recipe.updates, recipe.batch, pool, tokens)
        match, batch = self.setting.match, recipe.batch
        return budgets.matched(match, whole, batch, arm.count, _predicted(arm))


def prepare(cells: Sequence[Cell], folder: Any = None) -> Stage:
    """Draw the questions, train teachers and students, and let all of them write.

    Args:
        cells: of one setting.
        folder: where networks are kept; see `pretrain`.
    """
    setting = cells[0].setting
    teachers = tuple(dict.fromkeys(t for cell in cells for t in cell.teachers))
    students = tuple(dict.fromkeys(cell.student for cell in cells))
    questions = draw_questions(setting.task, setting.pool, setting.test, setting.seed)
    lessons = [teacher.lesson(setting.pretraining) for teacher in teachers]
    lessons += [student.lesson for student in students]
    networks = pretrain(
        setting.task,
        lessons,
        setting.pretraining,
        questions,
        setting.examples,
        folder,
    )
    _LOG.info("%d teachers and %d students write", len(teachers), len(students))
    first = zip(teachers, networks, strict=False)
    then = zip(students, networks[len(teachers) :], strict=True)
    return Stage(
        setting,
        questions,
        {
            teacher: _taught(setting, questions, teacher, made)
            for teacher, made in first
        },
        {
            student: undistilled(setting.task, student, made, questions)
            for student, made in then
        },
    )


def _taught(
    setting: Setting, questions: Questions, teacher: Teacher, trained: Trained
) -> Taught:
    pool = answered(setting.task, teacher, trained, questions.pool)
    test = answered(setting.task, teacher, trained, questions.test)
    return Taught(teacher, trained, pool, test.accuracy)


def _predicted(arm: Arm) -> float:
    """Mean tokens of an example that a loss is taken on: the tail and END."""
    return (arm.mean_tokens or 0.0) + 1
