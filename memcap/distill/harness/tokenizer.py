"""Ids of a task as words and back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.tasks.base import Task

SEP_WORD = "<sep>"
END_WORD = "<end>"


@dataclass(frozen=True)
class Tokenizer:
    """A word for each id, words apart by blanks: a symbol is its number.

    Args:
        symbols: ids of questions and states; SEP and END come behind them.

    Example:
        >>> Tokenizer(symbols=10).encode("3 7 6 <sep>")
        [3, 7, 6, 10]
    """

    symbols: int

    @classmethod
    def of(cls, task: Task) -> "Tokenizer":
        """The words of a task."""
        return cls(task.symbols)

    @property
    def end(self) -> int:
        """The id of END."""
        return self.symbols + 1

    def encode(self, text: str) -> list[int]:
        """The ids of a text.

        Raises:
            DataError: a word is none of the task's.
        """
        return [self._id(word) for word in text.split()]

    def _id(self, word: str) -> int:
        if word in (SEP_WORD, END_WORD):
            return self.symbols + (word == END_WORD)
        if word.isascii() and word.isdigit() and str(int(word)) == word:
            if int(word) < self.symbols:
                return int(word)
        raise DataError(
            f"{word!r} is no word of this task: words are 0..{self.symbols - 1}, "
            f"{SEP_WORD} and {END_WORD}."
        )

    def decode(self, ids: Sequence[int] | np.ndarray) -> str:
        """The text of ids.

        Raises:
            DataError: an id is out of range.
        """
        return " ".join(self._word(int(number)) for number in ids)

    def _word(self, number: int) -> str:
        if 0 <= number < self.symbols:
            return str(number)
        if number not in (self.symbols, self.end):
            raise DataError(f"id {number} is not within 0..{self.end}.")
        return END_WORD if number == self.end else SEP_WORD

    def decode_tail(self, tail: np.ndarray) -> str:
        """The text of a tail up to its END, without it."""
        ids = tail.tolist()
        return self.decode(ids[: ids.index(self.end)] if self.end in ids else ids)
