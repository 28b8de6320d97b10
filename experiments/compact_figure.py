"""The figures: parameters against N beside every line of theory, and bits."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.compact_summary import (
    MAIN,
    PRINTED,
    Point,
    Series,
    bound,
    crossing,
    points,
    slope,
)
from memcap.analysis import style
from memcap.sweeps.records import Record

_LOOKS: dict[Series, tuple[str, str, str]] = {
    MAIN: ("compact, C = 2", style.BLUE, "o"),
    ("compact_next_token", 4): ("compact, C = 4", style.SKY, "^"),
    ("compact_next_token", 16): ("compact, C = 16", style.GREEN, "v"),
    ("compact_seq_to_seq", 4): ("a label for every token, C = 4", style.PURPLE, "D"),
    PRINTED: ("KS25 Theorem 4.1, fitted", style.ORANGE, "s"),
}
_DASHED, _DOTTED, _MIXED = (0, (6, 3)), (0, (2, 2)), (0, (5, 1, 1, 1))


def parameters(records: Sequence[Record]) -> Figure:
    """Parameters of binary memorizers against N, with all lines of theory."""
    found = points(records)
    main, printed = found[MAIN], found[PRINTED]
    samples = np.array([point.samples for point in main], float)
    with style.styled():
        figure, (ax,) = style.new_figure(height=6.6)
        ax.set_yscale("log")
        labels = _formulas(ax, samples) + _bounds(ax, main)
        for series, row in ((PRINTED, printed), (MAIN, main)):
            text, color, _ = _LOOKS[series]
            _draw(ax, series, row, "nonzero")
            fit = slope(row, "nonzero")
            exponent = f", $N^{{{fit.slope:.2f}}}$" if fit else ""
            end = row[-1].mean("nonzero")
            labels.append(style.Label(text + exponent, end, color))
        _axis(ax, [p for p in main if p.samples in {q.samples for q in printed}])
        ax.set_ylabel("non-zero parameters")
        figure.draw_without_rendering()
        style.direct_labels(ax, float(samples[-1]), labels, gap=0.047)
        style.title(figure, _takeaway(main))
    return figure


def _takeaway(main: Sequence[Point]) -> str:
    last = main[-1]
    text = f"{last.mean('nonzero'):,.0f} numbers memorize {last.samples:,} labels"
    at = crossing(main, float)
    return f"{text}; fewer than one a label from N ≈ {at:,.0f}" if at else text


def _axis(ax: Axes, named: Sequence[Point]) -> None:
    style.log_samples(ax, [point.samples for point in named])


def _draw(ax: Axes, series: Series, row: Sequence[Point], quantity: str) -> None:
    """Means over the seeds with their range as a band."""
    _, color, marker = _LOOKS[series]
    x = [point.samples for point in row]
    y = [point.mean(quantity) for point in row]
    ax.plot(x, y, marker=marker, color=color, ms=6)
    low = [point.counts[quantity].min() for point in row]
    high = [point.counts[quantity].max() for point in row]
    ax.fill_between(x, low, high, color=color, alpha=0.25, lw=0)


def _formulas(ax: Axes, n: np.ndarray) -> list[style.Label]:
    lines = (
        ("N", n, _DASHED),
        ("N / 2: 2 bits each", n / 2, _DASHED),
        ("N / 3.64: 3.64 bits each", n / 3.64, _DASHED),
        ("50 √N", 50 * np.sqrt(n), _DOTTED),
        ("√N", np.sqrt(n), _DOTTED),
    )
    labels = []
    for text, y, dash in lines:
        ax.plot(n, y, color=style.GREY, ls=dash, lw=1.2)
        labels.append(style.Label(text, float(y[-1]), style.GREY))
    return labels


def _bounds(ax: Axes, main: Sequence[Point]) -> list[style.Label]:
    lines = (
        ("KS25.ThmB1.parameters", "KS25 Theorem 4.1, printed", style.GREEN),
        ("memcap.Shatter.any_places", "fewest possible", style.PURPLE),
    )
    labels = []
    for identifier, text, color in lines:
        y = [bound(identifier, point.samples) for point in main]
        ax.plot([p.samples for p in main], y, color=color, ls=_MIXED, lw=1.8)
        labels.append(style.Label(text, y[-1], color))
    return labels


def bits(records: Sequence[Record]) -> Figure:
    """Bits stored for a bit of label, and the bits of the longest weight."""
    found = points(records)
    with style.styled():
        figure, (left, right) = style.new_figure(columns=2, height=6.0)
        for series, row in found.items():
            text, color, marker = _LOOKS[series]
            x = [point.samples for point in row]
            each = [point.bits_per_bit for point in row]
            left.plot(x, each, marker=marker, color=color, ms=6)
            _draw(right, series, row, "max_bits")
            right.lines[-1].set_label(text)
        left.axhline(1, color=style.GREY, ls=_DASHED, lw=1.4)
        left.annotate(
            "1: what the labels hold",
            (left.get_xlim()[1], 1),
            (-4, 5),
            textcoords="offset points",
            color=style.TEXT[style.GREY],
            ha="right",
            fontsize=11.5,
        )
        left.set_ylim(bottom=0)
        left.set_ylabel("bits stored per bit of label")
        right.set_yscale("log")
        right.set_ylabel("bits of the longest weight")
        right.legend(loc="upper left", fontsize=10.5)
        for ax in (left, right):
            ax.set_xscale("log")
            ax.set_xlabel("N, labels memorized")
        style.title(figure, _bits_takeaway(found[MAIN][-1]))
    return figure


def _bits_takeaway(last: Point) -> str:
    return (
        f"{last.bits_per_bit:.1f} bits of weights for each bit of label; the longest "
        f"weight has {last.mean('max_bits') / sqrt(last.samples):.1f} √N"
    )
