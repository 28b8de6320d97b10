"""Give every context an integer, short and evenly spread, by a table of random numbers.

    x = fold(2 sum_l phi(x_l) + phi(x_k)),     phi(token) < 2^b

The doubled sum identifies the multiset, the odd share the token that looks. `fold` is
the triangle wave of period 2^(b+1), a few folds of three numbers each, and makes the
ids uniform on [0, 2^b]. Two contexts may share an id, or half an id, if they share the
label; the smallest b for which some table of the search does it is taken.
"""

from dataclasses import dataclass

import numpy as np

from memcap.core.errors import HypothesisError
from memcap.core.refs import Ref

REF = Ref("memcap", "Compact")
_SECONDS_WORTH = 3_000_000
_MOST_TRIES = 200


@dataclass(frozen=True, slots=True)
class HashedIds:
    """A table of token values and the ids of the contexts.

    Args:
        values: phi of every token, 0 outside the distinguishing ones.
        bits: b.
        ids: `[K]` int64, id of each context.
    """

    values: dict[int, int]
    bits: int
    ids: np.ndarray


def folded(sums: np.ndarray, bits: int) -> np.ndarray:
    """Distance to the nearest multiple of ``2^(bits + 1)``."""
    rest = sums & ((2 << bits) - 1)
    return np.minimum(rest, (2 << bits) - rest)


def search(
    members: np.ndarray,
    query: np.ndarray,
    labels: np.ndarray,
    tokens: list[int],
    seed: int,
) -> HashedIds:
    """Random tables at growing b until no two labels meet.

    Args:
        members: `[K, n]` tokens of each context.
        query: `[K]` the token that looks.
        labels: `[K]`.
        tokens: the tokens that get a value.
        seed: of the tables.

    Raises:
        HypothesisError: 60 bits do not suffice.
    """
    rng = np.random.default_rng(seed)
    tries = max(3, min(_MOST_TRIES, _SECONDS_WORTH // members.size))
    table = np.zeros(int(members.max()) + 1, dtype=np.int64)
    # With N contexts about N^2 / 4 pairs of different labels must not meet.
    first = max(2, int(2 * np.log2(max(2, len(query)))) - 4 - int(np.log2(tries)))
    for bits in range(first, 61 - int(members.shape[1]).bit_length()):
        for _ in range(tries):
            table[tokens] = rng.integers(1, 1 << bits, len(tokens))
            ids = folded(2 * table[members].sum(axis=1) + table[query], bits)
            if _labels_are_apart(ids >> 1, labels):
                values = {t: int(table[t]) for t in tokens}
                return HashedIds(values, bits, ids)
    raise HypothesisError(
        REF, "ids of at most 60 bits", "no table was found", "Try another seed."
    )


def _labels_are_apart(halves: np.ndarray, labels: np.ndarray) -> bool:
    order = np.argsort(halves, kind="stable")
    halves, labels = halves[order], labels[order]
    meet = halves[1:] == halves[:-1]
    return not bool((meet & (labels[1:] != labels[:-1])).any())
