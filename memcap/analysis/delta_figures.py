"""Separation of context ids: two figures, functions of the records.

See `memcap.analysis.delta_tables` for what the records hold.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memcap.analysis import style
from memcap.analysis.delta_tables import NAMES, grouped, of, values
from memcap.core.errors import DataError
from memcap.sweeps.records import Record

# ln of half the distance from 1 to the next float: relative distances below get lost.
FLOORS = {"float32": -16.64, "float64": -36.74}
_LINE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ln_theorem", "printed theorem", {"color": style.VERMILION, "marker": "s"}),
    ("ln_sharpened", "sharpened theorem", {"color": style.ORANGE, "marker": "D"}),
    # A wide pale line: what is realised runs just above it.
    (
        "ln_guaranteed",
        "guaranteed, κ from the data",
        {"color": style.GREEN, "lw": 7, "alpha": 0.45},
    ),
    (
        "ln_realised",
        "realised, κ from the data",
        {"color": style.BLUE, "marker": "o", "lw": 1.4},
    ),
)
_PRINTED = {"color": style.PURPLE, "marker": "v", "ls": (0, (3, 2)), "lw": 1.4}


def separation(records: Iterable[Record]) -> Figure:
    """ln delta against V: theorem, sharpened, guaranteed, realised, and the floats."""
    records = tuple(records)
    found = of(records, "data")
    if not found:
        raise DataError("there is no separation to draw; run experiments.delta_table.")
    dims = sorted({record.config["dim"] for record in found})
    dims = [dims[0], dims[-1]] if len(dims) > 1 else dims
    with style.styled():
        figure, axes = style.new_figure(columns=len(dims), height=6.4)
        for ax, dim in zip(axes, dims, strict=True):
            printed = of(records, "theorem", dim=dim)
            _lines(ax, of(found, "data", dim=dim), printed)
            ax.set_title("ids on a line" if dim == 1 else f"random tokens, d = {dim}")
        _same_height(axes)
        axes[0].set_ylabel("ln δ")
        axes[-1].legend(loc="lower left", fontsize=10.5)
        style.title(figure, _takeaway(found))
    return figure


def _lines(ax: Axes, found: Sequence[Record], printed: Sequence[Record]) -> None:
    ax.set_yscale("log")
    ax.set_xscale("log")
    for name, label, look in _LINE:
        _line(ax, found, name, label=label, **look)
    _line(ax, printed, "ln_realised", label="realised, printed κ", **_PRINTED)
    _axes(ax, sorted({record.config["vocab"] for record in found}))


def _line(ax: Axes, found: Sequence[Record], name: str, **look: Any) -> None:
    groups = sorted(grouped(found, "vocab").items())
    # Of all lengths and seeds the line shows the two closest ids.
    worst = {v: min(x) for (v,), group in groups if (x := values(group, name))}
    ax.plot(list(worst), [-x for x in worst.values()], ms=5.5, **look)


def _axes(ax: Axes, vocabs: Sequence[int], below: str = "") -> None:
    for name, floor in FLOORS.items():
        ax.axhline(-floor, color=style.GREY, lw=1.2, ls=(0, (4, 2)))
        ax.annotate(
            f"{name} ends here",
            xy=(1, -floor),
            xycoords=("axes fraction", "data"),
            xytext=(-2, -13 if name == below else 3),
            textcoords="offset points",
            ha="right",
            color=style.TEXT[style.GREY],
            fontsize=10,
        )
    ax.set_xticks(vocabs, [str(v) for v in vocabs])
    ax.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
    ax.yaxis.set_major_formatter(lambda value, _: f"−{value:,.0f}")
    ax.set_xlabel("V, different tokens")


def _same_height(axes: Sequence[Axes]) -> None:
    limits = [end for ax in axes for end in ax.get_ylim()]
    for ax in axes:
        # Small distances stand low, so the axis of -ln delta points down.
        ax.set_ylim(max(limits), min(limits))


def _takeaway(found: Sequence[Record]) -> str:
    line = [r for r in found if r.config["dim"] == 1 and values([r], "ln_realised")]
    size = max((r.config["vocab"] for r in line), default=0)
    last = [r for r in line if r.config["vocab"] == size]
    if not last:
        return "Distance of context ids, realised and guaranteed"
    worst, printed = min(values(last, "ln_realised")), max(values(last, "ln_theorem"))
    return (
        f"{size} ids on a line: $e^{{{worst:.0f}}}$ apart, "
        f"the theorem says $e^{{{_power(printed)}}}$"
    )


def _power(value: float) -> str:
    """A large negative number as it stands in an exponent.

    Example:
        >>> _power(-24_444_574_539.0), _power(-518.5)
        ('-2.4·10^{10}', '-518')
    """
    if abs(value) < 1e5:
        return f"{value:.0f}"
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}·10^{{{int(power)}}}"


def extensions(records: Iterable[Record]) -> Figure:
    """ln delta realised on a line: one head, two opposite heads, closer scores."""
    found = of(records, "tied", "opposite", dim=1)
    if not found:
        raise DataError("no hand-written layer to draw; run experiments.delta_table.")
    looks = {"tied": ("-", "o"), "opposite": ((0, (5, 2)), "s")}
    amounts = sorted({record.config["amount"] for record in found}, reverse=True)
    colors = dict(zip(amounts, style.PARTS, strict=False))
    with style.styled():
        figure, (ax,) = style.new_figure(height=6.0)
        for (layer, amount), group in sorted(
            grouped(found, "layer", "amount").items(), reverse=True
        ):
            points = sorted(
                (r.config["vocab"], -r.results["ln_realised"]) for r in group
            )
            dash, marker = looks[layer]
            label = f"{NAMES[layer]}, scores {amount:g} apart"
            look = {"color": colors[amount], "ls": dash, "marker": marker}
            ax.plot(*zip(*points, strict=True), label=label, **look)
        _axes(ax, sorted({record.config["vocab"] for record in found}), below="float64")
        ax.invert_yaxis()
        ax.set_ylabel("ln δ, realised")
        ax.legend(loc="lower left", fontsize=10.5)
        style.title(figure, _heads_takeaway(found))
    return figure


def _heads_takeaway(found: Sequence[Record]) -> str:
    size = max(record.config["vocab"] for record in found)

    def realised(layer: str) -> str:
        spaced = of(found, layer, vocab=size, amount=2)
        return " to ".join(f"$e^{{{x:.0f}}}$" for x in values(spaced, "ln_realised"))

    return (
        f"{size} ids: a second, opposite head takes δ from {realised('tied')} "
        f"to {realised('opposite')}"
    )


FIGURES: dict[str, Callable[[Iterable[Record]], Figure]] = {
    "delta_table": separation,
    "delta_extensions": extensions,
}
