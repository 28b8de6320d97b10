"""The figure: what each attention layer memorizes, and what floats tell apart."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.one_layer_arms import ARMS
from experiments.one_layer_summary import (
    Row,
    Setting,
    ids_at,
    largest,
    mean_of,
    of_kind,
    rows,
)
from memcap.analysis import style
from memcap.sweeps.records import Record

_COLORS = {
    "printed": style.VERMILION,
    "frozen": style.VERMILION,
    "started": style.ORANGE,
    "v frozen": style.PURPLE,
    "uniform 1": style.GREEN,
    "uniform": style.GREEN,
}


def draw(records: Sequence[Record]) -> Figure:
    """Accuracy of every arm at the largest setting, and separation against V."""
    found = rows(records)
    arms = largest(found, "next")
    with style.styled():
        figure, (left, right) = style.new_figure(columns=2, height=6.0)
        _accuracy(left, arms, records)
        _separation(right, records)
        style.title(figure, _takeaway(arms))
    return figure


def _takeaway(arms: dict[str, Row]) -> str:
    frozen, trained = (float(arms[arm].accuracy.mean()) for arm in ("frozen", "rank 1"))
    return (
        f"Rank-1 attention memorizes {trained:.0%} when trained, "
        f"{frozen:.0%} with the theorem's v and κ"
    )


def _accuracy(ax: Axes, arms: dict[str, Row], records: Sequence[Record]) -> None:
    names = [name for name in ARMS if name in arms]
    places = {name: len(names) - 1 - i for i, name in enumerate(names)}
    for name, row in arms.items():
        _arm(ax, row, places[name])
    some = arms[names[0]]
    top = len(names)
    built = _constructed(ax, records, some.setting, top)
    alone = some.record.results["word_alone"]
    ax.axvline(alone, color=style.GREY, ls=(0, (5, 3)), lw=1.4)
    _note(ax, alone, -0.45, "each word alone", style.GREY, shift=5, ha="left")
    _ceilings(ax, places, ids_at(records, some.setting))
    ticks = {ARMS[name].short: place for name, place in places.items()} | built
    ax.set_yticks(list(ticks.values()), list(ticks))
    ax.set_ylim(-0.6, top + 0.5)
    ax.set_xlim(min(0.4, alone - 0.03), 1.02)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", alpha=0.12, linewidth=0.7, color=style.INK)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    _, samples, hidden = some.setting
    ax.set_xlabel(f"training accuracy, N = {samples}, {hidden} hidden units")


def _constructed(
    ax: Axes, records: Sequence[Record], setting: Setting, place: int
) -> dict[str, float]:
    """The certified memorizer of the same windows, if there is one."""
    for record in of_kind(records, "constructed"):
        config, results = record.config, record.results
        if (config["labels"], config["samples"]) == setting[:2]:
            right = results["correct"] / results["total"]
            ax.plot(right, place, "*", color=style.INK, ms=13)
            return {"constructed, certified": place}
    return {}


def _arm(ax: Axes, row: Row, place: float) -> None:
    color = _COLORS.get(row.arm, style.BLUE)
    spread = np.linspace(-0.16, 0.16, len(row.accuracy))
    ax.plot(row.accuracy, place + spread, "o", color=color, ms=4, alpha=0.35, mew=0)
    low, high = row.interval
    ax.plot([low, high], [place, place], color=color, lw=3.2, solid_capstyle="butt")
    ax.plot(row.accuracy.mean(), place, "o", color=color, ms=9)


def _ceilings(ax: Axes, places: dict[str, int], ids: Record | None) -> None:
    """What no decoder behind a frozen layer can exceed."""
    if ids is None:
        return
    for name in ("printed", "frozen"):
        value = mean_of(ids, f"{name}_float32", "ceiling")
        place = places[name]
        ax.plot([value] * 2, [place - 0.32, place + 0.32], color=style.INK, lw=2)
    _note(
        ax,
        value,
        (places["printed"] + places["frozen"]) / 2,
        "no decoder of float32\nvalues can do better",
        style.INK,
        shift=9,
        ha="left",
        va="center",
    )


def _note(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    color: str,
    shift: int = 0,
    ha: str = "center",
    va: str = "bottom",
) -> None:
    ax.annotate(
        text,
        xy=(x, y),
        xytext=(shift, 0),
        textcoords="offset points",
        color=style.TEXT.get(color, color),
        ha=ha,
        va=va,
        fontsize=11,
    )


def _separation(ax: Axes, records: Sequence[Record]) -> None:
    """Share of contexts told apart by the theoretical layers, over all windows."""
    whole = [r for r in of_kind(records, "ids") if r.config["samples"] is None]
    whole.sort(key=lambda record: record.results["words"])
    words = [record.results["words"] for record in whole]
    lines = (
        ("exactly (certified)", "certified", style.BLUE, "s"),
        ("fitted κ, float64", "frozen_float64", style.ORANGE, "^"),
        ("fitted κ, float32", "frozen_float32", style.VERMILION, "o"),
        ("printed κ, float64", "printed_float64", style.GREY, "D"),
    )
    labels = []
    for text, name, color, marker in lines:
        shares = np.array([_shares(record, name) for record in whole])
        middle = shares.mean(axis=1)
        ax.plot(words, middle, marker=marker, color=color)
        low, high = shares.min(axis=1), shares.max(axis=1)
        ax.fill_between(words, low, high, color=color, alpha=0.15, lw=0)
        labels.append(style.Label(text, float(middle[-1]), color))
    ax.set_ylim(0, 1.06)
    ax.set_xlim(left=0)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    ax.set_xlabel("V, different words in the windows")
    ax.set_ylabel("contexts told apart by the frozen layer")
    ax.figure.draw_without_rendering()  # pyright: ignore[reportAttributeAccessIssue]
    style.direct_labels(ax, max(words), labels, gap=0.065)


def _shares(record: Record, name: str) -> list[float]:
    """`[draws]` contexts told apart over contexts there are."""
    draws = record.results["draws"]
    told = [d[name] if name == "certified" else d[name]["told"] for d in draws]
    return [t / d["contexts"] for t, d in zip(told, draws, strict=True)]
