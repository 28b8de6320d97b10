"""Arrays from outside, checked: every refusal names what is wrong and where."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from memcap.core.errors import DataError


def check_names(
    names: Sequence[str], field_name: str, what: str, used: np.ndarray
) -> None:
    """Refuse a list of texts that is too short for the numbers used."""
    if used.max() >= len(names):
        raise DataError(
            f"{what} {used.max()} has no text among the {len(names)} {field_name}."
        )


def _array(value: Any, what: str) -> np.ndarray:
    try:
        array = np.array(value)
    except ValueError as error:
        raise DataError(
            f"{what} have rows of different lengths; pad or cut."
        ) from error
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        raise DataError(f"{what} must be numbers of 64 bits, not {array.dtype}.")
    if np.ma.is_masked(value):
        raise DataError(f"{what} hold masked values; fill or remove them.")
    return array


def token_array(value: Any) -> np.ndarray:
    """`[N, n]` int64 ids or `[N, n, d]` finite float64 vectors."""
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
        _refuse_outside(array, "token id")
        return array.astype(np.int64)
    return _reals(array, "token")


def _refuse_outside(array: np.ndarray, what: str) -> None:
    bad = np.argwhere((array < 0) | (array >= 2**63))
    if len(bad):
        where = tuple(int(i) for i in bad[0])
        raise DataError(
            f"{what} {array[where]} at {where} is outside 0..2^63-1; number from 0."
        )


def _reals(array: np.ndarray, what: str) -> np.ndarray:
    # Above 2^53 an integer may lie between two floats, and would change unnoticed.
    if array.dtype.kind != "f" and max(-int(array.min()), int(array.max())) > 2**53:
        raise DataError(f"{what} values are integers beyond 2^53; give them as floats.")
    array = array.astype(np.float64)
    _refuse_non_finite(array, what)
    return array


def _refuse_non_finite(array: np.ndarray, what: str) -> None:
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        where = tuple(int(i) for i in bad[0])
        raise DataError(f"{what} value at {where} is {array[where]}; remove it.")


def label_array(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Int64 labels that fit tokens of the given shape."""
    array = _array(value, "labels")
    if array.shape not in (shape[:1], shape[:2]):
        raise DataError(
            f"labels have shape {array.shape}; expected {shape[:1]} for next-token or "
            f"{shape[:2]} for sequence-to-sequence data."
        )
    if array.dtype.kind == "f":
        if not np.all(np.isfinite(array)) or np.any(array != np.floor(array)):
            raise DataError("labels must be integers 0..C-1.")
    _refuse_outside(array, "label")
    return array.astype(np.int64)


def embedding_array(value: Any, tokens: np.ndarray) -> np.ndarray:
    """`[V, d]` finite float64 rows for every id used."""
    table = _array(value, "embedding")
    if tokens.ndim != 2 or table.ndim != 2 or 0 in table.shape:
        raise DataError("an embedding is a (V, d) table for (N, n) token ids.")
    if tokens.max() >= len(table):
        raise DataError(
            f"token id {tokens.max()} has no row in the embedding of {len(table)} rows."
        )
    return _reals(table, "embedding")
