"""A teacher, a student before distillation and the student after it, all tiny.

As a script it has the harness judge them and keeps its logs:

    python -m tests.distill.harness_networks FOLDER
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np
from flax import nnx

from memcap.distill.decoding import write
from memcap.distill.harness import evaluate
from memcap.distill.sequences import positions, prompts, sequences
from memcap.distill.tasks.base import (
    Task,
    direct,
    end,
    right_answers,
    told,
    vocabulary,
)
from memcap.distill.tasks.parity import Parity
from memcap.nn import Decoder, DecoderConfig, build, split
from memcap.training import Member, TrainConfig, train_ensemble

TASK = Parity(bits=10, hidden=3)
POOL, ITEMS = 2048, 40


@dataclass(frozen=True)
class Network:
    """A trained decoder and its parameters, from which training can go on."""

    model: Decoder
    config: DecoderConfig
    parameters: Any

    def tails(self, questions: np.ndarray) -> np.ndarray:
        return write(self.model, prompts(TASK, questions), self.config, end(TASK))

    def right(self, questions: np.ndarray) -> np.ndarray:
        return right_answers(TASK, questions, self.tails(questions))


def questions(count: int, seed: int) -> np.ndarray:
    return TASK.questions(count, np.random.default_rng(seed))


def trained(
    asked: np.ndarray, tails: np.ndarray, steps: int, width: int, start: Any = None
) -> Network:
    config = DecoderConfig(
        vocab=vocabulary(TASK), positions=positions(TASK), width=width, layers=2
    )
    settings = TrainConfig(
        steps=steps, check_every=steps, batch_size=128, learning_rate=0.005, until="end"
    )
    data = sequences(TASK, asked, tails, checked=256)
    members = [Member(config, settings, data, seed=1, start=start)]
    (outcome,) = train_ensemble(members, keep_parameters=True)
    structure, _, fixed = split(build(config, rngs=1))
    model = nnx.merge(structure, outcome.parameters, fixed)
    return Network(model, config, outcome.parameters)


def networks() -> Mapping[str, Network]:
    """All three, the student distilled from what the teacher got right."""
    pool = questions(POOL, seed=0)
    teacher = trained(pool, told(TASK, pool, "full"), 300, width=32)
    before = trained(pool, direct(TASK, pool), 100, width=16)
    kept = teacher.right(pool)
    written = teacher.tails(pool)[kept]
    after = trained(pool[kept], written, 500, 16, before.parameters)
    return {"teacher": teacher, "student-before": before, "student-after": after}


def loud(task: Task, seed: int) -> tuple[Decoder, DecoderConfig]:
    """Untrained, with weights so large that texts of all kinds answer the questions."""
    config = DecoderConfig(
        vocab=vocabulary(task), positions=positions(task), width=16, layers=1
    )
    structure, numbers, fixed = split(build(config, rngs=seed))
    louder = jax.tree.map(lambda leaf: 20 * leaf, numbers)
    return nnx.merge(structure, louder, fixed), config


def make(folder: Path) -> None:
    """Judge all three on one test set."""
    test = questions(ITEMS, seed=1)
    for name, network in networks().items():
        found = evaluate(
            network.model, network.config, TASK, test, folder, name=f"memcap/{name}"
        )
        own = network.right(test).mean()
        print(f"{name}: harness {dict(found.accuracy)}, memcap {own}")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
