"""Accuracy against the digits of the weights: the figure and the table."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memcap.analysis import style
from memcap.sweeps.records import Record

_LOOKS = {
    "compact_next_token": ("compact", style.BLUE, "o"),
    "next_token": ("KS25 Theorem 4.1", style.ORANGE, "s"),
    "trained": ("trained", style.VERMILION, "^"),
}


def enough(record: Record) -> int | None:
    """Fewest digits from which on no label is lost among those tried."""
    digits, correct = record.results["digits"], record.results["correct"]
    kept = None
    for k, right in zip(reversed(digits), reversed(correct), strict=True):
        if right < record.results["unrounded"]:
            break
        kept = k
    return kept


def accuracy(record: Record) -> np.ndarray:
    """`[k]` share of labels right."""
    return np.array(record.results["correct"]) / record.results["total"]


def predicted(record: Record) -> np.ndarray | None:
    """What the layout of a compact memorizer's words predicts.

    A word is the block's start, of as many digits as an id, and then the gaps in
    order. Of k digits those beyond the start keep an equal share of the gaps, and the
    labels there; where the gaps are lost the commonest label is guessed.
    """
    ids, most = record.results.get("id_bits"), record.results["longest"]
    if not ids or most <= ids:
        return None
    kept = np.clip((np.array(record.results["digits"]) - ids) / (most - ids), 0, 1)
    return kept + (1 - kept) * record.results["commonest"] / record.results["total"]


def draw(records: Sequence[Record]) -> Figure:
    """Left the digits as they are, right as a share of the longest weight."""
    with style.styled():
        figure, (left, right) = style.new_figure(columns=2, height=6.0)
        last: dict[str, Record] = {}
        for record in records:
            last[record.config["network"]] = record
            _line(left, record, np.array(record.results["digits"], float))
        _names(left, records)
        for record in last.values():
            digits = np.array(record.results["digits"], float)
            _line(right, record, digits / record.results["longest"])
        _prediction(right, records)
        left.set_xscale("log")
        left.set_xlabel("significant binary digits kept of every weight")
        right.set_xlabel("the same, as a share of the longest weight")
        for ax in (left, right):
            ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
            ax.set_ylim(min(accuracy(r).min() for r in records) - 0.25, 1.03)
        left.set_ylabel("labels right, exact forward pass")
        right.legend(loc="lower right", fontsize=11)
        style.title(figure, _takeaway(records))
    return figure


def _line(ax: Axes, record: Record, x: np.ndarray) -> None:
    text, color, marker = _LOOKS[record.config["network"]]
    samples = f"{record.config['samples']:,}"
    ax.plot(
        x,
        accuracy(record),
        color=color,
        marker=marker,
        ms=4,
        lw=1.6,
        label=f"{text}, N = {samples}",
    )


def _names(ax: Axes, records: Sequence[Record]) -> None:
    """Where the digits of the longest weight end."""
    for record in records:
        _, color, _ = _LOOKS[record.config["network"]]
        ax.axvline(record.results["longest"], color=color, ls=(0, (2, 2)), lw=1)


def _prediction(ax: Axes, records: Sequence[Record]) -> None:
    for record in records:
        expected = predicted(record)
        if expected is None or record.config["samples"] != _most(records):
            continue
        x = np.array(record.results["digits"]) / record.results["longest"]
        look = {"color": style.INK, "ls": (0, (5, 3)), "lw": 1.2}
        ax.plot(x, expected, label="predicted by the words' layout", **look)


def _most(records: Sequence[Record]) -> int:
    return max(r.config["samples"] for r in records if r.results.get("id_bits"))


def _takeaway(records: Sequence[Record]) -> str:
    """Digits that suffice, at the largest N that every kind of network has."""
    by_kind: dict[str, dict[int, Record]] = {}
    for record in records:
        config = record.config
        by_kind.setdefault(config["network"], {})[config["samples"]] = record
    common = set.intersection(*(set(found) for found in by_kind.values()))
    if not common:
        return "Labels right when every weight keeps so many digits"
    samples = max(common)
    words = [
        f"{_LOOKS[name][0]} {enough(found[samples])}" for name, found in by_kind.items()
    ]
    return f"Digits a weight needs at N = {samples:,}: {', '.join(words)}"


def table(records: Sequence[Record]) -> str:
    """All networks as Markdown."""
    lines = [
        "| network | N | parameters | longest weight | digits enough | right at one "
        "less than the longest | right at half | right at 8 | commonest label |",
        "| --- |" + " ---: |" * 8,
    ]
    return "\n".join(lines + [_row(record) for record in records])


def _row(record: Record) -> str:
    results = record.results
    at = dict(zip(results["digits"], accuracy(record), strict=True))
    cells = [
        _LOOKS[record.config["network"]][0],
        f"{record.config['samples']:,}",
        f"{record.counts['nonzero']:,}",
        str(results["longest"]),
        str(enough(record)),
        _share(at, results["longest"] - 1),
        _share(at, results["longest"] / 2),
        _share(at, 8),
        f"{results['commonest'] / results['total']:.1%}",
    ]
    return f"| {' | '.join(cells)} |"


def _share(at: dict[int, float], digits: float) -> str:
    """Accuracy at the nearest number of digits tried."""
    return f"{at[min(at, key=lambda k: abs(k - digits))]:.1%}"
