"""Which tasks can show anything: a gap between models, and scores above the floor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal, get_args

from memcap.core.errors import DataError

# Between whom a study takes its gap: papers differ, or do not say.
Gap = Literal["teacher_student", "best_worst"]
GAPS: tuple[Gap, ...] = get_args(Gap)

_ERRORS = 3.0


@dataclass(frozen=True)
class TaskScores:
    """Accuracies on one task before any distillation.

    Args:
        teachers: of every candidate.
        student: of the student.
        floor: the best score of a shortcut.
        items: test items behind each accuracy.

    Raises:
        DataError: there is no teacher or no item, or a score is outside 0..1.
    """

    teachers: Sequence[float]
    student: float
    floor: float
    items: int

    def __post_init__(self) -> None:
        if not self.teachers or self.items < 1:
            raise DataError("a screen needs a teacher and an item.")
        for score in (*self.teachers, self.student, self.floor):
            if not 0 <= score <= 1:
                raise DataError(f"score {score} is not between 0 and 1.")

    def gap(self, between: Gap) -> float:
        """Best teacher less student, or best less worst teacher.

        Raises:
            DataError: there is no such gap.

        Example:
            >>> scores = TaskScores([0.5, 0.75], 0.875, 0.25, 100)
            >>> scores.gap("teacher_student"), scores.gap("best_worst")
            (-0.125, 0.25)
        """
        if between not in GAPS:
            raise DataError(f"gap {between!r} is not one of {', '.join(GAPS)}.")
        low = self.student if between == "teacher_student" else min(self.teachers)
        return max(self.teachers) - low

    @property
    def above_floor(self) -> bool:
        """Whether student or some teacher is above the floor by 3 standard errors.

        The error is that of the floor's own score on so many items.
        """
        error = sqrt(self.floor * (1 - self.floor) / self.items)
        best = max(*self.teachers, self.student)
        return best > self.floor + _ERRORS * error


@dataclass(frozen=True)
class Screen:
    """What a screen left.

    Args:
        kept: names of tasks.
        dropped: name and reason of every other.
    """

    kept: tuple[str, ...]
    dropped: Mapping[str, str]


def screen(
    tasks: Mapping[str, TaskScores],
    *,
    threshold: float | None = None,
    between: Gap = "teacher_student",
    floor: bool = True,
) -> Screen:
    """Keep the tasks that can show a difference, and say why the others cannot.

    Args:
        tasks: scores by name.
        threshold: least gap; None, the default, asks for none. Choose it before any
            student is distilled.
        between: see `TaskScores.gap`; best less worst is never negative, so that a
            threshold of 0 keeps everything then.
        floor: whether a task needs a score above its floor.
    """
    dropped: dict[str, str] = {}
    for name, scores in tasks.items():
        gap = scores.gap(between)
        if floor and not scores.above_floor:
            dropped[name] = f"no score is above the floor {scores.floor:.3f}"
        elif threshold is not None and gap < threshold:
            dropped[name] = f"gap {gap:.3f} is below {threshold:g} ({between})"
    return Screen(tuple(name for name in tasks if name not in dropped), dropped)


def chance_corrected(accuracy: float, floor: float) -> float:
    """``(a - c) / (1 - c)``: 0 at the floor, 1 where everything is right.

    Args:
        accuracy: a.
        floor: c, the best score of a shortcut, not uniform chance.

    Raises:
        DataError: the floor is not below 1.

    Example:
        >>> chance_corrected(0.625, 0.25)
        0.5
    """
    if not 0 <= floor < 1:
        raise DataError(f"floor = {floor} is not in [0, 1).")
    return (accuracy - floor) / (1 - floor)
