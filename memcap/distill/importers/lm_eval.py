"""Results and samples of lm-evaluation-harness (0.4).

A run has one ``results_DATE.json`` (or ``STEM_DATE.json`` where the output path ended
in ``.json``) and, with ``--log_samples``, one ``samples_TASK_DATE.jsonl`` a task beside
it. A line is one document under one filter. Lines stand in the order of the processes
that wrote them, and a file may have been appended to, so they are matched by hashes and
repeated ones refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isclose, isnan, nan
from pathlib import Path
from typing import Any

from memcap.core.errors import DataError
from memcap.distill.importers import lm_eval_lines, lm_eval_settings
from memcap.distill.importers.answers import Answer, items_of, said_of
from memcap.distill.importers.base import Run, seed_in
from memcap.distill.importers.lm_eval_lines import Line
from memcap.distill.importers.reading import checked, choose, dated, part, read_object


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The files of one call of the harness.

    Args:
        results: its aggregated results, empty where that file is missing.
        file: of the results; None where it is missing.
        samples: the samples file of each task.
    """

    results: Mapping[str, Any] = field(repr=False)
    file: Path | None
    samples: Mapping[str, Path]

    def leaves(self, task: str) -> tuple[str, ...]:
        """The task itself, or the tasks below a group that has no samples."""
        children = self._below.get(task, ())
        if task in self.samples or not children:
            return (task,)
        return tuple(leaf for child in children for leaf in self.leaves(child))

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups that have tasks."""
        return tuple(name for name, tasks in self._below.items() if tasks)

    @property
    def _below(self) -> Mapping[str, list[str]]:
        """Tasks of each group."""
        name = "group_subtasks"
        found = part(self.results, name, where=self.file)
        return {
            group: [
                checked(task, str, f"{self.file}: a task of '{name}.{group}'")
                for task in part(self.results, name, group, where=self.file, kind=list)
            ]
            for group in found
        }


def read_all(
    path: Path,
    *,
    task: str | None = None,
    filter: str | None = None,
    metric: str | None = None,
) -> tuple[Run, ...]:
    """Read the runs in a folder, or those of one results or samples file.

    Args:
        path: the output folder, one of its files, or a file of samples.
        task: a task or a group; a group gives one run over the items of all its tasks.
            None gives every task that has samples.
        filter: needed where lines have several filters.
        metric: needed where lines have several metrics.

    Returns:
        one run a task.

    Raises:
        DataError: no samples were logged, the choice is open, a document occurs twice,
            or the metric is better when lower.
    """
    path = Path(path)
    evaluations = _evaluations(path)
    known = {name for e in evaluations for name in (*e.samples, *e.groups)}
    if task is not None:
        choose("task", task, known, path)
    wanted = [task] if task else sorted({t for e in evaluations for t in e.samples})
    return tuple(
        _run(_holding(evaluations, name, path), name, filter, metric) for name in wanted
    )


def _evaluations(path: Path) -> list[Evaluation]:
    if path.is_dir():
        files = sorted(path.rglob("*.json")) + sorted(path.rglob("samples_*.jsonl"))
    elif path.exists():
        files = [*path.parent.glob("*.json"), *path.parent.glob("samples_*.jsonl")]
        files = sorted(f for f in files if f == path or dated(f) == dated(path) != "")
    else:
        raise DataError(f"{path} does not exist; check the name.")
    found = _by_call(files)
    if path.suffix == ".jsonl":
        name = _task_of(path)
        found = [Evaluation(e.results, e.file, {name: path}) for e in found]
    if not any(e.samples for e in found):
        raise DataError(
            f"{path} holds no samples_*.jsonl; evaluate again with --log_samples."
        )
    return found


def _by_call(files: list[Path]) -> list[Evaluation]:
    """Files of one call share their folder and the time in their names."""
    calls = sorted({(file.parent, dated(file)) for file in files})
    found = []
    for folder, date in calls:
        own = [f for f in files if (f.parent, dated(f)) == (folder, date)]
        results = [f for f in own if f.suffix == ".json" and date]
        samples = {_task_of(f): f for f in own if f.suffix == ".jsonl"}
        content = read_object(results[0]) if results and samples else {}
        found.append(Evaluation(content, results[0] if results else None, samples))
    return found


def _task_of(file: Path) -> str:
    name = file.stem.removeprefix("samples_")
    return name.rsplit("_", 1)[0] if dated(file) else name


def _holding(evaluations: list[Evaluation], task: str, path: Path) -> Evaluation:
    found = [e for e in evaluations if all(t in e.samples for t in e.leaves(task))]
    if not found:
        raise DataError(
            f"{path}: not every task of the group {task} has samples; evaluate again "
            "with --log_samples."
        )
    if len(found) > 1:
        files = sorted(str(e.file or next(iter(e.samples.values()))) for e in found)
        raise DataError(
            f"{path} holds {task} {len(found)} times; give one of {', '.join(files)}."
        )
    return found[0]


def _run(
    evaluation: Evaluation, task: str, filter: str | None, metric: str | None
) -> Run:
    leaves = evaluation.leaves(task)
    parts = {leaf: lm_eval_lines.read(evaluation.samples[leaf]) for leaf in leaves}
    lines = [line for own in parts.values() for line in own]
    where = f"the samples of {task}"
    filter = choose("filter", filter, {line.filter for line in lines}, where)
    chosen = [line for line in lines if line.filter == filter]
    metric = choose("metric", metric, {m for line in chosen for m in line.scores}, task)
    warnings = []
    answers = []
    for leaf, own in parts.items():
        _check_direction(evaluation, leaf, metric)
        chosen = lm_eval_lines.only(own, filter, evaluation.samples[leaf])
        prefix = f"{leaf}:" if len(leaves) > 1 else ""
        made = [lm_eval_lines.answer(line, metric, prefix) for line in chosen]
        answers += made
        warnings += _doubts(evaluation, leaf, own, metric, filter, made)
    items, unscored = items_of(answers)
    warnings += said_of(unscored)
    hashed = all(item.document and item.target for item in items)
    if not hashed:
        warnings.append("lines without a document: items are matched by doc_id alone")
    model = _model(evaluation, next(iter(parts)))
    file = evaluation.file or evaluation.samples[next(iter(parts))]
    return Run(
        source="lm_eval",
        model=model,
        task=task,
        filter=filter,
        metric=metric,
        items=items,
        join="document" if hashed else "id",
        seed=seed_in(model),
        settings=lm_eval_settings.settings(evaluation.results, leaves, file),
        provenance=lm_eval_settings.provenance(evaluation.results, leaves, file),
        unscored=unscored,
        warnings=tuple(warnings),
    )


def _check_direction(evaluation: Evaluation, task: str, metric: str) -> None:
    higher = part(evaluation.results, "higher_is_better", task, where=evaluation.file)
    if higher.get(metric) is False:
        raise DataError(
            f"{metric} of {task} is better when lower, so its difference is no gain; "
            "choose another metric."
        )


def _doubts(
    evaluation: Evaluation,
    task: str,
    lines: list[Line],
    metric: str,
    filter: str,
    answers: list[Answer],
) -> list[str]:
    """Where the samples do not bear out the results beside them."""
    results, found = evaluation.results, []
    if not results:
        return [f"{task}: no results file beside the samples; settings are unknown"]
    told = part(results, "task_hashes", where=evaluation.file).get(task)
    if told is not None and told != lm_eval_lines.task_hash(lines):
        found.append(f"{task}: the samples do not have the hash the results state")
    row = part(results, "results", task, where=evaluation.file)
    mean = row.get(f"{metric},{filter}")
    scores = [answer.score for answer in answers if not isnan(answer.score)]
    own = sum(scores) / len(scores) if scores else nan
    if isinstance(mean, (int, float)) and not isclose(mean, own, abs_tol=1e-9):
        found.append(f"{task}: results state {metric} {mean:g}, samples give {own:g}")
    count = part(results, "n-samples", task, where=evaluation.file).get("effective")
    if count is not None and count != len(answers):
        found.append(f"{task}: results state n = {count}, samples have {len(answers)}")
    return found


def _model(evaluation: Evaluation, task: str) -> str:
    name = evaluation.results.get("model_name")
    return str(name) if name else evaluation.samples[task].parent.name
