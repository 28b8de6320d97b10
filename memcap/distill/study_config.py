"""What a study of distillation consists of, as data."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from memcap.core.errors import ProtocolError, UnknownNameError
from memcap.distill.arms import ARMS, OF_A_TEACHER, ArmName
from memcap.distill.budgets import MATCHES, Match
from memcap.distill.filters import FILTERS, Filter
from memcap.distill.pretraining import Recipe
from memcap.distill.records import key_of
from memcap.distill.students import Student
from memcap.distill.tasks.base import Style, Task
from memcap.distill.tasks.modular_chain import ModularChain
from memcap.distill.teachers import Teacher, check_names


@dataclass(frozen=True)
class Mixture:
    """Two teachers of a ``mixed`` arm.

    Args:
        first: name of one.
        second: name of the other.
        share: of the questions that go to the first.
    """

    first: str
    second: str
    share: float = 0.2

    @property
    def name(self) -> str:
        """Both names with their shares."""
        return f"{self.share:g} {self.first} + {1 - self.share:g} {self.second}"


@dataclass(frozen=True, kw_only=True)
class StudyConfig:
    """Teachers, students, arms, and how everything is trained and measured.

    Args:
        name: of the preset; without effect on the numbers.
        task: what is learned.
        teachers: the candidates.
        student_widths: d of the students.
        student_layers: L of the students.
        student_style: of the gold chains that they learn before distillation, and of
            the arm ``gold``.
        student_updates: of that learning.
        seeds: of the students; a claim about a teacher needs at least 3.
        arms: what they are distilled on.
        mixtures: pairs of teachers for the arm ``mixed``.
        pilots: numbers of chains at which ``all_correct`` is run as well.
        keep: the filter: ``answer`` or ``chain``.
        match: the measure of training that all arms share.
        pool: questions answered by the teachers.
        test: questions on which students are measured.
        seed: of both sets.
        examples: questions that each network is pre-trained on.
        pretraining: of teachers and students.
        distillation: its `updates` are those of the arm ``gold``.

    Raises:
        ProtocolError: an arm, a teacher or a choice is unknown, or names collide.
    """

    name: str = "custom"
    task: Task = field(default_factory=ModularChain)
    teachers: tuple[Teacher, ...] = ()
    student_widths: tuple[int, ...] = (32,)
    student_layers: int = 2
    student_style: Style = "full"
    student_updates: int = 525
    seeds: tuple[int, ...] = (0, 1, 2)
    arms: tuple[ArmName, ...] = (
        "all_correct",
        "intersection",
        "count_matched",
        "gold",
        "self",
        "answer_only",
    )
    mixtures: tuple[Mixture, ...] = ()
    pilots: tuple[int, ...] = ()
    keep: Filter = "answer"
    match: Match = "updates"
    pool: int = 3000
    test: int = 2000
    seed: int = 0
    examples: int = 50_000
    pretraining: Recipe = field(default_factory=Recipe)
    distillation: Recipe = field(
        default_factory=lambda: Recipe(updates=400, learning_rate=1e-3, warmup=80)
    )

    def __post_init__(self) -> None:
        check_names(self.teachers)
        _check("arm", self.arms, ARMS)
        _check("filter", (self.keep,), FILTERS)
        _check("budget", (self.match,), MATCHES)
        names = tuple(teacher.name for teacher in self.teachers)
        for mixture in self.mixtures:
            _check("teacher of a mixture", (mixture.first, mixture.second), names)
        if not names and set(self.arms) & set(OF_A_TEACHER):
            raise ProtocolError("arms of teachers are listed, but no teacher is.")
        if ("mixed" in self.arms) != bool(self.mixtures):
            raise ProtocolError("arm 'mixed' and `mixtures` go together.")

    @property
    def students(self) -> tuple[Student, ...]:
        """Every width with every seed."""
        return tuple(
            Student(
                width=width,
                layers=self.student_layers,
                seed=seed,
                updates=self.student_updates,
                style=self.student_style,
            )
            for width in self.student_widths
            for seed in self.seeds
        )

    def teacher(self, name: str) -> Teacher:
        """The teacher of a name.

        Raises:
            UnknownNameError: there is none.
        """
        for teacher in self.teachers:
            if teacher.name == name:
                return teacher
        raise UnknownNameError(f"there is no teacher {name!r} in this study.")

    def cells(self) -> "tuple[Cell, ...]":
        """Every distillation of the study, student by student."""
        return tuple(cell for student in self.students for cell in self._cells(student))

    def _cells(self, student: Student) -> "Iterator[Cell]":
        for arm in self.arms:
            if arm == "mixed":
                yield from (Cell(student, arm, mixture=m) for m in self.mixtures)
            elif arm in OF_A_TEACHER:
                yield from (Cell(student, arm, teacher=t) for t in self.teachers)
            else:
                yield Cell(student, arm)
        for size in self.pilots:
            for teacher in self.teachers:
                yield Cell(student, "all_correct", teacher=teacher, pilot=size)

    def key(self, cell: "Cell") -> str:
        """The name of a distillation's record: all that its numbers depend on."""
        asked: dict[str, Any] = {
            "task": self.task.name,
            "task_parameters": asdict(self.task),  # pyright: ignore[reportArgumentType]
            "cell": asdict(cell),
            "questions": [self.pool, self.test, self.seed, self.examples],
            "keep": self.keep,
            "match": self.match,
            "pretraining": asdict(self.pretraining),
            "distillation": asdict(self.distillation),
        }
        if cell.mixture is not None:
            pair = (cell.mixture.first, cell.mixture.second)
            asked["teachers"] = [asdict(self.teacher(name)) for name in pair]
        elif cell.arm in ("intersection", "count_matched"):
            asked["teachers"] = [asdict(teacher) for teacher in self.teachers]
        return key_of(asked)


@dataclass(frozen=True)
class Cell:
    """One distillation of a study.

    Args:
        student: who learns.
        arm: from what.
        teacher: whose chains, of an arm that has a teacher.
        mixture: whose chains, of the arm ``mixed``.
        pilot: most chains, of a pilot.
    """

    student: Student
    arm: ArmName
    teacher: Teacher | None = None
    mixture: Mixture | None = None
    pilot: int | None = None

    @property
    def label(self) -> str:
        """Arm and writer, without the student."""
        writer = self.mixture or self.teacher
        label = f"{self.arm} of {writer.name}" if writer else self.arm
        return label if self.pilot is None else f"{label}, {self.pilot} chains"


def _check(what: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise ProtocolError(f"{what} {name!r} is not one of {', '.join(known)}.")
