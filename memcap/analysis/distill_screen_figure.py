"""The figure of a screening: a task a line, with student, teachers and floor on it."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memcap.analysis import style
from memcap.core.words import counted
from memcap.distill.screening import MeasuredTask, Screening
from memcap.distill.statistics import guard

_LONGEST = 40
_AT_FLOOR, _SMALL = "at the floor", "gap too small"
_GREYED: dict[str, Any] = {"color": style.GREY, "markerfacecolor": "none"}
# The order of the legend.
_MARKS = (
    "undistilled student",
    "teacher",
    "floor",
    "what the best teacher must reach",
    "undistilled student, dropped task",
    "teacher, dropped task",
)
# Inches: a row, and what title, axis and legend need around the rows.
_ROW, _AROUND = 0.36, 2.1


def figure(found: Screening) -> Figure:
    """Scores before distillation, tasks in the order of the gap that was asked for."""
    tasks = sorted(
        found.tasks, key=lambda task: (_kept(found, task), task.gap(found.between))
    )
    with style.styled():
        drawn, (ax,) = style.new_figure(height=_AROUND + _ROW * len(tasks))
        ax.grid(visible=False)
        ax.grid(axis="x", color=style.INK, alpha=0.12, linewidth=0.7)
        for place, task in enumerate(tasks):
            _row(ax, place, task, found)
        _axes(ax, tasks, found)
        handles, names = ax.get_legend_handles_labels()
        by_name = dict(zip(names, handles, strict=True))
        shown = [name for name in _MARKS if name in by_name]
        look: dict[str, Any] = {"ncols": 3, "fontsize": 11}
        lines = [by_name[name] for name in shown]
        drawn.legend(lines, shown, loc="outside lower center", **look)
        style.title(drawn, guard(_takeaway(found)))
    return drawn


def _takeaway(found: Screening) -> str:
    words = [_word(found, task) for task in found.tasks]
    told = [f"{words.count('kept')} of {counted(len(words), 'task')} kept"]
    if at_floor := words.count(_AT_FLOOR):
        told.append(f"{at_floor} at the floor")
    if found.threshold is not None:
        small, least = words.count(_SMALL), f"{float(found.threshold):g}"
        low = "student" if found.between == "teacher_student" else "worst teacher"
        told.append(f"{small} with the best teacher less than {least} over the {low}")
    return ", ".join(told)


def _kept(found: Screening, task: MeasuredTask) -> bool:
    return task.name in found.screen.kept


def _row(ax: Axes, place: int, task: MeasuredTask, found: Screening) -> None:
    kept = _kept(found, task)
    student = float(task.scores.student)
    teachers = [float(score) for score in task.scores.teachers]
    ends = [student, *teachers]
    ax.hlines(place, min(ends), max(ends), color=style.GREY, linewidth=1.2, alpha=0.6)
    teacher: dict[str, Any] = {"color": style.VERMILION} if kept else _GREYED
    pupil: dict[str, Any] = {"color": style.BLUE} if kept else _GREYED
    pupils, taught = (_MARKS[0], _MARKS[1]) if kept else (_MARKS[4], _MARKS[5])
    ax.plot(teachers, [place] * len(teachers), "D", label=taught, ms=6, **teacher)
    ax.plot(student, place, "o", label=pupils, ms=8.5, zorder=4, **pupil)
    if task.scores.floor is not None:
        look = {"color": style.INK, "ms": 13, "mew": 1.6, "ls": ""}
        ax.plot(float(task.scores.floor), place, marker="|", label="floor", **look)
    if found.threshold is not None:
        least = float(found.threshold) + (
            student if found.between == "teacher_student" else min(teachers)
        )
        look = {"color": style.INK, "mfc": "none", "ms": 6, "mew": 1.1, "ls": ""}
        ax.plot(least, place, marker=">", label=_MARKS[3], **look)


def _axes(ax: Axes, tasks: Sequence[MeasuredTask], found: Screening) -> None:
    names = [_short(task.name) for task in tasks]
    ax.set_yticks(range(len(tasks)), names, fontsize=11.5)
    ax.set_ylim(-0.7, len(tasks) - 0.3)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xlabel("accuracy before distillation")
    ax.tick_params(axis="y", length=0)
    for place, (task, tick) in enumerate(zip(tasks, ax.get_yticklabels(), strict=True)):
        color = style.INK if _kept(found, task) else style.TEXT[style.GREY]
        tick.set_color(color)
        text = f"{float(task.gap(found.between)):+.2f}  {_word(found, task)}"
        _beside(ax, place, text, color=color, va="center", fontsize=11.5)
    _beside(ax, len(tasks) - 0.3, "gap  verdict", va="bottom", fontsize=10.5)


def _beside(ax: Axes, place: float, text: str, **look: Any) -> None:
    at: Any = ("axes fraction", "data")
    ax.annotate(text, xy=(1.01, place), xycoords=at, **look)


def _short(name: str) -> str:
    # Both ends: long names of one harness often differ in their last part.
    half = _LONGEST // 2
    return name if len(name) <= _LONGEST else f"{name[:half]}…{name[1 - half :]}"


def _word(found: Screening, task: MeasuredTask) -> str:
    if _kept(found, task):
        return "kept"
    # The floor is asked first.
    at_floor = found.floor and task.scores.above_floor is False
    return _AT_FLOOR if at_floor else _SMALL
