"""The figure and the files of the experiment: functions of its records."""

import json
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.mahdavi_heads_summary import (
    AXES,
    Point,
    along,
    points,
    ratio_range,
    summary,
    table,
)
from memcap.analysis import style
from memcap.sweeps import Record
from memcap.sweeps.storage import write_whole

# Colour, marker, and a factor of x that keeps intervals apart.
_LOOKS = {"fresh": (style.BLUE, "o", 0.98), "shared": (style.ORANGE, "s", 1.02)}
_TEXT = {"fresh": "a context each", "shared": "one context for all"}


def finish(records: Sequence[Record], out: Path) -> None:
    """Write fits, table and figure into a folder."""
    if not records:
        return
    text = json.dumps(summary(records), indent=1, ensure_ascii=False)
    write_whole(out / "fits.json", text + "\n")
    write_whole(out / "table.md", table(records))
    figure = heads(records)
    style.save(figure, out, "mahdavi_heads")


def heads(records: Sequence[Record]) -> Figure:
    """T* against H, n and d_h, beside what Theorem 1 guarantees."""
    found = points(records)
    with style.styled():
        figure, axes = style.new_figure(columns=len(AXES), height=5.4)
        for ax, axis in zip(axes, AXES, strict=True):
            _panel(ax, found, axis)
            ax.sharey(axes[0])
        axes[0].set_ylabel("largest memorized T")
        axes[0].set_ylim(bottom=min(point.guaranteed for point in found) / 1.3)
        axes[0].legend(loc="lower right", fontsize=10.5)
        low, high = ratio_range(found)
        style.title(
            figure,
            f"Trained heads memorize {low:.2g} to {high:.3g} times what is guaranteed",
        )
    return figure


def _panel(ax: Axes, found: Sequence[Point], axis: str) -> None:
    place = list(AXES).index(axis)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    for context, (color, marker, aside) in _LOOKS.items():
        row = along(found, axis, context)
        x = [point.shape[place] * aside for point in row]
        y = [point.mean for point in row]
        ax.plot(x, y, color=color, marker=marker, label=_TEXT[context])
        for point, at in zip(row, x, strict=True):
            _interval(ax, point, at, color)
    row = along(found, axis, "fresh")
    x = [point.shape[place] for point in row]
    bound = [point.guaranteed for point in row]
    ax.plot(x, bound, color=style.GREY, ls=(0, (6, 3)), label="guaranteed")
    ax.set_xticks(x, [str(value) for value in x])
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set_xlabel(AXES[axis].replace("d_h", "$d_h$") + _rest(row, place))


def _interval(ax: Axes, point: Point, x: float, color: str) -> None:
    if point.interval:
        ax.vlines(x, *point.interval, color=color, lw=1.4, alpha=0.8)
    if point.above or point.below:
        marker = "^" if point.above else "v"
        shift = 1.18 if point.above else 1 / 1.18
        ax.plot([x], [point.mean * shift], marker=marker, color=color, ms=9, mfc="none")


def _rest(row: Sequence[Point], place: int) -> str:
    names = ("H", "n", "$d_h$")
    held = [f"{names[i]} = {row[0].shape[i]}" for i in range(3) if i != place]
    return f"\n({', '.join(held)})"
