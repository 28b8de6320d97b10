"""A study of distillation from first weights to records. Read `run` first.

Each distillation is one line of ``records.jsonl``; teachers and undistilled students
lie beside it in ``networks``. A killed study goes on where it stopped: on a CPU the
records are then the same, but for their wall times.
"""

import time
import warnings
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from memcap.distill import arms, budgets
from memcap.distill.distillation import distil
from memcap.distill.records import Records, Row
from memcap.distill.rows import row_of
from memcap.distill.stage import Stage, Tell, prepare, silent
from memcap.distill.students import measured
from memcap.distill.study_config import Cell, StudyConfig

# Distillations between two writes: a kill costs at most these.
_CHUNK = 16


def run(
    config: StudyConfig, folder: Path | str, tell: Tell | None = None
) -> tuple[Row, ...]:
    """Pre-train, let teachers write, distil, and measure against the undistilled.

    Args:
        config: the study.
        folder: for records and networks; what is there already is not repeated.
        tell: called as the study goes on.

    Returns:
        the records of this study, in the order of its cells.

    Raises:
        DataError: the task has too few questions, or a training diverged.
        CorruptFileError: a file in the folder is not what was written.
    """
    folder, tell = Path(folder), tell or silent
    records = Records(folder / "records.jsonl")
    done, cells = records.keys(), config.cells()
    missing = [cell for cell in cells if config.key(cell) not in done]
    if missing:
        stage = prepare(config, folder, tell)
        _warn(stage)
        stored = 0
        for rows in _distilled(stage, missing):
            for row in rows:
                records.append(row)
            stored += len(rows)
            tell("distillation", stored, len(missing))
    found = {row["key"]: row for row in records.rows()}
    return tuple(found[config.key(cell)] for cell in cells)


def _distilled(stage: Stage, missing: Sequence[Cell]) -> Iterator[list[Row]]:
    """Records of a few cells at a time; cells of one shape go side by side."""
    config, jobs = stage.config, stage.jobs
    longest = max(1, *(job.budget.updates for job in jobs.values()))
    for shape in _by_shape(missing):
        for start in range(0, len(shape), _CHUNK):
            cells = shape[start : start + _CHUNK]
            clock = time.perf_counter()
            ends = distil(
                config.task,
                [jobs[cell] for cell in cells],
                config.distillation,
                len(stage.questions.pool),
                longest,
            )
            scores = [measured(config.task, end, stage.questions) for end in ends]
            seconds = (time.perf_counter() - clock) / len(cells)
            yield [
                row_of(stage, cell, end, after, seconds)
                for cell, end, after in zip(cells, ends, scores, strict=True)
            ]


def _by_shape(cells: Sequence[Cell]) -> list[list[Cell]]:
    def shape(cell: Cell) -> tuple[int, int]:
        return cell.student.width, cell.student.layers

    return [list(own) for _, own in groupby(sorted(cells, key=shape), key=shape)]


def _warn(stage: Stage) -> None:
    """Say which data agree, and which updates do not."""
    config, first = stage.config, stage.config.students[0]
    jobs = {c.label: job for c, job in stage.jobs.items() if c.student == first}
    alike = [
        arms.all_correct(config.task, stage.questions, taught.pool, config.keep)
        for taught in stage.teachers.values()
    ]
    sentences = list(arms.identical(alike)) if alike else []
    uneven = budgets.mismatch({name: job.budget.updates for name, job in jobs.items()})
    sentences += [uneven] if uneven else []
    for sentence in sentences:
        warnings.warn(sentence, RuntimeWarning, stacklevel=3)
