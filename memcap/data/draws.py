"""How many contexts there are, and drawing distinct ones.

A *context* is what a model without positions sees: the multiset of a sequence's
tokens, together with its last token where that is the one that is read. With V ids
and n tokens there are

    next token, repeats allowed      V C(V + n - 2, n - 1)
    next token, no repeats           V C(V - 1, n - 1)
    multiset alone, repeats allowed    C(V + n - 1, n)
    multiset alone, no repeats         C(V, n)

of them: the free tokens are a multiset, or a set, of what is left.
"""

from dataclasses import dataclass
from math import comb

import numpy as np

from memcap.core.errors import DataError
from memcap.data.rows import group_rows

_INT64 = 1 << 62


@dataclass(frozen=True, slots=True)
class Contexts:
    """The space of contexts of sequences of `length` ids below `vocab`.

    Args:
        vocab: V.
        length: n.
        duplicates: whether a token may occur twice in a sequence.
        pointed: whether the last token is part of the context.

    Example:
        >>> Contexts(vocab=3, length=2, duplicates=True, pointed=True).count
        9
    """

    vocab: int
    length: int
    duplicates: bool
    pointed: bool

    def __post_init__(self) -> None:
        if not self.duplicates and self.vocab < self.length:
            raise DataError(
                f"{self.length} different tokens do not fit into vocab = {self.vocab}; "
                "raise vocab or allow duplicates."
            )

    @property
    def _free(self) -> int:
        return self.length - 1 if self.pointed else self.length

    @property
    def _places(self) -> int:
        # A multiset of k out of V is a k-subset of V + k - 1 places (stars and bars).
        if self.duplicates:
            return self.vocab + self._free - 1
        return self.vocab - 1 if self.pointed else self.vocab

    @property
    def count(self) -> int:
        """Number of contexts, exact."""
        points = self.vocab if self.pointed else 1
        return points * comb(self._places, self._free)

    def key(self, rows: np.ndarray) -> np.ndarray:
        """Rows that are equal exactly where the contexts of `[N, n]` ids are."""
        ordered = np.sort(rows, axis=1)
        return np.column_stack([ordered, rows[:, -1]]) if self.pointed else ordered

    def uniform_ids(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """`[size, n]` uniformly random sequences."""
        if self.duplicates:
            return rng.integers(self.vocab, size=(size, self.length))
        # Floyd's sampling of a subset, all rows at once, then a random order.
        columns = np.empty((self.length, size), dtype=np.int64)
        for k in range(self.length):
            top = self.vocab - self.length + k
            drawn = rng.integers(top + 1, size=size)
            taken = (columns[:k] == drawn).any(axis=0)
            columns[k] = np.where(taken, top, drawn)
        return rng.permuted(np.ascontiguousarray(columns.T), axis=1)

    def of_ranks(self, rng: np.random.Generator, ranks: np.ndarray) -> np.ndarray:
        """`[k, n]` one sequence of each context number; free tokens in random order."""
        free, last = np.divmod(ranks, self.vocab) if self.pointed else (ranks, None)
        rest = _subsets(free, self._places, self._free)
        if self.duplicates:
            rest = rest - np.arange(self._free)
        elif last is not None:
            # The places are the ids without the last token.
            rest = rest + (rest >= last[:, None])
        rest = rng.permuted(rest, axis=1)
        return rest if last is None else np.column_stack([rest, last])

    def draw(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """`[size, n]` sequences of pairwise different contexts.

        Sequences are drawn uniformly and one whose context was there before is drawn
        again. Where more than a quarter of all contexts is asked for, or every second
        draw repeats a context, contexts are drawn uniformly in place of sequences.

        Raises:
            DataError: there are fewer contexts; the message says how many.
        """
        if size > self.count:
            raise DataError(
                f"{self.length} of {self.vocab} tokens have only {self.count} "
                f"contexts that a model can tell apart, {size} are asked for; raise "
                "vocab or length, or ask for fewer samples."
            )
        if self.count <= 4 * size:
            ranks = rng.choice(self.count, size, replace=False)
            return self.of_ranks(rng, ranks)
        return self._redraw(rng, size)

    def _redraw(self, rng: np.random.Generator, size: int) -> np.ndarray:
        rows = np.empty((0, self.length), dtype=np.int64)
        by_sequence = True
        while (missing := size - len(rows)) > 0:
            if by_sequence or self.count >= _INT64:
                fresh = self.uniform_ids(rng, missing)
            else:
                fresh = self.of_ranks(rng, rng.integers(self.count, size=missing))
            before = len(rows)
            rows = np.concatenate([rows, fresh])
            rows = rows[np.sort(group_rows(self.key(rows))[0])]
            by_sequence &= 2 * (len(rows) - before) >= missing
        return rows


def _subsets(ranks: np.ndarray, places: int, size: int) -> np.ndarray:
    if 2 * size > places:
        # The subset left out is the smaller one, and its binomials are in range.
        chosen = np.ones((len(ranks), places), dtype=bool)
        np.put_along_axis(chosen, _subsets(ranks, places, places - size), False, axis=1)
        return np.nonzero(chosen)[1].reshape(-1, size)
    # The combinatorial number system: c_1 < ... < c_k has the rank sum_j C(c_j, j).
    ranks = ranks.copy()
    subsets = np.empty((len(ranks), size), dtype=np.int64)
    for j in range(size, 0, -1):
        binomials = np.array([comb(c, j) for c in range(places + 1)], dtype=np.int64)
        subsets[:, j - 1] = np.searchsorted(binomials, ranks, side="right") - 1
        ranks -= binomials[subsets[:, j - 1]]
    return subsets
