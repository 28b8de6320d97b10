"""From single records to a dataset: what every line of a file must agree on.

Tokens are ids (integers), words (strings, numbered in the order in which they first
appear) or vectors (lists of numbers), one kind throughout. Labels are integers or
strings; strings become classes in sorted order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from memcap.core.errors import DataError
from memcap.data.dataset import Dataset, from_arrays

_KINDS = {int: "id", str: "word", list: "vector"}


@dataclass(frozen=True, slots=True)
class Record:
    """One sequence of a file: the line it stands in, its tokens, its label or labels.

    Args:
        line: line of the file, from 1.
        tokens: ids, words or vectors.
        labels: one label, or a list with one label a token.
    """

    line: int
    tokens: list[Any]
    labels: Any


def to_dataset(path: Path, records: Sequence[Record], classes: int | None) -> Dataset:
    """Make a dataset of the records of a file.

    Args:
        path: the file, for messages; its bare name becomes the source.
        records: the sequences.
        classes: C; by default as many as the labels need.

    Raises:
        DataError: a record differs from the first in length or kind, or holds a value
            that is no token or label; the message names file and line.
    """
    if not records:
        raise DataError(f"{path} holds no sample; give at least one.")
    _check_shapes(path, records)
    tokens, names = _tokens(path, records)
    labels, class_names = _labels(path, records)
    return from_arrays(
        tokens,
        labels,
        num_classes=classes,
        source=path.name,
        names=names,
        class_names=class_names,
    )


def _check_shapes(path: Path, records: Sequence[Record]) -> None:
    first = records[0]
    many = isinstance(first.labels, list)
    for record in records:
        where, length = f"{path}, line {record.line}", len(record.tokens)
        if not length:
            raise DataError(f"{where} has no token; remove the line.")
        if length != len(first.tokens):
            raise DataError(
                f"{where} has {length} tokens, line {first.line} has "
                f"{len(first.tokens)}; cut or pad to one length."
            )
        if isinstance(record.labels, list) != many:
            raise DataError(
                f"{where} and line {first.line} differ in having one label for the "
                "sequence or one a token; use one form throughout."
            )
        if many and len(record.labels) != length:
            raise DataError(
                f"{where} has {len(record.labels)} labels for {length} tokens; give "
                "one a token."
            )


def _tokens(
    path: Path, records: Sequence[Record]
) -> tuple[np.ndarray | list, tuple[str, ...]]:
    cells = [(record.line, token) for record in records for token in record.tokens]
    kind = _common_kind(path, cells, "token", (int, str, list))
    if kind is str:
        numbers: dict[str, int] = {}
        values = [numbers.setdefault(word, len(numbers)) for _, word in cells]
        return np.array(values).reshape(len(records), -1), tuple(numbers)
    if kind is int:
        _check_ints(path, cells, "token id")
        return np.array([value for _, value in cells]).reshape(len(records), -1), ()
    _check_vectors(path, cells)
    return [record.tokens for record in records], ()


def _labels(
    path: Path, records: Sequence[Record]
) -> tuple[np.ndarray, tuple[str, ...]]:
    many = isinstance(records[0].labels, list)
    cells = [
        (record.line, label)
        for record in records
        for label in (record.labels if many else [record.labels])
    ]
    kind = _common_kind(path, cells, "label", (int, str))
    values = [value for _, value in cells]
    shape = (len(records), -1) if many else (-1,)
    if kind is int:
        _check_ints(path, cells, "label")
        return np.array(values).reshape(shape), ()
    names = sorted(set(values))
    classes = {name: number for number, name in enumerate(names)}
    return np.array([classes[value] for value in values]).reshape(shape), tuple(names)


def _common_kind(
    path: Path, cells: Iterable[tuple[int, Any]], what: str, allowed: tuple[type, ...]
) -> type:
    kind = None
    for line, value in cells:
        if type(value) not in allowed:
            raise DataError(
                f"{path}, line {line}: {what} {_short(value)} is not an integer"
                f"{', a string or a list' if list in allowed else ' or a string'}."
            )
        if kind is not None and type(value) is not kind:
            raise DataError(
                f"{path}, line {line}: {what} {_short(value)} is not of the same kind "
                f"as those before it ({_KINDS[kind]}); use one kind throughout."
            )
        kind = type(value)
    return kind or int


def _check_ints(path: Path, cells: Iterable[tuple[int, int]], what: str) -> None:
    for line, value in cells:
        if not 0 <= value < 1 << 63:
            raise DataError(
                f"{path}, line {line}: {what} {_short(value)} is outside 0..2^63-1; "
                "number from 0."
            )


def _check_vectors(path: Path, cells: Sequence[tuple[int, list]]) -> None:
    dim = len(cells[0][1])
    for line, vector in cells:
        if len(vector) != dim or not dim:
            raise DataError(
                f"{path}, line {line}: a token has {len(vector)} coordinates, the "
                f"first has {dim}; give all the same number, at least one."
            )
        for value in vector:
            if type(value) not in (int, float) or not _is_double(value):
                raise DataError(
                    f"{path}, line {line}: coordinate {_short(value)} is not a finite "
                    "64-bit float; remove or replace it."
                )


def _is_double(value: int | float) -> bool:
    try:
        return isfinite(value) and float(value) == value
    except OverflowError:
        return False


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
