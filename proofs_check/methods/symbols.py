"""The reference forward pass on symbols: its layers as formulas in the entries.

`Symbols` is an arithmetic like those of `memcap.model.arithmetic`, with sympy
expressions as numbers. Weights may be symbols too, so what a layer computes at given
sizes is compared with its definition for all weights and all inputs at once.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import sympy

from memcap.model.arithmetic import AbstractArithmetic


class Symbols(AbstractArithmetic):
    """Sympy expressions; hardmax needs scores whose order is decidable."""

    dtype = object

    def number(self, value: Any) -> Any:
        """The number or the symbol itself."""
        return sympy.sympify(value)

    def array(self, values: Any) -> np.ndarray:
        """An array of expressions."""
        return np.asarray(np.frompyfunc(sympy.sympify, 1, 1)(np.asarray(values)))

    def relu(self, values: np.ndarray) -> np.ndarray:
        """``max(x, 0)`` elementwise."""
        return np.asarray(np.frompyfunc(relu, 1, 1)(values))

    def softmax(self, scores: np.ndarray) -> np.ndarray:
        """Softmax over axis 1."""
        powers = np.frompyfunc(power, 1, 1)(scores)
        return powers / powers.sum(axis=1, keepdims=True)

    def hardmax(self, scores: np.ndarray) -> np.ndarray:
        """Weights 1/|I| on the set I of largest scores along axis 1."""
        shares = [hardmax([sympy.expand(x) for x in row]) for row in scores]
        return np.array(shares, dtype=object)

    def export(self, values: np.ndarray) -> np.ndarray:
        """The expressions."""
        return values


def relu(value: Any) -> Any:
    """``max(x, 0)`` of an expanded expression."""
    return sympy.Max(0, sympy.expand(value))


def power(value: Any) -> Any:
    """``e^x`` with the exponent expanded, so that equal powers look equal."""
    return sympy.exp(sympy.expand(value))


def hardmax(scores: Sequence[Any]) -> list[Any]:
    """Equal shares for the scores that no other one beats."""
    best = [not any((x - s).is_positive for x in scores) for s in scores]
    return [sympy.Rational(int(b), sum(best)) for b in best]


def affine(matrix: sympy.Matrix, bias: sympy.Matrix | None = None) -> Any:
    """A map that the forward pass can apply, with symbols for weights.

    The rows of `memcap.model.weights.Affine` admit numbers only.
    """
    rows = [
        (0 if bias is None else bias[i], tuple(enumerate(matrix.row(i))))
        for i in range(matrix.rows)
    ]
    return SimpleNamespace(
        inputs=matrix.cols, outputs=matrix.rows, rows=rows, has_bias=False
    )


def matrix(name: str, rows: int, columns: int) -> sympy.Matrix:
    """A matrix of real symbols."""
    return sympy.Matrix(
        rows, columns, lambda i, j: sympy.Symbol(f"{name}_{i}{j}", real=True)
    )


def state(columns: sympy.Matrix) -> list[np.ndarray]:
    """The forward pass's state of one sequence: slots of shape [1, n]."""
    return [np.array([list(columns.row(i))], dtype=object) for i in range(columns.rows)]


def as_matrix(slots: Sequence[np.ndarray]) -> sympy.Matrix:
    """The state of one sequence as a matrix, one token a column."""
    return sympy.Matrix([[slot[0, k] for k in range(slot.shape[1])] for slot in slots])


def equal(one: Any, two: Any) -> bool:
    """Whether two matrices are the same formulas, products multiplied out."""
    return all(sympy.expand_mul(x - y) == 0 for x, y in zip(one, two, strict=True))
