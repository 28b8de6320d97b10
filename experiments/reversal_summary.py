"""Recall of both directions, and the bits that true and permuted inverses take."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from memcap.sweeps.records import Record

Interval = tuple[float, float]

# arXiv 2504.01928, one token an entity, |A| = 2,500, up to 3e6 steps of 1,024 facts:
# mean reciprocal rank of the untrained direction by number of layers, quoted at second
# hand.
PUBLISHED = {1: 0.823, 6: 0.890, 12: 0.810, 18: 0.823}


@dataclass(frozen=True)
class Arm:
    """Networks of one width on true or permuted inverses, over the seeds.

    Args:
        width: slots.
        shuffled: whether the inverses of A are permuted.
        parameters: numbers that training moves.
        records: one for each seed.
    """

    width: int
    shuffled: bool
    parameters: int
    records: tuple[Record, ...]

    def mean(self, name: str) -> float:
        """Mean of a result over the seeds."""
        return float(np.mean(self.values(name)))

    def values(self, name: str) -> list[float]:
        """A result of every seed."""
        return [record.results[name] for record in self.records]

    @property
    def asked(self) -> tuple[int, int]:
        """Untrained facts recalled, and asked, over all seeds."""
        right, total = self.values("asked_right"), self.values("asked")
        return int(sum(right)), int(sum(total))

    @property
    def recall(self) -> float:
        """Share of untrained facts recalled."""
        right, total = self.asked
        return right / total

    @property
    def interval(self) -> Interval:
        """Its 95 % interval by Wilson, facts taken as independent."""
        low, high = proportion_confint(*self.asked, alpha=0.05, method="wilson")
        return float(low), float(high)

    @property
    def chance(self) -> float:
        """One in the number of entities."""
        return 1 / self.records[0].results["entities"]


def arms(records: Sequence[Record]) -> list[Arm]:
    """The records by width, true inverses first."""
    groups: dict[tuple[int, bool], list[Record]] = {}
    for record in records:
        key = (record.config["width"], record.config["shuffled"])
        groups.setdefault(key, []).append(record)
    return [
        Arm(width, shuffled, group[0].counts["parameters"], tuple(group))
        for (width, shuffled), group in sorted(groups.items())
    ]


def saved(records: Sequence[Record]) -> list[tuple[int, float, Interval | None]]:
    """Bits memorized of true inverses less those of permuted ones, by width.

    Means of the differences of equal seeds, which share matchings and initial weights,
    with 95 % intervals by Student's t; None for one seed.
    """
    found = {(arm.width, arm.shuffled): arm for arm in arms(records)}
    rows: list[tuple[int, float, Interval | None]] = []
    for (width, shuffled), arm in found.items():
        other = found.get((width, True))
        if shuffled or other is None:
            continue
        true = {record.seed: record.results["bits"] for record in arm.records}
        mixed = {record.seed: record.results["bits"] for record in other.records}
        gaps = np.array(
            [true[seed] - mixed[seed] for seed in sorted(true & mixed.keys())]
        )
        rows.append((width, float(gaps.mean()), _interval(gaps)))
    return rows


def _interval(values: np.ndarray) -> Interval | None:
    if len(values) < 2:
        return None
    spread = float(values.std(ddof=1)) / sqrt(len(values))
    reach = float(stats.t.ppf(0.975, len(values) - 1)) * spread
    return float(values.mean()) - reach, float(values.mean()) + reach


def summary(records: Sequence[Record]) -> str:
    """All rates as JSON."""
    body = [
        {
            "width": arm.width,
            "inverses": "permuted" if arm.shuffled else "true",
            "parameters": arm.parameters,
            "seeds": len(arm.records),
            "forward_train": arm.mean("forward_train"),
            "inverse_train": arm.mean("inverse_train"),
            "one_way_train": arm.mean("one_way_train"),
            "untrained_recalled": arm.recall,
            "interval": arm.interval,
            "asked": arm.asked,
            "chance": arm.chance,
            "reciprocal_rank": arm.mean("reciprocal_rank"),
            "bits": arm.mean("bits"),
            "data_bits": arm.mean("data_bits"),
        }
        for arm in arms(records)
    ]
    gaps = [
        {"width": width, "bits_saved": gap, "interval": interval}
        for width, gap, interval in saved(records)
    ]
    given = {"published": PUBLISHED, "arms": body, "true_less_permuted": gaps}
    return json.dumps(given, indent=1) + "\n"


def table(records: Sequence[Record]) -> str:
    """All rates as Markdown."""
    lines = [
        "| parameters | inverses of A | a r b | b r' a | one way (B) | other way, "
        "untrained | 95 % interval | mean 1/rank | bits of facts |",
        "| ---: | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: |",
    ]
    for arm in arms(records):
        low, high = arm.interval
        right, total = arm.asked
        trained = " | ".join(
            f"{arm.mean(name):.0%}"
            for name in ("forward_train", "inverse_train", "one_way_train")
        )
        lines.append(
            f"| {arm.parameters:,} | {'permuted' if arm.shuffled else 'true'} | "
            f"{trained} | {right} of {total} | {low:.1%} to {high:.1%} | "
            f"{arm.mean('reciprocal_rank'):.3f} | {arm.mean('bits'):,.0f} of "
            f"{arm.mean('data_bits'):,.0f} |"
        )
    lines += [
        "",
        "| width | bits of true less permuted inverses | 95 % interval |",
        "| ---: | ---: | --- |",
    ]
    for width, gap, interval in saved(records):
        told = f"{interval[0]:,.0f} to {interval[1]:,.0f}" if interval else "one seed"
        lines.append(f"| {width} | {gap:,.0f} | {told} |")
    return "\n".join(lines) + "\n"
