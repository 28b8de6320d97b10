"""Decoders taught on questions that never come twice, and what they then score."""

from collections.abc import Callable, Sequence

import numpy as np
from flax import nnx

from memcap.distill.decoding import write
from memcap.distill.networks import decoder_config
from memcap.distill.sequences import prompts, sequences
from memcap.distill.tasks.base import Task, end, right_answers
from memcap.nn import DecoderConfig, build, split
from memcap.training import Member, Outcome, TrainConfig, train_ensemble


def learned(
    task: Task,
    width: int,
    layers: int,
    steps: int,
    batch: int,
    *tails: Callable[[Task, np.ndarray], np.ndarray],
    rate: float = 3e-3,
    warmup: int = 50,
) -> tuple[DecoderConfig, Sequence[Outcome]]:
    """One decoder for each kind of tail, all taught on the same questions.

    Args:
        task: what they learn.
        width: d.
        layers: L.
        steps: updates.
        batch: questions of an update; none is met twice.
        tails: what stands behind the questions.
        rate: peak learning rate.
        warmup: updates until it is reached.
    """
    asked = task.questions(steps * batch, np.random.default_rng(0))
    config = decoder_config(task, width, layers)
    settings = TrainConfig(
        steps=steps,
        check_every=steps,
        batch_size=batch,
        learning_rate=rate,
        warmup=min(warmup, steps),
        weight_decay=0.01,
        schedule="cosine",
        clip=1.0,
        until="end",
    )
    data = [
        sequences(task, asked, told_by(task, asked), checked=min(256, len(asked)))
        for told_by in tails
    ]
    members = [Member(config, settings, one, seed=1) for one in data]
    return config, train_ensemble(members, keep_parameters=True)


def accuracy(task: Task, config: DecoderConfig, outcome: Outcome) -> float:
    """Share of 1,000 other questions that a taught decoder answers."""
    structure, _, fixed = split(build(config, rngs=1))
    model = nnx.merge(structure, outcome.parameters, fixed)
    asked = task.questions(1000, np.random.default_rng(1))
    tails = write(model, prompts(task, asked), config, end(task))
    return float(right_answers(task, asked, tails).mean())
