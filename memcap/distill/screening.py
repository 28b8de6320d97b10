"""Tasks as measured before any distillation, put through the screens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from memcap.core.words import counted
from memcap.distill.screens import WORDS, Gap, Screen, TaskScores, screen
from memcap.distill.statistics import Interval, guard

CAUTION = (
    "Choose the threshold, and between whom it is taken, before any student is "
    "distilled. Where there are items to spare, screen on others than those that will "
    "measure the gain: chosen by these, tasks lean to students that were unlucky here."
)


@dataclass(frozen=True)
class MeasuredTask:
    """One task and one student, before any distillation.

    Args:
        name: of the row; names the student too where there are several.
        task: name of the task.
        student: name of the student.
        teachers: names, in the order of ``scores.teachers``.
        scores: accuracies, floor and number of items.
        intervals: of the gaps, over items; None where items are not known singly.
        left_out: items that some run lacks.
        notes: what makes the runs less than comparable.
    """

    name: str
    task: str
    student: str
    teachers: tuple[str, ...]
    scores: TaskScores
    intervals: Mapping[Gap, Interval | None] = field(default_factory=dict)
    left_out: int = 0
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> tuple[str, float]:
        """Name and accuracy of the best teacher, the first of equals."""
        return self._at(max(self.scores.teachers))

    @property
    def worst(self) -> tuple[str, float]:
        """Name and accuracy of the worst teacher, the first of equals."""
        return self._at(min(self.scores.teachers))

    def gap(self, between: Gap) -> Fraction:
        """The gap of the scores, exactly."""
        return self.scores.gap(between)

    def _at(self, score: float | Fraction) -> tuple[str, float]:
        return self.teachers[list(self.scores.teachers).index(score)], float(score)


@dataclass(frozen=True)
class Screening:
    """What the screens left of the tasks.

    Args:
        tasks: every task that could be screened.
        screen: which of them are kept, and why the others are not.
        threshold: least gap; None asks for none.
        between: whom the gap is taken between.
        floor: whether scores had to exceed the floor.
        unscreened: other tasks, and what they lack.
        warnings: of the runs.
    """

    tasks: tuple[MeasuredTask, ...]
    screen: Screen
    threshold: Fraction | None
    between: Gap
    floor: bool
    unscreened: Mapping[str, str]
    warnings: tuple[str, ...]

    @property
    def undecided(self) -> tuple[str, ...]:
        """Tasks whose interval of the gap holds the threshold."""
        if self.threshold is None:
            return ()
        least = self.threshold
        known = [(task.name, task.intervals.get(self.between)) for task in self.tasks]
        return tuple(name for name, i in known if i and i.low < least <= i.high)

    @property
    def conclusion(self) -> str:
        """What is kept, in one sentence."""
        kept, every = len(self.screen.kept), len(self.tasks)
        floors = sum(task.scores.floor is not None for task in self.tasks)
        asked = []
        if self.threshold is not None:
            least = f"{float(self.threshold):g}"
            asked.append(f"{WORDS[self.between]} at least {least}")
        if self.floor and floors:
            told = f" (known: {counted(floors, 'floor')})" * (floors < every)
            asked.append(f"a score above the floor{told}")
        words = " and ".join(asked) or "nothing was asked of them"
        return guard(f"{kept} of {counted(every, 'task')} kept: {words}.")

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the reader should know of the verdicts."""
        found = []
        if self.threshold is None:
            found.append("A least gap was not asked for, so that no task fails for it.")
        elif self.undecided:
            found.append(
                "The interval of the gap holds the threshold, so that other items "
                f"could have decided otherwise, on {self._tasks(self.undecided)}."
            )
        unknown = [t.name for t in self.tasks if t.scores.floor is None]
        if self.floor and unknown:
            found.append(
                f"The floor is unknown and not checked on {self._tasks(unknown)}; give "
                "it with --floor TASK=SCORE."
            )
        for note in dict.fromkeys(note for task in self.tasks for note in task.notes):
            where = [task.name for task in self.tasks if note in task.notes]
            found.append(f"To note on {self._tasks(where)}: {note}.")
        lacking = [f"{name}: {why}" for name, why in self.unscreened.items()]
        if lacking:
            found.append(f"Not screened: {'; '.join(lacking)}.")
        # Tasks may be called "international_law": names are not put to the guard.
        return (*found, CAUTION)

    def _tasks(self, names: Sequence[str]) -> str:
        every = len(self.tasks)
        if len(names) == every:
            return "every task"
        return f"{len(names)} of {every} tasks ({', '.join(names)})"


def judge(
    tasks: Sequence[MeasuredTask],
    *,
    threshold: Fraction | None = None,
    between: Gap = "teacher_student",
    floor: bool = True,
    unscreened: Mapping[str, str] | None = None,
    warnings: Sequence[str] = (),
) -> Screening:
    """Put measured tasks through the screens.

    Args:
        tasks: their names all different.
        threshold: least gap; None asks for none.
        between: see `TaskScores.gap`.
        floor: whether a task needs a score above its floor, where that is known.
        unscreened: tasks that could not be measured, and why.
        warnings: what to hand on.

    Raises:
        DataError: there is no such gap, or the threshold cannot be one.
    """
    scores = {task.name: task.scores for task in tasks}
    found = screen(scores, threshold=threshold, between=between, floor=floor)
    return Screening(
        tuple(tasks),
        found,
        threshold,
        between,
        floor,
        dict(unscreened or {}),
        tuple(dict.fromkeys(warnings)),
    )
