"""One function per figure of a distillation study: a summary in, a Figure out.

A figure shows one estimand, or gives each its own panel. Titles are computed from the
summary and pass the guard on words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.transforms import Transform, offset_copy

from memcap.analysis import style
from memcap.analysis.distill_rows import grouped
from memcap.analysis.distill_summary import Cell, Summary
from memcap.analysis.distill_teachers import Series
from memcap.core.errors import DataError
from memcap.distill.statistics import guard

_SIGNS = {1: "▲", -1: "▼", 0: "·"}
# Cells keep their colours in dark mode, so their text keeps a dark ink of its own.
_ON_CELL = "#111114"
_MOST_PANELS = 4
_REFERENCES = {"gold": (0, (6, 3)), "self": (0, (2, 2))}
# One look a student, the same in every figure; a sixth student repeats the first's.
LOOKS: tuple[dict[str, Any], ...] = tuple(
    {"color": color, "marker": marker}
    for color, marker in zip(
        (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE, style.ORANGE),
        "osD^v",
        strict=True,
    )
)
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
        figure, (ax,) = style.new_figure(height=1.6 + 0.72 * len(teachers))
        ax.grid(visible=False)
        for cell in cells:
            place = students.index(cell.student), teachers.index(cell.source)
            _tile(ax, cell, place, widest)
        ax.set(xlim=(-0.5, len(students) - 0.5), ylim=(-0.5, len(teachers) - 0.5))
        ax.set_xticks(range(len(students)), students)
        ax.set_yticks(range(len(teachers)), teachers)
        ax.set_xlabel(f"student; {summary.estimand(arm)}")
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
        f"{signs.count(1)} of {len(signs)} pairs gain over the undistilled student, "
        f"{signs.count(-1)} lose"
    )


def by_size(summary: Summary, arm: str) -> Figure:
    """Gain against the size of the teacher, intervals over seeds and over items."""
    cells = _by_size(_cells(summary, arm))
    students = list(grouped(_runs(cells), lambda run: run.student))[:_MOST_PANELS]
    names = [c.student for c in cells if c.runs[0].student in students]
    with style.styled():
        figure, axes = style.new_figure(columns=len(students), height=6)
        for ax, student in zip(axes, dict.fromkeys(names), strict=True):
            own = [cell for cell in cells if cell.student == student]
            _both_intervals(ax, own)
            _references(ax, summary, student)
            _teacher_axis(ax, own)
            found = _series(summary, arm, student)
            ax.set_title(_panel(student, found), fontsize=12, loc="left")
        _frame(axes, [*cells, *(c for c in summary.cells if c.arm in _REFERENCES)])
        axes[0].set_ylabel("gain over the undistilled student")
        _legend_below(figure, axes[0])
        style.title(figure, guard(_gap_takeaway(summary, arm)))
    return figure


def _both_intervals(ax: Axes, cells: Sequence[Cell]) -> None:
    sizes = np.array([cell.runs[0].size for cell in cells])
    gains = [cell.levels.gain for cell in cells]
    ax.plot(
        sizes, gains, "o-", color=style.BLUE, linewidth=1.2, label="mean over seeds"
    )
    looks = (("seeds", style.BLUE, 4.0, 0), ("items", style.ORANGE, 2.5, _ASIDE))
    for name, color, width, aside in looks:
        ends = [getattr(cell.levels, name) for cell in cells]
        low, high = np.array([[e.low, e.high] for e in ends]).T
        known = np.isfinite(low)
        look = {"color": color, "linewidth": width, "transform": _beside(ax, aside)}
        label = f"95 % interval over {name}"
        ax.vlines(sizes[known], low[known], high[known], label=label, **look)
    runs = _runs(cells)
    look = {"color": style.GREY, "markersize": 6, "transform": _beside(ax, -_ASIDE)}
    ax.plot([r.size for r in runs], [r.gain for r in runs], ".", label="a run", **look)


def _beside(ax: Axes, points: float) -> Transform:
    """Data coordinates moved to the right by so many points."""
    figure = ax.figure.get_figure(root=True)
    return offset_copy(ax.transData, fig=figure, x=points, units="points")


def _references(ax: Axes, summary: Summary, student: str) -> None:
    ax.axhline(0, color=style.INK, linewidth=1)
    for arm, dash in _REFERENCES.items():
        for cell in summary.cells:
            if cell.student == student and cell.arm == arm and not cell.runs[0].teacher:
                gain = cell.levels.gain
                ax.axhline(gain, color=style.GREEN, ls=dash, linewidth=1.3)
                place = {"xy": (1, gain), "xycoords": ("axes fraction", "data")}
                side = "top" if arm == "self" else "bottom"
                look = {"ha": "right", "va": side, "fontsize": 10.5}
                ax.annotate(arm, **place, color=style.TEXT[style.GREEN], **look)


def _frame(axes: Sequence[Axes], cells: Sequence[Cell]) -> None:
    """One scale for all panels, that of runs and items.

    Intervals over two or three seeds may be many times as long; they leave the frame.
    """
    gains = [run.gain for run in _runs(cells)]
    ends = [e for c in cells for e in (c.levels.items.low, c.levels.items.high)]
    low, high = min(0.0, *gains, *ends), max(0.0, *gains, *ends)
    pad = 0.08 * (high - low) or 0.01
    for ax in axes:
        ax.set_ylim(low - pad, high + pad)


def _legend_below(figure: Figure, ax: Axes) -> None:
    lines, names = ax.get_legend_handles_labels()
    figure.legend(lines, names, loc="outside lower center", ncols=4, fontsize=11)


def _panel(student: str, found: Sequence[Series]) -> str:
    verdicts = dict.fromkeys(_words(one) for one in found)
    return f"student of {student}:\n{'; '.join(verdicts) or 'gap not tested'}"


def _words(one: Series) -> str:
    if one.gap and one.gap.label in ("flat", "censored-high", "censored-low"):
        return f"gap not detected ({one.gap.label})"
    return one.verdict


def _gap_takeaway(summary: Summary, arm: str) -> str:
    found = [one for one in summary.series if one.arm == arm and one.gap]
    if not found:
        return "Gain against teacher size; a capacity gap was not tested"
    there = [one.gap for one in found if one.gap and one.gap.detected]
    if not there:
        labels = ", ".join(dict.fromkeys(one.verdict for one in found))
        return f"Capacity gap not detected ({labels})"
    best = there[0]
    some = f" in {len(there)} of {len(found)} comparisons" if len(found) > 1 else ""
    return (
        f"Capacity gap detected{some}: teacher of {best.teacher:,.0f} leads by "
        f"{best.lead:+.3f}"
    )


def estimands(summary: Summary) -> Figure:
    """The same teachers under each estimand, a panel each."""
    arms = summary.arms
    if not arms:
        raise DataError("there is no arm with a teacher to draw.")
    cells = {arm: _by_size(summary.of(arm)) for arm in arms}
    everything = [cell for own in cells.values() for cell in own]
    with style.styled():
        figure, axes = style.new_figure(columns=len(arms), height=5.6)
        for ax, arm in zip(axes, arms, strict=True):
            ax.axhline(0, color=style.INK, linewidth=1)
            for i, student in enumerate(summary.students):
                own = [cell for cell in cells[arm] if cell.student == student]
                _line(ax, own, student, LOOKS[i % len(LOOKS)])
            _teacher_axis(ax, cells[arm])
            ax.set_title(f"{arm}:\n{summary.estimand(arm)}", fontsize=12, loc="left")
        _frame(axes, everything)
        axes[0].set_ylabel("gain in accuracy")
        _legend_below(figure, axes[0])
        style.title(figure, guard(_rank_takeaway(summary, cells)))
    return figure


def _line(ax: Axes, cells: Sequence[Cell], name: str, look: dict[str, Any]) -> None:
    sizes = [cell.runs[0].size for cell in cells]
    ax.plot(sizes, [cell.levels.gain for cell in cells], label=name, **look)
    for cell, size in zip(cells, sizes, strict=True):
        ends = cell.levels.seeds
        if np.isfinite(ends.low):
            ax.vlines(size, ends.low, ends.high, color=look["color"], linewidth=1.6)


def _rank_takeaway(summary: Summary, cells: Mapping[str, Sequence[Cell]]) -> str:
    if len(cells) < 2:
        return f"Only one estimand was run: {next(iter(cells))}"
    first = summary.students[0]
    best = {}
    for arm, own in cells.items():
        of_first = [cell for cell in own if cell.student == first]
        if of_first:
            best[arm] = max(of_first, key=lambda cell: cell.levels.gain).source
    names, whose = set(best.values()), f"student of {first}"
    if len(names) == 1:
        return f"Descriptive, {whose}: {names.pop()} is highest under every estimand"
    parts = ", ".join(f"{name} ({arm})" for arm, name in best.items())
    return f"Descriptive, {whose}: highest mean {parts}"


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


def _teacher_axis(ax: Axes, cells: Sequence[Cell]) -> None:
    ax.set_xscale("log", base=2)
    sizes = sorted({cell.runs[0].size for cell in cells})
    if len(sizes) <= 8:
        ax.set_xticks(sizes, [_short(s) for s in sizes], rotation=40, fontsize=11)
        ax.minorticks_off()
    ax.margins(x=0.1)
    ax.set_xlabel("parameters of the teacher")


def _short(size: float) -> str:
    """A size in three digits.

    Example:
        >>> _short(25984), _short(850), _short(2.5e6)
        ('26.0k', '850', '2.50M')
    """
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if size >= unit:
            return f"{size / unit:#.3g}".rstrip(".") + letter
    return f"{size:g}"
