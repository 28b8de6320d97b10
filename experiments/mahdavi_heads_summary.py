"""Largest memorized T over the seeds: means, intervals, slopes, and the table."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy import stats

from memcap.analysis import fits
from memcap.sweeps import Record

AXES = {"heads": "heads H", "length": "tokens n", "head_size": "head size d_h"}
Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Point:
    """One shape with one kind of context, over the seeds.

    Args:
        shape: H, n, d_h.
        context: ``fresh`` or ``shared``.
        found: T* of each seed; where the ladder ended, its end.
        above: seeds that memorized the largest T of the ladder.
        below: seeds that did not memorize the smallest.
        guaranteed: what the theorem promises.
        parameters: numbers trained.
        rung: ratio of neighbouring T of the ladder.
    """

    shape: Shape
    context: str
    found: tuple[int, ...]
    above: int
    below: int
    guaranteed: int
    parameters: int
    rung: float

    @property
    def mean(self) -> float:
        """Geometric mean of T*; a bound where a seed is censored."""
        return exp(float(np.mean(np.log(self.found))))

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval by Student's t in log T*; None if censored or alone.

        T* lies anywhere from the T found to the next one, so that the upper end is a
        rung higher.
        """
        if self.above or self.below or len(self.found) < 2:
            return None
        logs = np.log(self.found)
        spread = float(logs.std(ddof=1)) / sqrt(len(logs))
        reach = float(stats.t.ppf(0.975, len(logs) - 1)) * spread
        return self.mean * exp(-reach), self.mean * exp(reach) * self.rung


def points(records: Sequence[Record]) -> list[Point]:
    """The points in the order of the records."""
    groups: dict[tuple[Shape, str], list[Record]] = {}
    for record in records:
        c = record.config
        shape = (c["heads"], c["length"], c["head_size"])
        groups.setdefault((shape, c["context"]), []).append(record)
    return [_point(*key, group) for key, group in groups.items()]


def _point(shape: Shape, context: str, group: list[Record]) -> Point:
    status = [record.results["status"] for record in group]
    return Point(
        shape,
        context,
        # Where the smallest T fails it is an upper bound on T*.
        tuple(r.results["found"] or r.config["least"] for r in group),
        status.count("above_ladder"),
        status.count("below_ladder"),
        group[0].results["guaranteed"],
        sum(group[0].counts.values()),
        2 ** (1 / group[0].config["per_octave"]),
    )


def along(found: Sequence[Point], axis: str, context: str) -> list[Point]:
    """The points of one kind that differ in one of H, n and d_h alone.

    The other two are those of the most points, the centre of the cross.
    """
    place = list(AXES).index(axis)
    rows: dict[tuple[int, ...], list[Point]] = {}
    for point in found:
        if point.context == context:
            rest = point.shape[:place] + point.shape[place + 1 :]
            rows.setdefault(rest, []).append(point)
    longest = max(rows.values(), key=len, default=[])
    return sorted(longest, key=lambda point: point.shape[place])


def slope(row: Sequence[Point], axis: str) -> fits.Fit | None:
    """Exponent of T* over the uncensored seeds; None below three sizes."""
    place = list(AXES).index(axis)
    pairs = [
        (point.shape[place], t)
        for point in row
        if not point.above and not point.below
        for t in point.found
    ]
    if len({x for x, _ in pairs}) < 3 or len({t for _, t in pairs}) < 2:
        return None
    return fits.power_law(*zip(*pairs, strict=True))


def summary(records: Sequence[Record]) -> dict:
    """Points and exponents as JSON."""
    found = points(records)
    return {
        "points": [
            {
                "heads": p.shape[0],
                "length": p.shape[1],
                "head_size": p.shape[2],
                "context": p.context,
                "found": list(p.found),
                "mean": round(p.mean, 3),
                "interval": p.interval and [round(x, 3) for x in p.interval],
                "above_ladder": p.above,
                "below_ladder": p.below,
                "guaranteed": p.guaranteed,
                "parameters": p.parameters,
            }
            for p in found
        ],
        "exponents": {
            f"{axis}, {context}": fit
            and {
                "slope": round(fit.slope, 4),
                "interval": [round(x, 4) for x in fit.interval],
            }
            for axis in AXES
            for context in dict.fromkeys(p.context for p in found)
            for fit in [slope(along(found, axis, context), axis)]
        },
        "not_monotone": sum(not r.results["monotone"] for r in records),
    }


def table(records: Sequence[Record]) -> str:
    """The points as Markdown."""
    lines = [
        "| H | n | d_h | context | seeds | guaranteed | T* | 95 % interval "
        "| T* / guaranteed | parameters |",
        "| ---: | ---: | ---: | --- |" + " ---: |" * 6,
    ]
    for p in points(records):
        sign = "≥ " if p.above else "≤ " if p.below else ""
        interval = p.interval
        cells = [
            *map(str, p.shape),
            p.context,
            str(len(p.found)),
            str(p.guaranteed),
            f"{sign}{p.mean:.0f}",
            f"{interval[0]:.0f} to {interval[1]:.0f}" if interval else "",
            f"{sign}{p.mean / p.guaranteed:.1f}",
            f"{p.parameters:,}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def ratio_range(found: Sequence[Point]) -> tuple[float, float]:
    """Smallest and largest logarithm-averaged T* over the guarantee."""
    ratios = [exp(log(p.mean) - log(p.guaranteed)) for p in found]
    return min(ratios), max(ratios)
