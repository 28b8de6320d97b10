"""Bits a parameter with intervals over seeds, beside the published points."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats

from memcap.sweeps.records import Record

# Morris25 (arXiv 2505.24832v3), S = 64, V = 2048, a million steps of 2048 sequences:
# parameters of d = 32, 64, 128, 256, and bits a parameter in bfloat16 and float32.
PUBLISHED: dict[int, tuple[tuple[float, ...], ...]] = {
    1: (
        (8.04e4, 1.85e5, 4.69e5, 1.33e6),
        (3.93, 3.74, 3.61, 2.88),
        (4.23, 3.92, 3.65, 3.12),
    ),
    2: (
        (9.31e4, 2.35e5, 6.67e5, 2.12e6),
        (3.56, 3.94, 3.89, 3.66),
        (4.16, 4.08, 3.99, 4.01),
    ),
    4: (
        (1.18e5, 3.35e5, 1.06e6, 3.70e6),
        (3.37, 3.39, 3.53, 3.51),
        (3.92, 3.98, 3.78, 3.68),
    ),
    8: (
        (1.69e5, 5.35e5, 1.86e6, 6.86e6),
        (2.86, 3.19, 3.49, 3.65),
        (3.02, 3.83, 3.89, 3.96),
    ),
}
LAW = 3.64

# What tells one network and its training from another.
_SERIES = ("width", "blocks", "length", "vocab", "steps", "batch", "learning_rate")
Key = tuple[float, ...]


@dataclass(frozen=True)
class Point:
    """The networks of one series at one N, over the seeds.

    Args:
        samples: N.
        bits: `[seeds]` bits memorized.
        data_bits: N S log2 V.
        most_bits: `[seeds]` the most that any model memorizes of those sequences.
        seeds: the seeds.
    """

    samples: int
    bits: np.ndarray
    data_bits: float
    most_bits: np.ndarray
    seeds: tuple[int, ...]

    @property
    def mean(self) -> float:
        """Mean bits over the seeds."""
        return float(self.bits.mean())


@dataclass(frozen=True)
class Series:
    """One network under one training, over all N.

    Args:
        fields: width, blocks, length, vocab, steps, batch, learning rate.
        parameters: numbers that training moves.
        points: by N.
    """

    fields: dict[str, float]
    parameters: int
    points: tuple[Point, ...]

    @property
    def capacities(self) -> np.ndarray:
        """`[seeds]` the most bits over N."""
        return np.max([point.bits for point in self.points], axis=0)

    @property
    def per_parameter(self) -> float:
        """Capacity a parameter, mean over the seeds."""
        return float(self.capacities.mean()) / self.parameters

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 95 % interval by Student's t; None for one seed."""
        values = self.capacities / self.parameters
        if len(values) < 2:
            return None
        spread = float(values.std(ddof=1)) / sqrt(len(values))
        reach = float(stats.t.ppf(0.975, len(values) - 1)) * spread
        return self.per_parameter - reach, self.per_parameter + reach

    @property
    def at(self) -> tuple[int, ...]:
        """N of each seed's maximum."""
        best = np.argmax([point.bits for point in self.points], axis=0)
        return tuple(self.points[i].samples for i in best)

    @property
    def censored(self) -> bool:
        """Whether a seed has its maximum at the largest N: more N may give more."""
        return self.points[-1].samples in self.at

    def expected(self, point: Point) -> float:
        """min(capacity, H), what the paper predicts to be memorized at N."""
        return min(float(self.capacities.mean()), point.data_bits)


def series(records: Sequence[Record]) -> list[Series]:
    """The records by network and training, in the order of their first cells.

    Only sizes that all seeds of a series have are kept.
    """
    groups: dict[Key, list[Record]] = {}
    for record in records:
        key = tuple(record.config[name] for name in _SERIES)
        groups.setdefault(key, []).append(record)
    return [_series(key, group) for key, group in groups.items()]


def _series(key: Key, group: list[Record]) -> Series:
    seeds = tuple(sorted({record.seed for record in group}))
    points = []
    for samples in sorted({record.config["samples"] for record in group}):
        own = {r.seed: r.results for r in group if r.config["samples"] == samples}
        if tuple(sorted(own)) == seeds:
            rows = [own[seed] for seed in seeds]
            bits = np.array([row["bits"] for row in rows])
            most = np.array([row["most_bits"] for row in rows])
            points.append(Point(samples, bits, rows[0]["data_bits"], most, seeds))
    fields = dict(zip(_SERIES, key, strict=True))
    return Series(fields, group[0].counts["parameters"], tuple(points))


def summary(records: Sequence[Record]) -> str:
    """Capacities and plateaus as JSON."""
    body = [
        {
            **found.fields,
            "parameters": found.parameters,
            "bits_per_parameter": found.per_parameter,
            "interval": found.interval,
            "seeds": len(found.points[0].seeds),
            "maximum_at": found.at,
            "censored": found.censored,
            "plateau": [
                {
                    "samples": point.samples,
                    "data_bits": point.data_bits,
                    "most_bits": float(point.most_bits.mean()),
                    "bits": point.mean,
                    "bits_of_seeds": point.bits.tolist(),
                    "expected": found.expected(point),
                }
                for point in found.points
            ],
        }
        for found in series(records)
        if found.points
    ]
    return json.dumps({"published": LAW, "series": body}, indent=1) + "\n"


def table(records: Sequence[Record]) -> str:
    """Capacities, then every N, as Markdown."""
    found = [each for each in series(records) if each.points]
    lines = [
        "| parameters | steps | seeds | bits a parameter | 95 % interval | "
        "largest at N |",
        "| ---: | ---: | ---: | ---: | --- | --- |",
    ]
    for each in found:
        low_high = each.interval
        told = f"{low_high[0]:.2f} to {low_high[1]:.2f}" if low_high else "one seed"
        at = ", ".join(str(n) for n in sorted(set(each.at)))
        at += ", the largest run" if each.censored else ""
        lines.append(
            f"| {each.parameters:,} | {each.fields['steps']:,} | "
            f"{len(each.capacities)} | {each.per_parameter:.2f} | {told} | {at} |"
        )
    return "\n".join([*lines, "", *_plateaus(found)]) + "\n"


def _plateaus(found: Sequence[Series]) -> list[str]:
    lines = [
        "| steps | N | data bits | at most | memorized (mean) | min(capacity, data) |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for each in found:
        for point in each.points:
            lines.append(
                f"| {each.fields['steps']:,} | {point.samples:,} | "
                f"{point.data_bits:,.0f} | {point.most_bits.mean():,.0f} | "
                f"{point.mean:,.0f} | {each.expected(point):,.0f} |"
            )
    return lines
