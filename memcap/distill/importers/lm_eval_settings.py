"""What a results file of lm-evaluation-harness says of the terms of its run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from memcap.distill.importers.reading import as_text, part

_TASK_SETTINGS = (
    "dataset_path",
    "dataset_name",
    "output_type",
    "generation_kwargs",
    "repeats",
    "filter_list",
)
_RUN_SETTINGS = (
    "lm_eval_version",
    "system_instruction_sha",
    "chat_template_sha",
    "fewshot_as_multiturn",
)
_CONFIG_SETTINGS = ("limit", "gen_kwargs", "fewshot_seed")
_PROVENANCE = (
    "date",
    "git_hash",
    "model_source",
    "transformers_version",
    "total_evaluation_time_seconds",
)
_CONFIG_PROVENANCE = (
    "model",
    "model_args",
    "model_num_parameters",
    "model_dtype",
    "model_revision",
    "model_sha",
    "batch_size",
    "random_seed",
    "numpy_seed",
    "torch_seed",
)


def settings(
    results: Mapping[str, Any], tasks: tuple[str, ...], file: Path
) -> dict[str, str]:
    """What two runs must share to be compared on equal terms.

    Args:
        results: the results file.
        tasks: those whose items are in the run.
        file: of the results, for messages.

    Raises:
        DataError: the results are not laid out as the harness writes them.
    """
    config = part(results, "config", where=file)
    found = {name: results.get(name) for name in _RUN_SETTINGS}
    found |= {name: config.get(name) for name in _CONFIG_SETTINGS}
    for task in tasks:
        prefix = f"{task}:" if len(tasks) > 1 else ""
        own = part(results, "configs", task, where=file)
        found |= {prefix + name: own.get(name) for name in _TASK_SETTINGS}
        found[f"{prefix}version"] = part(results, "versions", where=file).get(task)
        found[f"{prefix}n-shot"] = part(results, "n-shot", where=file).get(task)
    return as_text(found)


def provenance(
    results: Mapping[str, Any], tasks: tuple[str, ...], file: Path
) -> dict[str, str]:
    """Where a run comes from.

    Args:
        results: the results file.
        tasks: those whose items are in the run.
        file: whose name is kept.

    Raises:
        DataError: the results are not laid out as the harness writes them.
    """
    config = part(results, "config", where=file)
    found = {name: results.get(name) for name in _PROVENANCE}
    found |= {name: config.get(name) for name in _CONFIG_PROVENANCE}
    hashes = part(results, "task_hashes", where=file)
    found["task_hash"] = {task: hashes[task] for task in tasks if task in hashes}
    found["file"] = file.name
    return as_text(found)
