"""Give every multiset of tokens a sum of its own (KS25.LemB1, LemB2).

`distinguishing_tokens` is the greedy set A of KS25.LemB1: N distinct multisets stay
distinct when restricted to A, and |A| <= N. `random_labels` and `projected_labels` give
the tokens of A positive integers f whose sums over the multisets differ.

The printed LemB2 adds one constant c to every label to make them positive. That adds
c |m| to the sum of multiset m, and restrictions to A differ in cardinality, so sums can
collide: {2,2}, {1,1}, {0,2} with A = (1, 0) is an example. The constant used here,
c >= 4 M N^2 |S| sqrt(pi) + sqrt|S|, exceeds the range of the unshifted sums and keeps
different cardinalities apart.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import ceil, pi, sqrt

import numpy as np

from memcap.core.errors import HypothesisError
from memcap.core.refs import Ref

LEMMA_A = Ref("KS25", "LemB1")
LEMMA_F = Ref("KS25", "LemB2")
_TRIES_PER_SIZE = 6
_FIRST_WALK = 256
_CHUNK = 1 << 15


def distinguishing_tokens(multisets: np.ndarray) -> list[int]:
    """Greedy set A on which distinct multisets stay distinct.

    Multisets are taken in order; while one agrees on A with an earlier one, the
    smallest token that tells the two apart joins A. A multiset that is alone with its
    restriction to A stays alone while A grows, so only the others are walked through:
    `_not_alone` finds them, among twice as many multisets each time.

    Args:
        multisets: `[N, n]` integers, distinct rows of tokens in any order.

    Returns:
        the tokens of A in the order they were taken in; at most N - 1.

    Raises:
        HypothesisError: two rows are equal.

    Example:
        >>> distinguishing_tokens(np.array([[2, 2], [1, 1], [0, 2]]))
        [1, 0]
    """
    chosen: list[int] = []
    size = 0
    tokens = int(multisets.max()) - int(multisets.min()) + 1
    # With every token in A there is none to add.
    while size < len(multisets) and len(chosen) < tokens:
        size = max(_FIRST_WALK, 2 * size)
        walked = multisets[:size]
        _extend(chosen, walked[_not_alone(walked, chosen)].tolist())
    return chosen


def _not_alone(multisets: np.ndarray, tokens: Sequence[int]) -> np.ndarray:
    """Mask of all rows that agree on the tokens with another one, and maybe of more.

    Rows that agree have equal sums of any numbers of the tokens, modulo 2^64 too. Equal
    sums by chance add a row to the mask and change nothing else.
    """
    low = int(multisets.min())
    numbers = np.zeros(int(multisets.max()) - low + 1, dtype=np.uint64)
    draw = np.random.default_rng(0).integers(0, 1 << 64, len(tokens), dtype=np.uint64)
    numbers[np.array(tokens, dtype=np.int64) - low] = draw
    hashes = np.empty(len(multisets), dtype=np.uint64)
    for start in range(0, len(multisets), _CHUNK):
        rows = multisets[start : start + _CHUNK]
        hashes[start : start + _CHUNK] = numbers[rows - low].sum(axis=1)
    ordered = np.sort(hashes)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    return np.isin(hashes, repeated)


def _extend(chosen: list[int], multisets: list[list[int]]) -> None:
    """Walk through multisets in order and append to A what tells them apart."""
    inside = set(chosen)
    holders: defaultdict[int, list[int]] = defaultdict(list)
    rows = [_counts(row) for row in multisets]
    keys: list[frozenset[tuple[int, int]]] = []
    owner: dict[frozenset[tuple[int, int]], int] = {}
    for i, row in enumerate(rows):
        key = _restricted(row, inside)
        while key in owner:
            # Exactly one earlier multiset agrees on A; a token tells them apart.
            token = _difference(rows[owner[key]], row)
            chosen.append(token)
            inside.add(token)
            for j in holders[token]:
                del owner[keys[j]]
                keys[j] = keys[j] | {(token, rows[j][token])}
                owner[keys[j]] = j
            key = _restricted(row, inside)
        keys.append(key)
        owner[key] = i
        for token in row:
            holders[token].append(i)


def _counts(row: Sequence[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for token in row:
        counts[token] = counts.get(token, 0) + 1
    return counts


def _restricted(row: dict[int, int], inside: set[int]) -> frozenset[tuple[int, int]]:
    return frozenset((token, c) for token, c in row.items() if token in inside)


def _difference(left: dict[int, int], right: dict[int, int]) -> int:
    tokens = sorted(set(left) | set(right))
    found = [t for t in tokens if left.get(t, 0) != right.get(t, 0)]
    if not found:
        raise HypothesisError(LEMMA_A, "distinct multisets", "two are equal")
    return found[0]


def sums(multisets: np.ndarray, labels: dict[int, int]) -> np.ndarray:
    """Sum of the labels over each multiset, tokens outside A counting nothing.

    Returns:
        `[N]` int64, or Python integers where int64 might overflow.
    """
    table = np.zeros(int(multisets.max()) + 1, dtype=object)
    for token, label in labels.items():
        table[token] = label
    reach = max(labels.values(), default=0) * multisets.shape[1]
    if reach < 1 << 62:
        table = table.astype(np.int64)
    return table[multisets].sum(axis=1)


def random_labels(
    multisets: np.ndarray, tokens: Sequence[int], seed: int = 0
) -> dict[int, int]:
    """The smallest power-of-two range in which random labels separate all sums.

    Given the other labels at most one value of f(x) makes the sums of two multisets
    that differ at x equal, so labels drawn from ``[N^2]`` separate N multisets with
    probability above 1/2; far smaller ranges usually do.

    Args:
        multisets: `[N, n]` distinct rows of sorted tokens.
        tokens: A.
        seed: of the draws.

    Returns:
        a positive label for every token of A.

    Example:
        >>> random_labels(np.array([[0, 1], [1, 1]]), [0])
        {0: 1}
    """
    rng = np.random.default_rng(seed)
    # N different sums below n times the range need a range of N / n.
    size = max(2, -(-multisets.shape[0] // multisets.shape[1]))
    while True:
        for _ in range(_TRIES_PER_SIZE):
            draw = rng.integers(1, size, len(tokens))
            labels = dict(zip(tokens, draw.tolist(), strict=True))
            if _distinct(sums(multisets, labels)):
                return labels
        size *= 2


def _distinct(values: np.ndarray) -> bool:
    return len(np.unique(values)) == len(values)


def projected_labels(
    multisets: np.ndarray, tokens: Sequence[int], seed: int = 0
) -> dict[int, int]:
    """The labels of KS25.LemB2 with the repaired shift.

    ``f(x) = ceil(N^2 |S| sqrt(pi) v_x) + c`` with a unit vector v and
    ``c = ceil(4 M N^2 |S| sqrt(pi) + sqrt|S|)``; drawn again until all sums differ.

    Args:
        multisets: `[N, n]` distinct rows of sorted tokens; N of the lemma, M = n.
        tokens: A, the support S of the restricted multisets.
        seed: of the unit vector.
    """
    count, length = multisets.shape
    rng, size = np.random.default_rng(seed), max(1, len(tokens))
    stretch = count**2 * size * sqrt(pi)
    shift = ceil(4 * length * stretch + sqrt(size))
    for _ in range(64):
        v = rng.standard_normal(size)
        v = v / np.linalg.norm(v)
        labels = {
            token: ceil(stretch * x) + shift
            for token, x in zip(tokens, v.tolist(), strict=False)
        }
        if _distinct(sums(multisets, labels)):
            return labels
    raise HypothesisError(
        LEMMA_F, "labels with distinct sums", "64 draws failed", "Try another seed."
    )
