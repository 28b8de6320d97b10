"""What an evaluation harness measured, in one form for all of them."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from memcap.core.errors import DataError

Join = Literal["document", "id"]
_SEED = re.compile(r"[-_./ ]?seed[-_=]?(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a run.

    Args:
        id: its name within the task.
        score: in [0, 1]; the mean where it was answered several times.
        n: answers averaged.
        document: SHA-256 of the source document; None where unknown.
        target: SHA-256 of the target; None where unknown.
        prompt: SHA-256 of what the model read; None where unknown.
    """

    id: str
    score: float
    n: int = 1
    document: str | None = None
    target: str | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """The scores of one model on one task.

    Args:
        source: the harness, such as ``lm_eval``.
        model: name of the model.
        task: name of the task.
        filter: how answers were read off; ``none`` without one.
        metric: what the score is.
        items: one a document, ids all different.
        join: whether items of two runs are matched by document or by id.
        seed: of the training run; None where unknown.
        settings: what two runs must share to be compared on equal terms.
        provenance: where the run comes from: versions, dates, arguments.
        unscored: ids of items without a score, left out of `items`.
        warnings: what the reader should know.

    Raises:
        DataError: there are no items, two share an id, or a score is not in [0, 1].

    Example:
        >>> items = (Item("a", 1.0), Item("b", 0.0))
        >>> Run("plain", "student", "sums", "none", "correct", items).accuracy
        0.5
    """

    source: str
    model: str
    task: str
    filter: str
    metric: str
    items: tuple[Item, ...] = field(repr=False)
    join: Join = "id"
    seed: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    provenance: Mapping[str, str] = field(default_factory=dict, repr=False)
    unscored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"{self.model} on {self.task}"
        if not self.items:
            raise DataError(f"{where} has no scored item; give at least one.")
        name, times = Counter(item.id for item in self.items).most_common(1)[0]
        if times > 1:
            raise DataError(
                f"{where} has item '{name}' {times} times; keep one answer a line, or "
                "average repeated answers first."
            )
        for item in self.items:
            if not 0 <= item.score <= 1:
                raise DataError(
                    f"{where}, item '{item.id}' has {self.metric} = {item.score}, "
                    "which is not in [0, 1]; choose a metric that is."
                )

    @property
    def accuracy(self) -> float:
        """The mean score over items."""
        return sum(item.score for item in self.items) / len(self.items)

    @property
    def whole(self) -> bool:
        """Whether every score is 0 or 1."""
        return all(item.score in (0.0, 1.0) for item in self.items)

    @property
    def label(self) -> str:
        """Model and seed."""
        known = self.seed is None or seed_in(self.model) == self.seed
        return self.model if known else f"{self.model}, seed {self.seed}"


def seed_in(name: str) -> int | None:
    """The seed that a name tells, the last one if it tells several.

    Example:
        >>> seed_in("student-72b-seed3"), seed_in("student")
        (3, None)
    """
    found = _SEED.findall(name)
    return int(found[-1]) if found else None


def without_seed(name: str) -> str:
    """A name less its seed: what runs of one recipe have in common.

    Example:
        >>> without_seed("student-72b-seed3")
        'student-72b'
    """
    return _SEED.sub("", name) or name
