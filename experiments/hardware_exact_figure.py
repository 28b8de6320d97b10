"""Parameters a sample against the budget of bits and against N."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.hardware_exact_runs import TYPES
from experiments.hardware_exact_summary import (
    Cell,
    Point,
    exponent,
    line,
    points,
    widest,
)
from memcap.analysis import style
from memcap.sweeps.records import Record

_FORMS = {"wide": (style.BLUE, "o", "-"), "deep": (style.ORANGE, "s", (0, (6, 2)))}
_TYPES = {8: style.VERMILION, 24: style.GREEN, 53: style.PURPLE}
_DASHED = (0, (2, 2))


def draw(records: Sequence[Record]) -> Figure:
    """Left parameters a sample against p at one N, right against N for each type."""
    found = points(records)
    samples = widest(found)
    with style.styled():
        figure, (left, right) = style.new_figure(columns=2, height=6.0)
        left.set_yscale("log")
        right.set_yscale("log")
        _against_budget(left, found, samples)
        _against_samples(right, found)
        for ax in (left, right):
            ax.yaxis.set_major_formatter(lambda y, _: f"{y:g}")
            ax.yaxis.set_minor_formatter(lambda y, _: _few(y))
        left.set_ylabel("non-zero parameters a sample")
        style.title(figure, _takeaway(found, samples))
    return figure


def _few(y: float) -> str:
    """Names 2 and 5 of a decade."""
    return f"{y:g}" if f"{y:e}"[0] in "25" else ""


def _against_budget(ax: Axes, found: dict[Cell, Point], samples: int) -> None:
    for form, (color, marker, dash) in _FORMS.items():
        row = line(found, form, samples=samples)
        fit = exponent(row, "significand")
        text = f"{form}, $p^{{{fit.slope:.2f}}}$" if fit else form
        look = {"color": color, "marker": marker, "ls": dash, "label": text}
        ax.plot([p.significand for p in row], [p.per_sample for p in row], **look)
    _prediction(ax, line(found, "wide", samples=samples))
    ax.set_xscale("log")
    ticks = sorted({p for p, _, n in found if n == samples})
    ax.set_xticks(ticks, [f"{p}\n{TYPES[p]}" if p in TYPES else str(p) for p in ticks])
    ax.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
    ax.set_xlabel(f"p, significant bits; N = {samples:,}")
    ax.set_ylim(bottom=ax.get_ylim()[0] / 8)
    ax.legend(loc="lower left", fontsize=10.5)


def _prediction(ax: Axes, row: Sequence[Point]) -> None:
    """KS25's exponent through the last point, and one bit of label a bit."""
    p = np.array([point.significand for point in row], float)
    last = row[-1].per_sample * row[-1].significand
    ax.plot(
        p,
        last / p,
        color=style.GREY,
        ls=_DASHED,
        lw=1.4,
        label="falling as 1 / p (KS25)",
    )
    bits = {"color": style.INK, "ls": (0, (5, 1, 1, 1)), "lw": 1.2}
    ax.plot(p, 1 / p, label="1 / p: a bit for each label", **bits)


def _against_samples(ax: Axes, found: dict[Cell, Point]) -> None:
    for p, color in _TYPES.items():
        for form, (_, marker, dash) in _FORMS.items():
            row = line(found, form, significand=p)
            if row:
                look = {"color": color, "marker": marker, "ls": dash}
                text = f"{TYPES[p]}, {form}"
                x = [point.samples for point in row]
                ax.plot(x, [q.per_sample for q in row], label=text, **look)
    style.log_samples(ax, sorted({n for p, _, n in found if p in _TYPES}))
    ax.legend(loc="lower left", ncols=2, fontsize=10.5)
    ax.set_ylim(bottom=ax.get_ylim()[0] / 2)


def _takeaway(found: dict[Cell, Point], samples: int) -> str:
    words = [
        f"{point.per_sample:.1f} in {TYPES[point.significand]}"
        for point in line(found, "wide", samples=samples)
        if point.significand in TYPES
    ]
    return (
        f"Parameters a sample for an exact float pass at N = {samples:,}: "
        + ", ".join(words)
    )
