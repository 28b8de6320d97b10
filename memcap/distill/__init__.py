"""Floor 8: CoT distillation; students judged against their own score before it.

    from memcap import distill
    found = distill.compare(base, distilled)       # runs read from harness logs
    distill.run(distill.STUDIES["smoke"], folder)  # teachers, students, arms

Statistics, readers of logs and comparisons need no JAX; names load on first use.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memcap.distill.arms import ARMS as ARMS
    from memcap.distill.arms import ESTIMANDS as ESTIMANDS
    from memcap.distill.budgets import matched as matched
    from memcap.distill.budgets import updates as updates
    from memcap.distill.compare import Distillation as Distillation
    from memcap.distill.compare import compare as compare
    from memcap.distill.importers import Run as Run
    from memcap.distill.importers import read as read
    from memcap.distill.importers import read_all as read_all
    from memcap.distill.lens import capacity_lens as capacity_lens
    from memcap.distill.lens import learned_bits as learned_bits
    from memcap.distill.lens import trace_cost as trace_cost
    from memcap.distill.protocol import paired as paired
    from memcap.distill.records import rows as rows
    from memcap.distill.screens import chance_corrected as chance_corrected
    from memcap.distill.screens import screen as screen
    from memcap.distill.statistics import PairedScores as PairedScores
    from memcap.distill.statistics import bake_off as bake_off
    from memcap.distill.statistics import capacity_gap as capacity_gap
    from memcap.distill.statistics import compare_paired as compare_paired
    from memcap.distill.statistics import fit_law as fit_law
    from memcap.distill.statistics import gain_regression as gain_regression
    from memcap.distill.study import run as run
    from memcap.distill.study_config import StudyConfig as StudyConfig
    from memcap.distill.study_presets import STUDIES as STUDIES
    from memcap.distill.tasks import available as available
    from memcap.distill.tasks import task as task
    from memcap.distill.teachers import Teacher as Teacher

_NAMES = {
    "ARMS": "arms",
    "ESTIMANDS": "arms",
    "matched": "budgets",
    "updates": "budgets",
    "Distillation": "compare",
    "compare": "compare",
    "Run": "importers",
    "read": "importers",
    "read_all": "importers",
    "capacity_lens": "lens",
    "learned_bits": "lens",
    "trace_cost": "lens",
    "paired": "protocol",
    "rows": "records",
    "chance_corrected": "screens",
    "screen": "screens",
    "PairedScores": "statistics",
    "bake_off": "statistics",
    "capacity_gap": "statistics",
    "compare_paired": "statistics",
    "fit_law": "statistics",
    "gain_regression": "statistics",
    "run": "study",
    "StudyConfig": "study_config",
    "STUDIES": "study_presets",
    "available": "tasks",
    "task": "tasks",
    "Teacher": "teachers",
}
__all__ = sorted(_NAMES)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'memcap.distill' has no attribute {name!r}")
    value = getattr(_import_module(f"memcap.distill.{_NAMES[name]}"), name)
    globals()[name] = value
    return value
