"""Measured W with its censoring, the fitted laws, and lines of theory.

A dot is a known W, a bar the interval a search has left, an arrow a search that ended
at the top or the bottom of its ladder. The caption carries the verdict, so that the
figure says what the data cannot decide.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memcap.analysis import style
from memcap.analysis.scaling_models import written
from memcap.analysis.scaling_points import Point
from memcap.analysis.scaling_results import Comparison, ModelFit
from memcap.core.errors import DataError

Line = Callable[[float], float]

_DASHES = ((0, (5, 2)), (0, (5, 1, 1, 1)), (0, (2, 2)), "-")
_COLORS = (style.GREEN, style.PURPLE, style.ORANGE, style.BLUE)


def growth(
    comparison: Comparison,
    points: Sequence[Point],
    lines: Mapping[str, Line] | None = None,
    *,
    ylabel: str = "W, parameters",
) -> Figure:
    """W against the size with every model that was compared.

    Args:
        comparison: of these points.
        points: what was measured.
        lines: theory, by the name it is labelled with; W as a function of the size.
        ylabel: what W is.

    Raises:
        DataError: there are other points than the comparison was made of.
    """
    _check(comparison, points)
    with style.styled():
        figure, (ax,) = style.new_figure(height=6.4)
        ax.set_yscale("log")
        sizes = np.geomspace(*comparison.sizes, 64)
        labels = _theory(ax, sizes, lines or {}) + _laws(ax, sizes, comparison)
        _points(ax, points)
        style.log_samples(ax, sorted({round(point.size) for point in points}))
        ax.set_xlabel(comparison.symbol)
        ax.set_ylabel(ylabel)
        figure.draw_without_rendering()
        style.direct_labels(ax, comparison.sizes[1], labels, gap=0.062)
        style.title(figure, takeaway(comparison))
    return figure


def _check(comparison: Comparison, points: Sequence[Point]) -> None:
    counts = {kind: 0 for kind in comparison.points}
    for point in points:
        counts[point.censoring] += 1
    if counts != comparison.points:
        raise DataError(
            f"the comparison was made of {comparison.points}, the points given are "
            f"{counts}; pass the points that were compared."
        )


def takeaway(comparison: Comparison) -> str:
    """The exponent and its interval, for the title."""
    found = comparison.exponent
    power = written(f"N^{{{found.value:.2f}}}", comparison.symbol)
    return (
        f"W grows like ${power}$, {found.level:.0%} interval {found.low:.2f} to "
        f"{found.high:.2f}"
    )


def caption(comparison: Comparison, lines: Mapping[str, Line] | None = None) -> str:
    """What is drawn, how many points are censored, and the verdict."""
    counts = comparison.points
    words = (
        ("exact", "dots are measured values"),
        ("interval", "bars reach from the last failing to the first succeeding size"),
        ("above", "arrows up mark searches that failed on the whole ladder"),
        ("below", "arrows down mark searches that succeeded on its lowest rung"),
    )
    drawn = [f"{text} ({counts[kind]})" for kind, text in words if counts[kind]]
    theory = f" Grey: {', '.join(lines)}." if lines else ""
    return (
        f"Both axes logarithmic; {'; '.join(drawn)}. Curves are fitted by maximum "
        f"likelihood under lognormal scatter, weights are Akaike weights (AICc)."
        f"{theory} {comparison.verdict}"
    )


def _points(ax: Axes, points: Sequence[Point]) -> None:
    color = style.VERMILION
    markers = {"exact": "o", "interval": "_", "above": "^", "below": "v"}
    for kind, marker in markers.items():
        chosen = [point for point in points if point.censoring == kind]
        if not chosen:
            continue
        x = [point.size for point in chosen]
        if kind == "interval":
            ends = [p.low for p in chosen], [p.high for p in chosen]
            ax.vlines(x, *ends, color=color, lw=3, alpha=0.45)
        y = [point.middle for point in chosen]
        ax.plot(x, y, color=color, marker=marker, ls="", label=kind, zorder=3)
    open_ = [point for point in points if point.censoring in ("above", "below")]
    for point in open_:
        _arrow(ax, point, color)


def _arrow(ax: Axes, point: Point, color: str) -> None:
    reach = 26 if point.censoring == "above" else -26
    ax.annotate(
        "",
        xy=(point.size, point.middle),
        xytext=(0, reach),
        textcoords="offset points",
        arrowprops={"arrowstyle": "<-", "color": color, "lw": 1.4},
    )


def _laws(ax: Axes, sizes: np.ndarray, comparison: Comparison) -> list[style.Label]:
    labels = []
    for i, fit in enumerate(comparison.fits):
        color, dash = _COLORS[i % len(_COLORS)], _DASHES[i % len(_DASHES)]
        y = [fit.at(size) for size in sizes]
        ax.plot(sizes, y, color=color, ls=dash, lw=1.6)
        labels.append(style.Label(_law(fit, comparison.symbol), y[-1], color))
    return labels


def _law(fit: ModelFit, symbol: str) -> str:
    return f"{written(fit.label, symbol)}, weight {fit.weight:.2f}"


def _theory(
    ax: Axes, sizes: np.ndarray, lines: Mapping[str, Line]
) -> list[style.Label]:
    labels = []
    for i, (name, line) in enumerate(lines.items()):
        y = [float(line(float(size))) for size in sizes]
        dash = _DASHES[i % len(_DASHES)]
        ax.plot(sizes, y, color=style.GREY, ls=dash, lw=1.2)
        labels.append(style.Label(name, y[-1], style.GREY))
    return labels
