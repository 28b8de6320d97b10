"""The three sentences at the head of the report, and its verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

from memcap.analysis import rows, series
from memcap.analysis.rows import Row
from memcap.core.claims import Verdict
from memcap.sweeps.records import Record


@dataclass(frozen=True)
class Headline:
    """A number to be seen first.

    Args:
        value: the number.
        meaning: what it counts.
    """

    value: str
    meaning: str


def verdict(records: Sequence[Record]) -> Verdict:
    """PROVED when every network that was checked is; REFUTED when one is refuted."""
    checked = (
        *rows.constructed(records),
        *rows.compact(records),
        *rows.trained(records),
    )
    return Verdict.combine(Verdict(row.verdict) for row in checked if row.verdict)


def sentences(records: Sequence[Record]) -> tuple[str, ...]:
    """What was done and found, what it cost, and how training compares."""
    built, learned = rows.constructed(records), rows.trained(records)
    if not built:
        return ("No network was constructed.",)
    small = rows.compact(records)
    least = (_least(small),) if small else ()
    best = small or built
    return (_done(records, built), _cost(built), *least, _compared(best, learned))


def headlines(records: Sequence[Record]) -> tuple[Headline, ...]:
    """Four numbers of the largest compact network, or of the theorem's."""
    built = rows.compact(records) or rows.constructed(records)
    if not built:
        return ()
    last = built[-1]
    right = f"{last.results['correct']:,} / {last.results['total']:,}"
    fit = series.slope(built, lambda row: row.nonzero)
    found = [
        Headline(right, "labels exact, largest network"),
        Headline(f"{last.nonzero:,}", "non-zero parameters"),
        Headline(f"{last.nonzero / last.samples:.2g}", "parameters per sample"),
    ]
    if fit is not None:
        found.append(Headline(f"{fit.slope:.2f}", "exponent of parameters in N"))
    return tuple(found)


def _done(records: Sequence[Record], built: Sequence[Row]) -> str:
    head = rows.header(records)
    source = head.results.get("source", "") if head else ""
    labels = sum(row.results["total"] for row in built)
    wrong = labels - sum(row.results["correct"] for row in built)
    span = f"N = {built[0].samples:,}"
    if len(built) > 1:
        span = f"{len(built)} sizes from {span} to {built[-1].samples:,}"
    outcome = (
        f"all {labels:,} labels are right in exact arithmetic"
        if not wrong
        else f"{wrong:,} of {labels:,} labels are wrong or undecided"
    )
    data = f" of the data “{source}”" if source else ""
    return (
        f"For the first N samples{data}, {span}, a transformer with one layer of "
        f"averaging attention was written down weight by weight, and {outcome}."
    )


def _cost(built: Sequence[Row]) -> str:
    first, last = built[0], built[-1]
    fit = series.slope(built, lambda row: row.nonzero)
    growth = (
        f"Non-zero parameters grow with {fit.sentence}" if fit else "One size was built"
    )
    return (
        f"{growth}: {last.nonzero:,} at N = {last.samples:,}, which is "
        f"{last.nonzero / last.samples:.3g} per sample against "
        f"{first.nonzero / first.samples:.3g} at N = {first.samples:,}, in width "
        f"{last.counts['width']}, depth {last.counts['depth']:,} and numbers of at "
        f"most {last.counts['max_bits']:,} bits."
    )


def _least(small: Sequence[Row]) -> str:
    last = small[-1]
    wrong = sum(not row.memorizes for row in small)
    outcome = "every label right" if not wrong else f"{wrong} of them with errors"
    return (
        f"The compact construction holds the same N = {last.samples:,} samples in "
        f"{last.nonzero:,} parameters, {last.nonzero / last.samples:.2g} per sample, "
        f"{outcome} in exact arithmetic{_above(last)}."
    )


def _above(row: Row) -> str:
    if row.above is None or row.bits_each is None:
        return ""
    return (
        f"; that is {row.above:.3g} times the fewest numbers with which every "
        f"labelling of them is possible, and {row.bits_each:.3g} bits stored for each "
        "bit of label"
    )


def _compared(built: Sequence[Row], learned: Sequence[Row]) -> str:
    fitting = [row for row in learned if row.memorizes]
    if not fitting:
        return "No trained network is part of this study that memorizes its samples."
    last = fitting[-1]
    fit = series.slope(fitting, lambda row: row.nonzero)
    growth = f", and training grows with {fit.sentence}" if fit else ""
    nearest = min(built, key=lambda row: abs(row.samples - last.samples))
    return (
        f"The smallest network that training found for N = {last.samples:,} has "
        f"{last.nonzero:,} parameters, the construction {nearest.nonzero:,} at "
        f"N = {nearest.samples:,}{growth}; the word vectors that training is given are "
        "not counted."
    )
