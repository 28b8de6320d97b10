"""Across teachers and students: what goes with a gain, and where the best teacher is.

The regression takes all three arms with teachers: matched counts and equal questions
are what tells the number of traces from the accuracy of the teacher.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np

from memcap.analysis.distill_rows import Run, grouped, label, with_teacher
from memcap.analysis.distill_teachers import knobs, teacher_runs
from memcap.core.errors import DataError
from memcap.distill.statistics import (
    GainRegression,
    MixedRegression,
    TeacherLaw,
    TeacherRuns,
    curve_shape,
    fit_law,
    gain_regression,
    guard,
    mixed_regression,
)
from memcap.distill.statistics.law import LAW_STUDENTS

_FEWEST_CLUSTERS = 3
_TERMS: dict[str, Callable[[Run], float | None]] = {
    "log2 teacher parameters": lambda run: log2(run.size) if run.size else None,
    "teacher accuracy": lambda run: (run.teacher or {}).get("accuracy"),
    "log2 traces": lambda run: log2(run["n_cot"]) if run["n_cot"] else None,
    "tokens of a trace": lambda run: run["mean_cot_tokens"],
    "trace cost, bits per token": lambda run: run["trace_cost_bits_per_token"],
}


@dataclass(frozen=True)
class Trends:
    """Fits, each with the sentence that replaces it where it was refused.

    Args:
        regression: of gain on teacher and data; None where refused.
        left_out: terms that do not vary, or that records lack.
        regression_note: the result, or why there is none.
        mixed: the same terms with an intercept drawn for every student seed; None where
            refused.
        mixed_note: the result, or why there is none.
        law: size of the best teacher against size of the student; None where refused
            or where fewer than three students have their best teacher inside.
        law_note: the result, or why there is none.
        shapes: for each student the shape of its gain over the size of the teacher, in
            words, or why there is none.
    """

    regression: GainRegression | None
    left_out: tuple[str, ...]
    regression_note: str
    mixed: MixedRegression | None
    mixed_note: str
    law: TeacherLaw | None
    law_note: str
    shapes: tuple[str, ...]


def trends(runs: Sequence[Run], level: float = 0.95) -> Trends:
    """Fit all."""
    taught = with_teacher(runs)
    terms = _terms(taught)
    regression, note = _regression(taught, terms, 1 - level)
    mixed, mixed_note = _mixed(taught, terms, 1 - level)
    own = _widest(runs)
    law, law_note = _law(own, level)
    return Trends(
        regression=regression,
        left_out=tuple(name for name in _TERMS if name not in terms),
        regression_note=note,
        mixed=mixed,
        mixed_note=mixed_note,
        law=law,
        law_note=law_note,
        shapes=_shapes(own, 1 - level),
    )


def _terms(runs: Sequence[Run]) -> dict[str, list[float]]:
    """Terms that every run has and that vary."""
    columns = {name: [value(run) for run in runs] for name, value in _TERMS.items()}
    return {
        name: [float(value) for value in column if value is not None]
        for name, column in columns.items()
        if runs and None not in column and np.ptp(np.array(column, dtype=float)) > 0
    }


def _seeds(runs: Sequence[Run]) -> list[tuple[object, ...]]:
    return [(*run.student, run.seed) for run in runs]


def _regression(
    runs: Sequence[Run], terms: dict[str, list[float]], alpha: float
) -> tuple[GainRegression | None, str]:
    clusters = _seeds(runs)
    enough = len(set(clusters)) >= _FEWEST_CLUSTERS
    try:
        found = gain_regression(
            [run.gain for run in runs],
            terms,
            students=[run.student for run in runs],
            clusters=clusters if enough else None,
            alpha=alpha,
        )
    except DataError as error:
        return None, guard(f"Regression not fitted: {error}")
    return found, found.sentence


def _mixed(
    runs: Sequence[Run], terms: dict[str, list[float]], alpha: float
) -> tuple[MixedRegression | None, str]:
    try:
        found = mixed_regression(
            [run.gain for run in runs],
            terms,
            _seeds(runs),
            students=[run.student for run in runs],
            alpha=alpha,
        )
    except DataError as error:
        return None, guard(f"Mixed model not fitted: {error}")
    return found, found.sentence


def _widest(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The series of teachers with most sizes, under all correct chains."""
    series = grouped(with_teacher(runs, "all_correct"), knobs)
    # Size orders teachers of one series alone; the one with most sizes tells most.
    return max(series.values(), key=lambda s: len({run.size for run in s}), default=())


def _shapes(runs: Sequence[Run], alpha: float) -> tuple[str, ...]:
    """A sentence for each student."""
    students = grouped(runs, lambda run: run.student)
    return tuple(
        f"Student of {label(student, tuple(students))}: {_shape(own, alpha)}"
        for student, own in students.items()
    )


def _shape(runs: Sequence[Run], alpha: float) -> str:
    try:
        return curve_shape(teacher_runs(runs), alpha=alpha).sentence
    except DataError as error:
        names = {run.source for run in runs}
        return guard(f"shape not fitted: {error}", names=names)


def _law(runs: Sequence[Run], level: float) -> tuple[TeacherLaw | None, str]:
    try:
        law = fit_law(_best_by_student(runs), level=level)
    except DataError as error:
        return None, guard(f"Best teachers not fitted against students: {error}")
    if law.interior < LAW_STUDENTS:
        points = " ".join(point.sentence for point in law.points)
        return None, guard(
            f"Best teachers not fitted against students: {law.interior} of "
            f"{len(law.points)} students have theirs inside the range, and a fit needs "
            f"{LAW_STUDENTS}. {points}"
        )
    return law, law.sentence


def _best_by_student(runs: Sequence[Run]) -> dict[float, TeacherRuns]:
    """Teachers of each student by size; the student's own size is the key.

    Raises:
        DataError: two students have one size, or teachers have no order.
    """
    students = grouped(runs, lambda run: run.student)
    sizes = [size for size, _ in students]
    if len(set(sizes)) < len(sizes):
        raise DataError("students of one size differ in their updates; choose one.")
    return {size: teacher_runs(own) for (size, _), own in students.items()}
