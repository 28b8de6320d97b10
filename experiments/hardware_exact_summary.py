"""Means over seeds, exponents, what the theorem promises, and the tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np

import memcap as mc
from experiments.hardware_exact_runs import REFUSED, TYPES
from memcap.analysis import fits
from memcap.sweeps.records import Record

Cell = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class Point:
    """One budget, form and N, over its seeds.

    Args:
        significand: p.
        form: ``wide`` or ``deep``.
        samples: N.
        records: the networks that were built.
        refused: for how many seeds there was none.
    """

    significand: int
    form: str
    samples: int
    records: tuple[Record, ...]
    refused: int = 0

    def mean(self, quantity: str) -> float:
        """Mean of a count over the seeds."""
        return float(np.mean([r.counts[quantity] for r in self.records]))

    def result(self, name: str) -> float:
        """Mean of a result over the seeds."""
        return float(np.mean([r.results[name] for r in self.records]))

    @property
    def per_sample(self) -> float:
        """Non-zero numbers a sample."""
        return self.mean("nonzero") / self.samples

    @property
    def per_bit(self) -> float:
        """Bits of p-bit numbers stored for a bit of label; two classes."""
        return self.per_sample * self.significand

    @property
    def layouts(self) -> str:
        """How labels are stored."""
        return ", ".join(sorted({r.results["layout"] for r in self.records}))


def points(records: Iterable[Record]) -> dict[Cell, Point]:
    """The points by budget, form and N; refused ones hold no records."""
    groups: dict[Cell, list[Record]] = {}
    for record in records:
        config = record.config
        cell = (config["significand"], config["form"], config["samples"])
        groups.setdefault(cell, []).append(record)
    made = {}
    for cell, group in sorted(groups.items()):
        built = tuple(r for r in group if r.results["verdict"] != REFUSED)
        made[cell] = Point(*cell, built, len(group) - len(built))
    return made


def line(
    found: dict[Cell, Point],
    form: str,
    *,
    significand: int | None = None,
    samples: int | None = None,
) -> list[Point]:
    """Built points of a form, for one budget or for one N."""
    return [
        point
        for (p, f, n), point in found.items()
        if f == form
        and point.records
        and significand in (None, p)
        and samples in (None, n)
    ]


def widest(found: dict[Cell, Point]) -> int:
    """The N with most budgets, the largest of those."""
    budgets: dict[int, set[int]] = {}
    for (p, _, n), point in found.items():
        budgets.setdefault(n, set())
        if point.records:
            budgets[n].add(p)
    return max(budgets, key=lambda n: (len(budgets[n]), n))


def exponent(row: Sequence[Point], variable: str) -> fits.Fit | None:
    """Exponent of the number of parameters; None below three different x."""
    pairs = [
        (getattr(point, variable), record.counts["nonzero"])
        for point in row
        for record in point.records
    ]
    if len({x for x, _ in pairs}) < 3:
        return None
    x, y = zip(*pairs, strict=True)
    return fits.power_law(x, y)


def table(records: Sequence[Record]) -> str:
    """All results as Markdown."""
    found = points(records)
    return "\n\n".join([_sizes(found), _exponents(found), _promises(widest(found))])


def _sizes(found: dict[Cell, Point]) -> str:
    lines = [
        "| p | type | form | N | layout | parameters | a sample | bits per label bit "
        "| depth | width | right in the type | in the next shorter | guessing "
        "| forward |",
        "| ---: | --- | --- | ---: | --- |" + " ---: |" * 9,
    ]
    return "\n".join(lines + [_row(point) for point in found.values()])


def _row(point: Point) -> str:
    p, n = point.significand, point.samples
    dtype = TYPES[min(q for q in TYPES if q >= p)]
    head = f"| {p} | {dtype} | {point.form} | {n:,} |"
    if not point.records:
        return head + " refused |" + " |" * 9
    cells = [
        point.layouts + (f", {point.refused} refused" if point.refused else ""),
        f"{point.mean('nonzero'):,.0f}",
        f"{point.per_sample:.2f}",
        f"{point.per_bit:.0f}",
        f"{point.mean('depth'):,.0f}",
        f"{point.mean('width'):,.0f}",
        f"{point.result('correct') / n:.1%}",
        _shorter(point),
        f"{point.result('commonest') / n:.1%}",
        f"{1000 * forward(point):.1f} ms",
    ]
    return f"{head} {' | '.join(cells)} |"


def _shorter(point: Point) -> str:
    values = [r.results["shorter"] for r in point.records]
    if None in values:
        return ""
    return f"{np.mean(values) / point.samples:.1%}"


def forward(point: Point) -> float:
    """Seconds of a compiled pass over all samples, the fastest seed's."""
    return min(r.results["seconds"]["forward"] for r in point.records)


def _exponents(found: dict[Cell, Point]) -> str:
    lines, samples = [], widest(found)
    for form in sorted({f for _, f, _ in found}):
        fit = exponent(line(found, form, samples=samples), "significand")
        if fit:
            lines.append(f"{form}, parameters against p, N = {samples}: {fit.sentence}")
        for p in sorted({p for p, _, _ in found}):
            fit = exponent(line(found, form, significand=p), "samples")
            if fit:
                lines.append(f"{form}, p = {p}, parameters against N: {fit.sentence}")
    return "\n".join(lines)


def promised(samples: int, budget: int) -> tuple[float, float]:
    """Bits of the longest number and parameters of KS25.ThmF1 with B = `budget`.

    With the constants of its proof, for data as in this experiment.
    """
    given = {
        "num_samples": samples,
        "length": 16,
        "dim": 1,
        "r": 63,
        "delta": 1,
        "classes": 2,
        "bit_budget": budget,
    }
    names = ("KS25.ThmF1.explicit_bits", "KS25.ThmF1.parameters")
    bits, parameters = (float(mc.bounds.get(name)(**given)) for name in names)
    return bits, parameters


def _promises(samples: int) -> str:
    lines = []
    for budget in (1, isqrt(samples)):
        bits, parameters = promised(samples, budget)
        lines.append(
            f"KS25.ThmF1 at N = {samples:,}, B = {budget}: {bits:,.0f} bits, "
            f"{parameters / samples:,.0f} parameters a sample"
        )
    return "\n".join(lines)
