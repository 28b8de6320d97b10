"""Equal rows of integer arrays, found exactly and fast."""

import numpy as np

# Rows that are read column by column while the processor's cache holds them.
_CHUNK = 1 << 13


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


def sorted_rows(rows: np.ndarray) -> np.ndarray:
    """Every row in increasing order, in 16 bits where these hold all entries plus 1.

    Example:
        >>> sorted_rows(np.array([[3, 1], [-1, 9]])).tolist()
        [[1, 3], [-1, 9]]
    """
    short = -(1 << 15) <= rows.min() and rows.max() < (1 << 15) - 1
    return np.sort(rows.astype(np.int16) if short else rows, axis=1)


def _packed(rows: np.ndarray) -> list[np.ndarray]:
    # Several entries side by side in one word compare as the entries do, in order.
    bits = max(1, int(rows.max()).bit_length())
    per_word = 63 // bits
    starts = range(0, rows.shape[1], per_word)
    words = [np.zeros(len(rows), dtype=np.int64) for _ in starts]
    for first in range(0, len(rows), _CHUNK):
        chunk = rows[first : first + _CHUNK]
        for start, whole in zip(starts, words, strict=True):
            word = whole[first : first + _CHUNK]
            for column in range(start, min(start + per_word, rows.shape[1])):
                word <<= bits
                word |= chunk[:, column]
    return words


def _order(words: list[np.ndarray]) -> np.ndarray:
    """Stable order by the first word, then the second and so on."""
    order = np.argsort(words[0])
    first = words[0][order]
    same = first[1:] == first[:-1]
    tied = np.append(same, False) | np.insert(same, 0, False)
    places = np.flatnonzero(tied)
    if len(places):
        # The fast sort left rows of one first word next to each other in any order.
        among = order[places]
        rest = [word[among] for word in words[:0:-1]]
        order[places] = among[np.lexsort([among, *rest, first[places]])]
    return order


def group_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the distinct rows of an array in lexicographic order.

    Args:
        rows: `[N, k]` integers, no entry negative, N and k at least 1.

    Returns:
        `[G]` the first place at which each distinct row stands, and `[N]` the number
        of each row's group.

    Example:
        >>> first, group = group_rows(np.array([[3, 1], [0, 9], [3, 1]]))
        >>> first.tolist(), group.tolist()
        ([1, 0], [1, 0, 1])
    """
    words = _packed(rows)
    order = _order(words)
    new = np.zeros(len(rows), dtype=bool)
    new[0] = True
    for word in words:
        ordered = word[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    group = np.empty(len(rows), dtype=np.int64)
    group[order] = np.cumsum(new) - 1
    # The order is stable, so the first of a group in `order` is the first in `rows`.
    return order[new], group


def first_appearances(values: np.ndarray) -> np.ndarray:
    """The distinct integers of an array in the order in which they first appear.

    Example:
        >>> first_appearances(np.array([[4, 4], [0, 4]])).tolist()
        [4, 0]
    """
    distinct, first = np.unique(values, return_index=True)
    return distinct[np.argsort(first)]
