"""Logs of inspect-ai, ``.json`` and ``.eval``.

A score of NaN says that an answer was not scored; it is left out, not counted as wrong.
With several epochs the answers to an item are averaged, so that the item stays the
unit.
"""

from collections.abc import Mapping
from math import isclose, nan
from pathlib import Path
from typing import Any

from memcap.core.errors import DataError
from memcap.distill.importers import eval_archive
from memcap.distill.importers.answers import (
    Answer,
    as_score,
    digest_of,
    items_of,
    said_of,
)
from memcap.distill.importers.base import Run, seed_in
from memcap.distill.importers.reading import as_text, checked, choose, part, read_object

_LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
_SETTINGS = (
    "task_version",
    "task_args",
    "solver",
    "solver_args",
    "model_generate_config",
)
_CONFIG_SETTINGS = ("limit", "epochs", "epochs_reducer", "message_limit", "token_limit")
_PROVENANCE = (
    "created",
    "eval_id",
    "run_id",
    "task_id",
    "task_file",
    "revision",
    "packages",
    "tags",
)


def read_all(
    path: Path,
    *,
    task: str | None = None,
    filter: str | None = None,
    metric: str | None = None,
) -> tuple[Run, ...]:
    """Read one log, or every log of a folder.

    Args:
        path: a log or a folder of logs.
        task: keep the logs of this task only.
        filter: inspect has none; anything but ``none`` is refused.
        metric: the scorer, or ``scorer.key`` where a scorer gives several values;
            needed where a log has several.

    Raises:
        DataError: a log did not end in success, the choice is open, or two logs of a
            folder are of the same model and task.
        MissingPackageError: this Python cannot unpack the log.
    """
    path = Path(path)
    choose("filter", filter, ["none"], path)
    logs = [(file, _log(file)) for file in (_files(path) if path.is_dir() else [path])]
    if task is not None:
        choose("task", task, {log["eval"]["task"] for _, log in logs}, path)
        logs = [(file, log) for file, log in logs if log["eval"]["task"] == task]
    runs = tuple(_run(file, log, metric) for file, log in logs)
    names = [(run.model, run.task) for run in runs]
    for name in names:
        if names.count(name) > 1:
            raise DataError(
                f"{path} holds {names.count(name)} logs of {name[0]} on {name[1]}; "
                "give one of them."
            )
    return runs


def _files(path: Path) -> list[Path]:
    found = sorted([*path.glob("*.eval"), *path.glob("*.json")])
    if not found:
        raise DataError(f"{path} holds no .eval and no .json log.")
    return found


def _log(file: Path) -> dict[str, Any]:
    """The whole log, refused unless it ended in success."""
    packed = file.suffix == ".eval"
    log = eval_archive.read(file) if packed else read_object(file)
    if not isinstance(log.get("eval"), Mapping) or "status" not in log:
        raise DataError(f"{file} is no log of inspect-ai.")
    if log["status"] != "success":
        raise DataError(
            f"{file} has status '{log['status']}'; only a run that ended in success "
            "can be compared, so run it again."
        )
    if log.get("invalidated"):
        raise DataError(f"{file} was marked invalid; run it again.")
    if not log.get("samples"):
        raise DataError(f"{file} holds no samples; run it with log_samples.")
    for name in ("model", "task"):
        if not part(log, "eval", name, where=file, kind=str):
            raise DataError(f"{file} has no 'eval.{name}'; run it again.")
    for number, sample in enumerate(part(log, "samples", where=file, kind=list), 1):
        _check_sample(sample, f"{file}, sample {number}")
    return log


def _check_sample(sample: Any, where: str) -> None:
    if checked(sample, Mapping, where).get("id") is None:
        raise DataError(f"{where} has no 'id'; run it again.")
    for name in part(sample, "scores", where=where, null=True):
        part(sample, "scores", name, where=where)
    for message in part(sample, "messages", where=where, kind=list, null=True):
        checked(message, Mapping, f"{where}: one of 'messages'")


def _run(file: Path, log: Mapping[str, Any], metric: str | None) -> Run:
    samples, spec = log["samples"], log["eval"]
    known = {name for sample in samples for name in _scores(sample)}
    metric = choose("scorer", metric, known, file)
    warnings: list[str] = []
    answers = [_answer(sample, metric, warnings) for sample in samples]
    _check_epochs(file, samples)
    items, unscored = items_of(answers)
    warnings += said_of(unscored)
    warnings += _doubts(file, log, metric, [item.score for item in items])
    return Run(
        source="inspect_ai",
        model=str(spec["model"]),
        task=str(spec["task"]),
        filter="none",
        metric=metric,
        items=items,
        seed=seed_in(str(spec["model"])),
        settings=_settings(file, log),
        provenance=_provenance(file, spec),
        unscored=unscored,
        warnings=tuple(warnings),
    )


def _check_epochs(file: Path, samples: list[Mapping[str, Any]]) -> None:
    seen: set[tuple[str, str]] = set()
    for sample in samples:
        key = (str(sample["id"]), str(sample.get("epoch", 1)))
        if key in seen:
            raise DataError(f"{file} has sample '{key[0]}' twice in epoch {key[1]}.")
        seen.add(key)


def _scores(sample: Mapping[str, Any]) -> dict[str, Any]:
    """Value of each scorer; a scorer with several values gives one name each."""
    found = {}
    for name, score in (sample.get("scores") or {}).items():
        value = score.get("value")
        if isinstance(value, Mapping):
            found |= {f"{name}.{key}": part for key, part in value.items()}
        else:
            found[name] = value
    return found


def _answer(sample: Mapping[str, Any], metric: str, warnings: list[str]) -> Answer:
    name = str(sample["id"])
    scored = not sample.get("error") and not sample.get("invalidation")
    value = _scores(sample).get(metric, nan) if scored else nan
    return Answer(
        id=name,
        score=_value(value, name, warnings),
        document=_content(sample.get("input")),
        target=_content(sample.get("target")),
        prompt=_prompt(sample.get("messages")),
    )


def _value(value: Any, name: str, warnings: list[str]) -> float:
    """The number inspect takes a value for: what it cannot read counts as 0."""
    if isinstance(value, str) and value in _LETTERS:
        return _LETTERS[value]
    if isinstance(value, list):
        raise DataError(f"sample '{name}' has a list of scores; choose another scorer.")
    try:
        return as_score(value, f"sample '{name}'")
    except DataError:
        warnings.append(f"sample '{name}' has the score {value!r}, taken for 0")
        return 0.0


def _content(value: Any) -> str | None:
    """Hash of a text or of messages; None where a part is stored elsewhere."""
    if isinstance(value, list):
        value = [
            [part.get("role"), part.get("content")] if "role" in part else part
            for part in value
            if isinstance(part, Mapping)
        ] or value
    stored_elsewhere = "attachment://" in str(value)
    return None if value is None or stored_elsewhere else digest_of(value)


def _prompt(messages: list[Mapping[str, Any]] | None) -> str | None:
    """Hash of the messages before the first answer."""
    if not messages:
        return None
    told = [i for i, one in enumerate(messages) if one.get("role") == "assistant"]
    # Examples shown to the model are told apart by their source, where it is recorded.
    made = [i for i in told if messages[i].get("source") == "generate"]
    first = (made or told or [len(messages)])[0]
    return _content(list(messages[:first])) if first else None


def _doubts(
    file: Path, log: Mapping[str, Any], metric: str, scores: list[float]
) -> list[str]:
    """Where the samples do not bear out the accuracy that the log states."""
    where = f"{file}: one of 'results.scores'"
    for score in part(log, "results", "scores", where=file, kind=list, null=True):
        checked(score, Mapping, where)
        told = part(score, "metrics", "accuracy", where=where, null=True).get("value")
        usual = score.get("reducer") in (None, "mean")
        if score.get("name") != metric or not usual or not scores:
            continue
        own = sum(scores) / len(scores)
        if isinstance(told, (int, float)) and not isclose(told, own, abs_tol=1e-9):
            return [f"the log states accuracy {told:g}, its samples give {own:g}"]
    return []


def _settings(file: Path, log: Mapping[str, Any]) -> dict[str, str]:
    spec = log["eval"]
    config = part(log, "eval", "config", where=file, null=True)
    packages = part(log, "eval", "packages", where=file, null=True)
    found = {name: spec.get(name) for name in _SETTINGS}
    found |= {name: config.get(name) for name in _CONFIG_SETTINGS}
    found["plan"] = part(log, "plan", where=file, null=True).get("steps")
    found["inspect_ai"] = packages.get("inspect_ai")
    return as_text(found)


def _provenance(file: Path, spec: Mapping[str, Any]) -> dict[str, str]:
    found = {name: spec.get(name) for name in _PROVENANCE}
    dataset = part({"eval": spec}, "eval", "dataset", where=file, null=True)
    # The ids of all samples would fill a page.
    found["dataset"] = {n: v for n, v in dataset.items() if n != "sample_ids"}
    return as_text(found | {"file": file.name})
