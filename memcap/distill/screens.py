"""Which tasks can show anything: a gap between models, and scores above the floor.

Verdicts are exact: a gap of 0.7 - 0.4 is 30 points, not a rounding error less.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from memcap.core.errors import DataError

# Between whom a study takes its gap: papers differ, or do not say.
Gap = Literal["teacher_student", "best_worst"]
GAPS: tuple[Gap, ...] = get_args(Gap)
WORDS: Mapping[Gap, str] = {
    "teacher_student": "best teacher less student",
    "best_worst": "best less worst teacher",
}

_ERRORS = 3


def exact(score: float | Fraction) -> Fraction:
    """A score as a fraction; a float stands for the decimal it prints as.

    Example:
        >>> 0.7 - 0.4 >= 0.3, exact(0.7) - exact(0.4) >= exact(0.3)
        (False, True)
    """
    return Fraction(str(score))


@dataclass(frozen=True)
class TaskScores:
    """Accuracies on one task before any distillation.

    Args:
        teachers: of every candidate.
        student: of the student.
        floor: the best score of a shortcut; None where it is unknown.
        items: test items behind each accuracy.

    Raises:
        DataError: there is no teacher or no item, or a score is outside 0..1.
    """

    teachers: Sequence[float | Fraction]
    student: float | Fraction
    floor: float | Fraction | None
    items: int

    def __post_init__(self) -> None:
        if not self.teachers or self.items < 1:
            raise DataError("a screen needs a teacher and an item.")
        floors = () if self.floor is None else (self.floor,)
        for score in (*self.teachers, self.student, *floors):
            if not 0 <= score <= 1:
                raise DataError(f"score {score} is not between 0 and 1.")

    def gap(self, between: Gap) -> Fraction:
        """Best teacher less student, or best less worst teacher.

        Raises:
            DataError: there is no such gap.

        Example:
            >>> scores = TaskScores([0.5, 0.75], 0.875, 0.25, 100)
            >>> scores.gap("teacher_student"), scores.gap("best_worst")
            (Fraction(-1, 8), Fraction(1, 4))
        """
        if between not in GAPS:
            raise DataError(f"gap {between!r} is not one of {', '.join(GAPS)}.")
        teachers = [exact(score) for score in self.teachers]
        worst = min(teachers)
        low = exact(self.student) if between == "teacher_student" else worst
        return max(teachers) - low

    @property
    def above_floor(self) -> bool | None:
        """Whether student or some teacher is above the floor c by 3 standard errors.

        The error is that of the floor's own score on n items, so a is above it where
        ``(a - c)^2 n > 9 c (1 - c)``. None where the floor is unknown.
        """
        if self.floor is None:
            return None
        floor = exact(self.floor)
        best = max(exact(score) for score in (*self.teachers, self.student))
        error = floor * (1 - floor) / self.items
        return best > floor and (best - floor) ** 2 > _ERRORS**2 * error


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
    threshold: float | Fraction | None = None,
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
        floor: whether a task needs a score above its floor. A task whose floor is
            unknown cannot fail for it.

    Raises:
        DataError: the threshold is no difference of two accuracies.
    """
    if threshold is not None and not -1 <= threshold <= 1:
        raise DataError(
            f"a gap of {float(threshold):g} cannot be; accuracies are shares, so 30 "
            "points are 0.30."
        )
    dropped: dict[str, str] = {}
    for name, scores in tasks.items():
        gap = scores.gap(between)
        if floor and scores.floor is not None and not scores.above_floor:
            dropped[name] = f"no score is above the floor {float(scores.floor):.3f}"
        elif threshold is not None and gap < exact(threshold):
            dropped[name] = (
                f"gap {float(gap):.3f} is below {float(threshold):g} ({WORDS[between]})"
            )
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
