"""Tokens and sequences for the table of separations.

Tokens: ids on a line, evenly spaced, for d = 1; else vectors of random direction and of
length between 0.8 and 1.2. Sequences: all sets of n tokens where there are few, else
random sets and, for every token, the two sets a single head tells apart worst.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, islice, permutations, product
from math import comb, perm

import numpy as np

from memcap.constructions.contextual_tokens import Tokens, encode
from memcap.data import random_seq_to_seq
from memcap.data.dataset import Dataset, from_arrays
from memcap.model.fast_forward import token_state
from memcap.model.weights import Attention, Weights


@dataclass(frozen=True)
class Sequences:
    """What a layer is measured on.

    Args:
        tokens: `[N, n]` ids.
        chosen: ``all`` or ``sample``.
    """

    tokens: np.ndarray
    chosen: str


def vectors(vocab: int, dim: int, seed: int) -> np.ndarray | None:
    """`[V, d]` tokens, None for ids on a line.

    Example:
        >>> vectors(5, 3, seed=0).shape, vectors(5, 1, seed=0)
        ((5, 3), None)
    """
    if dim == 1:
        return None
    rng = np.random.default_rng(seed)
    directions = rng.standard_normal((vocab, dim))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions * rng.uniform(0.8, 1.2, (vocab, 1))


def dataset(tokens: np.ndarray, table: np.ndarray | None) -> Dataset:
    """Unlabelled sequences; only ids are asked of the layer."""
    return from_arrays(tokens, np.zeros(tokens.shape, int), embedding=table)


def cover(vocab: int, length: int) -> np.ndarray:
    """A few sequences in which every token occurs; weights are built from these.

    Example:
        >>> cover(3, 2).tolist()
        [[0, 1], [1, 2], [2, 0]]
    """
    return (np.arange(vocab)[:, None] + np.arange(length)) % vocab


def encoded(vocab: int, length: int, table: np.ndarray | None) -> Tokens:
    """How the tokens enter the layer."""
    return encode(dataset(cover(vocab, length), table), positions=False)


def all_sets(vocab: int, length: int, at_most: int) -> Sequences | None:
    """Every set of n tokens, or None if there are more than `at_most`."""
    if comb(vocab, length) > at_most:
        return None
    return Sequences(np.array(list(combinations(range(vocab), length))), "all")


def arrangements(
    vocab: int, length: int, repeats: bool, at_most: int, seed: int
) -> Sequences:
    """Sequences in every order, with or without repeated tokens."""
    total = vocab**length if repeats else perm(vocab, length)
    if total <= at_most:
        every = product(range(vocab), repeat=length)
        rows = every if repeats else permutations(range(vocab), length)
        return Sequences(np.array(list(islice(rows, total))), "all")
    rng = np.random.default_rng([seed, 2])
    ordered = rng.permuted(np.tile(np.arange(vocab), (at_most, 1)), axis=1)
    drawn = rng.integers(vocab, size=(at_most, length))
    return Sequences(drawn if repeats else ordered[:, :length], "sample")


def sampled_sets(
    vocab: int, length: int, sample: int, seed: int, weights: Weights
) -> Sequences:
    """Random sets, and for every token those two that are hardest for the head."""
    drawn = random_seq_to_seq(sample, length, vocab, 1, seed, duplicates=False)
    planted = hardest(key_values(weights, vocab), length)
    both = np.sort(np.concatenate([drawn.tokens, planted]), axis=1)
    return Sequences(np.unique(both, axis=0), "sample")


def key_values(weights: Weights, vocab: int) -> list:
    """The number v.x of every id, as the first head's key map gives it."""
    layer = weights.layers[-1]
    assert isinstance(layer, Attention)
    state = token_state(weights, np.arange(vocab)[:, None])
    numbers = state.numbers(layer.heads[0].key)[0]
    return [numbers[i] for i in state.index[:, 0]]


def hardest(values: Sequence, length: int) -> np.ndarray:
    """For every token q the two sets whose readings at q are closest.

    Two sets are the closer, the lower the highest score in which they differ. So they
    share the n - 2 highest scores and q, and differ in the two lowest.

    Args:
        values: v.x of every token.
        length: n.

    Example:
        >>> hardest([1, 2, 3, 4], length=2)[:2].tolist()
        [[0, 1], [0, 2]]
    """
    made = []
    for query, value in enumerate(values):
        # The score of x for the query is a positive multiple of sign(v.q) v.x.
        others = sorted(
            (i for i in range(len(values)) if i != query),
            key=lambda i: values[i] if value > 0 else -values[i],
        )
        shared = [query, *others[len(others) - (length - 2) :]]
        made += [[*shared, others[0]], [*shared, others[1]]]
    return np.array(made)
