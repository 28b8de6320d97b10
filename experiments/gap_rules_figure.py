"""The figures and the files of the experiment: functions of its records."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from experiments.gap_rules_summary import (
    NAMES,
    Rate,
    all_defined,
    exceeding,
    keeping,
    rates,
    summary,
    table,
)
from memcap.analysis import style
from memcap.sweeps import Record
from memcap.sweeps.storage import write_whole

_POWER_IN = "weak peak"
_MARKERS = "os^Dv<>p"


def finish(records: Sequence[Record], out: Path) -> None:
    """Write summary, table and figures into a folder."""
    if not records:
        return
    text = json.dumps(summary(records), indent=1, ensure_ascii=False)
    write_whole(out / "summary.json", text + "\n")
    write_whole(out / "table.md", table(records))
    found = rates(records)
    style.save(levels(found), out, "gap_rules_levels")
    style.save(power(found), out, "gap_rules_power")


def levels(found: Sequence[Rate]) -> Figure:
    """How often every rule calls a gap, truth by truth."""
    runs = all_defined(found)
    here = [rate for rate in found if rate.runs == runs]
    truths = list(dict.fromkeys(rate.truth for rate in here))
    over = exceeding(found)
    with style.styled():
        figure, (ax,) = style.new_figure(height=6.2)
        shades = np.ones((len(NAMES), len(truths), 3))
        for rate in here:
            place = NAMES.index(rate.rule), truths.index(rate.truth)
            errs = (rate.rule, rate.truth, rate.runs) in over
            shades[place] = _shade(rate, errs)
            ax.text(
                place[1],
                place[0],
                f"{100 * rate.share:.1f}",
                ha="center",
                va="center",
                fontsize=11.5,
                color="#1b1b1f",
                weight="bold" if errs else "normal",
            )
        ax.imshow(shades, aspect="auto")
        ax.set_xticks(range(len(truths)), truths, rotation=40, ha="right")
        ax.set_yticks(range(len(NAMES)), NAMES)
        ax.tick_params(length=0)
        ax.grid(visible=False)
        first = sum(rate.null for rate in here if rate.rule == NAMES[0]) - 0.5
        ax.axvline(first, color=style.INK, lw=1.6)
        ax.set_xlabel(
            f"% of studies called a gap, {runs} runs of each teacher\n"
            "left of the line every call is an error; bold: shown to exceed 5 %"
        )
        style.title(figure, _takeaway(found))
    return figure


def _shade(rate: Rate, errs: bool) -> np.ndarray:
    colour = style.VERMILION if errs else style.GREY if rate.null else style.BLUE
    weight = 0.12 + 0.5 * (rate.share if errs or not rate.null else 0)
    return 1 - weight * (1 - np.array(to_rgb(colour)))


def _takeaway(found: Sequence[Rate]) -> str:
    nulls = len({rate.truth for rate in found if rate.null})
    return (
        f"{len(keeping(found))} of {len(NAMES)} rules are nowhere shown to err above "
        f"5 % ({nulls} truths without a gap)"
    )


def power(found: Sequence[Rate]) -> Figure:
    """How often a weak peak is seen, against runs, by rules that keep their level."""
    with style.styled():
        figure, (ax,) = style.new_figure()
        kept = keeping(found)
        colours = zip(style.PARTS, _MARKERS, strict=False)
        looks = dict(zip(kept, colours, strict=False))
        labels = [_line(ax, found, rule, looks.get(rule)) for rule in NAMES]
        ax.set_xlabel("runs of each teacher")
        ax.set_ylabel("share of weak peaks called a gap")
        ax.set_ylim(0, 1)
        ax.set_xticks(sorted({rate.runs for rate in found}))
        last = max(rate.runs for rate in found)
        style.direct_labels(ax, last, [one for one in labels if one], gap=0.055)
        style.title(figure, _power_takeaway(found, kept))
    return figure


def _line(
    ax: Axes, found: Sequence[Rate], rule: str, look: tuple[str, str] | None
) -> style.Label | None:
    row = [r for r in found if (r.rule, r.truth) == (rule, _POWER_IN)]
    if not row:
        return None
    x, y = [r.runs for r in row], [r.share for r in row]
    if look is None:
        ax.plot(x, y, color=style.GREY, ls=(0, (3, 3)), lw=1.4)
        return style.Label(f"{rule} (errs)", y[-1], style.GREY)
    colour, marker = look
    ax.plot(x, y, color=colour, marker=marker)
    return style.Label(rule, y[-1], colour)


def _power_takeaway(found: Sequence[Rate], kept: Sequence[str]) -> str:
    row = [r for r in found if r.truth == _POWER_IN and r.rule in kept]
    if not row:
        return "No rule keeps its level"
    last = max(r.runs for r in row)
    best = max((r for r in row if r.runs == last), key=lambda r: r.share)
    return (
        f"Of the rules that keep their level, “{best.rule}” sees most weak peaks at "
        f"{last} runs"
    )
