"""How often every rule calls a gap, with intervals, and which keep their level."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from experiments.gap_rules_tests import ALPHA, BOOTSTRAP, RULES
from memcap.distill.statistics import holm, wilson
from memcap.sweeps import Record

NAMES = (*list(RULES)[:2], BOOTSTRAP, *list(RULES)[2:])
_FAMILY = {"levels": "does a rule err more often than its level in some truth?"}


@dataclass(frozen=True)
class Rate:
    """A rule in one truth at one number of runs.

    Args:
        rule: its name.
        truth: name of the truth.
        runs: r of each teacher.
        null: whether a call is an error.
        called: studies in which it calls a gap.
        studies: of so many.
    """

    rule: str
    truth: str
    runs: int
    null: bool
    called: int
    studies: int

    @property
    def share(self) -> float:
        """Called over studies."""
        return self.called / self.studies

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share."""
        found = wilson(self.called, self.studies)
        return found.low, found.high

    @property
    def excess_p(self) -> float:
        """Exact one-sided p of a share at most alpha."""
        found = binomtest(self.called, self.studies, ALPHA, alternative="greater")
        return float(found.pvalue)


def rates(records: Sequence[Record]) -> list[Rate]:
    """Every rule in every truth, in the order of the records."""
    return [
        Rate(
            rule,
            record.config["truth"],
            record.config["runs"],
            record.results["null"],
            *record.results["called"][rule],
        )
        for record in records
        for rule in NAMES
        if rule in record.results["called"]
    ]


def exceeding(found: Sequence[Rate]) -> set[tuple[str, str, int]]:
    """Where a rule errs in more than alpha of studies, by Holm over all nulls."""
    nulls = {f"{r.rule}|{r.truth}|{r.runs}": r for r in found if r.null}
    p = {name: rate.excess_p for name, rate in nulls.items()}
    family = holm("levels", p, families=_FAMILY)
    chosen = [nulls[row.label] for row in family.rows if row.adjusted < ALPHA]
    return {(rate.rule, rate.truth, rate.runs) for rate in chosen}


def worst(found: Sequence[Rate], rule: str) -> Rate:
    """The null in which a rule errs most often."""
    return max((r for r in found if r.null and r.rule == rule), key=lambda r: r.share)


def keeping(found: Sequence[Rate]) -> list[str]:
    """Rules that are nowhere found to exceed their level."""
    failing = {rule for rule, _, _ in exceeding(found)}
    return [name for name in NAMES if name not in failing]


def all_defined(found: Sequence[Rate]) -> int:
    """The fewest runs at which every rule can be applied, else the most there are."""
    rules = {rate.rule for rate in found}
    numbers = sorted({rate.runs for rate in found})
    by_runs = {r: {rate.rule for rate in found if rate.runs == r} for r in numbers}
    return next((r for r in numbers if by_runs[r] == rules), numbers[-1])


def summary(records: Sequence[Record]) -> dict:
    """Rates, errors and what follows as JSON."""
    found = rates(records)
    over = exceeding(found)
    return {
        "alpha": ALPHA,
        "keep_their_level": keeping(found),
        "worst": {
            rule: {
                "truth": (rate := worst(found, rule)).truth,
                "runs": rate.runs,
                "share": round(rate.share, 5),
                "interval": [round(end, 5) for end in rate.interval],
            }
            for rule in NAMES
        },
        "rates": [
            {
                "rule": r.rule,
                "truth": r.truth,
                "runs": r.runs,
                "null": r.null,
                "share": round(r.share, 5),
                "interval": [round(end, 5) for end in r.interval],
                "studies": r.studies,
                "exceeds": (r.rule, r.truth, r.runs) in over,
            }
            for r in found
        ],
    }


def table(records: Sequence[Record]) -> str:
    """Rules by truths as Markdown: lowest and highest share over the runs."""
    found = rates(records)
    truths = list(dict.fromkeys(rate.truth for rate in found))
    lines = [
        f"| rule | {' | '.join(truths)} |",
        "| --- |" + " ---: |" * len(truths),
    ]
    for rule in NAMES:
        cells = [_span(found, rule, truth) for truth in truths]
        lines.append(f"| {rule} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _span(found: Sequence[Rate], rule: str, truth: str) -> str:
    shares = [r.share for r in found if (r.rule, r.truth) == (rule, truth)]
    low, high = f"{min(shares):.3f}", f"{max(shares):.3f}"
    return low if low == high else f"{low} to {high}"
