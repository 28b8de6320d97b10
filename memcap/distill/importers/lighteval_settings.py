"""What a results file of lighteval says of the terms of its run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from memcap.distill.importers.reading import as_text, part

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


def config(results: Mapping[str, Any], task: str, file: Path) -> Mapping[str, Any]:
    """What the results say of the task; older ones leave out the number of examples."""
    names = (task, task.rsplit("|", 1)[0])
    found = (
        part(results, "config_tasks", name, where=_beside(file), null=True)
        for name in names
    )
    return next(filter(None, found), {})


def settings(results: Mapping[str, Any], task: str, file: Path) -> dict[str, str]:
    """What two runs must share to be compared on equal terms."""
    general = part(results, "config_general", where=_beside(file), null=True)
    own = config(results, task, file)
    found = {name: own.get(name) for name in _SETTINGS}
    found |= {name: general.get(name) for name in _GENERAL_SETTINGS}
    path = ("config_general", "model_config")
    model = part(results, *path, where=_beside(file), null=True)
    found |= {name: model.get(name) for name in _MODEL_SETTINGS}
    return as_text(found)


def provenance(results: Mapping[str, Any], task: str, file: Path) -> dict[str, str]:
    """Where a run comes from."""
    where = _beside(file)
    general = part(results, "config_general", where=where, null=True)
    found = {name: general.get(name) for name in _PROVENANCE}
    summary = part(results, "summary_tasks", task, where=where, null=True)
    found["hashes"] = summary.get("hashes")
    found["file"] = file.name
    return as_text(found)


def _beside(file: Path) -> str:
    return f"the results of {file}"
