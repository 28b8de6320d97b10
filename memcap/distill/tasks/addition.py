"""Addition of two numbers; the format of the tail sets how much is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.tasks.base import check_parameter

Format = Literal["plain", "reverse", "scratchpad", "detailed"]
_PLUS = 10
# Tokens that a format tells of one column.
_COLUMN = {"plain": 1, "reverse": 1, "scratchpad": 2, "detailed": 5}


@dataclass(frozen=True)
class Addition:
    """``A + C``, n digits each, most significant first; the answer has n + 1 digits.

    Formats of the tail: ``plain`` is the sum, most significant digit first, and
    ``reverse`` the sum from the other end, where each digit needs only the carry. There
    the whole tail is the answer. ``scratchpad`` first tells digit and carry of every
    column from the right, ``detailed`` both digits, the carry, the digit of the sum and
    the next carry; the sum follows as in ``plain``.

    Args:
        digits: n.
        form: the format.

    Example:
        >>> question = np.array([[5, 7, 10, 6, 8]])  # 57 + 68 = 125
        >>> [Addition(2, form).chain(question)[0].tolist() for form in
        ...  ("plain", "reverse", "scratchpad")]
        [[1, 2, 5], [5, 2, 1], [5, 1, 2, 1, 1, 2, 5]]
    """

    digits: int = 4
    form: Format = "reverse"

    name = "addition"
    symbols = 11

    def __post_init__(self) -> None:
        check_parameter("digits", self.digits, 1)
        if self.form not in get_args(Format):
            raise DataError(
                f"form {self.form!r} is not one of {', '.join(get_args(Format))}."
            )

    @property
    def question_length(self) -> int:
        """2 n + 1."""
        return 2 * self.digits + 1

    @property
    def answer_length(self) -> int:
        """n + 1."""
        return self.digits + 1

    @property
    def step_length(self) -> int:
        """Tokens of a column."""
        return _COLUMN[self.form]

    @property
    def states(self) -> int:
        """The answer, and the columns where the format tells them."""
        told = 0 if self.step_length == 1 else self.digits * self.step_length
        return told + self.answer_length

    def questions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """`[count, 2 n + 1]` digits of uniform numbers around the plus sign."""
        made = rng.integers(0, 10, (count, self.question_length))
        made[:, self.digits] = _PLUS
        return made

    def _columns(self, questions: np.ndarray) -> np.ndarray:
        """`[count, n, 5]` both digits, carry, digit, next carry, from the right."""
        left = questions[:, : self.digits][:, ::-1]
        right = questions[:, self.digits + 1 :][:, ::-1]
        carry, columns = np.zeros(len(questions), np.int64), []
        for a, c in zip(left.T, right.T, strict=True):
            total = a + c + carry
            columns.append(np.stack([a, c, carry, total % 10, total // 10], axis=1))
            carry = total // 10
        return np.stack(columns, axis=1)

    def chain(self, questions: np.ndarray) -> np.ndarray:
        """`[count, states]` the columns where they are told, and the sum."""
        columns = self._columns(questions)
        upwards = np.concatenate([columns[:, :, 3], columns[:, -1:, 4]], axis=1)
        if self.form == "reverse":
            return upwards
        if self.form == "plain":
            return upwards[:, ::-1]
        told = columns[:, :, 5 - self.step_length :]
        width = self.digits * self.step_length
        return np.concatenate([told.reshape(-1, width), upwards[:, ::-1]], axis=1)

    def answers(self, questions: np.ndarray) -> np.ndarray:
        """`[count, n + 1]` the sum in the order of the format."""
        return self.chain(questions)[:, -self.answer_length :]

    def floors(self) -> Mapping[str, Fraction | float]:
        """Any sum; ``99...9``, the likeliest; adding without carries.

        The latter is right where no column exceeds 9: 55 of 100 pairs of digits.
        """
        return {
            "uniform": Fraction(1, self.answer_values),
            "majority": Fraction(1, 10**self.digits),
            "no_carries": Fraction(55, 100) ** self.digits,
        }

    @property
    def step_table(self) -> Sequence[tuple[int, int]]:
        """Two digits and a carry give a digit and a carry: one of 20 sums."""
        return [(200, 20)]

    @property
    def answer_values(self) -> int:
        """Sums: 0 to 2 (10^n - 1)."""
        return 2 * 10**self.digits - 1
