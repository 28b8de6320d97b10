"""The maps, the smallest network that fits, its exponent, and the theorems' orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

import numpy as np

import memcap as mc
from memcap.analysis.scaling_bootstrap import Resampling
from memcap.analysis.scaling_fits import compare
from memcap.analysis.scaling_points import Point
from memcap.core.errors import DataError
from memcap.sweeps import Record

THRESHOLD = 0.01
THEOREMS = {"seq_to_seq": "Kim23.Thm3.1", "next_token": "Kim23.Thm4.1"}
# What a trained parameter holds: Allen-Zhu and Li 2024.
BITS = 2


@dataclass(frozen=True)
class Map:
    """One heat map.

    Args:
        task: ``seq_to_seq`` or ``next_token``.
        knob: ``width`` or ``depth``.
        data: where the sequences are from.
        records: its records.
    """

    task: str
    knob: str
    data: str
    records: tuple[Record, ...]

    @property
    def samples(self) -> list[int]:
        """N, increasing."""
        return sorted({r.config["samples"] for r in self.records})

    @property
    def sizes(self) -> list[int]:
        """Widths or depths, increasing."""
        return sorted({r.config["size"] for r in self.records})

    def at(self, size: int, samples: int) -> list[Record]:
        """The records of one square, one a seed."""
        wanted = (size, samples)
        keys = ("size", "samples")
        return [r for r in self.records if tuple(r.config[k] for k in keys) == wanted]

    @property
    def errors(self) -> np.ndarray:
        """`[sizes, samples]` mean share of wrong labels over the seeds."""
        return np.array(
            [
                [
                    np.mean([r.results["error"] for r in self.at(s, n)])
                    for n in self.samples
                ]
                for s in self.sizes
            ]
        )

    @property
    def parameters(self) -> list[int]:
        """Numbers that are trained at each size; of text, with the most words."""
        rows = [[r for r in self.records if r.config["size"] == s] for s in self.sizes]
        return [max(r.counts["trained"] for r in row) for row in rows]

    @property
    def points(self) -> list[Point]:
        """Numbers needed for an error below the threshold, for every N and seed.

        W lies between the largest size below which nothing fits and the smallest that
        fits; draws of different N share nothing, so each is a group of its own.
        """
        found = []
        for n in self.samples:
            for seed in sorted({r.seed for r in self.records}):
                row = [
                    r
                    for r in self.records
                    if (r.config["samples"], r.seed) == (n, seed)
                ]
                found.append(_point(n, seed, row))
        return found

    def bound(self, samples: int) -> float:
        """The order of the theorem with constant 1, upper end of its ball."""
        config = self.records[0].config
        given: dict[str, Any] = {"num_samples": samples, "length": config["length"]}
        if self.task == "seq_to_seq":
            # Ids on a line: norm at most V, distance 1.
            given |= {"dim": 1, "r": config["vocab"], "delta": 1}
            given["classes"] = config["classes"]
        else:
            given["vocab"] = config["vocab"]
        value = mc.bounds.get(THEOREMS[self.task])(**given)
        return float(getattr(value, "upper", value))

    def fewest(self, samples: int) -> float:
        """Numbers that would hold the labels at two bits each."""
        config = self.records[0].config
        labels = samples * (config["length"] if self.task == "seq_to_seq" else 1)
        return labels * log2(config["classes"]) / BITS


def _point(samples: int, seed: int, row: Sequence[Record]) -> Point:
    ordered = sorted(row, key=lambda r: r.counts["trained"])
    failed = 0
    for record in ordered:
        if record.results["error"] < THRESHOLD:
            found = record.counts["trained"]
            group = f"{samples}, {seed}"
            if not failed:
                return Point.below(samples, found, group=group)
            return Point.between(samples, failed, found, group=group)
        failed = record.counts["trained"]
    return Point.above(samples, failed, group=f"{samples}, {seed}")


def maps_of(records: Sequence[Record]) -> list[Map]:
    """The maps in the order of their cells."""
    keys = ("task", "knob", "data")
    found: dict[tuple[str, ...], list[Record]] = {}
    for record in records:
        found.setdefault(tuple(record.config[k] for k in keys), []).append(record)
    return [Map(*key, tuple(rows)) for key, rows in found.items()]


def exponent(points: Sequence[Point]) -> dict[str, Any]:
    """The laws compared, or why they cannot be."""
    try:
        return compare(points, Resampling(seed=0)).as_dict()
    except DataError as error:
        return {"unfitted": str(error)}


def fits(records: Sequence[Record]) -> list[dict[str, Any]]:
    """For every map its frontier, its exponent, and the theorem's order."""
    return [
        {
            "task": one.task,
            "knob": one.knob,
            "data": one.data,
            "theorem": THEOREMS[one.task],
            "order": {str(n): round(one.bound(n), 1) for n in one.samples},
            "frontier": [
                [p.size, p.low, p.high if p.censoring != "above" else None]
                for p in one.points
            ],
            "growth": exponent(one.points),
        }
        for one in maps_of(records)
    ]


def table(records: Sequence[Record]) -> str:
    """Every map as Markdown: share of wrong labels, mean over the seeds."""
    lines = []
    for one in maps_of(records):
        heads = [f"N = {n:,}" for n in one.samples]
        lines += [
            f"{one.task}, {one.data}, by {one.knob}: wrong labels in %",
            "",
            f"| {one.knob} | parameters | {' | '.join(heads)} |",
            f"| ---: | ---: | {' | '.join(['---:'] * len(heads))} |",
        ]
        for size, count, row in zip(one.sizes, one.parameters, one.errors, strict=True):
            cells = " | ".join(f"{100 * error:.1f}" for error in row)
            lines.append(f"| {size} | {count:,} | {cells} |")
        orders = " | ".join(f"{one.bound(n):,.0f}" for n in one.samples)
        lines += [f"| | order of {THEOREMS[one.task]} | {orders} |", ""]
    return "\n".join(lines)
