"""Ids of contexts whose every sum a float type of p significant bits holds.

phi = o f with the odd part o of the length n, so that the mean of phi is a binary
fraction: ``x = 2 n mean / o + phi = 2 sum f + o f(last)``, with n o f <= 2^p.
"""

from dataclasses import dataclass

import numpy as np

from memcap.constructions import sequence_ids
from memcap.model.contexts import Contexts

_TRIES = 40


@dataclass(frozen=True, slots=True)
class ExactIds:
    """f of the distinguishing tokens, and the `[K]` ids of the contexts."""

    values: dict[int, int]
    ids: np.ndarray


def odd_part(length: int) -> int:
    """The largest odd divisor."""
    return length // (length & -length)


def _distinguishing(seen: Contexts, odd: int) -> list[int]:
    rows = [seen.members] * 2 + [seen.query[:, None]] * odd
    return sequence_ids.distinguishing_tokens(
        np.sort(np.concatenate(rows, axis=1), axis=1)
    )


def _draw(
    seen: Contexts, odd: int, tokens: list[int], limit: int, rng: np.random.Generator
) -> ExactIds:
    table = np.zeros(int(seen.members.max()) + 1, dtype=np.int64)
    table[tokens] = rng.integers(1, limit + 1, len(tokens))
    ids = 2 * table[seen.members].sum(axis=1) + odd * table[seen.query]
    return ExactIds({t: int(table[t]) for t in tokens}, ids)


def _room(length: int, significand: int) -> int:
    """Largest f: sums in the attention and the id must stay at most 2^p."""
    odd = odd_part(length)
    return (1 << significand) // max(length * odd, 2 * length + odd)


def one_id(
    seen: Contexts, labels: np.ndarray, length: int, significand: int, seed: int
) -> ExactIds | None:
    """Random f of as few bits as tell contexts of different labels apart, if any."""
    odd, room = odd_part(length), _room(length, significand)
    tokens = _distinguishing(seen, odd)
    rng = np.random.default_rng(seed)
    for limit in (1 << b for b in range(1, room.bit_length())):
        for _ in range(_TRIES):
            found = _draw(seen, odd, tokens, limit, rng)
            if _apart(found.ids >> 1, labels):
                return found
    return None


def several_ids(
    seen: Contexts,
    labels: np.ndarray,
    length: int,
    significand: int,
    digits: int,
    seed: int,
) -> list[ExactIds] | None:
    """Several short ids that tell contexts of different labels apart together."""
    odd, room = odd_part(length), _room(length, significand)
    if room < 2:
        return None
    tokens = _distinguishing(seen, odd)
    rng = np.random.default_rng(seed)
    for _ in range(_TRIES):
        made = [_draw(seen, odd, tokens, room, rng) for _ in range(digits)]
        rows = np.stack([digit.ids for digit in made], axis=1)
        if _apart(np.unique(rows, axis=0, return_inverse=True)[1].ravel(), labels):
            return made
    return None


def _apart(halves: np.ndarray, labels: np.ndarray) -> bool:
    order = np.lexsort((labels, halves))
    halves, labels = halves[order], labels[order]
    meet = halves[1:] == halves[:-1]
    return not bool((meet & (labels[1:] != labels[:-1])).any())
