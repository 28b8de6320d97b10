"""Token-labelled real text with a small vocabulary, as fixed random vectors.

All windows of n Turkish words without a repeated word whose words are among the V most
frequent. Two labellings of every word:

    class   the word class of the word itself, as in tagging; nearly a function of the
            word, so that it hardly asks anything of attention
    next    the word class of the word behind it, which the window decides

Every word is one fixed random vector, so that no embedding can do the memorizing.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

import memcap as mc
from memcap.data.consistency import drop_inconsistent, drop_repeated
from memcap.data.dataset import Dataset
from memcap.data.loaders import choose
from memcap.data.naming import renumber

Labels = Literal["class", "next"]
# Short dyadic numbers: the exact constructions carry every digit along.
_GRID = 256


@dataclass(frozen=True, kw_only=True)
class Text:
    """Which windows.

    Args:
        labels: ``class`` or ``next``.
        vocab: V, size of the vocabulary the windows are made of.
        samples: N, or None for all windows there are.
        length: n.
    """

    labels: Labels
    vocab: int
    samples: int | None = None
    length: int = 3


@cache
def windows(text: Text) -> Dataset:
    """The windows as ids 0..V-1; smaller N are beginnings of larger ones."""
    longer = mc.data.load("turkish", task="seq_to_seq", length=text.length + 1)
    frequent = Counter(longer.tokens[:, 0].tolist()).most_common(text.vocab)
    tokens = longer.tokens[:, : text.length]
    labels = longer.labels[:, 1:] if text.labels == "next" else longer.labels[:, :-1]
    ordered = np.sort(tokens, axis=1)
    kept = np.isin(tokens, [word for word, _ in frequent]).all(axis=1)
    kept &= (ordered[:, 1:] != ordered[:, :-1]).all(axis=1)
    ds = mc.data.from_arrays(
        tokens[kept],
        labels[kept],
        num_classes=longer.num_classes,
        names=longer.names,
        class_names=longer.class_names,
    )
    whole = drop_repeated(drop_inconsistent(ds))
    return renumber(choose(whole, text.samples, seed=0))


def word_vectors(vocab: int, dim: int, seed: int) -> np.ndarray:
    """`[V, d]` one standard normal vector for each word, on a grid of 1/256."""
    drawn = np.random.default_rng([dim, seed]).standard_normal((vocab, dim))
    return np.round(drawn * _GRID) / _GRID


def as_vectors(ds: Dataset, dim: int, seed: int) -> Dataset:
    """The same windows with their words' vectors."""
    table = word_vectors(len(ds.names), dim, seed)
    return mc.data.from_arrays(
        ds.tokens,
        ds.labels,
        num_classes=ds.num_classes,
        embedding=table,
        names=ds.names,
    )


def ceiling(seen: Iterable[Hashable], labels: np.ndarray) -> float:
    """Largest share of labels right for anything that only looks at `seen`.

    Example:
        >>> ceiling(["a", "a", "b"], np.array([0, 1, 1]))
        0.6666666666666666
    """
    counts: dict[Hashable, Counter[int]] = {}
    flat = labels.ravel().tolist()
    for what, label in zip(seen, flat, strict=True):
        counts.setdefault(what, Counter())[label] += 1
    return sum(max(found.values()) for found in counts.values()) / len(flat)


def word_alone(ds: Dataset) -> float:
    """The ceiling without any attention: each word gets its most frequent label."""
    return ceiling(ds.tokens.ravel().tolist(), ds.labels)
