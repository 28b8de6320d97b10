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
    """

    tokens: np.ndarray
    labels: np.ndarray
    num_classes: int
    embedding: np.ndarray | None = None
    source: str = ""
    names: tuple[str, ...] = field(default=(), repr=False)

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
        flat = self.token_vectors.reshape(-1, self.dim)
        # -0.0 and 0.0 are the same number and must be the same token.
        flat = flat + 0 if flat.dtype.kind == "f" else flat
        rows, index = np.unique(flat, axis=0, return_inverse=True)
        return rows, index.reshape(self.tokens.shape[:2])

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
) -> Dataset:
    """Make a dataset of arrays; everything is copied, checked and frozen.

    Args:
        tokens: `[N, n]` integer ids or `[N, n, d]` finite reals.
        labels: `[N]` or `[N, n]` integers in ``0..C-1``.
        num_classes: C; by default the largest label plus one.
        embedding: `[V, d]` finite reals, for ids only.
        source: a word on where the data come from.
        names: the text of each id.

    Returns:
        the dataset.

    Raises:
        DataError: a shape, a type or a value is unusable; the message names it.

    Example:
        >>> ds = from_arrays([[0, 1], [1, 1]], [0, 1])
        >>> ds.num_samples, ds.length, ds.dim, ds.num_classes, ds.task
        (2, 2, 1, 2, 'next_token')
    """
    token_array = _tokens(tokens)
    label_array = _labels(labels, token_array.shape)
    classes = int(label_array.max()) + 1 if num_classes is None else int(num_classes)
    if label_array.max() >= classes:
        raise DataError(
            f"label {label_array.max()} is not below num_classes = {classes}."
        )
    table = None
    if embedding is not None:
        table = _embedding(embedding, token_array)
    return Dataset(
        tokens=_frozen(token_array),
        labels=_frozen(label_array),
        num_classes=classes,
        embedding=None if table is None else _frozen(table),
        source=source,
        names=tuple(names),
    )


def _array(value: Any, what: str) -> np.ndarray:
    try:
        array = np.array(value)
    except ValueError as error:
        raise DataError(
            f"{what} have rows of different lengths; pad or cut."
        ) from error
    if array.dtype.kind not in "iuf":
        raise DataError(f"{what} must be numbers, not {array.dtype}.")
    return array


def _tokens(value: Any) -> np.ndarray:
    array = _array(value, "tokens")
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise DataError(
            f"tokens have shape {array.shape}; expected (N, n) ids or (N, n, d) reals, "
            "none of them empty."
        )
    if array.ndim == 2:
        if array.dtype.kind == "f":
            raise DataError(
                "tokens of shape (N, n) are ids and must be integers; give real "
                "tokens as (N, n, d)."
            )
        if array.min() < 0:
            where = tuple(int(i) for i in np.argwhere(array < 0)[0])
            raise DataError(f"token id {array[where]} at {where} is negative.")
        return array.astype(np.int64)
    array = array.astype(np.float64)
    _refuse_non_finite(array, "token")
    return array


def _refuse_non_finite(array: np.ndarray, what: str) -> None:
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        where = tuple(int(i) for i in bad[0])
        raise DataError(f"{what} value at {where} is {array[where]}; remove it.")


def _labels(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    array = _array(value, "labels")
    if array.shape not in (shape[:1], shape[:2]):
        raise DataError(
            f"labels have shape {array.shape}; expected {shape[:1]} for next-token or "
            f"{shape[:2]} for sequence-to-sequence data."
        )
    if array.dtype.kind == "f":
        if not np.all(np.isfinite(array)) or np.any(array != np.floor(array)):
            raise DataError("labels must be integers 0..C-1.")
    if array.min() < 0:
        where = tuple(int(i) for i in np.argwhere(array < 0)[0])
        raise DataError(f"label {array[where]} at {where} is negative.")
    return array.astype(np.int64)


def _embedding(value: Any, tokens: np.ndarray) -> np.ndarray:
    table = _array(value, "embedding").astype(np.float64)
    if tokens.ndim != 2 or table.ndim != 2 or 0 in table.shape:
        raise DataError("an embedding is a (V, d) table for (N, n) token ids.")
    if tokens.max() >= len(table):
        raise DataError(
            f"token id {tokens.max()} has no row in the embedding of {len(table)} rows."
        )
    _refuse_non_finite(table, "embedding")
    return table
