"""The report of ``memcap distill screen``, and the screens in a study's report."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from memcap.analysis.distill_screen_figure import figure
from memcap.analysis.report.cells import Cell, Table, number
from memcap.analysis.report.distill_page import (
    Page,
    Section,
    drawing,
    ends,
    html,
    share,
    signed,
)
from memcap.core.canonical import write_atomically
from memcap.core.words import counted
from memcap.distill.screening import MeasuredTask, Screening
from memcap.distill.screens import GAPS, WORDS

COMMAND = "memcap distill screen"
SCHEMA = 1
# Asked for in the literature; here it drops nothing unless it is chosen.
YARDSTICK = Fraction(3, 10)
_WHOM = {"teacher_student": "the student", "best_worst": "teachers"}
_WORDS = ("undistilled student", "floor", "over items")
_FIGURE = (
    "A task a line: the undistilled student, every teacher, and the floor where it is "
    "known. Hollow grey marks: tasks that are dropped. A hollow arrow marks what the "
    "best teacher must reach where a least gap was asked for."
)
_CAPTION = (
    "Scores before any distillation, on the same items for all models of a task. "
    "Intervals are over items and allow for choosing the teachers by these scores "
    "(Bonferroni over the pairs of one task, not over tasks)."
)


def rows_of(found: Screening) -> list[dict[str, Any]]:
    """One flat row a task, of plain values; what is not known is None."""
    return [_row(found, task) for task in found.tasks]


def _row(found: Screening, task: MeasuredTask) -> dict[str, Any]:
    scores = task.scores
    made: dict[str, Any] = {
        "name": task.name,
        "task": task.task,
        "student": task.student,
        "items": scores.items,
        "left_out": task.left_out,
        "accuracy": float(scores.student),
        "teachers": {
            name: float(score)
            for name, score in zip(task.teachers, scores.teachers, strict=True)
        },
        "worst_teacher": task.worst[0],
        "best_teacher": task.best[0],
    }
    for gap in GAPS:
        interval = task.intervals.get(gap)
        made[f"{gap}_gap"] = float(task.gap(gap))
        made[f"{gap}_low"] = interval.low if interval else None
        made[f"{gap}_high"] = interval.high if interval else None
    return made | {
        "floor": None if scores.floor is None else float(scores.floor),
        "above_floor": scores.above_floor,
        "kept": task.name in found.screen.kept,
        "reason": found.screen.dropped.get(task.name),
        "notes": list(task.notes),
    }


def content(found: Screening) -> dict[str, Any]:
    """Everything that was found, as values for JSON."""
    return {
        "schema": SCHEMA,
        "threshold": None if found.threshold is None else float(found.threshold),
        "between": found.between,
        "floor_checked": found.floor,
        "kept": list(found.screen.kept),
        "dropped": dict(found.screen.dropped),
        "unscreened": dict(found.unscreened),
        "rows": rows_of(found),
        "sentences": list(found.sentences),
        "warnings": list(found.warnings),
    }


def to_json(found: Screening) -> str:
    """`content` as JSON text."""
    return json.dumps(content(found), indent=1, ensure_ascii=False, allow_nan=False)


def to_csv(found: Screening) -> str:
    """The rows as CSV; teachers and notes are JSON inside their cells."""
    stream = io.StringIO()
    rows = rows_of(found)
    writer = csv.DictWriter(stream, ["schema", *rows[0]], lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        nested = {name: json.dumps(row[name]) for name in ("teachers", "notes")}
        writer.writerow({"schema": SCHEMA, **row, **nested})
    return stream.getvalue()


def page(
    found: Screening, command: str = COMMAND, origins: Mapping[str, str] | None = None
) -> Page:
    """The page of one screening.

    Args:
        found: what was screened.
        command: what made it.
        origins: name of a run, and where it comes from.
    """
    return Page(
        kicker=COMMAND,
        subject=f"{counted(len(found.tasks), 'task')} before distillation",
        heading="Which tasks can show what distillation does?",
        conclusion=found.conclusion,
        sentences=found.sentences,
        sections=_sections(found),
        provenance=_provenance(found, command, origins or {}),
        words=_WORDS,
    )


def _sections(found: Screening) -> tuple[Section, ...]:
    weak = Section("warnings", "Warnings", found.warnings)
    drawn = (drawing("screen", figure(found), _FIGURE),)
    tables = (_table(found), _lacking(found.unscreened))
    return (
        *([weak] if found.warnings else []),
        Section("tasks", "Tasks", (), tables, drawn),
    )


def _table(found: Screening) -> Table:
    return Table(
        "tasks",
        _CAPTION,
        ("task", "verdict", "items", "student", "worst teacher", "best teacher")
        + (WORDS["teacher_student"], "95 % over items")
        + (WORDS["best_worst"], "95 % over items", "floor", "worst", "best"),
        tuple(_cells(found, task) for task in found.tasks),
    )


def _cells(found: Screening, task: MeasuredTask) -> tuple[Cell, ...]:
    gaps = [
        cell
        for gap in GAPS
        for cell in (signed(float(task.gap(gap))), ends(task.intervals.get(gap)))
    ]
    reason = found.screen.dropped.get(task.name)
    floor = task.scores.floor
    return (
        Cell(task.name),
        Cell(f"dropped: {reason}" if reason else "kept"),
        number(task.scores.items),
        share(float(task.scores.student)),
        share(task.worst[1]),
        share(task.best[1]),
        *gaps,
        share(None if floor is None else float(floor)),
        Cell(task.worst[0]),
        Cell(task.best[0]),
    )


def _lacking(unscreened: Mapping[str, str]) -> Table:
    rows = tuple((Cell(name), Cell(why)) for name, why in unscreened.items())
    return Table("unscreened", "Tasks not screened.", ("task", "lacks"), rows)


def _provenance(found: Screening, command: str, origins: Mapping[str, str]) -> Table:
    least = "none" if found.threshold is None else f"{float(found.threshold):g}"
    facts = {
        "made by": command,
        "least gap": f"{least}, {WORDS[found.between]}",
        "floors": "checked where known" if found.floor else "not checked",
        **origins,
    }
    rows = tuple((Cell(name), Cell(text)) for name, text in facts.items())
    return Table("provenance", "Where the scores come from.", ("what", "value"), rows)


def write(
    found: Screening,
    folder: Path,
    command: str = COMMAND,
    origins: Mapping[str, str] | None = None,
) -> Path:
    """Write ``screen.html``, ``figures/`` and ``screen`` as JSON and CSV.

    Returns:
        the path of the page.
    """
    made = page(found, command, origins)
    for one in made.drawings:
        write_atomically(folder / "figures" / f"{one.name}.svg", one.svg)
        write_atomically(folder / "figures" / f"{one.name}.png", one.png)
    write_atomically(folder / "screen.json", to_json(found))
    write_atomically(folder / "screen.csv", to_csv(found))
    write_atomically(folder / "screen.html", html(made))
    return folder / "screen.html"


def section(tasks: Sequence[MeasuredTask]) -> Section:
    """The screens of one setting of a study, a row a student; nothing is dropped."""
    yes = {True: "yes", False: "no", None: "–"}
    rows = []
    for task in tasks:
        wide = [task.gap(gap) >= YARDSTICK for gap in GAPS]
        floor = task.scores.floor
        rows.append(
            (
                Cell(task.student),
                share(float(task.scores.student)),
                share(task.worst[1]),
                share(task.best[1]),
                share(None if floor is None else float(floor)),
                Cell(yes[task.scores.above_floor]),
                *(signed(float(task.gap(gap))) for gap in GAPS),
                *(Cell(yes[one]) for one in wide),
            )
        )
    least = f"at least {float(YARDSTICK):.2f}"
    return Section(
        "screens",
        "Screens",
        (
            "Before any distillation; nothing was dropped by this. Studies of this "
            f"kind have kept tasks with a gap of {least}, and do not always say "
            "between whom; it stands here as a yardstick.",
        ),
        (
            Table(
                "screens",
                "Means over seeds; accuracies of the teachers on the test items. Above "
                "its floor is a task where student or some teacher is, by 3 standard "
                "errors.",
                ("student", "accuracy", "worst teacher", "best teacher", "floor")
                + ("above floor", *(WORDS[gap] for gap in GAPS))
                + tuple(f"{least}, by {_WHOM[gap]}" for gap in GAPS),
                tuple(rows),
            ),
        ),
    )
