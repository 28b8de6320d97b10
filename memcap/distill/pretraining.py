"""Teach networks a task from gold chains, side by side."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from memcap.core.errors import DataError
from memcap.distill import checkpoints
from memcap.distill.networks import Trained, decoder_config
from memcap.distill.pool import Questions, fresh_questions
from memcap.distill.sequences import sequences
from memcap.distill.tasks.base import Style, Task, told
from memcap.nn import DecoderConfig
from memcap.training import Member, Outcome, TrainConfig, train_ensemble
from memcap.training.config import Schedule

# Sequences that a check looks at: enough for a loss, and no burden.
_CHECKED = 256

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How networks are trained: AdamW along a schedule, on drawn batches.

    Args:
        updates: most steps.
        batch: examples in a step.
        learning_rate: largest step size.
        warmup: steps of the way up.
        weight_decay: decoupled.
        clip: largest norm of a gradient, or None.
        schedule: with ``constant`` a shorter training is the beginning of a longer
            one; along a ``cosine`` it comes down sooner.
    """

    updates: int = 1500
    batch: int = 128
    learning_rate: float = 3e-3
    warmup: int = 100
    weight_decay: float = 0.01
    clip: float | None = 1.0
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
            clip=self.clip,
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
    folder: Any = None,
) -> list[Trained]:
    """Train every network that is not in the folder yet, one shape after the other.

    Networks of one shape share a compilation; they are saved as soon as their shape is
    done. Equal lessons give one network. Processes that share a disk divide the shapes
    among themselves.

    Args:
        task: the task.
        lessons: the networks.
        recipe: how they are trained.
        questions: those held back.
        examples: questions drawn for each.
        folder: where networks are kept, a path or a URL; None keeps none.

    Raises:
        DataError: a network diverged.
        CorruptFileError: a file in the folder is not what was written.
    """
    plan = _Plan(task, recipe, questions, examples, folder)
    shapes: dict[DecoderConfig, list[Lesson]] = {}
    for lesson in dict.fromkeys(lessons):
        config = decoder_config(task, lesson.width, lesson.layers)
        shapes.setdefault(config, []).append(lesson)
    found: dict[Lesson, Trained] = {}
    taken: list[DecoderConfig] = []
    for config, own in shapes.items():
        done = plan.trained(config, own, wait=False)
        found.update(done or {})
        taken += [] if done else [config]
    for config in taken:
        found.update(plan.trained(config, shapes[config], wait=True) or {})
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
    folder: Any

    def trained(
        self, config: DecoderConfig, lessons: Sequence[Lesson], wait: bool
    ) -> dict[Lesson, Trained] | None:
        """All networks of one shape; None where somebody else is at them."""
        found = self._kept(config, lessons)
        if len(found) == len(lessons):
            return found
        shape = {**self.made(lessons[0]), "lesson": None, "shape": asdict(config)}
        with checkpoints.claimed(self.folder, shape, wait) as ours:
            if not ours:
                return None
            found = self._kept(config, lessons)
            missing = [lesson for lesson in lessons if lesson not in found]
            return found | self._new(config, missing)

    def _kept(
        self, config: DecoderConfig, lessons: Sequence[Lesson]
    ) -> dict[Lesson, Trained]:
        if self.folder is None:
            return {}
        kept = {
            lesson: checkpoints.load(self.folder, self.made(lesson), config)
            for lesson in lessons
        }
        return {lesson: old for lesson, old in kept.items() if old is not None}

    def _new(
        self, config: DecoderConfig, lessons: Sequence[Lesson]
    ) -> dict[Lesson, Trained]:
        if lessons:
            names = ", ".join(f"d{x.width} {x.style} s{x.seed}" for x in lessons)
            size = f"{config.parameters:,} parameters"
            _LOG.info("pre-training %d of %s: %s", len(lessons), size, names)
        members = [self.member(lesson, config) for lesson in lessons]
        outcomes = train_ensemble(members, keep_parameters=True)
        # Those that did not diverge are kept whatever became of the others.
        ends = sorted(
            zip(lessons, outcomes, strict=True), key=lambda end: end[1].diverged
        )
        found = {}
        for lesson, outcome in ends:
            name = f"d = {lesson.width}, seed {lesson.seed}"
            found[lesson] = finished(outcome, name)
            if self.folder is not None:
                checkpoints.save(self.folder, self.made(lesson), found[lesson])
        return found

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
        data = sequences(self.task, asked, tails, checked=checked)
        longest = max(self.recipe.updates, lesson.updates)
        settings = self.recipe.settings(lesson.updates, longest)
        return Member(config, settings, data, seed=lesson.seed)
