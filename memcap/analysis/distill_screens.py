"""What the records of a study say of its tasks before distillation.

A task is one setting of parameters. Scores are means over seeds. Records do not hold
the items of teachers, so that gaps have no interval here.
"""

import json
from collections.abc import Sequence
from fractions import Fraction

from memcap.analysis.distill_rows import Run, grouped, label
from memcap.distill.screening import MeasuredTask
from memcap.distill.screens import TaskScores, exact


def measured(
    runs: Sequence[Run],
) -> tuple[tuple[MeasuredTask, ...], dict[str, str]]:
    """Tasks of a study with its undistilled students and its teachers.

    Args:
        runs: records of any settings; pilots count too, since what they say of the
            time before distillation is the same.

    Returns:
        a row for every task and student, and the tasks without a scored teacher with
        what they lack.
    """
    rows, lacking = [], {}
    names = _names(runs)
    for key, own in grouped(runs, _setting).items():
        teachers = _teachers(own)
        if not teachers:
            lacking[names[key]] = "no record of a teacher with its accuracy"
            continue
        students = grouped(own, lambda run: run.student)
        for student, part in students.items():
            words = label(student, tuple(students))
            row = f"{names[key]}, {words}" if len(students) > 1 else names[key]
            rows.append(_measured(row, part, words, teachers))
    return tuple(rows), lacking


def _setting(run: Run) -> tuple[str, str]:
    # Filter and budget come after, so they do not tell tasks apart.
    return run.setting[:2]


def _names(runs: Sequence[Run]) -> dict[tuple[str, str], str]:
    """Tasks by name, and by their parameters where several share one."""
    settings = dict.fromkeys(map(_setting, runs))
    tasks = [task for task, _ in settings]
    return {
        (task, given): f"{task} {_words(given)}" if tasks.count(task) > 1 else task
        for task, given in settings
    }


def _words(given: str) -> str:
    return ", ".join(f"{name} {value}" for name, value in json.loads(given).items())


def _teachers(runs: Sequence[Run]) -> dict[str, Fraction]:
    """Accuracy of every teacher: the mean over its different seeds."""
    found: dict[str, dict[object, Fraction]] = {}
    for run in runs:
        teacher = run.teacher or {}
        if teacher.get("accuracy") is not None:
            seen = found.setdefault(run.source, {})
            seen[run.seed, teacher.get("seed")] = exact(teacher["accuracy"])
    return {name: _mean(list(seen.values())) for name, seen in found.items()}


def _measured(
    name: str, runs: Sequence[Run], student: str, teachers: dict[str, Fraction]
) -> MeasuredTask:
    right = {
        run.seed: Fraction(run.table.both + run.table.lost, run["items"])
        for run in runs
    }
    scores = TaskScores(
        teachers=tuple(teachers.values()),
        student=_mean(list(right.values())),
        floor=exact(max(run.floor for run in runs)) if runs[0]["floors"] else None,
        items=min(run["items"] for run in runs),
    )
    many = len(right) > 1
    return MeasuredTask(
        name=name,
        task=runs[0]["task"],
        student=student,
        teachers=tuple(teachers),
        scores=scores,
        notes=(f"mean over {len(right)} seeds of the student",) if many else (),
    )


def _mean(scores: Sequence[Fraction]) -> Fraction:
    return sum(scores, Fraction()) / len(scores)
