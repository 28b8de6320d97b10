"""Records of distillation runs: read, checked, grouped by what was compared.

One record is one student distilled on one arm's data. It must hold the accuracy before
distillation: a gain over nothing is refused.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from memcap.core.errors import CorruptFileError, ProtocolError
from memcap.distill.records import SCHEMA, Records
from memcap.distill.statistics import PairedTable

# Arms of one teacher's own chains, each with its own estimand.
TEACHER_ARMS = ("all_correct", "intersection", "count_matched")
_COUNTS = ("items", "lost", "won", "both")
_NEEDED = ("task", "student", "arm", "filter", "budget", "after", "n_cot", "updates")
# Accuracies may have been rounded to six digits when they were written.
_ROUNDED = 1e-6

K = TypeVar("K")


@dataclass(frozen=True)
class Run:
    """One record.

    Args:
        record: as read, every field of the schema present.
    """

    record: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.record.get(name)

    @property
    def arm(self) -> str:
        """The data arm."""
        return self["arm"]

    @property
    def seed(self) -> int:
        """Seed of the student, shared by its arms."""
        return self["student"]["seed"]

    @property
    def student(self) -> tuple[int, int]:
        """Parameters of the student and the updates before distillation."""
        return self["student"]["parameters"], self["student"]["pretrain_updates"] or 0

    @property
    def teacher(self) -> Mapping[str, Any] | None:
        """The teacher; None for gold chains and the student's own."""
        return self["teacher"]

    @property
    def source(self) -> str:
        """Name of the teacher, or the arm where there is none."""
        return self.teacher["name"] if self.teacher else self.arm

    @property
    def size(self) -> float:
        """Parameters of the teacher; 0 where there is none or it is a mixture."""
        return (self.teacher or {}).get("parameters") or 0

    @property
    def table(self) -> PairedTable:
        """The test items before and after."""
        both, lost, won = self["both"], self["lost"], self["won"]
        return PairedTable(both, lost, won, self["items"] - both - lost - won)

    @property
    def gain(self) -> float:
        """Accuracy after less before, on the same items."""
        return self.table.gain

    @property
    def floor(self) -> float:
        """The best score of any shortcut."""
        floors = self["floors"] or {}
        return max((float(Fraction(value)) for value in floors.values()), default=0.0)

    @property
    def asked(self) -> int:
        """The size of the data: chains of a pilot, otherwise questions of the pool."""
        dropped = sum((self["dropped"] or {}).values())
        return self["pilot"] or self["n_cot"] + dropped

    @property
    def setting(self) -> tuple[str, str, str, str]:
        """What may stand in one report: task, its parameters, filter and budget."""
        parameters = json.dumps(self["task_parameters"] or {}, sort_keys=True)
        return self["task"], parameters, self["filter"] or "", self["budget"] or ""


def check(record: Mapping[str, Any], where: str = "the record") -> Run:
    """Take a record, or say what is wrong with it.

    Args:
        record: one record.
        where: what to call it in a message.

    Raises:
        ProtocolError: it lacks the score before distillation.
        CorruptFileError: its schema is another, or its numbers contradict each other.
    """
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
    missing = [name for name in (*_NEEDED, *_COUNTS) if record.get(name) is None]
    if missing:
        raise CorruptFileError(f"{where} lacks '{missing[0]}'; repeat its run.")
    _check_counts(record, where)
    return Run(record)


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


def read(path: Path | str) -> tuple[Run, ...]:
    """Read a file of records, or the ``records.jsonl`` of a folder.

    Raises:
        ProtocolError: a record lacks the score before distillation.
        CorruptFileError: there are no records, or a line is not one.
    """
    path = Path(path)
    path = path / "records.jsonl" if path.is_dir() else path
    if not path.is_file():
        raise CorruptFileError(
            f"{path} is not there; give the folder of memcap distill run, or a .jsonl "
            "file of its records."
        )
    rows = Records(path).rows()
    if not rows:
        raise CorruptFileError(
            f"{path} holds no records; run memcap distill run first."
        )
    return tuple(
        check(row, f"record {number} of {path}") for number, row in enumerate(rows, 1)
    )


def grouped(runs: Iterable[Run], key: Callable[[Run], K]) -> dict[K, tuple[Run, ...]]:
    """Runs by a key, groups and runs in the order of first sight."""
    groups: dict[K, list[Run]] = {}
    for run in runs:
        groups.setdefault(key(run), []).append(run)
    return {name: tuple(members) for name, members in groups.items()}


def ordered(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Runs by student, arm, size of the teacher, teacher and seed."""

    def rank(run: Run) -> tuple[Any, ...]:
        return run.student, run.arm, run.size, run.source, run.seed

    return tuple(sorted(runs, key=rank))


def with_teacher(runs: Iterable[Run], arm: str | None = None) -> tuple[Run, ...]:
    """Runs on a teacher's own chains, of one arm or of all three."""
    arms = TEACHER_ARMS if arm is None else (arm,)
    return tuple(run for run in runs if run.teacher and run.arm in arms)


def label(student: tuple[int, int], among: Sequence[tuple[int, int]]) -> str:
    """A student in words; its updates are named where they tell it from others.

    Example:
        >>> label((25984, 525), [(25984, 525), (6848, 525)])
        '25,984 parameters'
    """
    size, updates = student
    twins = {other for other in among if other[0] == size}
    return f"{size:,} parameters" + (f", {updates:,} updates" if len(twins) > 1 else "")
