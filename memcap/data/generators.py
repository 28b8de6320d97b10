"""The families of data that the theorems speak of, drawn from a seed.

Every family is consistent: positions that no permutation-equivariant model can tell
apart carry one label. `num_classes` is always the number asked for, whether or not
every class occurs.
"""

from math import frexp

import numpy as np

from memcap.core.errors import DataError
from memcap.data.adversaries import cardinality_adversary as cardinality_adversary
from memcap.data.adversaries import constant_sequences as constant_sequences
from memcap.data.adversaries import shared_multiset as shared_multiset
from memcap.data.arguments import at_least, generator
from memcap.data.dataset import Dataset, from_arrays
from memcap.data.draws import Contexts
from memcap.data.rows import group_rows


def random_next_token(
    num_samples: int,
    length: int,
    vocab: int,
    classes: int,
    seed: int = 0,
    duplicates: bool = True,
) -> Dataset:
    """Random sequences of pairwise different contexts, random labels.

    Ids are uniform in 0..V-1 and a sequence that equals an earlier one up to
    permutation, with the same last token, is drawn again; labels are uniform in
    0..C-1. There are V C(V + n - 2, n - 1) contexts, or V C(V - 1, n - 1) without
    repeated tokens. Where more than a quarter of them is asked for, the contexts
    rather than the sequences are uniform.

    Args:
        num_samples: N.
        length: n.
        vocab: V.
        classes: C.
        seed: same seed, same data.
        duplicates: whether a token may occur twice in a sequence.

    Returns:
        `[N, n]` ids, `[N]` labels.

    Raises:
        DataError: fewer than N contexts exist, or V < n without duplicates.

    References:
        KS25.Ass4.1; without duplicates KS23.Thm2.

    Example:
        >>> ds = random_next_token(18, length=3, vocab=3, classes=2, seed=1)
        >>> len(set(ds.contexts().tolist()))
        18
    """
    size, space = _space(num_samples, length, vocab, duplicates, pointed=True)
    classes = at_least("classes", classes, 1)
    rng = generator(seed)
    tokens = space.draw(rng, size)
    labels = rng.integers(classes, size=size)
    return from_arrays(
        tokens,
        labels,
        num_classes=classes,
        source=f"random_next_token: vocab {vocab}, seed {seed}",
    )


def random_seq_to_seq(
    num_samples: int,
    length: int,
    vocab: int,
    classes: int,
    seed: int = 0,
    duplicates: bool = True,
) -> Dataset:
    """Random sequences of pairwise different multisets, a random label a token.

    As `random_next_token`, but no two sequences are equal up to permutation, and the
    label belongs to the pair of token and multiset: equal tokens of one sequence
    share it. There are C(V + n - 1, n) multisets, or C(V, n) sets.

    Args:
        num_samples: N.
        length: n.
        vocab: V.
        classes: C.
        seed: same seed, same data.
        duplicates: whether a token may occur twice in a sequence.

    Returns:
        `[N, n]` ids, `[N, n]` labels.

    Raises:
        DataError: fewer than N multisets exist, or V < n without duplicates.

    References:
        KS25.Cor4.1, KS25.Thm4.3.

    Example:
        >>> random_seq_to_seq(4, length=2, vocab=8, classes=3).labels.shape
        (4, 2)
    """
    size, space = _space(num_samples, length, vocab, duplicates, pointed=False)
    classes = at_least("classes", classes, 1)
    rng = generator(seed)
    tokens = space.draw(rng, size)
    labels = _one_label_a_token(tokens, rng.integers(classes, size=tokens.shape))
    return from_arrays(
        tokens,
        labels,
        num_classes=classes,
        source=f"random_seq_to_seq: vocab {vocab}, seed {seed}",
    )


def _space(
    num_samples: int, length: int, vocab: int, duplicates: bool, pointed: bool
) -> tuple[int, Contexts]:
    size = at_least("num_samples", num_samples, 1)
    length = at_least("length", length, 1)
    return size, Contexts(at_least("vocab", vocab, 1), length, duplicates, pointed)


def _one_label_a_token(tokens: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    order = np.argsort(tokens, axis=1, kind="stable")
    ordered = np.take_along_axis(tokens, order, axis=1)
    first = np.broadcast_to(np.arange(tokens.shape[1]), tokens.shape).copy()
    first[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = 0
    # The running maximum is where the run of equal tokens began.
    start = np.maximum.accumulate(first, axis=1)
    labels = np.empty_like(drawn)
    np.put_along_axis(labels, order, np.take_along_axis(drawn, start, axis=1), axis=1)
    return labels


def separated_vectors(
    num_samples: int,
    length: int,
    dim: int,
    num_points: int,
    classes: int,
    seed: int = 0,
    min_distance: float = 1.0,
) -> Dataset:
    """Random sequences over a set of real vectors that keep their distance.

    With u the least power of two not below the distance, every point lies in its own
    cell of side 2u of a grid, at most (1 - 2^-20) u from the cell's lower corner in
    each coordinate. Two points hence differ by more than u in some coordinate. All
    coordinates are multiples of 2^-20 u, so that floats hold them without rounding.

    Args:
        num_samples: N.
        length: n.
        dim: d.
        num_points: V, the number of different vectors.
        classes: C.
        seed: same seed, same data.
        min_distance: epsilon, a positive float.

    Returns:
        `[N, n, d]` vectors of pairwise different contexts, `[N]` labels.

    Raises:
        DataError: an argument is out of range, or fewer than N contexts exist.

    References:
        KS23.DefSep, KS25.Ass4.1.

    Example:
        >>> ds = separated_vectors(5, 2, dim=3, num_points=4, classes=2)
        >>> ds.tokens.shape, ds.separation().epsilon >= 1
        ((5, 2, 3), True)
    """
    dim = at_least("dim", dim, 1)
    ids = random_next_token(num_samples, length, num_points, classes, seed)
    unit = _power_of_two(min_distance)
    # A stream of its own, independent of the one the ids were drawn from.
    rng = np.random.default_rng([seed, 1])
    points = unit * _scattered(rng, num_points, dim)
    return from_arrays(
        points[ids.tokens],
        ids.labels,
        num_classes=classes,
        source=f"separated_vectors: {num_points} points, seed {seed}",
    )


def _power_of_two(distance: float) -> float:
    if not 2.0**-900 < distance < 2.0**900:
        raise DataError(
            f"min_distance = {distance} must be positive and between 2^-900 and 2^900."
        )
    mantissa, exponent = frexp(distance)
    return 2.0 ** (exponent - 1 if mantissa == 0.5 else exponent)


def _scattered(rng: np.random.Generator, size: int, dim: int) -> np.ndarray:
    side = max(2, int((2 * size) ** (1 / dim)))
    while side**dim < 2 * size:
        side += 1
    cells = np.empty((0, dim), dtype=np.int64)
    # At least half of the cells stay free, so every second draw finds a new one.
    while len(cells) < size:
        fresh = rng.integers(side, size=(size - len(cells), dim))
        cells = np.concatenate([cells, fresh])
        cells = cells[np.sort(group_rows(cells)[0])]
    jitter = rng.integers(1 << 20, size=cells.shape) / 2.0**20
    return 2.0 * cells - side + jitter
