"""What ``memcap distill screen`` is given: logs, or the records of a study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from memcap.core.errors import DataError, ProtocolError
from memcap.distill.importers import Run, read_all
from memcap.distill.screening import MeasuredTask
from memcap.distill.screening_logs import measured

_RECORDS = "records.jsonl"


@dataclass(frozen=True)
class Measured:
    """Tasks before distillation, and where their scores come from.

    Args:
        tasks: what can be screened.
        lacking: other tasks, and what they lack.
        origins: what the scores come from.
        warnings: of the logs.
    """

    tasks: tuple[MeasuredTask, ...]
    lacking: Mapping[str, str]
    origins: Mapping[str, str]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """Which of the scores of a log are read.

    Args:
        tasks: names; every task where there are none.
        filters: a filter for all tasks, or ``TASK=FILTER``.
        metrics: a metric for all tasks, or ``TASK=METRIC``.
    """

    tasks: Sequence[str] = ()
    filters: Sequence[str] = ()
    metrics: Sequence[str] = ()

    def read(self, path: Path) -> tuple[Run, ...]:
        """The runs of one log.

        Raises:
            DataError: the log cannot be read, or leaves a choice open.
        """
        found: list[Run] = []
        for task in self.tasks or (None,):
            filter = _of_task("--filter", self.filters, task)
            metric = _of_task("--metric", self.metrics, task)
            found += read_all(path, task=task, filter=filter, metric=metric)
        return tuple(found)


def is_study(base: Path) -> bool:
    """Whether a path is the folder of a study, or the records in it."""
    return (base / _RECORDS).is_file() or base.name == _RECORDS


def of_study(base: Path, given: Mapping[str, object]) -> Measured:
    """The tasks of a study.

    Args:
        base: its folder.
        given: options that are for logs only, and what they were given.

    Raises:
        DataError: one of them was given.
        ProtocolError: no record has a teacher.
    """
    from memcap.analysis import distill_rows, distill_screens

    for name, value in given.items():
        if value:
            raise DataError(
                f"{name} is for logs; the records of {base} hold their teachers, items "
                "and floors, so leave it out."
            )
    tasks, lacking = distill_screens.measured(distill_rows.read(base))
    if not tasks:
        raise ProtocolError(
            f"{base} holds no teacher with an accuracy, so there is nothing to take a "
            "gap from; run a study with teachers."
        )
    return Measured(tasks, lacking, {"study": str(base)})


def of_logs(
    base: Path,
    teachers: Sequence[Path],
    choice: Choice,
    floors: Sequence[str],
    common: bool,
) -> Measured:
    """The tasks of logs.

    Args:
        base: of the student, or students, before distillation.
        teachers: of the candidates.
        choice: what to read of them.
        floors: ``TASK=SCORE``.
        common: go on with the items that all runs of a task share.

    Raises:
        ProtocolError: there is no teacher or no common task, or items differ.
        DataError: a log cannot be read, or a floor is not one of a task.
    """
    if not teachers:
        raise ProtocolError(
            "there is no teacher to take a gap from; give logs of candidates with "
            "--teachers."
        )
    students = choice.read(base)
    others = [run for path in teachers for run in choice.read(path)]
    best = dict(_floor(text) for text in floors)
    tasks, lacking = measured(students, others, floors=best, allow_intersection=common)
    runs = (*students, *others)
    read_as = sorted({f"{r.task}: {r.metric}, filter {r.filter}" for r in runs})
    origins = {
        "student before distillation": str(base),
        "teachers": ", ".join(map(str, teachers)),
        "scores": "; ".join(read_as),
    }
    warnings = [f"{r.label} on {r.task}: {text}" for r in runs for text in r.warnings]
    return Measured(tasks, lacking, origins, tuple(warnings))


def share(text: str, where: str) -> Fraction:
    """A share as typed, exactly: ``0.3`` is three tenths.

    Raises:
        DataError: it is no number.
    """
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise DataError(f"{where} {text} is no number, such as 0.25 or 1/4.") from error


def _floor(text: str) -> tuple[str, Fraction]:
    task, _, score = text.rpartition("=")
    if not task:
        raise DataError(f"--floor {text} is not TASK=SCORE, such as navigate=1/2.")
    return task, share(score, f"--floor {task}:")


def _of_task(option: str, given: Sequence[str], task: str | None) -> str | None:
    """The entry for a task, otherwise the one for all."""
    entries = [text.rpartition("=") for text in given]
    named = {name: value for name, sign, value in entries if sign}
    rest = [value for _, sign, value in entries if not sign]
    if named and task is None:
        raise DataError(
            f"{option} {given[0]} is for one task; name every task to be read with "
            "--task."
        )
    if len(rest) > 1:
        raise DataError(f"{option} is given as {' and '.join(rest)}; give one.")
    return named.get(task or "", rest[0] if rest else None)
