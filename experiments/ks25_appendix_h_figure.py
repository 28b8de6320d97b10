"""The figures: blocks against N, and accuracy and length, theirs beside ours."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments import ks25_appendix_h_published as published
from experiments.ks25_appendix_h_summary import bracket, curve, of, series
from memcap.analysis import style
from memcap.sweeps import Record

_LOOKS = {
    "words": ("words, trained embedding", style.BLUE, "o"),
    "ids": ("64 ids, trained embedding", style.GREEN, "^"),
    "more_ids": ("256 ids, trained embedding", style.SKY, "v"),
    "fixed": ("words, fixed vectors", style.PURPLE, "D"),
    "uniform": ("random vectors", style.SKY, "v"),
}
_THEIRS = "KS25, Figure 3: one curve"


def smallest(records: Sequence[Record]) -> Figure:
    """The smallest number of blocks against N, every seed, censored ones as arrows."""
    with style.styled():
        figure, (ax,) = style.new_figure(height=6.2)
        ax.set_xscale("log")
        ax.set_yscale("log", base=2)
        n = np.array(list(published.SMALLEST), float)
        blocks = list(published.SMALLEST.values())
        ax.plot(n, blocks, "-s", color=style.ORANGE, ms=6, label=_THEIRS)
        guide = blocks[2] * np.sqrt(n / n[2])
        ax.plot(n, guide, ":", color=style.GREY, label="√N through their N = 800")
        for name, found in series(records).items():
            _searches(ax, name, found)
        ax.yaxis.set_major_formatter(lambda y, _: f"{y:g}")
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
        ax.xaxis.set_minor_formatter("")
        ax.set_ylim(0.7, None)
        ax.set_xlabel("N, labels")
        ax.set_ylabel("smallest number of blocks, error < 0.01")
        figure.legend(loc="outside lower center", ncols=3, fontsize=10.5)
        style.title(figure, takeaway(records))
    return figure


def _searches(ax: Axes, name: str, found: Sequence[Record]) -> None:
    text, color, marker = _LOOKS[name.split(",")[0]]
    _, _, longer = name.partition(", ")
    seeds = sorted({record.seed for record in found})
    look = {"color": color, "ls": "", "ms": 7}
    if longer:
        look["mfc"] = "none"
        text = f"{text}, {longer}"
    ax.plot([], [], marker=marker, label=text, **look)
    for record in found:
        # Equal answers of several seeds stand side by side, not on each other.
        place = seeds.index(record.seed) - (len(seeds) - 1) / 2 + (1.5 if longer else 0)
        x = record.config["samples"] * 1.025**place
        below, blocks = bracket(record, record.config["threshold"])
        ax.plot(x, blocks or below, marker=marker if blocks else "", **look)
        if blocks is None:
            ax.plot(x, below, marker=r"$\uparrow$", color=color, ms=13, mew=0.4)


def takeaway(records: Sequence[Record]) -> str:
    """The most that one block fits with trained words, and where fixed ones fail."""
    found, parts = series(records), []
    if words := found.get("words"):
        one = [r.config["samples"] for r in words if bracket(r, 0.01)[1] == 1]
        if one:
            parts.append(f"Trained words: 1 block fits {max(one):,} labels")
    if fixed := found.get("fixed"):
        held = {r.config["samples"] for r in fixed if bracket(r, 0.01)[1]}
        lost = {r.config["samples"] for r in fixed} - held
        most = max(r.config["ladder"][-1] for r in fixed)
        if lost:
            parts.append(f"fixed ones: up to {most} blocks do not fit {min(lost)}")
    return "; ".join(parts) or "Smallest number of blocks"


def curves(records: Sequence[Record]) -> Figure:
    """Accuracy against blocks, and the smallest number of blocks against length."""
    with style.styled():
        figure, (left, right) = style.new_figure(columns=2, height=5.8)
        _accuracy(left, of(records, part="curve"))
        _lengths(right, of(records, part="length"))
        style.title(figure, _curves_takeaway(records))
    return figure


def _curves_takeaway(records: Sequence[Record]) -> str:
    parts = []
    for name in ("words", "fixed"):
        if found := [curve(r)[0] for r in of(records, part="curve", tokens=name)]:
            parts.append(f"{name}: {min(found):.2f} to {max(found):.2f} right")
    lengths = [bracket(r, 0.01)[1] for r in of(records, part="length")]
    if lengths and all(lengths):
        most = max(r.config["length"] for r in of(records, part="length"))
        least, largest = min(map(int, lengths)), max(map(int, lengths))
        parts.append(f"{least} to {largest} blocks up to length {most}")
    return "; ".join(parts) or "Accuracy and length"


def _accuracy(ax: Axes, records: Sequence[Record]) -> None:
    for name, line, look in (
        ("KS25: MultiNLI, N = 2,000", published.MULTINLI, "-s"),
        ("KS25: IMDb, N = 3,000", published.IMDB, "--s"),
    ):
        right = [accuracy for _, accuracy in line.values()]
        ax.plot(list(line), right, look, color=style.ORANGE, ms=5, label=name)
    keys = [
        tuple(r.config[k] for k in ("tokens", "samples", "classes")) for r in records
    ]
    for tokens, n, classes in dict.fromkeys(keys):
        same = of(records, tokens=tokens, samples=n, classes=classes)
        text, color, marker = _LOOKS[tokens]
        units = sorted({r.config["ladder"][0] for r in same})
        rows = [
            [curve(r)[0] for r in same if r.config["ladder"][0] == u] for u in units
        ]
        ax.plot(
            units,
            [np.mean(row) for row in rows],
            marker=marker,
            color=color,
            ls="-" if classes == 3 else "--",
            label=f"{text}, N = {n}, C = {classes}",
        )
        low, high = [min(row) for row in rows], [max(row) for row in rows]
        ax.fill_between(units, low, high, color=color, alpha=0.2, lw=0)
    ax.set_xlabel("blocks")
    ax.set_ylabel("accuracy, best of two trials")
    ax.legend(loc="lower right", fontsize=9.5)


def _lengths(ax: Axes, records: Sequence[Record]) -> None:
    theirs = published.LENGTHS
    ax.set_xscale("log")
    text = "KS25: N = 500"
    ax.plot(list(theirs), list(theirs.values()), "-s", color=style.ORANGE, label=text)
    seeds = sorted({r.seed for r in records})
    _, color, marker = _LOOKS["uniform"]
    for record in records:
        below, blocks = bracket(record, record.config["threshold"])
        x = record.config["length"] * 1.06 ** seeds.index(record.seed)
        ax.plot(x, blocks or below, marker=marker if blocks else "", color=color)
        if blocks is None:
            ax.plot(x, below, marker=r"$\uparrow$", color=color, ms=13, mew=0.4)
    for n in sorted({r.config["samples"] for r in records}):
        ax.plot([], [], marker=marker, color=color, ls="", label=f"ours: N = {n}")
    ax.set_ylim(0, 6)
    ax.set_xlabel("n, length")
    ax.set_ylabel("smallest number of blocks, error < 0.01")
    ax.legend(loc="upper right", fontsize=9.5)
