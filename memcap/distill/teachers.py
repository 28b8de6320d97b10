"""Teachers: who they are, and what they write."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from memcap.core.errors import ProtocolError
from memcap.distill.decoding import write
from memcap.distill.networks import Trained
from memcap.distill.pretraining import Lesson, Recipe
from memcap.distill.sequences import prompts
from memcap.distill.tasks.base import Style, Task, end
from memcap.distill.written import Written, corrupted, judge

# Added to the seeds of trainings, so that no student is the beginning of a teacher.
_APART = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Teacher:
    """One candidate.

    Size, accuracy and number of correct chains go together within one family. Fewer
    updates, noise and temperature change accuracy at a fixed size; the style changes
    what a perfect teacher writes.

    Args:
        width: d.
        layers: L.
        seed: of its training, its draws and its noise.
        style: of the gold chains it learns from, and so of its own.
        temperature: it writes at; 0 is greedy.
        noise: share of its tails in which one token is replaced.
        updates: of its training; None takes those of the recipe.
    """

    width: int
    layers: int = 2
    seed: int = 0
    style: Style = "full"
    temperature: float = 0.0
    noise: float = 0.0
    updates: int | None = None

    @property
    def name(self) -> str:
        """What sets it apart, in short.

        Example:
            >>> Teacher(width=24, style="terse", updates=300).name
            'd24-terse-u300'
        """
        parts = [f"d{self.width}"]
        parts += [f"L{self.layers}"] if self.layers != 2 else []
        parts.append(self.style)
        parts += [f"t{self.temperature:g}"] if self.temperature else []
        parts += [f"n{self.noise:g}"] if self.noise else []
        parts += [f"u{self.updates}"] if self.updates is not None else []
        parts += [f"s{self.seed}"] if self.seed else []
        return "-".join(parts)

    def lesson(self, recipe: Recipe) -> Lesson:
        """How it is trained."""
        updates = recipe.updates if self.updates is None else self.updates
        seed = self.seed + _APART
        return Lesson(self.width, self.layers, self.style, seed, updates)


@dataclass(frozen=True, eq=False)
class Taught:
    """A trained teacher and what it wrote.

    Args:
        teacher: who it is.
        trained: its network.
        pool: what it wrote on the pool.
        accuracy: its share of right answers on the test set, written in the same way.
    """

    teacher: Teacher
    trained: Trained = field(repr=False)
    pool: Written = field(repr=False)
    accuracy: float


def check_names(teachers: Sequence[Teacher]) -> None:
    """Refuse two teachers that are the same.

    Raises:
        ProtocolError: so they are.
    """
    names = [teacher.name for teacher in teachers]
    for name in names:
        if names.count(name) > 1:
            raise ProtocolError(
                f"teacher {name} is listed {names.count(name)} times; give each one "
                "another size, style or seed."
            )


def answered(
    task: Task, teacher: Teacher, trained: Trained, questions: np.ndarray
) -> Written:
    """What a teacher writes on questions.

    Args:
        task: the task.
        teacher: who writes.
        trained: its network.
        questions: `[N, question_length]`.
    """
    tails = write(
        trained.model,
        prompts(task, questions),
        trained.config,
        end(task),
        temperature=teacher.temperature,
        seed=teacher.seed,
    )
    tails = corrupted(task, tails, teacher.noise, teacher.seed)
    return judge(task, teacher.name, teacher.style, questions, tails)
