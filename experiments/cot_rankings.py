"""Orders of teachers: the same under every estimand, and told by which number?

The student's seed is the unit throughout. All seeds meet the same teachers, so every
statement is about these teachers and not about teachers drawn anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import kendalltau
from statsmodels.stats.anova import AnovaRM

from memcap.analysis.distill_rows import Run, grouped
from memcap.analysis.distill_summary import Summary
from memcap.distill.statistics import Interval, over_seeds

# What a rule reads off a teacher or its traces; the largest value is chosen. The bits
# that a teacher can hold are its parameters times a constant, and the bits of its
# answers as a table its chains times a constant: neither needs a row of its own.
RULES: dict[str, Callable[[Run], float]] = {
    "teacher's capacity (parameters)": lambda run: run.size,
    "teacher's accuracy": lambda run: (run.teacher or {})["accuracy"],
    "correct chains": lambda run: run["n_cot"],
    "trace bits in all": lambda run: run["trace_cost_bits"],
    "few trace bits a token": lambda run: -run["trace_cost_bits_per_token"],
}


@dataclass(frozen=True)
class Agreement:
    """How far the order of teachers depends on the estimand.

    Args:
        student: in words.
        seeds: mean Kendall tau between two seeds under one estimand.
        arms: mean tau between two estimands for one seed.
        best: teachers that share the highest mean gain, by arm.
        f: of the interaction of teacher and arm, seeds being the blocks; None for
            one arm or one seed.
        p: of it.
    """

    student: str
    seeds: float | None
    arms: float | None
    best: dict[str, tuple[str, ...]]
    f: float | None
    p: float | None


@dataclass(frozen=True)
class Rule:
    """How well one number tells teachers apart before anything is distilled.

    Args:
        student: in words.
        name: of the number.
        tau: mean rank correlation with the gain inside a seed.
        tau_interval: over seeds.
        lift: mean gain with the teacher it chooses less that of a teacher at random.
        lift_interval: over seeds.
    """

    student: str
    name: str
    tau: float | None
    tau_interval: Interval | None
    lift: float
    lift_interval: Interval


def plain(runs: Sequence[Run]) -> list[Run]:
    """Runs without a teacher, and those of the family that differs in size alone."""
    knobs = {"style": "full", "temperature": 0.0, "noise": 0.0}
    return [
        run for run in runs if not run.teacher or knobs.items() <= run.teacher.items()
    ]


def gains(summary: Summary, student: str) -> dict[str, pd.DataFrame]:
    """Gains of one student by arm: a row a seed, a column a teacher."""
    found = {}
    for arm in summary.arms:
        cells = [cell for cell in summary.of(arm) if cell.student == student]
        columns = {
            cell.source: {run.seed: run.gain for run in cell.runs} for cell in cells
        }
        found[arm] = pd.DataFrame(columns)
    return found


def agreement(summary: Summary, student: str) -> Agreement:
    """Compare the orders of one student."""
    tables = gains(summary, student)
    within = [
        tau(table.loc[one], table.loc[other])
        for table in tables.values()
        for one, other in combinations(table.index, 2)
    ]
    across = [
        tau(one.loc[seed], other.loc[seed])
        for one, other in combinations(tables.values(), 2)
        for seed in one.index
    ]
    f, p = interaction(tables)
    best = {arm: _best(table) for arm, table in tables.items()}
    return Agreement(student, _mean(within), _mean(across), best, f, p)


def _best(table: pd.DataFrame) -> tuple[str, ...]:
    means = table.to_numpy().mean(axis=0)
    # Identical data give identical means, whatever their sums were rounded to.
    return tuple(table.columns[np.isclose(means, means.max(), rtol=0, atol=1e-12)])


def interaction(
    tables: dict[str, pd.DataFrame],
) -> tuple[float | None, float | None]:
    """Repeated-measures F that the differences of teachers depend on the arm."""
    shape = next(iter(tables.values())).shape
    if len(tables) < 2 or min(shape) < 2:
        return None, None
    rows = [
        {"seed": seed, "teacher": teacher, "arm": arm, "gain": gain}
        for arm, table in tables.items()
        for teacher, column in table.items()
        for seed, gain in column.items()
    ]
    made = AnovaRM(pd.DataFrame(rows), "gain", "seed", within=["teacher", "arm"])
    found = made.fit().anova_table.loc["teacher:arm"]
    f, p = float(found["F Value"]), float(found["Pr > F"])
    # Students that all stay as they are leave nothing to divide by.
    return (f, p) if np.isfinite([f, p]).all() else (None, None)


def rules(summary: Summary, arm: str = "all_correct") -> list[Rule]:
    """Every rule for every student."""
    found = []
    for student in summary.students:
        cells = [cell for cell in summary.of(arm) if cell.student == student]
        runs = grouped((r for cell in cells for r in cell.runs), lambda run: run.seed)
        found += [_rule(student, name, list(runs.values())) for name in RULES]
    return found


def _rule(student: str, name: str, seeds: Sequence[Sequence[Run]]) -> Rule:
    read = RULES[name]
    taus, lifts = [], []
    for runs in seeds:
        values = np.array([read(run) for run in runs], float)
        own = np.array([run.gain for run in runs])
        taus.append(tau(values, own))
        # Teachers that the rule cannot tell apart are chosen with equal chance.
        lifts.append(float(own[values == values.max()].mean() - own.mean()))
    known = [value for value in taus if value is not None]
    return Rule(
        student,
        name,
        _mean(known),
        over_seeds(known) if known else None,
        float(np.mean(lifts)),
        over_seeds(lifts),
    )


def tau(one: ArrayLike, other: ArrayLike) -> float | None:
    """Kendall's tau-b; None where one side is constant.

    Example:
        >>> tau([1, 2, 3], [10, 30, 20]), tau([1, 1], [1, 2])
        (0.3333333333333333, None)
    """
    found = float(kendalltau(one, other)[0])  # pyright: ignore[reportArgumentType]
    return found if np.isfinite(found) else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
