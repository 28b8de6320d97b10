"""The figure: parameters a free probability, and how the theorem's system fares."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.madden_capacity_summary import (
    Ladder,
    Size,
    ladders,
    published,
    sizes,
    slope,
)
from memcap.analysis import style
from memcap.sweeps.records import Record

_LOOKS = {
    "text": ("ours, text", style.BLUE, "o"),
    "random": ("ours, random laws", style.VERMILION, "s"),
}


def figure(records: Sequence[Record]) -> Figure:
    """Trained decoders on the left, solved ones on the right."""
    with style.styled():
        drawn, (left, right) = style.new_figure(columns=2, height=6.2)
        _trained(left, ladders(records))
        _solved(right, sizes(records))
        style.title(drawn, _takeaway(sizes(records)))
    return drawn


def _takeaway(solved: Sequence[Size]) -> str:
    lost = [size.contexts for size in solved if np.median(size.float_errors) > 0.01]
    if not lost:
        return "Matching next-token laws: trained decoders and the theorem's"
    return (
        f"The theorem's decoder is lost in double precision from {min(lost)} contexts"
    )


def _trained(ax: Axes, found: Sequence[Ladder]) -> None:
    rows = published()
    x = [row["contexts"] for row in rows]
    for name, text, marker in (
        ("needed_1", "published, all trained, 1 %", "v"),
        ("needed_2", "published, hidden layer trained, 5 %", "^"),
    ):
        y = [row[name] for row in rows]
        ax.plot(x, y, marker=marker, color=style.GREY, lw=1, label=text)
    for laws, (text, color, marker) in _LOOKS.items():
        own = [each for each in found if each.laws == laws]
        for inside in (True, False):
            points = [each for each in own if (each.found is not None) == inside]
            if points:
                ax.plot(
                    [each.contexts for each in points],
                    [each.needed for each in points],
                    ls="none",
                    color=color,
                    marker=marker if inside else "$\\uparrow$",
                    ms=7 if inside else 12,
                    label=text if inside else f"{text}: above the ladder",
                )
    ax.axhline(1, color=style.INK, ls=(0, (6, 3)), lw=1.2)
    ax.annotate(
        "1: no fewer for all laws, exactly (Lemma 9)",
        (0.02, 1),
        (0, -14),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        fontsize=10,
    )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("n, distinct contexts")
    ax.set_ylabel("parameters for each of n (V - 1) probabilities")
    ax.legend(loc="lower left", fontsize=9.5)


def _solved(ax: Axes, found: Sequence[Size]) -> None:
    x = [size.contexts for size in found]
    for size in found:
        ax.plot(
            [size.contexts] * size.seeds,
            size.conditions,
            ls="none",
            marker="o",
            color=style.SKY,
            ms=4,
        )
    ax.plot(
        x,
        [size.condition for size in found],
        color=style.BLUE,
        marker="o",
        label=f"condition number: {slope(found):.2f} digits a context",
    )
    worst = [
        float(np.log10(max(np.median(size.float_errors), 1e-17))) for size in found
    ]
    ax.plot(
        x,
        worst,
        color=style.VERMILION,
        marker="s",
        label="error of a probability, double precision",
    )
    ax.axhline(15.95, color=style.GREY, ls=(0, (2, 2)), lw=1.4)
    ax.annotate(
        "digits of double precision",
        (0.98, 15.95),
        (0, 4),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        fontsize=10,
        color=style.TEXT[style.GREY],
    )
    ax.set_xlabel("n = m, contexts and hidden units")
    ax.set_ylabel("log10")
    ax.legend(loc="upper left", fontsize=10)
