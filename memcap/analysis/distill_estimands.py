"""The same teachers under every estimand, a panel each.

The estimands answer different questions, so no number of one panel is set against one
of another; what may be compared is which teacher is highest.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from memcap.analysis import style
from memcap.analysis.distill_lineup import (
    LOOKS,
    Lineup,
    beside,
    dash,
    frame,
    highest,
    legend_below,
    lineup,
    means_by_place,
)
from memcap.analysis.distill_summary import Cell, Summary
from memcap.core.errors import DataError
from memcap.distill.statistics import guard

# Points between the same teacher's marks for two students.
_ASIDE = 6


def estimands(summary: Summary) -> Figure:
    """The gains of all teachers, a panel for every estimand.

    Raises:
        DataError: no run has a teacher.
    """
    arms = summary.arms
    if not arms:
        raise DataError("there is no arm with a teacher to draw.")
    cells = [cell for arm in arms for cell in summary.of(arm)]
    found = lineup(cells)
    with style.styled():
        figure, axes = style.new_figure(columns=len(arms), height=6.5)
        for ax, arm in zip(axes, arms, strict=True):
            ax.axhline(0, color=style.INK, linewidth=1)
            for i in range(len(summary.students)):
                _student(ax, summary, arm, i, found)
            found.axis(ax)
            ax.set_title(f"{arm}:\n{summary.estimand(arm)}", fontsize=12, loc="left")
        frame(axes, cells)
        axes[0].set_ylabel("gain over the undistilled student")
        legend_below(figure, _keys(summary, found))
        style.title(figure, guard(_takeaway(summary)))
    return figure


def _student(ax: Axes, summary: Summary, arm: str, i: int, found: Lineup) -> None:
    look = LOOKS[i % len(LOOKS)]
    name = summary.students[i]
    own = [cell for cell in summary.of(arm) if cell.student == name]
    aside = beside(ax, _ASIDE * (i - (len(summary.students) - 1) / 2))
    at = {"color": look["color"], "transform": aside}
    for series, cells in enumerate(found.lines(own)):
        ax.plot(*means_by_place(cells, found), ls=dash(series), linewidth=1.6, **at)
    best = _highest(own)
    for cell in own:
        x, ends = found.places[cell.source], cell.levels.seeds
        marker = found.marker(cell.source, look["marker"])
        size = found.points(cell)
        ax.plot(x, cell.levels.gain, marker, markersize=size, **at)
        if np.isfinite(ends.low):
            ax.vlines(x, ends.low, ends.high, linewidth=1.4, **at)
        if cell.source in best:
            ax.plot(x, cell.levels.gain, "o", **at, **_RING)


_RING: dict[str, Any] = {"markersize": 15, "fillstyle": "none", "markeredgewidth": 1.4}


def _keys(summary: Summary, found: Lineup) -> list[Line2D]:
    students = [
        Line2D([], [], **LOOKS[i % len(LOOKS)], label=f"student of {name}")
        for i, name in enumerate(summary.students)
    ]
    look = {"color": style.GREY, "marker": "o", "ls": ""}
    ring = Line2D([], [], **look, **_RING, label="highest mean of a student")
    bar = {"color": style.GREY, "marker": "|", "ls": "", "markersize": 13}
    seeds = Line2D([], [], **bar, label="95 % interval over seeds")
    return [*students, ring, seeds, *found.keys()]


def _highest(cells: Sequence[Cell]) -> frozenset[str]:
    return highest({cell.source: cell.levels.gain for cell in cells})


def _takeaway(summary: Summary) -> str:
    if len(summary.arms) == 1:
        return f"Only one estimand was run: {', '.join(summary.arms)}"
    always = [_always(summary, name) for name in summary.students]
    moved = sum(not names for names in always)
    if moved:
        many = "s" * (len(always) > 1)
        return (
            "Descriptive: the highest mean depends on the estimand for "
            f"{moved} of {len(always)} student{many}"
        )
    if len(always) > 1:
        return "Descriptive: every student has one teacher highest under every estimand"
    names = ", ".join(sorted(always[0]))
    are = "share the highest mean" if len(always[0]) > 1 else "is highest"
    return f"Descriptive: {names} {are} under every estimand"


def _always(summary: Summary, student: str) -> frozenset[str]:
    """Teachers that are highest under every estimand that the student was given."""
    of_arms = [[c for c in summary.of(a) if c.student == student] for a in summary.arms]
    return frozenset.intersection(*(_highest(own) for own in of_arms if own))
