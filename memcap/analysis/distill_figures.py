"""One function per figure of a distillation study: a summary in, a Figure out.

A figure shows one estimand, or gives each its own panel. Titles are computed from the
summary and pass the guard on words.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from memcap.analysis import style
from memcap.analysis.distill_estimands import estimands as estimands
from memcap.analysis.distill_lineup import (
    Lineup,
    beside,
    dash,
    frame,
    legend_below,
    lineup,
    means_by_place,
)
from memcap.analysis.distill_rows import grouped
from memcap.analysis.distill_summary import Cell, Summary
from memcap.analysis.distill_teachers import Series
from memcap.core.errors import DataError
from memcap.distill.statistics import guard

_SIGNS = {1: "▲", -1: "▼", 0: "·"}
_READ = (
    "▲ gain, ▼ loss detected after Holm and by both intervals; · neither. Brackets: "
    "95 % interval over seeds."
)
# Cells keep their colours in dark mode, so their text keeps a dark ink of its own.
_ON_CELL = "#111114"
_MOST_PANELS = 4
_REFERENCES = {"gold": (0, (6, 3)), "self": (0, (2, 2))}
# Points by which intervals and single runs stand beside their mean.
_ASIDE = 7


def gain_map(summary: Summary, arm: str) -> Figure:
    """Gain of every teacher for every student, with intervals and signs."""
    cells = _cells(summary, arm)
    teachers = list(dict.fromkeys(cell.source for cell in _by_size(cells)))
    students = [
        name for name in summary.students if any(name == c.student for c in cells)
    ]
    widest = max(abs(cell.levels.gain) for cell in cells) or 1.0
    with style.styled():
        figure, (ax,) = style.new_figure(height=2 + 0.72 * len(teachers))
        ax.grid(visible=False)
        for cell in cells:
            place = students.index(cell.student), teachers.index(cell.source)
            _tile(ax, cell, place, widest)
        ax.set(xlim=(-0.5, len(students) - 0.5), ylim=(-0.5, len(teachers) - 0.5))
        ax.set_xticks(range(len(students)), students)
        ax.set_yticks(range(len(teachers)), teachers)
        ax.set_xlabel(f"student; {summary.estimand(arm)}")
        figure.supxlabel(_READ, x=0.01, ha="left", fontsize=11)
        ax.set_ylabel("teacher")
        for side in ax.spines.values():
            side.set_visible(False)
        ax.tick_params(length=0)
        style.title(figure, guard(_map_takeaway(cells)))
    return figure


def _tile(ax: Axes, cell: Cell, place: tuple[int, int], widest: float) -> None:
    x, y = place
    gain, ends = cell.levels.gain, cell.levels.seeds
    color = _shade(gain / widest)
    ax.bar(x, 0.94, width=0.97, bottom=y - 0.47, color=color, linewidth=0)
    known = np.isfinite(ends.low)
    second = f"[{ends.low:+.3f}, {ends.high:+.3f}]" if known else "one seed"
    look: dict[str, Any] = {"ha": "center", "color": _ON_CELL}
    text = f"{_SIGNS[cell.direction]} {gain:+.3f}"
    ax.text(x, y + 0.13, text, va="center", fontsize=14, fontweight="bold", **look)
    ax.text(x, y - 0.22, second, va="center", fontsize=11, **look)


def _shade(share: float) -> tuple[float, ...]:
    """White at 0, blue for gains, vermilion for losses, light enough for dark text."""
    end = np.array(to_rgb(style.BLUE if share >= 0 else style.VERMILION))
    return tuple((1 - 0.55 * abs(share) * (1 - end)).tolist())


def _map_takeaway(cells: Sequence[Cell]) -> str:
    signs = [cell.direction for cell in cells]
    return (
        f"Against the undistilled student {signs.count(1)} of {len(signs)} pairs show "
        f"a gain, {signs.count(-1)} a loss"
    )


def by_size(summary: Summary, arm: str) -> Figure:
    """Gain against the size of the teacher, intervals over seeds and over items."""
    cells = _by_size(_cells(summary, arm))
    students = list(grouped(_runs(cells), lambda run: run.student))[:_MOST_PANELS]
    names = dict.fromkeys(c.student for c in cells if c.runs[0].student in students)
    found = lineup(cells)
    references = [c for c in summary.cells if c.arm in _REFERENCES]
    with style.styled():
        figure, axes = style.new_figure(columns=len(students), height=6.5)
        for ax, student in zip(axes, names, strict=True):
            own = [cell for cell in cells if cell.student == student]
            _both_intervals(ax, own, found)
            found.axis(ax)
            ax.set_title(
                _panel(student, _series(summary, arm, student)), fontsize=12, loc="left"
            )
        frame(axes, [*cells, *references])
        for ax, student in zip(axes, names, strict=True):
            _references(ax, [c for c in references if c.student == student])
        axes[0].set_ylabel("gain over the undistilled student")
        shown, _ = axes[0].get_legend_handles_labels()
        legend_below(figure, [*shown, *found.keys()])
        style.title(figure, guard(_gap_takeaway(summary, arm)))
    return figure


def _both_intervals(ax: Axes, cells: Sequence[Cell], found: Lineup) -> None:
    places = np.array([found.places[cell.source] for cell in cells])
    for i, own in enumerate(found.lines(cells)):
        _mean_line(ax, own, found, i)
    for cell, place in zip(cells, places, strict=True):
        look = {"marker": found.marker(cell.source), "markersize": found.points(cell)}
        ax.plot(place, cell.levels.gain, color=style.BLUE, zorder=3, **look)
    ax.plot([], [], "o", color=style.BLUE, label="mean over seeds")
    looks = (("seeds", style.BLUE, 4.0, 0), ("items", style.ORANGE, 2.5, _ASIDE))
    for name, color, width, aside in looks:
        ends = [getattr(cell.levels, name) for cell in cells]
        low, high = np.array([[e.low, e.high] for e in ends]).T
        known = np.isfinite(low)
        look = {"color": color, "linewidth": width, "transform": beside(ax, aside)}
        label = f"95 % interval over {name}"
        ax.vlines(places[known], low[known], high[known], label=label, **look)
    x = [found.places[cell.source] for cell in cells for _ in cell.runs]
    look = {"color": style.GREY, "markersize": 6, "transform": beside(ax, -_ASIDE)}
    ax.plot(x, [r.gain for r in _runs(cells)], ".", label="a run", **look)


def _mean_line(ax: Axes, cells: Sequence[Cell], found: Lineup, series: int) -> None:
    x, gains = means_by_place(cells, found)
    ax.plot(x, gains, color=style.BLUE, linewidth=1.2, ls=dash(series))


def _references(ax: Axes, cells: Sequence[Cell]) -> None:
    """Lines at the arms without a teacher, named at their right ends."""
    ax.axhline(0, color=style.INK, linewidth=1)
    labels = []
    for cell in cells:
        gain = cell.levels.gain
        look = {"ls": _REFERENCES[cell.arm], "linewidth": 1.3}
        ax.axhline(gain, color=style.GREEN, **look)
        labels.append(style.Label(cell.arm, gain, style.GREEN))
    style.direct_labels(ax, ax.get_xlim()[1], labels, gap=0.045)


def _panel(student: str, found: Sequence[Series]) -> str:
    # A teacher that stands apart is no series and was not to be tested.
    tested = [one for one in found if one.gap] or found
    verdicts = dict.fromkeys(_words(one) for one in tested)
    return f"student of {student}:\n{'; '.join(verdicts) or 'gap not tested'}"


def _words(one: Series) -> str:
    if one.gap and not one.gap.detected:
        return f"gap not detected ({_short(one.verdict)})"
    return one.verdict


def _short(verdict: str) -> str:
    """What is said in brackets after 'gap not detected'."""
    return "peak unconfirmed" if verdict == "gap not detected" else verdict


def _gap_takeaway(summary: Summary, arm: str) -> str:
    found = [one for one in summary.series if one.arm == arm and one.gap]
    if not found:
        return "Gain against teacher size; a capacity gap was not tested"
    there = [one.gap for one in found if one.gap and one.gap.detected]
    if not there:
        labels = ", ".join(dict.fromkeys(_short(one.verdict) for one in found))
        return f"Capacity gap not detected ({labels})"
    best = there[0]
    some = f" in {len(there)} of {len(found)} comparisons" if len(found) > 1 else ""
    return (
        f"Capacity gap detected{some}: teacher of {best.teacher:,.0f} leads by "
        f"{best.lead:+.3f}"
    )


def _cells(summary: Summary, arm: str) -> tuple[Cell, ...]:
    cells = summary.of(arm)
    if not cells:
        raise DataError(
            f"there are no runs with a teacher of the arm '{arm}' to draw; the arms "
            f"are: {', '.join(summary.arms) or 'none'}."
        )
    return cells


def _by_size(cells: Sequence[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: (cell.runs[0].size, cell.source))


def _runs(cells: Sequence[Cell]) -> list:
    return [run for cell in cells for run in cell.runs]


def _series(summary: Summary, arm: str, student: str) -> list[Series]:
    return [s for s in summary.series if s.arm == arm and s.student == student]
