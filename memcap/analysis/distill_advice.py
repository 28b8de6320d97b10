"""Which teacher to take, from pilot distillations at two or three sizes of data.

At every size of data each teacher has a selection probability: how often it is best
when seeds are drawn again. Whether anything separates the teachers is asked at the
largest size, all pairs together: by the studentized range of their means, with the
seeds taken as blocks where all teachers share them, so that a leader chosen for being
first gets no credit for the choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from scipy.stats import studentized_range, tukey_hsd

from memcap.analysis.distill_levels import levels
from memcap.analysis.distill_rows import Run, grouped, label, with_teacher
from memcap.core.errors import DataError
from memcap.distill.statistics import (
    Selection,
    TwoLevels,
    bake_off,
    guard,
    needed_seeds,
)
from memcap.distill.statistics.scores import ROUNDING

Pilots = Mapping[int, Mapping[str, tuple[Run, ...]]]


@dataclass(frozen=True)
class Advice:
    """The bake-off of one student's teachers under one arm.

    Args:
        student: the student in words.
        arm: the data arm, which fixes the estimand.
        pilots: traces asked for, and the runs of each teacher at that number.
        selections: the choice at each size of data.
        levels: gain of each teacher at the largest size.
        leader: the teacher with the highest mean there.
        behind: p of each other teacher against the leader, all pairs together.
        sd: standard deviation of the difference of two teachers between runs.
        alpha: level of both.
    """

    student: str
    arm: str
    pilots: Pilots
    selections: Mapping[int, Selection]
    levels: Mapping[str, TwoLevels]
    leader: str
    behind: Mapping[str, float]
    sd: float
    alpha: float

    @property
    def largest(self) -> int:
        """The largest size of data, where the teachers are ranked."""
        return max(self.pilots)

    @property
    def close(self) -> tuple[str, ...]:
        """Teachers that are not told from the leader."""
        return tuple(name for name, p in self.behind.items() if p >= self.alpha)

    @property
    def separated(self) -> bool:
        """Whether any teacher is told from the leader."""
        return len(self.close) < len(self.behind)

    @property
    def rows(self) -> tuple[dict[str, Any], ...]:
        """The curve of every teacher: a row for each size of data."""
        return tuple(
            {
                "student": self.student,
                "arm": self.arm,
                "teacher": name,
                "traces": pool,
                "runs": len(self.pilots[pool][name]),
                "gain": gain,
                "best": share,
            }
            for pool, one in self.selections.items()
            for name, gain, share in zip(
                one.names, one.means, one.probabilities, strict=True
            )
        )

    @property
    def sentence(self) -> str:
        """The teacher to take, or that the pilot does not tell."""
        chosen = self.selections[self.largest]
        share = chosen.probabilities[chosen.names.index(self.leader)]
        only = ", the only size of data" if len(self.pilots) == 1 else ""
        head = f"{self.student}, {self.arm}, {self.largest:,} traces asked for{only}"
        if not self.separated:
            return guard(
                f"{head}: the {len(chosen.names)} teachers are not told apart; highest "
                f"mean {self.leader}, best in {share:.0%} of resamples "
                f"({1 / len(chosen.names):.0%} if all were alike); {self._needed}. "
                f"{self._net}"
            )
        close = f", not told from {', '.join(self.close)}" if self.close else ""
        return guard(
            f"{head}: {self.leader} is highest, best in {share:.0%} of "
            f"resamples{close}. {self._net}"
        )

    @property
    def _needed(self) -> str:
        """Seeds for a difference of two teachers named beforehand."""
        worth = self.levels[self.leader].worth
        try:
            seeds = f"{needed_seeds(worth, self.sd, alpha=self.alpha)} seeds"
        except DataError:
            seeds = "unknown"
        return f"n needed for a difference of {worth:g} between two: {seeds}"

    @property
    def _net(self) -> str:
        found = self.levels[self.leader]
        if found.direction > 0 and not self.separated:
            return f"Against the undistilled student: {found.sentence}"
        if found.direction > 0:
            return f"Take it. Against the undistilled student: {found.sentence}"
        return (
            f"Keep the undistilled student until runs show a net gain: {found.sentence}"
        )


def advise(
    runs: Sequence[Run], arm: str = "all_correct", alpha: float = 0.05
) -> tuple[Advice, ...]:
    """Rank the teachers of every student.

    Args:
        runs: pilot records; sizes of data differ in the number of traces asked for.
        arm: the data arm to rank under.
        alpha: level at which teachers are told apart.

    Raises:
        DataError: there are no runs of this arm, or a teacher lacks a size of data or
            has fewer than two seeds.
    """
    chosen = with_teacher(runs, arm)
    if not chosen:
        there = ", ".join(dict.fromkeys(run.arm for run in runs)) or "none"
        raise DataError(
            f"there are no runs with teachers of the arm '{arm}'; the arms are: "
            f"{there}."
        )
    students = tuple(dict.fromkeys(run.student for run in chosen))
    parts = grouped(chosen, lambda run: run.student)
    return tuple(
        _advice(label(student, students), arm, parts[student], alpha)
        for student in sorted(students)
    )


def _advice(student: str, arm: str, runs: Sequence[Run], alpha: float) -> Advice:
    by_pool = grouped(sorted(runs, key=_rank), lambda run: run.asked)
    pilots = {
        pool: grouped(own, lambda run: run.source) for pool, own in by_pool.items()
    }
    scores = {
        pool: {name: [run.gain for run in own] for name, own in teachers.items()}
        for pool, teachers in pilots.items()
    }
    shared = all(_shared(teachers) for teachers in pilots.values())
    selections = bake_off(scores, shared_seeds=shared)
    last = max(pilots)
    names, groups = zip(*scores[last].items(), strict=True)
    arrays = [np.array(group) for group in groups]
    first = int(np.argmax([array.mean() for array in arrays]))
    p_values = zip(names, _behind(arrays, first, shared).tolist(), strict=True)
    return Advice(
        student=student,
        arm=arm,
        pilots=pilots,
        selections=selections,
        levels={name: levels(own) for name, own in pilots[last].items()},
        leader=names[first],
        behind={name: p for name, p in p_values if name != names[first]},
        sd=_difference_sd(arrays, shared),
        alpha=alpha,
    )


def _rank(run: Run) -> tuple[int, float, str, int]:
    return run.asked, run.size, run.source, run.seed


def _shared(teachers: Mapping[str, Sequence[Run]]) -> bool:
    """Whether every teacher has the same seeds of the student, each once."""
    seeds = {tuple(run.seed for run in own) for own in teachers.values()}
    return len(seeds) == 1 and all(len(set(own)) == len(own) for own in seeds)


def _behind(groups: Sequence[np.ndarray], first: int, shared: bool) -> np.ndarray:
    """`[k]` p of each teacher against one, in the family of all pairs."""
    error = _difference_sd(groups, shared)
    if error == 0:
        # Without spread nothing can be told apart, whatever the means.
        return np.ones(len(groups))
    if not shared:
        return np.array(tukey_hsd(*groups).pvalue)[first]
    k, r = len(groups), len(groups[0])
    means = np.array([group.mean() for group in groups])
    distance = np.abs(means - means[first]) / (error / sqrt(2 * r))
    return np.array(studentized_range.sf(distance, k, (k - 1) * (r - 1)))


def _difference_sd(groups: Sequence[np.ndarray], shared: bool) -> float:
    """SD over runs of the difference of two teachers.

    Shared seeds are blocks: what teacher and seed leave over has (k - 1)(r - 1) degrees
    of freedom.
    """
    rest = [group - group.mean() for group in groups]
    freedom = sum(len(group) - 1 for group in groups)
    if shared:
        rest = np.stack(rest) - np.mean(rest, axis=0)
        freedom -= len(groups[0]) - 1
    # Means of the same runs differ by rounding, which is no spread.
    squares = sum(float(np.sum(own**2)) for own in rest)
    size = max(float(np.abs(group).max()) for group in groups)
    return sqrt(2 * squares / freedom) if squares > (ROUNDING * size) ** 2 else 0.0
