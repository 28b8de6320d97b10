"""What a distillation study found: gains, families, capacity gaps, one conclusion.

Estimands are kept apart: teachers are compared inside one arm, never across arms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from memcap.analysis.distill_levels import item_p, levels
from memcap.analysis.distill_rows import (
    TEACHER_ARMS,
    Run,
    check_seeds,
    grouped,
    label,
    ordered,
    with_teacher,
)
from memcap.analysis.distill_teachers import Series, all_series
from memcap.analysis.distill_trends import Trends, trends
from memcap.analysis.distill_warnings import warnings
from memcap.core.errors import DataError, ProtocolError
from memcap.distill.recipes import over_seeds_p
from memcap.distill.statistics import Family, TwoLevels, guard, holm

ALPHA = 0.05


@dataclass(frozen=True)
class Cell:
    """One arm of one student, over its seeds.

    Args:
        student: the student in words.
        runs: one for every seed.
        levels: gain with both intervals.
        p: over seeds, or over items where no cell has two seeds; None where this cell
            has one seed and others have more.
        adjusted: p after Holm among the arms of this student.
    """

    student: str
    runs: tuple[Run, ...]
    levels: TwoLevels
    p: float | None
    adjusted: float | None

    @property
    def arm(self) -> str:
        """The data arm."""
        return self.runs[0].arm

    @property
    def source(self) -> str:
        """The teacher, or the arm where there is none."""
        return self.runs[0].source

    @property
    def direction(self) -> int:
        """1 or -1 where Holm and both intervals agree on it, otherwise 0."""
        found = self.adjusted is not None and self.adjusted < ALPHA
        return self.levels.direction if found else 0

    @property
    def verdict(self) -> str:
        """Gain, loss, or neither, in words."""
        return {1: "gain detected", -1: "loss detected", 0: "not detected"}[
            self.direction
        ]

    def mean(self, name: str) -> float | None:
        """The mean of a field over the seeds that have it."""
        values = [run[name] for run in self.runs if run[name] is not None]
        return sum(values) / len(values) if values else None


@dataclass(frozen=True)
class Summary:
    """One setting: a task with its parameters, one filter, one budget.

    Args:
        runs: in the order of their students, arms and teachers.
        students: names of the students, from small to large.
        cells: one for every student, arm and teacher.
        families: each arm against the student before distillation, by student.
        series: teachers compared by size, inside one student and one arm.
        trends: regression and the line through best teachers.
        warnings: what weakens the study.
    """

    runs: tuple[Run, ...]
    students: tuple[str, ...]
    cells: tuple[Cell, ...]
    families: tuple[tuple[str, Family], ...]
    series: tuple[Series, ...]
    trends: Trends
    warnings: tuple[str, ...]

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms with teachers that were run, in their usual order."""
        there = {run.arm for run in with_teacher(self.runs)}
        return tuple(arm for arm in TEACHER_ARMS if arm in there)

    @property
    def conclusion(self) -> str:
        """The study in one sentence."""
        arm = self.arms[0] if self.arms else None
        cells = [c for c in self.cells if c.arm == arm] if arm else list(self.cells)
        signs = [cell.direction for cell in cells]
        what = f"pairs of student and teacher ({arm})" if arm else "arms"
        found = [series for series in self.series if series.arm == arm]
        return guard(
            f"Against the student before distillation, {signs.count(1)} of "
            f"{len(signs)} {what} show a gain and {signs.count(-1)} a loss, "
            f"{signs.count(0)} show neither; {_gaps(found)}."
        )

    @property
    def advice(self) -> str:
        """What to do with the student, by the rules of the protocol."""
        arm = self.arms[0] if self.arms else ""
        stable = [cell for cell in self.of(arm) if cell.direction > 0]
        if not stable:
            return guard(
                "Keep the undistilled student: a stable net gain was not detected for "
                "any teacher."
            )
        best = max(stable, key=lambda cell: cell.levels.gain)
        scores = [(cell.runs[0].teacher or {})["accuracy"] for cell in self.of(arm)]
        known = [score for score in scores if score is not None]
        spread = f"{max(known) - min(known):.2f}" if known else "an unknown amount"
        return guard(
            f"Largest detected gain under {arm}: {best.levels.gain:+.3f} with "
            f"{best.source} for the student of {best.student}. The teachers' own "
            f"accuracies differ by {spread}; where that is much, take the stronger, "
            "and match capacity only among close ones.",
            names=[best.source],
        )

    def estimand(self, arm: str) -> str:
        """What an arm with a teacher estimates."""
        return next(run["estimand"] for run in self.runs if run.arm == arm) or arm

    def of(self, arm: str) -> tuple[Cell, ...]:
        """The cells of one arm that have a teacher."""
        return tuple(c for c in self.cells if c.arm == arm and c.runs[0].teacher)


def summarize(runs: Sequence[Run], level: float = 0.95) -> Summary:
    """Summarize one setting.

    Args:
        runs: records of one task, one filter and one budget; pilots take no part.
        level: confidence level of intervals.

    Raises:
        ProtocolError: the runs mix settings.
        DataError: there are no runs, or two of one cell share their seeds.
    """
    runs = ordered(run for run in runs if run["pilot"] is None)
    if not runs:
        raise DataError("there are no runs to summarize; run memcap distill run first.")
    settings = {run.setting for run in runs}
    if len(settings) > 1:
        raise ProtocolError(
            f"the records mix {len(settings)} settings of task, filter and budget; "
            "choose one before looking."
        )
    students = tuple(dict.fromkeys(run.student for run in runs))
    cells, families = _cells(runs, students, level)
    return Summary(
        runs=runs,
        students=tuple(label(student, students) for student in students),
        cells=cells,
        families=families,
        series=all_series(runs, ALPHA),
        trends=trends(runs, level),
        warnings=warnings(runs),
    )


def _cells(
    runs: Sequence[Run], students: Sequence[tuple[int, int]], level: float
) -> tuple[tuple[Cell, ...], tuple[tuple[str, Family], ...]]:
    """The cells of all students, each student's arms being one family."""
    cells, families = [], []
    for student, own in grouped(runs, lambda run: run.student).items():
        name = label(student, students)
        parts = grouped(own, lambda run: (run.source, run.arm))
        for part in parts.values():
            check_seeds(part)
        p_values = _p_values(list(parts.values()))
        names = [f"{source}, {arm}" for source, arm in parts]
        known = {n: p for n, p in zip(names, p_values, strict=True) if p is not None}
        family = holm("before", known, alpha=ALPHA)
        adjusted = {row.label: row.adjusted for row in family.rows}
        families.append((name, family))
        cells += [
            Cell(name, part, levels(part, level), p, adjusted.get(member))
            for member, part, p in zip(names, parts.values(), p_values, strict=True)
        ]
    return tuple(cells), tuple(families)


def _p_values(cells: Sequence[Sequence[Run]]) -> list[float | None]:
    # The run is the unit of a claim about a teacher. Only where no cell was repeated
    # is the item all there is, and the claim one about these checkpoints.
    if all(len(cell) == 1 for cell in cells):
        return [item_p(cell[0]) for cell in cells]
    return [
        over_seeds_p([run.gain for run in cell]) if len(cell) > 1 else None
        for cell in cells
    ]


def _gaps(series: Sequence[Series]) -> str:
    tested = [one for one in series if one.gap]
    if not tested:
        return "a capacity gap was not tested for want of teachers or seeds"
    found = [one for one in tested if one.gap and one.gap.detected]
    if not found:
        return f"a capacity gap was not detected in {_counted(tested)}"
    names = ", ".join(f"student of {one.student}" for one in found)
    return f"a capacity gap is detected in {len(found)} of {_counted(tested)} ({names})"


def _counted(series: Sequence[Series]) -> str:
    return f"{len(series)} comparison" + "s" * (len(series) > 1) + " of teachers"
