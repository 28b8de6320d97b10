"""Teachers against each other: one student, one arm, from small to large.

Every seed of the student meets every teacher, so differences between teachers are
taken inside a seed. Teachers of one style, temperature and noise form a series; a
teacher trained again from another seed is one more run of the same recipe.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from memcap.analysis.distill_rows import (
    TEACHER_ARMS,
    Run,
    grouped,
    label,
    with_teacher,
)
from memcap.core.errors import DataError
from memcap.distill.recipes import over_seeds_p
from memcap.distill.statistics import (
    CapacityGap,
    Family,
    TeacherRuns,
    capacity_gap,
    guard,
    holm,
)

_KNOBS = ("style", "temperature", "noise")


@dataclass(frozen=True)
class Series:
    """Teachers of one student that differ in size.

    Args:
        student: the student in words.
        arm: the data arm, which fixes the estimand.
        knobs: style, temperature and noise the teachers share, in words.
        runs: of all teachers, smallest first.
        gap: the capacity-gap test of their gains; None where it was refused.
        reason: why it was refused.
        adjacent: each teacher against the next larger one; None without two seeds.
        largest: each intermediate teacher against the largest; None likewise.
    """

    student: str
    arm: str
    knobs: str
    runs: tuple[Run, ...]
    gap: CapacityGap | None
    reason: str
    adjacent: Family | None
    largest: Family | None

    @property
    def several(self) -> bool:
        """Whether there is more than one teacher."""
        return len({run.source for run in self.runs}) > 1

    @property
    def verdict(self) -> str:
        """The label of the gap test, or that it was not done."""
        return self.gap.label if self.gap else "gap not tested"

    @property
    def sentence(self) -> str:
        """The gap test in words."""
        if self.gap is None:
            names = {run.source for run in self.runs}
            return guard(f"gap not tested: {self.reason}", names=names)
        return self.gap.sentence


def all_series(runs: Sequence[Run], alpha: float) -> tuple[Series, ...]:
    """Every series of a study."""
    students = tuple(dict.fromkeys(run.student for run in runs))
    found = []
    for arm in TEACHER_ARMS:
        parts = grouped(with_teacher(runs, arm), lambda r: (r.student, knobs(r)))
        for (student, shared), part in parts.items():
            part = tuple(sorted(part, key=lambda r: (r.size, r.source, r.seed)))
            found.append(_series(label(student, students), arm, shared, part, alpha))
    return tuple(found)


def knobs(run: Run) -> str:
    """What teachers of one series share: style, temperature and noise."""
    teacher = run.teacher or {}
    return ", ".join(f"{name} {teacher.get(name)}" for name in _KNOBS)


def _series(
    student: str, arm: str, shared: str, runs: tuple[Run, ...], alpha: float
) -> Series:
    gap, reason = None, ""
    try:
        tested = teacher_runs(runs)
        gap = capacity_gap(tested.sizes, tested.groups, alpha=alpha)
    except DataError as error:
        reason = str(error)
    by_size = grouped(runs, lambda run: run.size)
    sizes = list(by_size)
    adjacent = list(zip(sizes, sizes[1:], strict=False))
    largest = [(size, sizes[-1]) for size in sizes[1:-1]]
    return Series(
        student,
        arm,
        shared,
        runs,
        gap,
        reason,
        _family("adjacent", by_size, adjacent, alpha),
        _family("largest", by_size, largest, alpha),
    )


def _check_names(runs: Sequence[Run]) -> None:
    """Refuse teachers of one size that differ in more than their seed."""
    for size, own in grouped(runs, lambda run: run.size).items():
        teachers = {run.source: (run.teacher or {}).get("seed") for run in own}
        if len(set(teachers.values())) < len(teachers):
            raise DataError(
                f"teachers {', '.join(teachers)} all have {size:,} parameters, so size "
                "does not order them."
            )


def _family(
    name: str,
    by_size: dict[float, tuple[Run, ...]],
    pairs: Sequence[tuple[float, float]],
    alpha: float,
) -> Family | None:
    p_values = {}
    for small, large in pairs:
        first, second = (_by_seed(by_size[size]) for size in (small, large))
        shared = sorted(first.keys() & second.keys())
        if len(shared) < 2:
            return None
        change = [first[seed] - second[seed] for seed in shared]
        p_values[f"{small:,} against {large:,}"] = over_seeds_p(change)
    return holm(name, p_values, alpha=alpha) if p_values else None


def _by_seed(runs: Sequence[Run]) -> dict[int, float]:
    """Mean gain of every seed of the student."""
    parts = grouped(runs, lambda run: run.seed)
    return {
        seed: float(np.mean([run.gain for run in own])) for seed, own in parts.items()
    }


def teacher_runs(runs: Sequence[Run]) -> TeacherRuns:
    """The gains of one student by the size of the teacher.

    Raises:
        DataError: fewer than three sizes, or a size with one run.
    """
    _check_names(runs)
    by_size = grouped(runs, lambda run: run.size)
    groups = [[run.gain for run in own] for own in by_size.values()]
    return TeacherRuns.of(list(by_size), groups)
