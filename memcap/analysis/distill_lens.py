"""The capacity lens: gains against what the traces cost, and against tables in bits.

The cost of traces is their surprise to the undistilled student in bits. A table of the
one-step function is an upper bound on what chains ask to be stored, the answers of all
examples are what the direct form asks; both stand beside the bits a student can hold.
"""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from memcap.analysis import style
from memcap.analysis.distill_lineup import LOOKS, highest
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
    per_token = "trace_cost_bits_per_token"
    with style.styled():
        figure, (left, right) = style.new_figure(columns=2, height=6)
        _points(left, cells, per_token, summary)
        _name(left, cells, per_token, summary.students)
        left.set_xlabel("bits a token of a trace, to the student before")
        left.set_ylabel("gain over the undistilled student")
        _points(right, cells, "trace_cost_bits", summary)
        right.set_xlabel("bits of all traces, to the student before")
        _tables(right, cells, bits_per_parameter)
        _decades(right)
        handles, names = right.get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=2, fontsize=11)
        style.title(
            figure, guard(_takeaway(cells), names={cell.source for cell in cells})
        )
    return figure


def _points(ax: Axes, cells: Sequence[Cell], field: str, summary: Summary) -> None:
    ax.axhline(0, color=style.INK, linewidth=1)
    for i, student in enumerate(summary.students):
        own = [c for c in cells if c.student == student and c.mean(field) is not None]
        x = [cell.mean(field) or 0.0 for cell in own]
        y = [cell.levels.gain for cell in own]
        look = LOOKS[i % len(LOOKS)]
        ax.plot(x, y, ls="", label=f"student of {student}", **look)
    ax.margins(x=0.1, y=0.12)


def _name(ax: Axes, cells: Sequence[Cell], field: str, students: Sequence[str]) -> None:
    """Names at the right end in the order of the gains, each tied to its point."""
    known = [cell for cell in cells if cell.mean(field) is not None]
    known = sorted(known, key=lambda cell: (cell.levels.gain, cell.source))
    low, high = ax.get_ylim()
    line = min(_LINE, 1 / max(1, len(known)))
    wanted = [(cell.levels.gain - low) / (high - low) for cell in known]
    heights = style.spread(wanted, line)
    for i, (cell, height) in enumerate(zip(known, heights, strict=True)):
        # All stay inside, with room for those above and below.
        height = min(max(height, line * i), 1 - line * (len(known) - 1 - i))
        color = LOOKS[students.index(cell.student) % len(LOOKS)]["color"]
        tie = {"arrowstyle": "-", "color": color, "alpha": 0.45, "linewidth": 0.9}
        ax.annotate(
            cell.source,
            (cell.mean(field) or 0.0, cell.levels.gain),
            xytext=(1.02, height),
            textcoords="axes fraction",
            va="center",
            fontsize=10,
            color=style.TEXT[color],
            annotation_clip=False,
            arrowprops={**tie, "relpos": (0, 0.5), "shrinkA": 1, "shrinkB": 4},
        )


def _decades(ax: Axes) -> None:
    """A logarithmic axis with enough numbers, but none on top of each other."""
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    few = high < 100 * low
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,)))
    ax.xaxis.set_major_formatter(lambda bits, _: f"{bits:,.0f}")
    ax.xaxis.set_minor_formatter("")


def _tables(ax: Axes, cells: Sequence[Cell], bits_per_parameter: float) -> None:
    """Vertical lines at the tables and at what the students can hold."""
    answers = [value for cell in cells if (value := cell.mean("direct_table_bits"))]
    _mark(ax, "one-step table", cells[0].mean("cot_table_bits"), "-.")
    _mark(ax, "answers", float(np.mean(answers)) if answers else None, ":")
    for i, size in enumerate(sorted({cell.runs[0].student[0] for cell in cells})):
        held = f"held by {size:,} parameters at {bits_per_parameter:g} bits each"
        color = LOOKS[i % len(LOOKS)]["color"]
        _mark(ax, held, size * bits_per_parameter, (0, (6, 2)), color)


def _mark(
    ax: Axes, text: str, bits: float | None, dash: Any, color: str = style.GREY
) -> None:
    if bits:
        label = f"{text}: {bits:,.0f} bits"
        ax.axvline(bits, color=color, ls=dash, linewidth=1.6, label=label)


def _takeaway(cells: Sequence[Cell]) -> str:
    known = [c for c in cells if c.mean("trace_cost_bits_per_token") is not None]
    students = list(dict.fromkeys(cell.student for cell in known))
    if not students:
        return "Gain against the bits of the traces"
    # A cost is one to a student, so the cheapest are found for each.
    found = [_ends([c for c in known if c.student == name]) for name in students]
    if len(found) > 1:
        both = sum(bool(cheap & best) for cheap, best in found)
        return (
            "Descriptive: the teacher with the cheapest traces has the highest mean "
            f"for {both} of {len(found)} students"
        )
    cheap, best = found[0]
    if cheap & best:
        names = _names(cheap & best)
        return f"Descriptive: {names} has the cheapest traces and the highest mean"
    return (
        f"Descriptive: {_names(cheap)} has the cheapest traces, {_names(best)} the "
        "highest mean"
    )


def _ends(cells: Sequence[Cell]) -> tuple[frozenset[str], frozenset[str]]:
    """The teachers with the cheapest traces, and those with the highest mean."""
    costs = {c.source: -(c.mean("trace_cost_bits_per_token") or 0.0) for c in cells}
    return highest(costs), highest({c.source: c.levels.gain for c in cells})


def _names(sources: Collection[str]) -> str:
    first, *rest = sorted(sources)
    return f"{first} (as {len(rest)} more)" if rest else first
