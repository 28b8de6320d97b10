"""Smallest numbers of blocks with their censoring, exponents, and tables."""

from collections.abc import Sequence
from itertools import combinations
from math import inf, log
from typing import Any

from scipy.stats import binomtest

from experiments import ks25_appendix_h_published as published
from memcap.analysis.scaling_bootstrap import Resampling
from memcap.analysis.scaling_fits import compare
from memcap.analysis.scaling_points import Point
from memcap.core.errors import DataError
from memcap.sweeps import Record

PROTOCOL_STEPS = 1000
LOOSER = (0.01, 0.05, 0.1)


def of(records: Sequence[Record], **config: Any) -> list[Record]:
    """The records with these values in their configuration."""
    wanted = config.items()
    return [r for r in records if all(r.config[k] == v for k, v in wanted)]


def series(records: Sequence[Record]) -> dict[str, list[Record]]:
    """The searches for the smallest number of blocks, by tokens and steps."""
    found: dict[str, list[Record]] = {}
    for record in of(records, part="smallest"):
        name, steps = record.config["tokens"], record.config["steps"]
        if steps > PROTOCOL_STEPS:
            name = f"{name}, {steps:,} steps"
        found.setdefault(name, []).append(record)
    return found


def bracket(record: Record, threshold: float) -> tuple[int, int | None]:
    """Largest number of blocks below the first success, 0 if none, and that success.

    A search stops at its own threshold and has tried every rung below, so that a
    looser one can be read from it.
    """
    below = 0
    for attempt in record.results["attempts"]:
        wrong = attempt["total"] - attempt["correct"]
        if wrong < threshold * attempt["total"]:
            return below, attempt["units"]
        below = attempt["units"]
    return below, None


def written(record: Record, threshold: float = 0.01) -> str:
    """The smallest number of blocks, ``> k`` where none of the ladder succeeds."""
    below, found = bracket(record, threshold)
    return f"> {below}" if found is None else str(found)


def share(row: Sequence[Record]) -> str:
    """How many seeds fit within the ladder, with a Wilson interval of 95 %."""
    found = [r for r in row if bracket(r, r.config["threshold"])[1] is not None]
    ends = binomtest(len(found), len(row)).proportion_ci(0.95, method="wilson")
    return f"{len(found)} of {len(row)} ({ends.low:.2f} to {ends.high:.2f})"


def numbers(record: Record, units: int) -> int:
    """Numbers that are trained with so many blocks; of the embedding, words in use."""
    attempts = record.results["attempts"]
    sizes = next(a["parameters"] for a in attempts if a["units"] == units)
    words = record.results["words"]
    table = sizes.get("embedding", 0) if words is None else 2 * words
    return table + sum(n for part, n in sizes.items() if part != "embedding")


def point(record: Record) -> Point:
    """Numbers needed, censored as the search leaves it; a group is a seed."""
    below, found = bracket(record, record.config["threshold"])
    size, seed = record.config["samples"], record.seed
    low = numbers(record, below) if below else 0
    if found is None:
        return Point.above(size, low, group=seed)
    if not below:
        return Point.below(size, numbers(record, found), group=seed)
    return Point.between(size, low, numbers(record, found), group=seed)


def exponent(records: Sequence[Record]) -> dict[str, Any]:
    """The laws compared on these searches, or why they cannot be."""
    try:
        return compare(map(point, records), Resampling(seed=0)).as_dict()
    except DataError as error:
        return {"unfitted": str(error)}


def least_secant(points: Sequence[Point]) -> dict[str, Any] | None:
    """The steepest growth that the searches prove of their protocol, if any.

    If every seed fits N with at most v numbers, and none fits N' > N with w, then the
    smallest number grew between them with an exponent above
    ``log(w / v) / log(N' / N)``; the largest of these over all pairs of N. It says
    nothing about a confidence: the seeds are those that were run.
    """
    sizes = sorted({p.size for p in points})
    high = {n: max(p.high for p in points if p.size == n) for n in sizes}
    low = {n: min(p.low for p in points if p.size == n) for n in sizes}
    found = [
        {"exponent": round(log(low[b] / high[a]) / log(b / a), 3), "from": a, "to": b}
        for a, b in combinations(sizes, 2)
        if high[a] < inf and low[b] > high[a]
    ]
    return max(found, key=lambda pair: pair["exponent"], default=None)


def fits(records: Sequence[Record]) -> dict[str, Any]:
    """Everything fitted, theirs and ours."""
    ranges = ((600, 1400), (800, 1400), (1400, 1700))
    theirs = {f"{a}-{b}": _slope(published.slope(a, b)) for a, b in ranges}
    for offset in (200, 400, 600):
        fit = published.slope(600, 1400, offset)
        theirs[f"600-1400, 84 a block + {offset}"] = _slope(fit)
    ours = {
        name: exponent(found) | {"least_secant": least_secant([*map(point, found)])}
        for name, found in series(records).items()
    }
    return {
        "published": theirs,
        "published_bits_per_number": {
            str(n): round(published.bits_per_number(n), 2) for n in published.SMALLEST
        },
        "ours": ours,
    }


def _slope(fit: Any) -> dict[str, Any]:
    return {
        "slope": round(fit.slope, 3),
        "interval": [round(end, 3) for end in fit.interval],
        "points": fit.num_points,
    }


def table(records: Sequence[Record]) -> str:
    """The three parts as Markdown."""
    return (
        "\n".join([*_smallest(records), "", *_curves(records), "", *_lengths(records)])
        + "\n"
    )


def _smallest(records: Sequence[Record]) -> list[str]:
    lines = [
        "Smallest number of blocks, one entry a seed (`> k`: no success up to k);",
        "seeds that fit at error < 0.01 with a 95 % Wilson interval; numbers trained",
        "at the last rung:",
        "",
        "| tokens | N | error < 0.01 | < 0.05 | < 0.1 | seeds that fit | numbers |",
        "| --- | ---: | --- | --- | --- | --- | --- |",
    ]
    for name, found in series(records).items():
        for n in sorted({r.config["samples"] for r in found}):
            row = of(found, samples=n)
            cells = [", ".join(written(r, t) for r in row) for t in LOOSER]
            cells.append(share(row))
            last = [r.results["attempts"][-1]["units"] for r in row]
            sizes = [f"{numbers(r, u):,}" for r, u in zip(row, last, strict=True)]
            lines.append(
                f"| {name} | {n:,} | {' | '.join(cells)} | {'; '.join(sizes)} |"
            )
    theirs = ", ".join(f"{n}: {b}" for n, b in published.SMALLEST.items())
    return [*lines, "", f"Published (MultiNLI, one curve): {theirs}."]


def _curves(records: Sequence[Record]) -> list[str]:
    lines = [
        "Best accuracy and its loss of two trials, one entry a seed:",
        "",
        "| tokens | N | C | blocks | accuracy | loss |",
        "| --- | ---: | ---: | ---: | --- | --- |",
    ]
    found = of(records, part="curve")
    keys = [
        (
            r.config["tokens"],
            r.config["samples"],
            r.config["classes"],
            r.config["ladder"][0],
        )
        for r in found
    ]
    for tokens, n, classes, units in dict.fromkeys(keys):
        same = of(found, tokens=tokens, samples=n, classes=classes)
        row = [curve(r) for r in same if r.config["ladder"][0] == units]
        right = ", ".join(f"{accuracy:.3f}" for accuracy, _ in row)
        loss = ", ".join("-" if x is None else f"{x:.3f}" for _, x in row)
        lines.append(f"| {tokens} | {n:,} | {classes} | {units} | {right} | {loss} |")
    for name, curve_ in (("MultiNLI", published.MULTINLI), ("IMDb", published.IMDB)):
        n, classes = (2000, 3) if name == "MultiNLI" else (3000, 2)
        lines += [
            f"| KS25, {name} | {n:,} | {classes} | {k} | {accuracy:.4f} | {loss:.4f} |"
            for k, (loss, accuracy) in curve_.items()
        ]
    return lines


def curve(record: Record) -> tuple[float, float | None]:
    """Accuracy and loss of the trial with most labels right, the last attempt."""
    trials = record.results["attempts"][-1]["trials"]
    best = max(trials, key=lambda trial: trial["correct"])
    return best["correct"] / record.config["samples"], best["loss"]


def _lengths(records: Sequence[Record]) -> list[str]:
    lines = [
        "Sequences of random vectors, smallest number of blocks, one entry a seed:",
        "",
        "| N | n | error < 0.01 | < 0.05 | < 0.1 | published, N = 500 |",
        "| ---: | ---: | --- | --- | --- | ---: |",
    ]
    found = of(records, part="length")
    for n in dict.fromkeys(r.config["length"] for r in found):
        row = of(found, length=n)
        cells = [", ".join(written(r, t) for r in row) for t in LOOSER]
        size, theirs = row[0].config["samples"], published.LENGTHS.get(n, "-")
        lines.append(f"| {size} | {n:,} | {' | '.join(cells)} | {theirs} |")
    return lines
