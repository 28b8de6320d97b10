"""Which harness wrote a path."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from memcap.core.errors import DataError, MemcapError
from memcap.data.files import read_text
from memcap.distill.importers import inspect_ai, lighteval, lm_eval, plain
from memcap.distill.importers.base import Run
from memcap.distill.importers.reading import dated, read_object

HARNESSES: dict[str, Callable[..., tuple[Run, ...]]] = {
    "lm_eval": lm_eval.read_all,
    "lighteval": lighteval.read_all,
    "inspect_ai": inspect_ai.read_all,
    "plain": plain.read_all,
}
_ADVICE = (
    "give the output of lm-evaluation-harness (with --log_samples), of lighteval (with "
    "--save-details) or of inspect-ai, or a CSV or JSONL file with id and correct."
)


def recognise(path: Path) -> str:
    """The harness that wrote a file or folder, a key of `HARNESSES`.

    Raises:
        DataError: none did, or several did.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"{path} does not exist; check the name.")
    found = _folder(path) if path.is_dir() else {_file(path)} - {None}
    if not found:
        raise DataError(f"no harness is known to have written {path}; {_ADVICE}")
    if len(found) > 1:
        raise DataError(
            f"{path} holds output of {' and '.join(sorted(map(str, found)))}; give the "
            "folder of one."
        )
    return str(found.pop())


def read_all(
    path: Path,
    *,
    task: str | None = None,
    filter: str | None = None,
    metric: str | None = None,
) -> tuple[Run, ...]:
    """Read every run of a path, whichever harness wrote it.

    Args:
        path: a file or a folder.
        task: keep this task; None keeps all.
        filter: needed where there are several.
        metric: needed where there are several.

    Raises:
        DataError: no harness is recognised, the path leaves a choice open, or a file
            is not laid out as its harness writes it.
    """
    harness = recognise(path)
    try:
        return HARNESSES[harness](Path(path), task=task, filter=filter, metric=metric)
    except MemcapError:
        raise
    except (AttributeError, LookupError, RecursionError, TypeError) as error:
        # Readers name the field where they can; no log may end in a traceback.
        raise DataError(
            f"{path} is not laid out as {harness} writes it ({error}); evaluate again, "
            "or give a CSV file with id and correct."
        ) from error


def read(
    path: Path,
    *,
    task: str | None = None,
    filter: str | None = None,
    metric: str | None = None,
) -> Run:
    """Read the one run of a path.

    Raises:
        DataError: as `read_all`, or the path holds several runs.
    """
    runs = read_all(path, task=task, filter=filter, metric=metric)
    if len(runs) == 1:
        return runs[0]
    names = ", ".join(f"{run.label} on {run.task}" for run in runs)
    raise DataError(f"{path} holds {len(runs)} runs ({names}); choose one.")


def _folder(path: Path) -> set[str | None]:
    found: set[str | None] = set()
    if next(path.rglob("samples_*.jsonl"), None):
        found.add("lm_eval")
    if next(path.rglob("details_*.parquet"), None):
        found.add("lighteval")
    if next(path.glob("*.eval"), None):
        found.add("inspect_ai")
    # Results without samples are told apart too, so that the right remedy is named.
    return found or {_json(file) for file in path.rglob("*.json")} - {None}


def _file(path: Path) -> str | None:
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        return _jsonl(path)
    if suffix == ".json":
        return _json(path)
    known = {".csv": "plain", ".parquet": "lighteval", ".eval": "inspect_ai"}
    return known.get(suffix)


def _json(path: Path) -> str | None:
    try:
        value = read_object(path)
    except DataError:
        return None
    if "config_general" in value:
        return "lighteval"
    if "eval" in value and "status" in value:
        return "inspect_ai"
    lm_eval_keys = {"configs", "n-shot", "versions", "lm_eval_version"}
    if "results" in value and lm_eval_keys & set(value) and dated(path):
        return "lm_eval"
    return None


def _jsonl(path: Path) -> str | None:
    first: Any = next((s for s in read_text(path).split("\n") if s.strip()), "")
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    if "doc_id" in value:
        return "lm_eval"
    return "plain" if {"id", "correct"} <= set(value) else None
