"""What a writer answered to questions, judged token by token."""

from dataclasses import dataclass, field

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.tasks.base import (
    Style,
    Task,
    end,
    longest_tail,
    right_answers,
    told,
    valid_chains,
)


@dataclass(frozen=True, eq=False)
class Written:
    """What one writer answered to questions, and how good it is.

    Args:
        name: of the writer.
        style: in which its chains are to be told.
        tails: `[N, t]` as written, END behind the last token.
        right: `[N]` whether the answer is right.
        valid: `[N]` whether the whole chain is.
        ended: `[N]` whether the tail ended where it still could have gone on.
    """

    name: str
    style: Style
    tails: np.ndarray = field(repr=False)
    right: np.ndarray = field(repr=False)
    valid: np.ndarray = field(repr=False)
    ended: np.ndarray = field(repr=False)

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return float(self.right.mean())

    @property
    def spurious(self) -> int:
        """Right answers behind a chain that is not valid."""
        return int((self.right & ~self.valid).sum())

    @property
    def perfect(self) -> bool:
        """Whether every chain is valid."""
        return bool(self.valid.all())


def judge(
    task: Task, name: str, style: Style, questions: np.ndarray, tails: np.ndarray
) -> Written:
    """Verify tails.

    A tail that fills all its room has not ended, unless the gold one fills it too.

    Args:
        task: the task.
        name: of the writer.
        style: in which chains are to be told.
        questions: `[N, question_length]`.
        tails: `[N, t]`.
    """
    stop = end(task)
    gold = told(task, questions, style)
    full = (gold != stop).sum(axis=1) >= tails.shape[1]
    ended = (tails == stop).any(axis=1) | full
    return Written(
        name=name,
        style=style,
        tails=tails,
        right=right_answers(task, questions, tails) & ended,
        valid=valid_chains(task, questions, tails, style) & ended,
        ended=ended,
    )


def corrupted(task: Task, tails: np.ndarray, noise: float, seed: int) -> np.ndarray:
    """Tails of which a share has one token, anywhere before END, replaced by another.

    Args:
        task: the task.
        tails: `[N, t]`.
        noise: probability that a tail is hit.
        seed: of the draws.

    Raises:
        DataError: `noise` is no probability.
    """
    if not 0 <= noise <= 1:
        raise DataError(f"noise = {noise} is not between 0 and 1.")
    rng = np.random.default_rng([seed, 2])
    stop = end(task)
    lengths = np.cumprod(tails != stop, axis=1).sum(axis=1)
    hit = np.flatnonzero((rng.random(len(tails)) < noise) & (lengths > 0))
    places = rng.integers(0, lengths[hit])
    # Something from 1 to END - 1, added modulo END, leads to another id below END.
    added = rng.integers(1, stop, len(hit))
    made = tails.copy()
    made[hit, places] = (made[hit, places] + added) % stop
    return made


def even(task: Task, tails: np.ndarray) -> np.ndarray:
    """Tails of one width, END from the first END on: equal where they say the same.

    Args:
        task: the task.
        tails: `[N, t]`.

    Returns:
        `[N, w]`, w the longest tail of the task, or t where that is more.
    """
    stop, width = end(task), max(longest_tail(task), tails.shape[1])
    made = np.full((len(tails), width), stop, np.int64)
    made[:, : tails.shape[1]] = tails
    return np.where(np.cumsum(made == stop, axis=1) > 0, stop, made)


def lengths_of(task: Task, tails: np.ndarray) -> np.ndarray:
    """`[N]` tokens before END."""
    return np.cumprod(tails != end(task), axis=1).sum(axis=1)
