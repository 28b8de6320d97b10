"""A frozen, hashed set of labelled token sequences.

Tokens are either ids, an ``(N, n)`` integer array, or real vectors, an ``(N, n, d)``
float array. An id without an embedding is itself a one-dimensional token, the number
``id``; with an embedding it stands for that row of a ``(V, d)`` table. Floats are the
dyadic rationals they are, so that everything said of a dataset is exact.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from memcap.core.errors import DataError
from memcap.core.exact import Number, exact
from memcap.data.arrays import (
    check_names,
    embedding_array,
    label_array,
    token_array,
)
from memcap.data.rows import compact_ids

Task = Literal["next_token", "seq_to_seq"]
Vector = tuple[Number, ...]


@dataclass(frozen=True, eq=False)
class Dataset:
    """N labelled sequences of n tokens each; build one with `from_arrays`.

    Args:
        tokens: `[N, n]` int64 ids, or `[N, n, d]` float64 vectors.
        labels: `[N]` labels of the last token, or `[N, n]` labels of every token;
            int64 in ``0..C-1``.
        num_classes: C.
        embedding: `[V, d]` float64 vectors of the ids, or None.
        source: where the data come from; not part of the hash.
        names: text of each id, for reports; not part of the hash.
        class_names: text of each class, for reports; not part of the hash.
    """

    tokens: np.ndarray
    labels: np.ndarray
    num_classes: int
    embedding: np.ndarray | None = None
    source: str = ""
    names: tuple[str, ...] = field(default=(), repr=False)
    class_names: tuple[str, ...] = field(default=(), repr=False)

    @property
    def num_samples(self) -> int:
        """N, the number of sequences."""
        return self.tokens.shape[0]

    @property
    def length(self) -> int:
        """n, the number of tokens in a sequence."""
        return self.tokens.shape[1]

    @property
    def dim(self) -> int:
        """d, the dimension of a token as a vector."""
        if self.embedding is not None:
            return self.embedding.shape[1]
        return self.tokens.shape[2] if self.tokens.ndim == 3 else 1

    @property
    def task(self) -> Task:
        """``next_token`` for one label a sequence, ``seq_to_seq`` for one a token."""
        return "next_token" if self.labels.ndim == 1 else "seq_to_seq"

    @property
    def num_labels(self) -> int:
        """Labels to be memorized: N, or N n for sequence-to-sequence."""
        return self.labels.size

    @property
    def has_ids(self) -> bool:
        """Whether the tokens are integer ids."""
        return self.tokens.ndim == 2

    @cached_property
    def sha256(self) -> str:
        """Hash of tokens, labels, number of classes and embedding."""
        digest = hashlib.sha256(b"memcap-data/1")
        for array in (self.tokens, self.labels, self.embedding):
            if array is None:
                digest.update(b"none")
                continue
            little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            digest.update(f"{little.dtype.str}{little.shape}".encode("ascii"))
            digest.update(little.tobytes())
        digest.update(str(self.num_classes).encode("ascii"))
        return digest.hexdigest()

    @cached_property
    def _vocabulary(self) -> tuple[np.ndarray, np.ndarray]:
        if self.has_ids:
            used, places = compact_ids(self.tokens)
            if self.embedding is None:
                return used[:, None], places
            vectors = self.embedding[used]
        else:
            vectors = self.tokens.reshape(-1, self.dim)
            places = np.arange(len(vectors)).reshape(self.tokens.shape[:2])
        # -0.0 and 0.0 are the same number and must be the same token.
        rows, index = np.unique(vectors + 0.0, axis=0, return_inverse=True)
        return rows, index.reshape(-1)[places]

    @property
    def token_vectors(self) -> np.ndarray:
        """`[N, n, d]` every token as a vector (float64, or int64 for plain ids)."""
        if not self.has_ids:
            return self.tokens
        if self.embedding is not None:
            return self.embedding[self.tokens]
        return self.tokens[:, :, None]

    @property
    def token_index(self) -> np.ndarray:
        """`[N, n]` index of each token among the distinct token vectors."""
        return self._vocabulary[1]

    @cached_property
    def points(self) -> tuple[Vector, ...]:
        """The distinct token vectors, exact, in lexicographic order."""
        return tuple(
            tuple(exact(value) for value in row) for row in self._vocabulary[0]
        )

    def __repr__(self) -> str:
        shape = f"N={self.num_samples}, n={self.length}, d={self.dim}"
        told = f", source={self.source!r}" if self.source else ""
        return f"Dataset({self.task}, {shape}, C={self.num_classes}{told})"

    def take(self, index: Any) -> "Dataset":
        """The samples of a slice, an index array or a mask, in that order."""
        return replace(
            self, tokens=_frozen(self.tokens[index]), labels=_frozen(self.labels[index])
        )

    def save(self, path: Any) -> None:
        """Write an ``.npz`` file that `memcap.data.load` reads back."""
        from memcap.data.loaders import save_npz

        save_npz(self, path)

    def separation(self) -> "Any":
        """Smallest and largest norm and smallest distance of distinct tokens, exact.

        Returns:
            a `Separation` with square roots of rationals.

        References:
            KS23.DefSep, KS25.Ass4.1.
        """
        from memcap.data.separation import separation

        return separation(self)

    def contexts(self) -> np.ndarray:
        """Index of each label's context, equal for indistinguishable positions.

        Two positions have the same context when their tokens are equal and their
        sequences are equal up to permutation.

        Returns:
            `[N]` int64 for next-token data, `[N, n]` for sequence-to-sequence.
        """
        from memcap.data.consistency import contexts

        return contexts(self)

    def check_consistent(self) -> None:
        """Refuse data that no permutation-equivariant model can memorize.

        Raises:
            InconsistentLabelsError: names two positions with equal context and
                different labels.
        """
        from memcap.data.consistency import check_consistent

        check_consistent(self)


def _frozen(array: np.ndarray) -> np.ndarray:
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array


def from_arrays(
    tokens: Any,
    labels: Any,
    *,
    num_classes: int | None = None,
    embedding: Any = None,
    source: str = "",
    names: Sequence[str] = (),
    class_names: Sequence[str] = (),
) -> Dataset:
    """Make a dataset of arrays; everything is copied, checked and frozen.

    Args:
        tokens: `[N, n]` integer ids or `[N, n, d]` finite reals.
        labels: `[N]` or `[N, n]` integers in ``0..C-1``.
        num_classes: C; by default the largest label plus one.
        embedding: `[V, d]` finite reals, for ids only.
        source: a word on where the data come from.
        names: the text of each id.
        class_names: the text of each class.

    Returns:
        the dataset.

    Raises:
        DataError: a shape, a type or a value is unusable; the message names it.

    Example:
        >>> ds = from_arrays([[0, 1], [1, 1]], [0, 1])
        >>> ds.num_samples, ds.length, ds.dim, ds.num_classes, ds.task
        (2, 2, 1, 2, 'next_token')
    """
    checked = token_array(tokens)
    held = label_array(labels, checked.shape)
    classes = int(held.max()) + 1 if num_classes is None else int(num_classes)
    if held.max() >= classes:
        raise DataError(f"label {held.max()} is not below num_classes = {classes}.")
    if names:
        check_names(names, "names", "token id", checked)
    if class_names:
        check_names(class_names, "class_names", "label", held)
    table = None if embedding is None else embedding_array(embedding, checked)
    return Dataset(
        tokens=_frozen(checked),
        labels=_frozen(held),
        num_classes=classes,
        embedding=None if table is None else _frozen(table),
        source=source,
        names=tuple(names),
        class_names=tuple(class_names),
    )
