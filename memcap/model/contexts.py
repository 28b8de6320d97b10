"""The different things a token can see through one attention layer."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from memcap.data.rows import group_rows, sorted_rows


@dataclass(frozen=True, eq=False)
class Contexts:
    """K different contexts: which token looks at which.

    Args:
        query: `[K]` number of the token that looks.
        members: `[K, n]` tokens it sees, increasing, each as often as it occurs; -1
            pads.
        index: context of each place that is read, `[N]` or `[N, n]`; empty for a
            selection.
    """

    query: np.ndarray
    members: np.ndarray
    index: np.ndarray

    @property
    def size(self) -> int:
        """K."""
        return len(self.query)

    @cached_property
    def key(self) -> np.ndarray:
        """`[K]` number of the pair (token, set of tokens seen).

        The context of KS23.DefCM, in which repetitions do not count.
        """
        as_set = self.members.copy()
        as_set[:, 1:][self.members[:, 1:] == self.members[:, :-1]] = -1
        rows = np.column_stack([self.query, np.sort(as_set, axis=1) + 1])
        return group_rows(rows)[1]

    def take(self, chosen: np.ndarray) -> "Contexts":
        """Some of the contexts."""
        nothing = np.empty(0, dtype=np.int64)
        return Contexts(self.query[chosen], self.members[chosen], nothing)


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
    if causal:
        seen = [_seen_up_to(tokens, k) for k in places]
    else:
        seen = [sorted_rows(tokens)] * len(places)
    query = np.concatenate([tokens[:, k] for k in places])
    members = np.concatenate(seen)
    # Short integers stay short: a token is among those that it sees.
    rows = np.column_stack([query.astype(members.dtype), members + 1])
    first, group = group_rows(rows)
    index = group.reshape(len(places), samples).T
    index = index[:, 0] if only_last else index
    return Contexts(query[first], members[first].astype(np.int64), index)


def _seen_up_to(tokens: np.ndarray, place: int) -> np.ndarray:
    members = tokens.copy()
    members[:, place + 1 :] = -1
    return sorted_rows(members)
