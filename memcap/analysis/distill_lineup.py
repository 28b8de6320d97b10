"""Where teachers stand in a figure, and what they look like.

Teachers of one style, temperature and noise that differ in size form a series: they
stand at their sizes and a line joins them. Every other teacher stands apart, to the
right of the largest size, in a place of its own with its name and its own marker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Transform, offset_copy

from memcap.analysis import style
from memcap.analysis.distill_rows import Run, grouped
from memcap.analysis.distill_summary import Cell
from memcap.distill.statistics import TwoLevels

# One look a student, the same in every figure; a sixth student repeats the first's.
LOOKS: tuple[dict[str, Any], ...] = tuple(
    {"color": color, "marker": marker}
    for color, marker in zip(
        (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE, style.ORANGE),
        "osD^v",
        strict=True,
    )
)
_DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2)))
_APART = "*XPph<>8"
# Means that differ by less differ by their rounding.
_ROUNDED = 1e-12
# Places apart are this share of the range of sizes from each other, in logarithms.
_STEP = 0.17


@dataclass(frozen=True)
class Lineup:
    """The places of the teachers of a figure.

    Args:
        series: for each series its name and its teachers, from small to large.
        apart: the other teachers by size, in the order of their places.
        places: where each teacher stands on the logarithmic axis.
        sizes: of the teachers in series.
    """

    series: tuple[tuple[str, tuple[str, ...]], ...]
    apart: tuple[str, ...]
    places: dict[str, float]
    sizes: tuple[float, ...]

    def lines(self, cells: Sequence[Cell]) -> list[list[Cell]]:
        """The cells of each series, from small to large; a list may be empty."""
        order = [{name: i for i, name in enumerate(own)} for _, own in self.series]
        return [
            sorted((c for c in cells if c.source in own), key=lambda c: own[c.source])
            for own in order
        ]

    def marker(self, source: str, usual: str = "o") -> str:
        """The marker of a teacher that stands apart, otherwise the usual one."""
        if source not in self.apart:
            return usual
        return _APART[self.apart.index(source) % len(_APART)]

    def points(self, cell: Cell) -> int:
        """Size of the marker; those that stand apart have smaller areas."""
        return 11 if cell.source in self.apart else 7

    def keys(self) -> list[Line2D]:
        """What the legend says of the series and of those that stand apart."""
        lines = []
        if self.apart or len(self.series) > 1:
            lines = [
                Line2D([], [], color=style.GREY, ls=dash(i), label=f"by size: {name}")
                for i, (name, _) in enumerate(self.series)
            ]
        look = {"color": style.GREY, "ls": "", "markersize": 11}
        marks = [
            Line2D([], [], marker=self.marker(name), label=name, **look)
            for name in self.apart
        ]
        return lines + marks

    def axis(self, ax: Axes) -> None:
        """Name the sizes, and the teachers that stand apart."""
        ax.set_xscale("log", base=2)
        ticks = [(size, short(size)) for size in self.sizes if len(self.sizes) <= 8]
        ticks += [(self.places[name], name) for name in self.apart]
        if len(self.sizes) <= 8:
            places, names = [p for p, _ in ticks], [name for _, name in ticks]
            look = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
            ax.set_xticks(places, names, fontsize=11 if len(ticks) < 9 else 9.5, **look)
            ax.minorticks_off()
        if self.series and self.apart:
            edge = (max(self.sizes) * self.places[self.apart[0]]) ** 0.5
            ax.axvline(edge, color=style.INK, alpha=0.3, linewidth=0.8)
        low, high = min(self.places.values()), max(self.places.values())
        pad = (high / low) ** 0.09 if high > low else 2.0
        # Marks moved aside do not tell the axis of themselves.
        ax.set_xlim(low / pad, high * pad)
        others = "\n(right: others by name)" if self.apart else ""
        ax.set_xlabel(
            f"parameters of the teacher{others}" if self.series else "teacher"
        )


def lineup(cells: Sequence[Cell]) -> Lineup:
    """Find the series among teachers, and give the others places of their own."""
    teachers = {cell.source: cell.runs[0] for cell in cells}
    by_size = sorted(teachers, key=lambda name: (teachers[name].size, name))
    series = tuple(
        (kind, tuple(run.source for run in own))
        for kind, own in grouped((teachers[name] for name in by_size), _kind).items()
        if _ordered(own)
    )
    places = {name: teachers[name].size for _, own in series for name in own}
    apart = tuple(name for name in by_size if name not in places)
    sizes = tuple(sorted(set(places.values())))
    last, step = (sizes[-1], sizes[-1] / sizes[0]) if sizes else (1.0, 2 ** (1 / _STEP))
    for i, name in enumerate(apart):
        places[name] = last * step ** (_STEP * (i + 1))
    return Lineup(series, apart, places, sizes)


def _kind(run: Run) -> str:
    """Style, temperature and noise in words; the last two where they are not 0."""
    teacher = run.teacher or {}
    parts = [str(teacher.get("style") or "mixed")]
    parts += [f"{k} {teacher[k]:g}" for k in ("temperature", "noise") if teacher.get(k)]
    return ", ".join(parts)


def _ordered(runs: Sequence[Run]) -> bool:
    """Whether size orders them: teachers of one size differ in their seed alone."""
    by_size = grouped(runs, lambda run: run.size)
    return (
        len(by_size) > 1
        and min(by_size) > 0
        and all(
            len({(run.teacher or {}).get("seed") for run in own}) == len(own)
            for own in by_size.values()
        )
    )


def means_by_place(
    cells: Sequence[Cell], found: Lineup
) -> tuple[list[float], list[float]]:
    """The line of a series: teachers of one size, of several seeds, have one mean."""
    places: dict[float, list[float]] = {}
    for cell in cells:
        places.setdefault(found.places[cell.source], []).append(cell.levels.gain)
    return list(places), [sum(own) / len(own) for own in places.values()]


def dash(series: int) -> Any:
    """The dash of the line of a series."""
    return _DASHES[series % len(_DASHES)]


def beside(ax: Axes, points: float) -> Transform:
    """Data coordinates moved to the right by so many points."""
    figure = ax.figure.get_figure(root=True)
    return offset_copy(ax.transData, fig=figure, x=points, units="points")


def frame(axes: Sequence[Axes], cells: Sequence[Cell]) -> None:
    """One scale for all panels; see `limits`."""
    gains = [run.gain for cell in cells for run in cell.runs]
    low, high = limits([cell.levels for cell in cells], gains)
    for ax in axes:
        ax.set_ylim(low, high)


def limits(levels: Sequence[TwoLevels], gains: Sequence[float]) -> tuple[float, float]:
    """A scale for the gains of runs and for intervals over items.

    Intervals over two or three seeds may be many times as long; they leave the frame.
    """
    ends = [end for one in levels for end in (one.items.low, one.items.high)]
    low, high = min(0.0, *gains, *ends), max(0.0, *gains, *ends)
    reach = (high - low) / 2
    seeds = [one.seeds for one in levels if isfinite(one.seeds.low)]
    low = max(low - reach, min([low, *(one.low for one in seeds)]))
    high = min(high + reach, max([high, *(one.high for one in seeds)]))
    pad = 0.06 * (high - low) or 0.01
    return low - pad, high + pad


def legend_below(figure: Figure, handles: Sequence[Any], columns: int = 4) -> None:
    """One legend for all panels, under them."""
    names = [handle.get_label() for handle in handles]
    place = "outside lower center"
    figure.legend(handles, names, loc=place, ncols=columns, fontsize=11)


def highest(values: Mapping[str, float]) -> frozenset[str]:
    """Every teacher that shares the highest value.

    Example:
        >>> sorted(highest({"a": 0.3, "b": 0.1 + 0.2, "c": 0.1}))
        ['a', 'b']
    """
    top = max(values.values(), default=0.0)
    return frozenset(name for name, value in values.items() if value >= top - _ROUNDED)


def short(size: float) -> str:
    """A size in three digits.

    Example:
        >>> short(25984), short(850), short(2.5e6), short(7e9)
        ('26.0k', '850', '2.50M', '7.00G')
    """
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= unit:
            return f"{size / unit:#.3g}".rstrip(".") + letter
    return f"{size:g}"
