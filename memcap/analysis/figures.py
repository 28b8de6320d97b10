"""One function per figure of the study: records in, a matplotlib Figure out.

No figure touches global state. Each has a takeaway for its title, computed from the
records, and a caption that says what is drawn.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memcap.analysis import fits, rows, series, style
from memcap.analysis.rows import Row
from memcap.sweeps.records import Record

UPPER = "KS25.ThmB1.parameters"


def parameters(records: Iterable[Record]) -> Figure:
    """Parameters against N: constructed, trained, and what theory says."""
    records = tuple(records)
    built, learned = series.needed(records), rows.trained(records)
    small = rows.compact(records)
    best = small or built
    fit = series.slope(best, lambda row: row.nonzero)
    with style.styled():
        figure, (ax,) = style.new_figure(height=6.4)
        ax.set_yscale("log")
        labels = _theory_lines(ax, built, learned)
        labels += _measured(ax, built, "constructed", style.BLUE, "o")
        if small:
            labels += _measured(ax, small, "compact", style.ORANGE, "D")
        if learned:
            _trained(ax, learned)
        sizes = sorted({row.samples for row in (*built, *learned)})
        style.log_samples(ax, sizes)
        ax.set_ylabel("parameters")
        figure.draw_without_rendering()
        style.direct_labels(ax, max(sizes), labels, gap=0.062)
        style.title(figure, _parameter_takeaway(best, fit))
    return figure


def _parameter_takeaway(built: Sequence[Row], fit: fits.Fit | None) -> str:
    last = built[-1]
    if fit is None:
        return f"{last.nonzero:,} parameters memorize {last.samples:,} samples"
    low, high = fit.interval
    speed = "slower than" if high < 1 else "faster than" if low > 1 else "in step with"
    return (
        f"Parameters grow {speed} samples: $N^{{{fit.slope:.2f}}}$, "
        f"{last.nonzero / last.samples:.2g} each at N = {last.samples:,}"
    )


def _measured(
    ax: Axes, points: Sequence[Row], word: str, color: str, marker: str
) -> list[style.Label]:
    fit = series.slope(points, lambda row: row.nonzero)
    nonzero, dense = [r.nonzero for r in points], [r.dense for r in points]
    series.draw(ax, points, nonzero, color=color, marker=marker)
    first = style.Label(f"{word}, non-zero{series.exponent(fit)}", nonzero[-1], color)
    if dense == nonzero or word == "compact":
        return [first]
    look = {"color": color, "marker": marker, "mfc": "none", "ls": ":", "lw": 1.4}
    series.draw(ax, points, dense, **look)
    second = series.slope(points, lambda row: row.dense)
    return [
        first,
        style.Label(f"{word}, dense{series.exponent(second)}", dense[-1], color),
    ]


def _trained(ax: Axes, learned: Sequence[Row]) -> None:
    # They end far left of the other lines, so their label stands at their own end.
    y, color = [row.nonzero for row in learned], style.VERMILION
    series.draw(ax, learned, y, color=color, marker="s")
    misses = [row for row in learned if not row.memorizes]
    series.draw(ax, misses, [r.nonzero for r in misses], color=color, marker="x", ls="")
    fit = series.slope([r for r in learned if r.memorizes], lambda row: row.nonzero)
    ax.annotate(
        f"trained{series.exponent(fit)}",
        xy=(learned[-1].samples, y[-1]),
        xytext=(6, 11),
        textcoords="offset points",
        ha="right",
        color=style.TEXT[color],
        fontsize=11.5,
    )


def _theory_lines(
    ax: Axes, built: Sequence[Row], learned: Sequence[Row]
) -> list[style.Label]:
    n = np.array(sorted({row.samples for row in (*built, *learned)}), dtype=float)
    labels = []
    guides = ((n, "N, one per sample", (0, (6, 3))), (np.sqrt(n), "√N", (0, (2, 2))))
    for y, text, dash in guides:
        ax.plot(n, y, color=style.GREY, ls=dash, lw=1.3)
        labels.append(style.Label(text, float(y[-1]), style.GREY))
    lines = (
        ([r.bound(UPPER) for r in built], "KS25 Theorem 4.1, worst case", style.GREEN),
        ([r.fewest for r in built], "fewest possible, by counting", style.PURPLE),
    )
    for values, text, color in lines:
        known = [(r.samples, y) for r, y in zip(built, values, strict=True) if y]
        if known:
            ax.plot(*zip(*known, strict=True), color=color, ls=(0, (5, 1, 1, 1)))
            labels.append(style.Label(text, known[-1][1], color))
    return labels


def bits(records: Iterable[Record]) -> Figure:
    """Bits against N: all of them against the labels' content, the longest weight."""
    built = series.needed(records)
    with style.styled():
        figure, (left, right) = style.new_figure(columns=2)
        for ax in (left, right):
            ax.set_yscale("log")
            style.log_samples(ax, [row.samples for row in built])
        total = [row.counts["total_bits"] for row in built]
        entropy = [row.results["entropy_bits"] for row in built]
        look = {"color": style.BLUE, "marker": "o"}
        series.draw(left, built, total, label="the network's numbers", **look)
        dash = {"color": style.PURPLE, "ls": (0, (5, 1, 1, 1))}
        series.draw(left, built, entropy, label="N log₂ C, no fewer", **dash)
        left.set_ylabel("bits in total")
        _longest(right, built)
        for ax in (left, right):
            _room_above(ax)
            ax.legend(loc="upper left")
        style.title(figure, _bits_takeaway(built))
    return figure


def _longest(ax: Axes, built: Sequence[Row]) -> None:
    longest = [row.counts["max_bits"] for row in built]
    fit = series.slope(built, lambda row: row.counts["max_bits"])
    label = "longest weight" + series.exponent(fit)
    series.draw(ax, built, longest, label=label, color=style.BLUE, marker="o")
    claimed = [(r.samples, c) for r in built if (c := r.bound("KS25.ThmB1.bits"))]
    if claimed:
        look = {"color": style.GREEN, "ls": (0, (5, 1, 1, 1))}
        ax.plot(*zip(*claimed, strict=True), label="KS25 Theorem 4.1 allows", **look)
    ax.set_ylabel("bits in the longest weight")


def _room_above(ax: Axes) -> None:
    low, high = ax.get_ylim()
    ax.set_ylim(low, high * (high / low) ** 0.35)


def _bits_takeaway(built: Sequence[Row]) -> str:
    last = built[-1]
    each = last.counts["total_bits"] / last.results["entropy_bits"]
    fit = series.slope(built, lambda row: row.counts["total_bits"])
    if fit is None:
        return f"{each:.0f} bits stored per bit of label"
    return (
        f"All bits together grow like $N^{{{fit.slope:.2f}}}$: "
        f"{each:.0f} stored per bit of label at N = {last.samples:,}"
    )


def parts(records: Iterable[Record]) -> Figure:
    """Where the non-zero parameters of the constructed networks sit."""
    built = series.needed(records)
    stacks, places = _stacks(built), range(len(built))
    with style.styled():
        figure, (ax,) = style.new_figure()
        bottom, labels = np.zeros(len(built)), []
        for (name, height), color in zip(stacks.items(), style.PARTS, strict=False):
            ax.bar(places, height, bottom=bottom, color=color, width=0.72)
            middle = float(bottom[-1] + height[-1] / 2)
            labels.append(style.Label(_share(name, height, built[-1]), middle, color))
            bottom += height
        ax.set_xticks(places, [f"{row.samples:,}" for row in built])
        ax.set_xlabel("N, samples memorized")
        ax.set_ylabel("non-zero parameters")
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        figure.draw_without_rendering()
        style.direct_labels(ax, len(built) - 1, labels, gap=0.06)
        style.title(figure, _parts_takeaway(built[-1], stacks))
    return figure


def _share(name: str, height: np.ndarray, last: Row) -> str:
    share = float(height[-1]) / last.nonzero
    return f"{name} ({share:.0%})" if share >= 0.01 else f"{name} ({height[-1]:,.0f})"


def _stacks(built: Sequence[Row]) -> dict[str, np.ndarray]:
    """`[len(built)]` non-zero parameters of each part, small parts put together."""
    names = dict.fromkeys(name for row in built for name in row.parts)
    stacks = {name: np.array([_part(row, name) for row in built]) for name in names}
    by_size = sorted(stacks, key=lambda name: -int(stacks[name].sum()))
    small = set(by_size[len(style.PARTS) - 1 :])
    if len(small) < 2:
        return stacks
    kept = {name: stack for name, stack in stacks.items() if name not in small}
    return kept | {"all others": sum((stacks[n] for n in small), np.zeros(len(built)))}


def _part(row: Row, name: str) -> int:
    return row.parts.get(name, {"nonzero": 0})["nonzero"]


def _parts_takeaway(last: Row, stacks: dict[str, np.ndarray]) -> str:
    most = max(stacks, key=lambda name: stacks[name][-1])
    share = stacks[most][-1] / last.nonzero
    return f"Most parameters sit in the {most}: {share:.0%} at N = {last.samples:,}"


def seconds(records: Iterable[Record]) -> Figure:
    """How long building and verifying take against N."""
    built = series.needed(records)
    with style.styled():
        figure, (ax,) = style.new_figure()
        ax.set_yscale("log")
        labels = []
        looks = (("verify", style.BLUE, "o"), ("construct", style.ORANGE, "^"))
        for name, color, marker in looks:
            time = partial(_seconds, name)
            y = [time(row) for row in built]
            series.draw(ax, built, y, color=color, marker=marker)
            fit = series.slope(built, time)
            labels.append(style.Label(f"{name}{series.exponent(fit)}", y[-1], color))
        style.log_samples(ax, [row.samples for row in built])
        ax.set_ylabel("seconds")
        figure.draw_without_rendering()
        style.direct_labels(ax, built[-1].samples, labels, gap=0.07)
        last = built[-1]
        took = last.results["seconds"]["verify"]
        style.title(
            figure, f"All {last.samples:,} labels checked exactly in {took:.1f} s"
        )
    return figure


def _seconds(name: str, row: Row) -> float:
    # Clocks may give nought for the smallest networks, which has no logarithm.
    return max(row.results["seconds"][name], 1e-3)


FIGURES: dict[str, Callable[[Iterable[Record]], Figure]] = {
    "parameters": parameters,
    "bits": bits,
    "parts": parts,
    "seconds": seconds,
}
