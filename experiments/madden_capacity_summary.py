"""Widths within 1 % of the entropy bound, and how the theorem's system fares."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats

from memcap.sweeps.records import Record

TOLERANCE = 0.01

# Madden24 (arXiv 2405.13718v3): distinct contexts, vocabulary, and the parameters of
# the smallest decoder within 1 % of the entropy bound (Figure 1) or, with only the
# hidden layer trained, within 5 % (Figure 2); read out of the vector graphics.
PUBLISHED_CONTEXTS = (377, 699, 952, 1223, 1459, 1637, 1896, 2117, 2374, 2637)
PUBLISHED_VOCAB = (182, 290, 358, 417, 469, 513, 560, 606, 648, 690)
FIGURE_1 = (10550, 10930, 13174, 22065, 24613, 26769, 29072, 31326, 33384, 35442)
FIGURE_2 = (10550, 25666, 31174, 63729, 71269, 77649, 84464, 170878, 182344, 193810)


@dataclass(frozen=True)
class Ladder:
    """One corpus over a ladder of hidden widths.

    Args:
        laws: ``text`` or ``random``.
        documents: documents.
        seed: of the corpus.
        contexts: n.
        vocab: V.
        widths: m, increasing.
        parameters: of each.
        excess: loss over the entropy bound less 1, of each.
    """

    laws: str
    documents: int
    seed: int
    contexts: int
    vocab: int
    widths: tuple[int, ...]
    parameters: tuple[int, ...]
    excess: tuple[float, ...]

    @property
    def found(self) -> int | None:
        """Place of the first width within the tolerance; None: above the ladder."""
        fits = (i for i, value in enumerate(self.excess) if value < TOLERANCE)
        return next(fits, None)

    @property
    def free(self) -> int:
        """n (V - 1), the probabilities that can be chosen."""
        return self.contexts * (self.vocab - 1)

    @property
    def needed(self) -> float:
        """Parameters of the first width that fits, or of the last, for each of them."""
        place = -1 if self.found is None else self.found
        return self.parameters[place] / self.free


def ladders(records: Sequence[Record]) -> list[Ladder]:
    """The trained records by corpus."""
    groups: dict[tuple[str, int, int], list[Record]] = {}
    for record in records:
        config = record.config
        if config["part"] == "train":
            key = (config["laws"], config["documents"], record.seed)
            groups.setdefault(key, []).append(record)
    return [_ladder(*key, group) for key, group in groups.items()]


def _ladder(laws: str, documents: int, seed: int, group: list[Record]) -> Ladder:
    group = sorted(group, key=lambda record: record.config["hidden"])
    return Ladder(
        laws,
        documents,
        seed,
        contexts=group[0].results["contexts"],
        vocab=group[0].config["vocab"],
        widths=tuple(record.config["hidden"] for record in group),
        parameters=tuple(record.counts["parameters"] for record in group),
        excess=tuple(record.results["excess"] for record in group),
    )


@dataclass(frozen=True)
class Size:
    """The solved systems of one n = m, over the seeds.

    Args:
        contexts: n.
        seeds: their number.
        error: largest log10 error of a probability over the seeds, a rigorous bound.
        conditions: `[seeds]` log10 of the condition numbers.
        float_errors: `[seeds]` largest error of a probability in double precision.
    """

    contexts: int
    seeds: int
    error: float
    conditions: np.ndarray
    float_errors: np.ndarray

    @property
    def condition(self) -> float:
        """Mean of the logarithms."""
        return float(self.conditions.mean())

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 95 % interval by Student's t; None for one seed."""
        if self.seeds < 2:
            return None
        spread = float(self.conditions.std(ddof=1)) / sqrt(self.seeds)
        reach = float(stats.t.ppf(0.975, self.seeds - 1)) * spread
        return self.condition - reach, self.condition + reach


def sizes(records: Sequence[Record]) -> list[Size]:
    """The solved records by n."""
    groups: dict[int, list[Record]] = {}
    for record in records:
        if record.config["part"] == "solve":
            groups.setdefault(record.config["contexts"], []).append(record)
    return [
        Size(
            contexts,
            len(group),
            error=max(r.results["log10_error"] for r in group),
            conditions=np.array([r.results["log10_condition"] for r in group]),
            float_errors=np.array([r.results["float_error"] for r in group]),
        )
        for contexts, group in sorted(groups.items())
    ]


def slope(found: Sequence[Size]) -> float:
    """Digits lost for one more context: least squares over all sizes, n at least 4."""
    used = [size for size in found if size.contexts >= 4]
    if len({size.contexts for size in used}) < 2:
        return float("nan")
    x = [size.contexts for size in used]
    return float(np.polyfit(x, [size.condition for size in used], 1)[0])


def published() -> list[dict[str, float]]:
    """The ten published points with their parameters a free probability."""
    rows = zip(PUBLISHED_CONTEXTS, PUBLISHED_VOCAB, FIGURE_1, FIGURE_2, strict=True)
    return [
        {
            "contexts": n,
            "vocab": v,
            "figure_1": one,
            "figure_2": two,
            "needed_1": one / (n * (v - 1)),
            "needed_2": two / (n * (v - 1)),
        }
        for n, v, one, two in rows
    ]


def summary(records: Sequence[Record]) -> str:
    """Everything as JSON."""
    solved = sizes(records)
    rate = slope(solved)
    body = {
        "published": published(),
        "trained": [
            {
                "laws": each.laws,
                "documents": each.documents,
                "seed": each.seed,
                "contexts": each.contexts,
                "vocab": each.vocab,
                "widths": each.widths,
                "parameters": each.parameters,
                "excess": each.excess,
                "first_within_tolerance": None
                if each.found is None
                else each.widths[each.found],
                "parameters_a_free_probability": each.needed,
            }
            for each in ladders(records)
        ],
        "solved": [
            {
                "contexts": size.contexts,
                "seeds": size.seeds,
                "log10_error_at_most": size.error,
                "log10_condition": size.condition,
                "interval": size.interval,
                "float_errors": size.float_errors.tolist(),
            }
            for size in solved
        ],
        "digits_a_context": None if np.isnan(rate) else rate,
    }
    return json.dumps(body, indent=1) + "\n"


def table(records: Sequence[Record]) -> str:
    """Widths and solved systems as Markdown."""
    lines = [
        "| laws | contexts n | n (V - 1) | first m within 1 % | parameters | for each "
        "of n (V - 1) | excess over the bound, by m |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for each in ladders(records):
        place = -1 if each.found is None else each.found
        above = "> " if each.found is None else ""
        by_m = ", ".join(
            f"{m}: {value:.1%}"
            for m, value in zip(each.widths, each.excess, strict=True)
        )
        lines.append(
            f"| {each.laws} | {each.contexts} | {each.free:,} | "
            f"{above}{each.widths[place]} | {above}{each.parameters[place]:,} | "
            f"{above}{each.needed:.2f} | {by_m} |"
        )
    lines += [
        "",
        "| n = m | seeds | error at most | log10 condition | 95 % interval | error in "
        "double precision (median, largest) |",
        "| ---: | ---: | --- | ---: | --- | --- |",
    ]
    for size in sizes(records):
        interval = size.interval
        told = f"{interval[0]:.1f} to {interval[1]:.1f}" if interval else "one seed"
        lines.append(
            f"| {size.contexts} | {size.seeds} | 1e{size.error:.0f} | "
            f"{size.condition:.1f} | {told} | {np.median(size.float_errors):.1e}, "
            f"{size.float_errors.max():.1e} |"
        )
    return "\n".join(lines) + "\n"
