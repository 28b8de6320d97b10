"""A study of distillation as a sweep: from first weights to records. Read `run` first.

Each distillation is a cell. Teachers and undistilled students are trained by whoever
needs them first and kept in the folder ``networks`` beside the records. A killed study
goes on where it stopped: on a CPU the records are then the same, but for their times.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import jax

from memcap.core.errors import MemcapError
from memcap.distill import arms, budgets
from memcap.distill.distillation import distil
from memcap.distill.records import Row, row_of_record
from memcap.distill.rows import row_of
from memcap.distill.stage import Stage, prepare
from memcap.distill.students import measured
from memcap.distill.study_cells import Cell
from memcap.distill.study_config import StudyConfig
from memcap.sweeps import Record, Sweep, driver, record_of, shared_folder

NAME = "distillation"
# Distillations between two writes, the most that a kill costs: on a CPU, where they
# take turns, few; elsewhere enough to fill the device.
_IN_TURN, _AT_ONCE = 16, 256

Finish = Callable[[Sequence[Record], Path], None]


def run(
    config: StudyConfig,
    out: Path | str,
    *,
    engine: str = "local",
    workers: int = 0,
    finish: Finish | None = None,
) -> tuple[Row, ...]:
    """Pre-train, let teachers write, distil, and measure against the undistilled.

    Args:
        config: the study.
        out: folder or URL for records and networks; what is there is not repeated.
        engine: ``local``, ``ray`` or ``slurm``; see `memcap.sweeps`.
        workers: processes; 0 takes this one, or what there is.
        finish: writes what is made of the records into a folder.

    Returns:
        the rows of this study, in the order of its cells.

    Raises:
        MemcapError: a distillation failed, such as of a training that diverged; the
            others are kept.
        CorruptFileError: a file in the folder is not what was written.
    """
    found = sweep({config.name: config.cells()}, finish=finish)
    outcome = driver.run(found, config.name, out, engine, workers)
    if outcome.failed:
        first = outcome.failed[0]
        raise MemcapError(
            f"{len(outcome.failed)} of {outcome.total} distillations failed, such as "
            f"that of {first.config['student']}: {first.reason}"
        )
    rows = tuple(row_of_record(record) for record in outcome.records)
    for sentence in cautions(rows):
        warnings.warn(sentence, RuntimeWarning, stacklevel=2)
    return rows


def sweep(
    sizes: Mapping[str, Sequence[Cell]], name: str = NAME, finish: Finish | None = None
) -> Sweep:
    """Distillations as a sweep, for any of its engines.

    Args:
        sizes: cells of each size; of studies they are `StudyConfig.cells`.
        name: of the sweep, part of the keys of its records.
        finish: see `Sweep`; None makes nothing of the records.
    """
    own = finish or _nothing
    return Sweep(name, sizes, partial(distilled, name), lambda cell: cell.setting, own)


def distilled(name: str, cells: Sequence[Cell]) -> Iterator[Record]:
    """Run cells: what they share is prepared once, students of one shape go together.

    Args:
        name: of the sweep.
        cells: of any studies.
    """
    folder = shared_folder()
    networks = None if folder is None else folder / "networks"
    for own in _parts(cells, lambda cell: repr(cell.setting)):
        stage = prepare(own, networks)
        for shape in _parts(own, lambda c: (c.student.width, c.student.layers)):
            yield from _side_by_side(name, stage, shape)


def _side_by_side(name: str, stage: Stage, cells: Sequence[Cell]) -> Iterator[Record]:
    size = _IN_TURN if jax.default_backend() == "cpu" else _AT_ONCE
    task = stage.setting.task
    for start in range(0, len(cells), size):
        clock, part = time.perf_counter(), cells[start : start + size]
        jobs = [stage.job(cell) for cell in part]
        ends = distil(task, jobs, stage.setting.distillation, len(stage.questions.pool))
        scores = [measured(task, end, stage.questions) for end in ends]
        seconds = round((time.perf_counter() - clock) / len(part), 3)
        for cell, job, end, after in zip(part, jobs, ends, scores, strict=True):
            row = row_of(stage, cell, job, end, after)
            counts = {"parameters": end.config.parameters}
            yield record_of(name, cell, results=row, counts=counts, seconds=seconds)


def _parts(cells: Sequence[Cell], key: Callable[[Cell], Any]) -> list[list[Cell]]:
    return [list(own) for _, own in groupby(sorted(cells, key=key), key=key)]


def cautions(rows: Sequence[Row]) -> tuple[str, ...]:
    """Which teachers wrote the same data, and which updates differ."""
    first = [row for row in rows if row["student"] == rows[0]["student"]]
    whole = [r for r in first if r["arm"] == "all_correct" and r["pilot"] is None]
    hashes = {row["teacher"]["name"]: row["hashes"]["data"] for row in whole}
    uneven = budgets.mismatch({_name(row): row["updates"] for row in first})
    return (*arms.same_data("all_correct", hashes), *([uneven] if uneven else []))


def _name(row: Row) -> str:
    writer = f" of {row['teacher']['name']}" if row["teacher"] else ""
    pilot = f", {row['pilot']} chains" if row["pilot"] else ""
    return f"{row['arm']}{writer}{pilot}"


def _nothing(records: Sequence[Record], folder: Path) -> None:
    """Make nothing of the records."""
