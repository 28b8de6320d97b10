"""Samples dealt to a fixed number of shards, for `memcap.training.sharded`."""

from typing import NamedTuple

import numpy as np

from memcap.data.dataset import Dataset
from memcap.nn import Config
from memcap.training import objective
from memcap.training.config import TrainConfig


class Shards(NamedTuple):
    """The data, dealt out.

    Args:
        tokens: `[S, m, ...]`; the last shards are filled up with sample 0.
        labels: `[S, m, ...]`.
        shares: `[S, m]` 1/N for a sample, 0 for a filling.
        labels_in_all: labels of the data.
    """

    tokens: np.ndarray
    labels: np.ndarray
    shares: np.ndarray
    labels_in_all: int


def shards_of(
    config: Config, settings: TrainConfig, ds: Dataset, shards: int
) -> Shards:
    """Deal samples to S shards, in order; this does not depend on the devices.

    Raises:
        WeightsError: data and network do not fit together.
    """
    tokens = np.asarray(objective.inputs(config, ds))
    if config.vocab is None:
        tokens = tokens.astype(settings.dtype)
    size = -(-ds.num_samples // shards)
    order = np.zeros(size * shards, dtype=int)
    order[: ds.num_samples] = np.arange(ds.num_samples)
    shares = np.zeros(size * shards, dtype=settings.dtype)
    shares[: ds.num_samples] = 1 / ds.num_samples

    def dealt(array: np.ndarray) -> np.ndarray:
        return array.reshape(shards, size, *array.shape[1:])

    return Shards(
        dealt(tokens[order]),
        dealt(np.asarray(ds.labels)[order]),
        dealt(shares),
        ds.num_labels,
    )
