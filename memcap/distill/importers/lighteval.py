"""Results and details of lighteval.

A run has ``results/MODEL/results_DATE.json`` and, with ``--save-details``, one
``details/MODEL/DATE/details_TASK_DATE.parquet`` a task. The documentation names the
columns of the details ``__doc__``, ``__metric__`` and ``__model_response__``, the
program writes them without underscores; both are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path
from typing import Any

from memcap.core.errors import DataError, MissingPackageError
from memcap.distill.importers import lighteval_settings
from memcap.distill.importers.answers import (
    Answer,
    as_score,
    digest,
    digest_of,
    items_of,
    said_of,
)
from memcap.distill.importers.base import Run, seed_in
from memcap.distill.importers.reading import (
    checked,
    choose,
    dated,
    parse_object,
    part,
    read_object,
)


@dataclass(frozen=True, slots=True)
class Details:
    """The details of one task and the results of its run.

    Args:
        file: the table of answers.
        task: as the file name tells it, with the number of examples shown.
        model: name of the model.
        results: of the run; empty where its file is missing.
    """

    file: Path
    task: str
    model: str
    results: Mapping[str, Any] = field(repr=False)


def read_all(
    path: Path,
    *,
    task: str | None = None,
    filter: str | None = None,
    metric: str | None = None,
) -> tuple[Run, ...]:
    """Read the runs in an output folder, or the one of a details file.

    Args:
        path: the output folder, a folder below it, a results or a details file.
        task: as in the results, such as ``gsm8k|0``; None reads every task.
        filter: lighteval has none; anything but ``none`` is refused.
        metric: needed where a task has several.

    Raises:
        DataError: there are no details, the choice is open, or a task is there twice.
        MissingPackageError: pyarrow is not installed.
    """
    path = Path(path)
    choose("filter", filter, ["none"], path)
    found = [_details(file) for file in _files(path)]
    if task is not None:
        choose("task", task, {details.task for details in found}, path)
        found = [details for details in found if details.task == task]
    keys = [(details.model, details.task) for details in found]
    for key in keys:
        if keys.count(key) > 1:
            raise DataError(
                f"{path} holds {keys.count(key)} runs of {key[0]} on {key[1]}; give "
                "the details file of one."
            )
    return tuple(_run(details, metric) for details in found)


def _files(path: Path) -> list[Path]:
    if path.suffix == ".parquet":
        return [path]
    folder, date = path, ""
    if path.is_file():
        date = dated(path)
        above = [parent for parent in path.parents if (parent / "details").is_dir()]
        folder = above[0] if above else path.parent
    found = sorted(folder.rglob("details_*.parquet"))
    found = [file for file in found if not date or dated(file) == date]
    if not found:
        raise DataError(
            f"{path} has no details_*.parquet; evaluate again with --save-details."
        )
    return found


def _details(file: Path) -> Details:
    name, date = file.stem.removeprefix("details_"), dated(file)
    parts = file.parts
    model = file.parent.name
    results: Mapping[str, Any] = {}
    own: list[Path] = []
    if "details" in parts:
        place = len(parts) - 1 - parts[::-1].index("details")
        model = "/".join(parts[place + 1 : -2]) or model
        root = Path(*parts[:place]) if place else Path()
        own = sorted((root / "results").rglob(f"results_{date}.json")) if date else []
        own.sort(key=lambda found: found.parent != root / "results" / model)
        results = read_object(own[0]) if own else {}
    where = own[0] if own else file
    told = part(results, "config_general", where=where, null=True).get("model_name")
    task = name.removesuffix(f"_{date}") if date else name
    return Details(file, task, str(told or model), results)


def _run(details: Details, metric: str | None) -> Run:
    rows = _rows(details.file)
    known = {name for row in rows for name in row["metric"]}
    metric = choose("metric", metric, known, details.file)
    _check_direction(details, metric)
    answers = [_answer(row, metric, details.file) for row in rows]
    _check_ids(answers, details.file)
    items, unscored = items_of(answers)
    scores = [item.score for item in items]
    return Run(
        source="lighteval",
        model=details.model,
        task=details.task,
        filter="none",
        metric=metric,
        items=items,
        seed=seed_in(details.model),
        settings=lighteval_settings.settings(
            details.results, details.task, details.file
        ),
        provenance=lighteval_settings.provenance(
            details.results, details.task, details.file
        ),
        unscored=unscored,
        warnings=(*_doubts(details, metric, scores), *said_of(unscored)),
    )


def _rows(file: Path) -> list[dict[str, Any]]:
    try:
        from pyarrow import ArrowException  # pyright: ignore[reportMissingImports]
        from pyarrow.parquet import (  # pyright: ignore[reportMissingImports]
            read_table,
        )
    except ImportError as error:
        raise MissingPackageError(
            f'{file} is a Parquet table: pip install "memcap[eval]".'
        ) from error
    try:
        # pyarrow's stub does not know that None switches partitioning off.
        rows = read_table(file, partitioning=None).to_pylist()  # pyright: ignore
    except FileNotFoundError as error:
        raise DataError(f"{file} does not exist; check the name.") from error
    except (ArrowException, OSError) as error:
        raise DataError(f"{file} is no readable Parquet table ({error}).") from error
    return [_named(row, file) for row in rows]


def _named(row: Mapping[str, Any], file: Path) -> dict[str, Any]:
    """Columns without underscores; cells that were written as JSON text are read."""
    found = {}
    for name in ("doc", "metric", "model_response"):
        cell = row.get(name, row.get(f"__{name}__"))
        if isinstance(cell, str):
            cell = parse_object(cell, f"{file}, column '{name}'")
        if cell is None and name != "model_response":
            raise DataError(
                f"{file} has no column '{name}' or '__{name}__'; give the details that "
                "lighteval saves."
            )
        found[name] = checked(cell or {}, Mapping, f"{file}: column '{name}'")
    return found


def _answer(row: Mapping[str, Any], metric: str, file: Path) -> Answer:
    doc = row["doc"]
    name = str(doc.get("id"))
    if row["metric"].get(metric) is None:
        raise DataError(f"{file}: document {name} has no metric {metric}.")
    read = row["model_response"].get("input")
    target = {key: doc.get(key) for key in ("choices", "gold_index")}
    return Answer(
        id=name,
        score=as_score(row["metric"][metric], f"document {name}"),
        document=digest(str(doc.get("query"))),
        target=digest_of(target),
        prompt=None if read is None else digest_of(read),
    )


def _check_ids(answers: list[Answer], file: Path) -> None:
    seen: set[str] = set()
    for answer in answers:
        if answer.id in seen:
            raise DataError(f"{file}: document {answer.id} stands there twice.")
        seen.add(answer.id)


def _doubts(details: Details, metric: str, scores: list[float]) -> list[str]:
    """Where the details do not bear out the results beside them."""
    if not details.results:
        return ["no results file beside the details; settings are unknown"]
    where = f"the results of {details.file}"
    row = part(details.results, "results", details.task, where=where, null=True)
    told = row.get(metric)
    own = sum(scores) / len(scores) if scores else 0.0
    if isinstance(told, (int, float)) and not isclose(told, own, abs_tol=1e-9):
        return [f"results state {metric} {told:g}, details give {own:g}"]
    return []


def _check_direction(details: Details, metric: str) -> None:
    config = lighteval_settings.config(details.results, details.task, details.file)
    for told in config.get("metrics") or []:
        if not isinstance(told, Mapping) or told.get("metric_name") != metric:
            continue
        if told.get("higher_is_better") is False:
            raise DataError(
                f"{metric} of {details.task} is better when lower, so its difference "
                "is no gain; choose another metric."
            )
