"""What evaluation logs say of tasks before distillation: identical items, all runs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from memcap.core.errors import DataError, ProtocolError
from memcap.core.words import counted
from memcap.distill.importers import Run
from memcap.distill.pairing import Aligned, align, differences
from memcap.distill.screening import MeasuredTask
from memcap.distill.screens import Gap, TaskScores
from memcap.distill.statistics import Interval, largest_gap


def measured(
    students: Sequence[Run],
    teachers: Sequence[Run],
    *,
    floors: Mapping[str, Fraction] | None = None,
    allow_intersection: bool = False,
) -> tuple[tuple[MeasuredTask, ...], Mapping[str, str]]:
    """Score students and teachers on identical items, task by task.

    Args:
        students: undistilled, each on many tasks; every student is screened by itself.
        teachers: the candidates on the same tasks.
        floors: task and the best score of a shortcut on it.
        allow_intersection: go on with the common items where runs differ in theirs.

    Returns:
        a row for every task and student, and the tasks that some run lacks with what
        they lack.

    Raises:
        ProtocolError: there is no student, no teacher or no common task; a run occurs
            twice; runs of one task differ in their items.
        DataError: a floor belongs to no task.
    """
    for who, runs in (("student before distillation", students), ("teacher", teachers)):
        _check_runs(who, runs)
    known = tuple(dict.fromkeys(run.task for run in (*students, *teachers)))
    _check_floors(floors or {}, known)
    names = tuple(dict.fromkeys(run.label for run in teachers))
    rows, lacking = [], {}
    for pupil in (pupils := tuple(dict.fromkeys(run.label for run in students))):
        own = [run for run in students if run.label == pupil]
        for task in known:
            row = f"{task}, {pupil}" if len(pupils) > 1 else task
            # Teachers may be called like a student, so that each side has its own.
            first = {run.label: run for run in own if run.task == task}
            others = {run.label: run for run in teachers if run.task == task}
            missing = [name for name in names if name not in others]
            if missing or not first:
                missing = [*([] if first else [pupil]), *missing]
                lacking[row] = f"no run of {', '.join(missing)}"
                continue
            runs = [first[pupil], *(others[name] for name in names)]
            floor = (floors or {}).get(task)
            rows.append(_measured(row, runs, floor, allow_intersection))
    if not rows:
        reasons = "; ".join(f"{name}: {why}" for name, why in lacking.items())
        raise ProtocolError(f"student and teachers have no task in common ({reasons}).")
    return tuple(rows), lacking


def _check_floors(floors: Mapping[str, Fraction], tasks: Sequence[str]) -> None:
    for name in floors:
        if name not in tasks:
            raise DataError(
                f"there is a floor for '{name}', which is no task of the logs; they "
                f"hold {', '.join(tasks)}."
            )


def _check_runs(who: str, runs: Sequence[Run]) -> None:
    if not runs:
        raise ProtocolError(
            f"there is no {who} to take a gap from; give the log of one on the same "
            "tasks."
        )
    (task, label), times = Counter((r.task, r.label) for r in runs).most_common(1)[0]
    if times > 1:
        raise ProtocolError(
            f"{times} runs on {task} are of a {who} called {label}; give every model "
            "once, under a name of its own."
        )


def _measured(
    name: str, runs: Sequence[Run], floor: Fraction | None, allow_intersection: bool
) -> MeasuredTask:
    try:
        aligned = align(runs, allow_intersection=allow_intersection)
    except ProtocolError as error:
        raise ProtocolError(f"task {runs[0].task}: {error}") from error
    accuracies = [_accuracy(aligned, place) for place in range(len(runs))]
    # By note, so that a note that all teachers share stands there once.
    told: dict[str, list[str]] = {}
    for place in range(1, len(runs)):
        for note in differences(aligned, runs, 0, place):
            told.setdefault(note, []).append(runs[place].label)
    notes = [f"{note} ({', '.join(labels)})" for note, labels in told.items()]
    if aligned.left_out:
        many = counted(aligned.left_out, "item")
        notes.append(f"not in all runs and left out: {many}")
    if aligned.repeated:
        notes.append(f"{aligned.repeated} items repeat a document")
    return MeasuredTask(
        name=name,
        task=runs[0].task,
        student=runs[0].label,
        teachers=tuple(run.label for run in runs[1:]),
        scores=TaskScores(
            tuple(accuracies[1:]), accuracies[0], floor, len(aligned.keys)
        ),
        intervals=_intervals(aligned, len(runs) - 1),
        left_out=aligned.left_out,
        notes=tuple(notes),
    )


def _accuracy(aligned: Aligned, run: int) -> Fraction:
    scores = aligned.scores(run)
    return sum(map(Fraction, scores), Fraction()) / len(scores)


def _intervals(aligned: Aligned, teachers: int) -> dict[Gap, Interval | None]:
    places = range(1, teachers + 1)
    against = [aligned.paired(0, place) for place in places]
    among = [aligned.paired(*pair) for pair in combinations(places, 2)]
    return {
        "teacher_student": largest_gap(against),
        "best_worst": largest_gap(among, both_ways=True) if among else None,
    }
