"""The figure and the files of the experiment: functions of its records."""

import json
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.dana_accuracy_published import ROWS, Row
from experiments.dana_accuracy_summary import Point, of_row, points, summary, table
from memcap.analysis import style
from memcap.sweeps import Record
from memcap.sweeps.storage import write_whole

_AXES = {"heads": "heads H", "head_size": "head size $d_h$", "dim": "dimension d"}
_MOST_PANELS = 3


def finish(records: Sequence[Record], out: Path) -> None:
    """Write fits, table and figure into a folder."""
    if not records:
        return
    text = json.dumps(summary(records), indent=1, ensure_ascii=False)
    write_whole(out / "fits.json", text + "\n")
    write_whole(out / "table.md", table(records))
    figure = accuracies(records)
    style.save(figure, out, "dana_accuracy")


def accuracies(records: Sequence[Record]) -> Figure:
    """Accuracy of the first rows that were run: ours, published, guaranteed."""
    found = points(records)
    rows = [row for row in ROWS.values() if of_row(found, row)][:_MOST_PANELS]
    with style.styled():
        figure, axes = style.new_figure(columns=len(rows), height=5.2)
        for ax, row in zip(axes, rows, strict=True):
            _panel(ax, of_row(found, row), row)
        axes[0].set_ylabel("share of associations right")
        axes[0].legend(loc="upper left", fontsize=10.5)
        style.title(figure, _takeaway(found, rows))
    return figure


def _takeaway(found: Sequence[Point], rows: Sequence[Row]) -> str:
    pairs = [
        (point.mean, row.accuracy[point.shape])
        for row in rows
        for point in of_row(found, row)
    ]
    low = min(own - theirs for own, theirs in pairs)
    high = max(own - theirs for own, theirs in pairs)
    return f"Ours minus published accuracy: {low:+.2f} to {high:+.2f}"


def _panel(ax: Axes, own: Sequence[Point], row: Row) -> None:
    x = [getattr(shape, row.axis) for shape in row.accuracy]
    ax.plot(
        x,
        list(row.accuracy.values()),
        color=style.ORANGE,
        marker="s",
        ls=(0, (2, 2)),
        label="published",
    )
    places = [getattr(point.shape, row.axis) for point in own]
    means = [point.mean for point in own]
    ax.plot(places, means, color=style.BLUE, marker="o", label="ours")
    for place, point in zip(places, own, strict=True):
        if point.interval:
            ax.vlines(place, *point.interval, color=style.BLUE, lw=1.4, alpha=0.8)
    # NaN leaves a gap where the corollary says nothing.
    bound = [point.guaranteed or float("nan") for point in own]
    ax.plot(places, bound, color=style.GREY, ls=(0, (6, 3)), label="guaranteed")
    ax.axhline(1 / own[0].shape.vocab, color=style.GREY, lw=0.9, ls=(0, (1, 3)))
    ax.set_ylim(0, 1.02)
    ax.set_xticks(x)
    ax.set_xlabel(f"{_AXES[row.axis]}\n({row.title.replace('d_h', '$d_h$')})")
