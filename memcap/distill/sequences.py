"""Questions and tails as sequences a decoder learns from: loss on the tail alone."""

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.tasks.base import Task, end, longest_tail, separator, vocabulary
from memcap.training.sequences import UNLABELLED, Sequences


def sequences(
    task: Task,
    questions: np.ndarray,
    tails: np.ndarray,
    *,
    checked: int | None = None,
    drawn: int | None = None,
) -> Sequences:
    """Join questions and tails, padded to the longest tail of the task.

    Args:
        task: the task.
        questions: `[N, question_length]`.
        tails: `[N, t]`, END behind the last token where it is shorter than t.
        checked: see `Sequences`.
        drawn: see `Sequences`.

    Raises:
        DataError: the numbers of questions and tails differ, or there are none.
    """
    if len(questions) != len(tails) or len(questions) == 0:
        raise DataError(
            f"{len(questions)} questions and {len(tails)} tails make no sequences."
        )
    whole = _joined(task, questions, tails)
    tokens, following = whole[:, :-1], whole[:, 1:].copy()
    following[:, : task.question_length] = UNLABELLED
    over = np.cumsum(following == end(task), axis=1) - (following == end(task)) > 0
    following[over] = UNLABELLED
    kinds = (tokens.astype(np.int32), following.astype(np.int32))
    return Sequences(*kinds, vocabulary(task), checked, drawn)


def _joined(task: Task, questions: np.ndarray, tails: np.ndarray) -> np.ndarray:
    start = task.question_length + 1
    width = start + max(longest_tail(task), tails.shape[1]) + 1
    whole = np.full((len(questions), width), end(task), np.int64)
    whole[:, : start - 1] = questions
    whole[:, start - 1] = separator(task)
    whole[:, start : start + tails.shape[1]] = tails
    return whole


def positions(task: Task) -> int:
    """S: the longest sequence a decoder of the task reads."""
    return task.question_length + 1 + longest_tail(task)


def prompts(task: Task, questions: np.ndarray) -> np.ndarray:
    """`[N, question_length + 1]` questions and SEP, to be continued."""
    column = np.full((len(questions), 1), separator(task))
    return np.concatenate([questions, column], axis=1).astype(np.int32)
