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

from memcap.analysis.distill_checks import check_record, scores_of
from memcap.core.errors import CorruptFileError, DataError
from memcap.distill.records import rows
from memcap.distill.statistics import PairedScores, PairedTable

# Arms of one teacher's own chains, each with its own estimand.
TEACHER_ARMS = ("all_correct", "intersection", "count_matched")

K = TypeVar("K")
Setting = tuple[str, str, str, str]


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
        return self.arm if self.teacher is None else self.teacher["name"]

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
    def scores(self) -> PairedScores | None:
        """Every test item before and after; None where only counts are known."""
        return scores_of(self.record)

    @property
    def test(self) -> str | None:
        """Hash of the test set, where it is known."""
        return (self["hashes"] or {}).get("test")

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
    def setting(self) -> Setting:
        """What may stand in one report: task, its parameters, filter and budget."""
        parameters = json.dumps(self["task_parameters"] or {}, sort_keys=True)
        return self["task"], parameters, self["filter"], self["budget"]


def check(record: Mapping[str, Any], where: str = "the record") -> Run:
    """Take a record, or say what is wrong with it.

    Args:
        record: one record.
        where: what to call it in a message.

    Raises:
        ProtocolError: it lacks the score before distillation.
        CorruptFileError: its schema is another, a field is missing or of another type,
            or its numbers contradict each other.
    """
    check_record(record, where)
    return Run(record)


def read(path: Path | str) -> tuple[Run, ...]:
    """Read the records of a study's folder or URL, or a file of rows.

    Raises:
        ProtocolError: a record lacks the score before distillation.
        CorruptFileError: there are no records, or a line is not one.
    """
    found = rows(path)
    if not found:
        raise CorruptFileError(
            f"{path} holds no records; run memcap distill run first."
        )
    return tuple(
        check(row, f"record {number} of {path}") for number, row in enumerate(found, 1)
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


def setting_label(setting: Setting, among: Sequence[Setting]) -> str:
    """A setting in words: its task, and what tells it from others.

    Example:
        >>> one = ("parity", '{"bits": 8}', "answer", "updates")
        >>> setting_label(one, [one, ("parity", '{"bits": 8}', "chain", "updates")])
        'parity, filter answer'
    """
    parameters = ", ".join(f"{k} {v}" for k, v in json.loads(setting[1]).items())
    parts = (setting[0], parameters, f"filter {setting[2]}", f"budget {setting[3]}")
    values = zip(*among, strict=True)
    differs = [len(set(own)) > 1 for own in values]
    # The task is named in any case.
    told = zip(parts, (True, *differs[1:]), strict=True)
    return ", ".join(part for part, is_told in told if is_told)


def check_seeds(cell: Sequence[Run]) -> None:
    """Refuse two runs of one cell that share their seeds.

    Args:
        cell: runs of one student, arm, source and number of traces.

    Raises:
        DataError: the seeds of student and teacher are those of an earlier run.
    """
    seeds = [(run.seed, (run.teacher or {}).get("seed")) for run in cell]
    if len(set(seeds)) < len(seeds):
        raise DataError(
            f"{cell[0].source}, {cell[0].arm} has two runs with the same seeds "
            f"{max(seeds, key=seeds.count)}; keep one, a repeated run is no new seed."
        )
