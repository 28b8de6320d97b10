"""From the answers a harness scored to items, each with one score."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from memcap.core.errors import DataError
from memcap.core.words import counted
from memcap.distill.importers.base import Item
from memcap.distill.statistics import mean_by_item

_WORDS = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer before answers to the same item are averaged.

    Args:
        id: of the item.
        score: NaN where the answer was not scored.
        document: hash of the source document.
        target: hash of the target.
        prompt: hash of what the model read.
    """

    id: str
    score: float
    document: str | None = None
    target: str | None = None
    prompt: str | None = None


def items_of(answers: Iterable[Answer]) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """Average the scored answers to each item.

    Returns:
        the items in the order of first sight, and the ids of those without any score.

    Raises:
        DataError: answers to one item differ in their document or target.

    Example:
        >>> items, unscored = items_of([Answer("a", 1.0), Answer("a", 0.0)])
        >>> items[0].score, items[0].n, unscored
        (0.5, 2, ())
    """
    own: dict[str, list[Answer]] = {}
    for answer in answers:
        own.setdefault(answer.id, []).append(answer)
    scored = [a for group in own.values() for a in group if not isnan(a.score)]
    ids, scores = mean_by_item([a.id for a in scored], [a.score for a in scored])
    counts = Counter(a.id for a in scored)
    items = tuple(
        _item(score, counts[str(name)], own[str(name)])
        for name, score in zip(ids, scores, strict=True)
    )
    return items, tuple(name for name in own if not counts[name])


def _item(score: float, n: int, answers: Sequence[Answer]) -> Item:
    first = answers[0]
    if len({(answer.document, answer.target) for answer in answers}) > 1:
        raise DataError(
            f"answers to item '{first.id}' belong to different documents; give every "
            "document an id of its own."
        )
    prompts = sorted({answer.prompt for answer in answers if answer.prompt})
    prompt = digest("".join(prompts)) if len(prompts) > 1 else None
    return Item(
        id=first.id,
        score=score,
        n=n,
        document=first.document,
        target=first.target,
        prompt=prompts[0] if len(prompts) == 1 else prompt,
    )


def said_of(unscored: Sequence[str]) -> list[str]:
    """The warning that items have no score; none where all have one."""
    if not unscored:
        return []
    many = counted(len(unscored), "item")
    return [f"not scored and left out: {many}, such as '{unscored[0]}'"]


def as_score(value: Any, where: str) -> float:
    """A score as a harness wrote it; text that spells a number or a boolean serves.

    Raises:
        DataError: it is neither, such as the parts of a metric over the whole task.

    Example:
        >>> as_score("1.0", "item 0"), as_score(True, "item 1")
        (1.0, 1.0)
    """
    if isinstance(value, str):
        value = _WORDS.get(value.strip().lower(), value)
    if isinstance(value, (bool, int, float, str)):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass
    raise DataError(
        f"{where} has the score {str(value)[:60]!r}, which is no number for one item; "
        "choose a metric that scores every item."
    )


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest_of(value: Any) -> str:
    """SHA-256 of a value as JSON with sorted keys."""
    return digest(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))
