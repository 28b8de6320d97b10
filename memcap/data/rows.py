"""Equal rows of integer arrays, found exactly and fast."""

import numpy as np


def compact_ids(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct non-negative integers of an array and where each one stands.

    Args:
        ids: int64 array of any shape, no entry negative.

    Returns:
        `[V]` the distinct entries, increasing; and, shaped as `ids`, their indices.

    Example:
        >>> used, index = compact_ids(np.array([7, 2, 7]))
        >>> used.tolist(), index.tolist()
        ([2, 7], [1, 0, 1])
    """
    if ids.max() > 8 * ids.size:
        used, index = np.unique(ids, return_inverse=True)
        return used, index.reshape(ids.shape)
    # A table over 0..max replaces the sort; it is no larger than the data.
    present = np.zeros(int(ids.max()) + 1, dtype=bool)
    present[ids] = True
    return np.flatnonzero(present), (np.cumsum(present) - 1)[ids]


def _packed(rows: np.ndarray) -> list[np.ndarray]:
    # Several entries side by side in one word compare as the entries do, in order.
    bits = max(1, int(rows.max()).bit_length())
    per_word = 63 // bits
    words = []
    for start in range(0, rows.shape[1], per_word):
        word = np.zeros(len(rows), dtype=np.int64)
        for column in range(start, min(start + per_word, rows.shape[1])):
            word = (word << bits) | rows[:, column]
        words.append(word)
    return words


def group_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the distinct rows of an array in lexicographic order.

    Args:
        rows: `[N, k]` int64, no entry negative, N and k at least 1.

    Returns:
        `[G]` the first place at which each distinct row stands, and `[N]` the number
        of each row's group.

    Example:
        >>> first, group = group_rows(np.array([[3, 1], [0, 9], [3, 1]]))
        >>> first.tolist(), group.tolist()
        ([1, 0], [1, 0, 1])
    """
    words = _packed(rows)
    order = np.lexsort(words[::-1])
    new = np.zeros(len(rows), dtype=bool)
    new[0] = True
    for word in words:
        ordered = word[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    group = np.empty(len(rows), dtype=np.int64)
    group[order] = np.cumsum(new) - 1
    # lexsort is stable, so the first of a group in `order` is the first in `rows`.
    return order[new], group


def first_appearances(values: np.ndarray) -> np.ndarray:
    """The distinct integers of an array in the order in which they first appear.

    Example:
        >>> first_appearances(np.array([[4, 4], [0, 4]])).tolist()
        [4, 0]
    """
    distinct, first = np.unique(values, return_index=True)
    return distinct[np.argsort(first)]
