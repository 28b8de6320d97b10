"""Accuracies over the seeds beside published ones, associations a head, the table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt

import numpy as np
from scipy import stats

from experiments.dana_accuracy_published import ROWS, Row, Shape
from memcap.sweeps import Record

# What tells one protocol from another.
HOW = ("steps", "batch_size", "learning_rate", "schedule")
# Nearly all are right above it: a line in H has to bend.
SATURATED = 0.9


@dataclass(frozen=True)
class Point:
    """One shape with one protocol, over the seeds.

    Args:
        shape: V, d, d_h, H.
        how: values of `HOW`.
        accuracy: share of right labels of each seed.
        guaranteed: the accuracy of Corollary 2; None for d_h > d.
        parameters: numbers trained.
    """

    shape: Shape
    how: tuple
    accuracy: tuple[float, ...]
    guaranteed: float | None
    parameters: int

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return float(np.mean(self.accuracy))

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the mean by Student's t; None for one seed."""
        if len(self.accuracy) < 2:
            return None
        spread = float(np.std(self.accuracy, ddof=1)) / sqrt(len(self.accuracy))
        reach = float(stats.t.ppf(0.975, len(self.accuracy) - 1)) * spread
        return self.mean - reach, self.mean + reach


def points(records: Sequence[Record]) -> list[Point]:
    """The points in the order of the records."""
    groups: dict[tuple[Shape, tuple], list[Record]] = {}
    for record in records:
        config = record.config
        shape = Shape(*(config[name] for name in Shape.__dataclass_fields__))
        how = tuple(config[name] for name in HOW)
        groups.setdefault((shape, how), []).append(record)
    return [
        Point(
            shape,
            how,
            tuple(r.results["correct"] / r.results["total"] for r in group),
            group[0].results["guaranteed"],
            sum(group[0].counts.values()),
        )
        for (shape, how), group in groups.items()
    ]


def of_row(found: Sequence[Point], row: Row) -> list[Point]:
    """The points of a published row with the protocol of the first point."""
    if not found:
        return []
    chosen = [p for p in found if p.shape in row.accuracy and p.how == found[0].how]
    return sorted(chosen, key=lambda point: getattr(point.shape, row.axis))


def held(vocab: int, accuracy: float) -> float:
    """Associations that with guesses for the others give an accuracy.

    Solves ``accuracy = 1/V + (1 - 1/V) T/T0`` for T, with T0 = V^2.

    Example:
        >>> held(10, 1.0), held(10, 0.1)
        (100.0, 0.0)
    """
    return (accuracy - 1 / vocab) / (1 - 1 / vocab) * vocab**2


def per_head(accuracy: dict[Shape, float]) -> float | None:
    """Associations held by one more head: least squares below saturation."""
    pairs = [
        (shape.heads, held(shape.vocab, value))
        for shape, value in accuracy.items()
        if value < SATURATED
    ]
    if len({heads for heads, _ in pairs}) < 3:
        return None
    return float(np.polyfit(*zip(*pairs, strict=True), 1)[0])


def summary(records: Sequence[Record]) -> dict:
    """Points and slopes as JSON."""
    found = points(records)
    return {
        "points": [
            {
                **asdict(p.shape),
                **dict(zip(HOW, p.how, strict=True)),
                "accuracy": list(p.accuracy),
                "mean": round(p.mean, 5),
                "interval": p.interval and [round(x, 5) for x in p.interval],
                "guaranteed": p.guaranteed and round(p.guaranteed, 5),
                "published": published(p.shape),
                "parameters": p.parameters,
            }
            for p in found
        ],
        "associations_a_head": {
            name: slopes
            for name, row in ROWS.items()
            if row.axis == "heads" and (slopes := _slopes(found, row))
        },
    }


def _slopes(found: Sequence[Point], row: Row) -> dict | None:
    own = per_head({p.shape: p.mean for p in of_row(found, row)})
    theirs = per_head(row.accuracy)
    if own is None or theirs is None:
        return None
    guaranteed = next(iter(row.accuracy)).head_size
    return {
        "ours": round(own, 3),
        "published": round(theirs, 3),
        "guaranteed": guaranteed,
    }


def published(shape: Shape) -> list[float]:
    """Published accuracies of a shape, one for each row that holds it."""
    return [row.accuracy[shape] for row in ROWS.values() if shape in row.accuracy]


def table(records: Sequence[Record]) -> str:
    """The points as Markdown."""
    lines = [
        "| V | d | d_h | H | step size | seeds | guaranteed | ours | 95 % interval "
        "| published | parameters |",
        "|" + " ---: |" * 11,
    ]
    for p in points(records):
        interval = p.interval
        cells = [
            *map(str, asdict(p.shape).values()),
            f"{p.how[2]:g}",
            str(len(p.accuracy)),
            f"{p.guaranteed:.3f}" if p.guaranteed else "",
            f"{p.mean:.3f}",
            f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "",
            ", ".join(f"{x:.3f}" for x in published(p.shape)),
            f"{p.parameters:,}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
