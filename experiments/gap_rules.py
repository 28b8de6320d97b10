"""Which rule may call a capacity gap: how often does each err, and how often see one?

    python -m experiments.gap_rules --size smoke|small|full --out DIR

Studies of six teachers are drawn from known truths: r runs of each, normal about its
mean with standard deviation .8. In most truths no intermediate teacher is better than
both ends, so whoever calls a gap there errs; in the last two one is. Nine rules judge
the same studies, among them the bare highest mean, the usual test of an inverted U and
the rule of ``memcap.distill.statistics.capacity_gap``.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.gap_rules_figure import finish
from experiments.gap_rules_tests import (
    BOOTSTRAP,
    FEWEST,
    RULES,
    SIZES,
    isotonic_bootstrap,
)
from memcap.sweeps import Record, Sweep, main

NAME = "gap_rules"
SD = 0.8
# No intermediate teacher is better than both ends.
NULLS: dict[str, tuple[float, ...]] = {
    "equal": (0, 0, 0, 0, 0, 0),
    "saturating": tuple(4 * (1 - 1 / size) for size in SIZES),
    "steady rise": (0, 0.8, 1.6, 2.4, 3.2, 4),
    "plateau": (0, 1, 2, 3, 3, 3),
    "first step": (0, 3, 3, 3, 3, 3),
    "high first step": (0, 30, 30, 30, 30, 30),
    "last drop": (3, 3, 3, 3, 3, 0),
    "high last drop": (30, 30, 30, 30, 30, 0),
    "fall": (3, 3, 3, 1.5, 0, -1),
    "dip": (3, 3, 3, 3, 0, 3),
    "bowl": (3, 2, 2, 2, 2, 3),
}
PEAKS: dict[str, tuple[float, ...]] = {
    "weak peak": (0, 1, 2, 3, 2.5, 2),
    "peak": (0, 2, 3, 3, 1.5, 0),
}


@dataclass(frozen=True)
class Cell:
    """Studies of one truth.

    Args:
        truth: its name.
        means: of the teachers, the smallest first.
        runs: r of each teacher.
        studies: how many are drawn.
        bootstrapped: how many of them the bootstrap judges.
        draws: of the bootstrap for each study.
        seed: of everything drawn.
        sd: standard deviation between runs of one teacher.
    """

    truth: str
    means: tuple[float, ...]
    runs: int
    studies: int
    bootstrapped: int
    draws: int
    seed: int = 0
    sd: float = SD

    @property
    def label(self) -> str:
        """What the progress calls it."""
        return f"{self.truth}, {self.runs} runs"

    @property
    def is_null(self) -> bool:
        """Whether no intermediate teacher is better than both ends."""
        return max(self.means[1:-1]) <= max(self.means[0], self.means[-1])


def judged(cell: Cell) -> dict[str, tuple[int, int]]:
    """For every rule how many studies it calls a gap, and of how many."""
    rng = np.random.default_rng([cell.seed, cell.runs])
    means = np.array(cell.means)[:, None]
    scores = rng.normal(means, cell.sd, (cell.studies, len(cell.means), cell.runs))
    found = {
        name: (int(rule(scores).sum()), cell.studies)
        for name, rule in RULES.items()
        if cell.runs >= FEWEST.get(name, 2)
    }
    some = scores[: cell.bootstrapped]
    called = isotonic_bootstrap(some, cell.draws, cell.seed)
    return {**found, BOOTSTRAP: (int(called.sum()), len(some))}


def run(cells: Sequence[Cell]) -> Iterator[Record]:
    """One record a cell."""
    for cell in cells:
        results = {"null": cell.is_null, "called": judged(cell)}
        yield SWEEP.record(cell, results, counts={"studies": cell.studies})


def grid(
    runs: Sequence[int], studies: int, bootstrapped: int, draws: int
) -> list[Cell]:
    """Every truth at every number of runs."""
    return [
        Cell(truth, means, r, studies, bootstrapped, draws)
        for truth, means in (NULLS | PEAKS).items()
        for r in runs
    ]


SWEEP = Sweep(
    name=NAME,
    sizes={
        "smoke": grid((4,), 400, 40, 50),
        "small": grid((3, 4, 5, 6, 10), 100_000, 4_000, 400),
        "full": grid((3, 4, 5, 6, 8, 10, 15, 20), 1_000_000, 20_000, 2_000),
    },
    run=run,
    bucket=lambda cell: cell.runs,
    finish=finish,
)

if __name__ == "__main__":
    sys.exit(main(SWEEP))
