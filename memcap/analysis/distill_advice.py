"""Which teacher to take, from pilot distillations at two or three sizes of data.

At every size of data each teacher has a selection probability: how often it is best
when seeds are drawn again. Whether anything separates the teachers is asked at the
largest size, all pairs together: by the studentized range of their means, with the
seeds taken as blocks where all teachers share them, so that a leader chosen for being
first gets no credit for the choice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from memcap.analysis.distill_levels import levels
from memcap.analysis.distill_rows import (
    Run,
    Setting,
    check_seeds,
    grouped,
    label,
    setting_label,
    with_teacher,
)
from memcap.analysis.distill_separation import behind, difference_sd
from memcap.core.errors import DataError
from memcap.distill.statistics import (
    Selection,
    TwoLevels,
    bake_off,
    guard,
    needed_seeds,
)

Pilots = Mapping[int, Mapping[str, tuple[Run, ...]]]


@dataclass(frozen=True)
class Advice:
    """The bake-off of one student's teachers under one arm of one setting.

    Args:
        setting: task, its parameters as JSON, filter and budget.
        place: the setting in words where there are several, otherwise empty.
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

    setting: Setting
    place: str
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
        names = ("task", "task_parameters", "filter", "budget")
        told = dict(zip(names, self.setting, strict=True))
        told["task_parameters"] = json.loads(self.setting[1])
        return tuple(
            {
                **told,
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
        place = f"{self.place}: " if self.place else ""
        head = f"{place}{self.student}, {self.arm}, {self.largest:,} traces asked for"
        head += only
        if not self.separated:
            return guard(
                f"{head}: the {len(chosen.names)} teachers are not told apart; highest "
                f"mean {self.leader}, best in {share:.0%} of resamples "
                f"({1 / len(chosen.names):.0%} if all were alike); {self._needed}. "
                f"{self._net}",
                names=chosen.names,
            )
        close = f", not told from {', '.join(self.close)}" if self.close else ""
        return guard(
            f"{head}: {self.leader} is highest, best in {share:.0%} of "
            f"resamples{close}. {self._net}",
            names=chosen.names,
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
    """Rank the teachers of every student, each setting on its own.

    Args:
        runs: pilot records; sizes of data differ in the number of traces asked for.
            Runs of two tasks, filters or budgets are never pooled.
        arm: the data arm to rank under.
        alpha: level at which teachers are told apart.

    Raises:
        DataError: there are no runs of this arm, or a teacher lacks a size of data,
            has fewer than two seeds or one seed twice.
    """
    chosen = with_teacher(runs, arm)
    if not chosen:
        there = ", ".join(dict.fromkeys(run.arm for run in runs)) or "none"
        raise DataError(
            f"there are no runs with teachers of the arm '{arm}'; the arms are: "
            f"{there}."
        )
    settings = grouped(chosen, lambda run: run.setting)
    students = tuple(dict.fromkeys(run.student for run in chosen))
    parts = grouped(chosen, lambda run: (run.setting, run.student))
    return tuple(
        _advice(
            setting_label(setting, tuple(settings)) if len(settings) > 1 else "",
            label(student, students),
            parts[setting, student],
            alpha,
        )
        for setting, student in sorted(parts)
    )


def _advice(place: str, student: str, runs: Sequence[Run], alpha: float) -> Advice:
    by_pool = grouped(sorted(runs, key=_rank), lambda run: run.asked)
    pilots = {
        pool: grouped(own, lambda run: run.source) for pool, own in by_pool.items()
    }
    for teachers in pilots.values():
        for own in teachers.values():
            check_seeds(own)
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
    p_values = zip(names, behind(arrays, first, shared).tolist(), strict=True)
    return Advice(
        setting=runs[0].setting,
        place=place,
        student=student,
        arm=runs[0].arm,
        pilots=pilots,
        selections=selections,
        levels={name: levels(own) for name, own in pilots[last].items()},
        leader=names[first],
        behind={name: p for name, p in p_values if name != names[first]},
        sd=difference_sd(arrays, shared),
        alpha=alpha,
    )


def _rank(run: Run) -> tuple[int, float, str, int]:
    return run.asked, run.size, run.source, run.seed


def _shared(teachers: Mapping[str, Sequence[Run]]) -> bool:
    """Whether every teacher has the same seeds of the student, each once."""
    seeds = {tuple(run.seed for run in own) for own in teachers.values()}
    return len(seeds) == 1 and all(len(set(own)) == len(own) for own in seeds)
