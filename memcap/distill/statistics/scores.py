"""Scores of the same items before and after, matched by item.

The item is what is drawn from a population, so an item answered several times enters
once, with the mean of its answers, and resampling draws items, not answers.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite, sqrt

import numpy as np

from memcap.core.errors import DataError

# Means of the same answers may differ by this, relative to the largest score.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class PairedScores:
    """Two scores for each of n items.

    Args:
        before: `[n]` finite scores of the first model.
        after: `[n]` finite scores of the second, on the same items in this order.
        ids: `[n]` ids of the items; empty where they were matched by position.

    Raises:
        DataError: there are no items, different numbers of them, or a score that is
            not finite.

    Example:
        >>> PairedScores.of([True, False], [True, True]).gain
        0.5
    """

    before: tuple[float, ...]
    after: tuple[float, ...]
    ids: tuple[object, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if len(self.before) != len(self.after):
            raise DataError(
                f"{len(self.before)} items before and {len(self.after)} after cannot "
                "be paired; score both models on the same items."
            )
        if not self.before:
            raise DataError("there are no items; give at least one.")
        for name, scores in (("before", self.before), ("after", self.after)):
            bad = [i for i, score in enumerate(scores) if not isfinite(score)]
            if bad:
                raise DataError(
                    f"item {bad[0]} has score {scores[bad[0]]} {name}; score it or "
                    "leave it out on both sides."
                )

    @classmethod
    def of(
        cls,
        before: Sequence[float],
        after: Sequence[float],
        *,
        before_ids: Sequence[object] | None = None,
        after_ids: Sequence[object] | None = None,
    ) -> "PairedScores":
        """Match two runs, by position or by item id.

        Args:
            before: `[n]` scores or booleans.
            after: `[n]` scores or booleans.
            before_ids: `[n]` ids of the items before; give both lists or neither.
            after_ids: `[n]` ids of the items after, in any order.

        Raises:
            DataError: an id occurs twice or on one side only.
        """
        if (before_ids is None) != (after_ids is None):
            raise DataError("ids are given for one run only; give both or neither.")
        if before_ids is not None and after_ids is not None:
            first = _by_id(before_ids, before, "before")
            second = _by_id(after_ids, after, "after")
            lone = [name for name in first if name not in second]
            lone += [name for name in second if name not in first]
            if lone:
                raise DataError(
                    f"item {lone[0]!r} is in one run only ({len(lone)} such items); "
                    "score both models on the same items."
                )
            before, after = list(first.values()), [second[name] for name in first]
        return cls(
            tuple(map(float, before)),
            tuple(map(float, after)),
            () if before_ids is None else tuple(before_ids),
        )

    @property
    def differences(self) -> np.ndarray:
        """`[n]` after less before, exactly 0 where only rounding differs."""
        found = np.subtract(self.after, self.before)
        scale = max(map(abs, (*self.before, *self.after)))
        return np.where(np.abs(found) <= ROUNDING * scale, 0.0, found)

    @property
    def items(self) -> int:
        """The number n of items."""
        return len(self.before)

    @property
    def gain(self) -> float:
        """The mean difference."""
        return float(np.mean(self.differences))

    @property
    def binary(self) -> bool:
        """Whether every score is 0 or 1."""
        return set(self.before) | set(self.after) <= {0.0, 1.0}

    @property
    def standard_error(self) -> float | None:
        """Of the gain, ``sd / sqrt(n)`` with n - 1; None for one item."""
        if self.items < 2:
            return None
        return float(np.std(self.differences, ddof=1)) / sqrt(self.items)


def mean_by_item(
    ids: Sequence[object], scores: Sequence[float]
) -> tuple[tuple[object, ...], tuple[float, ...]]:
    """Average the answers to each item, whose number may differ between items.

    Args:
        ids: `[m]` the item of each answer.
        scores: `[m]` the score of each answer.

    Returns:
        the n different ids in the order of first sight, and their mean scores.

    Raises:
        DataError: the lengths differ.

    Example:
        >>> mean_by_item(["a", "b", "a"], [1, 1, 0])
        (('a', 'b'), (0.5, 1.0))
    """
    if len(ids) != len(scores):
        raise DataError(f"{len(ids)} ids cannot name {len(scores)} scores.")
    answers: dict[object, list[float]] = {}
    for name, score in zip(ids, scores, strict=True):
        answers.setdefault(name, []).append(float(score))
    return tuple(answers), tuple(float(np.mean(own)) for own in answers.values())


def _by_id(
    ids: Sequence[object], scores: Sequence[float], side: str
) -> dict[object, float]:
    if len(ids) != len(scores):
        raise DataError(f"{len(ids)} ids cannot name {len(scores)} scores {side}.")
    name, times = Counter(ids).most_common(1)[0] if ids else (None, 0)
    if times > 1:
        raise DataError(
            f"item {name!r} occurs {times} times {side}; average its answers first "
            "with mean_by_item."
        )
    return dict(zip(ids, map(float, scores), strict=True))
