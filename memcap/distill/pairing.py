"""The items that runs share, matched by what the harness recorded of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from memcap.core.errors import ProtocolError
from memcap.core.words import counted
from memcap.distill.importers import Item, Run
from memcap.distill.importers.base import Join
from memcap.distill.statistics import PairedScores


@dataclass(frozen=True, slots=True)
class Aligned:
    """Runs on their common items.

    Args:
        keys: `[n]` the common items, ordered as in the first run, or by its ids where
            documents are matched.
        items: for each run, in the order given, its items by key.
        left_out: items that some run has and some run lacks.
        repeated: common items whose document occurs more than once.
    """

    keys: tuple[str, ...] = field(repr=False)
    items: tuple[Mapping[str, Item], ...] = field(repr=False)
    left_out: int
    repeated: int

    def scores(self, run: int) -> list[float]:
        """`[n]` scores of one run."""
        return [self.items[run][key].score for key in self.keys]

    def paired(self, before: int, after: int) -> PairedScores:
        """Two of the runs, item by item."""
        keys = list(self.keys)
        return PairedScores.of(
            self.scores(before), self.scores(after), before_ids=keys, after_ids=keys
        )

    def prompts_changed(self, before: int, after: int) -> int | None:
        """Common items on which the prompts differ; None where they are not recorded.

        An item that only one run has a prompt hash for does not count as changed.
        """
        first, second = self.items[before], self.items[after]
        known = [
            (first[key].prompt, second[key].prompt)
            for key in self.keys
            if first[key].prompt and second[key].prompt
        ]
        return sum(old != new for old, new in known) if known else None

    def repeats_changed(self, before: int, after: int) -> bool:
        """Whether the runs answered some item a different number of times."""
        first, second = self.items[before], self.items[after]
        return any(first[key].n != second[key].n for key in self.keys)


def align(runs: Sequence[Run], *, allow_intersection: bool = False) -> Aligned:
    """Match the items of all runs, by document where each knows it, otherwise by id.

    Documents that occur several times in one run are matched in the order of their
    ids.

    Args:
        runs: the first gives the order of the items.
        allow_intersection: go on with the common items where the sets differ.

    Raises:
        ProtocolError: runs differ in harness, task, filter or metric; one id names
            different documents; nothing is common, or not everything is and
            `allow_intersection` is off.
    """
    for name in ("source", "task", "filter", "metric"):
        _check_same(runs, name)
    join: Join = "document" if all(r.join == "document" for r in runs) else "id"
    items = tuple(_keyed(run, join) for run in runs)
    if join == "id":
        _check_documents(runs, items)
    every = {key for own in items for key in own}
    keys = tuple(key for key in items[0] if all(key in own for own in items))
    if not keys:
        raise ProtocolError(
            f"{_labels(runs)} have no item in common; score the same items."
        )
    if len(keys) < len(every) and not allow_intersection:
        raise ProtocolError(_difference(runs, items, len(keys)))
    documents = Counter(items[0][key].document for key in keys)
    repeated = sum(n for name, n in documents.items() if name and n > 1)
    return Aligned(keys, items, len(every) - len(keys), repeated)


def differences(
    aligned: Aligned, runs: Sequence[Run], before: int, after: int
) -> tuple[str, ...]:
    """What makes two of the runs less than comparable, a phrase each.

    Args:
        aligned: the runs on their common items.
        runs: the same runs in the same order.
        before: place of the first of the two.
        after: place of the second.
    """
    found = []
    changed = aligned.prompts_changed(before, after)
    if changed is None:
        found.append("prompts not recorded")
    elif changed:
        found.append(
            f"prompt changed on {changed} of {counted(len(aligned.keys), 'item')}"
        )
    first, second = runs[before].settings, runs[after].settings
    names = dict.fromkeys([*first, *second])
    differing = [name for name in names if first.get(name) != second.get(name)]
    if differing:
        found.append(f"settings differ: {', '.join(differing)}")
    if aligned.repeats_changed(before, after):
        found.append("answers per item differ")
    return tuple(found)


def _check_same(runs: Sequence[Run], name: str) -> None:
    first = runs[0]
    for run in runs:
        own, other = getattr(first, name), getattr(run, name)
        if own != other:
            raise ProtocolError(
                f"{first.label} has {name} '{own}', {run.label} has {name} '{other}'; "
                "a gain needs one and the same."
            )


def _keyed(run: Run, join: Join) -> dict[str, Item]:
    if join == "id":
        return {item.id: item for item in run.items}
    # Ids are numbers as text: shorter ones come first.
    ordered = sorted(run.items, key=lambda item: (len(item.id), item.id))
    found: dict[str, Item] = {}
    seen: Counter[tuple[str | None, str | None]] = Counter()
    for item in ordered:
        key = (item.document, item.target)
        found[f"{item.document}:{item.target}:{seen[key]}"] = item
        seen[key] += 1
    return found


def _check_documents(runs: Sequence[Run], items: Sequence[Mapping[str, Item]]) -> None:
    for run, own in zip(runs[1:], items[1:], strict=True):
        for key, item in own.items():
            first = items[0].get(key)
            if first is None:
                continue
            pairs = ((first.document, item.document), (first.target, item.target))
            if any(old and new and old != new for old, new in pairs):
                raise ProtocolError(
                    f"item '{key}' of {runs[0].label} and of {run.label} are different "
                    "documents; score the same version of the task."
                )


def _difference(
    runs: Sequence[Run], items: Sequence[Mapping[str, Item]], common: int
) -> str:
    first, rest = items[0], list(zip(runs[1:], items[1:], strict=True))
    run, own = next(pair for pair in rest if set(pair[1]) != set(first))
    lost = [first[key].id for key in first if key not in own]
    new = [own[key].id for key in own if key not in first]
    are = "is" if len(lost) == 1 else "are"
    notes = _unscored(lost, run) + _unscored(new, runs[0])
    return (
        f"{counted(len(lost), 'item')} {are} in {runs[0].label} only and {len(new)} in "
        f"{run.label} only, such as '{(lost or new)[0]}'{notes}; score the same items, "
        f"or allow the comparison on the {common} that all runs share."
    )


def _unscored(lacking: Sequence[str], run: Run) -> str:
    """Items a run was asked but has no score for are not missing from its log."""
    found = [name for name in lacking if name in run.unscored]
    named = ", ".join(f"'{name}'" for name in found[:3]) + ", ..." * (len(found) > 3)
    return f"; {run.label} holds {named} without a score (NaN)" if found else ""


def _labels(runs: Sequence[Run]) -> str:
    return " and ".join(dict.fromkeys(run.label for run in runs))
