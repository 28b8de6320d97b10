"""Means with intervals, slopes and crossings from the records, and their table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, log2, sqrt

import numpy as np
from scipy import stats

import memcap as mc
from memcap.analysis import fits
from memcap.sweeps.records import Record

LADDER = tuple(round(10 ** (k / 2)) for k in range(4, 11))
# Between the rungs, where the number of parameters falls below the number of labels.
CROSSING = tuple(round(10 ** (k / 8)) for k in range(20, 33) if k % 4)

Series = tuple[str, int]
MAIN: Series = ("compact_next_token", 2)
PRINTED: Series = ("next_token", 2)
QUANTITIES = ("nonzero", "dense", "depth", "width", "max_bits", "total_bits")
Law = Callable[[float], float]


def laws(classes: int) -> dict[str, Law]:
    """Parameters for N labels: one each, or by the bits a trained parameter holds.

    2 bits by Allen-Zhu and Li 2024, 3.64 by Morris et al. 2025.
    """
    label = log2(classes)
    return {
        "N": float,
        "N log2 C / 2": lambda n: n * label / 2,
        "N log2 C / 3.64": lambda n: n * label / 3.64,
    }


@dataclass(frozen=True, slots=True)
class Point:
    """One construction at one N, over its seeds.

    Args:
        series: construction and C.
        samples: N, labels memorized.
        counts: `[seeds]` of each quantity.
    """

    series: Series
    samples: int
    counts: dict[str, np.ndarray]

    def mean(self, quantity: str) -> float:
        """Mean over the seeds."""
        return float(self.counts[quantity].mean())

    def interval(self, quantity: str) -> tuple[float, float] | None:
        """95 % interval of the mean by Student's t; None for one seed."""
        values = self.counts[quantity]
        if len(values) < 2:
            return None
        spread = float(values.std(ddof=1)) / sqrt(len(values))
        reach = float(stats.t.ppf(0.975, len(values) - 1)) * spread
        return self.mean(quantity) - reach, self.mean(quantity) + reach

    @property
    def bits_per_bit(self) -> float:
        """Bits stored for a bit of label."""
        return self.mean("total_bits") / (self.samples * log2(self.series[1]))


def points(records: Iterable[Record]) -> dict[Series, list[Point]]:
    """The points of every series by N."""
    found: dict[tuple[Series, int], list[Record]] = {}
    for record in records:
        config = record.config
        series = (config["construction"], config["classes"])
        found.setdefault((series, record.results["labels"]), []).append(record)
    made: dict[Series, list[Point]] = {}
    for (series, samples), group in sorted(found.items()):
        counts = {q: np.array([r.counts[q] for r in group], float) for q in QUANTITIES}
        made.setdefault(series, []).append(Point(series, samples, counts))
    return made


def slope(found: Sequence[Point], quantity: str) -> fits.Fit | None:
    """Exponent in N over all seeds of the ladder; None below three sizes.

    Sizes between the rungs are left out: they would weigh one decade more.
    """
    rungs = [point for point in found if point.samples not in CROSSING]
    if len(rungs) < 3:
        return None
    pairs = [(p.samples, float(y)) for p in rungs for y in p.counts[quantity]]
    x, y = zip(*pairs, strict=True)
    return fits.power_law(x, y)


def crossing(found: Sequence[Point], law: Law) -> float | None:
    """N from which the mean number of parameters stays below ``law(N)``.

    Between neighbouring sizes both are taken as power laws. None where the last size
    is not below, the first size where all are.
    """
    excess = [log(p.mean("nonzero") / law(p.samples)) for p in found]
    if excess[-1] >= 0:
        return None
    last = max((i for i, value in enumerate(excess) if value >= 0), default=-1)
    if last < 0:
        return float(found[0].samples)
    a, b = log(found[last].samples), log(found[last + 1].samples)
    share = excess[last] / (excess[last] - excess[last + 1])
    return exp(a + share * (b - a))


def bound(identifier: str, samples: int) -> float:
    """A bound for the binary next-token data of the experiment at N."""
    needed = mc.bounds.get(identifier).inputs
    given = {
        "num_samples": samples,
        "length": 16,
        "dim": 1,
        "r": 63,
        "delta": 1,
        "classes": 2,
        "vocab": 64,
    }
    value = mc.bounds.get(identifier)(**{name: given[name] for name in needed})
    return float(value)


def table(records: Sequence[Record]) -> str:
    """All results as Markdown."""
    found = points(records)
    return "\n\n".join([_sizes(found), _slopes(found), _crossings(found)])


def _sizes(found: dict[Series, list[Point]]) -> str:
    lines = [
        "| construction | C | N | seeds | parameters | 95 % interval | dense | depth "
        "| width | longest weight | bits per label bit | per sqrt N "
        "| times the fewest |",
        "| --- |" + " ---: |" * 4 + " --- |" + " ---: |" * 7,
    ]
    return "\n".join(lines + [_line(point) for row in found.values() for point in row])


def _line(point: Point) -> str:
    name, classes = point.series
    interval = point.interval("nonzero")
    cells = [
        name,
        str(classes),
        f"{point.samples:,}",
        str(len(point.counts["nonzero"])),
        f"{point.mean('nonzero'):,.0f}",
        "{:,.0f} to {:,.0f}".format(*interval) if interval else "",
        f"{point.mean('dense'):,.0f}",
        f"{point.mean('depth'):,.0f}",
        f"{point.mean('width'):,.0f}",
        f"{point.mean('max_bits'):,.0f}",
        f"{point.bits_per_bit:.1f}",
        f"{point.mean('nonzero') / sqrt(point.samples):.1f}",
        _over_fewest(point),
    ]
    return f"| {' | '.join(cells)} |"


def _over_fewest(point: Point) -> str:
    """Over the fewest numbers that some labelling takes, where it is known."""
    if point.series not in (MAIN, PRINTED):
        return ""
    fewest = bound("memcap.Shatter.any_places", point.samples)
    return f"{point.mean('nonzero') / fewest:.1f}"


def _slopes(found: dict[Series, list[Point]]) -> str:
    lines = ["| construction | C | " + " | ".join(QUANTITIES) + " |"]
    lines.append("| --- | ---: |" + " --- |" * len(QUANTITIES))
    for (name, classes), row in found.items():
        fitted = [slope(row, quantity) for quantity in QUANTITIES]
        cells = [f"{f.slope:.3f} ({_ends(f)})" if f else "" for f in fitted]
        lines.append(f"| {name} | {classes} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _ends(fit: fits.Fit) -> str:
    return "{:.3f} to {:.3f}".format(*fit.interval)


def _crossings(found: dict[Series, list[Point]]) -> str:
    lines = []
    for series, row in found.items():
        for name, law in laws(series[1]).items():
            at = crossing(row, law)
            when = f"from N = {at:,.0f}" if at else "not in this range"
            lines.append(f"{series[0]}, C = {series[1]}, below {name}: {when}")
    return "\n".join(lines)
