"""Scores from a table of one's own: CSV with a header, or JSONL.

Columns: ``id`` and ``correct`` (0, 1, a fraction, true or false), and where known
``task``, ``filter``, ``seed`` of the training run and ``prompt_hash``. Rows with
different tasks or seeds are different runs.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from memcap.core.errors import DataError
from memcap.data.files import read_text
from memcap.distill.importers.answers import Answer, as_score, items_of, said_of
from memcap.distill.importers.base import Run, seed_in
from memcap.distill.importers.reading import choose, read_lines

COLUMNS = ("id", "correct", "task", "filter", "seed", "prompt_hash")
_NEEDED = COLUMNS[:2]


def read_all(
    path: Path,
    *,
    task: str | None = None,
    filter: str | None = None,
    metric: str | None = None,
) -> tuple[Run, ...]:
    """Read the runs of one file, one a task and seed.

    Args:
        path: a ``.csv`` or ``.jsonl`` file; its name is the model's.
        task: keep this task; what to call it where the rows do not tell.
        filter: needed where the rows have several.
        metric: there is only ``correct``.

    Raises:
        DataError: a column is missing, a cell cannot be read, or an id occurs twice in
            one run.
    """
    path = Path(path)
    choose("metric", metric, ["correct"], path)
    rows = _csv(path) if path.suffix.lower() == ".csv" else read_lines(path)
    if not rows:
        raise DataError(f"{path} has no rows below its header.")
    for number, row in rows:
        _check(path, number, row)
    rows = _of_task(path, rows, task)
    filter = choose("filter", filter, {_filter(row) for _, row in rows}, path)
    kept = [(number, row) for number, row in rows if _filter(row) == filter]
    keys = [(_task(row, task), _seed(path, number, row)) for number, row in kept]
    ignored = sorted({name for _, row in rows for name in row} - set(COLUMNS))
    warnings = (f"columns not read: {', '.join(ignored)}",) if ignored else ()
    return tuple(
        _run(
            path,
            [kept[i] for i, own in enumerate(keys) if own == key],
            key[0],
            filter,
            key[1],
            warnings,
        )
        for key in dict.fromkeys(keys)
    )


def _of_task(
    path: Path, rows: list[tuple[int, dict[str, Any]]], task: str | None
) -> list[tuple[int, dict[str, Any]]]:
    told = {str(row["task"]) for _, row in rows if row.get("task")}
    if task is None or not told:
        return rows
    choose("task", task, told, path)
    return [(number, row) for number, row in rows if _task(row, None) == task]


def _task(row: Mapping[str, Any], given: str | None) -> str:
    return str(row.get("task") or given or "unnamed")


def _csv(path: Path) -> list[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(
        io.StringIO(read_text(path), newline=""),
        restkey="too many cells",
        strict=True,
    )
    try:
        reader.fieldnames = _header(path, reader.fieldnames or ())
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise DataError(
            f"{path}, line {reader.line_num} is not CSV ({error}); mend the quotes."
        ) from error


def _header(path: Path, given: Sequence[str]) -> list[str]:
    """The names of the columns without spaces around them, none of them twice."""
    names = [name.strip() for name in given]
    lacking = [name for name in _NEEDED if name not in names]
    if names and lacking:
        other = next((mark for mark in ";\t|" if mark in names[0]), None)
        remedy = (
            f"separate its cells with commas, not {other!r}"
            if other
            else ("name its columns id and correct, in lower case")
        )
        raise DataError(
            f"{path} has no column '{lacking[0]}'; its header holds "
            f"{', '.join(map(repr, names))}: {remedy}."
        )
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise DataError(
            f"{path} has {names.count(twice[0])} columns '{twice[0]}'; keep one."
        )
    return names


def _check(path: Path, number: int, row: Mapping[str, Any]) -> None:
    if "too many cells" in row:
        raise DataError(f"{path}, line {number} has more cells than the header.")
    for name in _NEEDED:
        if row.get(name) in (None, ""):
            raise DataError(
                f"{path}, line {number} has no '{name}'; every row needs id and "
                "correct."
            )


def _filter(row: Mapping[str, Any]) -> str:
    return str(row.get("filter") or "none")


def _seed(path: Path, number: int, row: Mapping[str, Any]) -> int | None:
    value = row.get("seed")
    if value in (None, ""):
        return None
    try:
        return int(str(value))
    except ValueError as error:
        raise DataError(
            f"{path}, line {number}: seed {value!r} is no whole number."
        ) from error


def _run(
    path: Path,
    rows: list[tuple[int, dict[str, Any]]],
    task: str,
    filter: str,
    seed: int | None,
    warnings: tuple[str, ...],
) -> Run:
    answers = [
        Answer(
            id=str(row["id"]),
            score=as_score(row["correct"], f"{path}, line {number}"),
            prompt=str(row["prompt_hash"]) if row.get("prompt_hash") else None,
        )
        for number, row in rows
    ]
    _check_once(path, rows)
    items, unscored = items_of(answers)
    return Run(
        source="plain",
        model=path.stem,
        task=task,
        filter=filter,
        metric="correct",
        items=items,
        seed=seed_in(path.stem) if seed is None else seed,
        provenance={"file": path.name},
        unscored=unscored,
        warnings=(*warnings, *said_of(unscored)),
    )


def _check_once(path: Path, rows: list[tuple[int, dict[str, Any]]]) -> None:
    lines: dict[str, int] = {}
    for number, row in rows:
        name = str(row["id"])
        if name in lines:
            raise DataError(
                f"{path}, line {number}: item '{name}' stands in line {lines[name]} "
                "already; write its mean score once, or give the runs a seed each."
            )
        lines[name] = number
