"""The report of ``memcap distill compare``: evaluation logs before and after."""

from collections.abc import Sequence
from pathlib import Path

from memcap.analysis.distill_compare_figure import figure, signs
from memcap.analysis.report.cells import Cell, Table, number
from memcap.analysis.report.distill_page import (
    Page,
    Section,
    drawing,
    ends,
    html,
    p_cell,
    share,
    signed,
)
from memcap.core.canonical import write_atomically
from memcap.core.words import counted
from memcap.distill.compare import Distillation, RunRow, TeacherRow
from memcap.distill.exporters import dump, rows_of
from memcap.distill.exporters.tables import Format
from memcap.distill.importers import Run
from memcap.distill.recipes import RecipeRow
from memcap.distill.statistics import guard

COMMAND = "memcap distill compare"
_FORMS: dict[str, Format] = {"json": "json", "csv": "csv", "md": "markdown"}
_WORDS = (
    "gain",
    "undistilled student",
    "over seeds",
    "over items",
    "detected",
    "not detected",
    "capacity gap",
    "flat",
    "censored-high, censored-low",
    "Holm",
)
_FIGURE = (
    "Gain of every recipe, or of every run where each recipe has one. Wide bars: 95 % "
    "interval over seeds; where seeds are few it may leave the frame. Thin bars: 95 % "
    "interval over items, given these runs."
)


def conclusion(found: Distillation) -> str:
    """The comparison in one sentence."""
    what, told = signs(found)
    unit = "; one run of each says little about its recipe"
    return guard(
        f"Against the student before distillation, {told.count(1)} of {len(told)} "
        f"{what} gain, {told.count(-1)} lose and {told.count(0)} are not told from "
        f"it on {counted(found.items, 'item')}{unit * (what == 'checkpoints')}."
    )


def sentences(found: Distillation) -> tuple[str, ...]:
    """What was found of recipes, or of single checkpoints, and of the teachers."""
    several = any(row.adjusted is not None for row in found.recipes)
    said = [row.sentence for row in (found.recipes if several else found.rows)]
    return (*said, *(row.sentence for row in found.teachers), found.gap.sentence)


def page(found: Distillation, command: str = COMMAND) -> Page:
    """The page of one comparison."""
    first = found.rows[0].run
    return Page(
        kicker=COMMAND,
        subject=f"{first.task}, {first.metric}, filter {first.filter}",
        heading="Did distillation help this student?",
        conclusion=conclusion(found),
        sentences=(_baseline(found), _estimand(found)),
        sections=_sections(found),
        provenance=_provenance(found, command),
        words=_WORDS,
    )


def _baseline(found: Distillation) -> str:
    scores = ", ".join(f"{run.label} {run.accuracy:.3f}" for run in found.bases)
    return f"Baseline, all its items: {scores}."


def _estimand(found: Distillation) -> str:
    return (
        "Estimand: the change of this student's score on these items by the recipes as "
        "they were run; logs do not tell how the traces were chosen."
    )


def _sections(found: Distillation) -> tuple[Section, ...]:
    weak = Section("warnings", "Warnings", found.warnings)
    return (
        *([weak] if found.warnings else []),
        Section(
            "recipes",
            "Recipes",
            sentences(found),
            (_recipes(found.recipes), _teachers(found.teachers)),
            (drawing("gains", figure(found), _FIGURE),),
        ),
        Section(
            "runs",
            "Checkpoints",
            _notes(found.rows),
            (_runs(found.rows),),
        ),
    )


def _notes(rows: Sequence[RunRow]) -> tuple[str, ...]:
    """What stands against checkpoints, with their names unless it is all of them."""
    noted: dict[str, list[str]] = {}
    for row in rows:
        for note in row.notes:
            noted.setdefault(note, []).append(row.run.label)
    return tuple(
        f"{'All' if len(names) == len(rows) else ', '.join(names)}: {note}."
        for note, names in noted.items()
    )


def _recipes(rows: Sequence[RecipeRow]) -> Table:
    return Table(
        "recipes",
        "One recipe a row, the training run as unit.",
        ("recipe", "runs", "gain", "95 % over seeds", "95 % over items")
        + ("p", "p, Holm", "verdict"),
        tuple(
            (
                Cell(row.recipe),
                number(row.levels.runs),
                signed(row.levels.gain),
                ends(row.levels.seeds),
                ends(row.levels.items),
                p_cell(row.p),
                p_cell(row.adjusted),
                Cell(_verdict(row.detected, row.levels.direction)),
            )
            for row in rows
        ),
    )


def _runs(rows: Sequence[RunRow]) -> Table:
    worth = abs(rows[0].comparison.needed.gain)
    return Table(
        "runs",
        "One checkpoint a row, the item as unit; p is exact McNemar where scores are "
        "whole, otherwise the sign flip. The unpaired p only compares; n items or more "
        f"would show a gain of {worth:g}.",
        ("checkpoint", "recipe", "before", "after", "lost / won", "gain", "95 % BCa")
        + ("p", "mid-p", "unpaired p", "p, Holm", "n needed", "verdict"),
        tuple(_run(row) for row in rows),
    )


def _run(row: RunRow) -> tuple[Cell, ...]:
    found, test = row.comparison, row.comparison.mcnemar
    counts = f"{test.table.lost:,} / {test.table.won:,}" if test else "–"
    return (
        Cell(row.run.label),
        Cell(row.recipe),
        share(row.before),
        share(row.after),
        Cell(counts, number=True),
        signed(found.gain),
        ends(found.bca),
        p_cell(found.p),
        p_cell(test.mid_p if test else None),
        p_cell(test.unpaired if test else None),
        p_cell(row.adjusted),
        number(None if row.detected else found.needed.items),
        Cell(_verdict(row.detected, found.direction)),
    )


def _teachers(rows: Sequence[TeacherRow]) -> Table:
    return Table(
        "teachers",
        "The teachers themselves on the same items.",
        ("teacher", "score", "items", "95 % Wilson", "notes"),
        tuple(
            (
                Cell(row.run.label),
                share(row.accuracy),
                number(row.items),
                _wilson(row),
                Cell("; ".join(row.notes)),
            )
            for row in rows
        ),
    )


def _wilson(row: TeacherRow) -> Cell:
    if row.interval is None:
        return Cell("–", number=True)
    return Cell(f"[{row.interval.low:.3f}, {row.interval.high:.3f}]", number=True)


def _verdict(detected: bool, direction: int) -> str:
    if not detected:
        return "not detected"
    return "gain detected" if direction > 0 else "loss detected"


def _provenance(found: Distillation, command: str) -> Table:
    runs = [*found.bases, *(row.run for row in found.rows)]
    runs += [row.run for row in found.teachers]
    rows = [
        (Cell("made by"), Cell(command)),
        (Cell("items"), Cell(f"{found.items:,}, {found.left_out:,} left out")),
        *((Cell(run.label), Cell(_origin(run))) for run in runs),
    ]
    return Table(
        "provenance", "Where the scores come from.", ("what", "value"), tuple(rows)
    )


def _origin(run: Run) -> str:
    facts = {**run.provenance, **run.settings}
    return "; ".join([run.source, *(f"{k} {v}" for k, v in facts.items())])


def write(found: Distillation, folder: Path, command: str = COMMAND) -> Path:
    """Write ``report.html``, ``figures/`` and ``comparison`` as JSON, CSV, Markdown.

    Returns:
        the path of the page.
    """
    made = page(found, command)
    for one in made.drawings:
        write_atomically(folder / "figures" / f"{one.name}.svg", one.svg)
        write_atomically(folder / "figures" / f"{one.name}.png", one.png)
    rows = rows_of(found)
    for suffix, form in _FORMS.items():
        write_atomically(folder / f"comparison.{suffix}", dump(rows, form))
    write_atomically(folder / "report.html", html(made))
    return folder / "report.html"
