"""The figure: numbers against N, and bits a number stores, 10^2 to 10^12.

Solid with marks: measured. Dotted in the same colour: its extrapolation by the fitted
exponent. Dashed: formulas. Rings: a measured network passes a line of constant bits. No
network of ReLU layers and averaging attention stands in the grey area for every
labelling.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments import frontier_laws as laws
from experiments.compact_summary import MAIN, PRINTED, Point, Series
from experiments.frontier_laws import Law
from experiments.frontier_summary import (
    FLOAT32,
    FLOAT64,
    GROWING,
    LEARNED,
    NAMES,
    Frontier,
    bits_a_number,
    crossings,
    exponent,
)
from memcap.analysis import style

GRID = [round(10 ** (k / 4)) for k in range(8, 49)]
_LOOKS: dict[Series, tuple[str, str]] = {
    MAIN: (style.BLUE, "o"),
    PRINTED: (style.ORANGE, "s"),
    FLOAT64: (style.SKY, "^"),
    FLOAT32: (style.PURPLE, "v"),
    LEARNED: (style.VERMILION, "D"),
}
_DASHED, _DOTTED, _MIXED = (0, (6, 3)), (0, (1.5, 2)), (0, (5, 1, 1, 1))
_FORMULAS: tuple[tuple[Law, str, str], ...] = (
    (laws.PRINTED, "KS25 Thm 4.1, printed", style.ORANGE),
    (laws.UPPER[2], "look-up, 2N + d", style.GREY),
    (laws.LAWS[1], "trained: 2 bits", style.VERMILION),
    (laws.LAWS[2], "trained: 3.64 bits", style.VERMILION),
    (laws.ORDERS[0], "Kim23, order", style.GREEN),
    (laws.ORDERS[2], "Park21, order", style.GREEN),
    (laws.UPPER[3], "Madden24 Thm 21", style.GREY),
    (laws.ORDERS[4], "Dana24 Cor 1", style.GREY),
)


def draw(found: Frontier) -> Figure:
    """Both panels."""
    with style.styled():
        figure, (left, right) = style.new_figure(columns=2, height=7.4)
        figure.set_size_inches(16.5, 7.4)
        for ax in (left, right):
            ax.set_xscale("log")
            ax.set_yscale("log")
            ax.set_xlim(GRID[0], GRID[-1])
            ax.set_xticks([10**k for k in range(2, 13, 2)])
            ax.set_xlabel("N, labels memorized")
        left.set_ylabel("numbers (non-zero; formulas: as the source counts)")
        right.set_ylabel("bits of label stored per number")
        labels = _lines(left, right) + _series(left, right, found)
        left.set_ylim(2, 1e15)
        right.set_ylim(1e-4, 3e6)
        figure.draw_without_rendering()
        for ax, side in ((left, 0), (right, 1)):
            ends = [style.Label(t, pair[side], c) for t, pair, c in labels]
            low, high = ax.get_ylim()
            inside = [label for label in ends if low <= label.y <= high]
            style.direct_labels(ax, GRID[-1], inside, gap=0.04)
        _mark(right, found)
        left.legend(loc="upper left", fontsize=11)
        style.title(figure, takeaway(found))
    return figure


_Ends = list[tuple[str, tuple[float, float], str]]


def _lines(left: Axes, right: Axes) -> _Ends:
    """Formulas dashed, the lower bound with the area that it closes."""
    ends: _Ends = []
    for law, text, color in _FORMULAS:
        y = np.array([law(n) for n in GRID])
        bits = np.array(GRID) / y
        for ax, values in ((left, y), (right, bits)):
            ax.plot(GRID, values, color=color, ls=_DASHED, lw=1.4)
        ends.append((text, (float(y[-1]), float(bits[-1])), color))
    fewest = np.array([laws.FEWEST(n) for n in GRID])
    most = np.array(GRID) / fewest
    look = {"color": style.INK, "ls": _MIXED, "lw": 2}
    left.plot(GRID, fewest, **look)
    right.plot(GRID, most, **look)
    left.fill_between(GRID, 1, fewest, color=style.GREY, alpha=0.22, lw=0)
    right.fill_between(GRID, most, 1e9, color=style.GREY, alpha=0.22, lw=0)
    ends.append(
        ("fewest possible", (float(fewest[-1]), float(most[-1])), style.INK),
    )
    return ends


def _series(left: Axes, right: Axes, found: Frontier) -> _Ends:
    ends: _Ends = []
    for series, row in found.items():
        color, marker = _LOOKS[series]
        x = [point.samples for point in row]
        y = [point.mean("nonzero") for point in row]
        bits = [bits_a_number(*pair) for pair in zip(x, y, strict=True)]
        look = {"color": color, "marker": marker, "ms": 6, "label": NAMES[series]}
        left.plot(x, y, **look)
        right.plot(x, bits, **look)
        slope = exponent(row)
        if series not in GROWING or slope is None:
            continue
        far = _extrapolated(row, slope)
        left.plot(*far, color=color, ls=_DOTTED, lw=1.8)
        stored = [bits_a_number(*pair) for pair in zip(*far, strict=True)]
        right.plot(far[0], stored, color=color, ls=_DOTTED, lw=1.8)
        text = NAMES[series].replace("Theorem", "Thm")
        ends.append((f"{text} (dotted)", (far[1][-1], stored[-1]), color))
    return ends


def _mark(right: Axes, found: Frontier) -> None:
    """Rings where measured networks pass a line of constant bits."""
    bits = {line.name: 10**6 / line(10**6) for line in laws.LINES}
    rings = [
        (c.at, bits[c.line])
        for c in crossings(found)
        if c.at and c.how == "interpolated" and c.line in bits
    ]
    if rings:
        look = {"mfc": "none", "mec": style.INK, "ms": 11, "mew": 1.3, "zorder": 5}
        right.plot(*zip(*rings, strict=True), ls="", marker="o", **look)


def _extrapolated(row: Sequence[Point], slope: float) -> tuple[list, list]:
    last = row[-1]
    x = [last.samples, *[n for n in GRID if n > last.samples]]
    return x, [last.mean("nonzero") * (n / last.samples) ** slope for n in x]


def takeaway(found: Frontier) -> str:
    """The title: what the compact network stores, and from where it beats training."""
    last = found[MAIN][-1]
    stored = bits_a_number(last.samples, last.mean("nonzero"))
    ratio = last.mean("nonzero") / laws.FEWEST(last.samples)
    text = (
        f"Compact: {stored:.3g} bits a number at N = {last.samples:,}, "
        f"{ratio:.2g} times the fewest numbers possible"
    )
    beats = [
        c
        for c in crossings({MAIN: found[MAIN]})
        if (c.what, c.line) == (NAMES[MAIN], laws.MORRIS.name) and c.at
    ]
    if not beats:
        return text
    return f"{text}; more than 3.64 bits from N ≈ {beats[0].at:,.0f}"
