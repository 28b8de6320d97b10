"""Which positions no permutation-equivariant model can tell apart.

Without positional encodings the output at a token depends on that token and on the
multiset of all tokens of its sequence. Such a pair is a *context*; labels that differ
within one context cannot be memorized.
"""

import numpy as np

from memcap.core.errors import InconsistentLabelsError
from memcap.data.dataset import Dataset


def multiset_index(ds: Dataset) -> np.ndarray:
    """`[N]` index of each sequence's multiset of tokens, equal for permutations."""
    ordered = np.sort(ds.token_index, axis=1)
    return np.unique(ordered, axis=0, return_inverse=True)[1].reshape(-1)


def contexts(ds: Dataset) -> np.ndarray:
    """Index of each label's context; see `Dataset.contexts`.

    Example:
        >>> from memcap.data.dataset import from_arrays
        >>> contexts(from_arrays([[0, 1, 2], [1, 0, 2], [2, 1, 0]], [0, 0, 1])).tolist()
        [1, 1, 0]
    """
    multisets = multiset_index(ds)
    tokens = ds.token_index
    if ds.task == "next_token":
        key = multisets * (tokens.max() + 1) + tokens[:, -1]
    else:
        key = multisets[:, None] * (tokens.max() + 1) + tokens
    return np.unique(key, return_inverse=True)[1].reshape(key.shape)


def first_conflict(ds: Dataset) -> tuple[int, int] | None:
    """Two flat label positions with one context and two labels, or None."""
    context, labels = contexts(ds).ravel(), ds.labels.ravel()
    order = np.lexsort((labels, context))
    context, labels = context[order], labels[order]
    clash = np.flatnonzero((context[1:] == context[:-1]) & (labels[1:] != labels[:-1]))
    if not len(clash):
        return None
    pairs = [tuple(sorted((int(order[i]), int(order[i + 1])))) for i in clash]
    first, second = min(pairs)
    return first, second


def check_consistent(ds: Dataset) -> None:
    """Raise `InconsistentLabelsError` naming the first offending pair, if any."""
    conflict = first_conflict(ds)
    if conflict is None:
        return
    width = 1 if ds.task == "next_token" else ds.length
    (i, k), (j, m) = (divmod(position, width) for position in conflict)
    labels = ds.labels.ravel()
    where = "last tokens" if width == 1 else f"tokens {k} and {m}"
    raise InconsistentLabelsError(
        f"samples {i} and {j} are equal up to permutation with equal {where}, but have "
        f"labels {labels[conflict[0]]} and {labels[conflict[1]]}; drop one of them "
        "(memcap.data.drop_inconsistent) or add positional information."
    )


def drop_inconsistent(ds: Dataset) -> Dataset:
    """Keep, of samples that contradict an earlier one, only the earlier one.

    Samples are kept greedily in order, so the result does not depend on anything
    but the order of the data.
    """
    context = contexts(ds).reshape(ds.num_samples, -1)
    labels = ds.labels.reshape(ds.num_samples, -1)
    known = np.full(int(context.max()) + 1, -1, dtype=np.int64)
    keep = np.zeros(ds.num_samples, dtype=bool)
    for i, (row, row_labels) in enumerate(zip(context, labels, strict=True)):
        seen = known[row]
        inside = len(set(zip(row.tolist(), row_labels.tolist(), strict=True)))
        if np.all((seen < 0) | (seen == row_labels)) and inside == len(set(row)):
            known[row] = row_labels
            keep[i] = True
    return ds.take(keep)
