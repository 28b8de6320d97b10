"""The number types a forward pass can run on, behind one small interface.

Each arithmetic turns exact weights into its numbers and supplies the functions that
are not ``+`` or ``*``. Arrays hold the numbers: float arrays, or object arrays of
flint rationals (`fmpq`) or balls (`arb`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from flint import arb, ctx, fmpq

from memcap.core.balls import Ball
from memcap.core.errors import PrecisionError, UndecidedError, WeightsError
from memcap.core.exact import Number, exact, to_flint

Name = Literal["exact", "ball", "float64", "float32"]


class AbstractArithmetic(ABC):
    """Numbers of one type in numpy arrays."""

    dtype: Any

    @contextmanager
    def context(self) -> Iterator[None]:
        """Set whatever global state the numbers need, and restore it."""
        yield

    @abstractmethod
    def number(self, value: Number) -> Any:
        """The number nearest to an exact one."""

    @abstractmethod
    def relu(self, values: np.ndarray) -> np.ndarray:
        """``max(x, 0)`` elementwise."""

    @abstractmethod
    def softmax(self, scores: np.ndarray) -> np.ndarray:
        """Softmax over axis 1."""

    @abstractmethod
    def hardmax(self, scores: np.ndarray) -> np.ndarray:
        """Weights 1/|I| on the set I of largest scores along axis 1."""

    @abstractmethod
    def export(self, values: np.ndarray) -> np.ndarray:
        """What the caller gets: exact numbers, balls or floats."""

    def array(self, values: Any) -> np.ndarray:
        """Turn an array of exact numbers or floats into this type."""
        made = np.empty(np.shape(values), dtype=self.dtype)
        for index in np.ndindex(made.shape):
            made[index] = self.number(exact(values[index]))
        return made


class Exact(AbstractArithmetic):
    """Flint rationals: every result is the exact value of the network."""

    dtype = object

    def number(self, value: Number) -> fmpq:
        """The number itself."""
        return to_flint(value)

    def relu(self, values: np.ndarray) -> np.ndarray:
        """``max(x, 0)`` elementwise."""
        return np.asarray(_rational_relu(values))

    def softmax(self, scores: np.ndarray) -> np.ndarray:
        """Refused: softmax is not rational."""
        raise WeightsError(
            "softmax has no exact rational value; use arithmetic='ball'."
        )

    def hardmax(self, scores: np.ndarray) -> np.ndarray:
        """Weights 1/|I| on the set I of largest scores along axis 1."""
        chosen = (scores == scores.max(axis=1, keepdims=True)).astype(int)
        counts = chosen.sum(axis=1, keepdims=True)
        return np.asarray(_rational_ratio(chosen, counts))

    def export(self, values: np.ndarray) -> np.ndarray:
        """Integers and Fractions."""
        return np.asarray(np.frompyfunc(exact, 1, 1)(values))


class Balls(AbstractArithmetic):
    """Arb balls: every result encloses the exact value of the network."""

    dtype = object

    def __init__(self, precision: int = 128) -> None:
        self.precision = precision

    @contextmanager
    def context(self) -> Iterator[None]:
        """Work at the chosen precision."""
        with ctx.workprec(self.precision):
            yield

    def number(self, value: Number) -> arb:
        """A ball around the number."""
        return arb(to_flint(value))

    def relu(self, values: np.ndarray) -> np.ndarray:
        """``max(x, 0)`` elementwise, enclosing both branches where undecided."""
        return _ball_relu(values)

    def softmax(self, scores: np.ndarray) -> np.ndarray:
        """Softmax over axis 1, shifted by the largest midpoint."""
        shift = np.frompyfunc(lambda x: x.mid(), 1, 1)(scores).max(
            axis=1, keepdims=True
        )
        powers = np.frompyfunc(lambda x: x.exp(), 1, 1)(scores - shift)
        return powers / powers.sum(axis=1, keepdims=True)

    def hardmax(self, scores: np.ndarray) -> np.ndarray:
        """Weights 1/|I| on the set I of largest scores along axis 1."""
        made = np.empty(scores.shape, dtype=object)
        for i, row in enumerate(scores):
            chosen = _certain_maxima(row)
            made[i] = [arb(fmpq(int(c), sum(chosen))) for c in chosen]
        return made

    def export(self, values: np.ndarray) -> np.ndarray:
        """`Ball` objects."""
        wrap = np.frompyfunc(lambda x: Ball(x, self.precision), 1, 1)
        return np.asarray(wrap(values))


class Floats(AbstractArithmetic):
    """IEEE floats of numpy; results are float results, nothing is certified."""

    def __init__(self, dtype: type[np.floating]) -> None:
        self.dtype = dtype

    def number(self, value: Number) -> Any:
        """The nearest float, ties to even."""
        return nearest_float(value, self.dtype)

    def relu(self, values: np.ndarray) -> np.ndarray:
        """``max(x, 0)`` elementwise."""
        return np.maximum(values, self.dtype(0))

    def softmax(self, scores: np.ndarray) -> np.ndarray:
        """Softmax over axis 1, shifted by the maximum."""
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def hardmax(self, scores: np.ndarray) -> np.ndarray:
        """Weights 1/|I| on the set I of largest scores along axis 1."""
        chosen = (scores == scores.max(axis=1, keepdims=True)).astype(self.dtype)
        return chosen / chosen.sum(axis=1, keepdims=True)

    def export(self, values: np.ndarray) -> np.ndarray:
        """The floats."""
        return values


_rational_relu = np.frompyfunc(lambda x: x if x > 0 else fmpq(0), 1, 1)
_rational_ratio = np.frompyfunc(lambda a, b: fmpq(int(a), int(b)), 2, 1)
_ball_relu = np.frompyfunc(lambda x: x.max(arb(0)), 1, 1)


def _certain_maxima(row: np.ndarray) -> list[bool]:
    best = max(row, key=lambda ball: ball.mid())
    chosen = []
    for ball in row:
        if ball < best:
            chosen.append(False)
        elif ball.is_exact() and best.is_exact() and ball == best:
            chosen.append(True)
        elif ball is best:
            chosen.append(True)
        else:
            raise UndecidedError("a hardmax tie is undecided; raise the precision.")
    return chosen


def nearest_float(value: Number, dtype: type[np.floating]) -> Any:
    """Round an exact number to the nearest float, ties to even.

    Raises:
        PrecisionError: the number is beyond the largest float of the type.
    """
    try:
        with np.errstate(over="ignore"):
            found = dtype(float(value))
    except OverflowError:
        found = dtype(np.inf)
    if not np.isfinite(found):
        raise PrecisionError(
            f"a number of {abs(int(value)).bit_length()} bits exceeds the range of "
            f"{np.dtype(dtype)}; use arithmetic='exact'."
        )
    # float() rounds once; a second rounding to a shorter type may miss by one.
    with np.errstate(over="ignore"):
        options = [found, *(np.nextafter(found, dtype(s * np.inf)) for s in (-1, 1))]
    finite = [x for x in options if np.isfinite(x)]
    distance = {x: abs(Fraction(*x.as_integer_ratio()) - value) for x in finite}
    best = min(distance.values())
    nearest = [x for x in finite if distance[x] == best]
    return next((x for x in nearest if _is_even(x)), nearest[0])


def _is_even(value: np.floating) -> bool:
    return (
        value.tobytes()[0] & 1 == 0
        if np.little_endian
        else value.tobytes()[-1] & 1 == 0
    )


def arithmetic(name: Name, precision: int = 128) -> AbstractArithmetic:
    """Look up an arithmetic by name.

    Raises:
        WeightsError: there is no arithmetic of that name.
    """
    if name == "exact":
        return Exact()
    if name == "ball":
        return Balls(precision)
    if name in ("float64", "float32"):
        return Floats(np.float64 if name == "float64" else np.float32)
    raise WeightsError(
        f"no arithmetic {name!r}; choose exact, ball, float64 or float32."
    )
