"""What a results file of lighteval says of the terms of its run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from memcap.distill.importers.reading import as_text

_SETTINGS = (
    "version",
    "generation_size",
    "generation_grammar",
    "stop_sequence",
    "num_samples",
    "few_shots_split",
    "few_shots_select",
    "hf_repo",
    "hf_subset",
    "evaluation_splits",
)
_GENERAL_SETTINGS = ("num_fewshot_seeds", "max_samples", "lighteval_sha")
_MODEL_SETTINGS = ("generation_parameters", "system_prompt")
_PROVENANCE = (
    "job_id",
    "start_time",
    "end_time",
    "total_evaluation_time_secondes",
    "model_config",
    "model_sha",
    "model_dtype",
    "model_size",
)


def config(results: Mapping[str, Any], task: str) -> Mapping[str, Any]:
    """What the results say of the task; older ones leave out the number of examples."""
    tasks = results.get("config_tasks", {})
    return tasks.get(task) or tasks.get(task.rsplit("|", 1)[0]) or {}


def settings(results: Mapping[str, Any], task: str) -> dict[str, str]:
    """What two runs must share to be compared on equal terms."""
    general = results.get("config_general", {})
    own = config(results, task)
    found = {name: own.get(name) for name in _SETTINGS}
    found |= {name: general.get(name) for name in _GENERAL_SETTINGS}
    model = general.get("model_config") or {}
    found |= {name: model.get(name) for name in _MODEL_SETTINGS}
    return as_text(found)


def provenance(results: Mapping[str, Any], task: str, file: Path) -> dict[str, str]:
    """Where a run comes from."""
    general = results.get("config_general", {})
    found = {name: general.get(name) for name in _PROVENANCE}
    summary = results.get("summary_tasks", {}).get(task, {})
    found["hashes"] = summary.get("hashes")
    found["file"] = file.name
    return as_text(found)
