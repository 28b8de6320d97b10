"""How figures look: palette, sizes, direct labels, and files that never change.

Colours are those of Okabe and Ito, which people with any common colour blindness can
tell apart; every series also has its own marker or dash. Everything that is not data
is drawn in one ink, which the report replaces by the reader's text colour.
"""

import io
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
PURPLE, ORANGE, SKY = "#CC79A7", "#E69F00", "#56B4E9"
GREY = "#7F7F86"
INK = "#1b1b1f"
# Texts need more contrast on white than areas and lines do.
TEXT = {
    BLUE: "#00639B",
    VERMILION: "#B34E00",
    GREEN: "#00735A",
    PURPLE: "#A14B80",
    ORANGE: "#8F6300",
    SKY: "#1F75A8",
    GREY: "#63636B",
}
# The report gives each of these colours its own value in dark mode.
_NAMES = (
    (BLUE, "blue"),
    (VERMILION, "vermilion"),
    (GREEN, "green"),
    (PURPLE, "purple"),
    (ORANGE, "orange"),
    (SKY, "sky"),
    (GREY, "grey"),
)
PARTS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, GREY)

_RC: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 13,
    "axes.labelsize": 13,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 11.5,
    "lines.linewidth": 2.2,
    "lines.markersize": 7,
    "savefig.facecolor": "none",
    "svg.fonttype": "path",
}


def styled() -> AbstractContextManager[None]:
    """The settings above, for the time of a ``with`` block."""
    return matplotlib.rc_context(_RC)


def new_figure(columns: int = 1, height: float = 5.6) -> tuple[Figure, list[Axes]]:
    """A wide figure that no global state knows of."""
    engine = ConstrainedLayoutEngine(h_pad=0.12, w_pad=0.12, wspace=0.04)
    figure = Figure(figsize=(11, height), layout=engine)
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, columns, squeeze=False)[0]
    figure.patch.set_alpha(0)
    for ax in axes:
        ax.patch.set_alpha(0)
        ax.grid(axis="y", color=INK, alpha=0.12, linewidth=0.7)
    return figure, list(axes)


def title(figure: Figure, takeaway: str) -> None:
    """Put the one-line takeaway over the figure, flush left."""
    size = 16 if len(plain(takeaway)) <= 80 else 13
    figure.suptitle(takeaway, x=0.01, ha="left", fontsize=size, fontweight="bold")


def log_samples(ax: Axes, samples: Sequence[int]) -> None:
    """A logarithmic axis of N with ticks at the sizes that were run, if few."""
    ax.set_xscale("log")
    # Up to eight sizes are named one by one; more would overlap, so decades are.
    if len(samples) <= 8:
        ax.set_xticks(list(samples), [f"{n:,}" for n in samples])
        ax.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
    else:
        ax.xaxis.set_major_formatter(lambda n, _: f"{n:,.0f}")
        ax.xaxis.set_minor_formatter("")
    ax.set_xlabel("N, samples memorized")


@dataclass(frozen=True)
class Label:
    """A text to stand at the right end of a line.

    Args:
        text: what it says.
        y: height of the line's end, in data units.
        color: colour of the line.
    """

    text: str
    y: float
    color: str


def direct_labels(ax: Axes, x: float, labels: Sequence[Label], gap: float) -> None:
    """Write labels beside the ends of lines, pushed apart until none overlap.

    Args:
        ax: the axes; its limits must be final.
        x: where the lines end, in data units.
        labels: the texts.
        gap: smallest distance of two texts, as a share of the axes' height.
    """
    to_axes = ax.transData + ax.transAxes.inverted()
    ordered = sorted(labels, key=lambda label: label.y)
    wanted = [to_axes.transform((x, label.y))[1] for label in ordered]
    for height, label in zip(spread(wanted, gap), ordered, strict=True):
        ax.annotate(
            label.text,
            xy=(1.01, height),
            xycoords="axes fraction",
            color=TEXT.get(label.color, label.color),
            va="center",
            ha="left",
            fontsize=11.5,
            annotation_clip=False,
        )


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Move sorted numbers as little as needed to be at least `gap` apart.

    Example:
        >>> spread([0.0, 0.0, 1.0], 0.5)
        [-0.25, 0.25, 1.0]
    """
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _low(groups[-1], gap) < _high(groups[-2], gap) + gap:
            last = groups.pop()
            groups[-1] = groups[-1] + last
    placed = []
    for group in groups:
        placed += [_low(group, gap) + gap * i for i in range(len(group))]
    return placed


def _low(group: list[float], gap: float) -> float:
    return sum(group) / len(group) - gap * (len(group) - 1) / 2


def _high(group: list[float], gap: float) -> float:
    return sum(group) / len(group) + gap * (len(group) - 1) / 2


def to_svg(figure: Figure, name: str) -> str:
    """The figure as SVG text that is the same for the same figure."""
    buffer = io.StringIO()
    with styled(), matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def to_png(figure: Figure) -> bytes:
    """The figure as a PNG on white, for slides."""
    buffer = io.BytesIO()
    with styled():
        figure.savefig(
            buffer,
            format="png",
            dpi=160,
            facecolor="white",
            metadata={"Software": None},
        )
    return buffer.getvalue()


def save(figure: Figure, folder: Path, name: str) -> None:
    """Write ``NAME.png`` and ``NAME.svg``, the name seeding the identifiers of SVG."""
    (folder / f"{name}.png").write_bytes(to_png(figure))
    (folder / f"{name}.svg").write_text(to_svg(figure, name))


def inline(svg: str, label: str) -> str:
    """SVG to stand inside HTML: named for screen readers, inked in the text colour."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r' (?:width|height)="[\d.]+pt"', "", body, count=2)
    body = body.replace(INK, "currentColor")
    for color, name in _NAMES:
        body = body.replace(color.lower(), f"var(--{name})")
        body = body.replace(TEXT[color].lower(), f"var(--{name}-text)")
    escaped = label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return body.replace("<svg", f'<svg role="img" aria-label="{escaped}"', 1)


def plain(text: str) -> str:
    """A title without the marks that typeset its exponents.

    Example:
        >>> plain("they grow like $N^{0.50}$")
        'they grow like N^0.50'
    """
    return re.sub(r"\$([^$]*)\$", lambda m: re.sub(r"[{}]", "", m[1]), text)
