"""One distillation of a study as data: all that its numbers depend on."""

from dataclasses import dataclass, field

from memcap.distill.arms import ArmName
from memcap.distill.budgets import Match
from memcap.distill.filters import Filter
from memcap.distill.pretraining import Recipe
from memcap.distill.students import Student
from memcap.distill.tasks.base import Task
from memcap.distill.teachers import Teacher


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
class Setting:
    """What all distillations of a study share; see `StudyConfig`.

    Args:
        task: what is learned.
        keep: the filter.
        match: the measure of training that all arms share.
        pool: questions answered by the teachers.
        test: questions on which students are measured.
        seed: of both sets.
        examples: questions that each network is pre-trained on.
        pretraining: of teachers and students.
        distillation: its `updates` are those of the arm ``gold``.
        name: of the task, which its parameters do not tell.
    """

    task: Task
    keep: Filter
    match: Match
    pool: int
    test: int
    seed: int
    examples: int
    pretraining: Recipe
    distillation: Recipe
    name: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.task.name)


@dataclass(frozen=True)
class Cell:
    """One distillation of a study.

    Args:
        setting: what it shares with the others.
        student: who learns.
        arm: from what.
        teacher: whose chains, of an arm that has a teacher.
        mixture: whose chains, of the arm ``mixed``.
        others: teachers whose answers the data depend on as well: all of them where an
            arm compares them, the two of a mixture.
        pilot: most chains, of a pilot.
    """

    setting: Setting
    student: Student
    arm: ArmName
    teacher: Teacher | None = None
    mixture: Mixture | None = None
    others: tuple[Teacher, ...] = ()
    pilot: int | None = None

    @property
    def seed(self) -> int:
        """The seed of the student, of which all draws are made."""
        return self.student.seed

    @property
    def teachers(self) -> tuple[Teacher, ...]:
        """All whose answers the data depend on."""
        own = () if self.teacher is None else (self.teacher,)
        return tuple(dict.fromkeys((*own, *self.others)))

    @property
    def data(self) -> str:
        """Arm and writer, without the student."""
        writer = self.mixture or self.teacher
        label = f"{self.arm} of {writer.name}" if writer else self.arm
        return label if self.pilot is None else f"{label}, {self.pilot} chains"

    @property
    def label(self) -> str:
        """Student, arm and writer."""
        return f"{self.student.name}, {self.data}"
