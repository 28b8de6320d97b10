"""The capacity lens: gains against what the traces cost, and against tables in bits.

The cost of traces is their surprise to the undistilled student in bits. A table of the
one-step function is an upper bound on what chains ask to be stored, the answers of all
examples are what the direct form asks; both stand beside the bits a student can hold.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memcap.analysis import style
from memcap.analysis.distill_figures import LOOKS
from memcap.analysis.distill_summary import Cell, Summary
from memcap.core.errors import DataError
from memcap.distill.statistics import guard

# Measured on uniform random sequences after 16,000 steps (`experiments.morris_bits`); a
# published value for facts is 2 (2404.05405).
BITS_PER_PARAMETER = 2.74
# Height of a name, as a share of the axis.
_LINE = 0.045


def lens(
    summary: Summary, arm: str, bits_per_parameter: float = BITS_PER_PARAMETER
) -> Figure:
    """Gain against the cost of a token, and against all the bits of the traces.

    Args:
        summary: of one setting.
        arm: the data arm.
        bits_per_parameter: what a parameter of a student can hold.
    """
    cells = [c for c in summary.of(arm) if c.mean("trace_cost_bits") is not None]
    if not cells:
        raise DataError(f"the runs of the arm '{arm}' have no trace cost to draw.")
    with style.styled():
        figure, (left, right) = style.new_figure(columns=2, height=6)
        _points(left, cells, "trace_cost_bits_per_token", summary, named=True)
        left.set_xlabel("bits per token of a trace, to the undistilled student")
        left.set_ylabel("gain in accuracy")
        _points(right, cells, "trace_cost_bits", summary, named=False)
        right.set_xscale("log")
        right.set_xlabel("bits of all traces, to the undistilled student")
        _tables(right, cells, bits_per_parameter)
        handles, names = right.get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=2, fontsize=11)
        style.title(figure, guard(_takeaway(cells)))
    return figure


def _points(
    ax: Axes, cells: Sequence[Cell], field: str, summary: Summary, *, named: bool
) -> None:
    ax.axhline(0, color=style.INK, linewidth=1)
    for i, student in enumerate(summary.students):
        own = [c for c in cells if c.student == student and c.mean(field) is not None]
        x = [cell.mean(field) or 0.0 for cell in own]
        y = [cell.levels.gain for cell in own]
        look = LOOKS[i % len(LOOKS)]
        ax.plot(x, y, ls="", label=f"student of {student}", **look)
    ax.margins(x=0.14, y=0.12)
    if named:
        known = [cell for cell in cells if cell.mean(field) is not None]
        _name(ax, known, field, summary.students)


def _name(ax: Axes, cells: Sequence[Cell], field: str, students: Sequence[str]) -> None:
    """Names beside the points, from the lowest up, each clear of the one below."""
    low, high = ax.get_ylim()
    line = _LINE * (high - low)
    last = -np.inf
    for cell in sorted(cells, key=lambda cell: cell.levels.gain):
        last = max(cell.levels.gain, last + line)
        look = LOOKS[students.index(cell.student) % len(LOOKS)]
        color = style.TEXT[look["color"]]
        place = {"xytext": (8, 0), "textcoords": "offset points", "va": "center"}
        at = (cell.mean(field) or 0.0, last)
        ax.annotate(cell.source, at, color=color, fontsize=10, **place)


def _tables(ax: Axes, cells: Sequence[Cell], bits_per_parameter: float) -> None:
    """Vertical lines at the tables and at what the students can hold."""
    answers = [value for cell in cells if (value := cell.mean("direct_table_bits"))]
    _mark(ax, "one-step table", cells[0].mean("cot_table_bits"), "-.")
    _mark(ax, "answers", float(np.mean(answers)) if answers else None, ":")
    for i, size in enumerate(sorted({cell.runs[0].student[0] for cell in cells})):
        held = f"held by {size:,} at {bits_per_parameter:g} bits each"
        color = LOOKS[i % len(LOOKS)]["color"]
        _mark(ax, held, size * bits_per_parameter, (0, (6, 2)), color)


def _mark(
    ax: Axes, text: str, bits: float | None, dash: Any, color: str = style.GREY
) -> None:
    if bits:
        label = f"{text}: {bits:,.0f} bits"
        ax.axvline(bits, color=color, ls=dash, linewidth=1.6, label=label)


def _takeaway(cells: list[Cell]) -> str:
    field = "trace_cost_bits_per_token"
    known = [c for c in cells if c.mean(field) is not None]
    if not known:
        return "Gain against the bits of the traces"
    cheap = min(known, key=lambda cell: cell.mean(field) or 0.0)
    best = max(known, key=lambda cell: cell.levels.gain)
    if cheap.source == best.source:
        return (
            f"Descriptive: {best.source} has the cheapest traces and the highest mean"
        )
    return (
        f"Descriptive: {cheap.source} has the cheapest traces, {best.source} the "
        "highest mean"
    )
