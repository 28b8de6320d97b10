"""The figure of ``memcap distill compare``: gains of recipes with both intervals."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memcap.analysis import style
from memcap.analysis.distill_lineup import legend_below, limits
from memcap.distill.compare import Distillation
from memcap.distill.recipes import RecipeRow
from memcap.distill.statistics import guard


def signs(found: Distillation) -> tuple[str, list[int]]:
    """What claims are about, and the direction of each that is detected."""
    recipes = [row for row in found.recipes if row.adjusted is not None]
    if recipes:
        return "recipes", [r.levels.direction if r.detected else 0 for r in recipes]
    rows = found.rows
    return "checkpoints", [r.comparison.direction if r.detected else 0 for r in rows]


def figure(found: Distillation) -> Figure:
    """Gain of every recipe with both intervals, a row each, the first at the top."""
    rows = found.recipes
    with style.styled():
        drawn, (ax,) = style.new_figure(height=2.4 + 0.6 * len(rows))
        ax.grid(visible=False)
        ax.axvline(0, color=style.INK, linewidth=1)
        _intervals(ax, rows)
        places = range(len(rows))
        gains = [row.levels.gain for row in rows]
        several = any(len(row.gains) > 1 for row in rows)
        mean = "mean over seeds" if several else "gain of a run"
        ax.plot(gains, places, "o", color=style.BLUE, label=mean)
        x = [gain for row in rows for gain in row.gains]
        y = [place - 0.2 for place, row in enumerate(rows) for _ in row.gains]
        if several:
            ax.plot(x, y, ".", color=style.GREY, markersize=6, label="a run")
        ax.set_yticks(places, [row.recipe for row in rows])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(*limits([row.levels for row in rows], x))
        ax.set_xlabel("gain over the undistilled student")
        handles, _ = ax.get_legend_handles_labels()
        legend_below(drawn, handles)
        style.title(drawn, guard(_takeaway(found)))
    return drawn


def _intervals(ax: Axes, rows: Sequence[RecipeRow]) -> None:
    """Those over seeds on the row, those over items under it; unbounded ones not."""
    looks = (("seeds", style.BLUE, 4.0, 0.0), ("items", style.ORANGE, 2.5, 0.2))
    for name, color, width, shift in looks:
        ends = [getattr(row.levels, name) for row in rows]
        known = [place for place, end in enumerate(ends) if np.isfinite(end.low)]
        if known:
            ax.hlines(
                [place + shift for place in known],
                [ends[place].low for place in known],
                [ends[place].high for place in known],
                color=color,
                linewidth=width,
                label=f"95 % interval over {name}",
            )


def _takeaway(found: Distillation) -> str:
    what, told = signs(found)
    return (
        f"Against the undistilled student {told.count(1)} of {len(told)} {what} show "
        f"a gain, {told.count(-1)} a loss"
    )
