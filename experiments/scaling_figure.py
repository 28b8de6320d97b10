"""Trained, constructed and bounds in one figure: W against the labels and against n."""

from collections.abc import Sequence
from math import inf

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.scaling_cells import CONSTRUCTED
from experiments.scaling_report import (
    SCANS,
    bounds_of,
    comparison_of,
    constructed,
    of_scan,
    points_of,
    size_of,
    symbol_of,
)
from memcap.analysis import style
from memcap.sweeps import Record

_BUILT = ((style.BLUE, "s", "compact"), (style.ORANGE, "D", "KS25, fitted"))
_DASHES = ((0, (6, 3)), (0, (2, 2)), (0, (5, 1, 1, 1)))
# KS25.Exp3 (Fig. 3): smallest number of blocks of 84 parameters, MultiNLI, n = 8,
# training error below 1 %; input and output layers are not stated and not counted.
_PUBLISHED_N = dict(
    zip(range(600, 1800, 100), (1, 1, 3, 3, 4, 4, 5, 5, 5, 8, 10, 16), strict=True)
)
# KS25.Exp4: N = 500 random sequences, four blocks at every length.
_PUBLISHED_LENGTH = {10: 4, 100: 4, 1000: 4, 10_000: 4}
_BLOCK = 84


def figure(records: Sequence[Record]) -> Figure:
    """One panel for each quantity that was varied."""
    scans = [scan for scan in SCANS if of_scan(records, scan)]
    with style.styled():
        drawn, axes = style.new_figure(columns=len(scans), height=6.8)
        for ax, scan in zip(axes, scans, strict=True):
            _panel(ax, of_scan(records, scan), scan)
        axes[0].set_ylabel("W, parameters")
        handles = {
            text: handle
            for ax in axes
            for handle, text in zip(*ax.get_legend_handles_labels(), strict=True)
        }
        drawn.legend(
            handles.values(), handles, loc="outside lower left", ncols=3, fontsize=10.5
        )
        style.title(drawn, takeaway(records))
    return drawn


def takeaway(records: Sequence[Record]) -> str:
    """The exponents, or that there are none.

    A constant part of W pulls its exponent down, so that the exponent of the rest
    stands beside it.
    """
    scans = [scan for scan in SCANS if of_scan(records, scan)]
    whole = [_power(records, scan, True) for scan in scans]
    rest = [_power(records, scan, False) for scan in scans]
    if not any(whole):
        return "Trained networks: too few searches ended inside their ladders to fit"
    said = f"Trained W grows like {' and '.join(filter(None, whole))}"
    if not any(rest):
        return said
    return f"{said}, its hidden part like {' and '.join(filter(None, rest))}"


def _power(
    records: Sequence[Record], scan: str, fixed: bool, interval: bool = False
) -> str:
    found = comparison_of(records, scan, fixed)
    if isinstance(found, str):
        return ""
    b, symbol = found.exponent, symbol_of(of_scan(records, scan)[0], scan)
    base = f"({symbol})" if len(symbol) > 1 else symbol
    text = f"${base}^{{{b.value:.2f}}}$"
    return f"{text} [{b.low:.2f}, {b.high:.2f}]" if interval else text


def _heading(records: Sequence[Record], scan: str) -> str:
    """Both exponents with their 95 % intervals."""
    whole, rest = (_power(records, scan, fixed, True) for fixed in (True, False))
    parts = [f"all: {whole}" if whole else "", f"hidden part: {rest}" if rest else ""]
    return "; ".join(filter(None, parts)) or "too few bounded searches for a fit"


def _panel(ax: Axes, records: Sequence[Record], scan: str) -> None:
    sizes = sorted({size_of(record, scan) for record in records})
    ax.set_yscale("log")
    _lines(ax, records, scan)
    _constructions(ax, records, scan)
    _published(ax, records, scan)
    _trained(ax, records, scan)
    _law(ax, records, scan)
    ax.set_xscale("log")
    style.log_samples(ax, sizes)
    ax.set_xlabel(_xlabel(records, scan))
    ax.set_title(_heading(records, scan), fontsize=11.5, loc="left")


def _xlabel(records: Sequence[Record], scan: str) -> str:
    config, symbol = records[0].config, symbol_of(records[0], scan)
    fixed = "samples" if scan == "length" else "length"
    letter = "N" if fixed == "samples" else "n"
    unit = "tokens a sequence" if symbol == "n" else "labels memorized"
    return f"{symbol}, {unit}; {letter} = {config[fixed]}, m = {config['width']}"


def _trained(ax: Axes, records: Sequence[Record], scan: str) -> None:
    """Bars from the last failing to the first fitting size; arrows where one lacks."""
    color = style.VERMILION
    points = points_of(records, scan)
    shifts = _shifts(points)
    label = "trained: fails below, fits above the bar"
    inside = [(p, s) for p, s in zip(points, shifts, strict=True) if 0 < p.low < inf]
    closed = [(p, s) for p, s in inside if p.high < inf]
    ax.vlines(
        [p.size * s for p, s in closed],
        [p.low for p, _ in closed],
        [p.high for p, _ in closed],
        color=color,
        lw=4,
        alpha=0.7,
        label=label,
    )
    for p, shift in zip(points, shifts, strict=True):
        if p.censoring in ("above", "below"):
            up = p.censoring == "above"
            y = p.low if up else p.high
            end, marker = ("fails", "^") if up else ("fits", "v")
            said = f"trained: every size that was tried {end}"
            ax.plot([p.size * shift], [y], marker, color=color, label=said)


def _shifts(points: Sequence) -> list[float]:
    """Factors that set points of one size beside each other."""
    seen: dict[float, int] = {}
    shifts = []
    for point in points:
        rank = seen.get(point.size, 0)
        seen[point.size] = rank + 1
        shifts.append(1 + 0.045 * (-1) ** rank * ((rank + 1) // 2))
    return shifts


def _law(ax: Axes, records: Sequence[Record], scan: str) -> None:
    found = comparison_of(records, scan)
    if isinstance(found, str):
        return
    sizes = np.geomspace(*found.sizes, 32)
    fit = found.fit("N^b")
    y = [fit.at(float(size)) for size in sizes]
    ax.plot(sizes, y, color=style.VERMILION, lw=1.2, label="trained, power law")


def _constructions(ax: Axes, records: Sequence[Record], scan: str) -> None:
    names = CONSTRUCTED[records[0].config["task"]]
    for name, (color, marker, text) in zip(names, _BUILT, strict=True):
        means = _means(records, scan, [constructed(r, name) for r in records])
        ax.plot(*means, color=color, marker=marker, ms=5, lw=1.4, label=text)


def _means(
    records: Sequence[Record], scan: str, values: Sequence[float | None]
) -> tuple[list[int], list[float]]:
    found: dict[int, list[float]] = {}
    for record, value in zip(records, values, strict=True):
        if value is not None:
            found.setdefault(size_of(record, scan), []).append(value)
    sizes = sorted(found)
    return sizes, [sum(found[size]) / len(found[size]) for size in sizes]


def _lines(ax: Axes, records: Sequence[Record], scan: str) -> None:
    bounds = [bounds_of(record) for record in records]
    for (name, color), dash in zip(
        (("fewest possible", style.PURPLE), ("KS25, printed", style.GREEN)),
        _DASHES,
        strict=False,
    ):
        means = _means(records, scan, [bound[name] for bound in bounds])
        ax.plot(*means, color=color, ls=dash, lw=1.8, label=name)
    for bits, dash in ((2, _DASHES[1]), (3.64, _DASHES[2])):
        values = [record.results["labels"] / bits for record in records]
        text = f"{bits:g} bits a parameter"
        ax.plot(*_means(records, scan, values), color=style.GREY, ls=dash, label=text)


def _published(ax: Axes, records: Sequence[Record], scan: str) -> None:
    if records[0].config["task"] != "next_token":
        return
    points = _PUBLISHED_LENGTH if scan == "length" else _PUBLISHED_N
    sizes = [size_of(record, scan) for record in records]
    # Only where it widens the axis little.
    shown = {x: k for x, k in points.items() if min(sizes) / 2 <= x <= 2 * max(sizes)}
    y = [_BLOCK * blocks for blocks in shown.values()]
    text = "KS25 Fig. 3 and Exp4, blocks of 84 (error < 1 %)"
    ax.plot(list(shown), y, color=style.GREY, marker="x", ls="", ms=6, label=text)
