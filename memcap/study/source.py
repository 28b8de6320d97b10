"""The data of a study: one dataset, of which every size is a prefix."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from memcap.core.errors import DataError
from memcap.data import drop_inconsistent, load
from memcap.data.dataset import Dataset


@dataclass(frozen=True)
class Source:
    """The data of a study.

    Args:
        name: name or file name it was loaded by.
        full: all of it, consistent.
        dropped: samples left out because they contradict an earlier one.
    """

    name: str
    full: Dataset
    dropped: int

    def prefix(self, size: int) -> Dataset:
        """The first samples, with only those words that they use."""
        ds = self.full.take(slice(size))
        used = int(ds.tokens.max()) + 1 if ds.has_ids else 0
        table = None if ds.embedding is None else ds.embedding[:used]
        return replace(ds, names=ds.names[:used], embedding=table)


def open_source(data: str) -> Source:
    """Load next-token data by name or file and drop what contradicts itself.

    Raises:
        DataError: the data are for another task or have a single class.
    """
    loaded = load(data, task="next_token")
    full = drop_inconsistent(loaded)
    if full.num_classes < 2:
        raise DataError(f"{data} has one class only; there is nothing to memorize.")
    return Source(Path(data).name, full, loaded.num_samples - full.num_samples)


def with_vectors(ds: Dataset, dim: int, seed: int) -> Dataset:
    """The data with a fixed random vector for each word, for networks that train.

    Entries are sixteenths, so that the vectors are short as exact numbers. Data
    that are vectors already stay as they are.
    """
    if not ds.has_ids or ds.embedding is not None:
        return ds
    rng = np.random.default_rng(seed)
    words = int(ds.tokens.max()) + 1
    return replace(ds, embedding=np.round(rng.normal(size=(words, dim)) * 16) / 16)
