"""What one distillation gave, field by field."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from memcap.distill.arms import ESTIMANDS
from memcap.distill.distillation import Job
from memcap.distill.lens import trace_cost
from memcap.distill.networks import Trained
from memcap.distill.protocol import Scores, packed, paired
from memcap.distill.records import Row
from memcap.distill.stage import Stage
from memcap.distill.study_cells import Cell
from memcap.distill.tasks.base import cot_table_bits, direct_table_bits
from memcap.distill.teachers import Taught, Teacher


def row_of(stage: Stage, cell: Cell, job: Job, end: Trained, after: Scores) -> Row:
    """All that is kept of one distillation.

    Args:
        stage: what stood before it.
        cell: which distillation.
        job: its data and budget.
        end: the distilled student.
        after: its scores.

    Raises:
        ProtocolError: the scores before distillation are of other items.
    """
    setting, questions = stage.setting, stage.questions
    arm, task = job.arm, setting.task
    table = paired(job.start.scores, after)
    cost = trace_cost(task, job.start.trained.model, arm.questions, arm.tails)
    return {
        "task": task.name,
        "task_parameters": asdict(task),  # pyright: ignore[reportArgumentType]
        "student": _student(cell, end),
        "teacher": _teacher(cell, stage.teachers),
        "arm": cell.arm,
        "estimand": ESTIMANDS[cell.arm],
        "filter": setting.keep,
        "budget": setting.match,
        "pilot": cell.pilot,
        "n_cot": arm.count,
        "dropped": dict(arm.dropped),
        "spurious_rate": arm.spurious_rate,
        "mean_cot_tokens": arm.mean_tokens,
        **asdict(job.budget),
        "loss": end.loss if job.budget.updates else None,
        "items": table.items,
        "before": table.before,
        "after": table.after,
        "lost": table.lost,
        "won": table.won,
        "both": table.both,
        "right_before": packed(job.start.scores.right),
        "right_after": packed(after.right),
        "floors": {name: float(value) for name, value in task.floors().items()},
        "trace_cost_bits": cost.bits if cost.chains else None,
        "trace_cost_bits_per_token": cost.per_token,
        "cot_table_bits": cot_table_bits(task),
        "direct_table_bits": direct_table_bits(task, arm.count),
        "hashes": {
            "pool": questions.pool_hash,
            "test": questions.test_hash,
            "data": arm.hash,
        },
    }


def _student(cell: Cell, end: Trained) -> dict[str, Any]:
    return {
        "width": end.config.width,
        "layers": end.config.layers,
        "heads": end.config.heads,
        "parameters": end.config.parameters,
        "seed": cell.student.seed,
        "pretrain_updates": cell.student.updates,
    }


def _teacher(cell: Cell, teachers: Mapping[Teacher, Taught]) -> dict[str, Any] | None:
    """The teacher; of a mixture only the name, for the rest is of two."""
    if cell.teacher is None and cell.mixture is None:
        return None
    if cell.teacher is None:
        assert cell.mixture is not None
        return dict.fromkeys(_TEACHER) | {"name": cell.mixture.name}
    taught = teachers[cell.teacher]
    config, pool = taught.trained.config, taught.pool
    found = {
        **asdict(cell.teacher),
        "name": cell.teacher.name,
        "heads": config.heads,
        "parameters": config.parameters,
        "updates": cell.teacher.updates,
        "accuracy": taught.accuracy,
        "answer_correct": int(pool.right.sum()),
        "chain_valid": int(pool.valid.sum()),
    }
    return {name: found[name] for name in _TEACHER}


_TEACHER = (
    "name",
    "width",
    "layers",
    "heads",
    "parameters",
    "seed",
    "style",
    "temperature",
    "noise",
    "updates",
    "accuracy",
    "answer_correct",
    "chain_valid",
)
