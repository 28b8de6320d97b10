"""What a study of distillation consists of, as data."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from memcap.core.errors import ProtocolError, UnknownNameError
from memcap.distill.arms import ARMS, OF_A_TEACHER, RELATIVE, ArmName
from memcap.distill.budgets import MATCHES, Match
from memcap.distill.filters import FILTERS, Filter
from memcap.distill.pretraining import Recipe
from memcap.distill.students import Student
from memcap.distill.study_cells import Cell, Mixture, Setting
from memcap.distill.tasks.base import Style, Task
from memcap.distill.tasks.modular_chain import ModularChain
from memcap.distill.teachers import Teacher, check_names


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
    arms: tuple[ArmName, ...] = tuple(arm for arm in ARMS if arm != "mixed")
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

    @property
    def setting(self) -> Setting:
        """What all its distillations share."""
        return Setting(
            task=self.task,
            keep=self.keep,
            match=self.match,
            pool=self.pool,
            test=self.test,
            seed=self.seed,
            examples=self.examples,
            pretraining=self.pretraining,
            distillation=self.distillation,
        )

    def cells(self) -> tuple[Cell, ...]:
        """Every distillation of the study, student by student."""
        return tuple(cell for student in self.students for cell in self._cells(student))

    def _cells(self, student: Student) -> Iterator[Cell]:
        setting = self.setting
        for arm in self.arms:
            everybody = self.teachers if arm in RELATIVE else ()
            if arm == "mixed":
                for mixture in self.mixtures:
                    pair = (self.teacher(mixture.first), self.teacher(mixture.second))
                    yield Cell(setting, student, arm, mixture=mixture, others=pair)
            elif arm in OF_A_TEACHER:
                for teacher in self.teachers:
                    yield Cell(setting, student, arm, teacher, others=everybody)
            else:
                yield Cell(setting, student, arm)
        for size in self.pilots:
            for teacher in self.teachers:
                yield Cell(setting, student, "all_correct", teacher, pilot=size)


def _check(what: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise ProtocolError(f"{what} {name!r} is not one of {', '.join(known)}.")
