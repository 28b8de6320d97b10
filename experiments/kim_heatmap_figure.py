"""The heat maps: training error over N and parameters, with the lines of theory."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.kim_heatmap_summary import THEOREMS, THRESHOLD, Map, exponent, maps_of
from memcap.analysis import style
from memcap.sweeps import Record

_NAMES = {
    ("seq_to_seq", "width"): "a label for every token, by width",
    ("seq_to_seq", "depth"): "a label for every token, by depth",
    ("next_token", "width"): "a label a sequence, by width",
    ("next_token", "depth"): "a label a sequence, by depth",
}


def maps(records: Sequence[Record]) -> Figure:
    """All maps side by side."""
    found = maps_of(records)
    with style.styled():
        figure, axes = style.new_figure(columns=len(found), height=5.6)
        if len(found) > 3:
            figure.set_size_inches(3.7 * len(found), 5.6)
        shades = [_draw(ax, one) for ax, one in zip(axes, found, strict=True)]
        axes[0].set_ylabel("trained parameters")
        bar = figure.colorbar(shades[-1], ax=axes, fraction=0.03, pad=0.01)
        bar.set_label("share of wrong labels")
        _legend(figure, axes[0])
        style.title(figure, takeaway(found))
    return figure


def _draw(ax: Axes, one: Map):
    x, y = edges(one.samples), edges(one.parameters)
    most = 1 - 1 / one.records[0].config["classes"]
    shade = ax.pcolormesh(x, y, one.errors, cmap="cividis_r", vmin=0, vmax=most)
    ax.set_xscale("log")
    ax.set_yscale("log")
    n = np.geomspace(x[0], x[-1], 24)
    order = np.array([one.bound(max(2, round(v))) for v in n])
    ax.plot(n, order, color=style.VERMILION, label="order of the theorem, constant 1")
    ax.plot(
        n,
        [one.fewest(v) for v in n],
        ":",
        color=style.INK,
        label="two bits a parameter",
    )
    frontier = fitting(one)
    if frontier:
        ax.plot(
            *zip(*frontier, strict=True),
            "o",
            color="white",
            mec=style.INK,
            label=f"smallest that fits, error < {THRESHOLD}",
        )
    for lost in set(one.samples) - {samples for samples, _ in frontier}:
        ax.plot(lost, one.parameters[-1], marker=r"$\uparrow$", color=style.INK, ms=13)
    # A network of the smallest size may be larger than was needed.
    if above := [circle for circle in frontier if circle[1] > one.parameters[0]]:
        first, least = above[0]
        scaled = order * least / one.bound(first)
        text = "the order, through the lowest circle off the bottom"
        ax.plot(n, scaled, "--", color=style.VERMILION, label=text)
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])
    ax.set_xticks(one.samples, [f"{v:,}" for v in one.samples])
    ax.set_yticks(one.parameters, [f"{v:,}" for v in one.parameters])
    ax.minorticks_off()
    ax.tick_params(labelsize=10)
    ax.set_xlabel("N, sequences")
    text = f"{_NAMES[one.task, one.knob]}\n{THEOREMS[one.task]}, {one.data} data"
    ax.set_title(text, fontsize=11, loc="left")
    ax.grid(False)
    return shade


def fitting(one: Map) -> list[tuple[int, float]]:
    """N and the fewest parameters whose mean error is below the threshold."""
    found = []
    for column, samples in enumerate(one.samples):
        fits = np.flatnonzero(one.errors[:, column] < THRESHOLD)
        if len(fits):
            found.append((samples, min(one.parameters[row] for row in fits)))
    return found


def edges(values: Sequence[float]) -> list[float]:
    """Borders of squares around increasing values, halfway by ratio.

    Example:
        >>> edges([1, 4, 16])
        [0.5, 2.0, 8.0, 32.0]
    """
    if len(values) < 2:
        return [values[0] / 2, values[0] * 2]
    inner = [sqrt(a * b) for a, b in zip(values, values[1:], strict=False)]
    return [values[0] ** 2 / inner[0], *inner, values[-1] ** 2 / inner[-1]]


def _legend(figure: Figure, ax: Axes) -> None:
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=10.5)


def takeaway(found: Sequence[Map]) -> str:
    """The exponent of the parameters needed, map by map, with its interval."""
    parts = []
    for one in found:
        growth = exponent(one.points).get("exponent")
        if growth is None:
            parts.append("not fitted")
        else:
            ends = f"{growth['low']:.2f} to {growth['high']:.2f}"
            parts.append(f"$N^{{{growth['value']:.2f}}}$ ({ends})")
    return "Parameters needed: " + "; ".join(parts)
