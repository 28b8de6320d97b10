"""Teach networks a task from gold chains, side by side."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from memcap.core.errors import DataError
from memcap.distill import checkpoints
from memcap.distill.networks import Trained, decoder_config
from memcap.distill.pool import Questions, fresh_questions
from memcap.distill.sequences import sequences
from memcap.distill.tasks.base import Style, Task, told
from memcap.nn import DecoderConfig
from memcap.training import Member, Outcome, Progress, TrainConfig, train_ensemble
from memcap.training.config import Schedule

# Sequences that a check looks at: enough for a loss, and no burden.
_CHECKED = 256

Tell = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How networks are trained: AdamW along a schedule, on drawn batches.

    Args:
        updates: most steps.
        batch: examples in a step.
        learning_rate: largest step size.
        warmup: steps of the way up.
        weight_decay: decoupled.
        schedule: with ``constant`` a shorter training is the beginning of a longer
            one; along a ``cosine`` it comes down sooner.
    """

    updates: int = 1500
    batch: int = 128
    learning_rate: float = 3e-3
    warmup: int = 100
    weight_decay: float = 0.01
    schedule: Schedule = "cosine"

    def settings(self, steps: int, longest: int) -> TrainConfig:
        """The training of one network.

        Args:
            steps: its own.
            longest: steps of the longest training beside it, after which all are
                looked at.
        """
        return TrainConfig(
            steps=steps,
            check_every=longest,
            batch_size=self.batch,
            learning_rate=self.learning_rate,
            warmup=self.warmup,
            weight_decay=self.weight_decay,
            schedule=self.schedule,
            until="end",
        )


@dataclass(frozen=True)
class Lesson:
    """One network and what it is taught.

    Args:
        width: d.
        layers: L.
        style: of the gold chains.
        seed: of first weights, questions and batches.
        updates: steps.
    """

    width: int
    layers: int
    style: Style
    seed: int
    updates: int


def pretrain(
    task: Task,
    lessons: Sequence[Lesson],
    recipe: Recipe,
    questions: Questions,
    examples: int,
    folder: Path | None = None,
    tell: Tell | None = None,
) -> list[Trained]:
    """Train every network that is not on disk yet, one shape after the other.

    Networks of one shape share a compilation; they are saved as soon as their shape is
    done. Equal lessons give one network.

    Args:
        task: the task.
        lessons: the networks.
        recipe: how they are trained.
        questions: those held back.
        examples: questions drawn for each.
        folder: where networks are kept; None keeps none.
        tell: called after every check.

    Raises:
        DataError: a network diverged.
        CorruptFileError: a file in the folder is not what was written.
    """
    plan = _Plan(task, recipe, questions, examples)
    found: dict[Lesson, Trained] = {}
    shapes: dict[DecoderConfig, list[Lesson]] = {}
    for lesson in dict.fromkeys(lessons):
        config = decoder_config(task, lesson.width, lesson.layers)
        made = plan.made(lesson)
        old = checkpoints.load(folder, made, config) if folder else None
        if old is not None:
            found[lesson] = old
        else:
            shapes.setdefault(config, []).append(lesson)
    for config, missing in shapes.items():
        members = [plan.member(lesson, config) for lesson in missing]
        outcomes = train_ensemble(members, keep_parameters=True, tell=tell)
        for lesson, outcome in zip(missing, outcomes, strict=True):
            found[lesson] = finished(outcome, f"d = {lesson.width}, seed {lesson.seed}")
            if folder:
                checkpoints.save(folder, plan.made(lesson), found[lesson])
    return [found[lesson] for lesson in lessons]


def finished(outcome: Outcome, name: str) -> Trained:
    """The network of an outcome.

    Raises:
        DataError: it diverged.
    """
    if outcome.diverged:
        raise DataError(f"the training of {name} diverged; lower its learning rate.")
    config = outcome.member.config
    assert isinstance(config, DecoderConfig)
    return Trained(config, outcome.parameters, outcome.loss)


@dataclass(frozen=True)
class _Plan:
    """What all networks of a pre-training share."""

    task: Task
    recipe: Recipe
    questions: Questions
    examples: int

    def made(self, lesson: Lesson) -> dict[str, Any]:
        """All that a network depends on; updates are those of its lesson."""
        recipe = {k: v for k, v in asdict(self.recipe).items() if k != "updates"}
        return {
            "task": self.task.name,
            "task_parameters": asdict(self.task),  # pyright: ignore[reportArgumentType]
            "recipe": recipe,
            "lesson": asdict(lesson),
            "examples": self.examples,
            "pool": self.questions.pool_hash,
            "test": self.questions.test_hash,
        }

    def member(self, lesson: Lesson, config: DecoderConfig) -> Member:
        rng = np.random.default_rng([lesson.seed, 5])
        asked = fresh_questions(self.task, self.examples, rng, self.questions.held)
        tails = told(self.task, asked, lesson.style)
        checked = min(_CHECKED, self.examples)
        data = sequences(self.task, asked, tails, checked)
        longest = max(self.recipe.updates, lesson.updates)
        settings = self.recipe.settings(lesson.updates, longest)
        return Member(config, settings, data, seed=lesson.seed)
