"""Facts a r b and their inverses b r' a over two disjoint sets of entities.

The generator of the reversal task (arXiv 2504.01928), in our words: each of R relation
pairs (r, r') has a random perfect matching of the entities of A and one of those of B.
A match (x, y) of A gives both facts, x r y and y r' x, to training. A match of B gives
one of the two by a fair coin to training, the other to the test. So whoever learns from
A that r' undoes r can answer the test, which training never shows.

Control: the answers to the inverse questions of A are permuted within each relation.
There are as many facts with the same answers, and nothing to learn from them for B.
"""

from dataclasses import dataclass
from math import log2, prod

import numpy as np

from memcap.data.dataset import Dataset, from_arrays


@dataclass(frozen=True)
class Facts:
    """Training facts and the facts asked in the test.

    Args:
        train: all facts of A and one of each match of B.
        test: the other one of each match of B.
        is_inverse: `[N]` which training facts of A are the inverse ones; False for B.
        is_seen: `[N]` which training facts are of A.
        test_inverse: `[M]` which facts of the test are inverse ones.
    """

    train: Dataset
    test: Dataset
    is_inverse: np.ndarray
    is_seen: np.ndarray
    test_inverse: np.ndarray


def matching_bits(entities: int) -> float:
    """Bits of one perfect matching drawn uniformly: ``log2((E - 1)!!)``.

    Args:
        entities: E, even.

    Example:
        >>> round(2 ** matching_bits(10)), round(matching_bits(10), 3)
        (945, 9.884)
    """
    return log2(prod(range(1, entities, 2)))


def facts(
    entities: int, held_out: int, relations: int, shuffled: bool, seed: int
) -> Facts:
    """Draw the facts of one seed.

    Entities are 0 .. E - 1, those of B last; relation j is token E + 2 j, its inverse
    E + 2 j + 1.

    Args:
        entities: number of entities of A, even.
        held_out: number of entities of B, even.
        relations: R, relation pairs.
        shuffled: whether the control is drawn: the same facts, the inverse answers of A
            permuted.
        seed: of everything.

    Example:
        >>> drawn = facts(4, 2, 1, False, 0)
        >>> drawn.train.num_samples, drawn.test.num_samples, drawn.train.num_classes
        (5, 1, 6)
    """
    rng = np.random.default_rng(seed)
    total = entities + held_out
    seen, trained, tested = [], [], []
    for relation in range(relations):
        ahead, back = total + 2 * relation, total + 2 * relation + 1
        x, y = rng.permutation(entities).reshape(2, -1)
        order = rng.permutation(len(x))
        seen += [_rows(x, ahead, y), _rows(y, back, x[order] if shuffled else x)]
        x, y = entities + rng.permutation(held_out).reshape(2, -1)
        both = np.stack([_rows(x, ahead, y), _rows(y, back, x)])
        coin, match = rng.integers(0, 2, len(x)), np.arange(len(x))
        trained.append(both[coin, match])
        tested.append(both[1 - coin, match])
    known, test = np.concatenate([*seen, *trained]), np.concatenate(tested)
    is_seen = np.arange(len(known)) < relations * entities
    return Facts(
        train=_dataset(known, total, seed),
        test=_dataset(test, total, seed),
        is_inverse=is_seen & _inverse(known, total),
        is_seen=is_seen,
        test_inverse=_inverse(test, total),
    )


def _rows(heads: np.ndarray, relation: int, answers: np.ndarray) -> np.ndarray:
    return np.stack([heads, np.full(len(heads), relation), answers], axis=1)


def _inverse(rows: np.ndarray, total: int) -> np.ndarray:
    return (rows[:, 1] - total) % 2 == 1


def _dataset(rows: np.ndarray, total: int, seed: int) -> Dataset:
    return from_arrays(
        rows[:, :2], rows[:, 2], num_classes=total, source=f"reversal, seed {seed}"
    )
