"""What is measured, what is a formula, and what crosses what.

Measured points are means over seeds. A crossing is *exact* between two formulas (by
bisection), *interpolated* between neighbouring measured sizes (as power laws), or
*extrapolated* by the fitted exponent from the largest measured size, and marked so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, log2
from typing import Any

import numpy as np

from experiments import compact_summary, frontier_laws
from experiments.compact_summary import MAIN, PRINTED, QUANTITIES, Point, Series
from experiments.frontier_laws import EVERY, LINES, Law
from experiments.frontier_runs import CLASSES, TRAINED
from memcap.sweeps.records import Record

FLOAT64, FLOAT32 = ("float64", CLASSES), ("float32", CLASSES)
LEARNED = (TRAINED, CLASSES)
NAMES: dict[Series, str] = {
    MAIN: "compact",
    PRINTED: "KS25 Theorem 4.1, fitted",
    FLOAT64: "exact in float64",
    FLOAT32: "exact in float32",
    LEARNED: "trained",
}
_RIVALS = ((MAIN, LEARNED), (MAIN, FLOAT64), (FLOAT64, LEARNED))
# Their numbers grow longer with N, which is what a fitted exponent carries on.
GROWING = (MAIN, PRINTED)
DECADES = (2, 3, 4, 5, 6, 8, 10, 12)
Frontier = dict[Series, list[Point]]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a number of parameters falls below a line.

    Args:
        what: name of the network or formula.
        line: name of the line.
        at: N, or None where it stays above.
        how: ``exact``, ``interpolated``, ``extrapolated``, ``below from the first
            size``, or why there is none.
    """

    what: str
    line: str
    at: float | None
    how: str


def frontier(compact: Iterable[Record], own: Iterable[Record]) -> Frontier:
    """The measured points of every series of binary labels, by N.

    Args:
        compact: records of the compact experiment.
        own: records of this one; refused and censored runs have no point.
    """
    found = compact_summary.points(compact)
    made = {s: found[s] for s in (MAIN, PRINTED) if s in found}
    groups: dict[tuple[str, int], list[Record]] = {}
    for record in own:
        if record.results.get("verdict") == "PROVED":
            key = (record.config["network"], record.results["labels"])
            groups.setdefault(key, []).append(record)
    for (network, samples), group in sorted(groups.items()):
        counts = {q: np.array([r.counts[q] for r in group], float) for q in QUANTITIES}
        series = (network, CLASSES)
        made.setdefault(series, []).append(Point(series, samples, counts))
    return {series: made[series] for series in NAMES if series in made}


def unplaced(own: Iterable[Record]) -> list[tuple[str, int, str]]:
    """Runs without a network: refused by name, or no width of the ladder fits."""
    return [
        (r.config["network"], r.results["labels"], r.reason)
        for r in own
        if r.results["verdict"] in ("REFUSED", "CENSORED")
    ]


def bits_a_number(samples: float, parameters: float) -> float:
    """N log2 C / W."""
    return samples * log2(CLASSES) / parameters


def exponent(row: Sequence[Point]) -> float | None:
    """The fitted exponent of the parameters, None below three sizes."""
    fit = compact_summary.slope(row, "nonzero")
    return fit.slope if fit else None


def crossings(found: Frontier) -> list[Crossing]:
    """Every network and every upper formula against the four lines."""
    made = [
        _measured(series, row, line) for series, row in found.items() for line in LINES
    ]
    falling = (*frontier_laws.UPPER, *frontier_laws.ORDERS)
    made += [_exact(law, line) for law in falling for line in LINES]
    made += [_exact(frontier_laws.FEWEST, law) for law in frontier_laws.DIGITS.values()]
    return made + [c for pair in _RIVALS if (c := _between(found, *pair))]


def _exact(law: Law, line: Law) -> Crossing:
    at = frontier_laws.crossing(law, line)
    how = "exact" if law.kind != "order" else "exact, with constant 1"
    if law.kind == "lower":
        how = "about: whole numbers, in steps"
    if at == frontier_laws.FIRST:
        how = f"below from N = {at}"
    if at is None:
        how = f"above up to N = {frontier_laws.LAST:.0e}"
    return Crossing(law.name, line.name, at, how)


def _between(found: Frontier, low: Series, high: Series) -> Crossing | None:
    """Where one measured series falls below another, at sizes that both span."""
    if low not in found or high not in found:
        return None
    other = found[high]
    x = [log(point.samples) for point in other]
    y = [log(point.mean("nonzero")) for point in other]
    row = [p for p in found[low] if x[0] <= log(p.samples) <= x[-1]]
    if len(row) < 2:
        return None
    at = compact_summary.crossing(row, lambda n: exp(float(np.interp(log(n), x, y))))
    span = f"{row[0].samples:,} to {row[-1].samples:,}"
    if at is None:
        return Crossing(NAMES[low], NAMES[high], None, f"not between N = {span}")
    first = at == row[0].samples
    how = f"below from the first of {span}" if first else "interpolated"
    return Crossing(NAMES[low], NAMES[high], at, how)


def _measured(series: Series, row: Sequence[Point], line: Law) -> Crossing:
    name = NAMES[series]
    at = compact_summary.crossing(row, lambda n: line(round(n)))
    if at is not None:
        first = at == row[0].samples
        return Crossing(
            name,
            line.name,
            at,
            "below from the first size" if first else "interpolated",
        )
    last, slope = row[-1], exponent(row)
    share = last.mean("nonzero") / line(last.samples)
    # Numbers of bounded length hold bounded bits: those series cannot go on like this.
    if slope is None or series not in GROWING or slope >= 1:
        return Crossing(name, line.name, None, "above at all measured sizes")
    far = last.samples * share ** (1 / (1 - slope))
    return Crossing(name, line.name, far, f"extrapolated by N^{slope:.2f}")


def summary(found: Frontier, own: Sequence[Record]) -> dict[str, Any]:
    """Everything as JSON."""
    return {
        "data": frontier_laws.DATA,
        "measured": [entry(point) for row in found.values() for point in row],
        "without_network": [
            {"network": network, "samples": samples, "reason": reason}
            for network, samples, reason in unplaced(own)
        ],
        "formulas": [
            {
                "name": law.name,
                "kind": law.kind,
                "source": law.source,
                "parameters": {str(10**k): law(10**k) for k in DECADES},
            }
            for law in EVERY
        ],
        "crossings": [
            {"what": c.what, "line": c.line, "at": c.at, "how": c.how}
            for c in crossings(found)
        ],
    }


def entry(point: Point) -> dict[str, Any]:
    """One measured point as JSON, beside the fewest numbers possible."""
    nonzero, fewest = point.mean("nonzero"), frontier_laws.FEWEST(point.samples)
    return {
        "network": NAMES[point.series],
        "samples": point.samples,
        "seeds": len(point.counts["nonzero"]),
        "nonzero": nonzero,
        "dense": point.mean("dense"),
        "bits_a_number": bits_a_number(point.samples, nonzero),
        "fewest": fewest,
        "over_fewest": nonzero / fewest,
        "bits_over_labels": point.bits_per_bit,
    }
