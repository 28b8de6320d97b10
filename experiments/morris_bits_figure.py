"""The figure: memorized bits against N, and bits a parameter beside the paper's."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.morris_bits_summary import LAW, PUBLISHED, Series, series
from memcap.analysis import style
from memcap.sweeps.records import Record

_COLORS = (style.SKY, style.BLUE, style.PURPLE, style.ORANGE)
_MARKERS = ("o", "s", "D", "^")
_PUBLISHED_MARKERS = {1: "v", 2: "P", 4: "X", 8: "*"}


def figure(records: Sequence[Record]) -> Figure:
    """Plateaus over N on the left, bits a parameter against parameters on the right."""
    found = [each for each in series(records) if each.points]
    with style.styled():
        drawn, (left, right) = style.new_figure(columns=2, height=6.2)
        _plateaus(left, found)
        _capacities(right, found)
        best = max(found, key=lambda each: each.per_parameter)
        style.title(
            drawn,
            f"{best.per_parameter:.1f} bits a parameter after "
            f"{best.fields['steps']:,} steps; published {LAW} after 1,000,000",
        )
    return drawn


def _plateaus(ax: Axes, found: Sequence[Series]) -> None:
    ax.set_yscale("log")
    widest = max(found, key=lambda each: len(each.points))
    samples = [point.samples for point in widest.points]
    ax.plot(
        samples,
        [point.data_bits for point in widest.points],
        color=style.GREY,
        ls=(0, (6, 3)),
        lw=1.4,
        label="bits of the data",
    )
    ax.plot(
        samples,
        [point.most_bits.mean() for point in widest.points],
        color=style.GREEN,
        ls=(0, (2, 2)),
        lw=1.8,
        label="most any model memorizes",
    )
    looks = zip(found, _COLORS * len(found), _MARKERS * len(found), strict=False)
    for each, color, marker in looks:
        x = [point.samples for point in each.points]
        ax.plot(
            x,
            [point.mean for point in each.points],
            color=color,
            marker=marker,
            label=f"{each.parameters:,} parameters, {each.fields['steps']:,} steps",
        )
        low = [point.bits.min() for point in each.points]
        high = [point.bits.max() for point in each.points]
        ax.fill_between(x, low, high, color=color, alpha=0.25, lw=0)
        ax.axhline(each.per_parameter * each.parameters, color=color, lw=0.8, ls=":")
    style.log_samples(ax, samples)
    ax.set_xlabel("N, sequences")
    ax.set_ylabel("bits memorized (band: range of the seeds)")
    ax.legend(loc="upper left", fontsize=10)


def _capacities(ax: Axes, found: Sequence[Series]) -> None:
    for layers, (sizes, half, single) in PUBLISHED.items():
        marker = _PUBLISHED_MARKERS[layers]
        plural = "s" if layers > 1 else ""
        text = f"published, {layers} layer{plural}"
        ax.plot(sizes, half, marker, color=style.GREY, label=text, ms=6)
        ax.plot(sizes, single, marker, color=style.GREY, mfc="none", ms=6)
    looks = zip(found, _COLORS * len(found), _MARKERS * len(found), strict=False)
    for each, color, marker in looks:
        low, high = each.interval or (each.per_parameter,) * 2
        y = each.per_parameter
        ax.errorbar(
            [each.parameters],
            [y],
            yerr=[[y - low], [high - y]],
            color=color,
            marker=marker,
            capsize=4,
            label=f"ours, {each.fields['steps']:,} steps",
        )
    ax.axhline(LAW, color=style.GREY, ls=(0, (6, 3)), lw=1.2)
    ax.set_xscale("log")
    ax.set_ylim(bottom=0)
    ax.set_xlabel("parameters (filled: bfloat16; hollow: float32)")
    ax.set_ylabel("bits a parameter (95 % interval)")
    ax.legend(loc="lower right", fontsize=9.5, ncols=2)
