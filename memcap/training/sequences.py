"""Sequences with a next token to predict at some of their places."""

from dataclasses import dataclass, field

import numpy as np

from memcap.core.errors import DataError
from memcap.data.dataset import Task

# A token that is read but not to be predicted; training ignores it.
UNLABELLED = -1


@dataclass(frozen=True, eq=False)
class Sequences:
    """N sequences of n tokens; unlike in a `Dataset`, not every place has a label.

    Args:
        tokens: `[N, n]` ids.
        labels: `[N, n]` ids, `UNLABELLED` where nothing is to be predicted.
        num_classes: V.
        checked: how many sequences, the first ones, a check of the accuracy looks at;
            None looks at all.
        drawn: how many, the first ones, drawn batches come from; the others fill the
            arrays up to a shape shared with other data. None draws from all.
        task: always ``seq_to_seq``.

    Raises:
        DataError: shapes differ, there is no label, or an id is out of range.
    """

    tokens: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    num_classes: int
    checked: int | None = None
    drawn: int | None = None
    task: Task = "seq_to_seq"

    def __post_init__(self) -> None:
        if self.tokens.ndim != 2 or self.tokens.shape != self.labels.shape:
            raise DataError(
                f"tokens {self.tokens.shape} and labels {self.labels.shape} are not "
                "both (N, n)."
            )
        if not (self.labels >= 0).any():
            raise DataError("no place of any sequence has a label to predict.")
        lowest = min(self.tokens.min(), self.labels.min() - UNLABELLED)
        if lowest < 0 or max(self.tokens.max(), self.labels.max()) >= self.num_classes:
            raise DataError(f"ids are not all within 0..{self.num_classes - 1}.")
        for name in ("checked", "drawn"):
            number = getattr(self, name)
            if number is not None and not 1 <= number <= len(self.tokens):
                raise DataError(f"{name} = {number} of {len(self.tokens)} sequences.")

    @property
    def num_samples(self) -> int:
        """N."""
        return len(self.tokens)

    @property
    def length(self) -> int:
        """n."""
        return self.tokens.shape[1]

    @property
    def num_labels(self) -> int:
        """Labels that a check looks at."""
        return int((self.labels[: self.checked] >= 0).sum())

    @property
    def has_ids(self) -> bool:
        """Tokens are ids."""
        return True
