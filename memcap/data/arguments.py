"""Checks of the counts and seeds that the functions of this floor are given."""

from typing import Any

import numpy as np

from memcap.core.errors import DataError


def at_least(name: str, value: Any, least: int) -> int:
    """Return `value` as an int.

    Raises:
        DataError: it is not an integer, or below `least`.

    Example:
        >>> at_least("length", 3, 1)
        3
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise DataError(f"{name} must be an integer, not {value!r}.")
    if value < least:
        raise DataError(f"{name} = {value} is too small; give at least {least}.")
    return int(value)


def generator(seed: Any) -> np.random.Generator:
    """The random numbers of a seed, the same at every call.

    Raises:
        DataError: the seed is not a non-negative integer.
    """
    return np.random.default_rng(at_least("seed", seed, 0))
