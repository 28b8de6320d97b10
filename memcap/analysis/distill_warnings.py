"""What weakens a study, one sentence each: read before its tables."""

from collections.abc import Sequence

from memcap.analysis.distill_rows import Run, grouped, label
from memcap.distill.budgets import mismatch
from memcap.distill.screens import TaskScores
from memcap.distill.statistics.wording import guard

FEWEST_SEEDS = 3


def warnings(runs: Sequence[Run]) -> tuple[str, ...]:
    """Every warning of one setting."""
    found = (*unequal_updates(runs), *identical_data(runs), *at_floor(runs))
    names = {run.source for run in runs}
    return tuple(
        guard(sentence, names=names) for sentence in (*found, *few_seeds(runs))
    )


def unequal_updates(runs: Sequence[Run]) -> tuple[str, ...]:
    """Arms of one student whose numbers of updates differ by more than 1 %."""
    students = tuple(dict.fromkeys(run.student for run in runs))
    found = []
    for student, own in grouped(runs, lambda run: run.student).items():
        if sentence := mismatch({_arm(run): run["updates"] for run in own}):
            found.append(
                f"Student of {label(student, students)}, {own[0]['budget']} matched: "
                f"{sentence}"
            )
    return tuple(found)


def identical_data(runs: Sequence[Run]) -> tuple[str, ...]:
    """Different sources whose data were the same to the last bit."""
    found = {}
    # One teacher's own arms may well coincide; so may gold and a perfect teacher's.
    for arms in grouped(runs, lambda run: (run.student, run.seed)).values():
        by_data = grouped(arms, lambda run: (run["hashes"] or {}).get("data"))
        for data, same in by_data.items():
            names = tuple(sorted({run.source for run in same}))
            if data is not None and len(names) > 1:
                found.setdefault(names, None)
    return tuple(
        f"Identical data: {', '.join(names)} gave the student the same sequences, so "
        "they cannot differ; give teachers different styles or temperatures."
        for names in found
    )


def at_floor(runs: Sequence[Run]) -> tuple[str, ...]:
    """A task on which scores are not told from the best shortcut."""
    floor = max(run.floor for run in runs)
    items = min(run["items"] for run in runs)
    before = max(run["before"] for run in runs)
    known = [run.teacher["accuracy"] for run in runs if run.teacher]
    teachers = [accuracy for accuracy in known if accuracy is not None] or [before]
    if not TaskScores(teachers, before, floor, items).above_floor:
        best, whose = max(*teachers, before), "teacher or undistilled student"
    elif not TaskScores([before], before, floor, items).above_floor:
        best, whose = before, "undistilled student"
    else:
        return ()
    return (
        f"Floor not exceeded: the best {whose} scores {best:.3f}, a shortcut alone "
        f"{floor:.3f}; three standard errors above it are asked for.",
    )


def few_seeds(runs: Sequence[Run]) -> tuple[str, ...]:
    """Cells with fewer than three seeds."""
    cells = grouped(runs, lambda run: (run.student, run.arm, run.source))
    few = [own for own in cells.values() if len({r.seed for r in own}) < FEWEST_SEEDS]
    if not few:
        return ()
    least = min(len({run.seed for run in own}) for own in few)
    return (
        f"Few seeds: {len(few)} of {len(cells)} cells have fewer than {FEWEST_SEEDS} "
        f"(the least {least}); runs of one recipe differ by more than their items "
        "suggest.",
    )


def _arm(run: Run) -> str:
    return run.arm if run.source == run.arm else f"{run.source} {run.arm}"
