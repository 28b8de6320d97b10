"""Which positions no permutation-equivariant model can tell apart.

Without positional encodings the output at a token depends on that token and on the
multiset of all tokens of its sequence. Such a pair is a *context*; labels that differ
within one context cannot be memorized.
"""

import numpy as np

from memcap.core.errors import DataError, InconsistentLabelsError
from memcap.data.dataset import Dataset
from memcap.data.rows import group_rows, sorted_rows


def multiset_index(ds: Dataset) -> np.ndarray:
    """`[N]` index of each sequence's multiset of tokens, equal for permutations."""
    return group_rows(sorted_rows(ds.token_index))[1]


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
    first = np.unique(context, return_index=True)[1][context]
    clash = np.flatnonzero(labels != labels[first])
    return (int(first[clash[0]]), int(clash[0])) if len(clash) else None


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
    but the order of the data. A sequence-to-sequence sample whose own labels differ
    at equal tokens is never kept.

    Raises:
        DataError: no sample is left.
    """
    keep = _next_token_keep(ds) if ds.task == "next_token" else _seq_to_seq_keep(ds)
    if not keep.any():
        raise DataError("every sample contradicts itself; nothing is left to memorize.")
    return ds.take(keep)


def _next_token_keep(ds: Dataset) -> np.ndarray:
    context = contexts(ds)
    first = np.unique(context, return_index=True)[1]
    return ds.labels == ds.labels[first][context]


def _seq_to_seq_keep(ds: Dataset) -> np.ndarray:
    # Sequences with one multiset have the same contexts, others share none: within a
    # multiset the first sample that is consistent with itself decides.
    order = np.argsort(ds.token_index, axis=1, kind="stable")
    tokens = np.take_along_axis(ds.token_index, order, axis=1)
    labels = np.take_along_axis(ds.labels, order, axis=1)
    clash = (tokens[:, 1:] == tokens[:, :-1]) & (labels[:, 1:] != labels[:, :-1])
    sound = np.flatnonzero(~clash.any(axis=1))
    keep = np.zeros(ds.num_samples, dtype=bool)
    if len(sound):
        first, group = group_rows(tokens[sound])
        labels = labels[sound]
        keep[sound] = (labels == labels[first][group]).all(axis=1)
    return keep


def drop_repeated(ds: Dataset) -> Dataset:
    """Keep the first sample of each context, so that N counts different contexts.

    For sequence-to-sequence data these are the multisets: permutations of a sequence
    ask a permutation-equivariant model for nothing new.
    """
    context = contexts(ds) if ds.task == "next_token" else multiset_index(ds)
    return ds.take(np.sort(np.unique(context, return_index=True)[1]))
