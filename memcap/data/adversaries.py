"""Families that are hard for one mechanism or another; see `memcap.data.generators`."""

import numpy as np

from memcap.core.errors import DataError
from memcap.data.arguments import at_least, generator
from memcap.data.dataset import Dataset, from_arrays
from memcap.data.draws import Contexts


def constant_sequences(
    num_samples: int, length: int, classes: int, seed: int = 0
) -> Dataset:
    """Sequences whose n tokens are equal: sequence i is (i, ..., i).

    Attention averages equal values and so adds a fixed linear map, whatever its
    weights: a transformer is a feed-forward network here, and shattering all N
    sequences takes Omega(sqrt N) parameters.

    Args:
        num_samples: N, also the number of ids.
        length: n.
        classes: C.
        seed: of the labels, uniform in 0..C-1.

    Returns:
        `[N, n]` ids, `[N]` labels.

    Raises:
        DataError: an argument is not a positive integer.

    References:
        KS25.Thm4.2.

    Example:
        >>> constant_sequences(2, length=3, classes=2).tokens.tolist()
        [[0, 0, 0], [1, 1, 1]]
    """
    size = at_least("num_samples", num_samples, 1)
    length = at_least("length", length, 1)
    classes = at_least("classes", classes, 1)
    tokens = np.repeat(np.arange(size)[:, None], length, axis=1)
    return from_arrays(
        tokens,
        generator(seed).integers(classes, size=size),
        num_classes=classes,
        source=f"constant_sequences: seed {seed}",
    )


def shared_multiset(
    num_samples: int, length: int, vocab: int, classes: int, seed: int = 0
) -> Dataset:
    """Groups of sequences that are permutations of each other, told by the last token.

    A group has one multiset of m = min(n, V) different tokens, each of which is once
    the last; its labels run through the classes from a random start. The multiset
    alone therefore says nothing about the label, and neither does the last token.

    Args:
        num_samples: N; the last group is cut short.
        length: n, at least 2.
        vocab: V, at least 2.
        classes: C.
        seed: same seed, same data.

    Returns:
        `[N, n]` ids, `[N]` labels.

    Raises:
        DataError: there are too few multisets for N samples.

    Example:
        >>> ds = shared_multiset(3, length=3, vocab=3, classes=3)
        >>> np.sort(ds.tokens).tolist(), ds.tokens[:, -1].tolist()
        ([[0, 1, 2], [0, 1, 2], [0, 1, 2]], [0, 1, 2])
    """
    size = at_least("num_samples", num_samples, 1)
    length = at_least("length", length, 2)
    vocab, classes = at_least("vocab", vocab, 2), at_least("classes", classes, 1)
    rng, members = generator(seed), min(length, vocab)
    groups = -(-size // members)
    multisets = _multisets(rng, groups, length, vocab)
    last = np.arange(members)
    others = np.array([[j for j in range(length) if j != k] for k in range(members)])
    tokens = multisets[:, np.column_stack([others, last])].reshape(-1, length)
    labels = (rng.integers(classes, size=(groups, 1)) + last) % classes
    return from_arrays(
        tokens[:size],
        labels.reshape(-1)[:size],
        num_classes=classes,
        source=f"shared_multiset: vocab {vocab}, seed {seed}",
    )


def _multisets(
    rng: np.random.Generator, groups: int, length: int, vocab: int
) -> np.ndarray:
    # min(length, vocab) different tokens first, then what fills up the sequence.
    if vocab >= length:
        return np.sort(Contexts(vocab, length, False, False).draw(rng, groups), axis=1)
    spare = Contexts(vocab, length - vocab, True, False)
    if groups > spare.count:
        raise DataError(
            f"{length} tokens that hold all of {vocab} ids form only {spare.count} "
            f"multisets, enough for {spare.count * vocab} samples; raise vocab."
        )
    every = np.broadcast_to(np.arange(vocab), (groups, vocab))
    return np.column_stack([every, spare.draw(rng, groups)])


def cardinality_adversary() -> Dataset:
    """Three sequences whose restrictions to few tokens have unequal cardinalities.

    The multisets are {2,2}, {1,1} and {0,2}. Restricted to the tokens 0 and 1, which
    suffice to tell them apart, they have 0, 2 and 1 elements. Adding one constant c
    to every token's value f adds 0, 2c and c to their sums, so that sums which were
    apart may meet, as 2 f(1) and f(0) do for f = (90, 45); a construction has to
    choose c with that in mind.

    Returns:
        `[3, 2]` ids with three different labels.

    References:
        KS25.LemB2.

    Example:
        >>> cardinality_adversary().tokens.tolist()
        [[2, 2], [1, 1], [0, 2]]
    """
    tokens = [[2, 2], [1, 1], [0, 2]]
    return from_arrays(tokens, [0, 1, 2], source="cardinality_adversary")
