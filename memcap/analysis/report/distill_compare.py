"""The report of ``memcap distill compare``: evaluation logs before and after."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from memcap.analysis import style
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
    what, signs = _signs(found)
    unit = "; one run of each says little about its recipe"
    return guard(
        f"Against the student before distillation, {signs.count(1)} of {len(signs)} "
        f"{what} gain, {signs.count(-1)} lose and {signs.count(0)} are not told from "
        f"it on {found.items:,} items{unit * (what == 'checkpoints')}."
    )


def _signs(found: Distillation) -> tuple[str, list[int]]:
    """What claims are about, and the direction of each that is detected."""
    recipes = [row for row in found.recipes if row.adjusted is not None]
    if recipes:
        return "recipes", [r.levels.direction if r.detected else 0 for r in recipes]
    rows = found.rows
    return "checkpoints", [r.comparison.direction if r.detected else 0 for r in rows]


def sentences(found: Distillation) -> tuple[str, ...]:
    """What was found of recipes, or of single checkpoints, and of the teachers."""
    several = any(row.adjusted is not None for row in found.recipes)
    said = [row.sentence for row in (found.recipes if several else found.rows)]
    return (*said, found.gap.sentence)


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
            (),
            (_runs(found.rows),),
        ),
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
    return Table(
        "runs",
        "One checkpoint a row, the item as unit; p is exact McNemar where scores are "
        "whole, otherwise the sign flip. The unpaired p is for comparison only.",
        ("checkpoint", "recipe", "before", "after", "lost / won", "gain")
        + ("95 % BCa", "p", "mid-p", "unpaired p", "p, Holm", "in words"),
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
        Cell(row.sentence),
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


def figure(found: Distillation) -> Figure:
    """Gain of every recipe with both intervals, a row each."""
    rows = found.recipes
    with style.styled():
        drawn, (ax,) = style.new_figure(height=2.2 + 0.55 * len(rows))
        ax.grid(visible=False)
        ax.axvline(0, color=style.INK, linewidth=1)
        looks = (("seeds", style.BLUE, 4.0, 0.0), ("items", style.ORANGE, 2.5, -0.2))
        for name, color, width, shift in looks:
            known = [
                (place + shift, getattr(row.levels, name))
                for place, row in enumerate(rows)
                if np.isfinite(getattr(row.levels, name).low)
            ]
            ax.hlines(
                [place for place, _ in known],
                [interval.low for _, interval in known],
                [interval.high for _, interval in known],
                color=color,
                linewidth=width,
                label=f"95 % interval over {name}",
            )
        places = range(len(rows))
        gains = [row.levels.gain for row in rows]
        ax.plot(gains, places, "o", color=style.BLUE, label="mean over seeds")
        for place, row in enumerate(rows):
            x = list(row.gains)
            ax.plot(x, [place + 0.2] * len(x), ".", color=style.GREY, markersize=6)
        ax.set_yticks(places, [row.recipe for row in rows])
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.set_xlim(*_frame(rows))
        ax.set_xlabel("gain over the undistilled student")
        handles, names = ax.get_legend_handles_labels()
        drawn.legend(handles, names, loc="outside lower center", ncols=3, fontsize=11)
        style.title(drawn, guard(_takeaway(found)))
    return drawn


def _frame(rows: Sequence[RecipeRow]) -> tuple[float, float]:
    inside = [0.0, *(gain for row in rows for gain in row.gains)]
    inside += [e for r in rows for e in (r.levels.items.low, r.levels.items.high)]
    pad = 0.06 * (max(inside) - min(inside)) or 0.01
    return min(inside) - pad, max(inside) + pad


def _takeaway(found: Distillation) -> str:
    what, signs = _signs(found)
    return (
        f"{signs.count(1)} of {len(signs)} {what} gain over the undistilled student, "
        f"{signs.count(-1)} lose"
    )


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
