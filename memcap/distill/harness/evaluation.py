"""A decoder judged on a test set by lm-evaluation-harness, with its logs."""

from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.harness.lm import decoder_lm, part_of_harness
from memcap.distill.harness.task_files import write_task
from memcap.distill.tasks.base import Task
from memcap.nn import Decoder, DecoderConfig


@dataclass(frozen=True)
class HarnessRun:
    """What the harness found and where it wrote it.

    Args:
        accuracy: share of right answers by filter, ``exact_match`` of the harness.
        results: ``results_*.json``.
        samples: ``samples_*.jsonl``, one line for each item and filter.
    """

    accuracy: Mapping[str, float]
    results: Path
    samples: Path


def evaluate(
    model: Decoder,
    config: DecoderConfig,
    task: Task,
    questions: np.ndarray,
    out_folder: Path,
    *,
    name: str,
    seed: int = 0,
) -> HarnessRun:
    """Have the harness ask a decoder questions and write its logs.

    Both files are those of the harness's command line with ``--log_samples`` and
    ``--output_path OUT_FOLDER``, written by the harness itself. The task is loaded from
    its folder, which is the working folder of the process meanwhile.

    Args:
        model: the decoder.
        config: its configuration.
        task: the task.
        questions: `[N, question_length]` ids, the items.
        out_folder: logs go to ``NAME/`` in it, the task's files to ``tasks/``.
        name: of the model, such as ``memcap/student-before``.
        seed: of tokens that are drawn, where the task asks for that.

    Raises:
        MissingPackageError: lm_eval is not installed.
        DataError: the questions do not fit, or the harness could not write its files.
    """
    lm = decoder_lm(model, config, task, seed=seed)
    out_folder = Path(out_folder)
    path = write_task(task, questions, out_folder / "tasks")
    tracker = part_of_harness("lm_eval.loggers").EvaluationTracker(
        output_path=str(out_folder)
    )
    found = _asked(lm, path, tracker, name)
    samples = found.pop("samples")
    tracker.save_results_aggregated(results=found, samples=samples)
    tracker.save_results_samples(task_name=path.stem, samples=samples[path.stem])
    return _run(found["results"][path.stem], path.stem, tracker, out_folder)


def _asked(lm: Any, path: Path, tracker: Any, name: str) -> dict[str, Any]:
    # Names of files in a YAML count from the working folder, not from the YAML.
    with chdir(path.parent):
        manager = part_of_harness("lm_eval.tasks").TaskManager(
            include_path=".", include_defaults=False
        )
        task = manager.load([path.stem])["tasks"][path.stem]
    return part_of_harness("lm_eval").simple_evaluate(
        model=lm,
        model_args={"pretrained": name},
        tasks=[task],
        log_samples=True,
        # As the command line says it; there are no shots.
        fewshot_as_multiturn=None,
        evaluation_tracker=tracker,
        task_manager=manager,
    )


def _run(
    found: Mapping[str, Any], task: str, tracker: Any, out_folder: Path
) -> HarnessRun:
    folder = out_folder / tracker.general_config_tracker.model_name_sanitized
    # The tracker logs a failure to write and goes on.
    date = getattr(tracker, "date_id", "")
    results = folder / f"results_{date}.json"
    samples = folder / f"samples_{task}_{date}.jsonl"
    for file in (results, samples):
        if not file.is_file():
            raise DataError(f"the harness could not write {file}; see its log.")
    accuracy = {
        key.partition(",")[2]: float(value)
        for key, value in found.items()
        if key.startswith("exact_match,")
    }
    return HarnessRun(accuracy, results, samples)
