"""The figure: both directions recalled, and the bits of true and permuted inverses."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reversal_summary import Arm, arms, saved
from memcap.analysis import style
from memcap.sweeps.records import Record

_LOOKS = {False: ("true inverses", style.BLUE, "o", "-")}
_LOOKS[True] = ("permuted inverses", style.ORANGE, "s", (0, (5, 2)))


def figure(records: Sequence[Record]) -> Figure:
    """Recall against parameters on the left, bits memorized on the right."""
    found = arms(records)
    with style.styled():
        drawn, (left, right) = style.new_figure(columns=2, height=6.0)
        for shuffled in (False, True):
            own = [arm for arm in found if arm.shuffled == shuffled]
            _recall(left, own)
            _bits(right, own)
        largest = [arm for arm in found if not arm.shuffled][-1]
        left.axhline(
            largest.chance,
            color=style.GREY,
            ls=(0, (2, 2)),
            lw=1.4,
            label=f"chance, 1 in {1 / largest.chance:.0f}",
        )
        left.set_ylim(-0.03, 1.03)
        left.set_ylabel("share recalled")
        left.legend(loc="center right", fontsize=10)
        data_bits = largest.mean("data_bits")
        right.axhline(data_bits, color=style.GREY, ls=(0, (6, 3)), lw=1.4)
        right.set_ylim(0, 1.08 * data_bits)
        right.set_ylabel("bits of the trained facts memorized (dashed: all)")
        right.legend(loc="lower right", fontsize=10)
        for ax in (left, right):
            ax.set_xscale("log")
            sizes = sorted({arm.parameters for arm in found})
            ax.set_xticks(sizes, [f"{size:,}" for size in sizes], fontsize=10)
            ax.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
            ax.set_xlabel("parameters")
        style.title(drawn, _takeaway(largest, saved(records)))
    return drawn


def _takeaway(arm: Arm, gaps: Sequence[tuple[int, float, object]]) -> str:
    known = arm.mean("one_way_train")
    right, total = arm.asked
    return (
        f"{known:.1%} of one-way facts memorized, {right} of {total} recalled backwards"
    )


def _recall(ax: Axes, own: Sequence[Arm]) -> None:
    text, color, marker, dash = _LOOKS[own[0].shuffled]
    x = [arm.parameters for arm in own]
    trained = [arm.mean("one_way_train") for arm in own]
    ax.plot(x, trained, color=color, ls=dash, marker=marker, label=f"{text}: trained")
    y = [arm.recall for arm in own]
    errors = [
        [arm.recall - arm.interval[0] for arm in own],
        [arm.interval[1] - arm.recall for arm in own],
    ]
    ax.errorbar(
        x,
        y,
        yerr=errors,
        color=color,
        ls=dash,
        marker=marker,
        mfc="white",
        capsize=4,
        label=f"{text}: other way, untrained",
    )


def _bits(ax: Axes, own: Sequence[Arm]) -> None:
    text, color, marker, dash = _LOOKS[own[0].shuffled]
    x = [arm.parameters for arm in own]
    y = [arm.mean("bits") for arm in own]
    ax.plot(x, y, color=color, ls=dash, marker=marker, label=text)
    low = [min(arm.values("bits")) for arm in own]
    high = [max(arm.values("bits")) for arm in own]
    ax.fill_between(x, low, high, color=color, alpha=0.25, lw=0)
