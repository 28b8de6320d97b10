"""Small members for the tests of ensembles."""

import numpy as np

from memcap.data.dataset import from_arrays
from memcap.nn import Config
from memcap.training import Member, TrainConfig

QUICK = TrainConfig(steps=120, check_every=40, learning_rate=0.02, warmup=10)


def data(seed=0, samples=12, classes=2, vocab=8):
    rng = np.random.default_rng(seed)
    tokens = rng.integers(0, vocab, (samples, 3))
    labels = rng.integers(0, classes, samples)
    return from_arrays(tokens, labels, num_classes=classes)


def network(**fields):
    known = {"vocab": 8, "width": 4, "hidden": 8}
    return Config(**(known | fields))


def members(count, settings=QUICK, config=None, **fields):
    """Different seeds, learning rates and draws of the data."""
    config = network(**fields) if config is None else config
    rates = (0.005, 0.02, 0.05)
    return [
        Member(config, settings, data(i), seed=i, learning_rate=rates[i % 3])
        for i in range(count)
    ]


def numbers(outcome):
    """Everything of an outcome but its wall time."""
    kept = outcome.weights.sha256 if outcome.weights is not None else None
    return (
        outcome.correct,
        repr(outcome.loss),
        repr(outcome.best_bits),
        outcome.steps,
        kept,
    )
