"""Whether a record of a distillation can be used: its fields, counts and items."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

from memcap.core.errors import CorruptFileError, ProtocolError
from memcap.distill.protocol import unpacked
from memcap.distill.records import SCHEMA
from memcap.distill.statistics import PairedScores, PairedTable

_COUNTS = ("items", "lost", "won", "both")
# Accuracies may have been rounded to six digits when they were written.
_ROUNDED = 1e-6


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_whole(value) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, float) and isfinite(value) or _is_whole(value)


def _is_share(value: Any) -> bool:
    try:
        return 0 <= Fraction(value) <= 1
    except (TypeError, ValueError, ArithmeticError):
        return False


_KINDS: dict[str, Callable[[Any], bool]] = {
    "a whole number": _is_whole,
    "a whole number from 0 on": _is_count,
    "a finite number": _is_number,
    "a share from 0 to 1": _is_share,
    "a text": lambda value: isinstance(value, str),
    "an object": lambda value: isinstance(value, Mapping),
}
# A dot leads into an object; what stands below * are all its values.
_NEEDED = {
    "task": "a text",
    "student": "an object",
    "student.parameters": "a whole number from 0 on",
    "student.seed": "a whole number",
    "arm": "a text",
    "filter": "a text",
    "budget": "a text",
    "n_cot": "a whole number from 0 on",
    "updates": "a whole number from 0 on",
    "before": "a finite number",
    "after": "a finite number",
    "items": "a whole number",
    "lost": "a whole number",
    "won": "a whole number",
    "both": "a whole number",
    "teacher.name": "a text",
}
_OPTIONAL = {
    "task_parameters": "an object",
    "student.pretrain_updates": "a whole number from 0 on",
    "teacher": "an object",
    "teacher.parameters": "a whole number from 0 on",
    "teacher.accuracy": "a share from 0 to 1",
    "pilot": "a whole number from 0 on",
    "dropped": "an object",
    "dropped.*": "a whole number from 0 on",
    "mean_cot_tokens": "a finite number",
    "trace_cost_bits_per_token": "a finite number",
    "right_before": "a text",
    "right_after": "a text",
    "floors": "an object",
    "floors.*": "a share from 0 to 1",
    "hashes": "an object",
    "versions": "an object",
}


def check_record(record: Mapping[str, Any], where: str) -> None:
    """Raise what `distill_rows.check` promises; `where` names it in the message."""
    if record.get("schema") != SCHEMA:
        raise CorruptFileError(
            f"{where} has schema {record.get('schema')!r}, not {SCHEMA}; run memcap "
            "distill run again."
        )
    if record.get("before") is None:
        raise ProtocolError(
            f"{where} has no score before distillation; measure the undistilled "
            "student on the same items, with the same prompt and scorer."
        )
    _check_fields(record, where)
    _check_counts(record, where)
    _check_items(record, where)


def scores_of(record: Mapping[str, Any]) -> PairedScores | None:
    """Every test item before and after; None where only counts are known.

    Raises:
        ValueError: the digits do not tell that many items.
    """
    before, after = record.get("right_before"), record.get("right_after")
    if before is None or after is None:
        return None
    both = (unpacked(text, record["items"]).tolist() for text in (before, after))
    return PairedScores.of(*both)


def _check_fields(record: Mapping[str, Any], where: str) -> None:
    # Objects come before what is in them.
    for path, kind in sorted((_NEEDED | _OPTIONAL).items()):
        for value in _values(record, path):
            if value is None and path in _OPTIONAL:
                continue
            if value is None:
                raise CorruptFileError(f"{where} lacks '{path}'; repeat its run.")
            if not _KINDS[kind](value):
                raise CorruptFileError(
                    f"{where} has {value!r:.40} for '{path}', not {kind}; repeat its "
                    "run."
                )


def _values(record: Mapping[str, Any], path: str) -> list[Any]:
    """What a path leads to; nothing where the object itself is absent."""
    above, _, name = path.rpartition(".")
    owner = record.get(above) if above else record
    if owner is None:
        return [] if above in _OPTIONAL else [None]
    return list(owner.values()) if name == "*" else [owner.get(name)]


def _check_counts(record: Mapping[str, Any], where: str) -> None:
    items, lost, won, both = (record[name] for name in _COUNTS)
    if items < 1 or min(lost, won, both, items - lost - won - both) < 0:
        raise CorruptFileError(
            f"{where} counts {both} right twice, {lost} lost and {won} won of {items} "
            "items, which cannot be; repeat its run."
        )
    for name, right in (("before", both + lost), ("after", both + won)):
        if abs(record[name] - right / items) > _ROUNDED:
            raise CorruptFileError(
                f"{where} has accuracy {record[name]} {name}, but its counts say "
                f"{right} of {items}; repeat its run."
            )


def _check_items(record: Mapping[str, Any], where: str) -> None:
    """Where single items are told, they must add up to the counts."""
    try:
        scores = scores_of(record)
    except ValueError as error:
        raise CorruptFileError(
            f"{where} tells its items wrongly: {error}; repeat its run."
        ) from error
    if scores is None:
        return
    table = PairedTable.of(scores)
    if (table.lost, table.won, table.both) != tuple(record[n] for n in _COUNTS[1:]):
        raise CorruptFileError(
            f"{where} tells items that do not add up to its counts; repeat its run."
        )
