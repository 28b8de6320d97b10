"""Which chains are kept, and why the others are not.

A right answer may stand behind a false chain; where chains can be verified, they can be
filtered by that as well.
"""

from typing import Literal, get_args

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.tasks.base import Task
from memcap.distill.written import Written, even

Filter = Literal["answer", "chain"]
FILTERS: tuple[Filter, ...] = get_args(Filter)

Reason = Literal[
    "wrong_answer",
    "invalid_chain",
    "too_long",
    "duplicate",
    "not_shared",
    "subsampled",
]
REASONS: tuple[Reason, ...] = get_args(Reason)


def verdicts(
    task: Task, questions: np.ndarray, written: Written, by: Filter
) -> list[Reason | None]:
    """Why each tail is left out, the first reason that applies; None keeps it.

    Args:
        task: the task.
        questions: `[N, question_length]`.
        written: what was written on them.
        by: ``answer`` asks for the right answer, ``chain`` for a valid chain as well.

    Raises:
        DataError: there is no such filter.
    """
    if by not in FILTERS:
        raise DataError(f"filter {by!r} is not one of {', '.join(FILTERS)}.")
    pairs = np.concatenate([questions, even(task, written.tails)], axis=1)
    keys = [row.tobytes() for row in pairs]
    seen: set[bytes] = set()
    found: list[Reason | None] = []
    for i, key in enumerate(keys):
        reason = _reason(written, i, by, key in seen)
        seen.update([key] if reason is None else [])
        found.append(reason)
    return found


def _reason(written: Written, i: int, by: Filter, repeated: bool) -> Reason | None:
    if not written.ended[i]:
        return "too_long"
    if not written.right[i]:
        return "wrong_answer"
    if by == "chain" and not written.valid[i]:
        return "invalid_chain"
    return "duplicate" if repeated else None
