"""Corpora for next-token capacity: text, and its contexts with random laws."""

from collections import Counter

import numpy as np

import memcap as mc
from memcap.core.errors import DataError
from memcap.data.conllu import shipped_conllu
from memcap.data.naming import group_rare

WORDS = 10


def text(documents: int, vocab: int, seed: int) -> mc.data.Dataset:
    """Documents of ten words in a row, every word to be predicted but the first.

    Turkish Wikipedia; all words but the V - 1 most frequent are one token.

    Args:
        documents: number of documents, drawn without overlap.
        vocab: V.
        seed: of the draw.
    """
    words, _ = shipped_conllu("turkish-treebanks", ("data/wiki.conllu",))
    tokens, _ = group_rare(words, vocab)
    starts = np.random.default_rng(seed).permutation(len(words) // WORDS)[:documents]
    rows = np.stack([tokens[WORDS * i : WORDS * (i + 1)] for i in starts])
    return mc.data.from_arrays(
        rows[:, :-1], rows[:, 1:], num_classes=vocab, source=f"wiki, seed {seed}"
    )


def random_laws(documents: int, vocab: int, copies: int, seed: int) -> mc.data.Dataset:
    """The contexts of `text` with positive random next-token laws.

    Every document stands `copies` times. The labels of a context are every token once,
    the rest drawn from an even draw of all laws: a law that is nowhere zero, the worst
    case that the bounds speak about.

    Args:
        documents: as for `text`.
        vocab: V.
        copies: copies of a document, at least 2 V.
        seed: of the draw.
    """
    if copies < 2 * vocab:
        raise DataError(
            f"copies = {copies} are fewer than 2 V = {2 * vocab}: no random law is "
            "positive and uneven then."
        )
    base = text(documents, vocab, seed)
    rng = np.random.default_rng([seed, 1])
    tokens = np.repeat(base.tokens, copies, axis=0)
    labels = np.empty_like(tokens)
    for rows, place in _occurrences(tokens):
        law = rng.dirichlet(np.ones(vocab))
        own = rng.choice(vocab, len(rows), p=law)
        own[:vocab] = np.arange(vocab)
        labels[rows, place] = own
    return mc.data.from_arrays(
        tokens, labels, num_classes=vocab, source=f"random laws, seed {seed}"
    )


def _occurrences(tokens: np.ndarray) -> list[tuple[np.ndarray, int]]:
    """Rows and place of every context, a sequence from the start."""
    found = []
    for place in range(tokens.shape[1]):
        _, group = np.unique(tokens[:, : place + 1], axis=0, return_inverse=True)
        for number in range(group.max() + 1):
            found.append((np.flatnonzero(group.reshape(-1) == number), place))
    return found


def entropy_bound(ds: mc.data.Dataset) -> tuple[int, float]:
    """Distinct contexts, and the least mean loss of any model in nats a label.

    It is the entropy of the empirical laws: ``sum_a c(a) H(p^(.|a)) / sum_a c(a)``.

    Raises:
        DataError: it is 0.

    Example:
        >>> ds = mc.data.from_arrays([[0, 1], [0, 0]], [[1, 1], [0, 1]], num_classes=2)
        >>> entropy_bound(ds)
        (3, 0.34657359027997264)
    """
    total, contexts = 0.0, _occurrences(ds.tokens)
    for rows, place in contexts:
        counts = np.array(list(Counter(ds.labels[rows, place].tolist()).values()))
        total -= float(np.sum(counts * np.log(counts / counts.sum())))
    if total == 0:
        raise DataError(
            "no context of this corpus has two next words, so that 1 % of the entropy "
            "bound is nothing: take more documents or fewer tokens."
        )
    return len(contexts), total / ds.num_labels
