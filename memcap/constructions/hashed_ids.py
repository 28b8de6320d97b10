"""Give every context an integer, short and evenly spread, by a table of random numbers.

    x = fold(2 sum_l phi(x_l) + phi(x_k)),     phi(token) < 2^b

The doubled sum identifies the multiset, the odd share the token that looks. `fold` is
the triangle wave of period 2^(b+1) on the integers, a few folds of three numbers each,
and makes the ids uniform below 2^b. Its mirrors stand between integers, so that cells
``{2h, 2h + 1}`` stay cells. Two contexts may share a cell if they share the label; the
smallest b for which some table of the search does it is taken.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log, log2

import numpy as np

from memcap.core.errors import HypothesisError
from memcap.core.refs import Ref

REF = Ref("memcap", "Compact")
_SECONDS_WORTH = 3_000_000
_FEWEST_TRIES, _MOST_TRIES = 3, 200
HALF = Fraction(1, 2)


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
    """The triangle wave on the integers, ``[0, 2^bits)`` up and down.

    Example:
        >>> folded(np.arange(10), 2).tolist()
        [0, 1, 2, 3, 3, 2, 1, 0, 0, 1]
    """
    rest = sums & ((2 << bits) - 1)
    return np.minimum(rest, (2 << bits) - 1 - rest)


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
    tries = max(_FEWEST_TRIES, min(_MOST_TRIES, _SECONDS_WORTH // members.size))
    table = np.zeros(int(members.max()) + 1, dtype=np.int64)
    columns = np.ascontiguousarray(members.T)
    for bits in range(_first_bits(labels, tries), 61 - len(columns).bit_length()):
        for _ in range(tries):
            table[tokens] = rng.integers(1, 1 << bits, len(tokens))
            total = np.zeros(len(query), dtype=np.int64)
            for column in columns:
                total += np.take(table, column)
            ids = folded(2 * total + np.take(table, query), bits)
            if _labels_are_apart(ids >> 1, labels):
                values = {t: int(table[t]) for t in tokens}
                return HashedIds(values, bits, ids)
    raise HypothesisError(
        REF, "ids of at most 60 bits", "no table was found", "Try another seed."
    )


def _first_bits(labels: np.ndarray, tries: int) -> int:
    """The b from which on one of the tables may do: e^-p of them, p expected meetings.

    P pairs of different labels meet in ``P / 2^(b-1)`` cells.
    """
    _, sizes = np.unique(labels, return_counts=True)
    pairs = (len(labels) ** 2 - float((sizes.astype(float) ** 2).sum())) / 2
    # Short tables are worth a hopeless try where one is cheap.
    patience = 100 if tries > _FEWEST_TRIES else 10
    return max(2, ceil(log2(max(1.0, pairs / log(patience * tries)))) + 1)


def _labels_are_apart(halves: np.ndarray, labels: np.ndarray) -> bool:
    """Whether cells with different labels differ."""
    digits = int(labels.max()).bit_length()
    if int(halves.max()).bit_length() + digits < 63:
        # One sort of whole words is several times faster than sorting places.
        both = np.sort(halves << digits | labels)
        meet = (both[1:] >> digits) == (both[:-1] >> digits)
        return not bool((meet & (both[1:] != both[:-1])).any())
    order = np.argsort(halves)
    halves, labels = halves[order], labels[order]
    meet = halves[1:] == halves[:-1]
    return not bool((meet & (labels[1:] != labels[:-1])).any())
