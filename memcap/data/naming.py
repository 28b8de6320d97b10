"""Numbers for words and for classes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from memcap.data.arguments import at_least
from memcap.data.dataset import Dataset
from memcap.data.rows import first_appearances

OTHER = "other"


def group_rare(
    values: Sequence[str], classes: int | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Number values by falling frequency; beyond C - 1 of them the rest are "other".

    Args:
        values: one text each.
        classes: C, at least 2, or None to keep all apart. No class is made up: with
            C values or fewer each keeps its own.

    Returns:
        the number of each value, and the texts of the numbers.

    Example:
        >>> group_rare(["b", "a", "a", "c"], 2)[0].tolist()
        [1, 0, 0, 1]
    """
    # Ties go by the alphabet, so that the order of the data does not matter.
    names = [name for name, _ in sorted(Counter(values).items(), key=_rank)]
    if classes is not None and len(names) > at_least("classes", classes, 2):
        names = [*names[: classes - 1], OTHER]
    number = {name: i for i, name in enumerate(names)}
    rest = len(names) - 1
    return np.array([number.get(value, rest) for value in values]), tuple(names)


def _rank(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def renumber(ds: Dataset) -> Dataset:
    """The same data with ids 0..V-1 in the order in which they first appear.

    Example:
        >>> from memcap.data.dataset import from_arrays
        >>> ds = from_arrays([[2, 0]], [0], names=["a", "b", "c"])
        >>> renumber(ds).tokens.tolist(), renumber(ds).names
        ([[0, 1]], ('c', 'a'))
    """
    used = first_appearances(ds.tokens)
    new = np.empty(int(used.max()) + 1, dtype=np.int64)
    new[used] = np.arange(len(used))
    tokens = new[ds.tokens]
    tokens.setflags(write=False)
    return replace(ds, tokens=tokens, names=tuple(ds.names[i] for i in used))
