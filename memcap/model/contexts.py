"""The different things a token can see through one attention layer."""

from dataclasses import dataclass

import numpy as np

from memcap.data.rows import group_rows


@dataclass(frozen=True, slots=True, eq=False)
class Contexts:
    """K different contexts: which token looks at which.

    Args:
        query: `[K]` number of the token that looks.
        members: `[K, n]` tokens it sees, increasing, each as often as it occurs; -1
            pads.
        key: `[K]` number of the pair (token, set of tokens seen): the context of
            KS23.DefCM, in which repetitions do not count.
        index: context of each place that is read, `[N]` or `[N, n]`; empty for a
            selection.
    """

    query: np.ndarray
    members: np.ndarray
    key: np.ndarray
    index: np.ndarray

    @property
    def size(self) -> int:
        """K."""
        return len(self.query)

    def take(self, chosen: np.ndarray) -> "Contexts":
        """Some of the contexts."""
        nothing = np.empty(0, dtype=np.int64)
        return Contexts(
            self.query[chosen], self.members[chosen], self.key[chosen], nothing
        )


def contexts(tokens: np.ndarray, causal: bool, only_last: bool) -> Contexts:
    """Every different context of a set of sequences.

    Args:
        tokens: `[N, n]` number of the distinct token at each place.
        causal: whether a token sees only tokens up to itself.
        only_last: whether only the last token is read.

    Example:
        >>> seen = contexts(np.array([[0, 1], [1, 0]]), causal=False, only_last=True)
        >>> seen.query.tolist(), seen.members.tolist(), seen.index.tolist()
        ([0, 1], [[0, 1], [0, 1]], [1, 0])
    """
    samples, length = tokens.shape
    places = [length - 1] if only_last else list(range(length))
    queries, seen = [], []
    for k in places:
        members = tokens.copy()
        if causal:
            members[:, k + 1 :] = -1
        queries.append(tokens[:, k])
        seen.append(np.sort(members, axis=1))
    query, members = np.concatenate(queries), np.concatenate(seen)
    first, group = group_rows(np.column_stack([query, members + 1]))
    query, members = query[first], members[first]
    as_set = members.copy()
    as_set[:, 1:][members[:, 1:] == members[:, :-1]] = -1
    key = group_rows(np.column_stack([query, np.sort(as_set, axis=1) + 1]))[1]
    index = group.reshape(len(places), samples).T
    return Contexts(query, members, key, index[:, 0] if only_last else index)
