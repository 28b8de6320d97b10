"""Recipes: runs that differ only in their seed, and the teachers behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
from scipy.stats import t

from memcap.core.errors import DataError
from memcap.distill.statistics import (
    CapacityGap,
    Family,
    PairedScores,
    TwoLevels,
    both_levels,
    capacity_gap,
    guard,
    holm,
    sign_flip_p,
)
from memcap.distill.statistics.wording import p_text

_FEWEST_TEACHERS = 3
_FEWEST_RUNS = 2


@dataclass(frozen=True, slots=True)
class RecipeRow:
    """One recipe over its seeds and over the items.

    Args:
        recipe: its name.
        levels: gain with both intervals.
        gains: of its runs.
        p: the larger one of the p over seeds and the p over items; None for one run.
        adjusted: p after Holm over the recipes; None for one run.
        alpha: level of the tests.
    """

    recipe: str
    levels: TwoLevels
    gains: tuple[float, ...]
    p: float | None
    adjusted: float | None
    alpha: float

    @property
    def detected(self) -> bool:
        """Whether both intervals exclude 0 and p stands after Holm."""
        stands = self.adjusted is not None and self.adjusted < self.alpha
        return stands and bool(self.levels.direction)

    @property
    def sentence(self) -> str:
        """Gain, both intervals and the verdict on the recipe."""
        text = self.levels.sentence[:-1]
        if self.adjusted is not None:
            text += f"; after Holm {p_text(self.adjusted)}"
        if self.levels.direction and not self.detected:
            text = text.replace("detected:", "not detected after Holm:", 1)
        return guard(f"{self.recipe}: {text}.", names=[self.recipe])


@dataclass(frozen=True, slots=True)
class TeacherGap:
    """The capacity-gap test over teachers, or why there is none.

    Args:
        recipes: those tested, from the smallest teacher to the largest.
        test: the test of their gains; None where it cannot be made.
        reason: why not; empty where it was made.
    """

    recipes: tuple[str, ...]
    test: CapacityGap | None
    reason: str

    @property
    def sentence(self) -> str:
        """The label and its evidence, or what is missing."""
        if self.test is None:
            said = f"capacity gap not tested: {self.reason}"
            return guard(said, names=self.recipes)
        return self.test.sentence


def recipe_rows(
    grouped: Mapping[str, Sequence[PairedScores]],
    seed: int,
    *,
    alpha: float = 0.05,
    worth: float = 0.02,
) -> tuple[tuple[RecipeRow, ...], Family | None]:
    """Gain of each recipe, and Holm over those with several runs.

    Args:
        grouped: recipe and its runs on the same items.
        seed: of the bootstrap and the sign flips.
        alpha: level of the tests.
        worth: the smallest gain worth seeing.

    Returns:
        the rows, and the family of the recipes with several runs, if there are any.
    """
    own = {
        name: max(over_seeds_p([run.gain for run in runs]), _over_items_p(runs, seed))
        for name, runs in grouped.items()
        if len(runs) > 1
    }
    family = holm("before", own, alpha=alpha) if own else None
    adjusted = {row.label: row.adjusted for row in family.rows} if family else {}
    rows = tuple(
        RecipeRow(
            recipe=name,
            levels=both_levels(runs, seed, level=1 - alpha, worth=worth),
            gains=tuple(run.gain for run in runs),
            p=own.get(name),
            adjusted=adjusted.get(name),
            alpha=alpha,
        )
        for name, runs in grouped.items()
    )
    return rows, family


def over_seeds_p(gains: Sequence[float]) -> float:
    """Two-sided p of Student's t that the mean gain over runs is 0.

    Runs that agree have no spread to test against; their p is 1.

    Example:
        >>> round(over_seeds_p([0.025, 0.296]), 4)
        0.4464
    """
    error = float(np.std(gains, ddof=1)) / sqrt(len(gains))
    if error <= 1e-12 * max(map(abs, gains)):
        return 1.0
    return float(2 * t.sf(abs(np.mean(gains)) / error, len(gains) - 1))


def _over_items_p(runs: Sequence[PairedScores], seed: int) -> float:
    before = np.mean([run.before for run in runs], axis=0)
    after = np.mean([run.after for run in runs], axis=0)
    return sign_flip_p(PairedScores.of(before.tolist(), after.tolist()), seed)


def teacher_gap(
    grouped: Mapping[str, Sequence[PairedScores]],
    sizes: Mapping[str, float],
    *,
    alpha: float = 0.05,
    strict: bool = False,
    seed: int = 0,
) -> TeacherGap:
    """Test whether an intermediate teacher gives more than both ends.

    Args:
        grouped: recipe and its runs.
        sizes: recipe and size of its teacher; recipes left out are not tested.
        alpha: level of the rule.
        strict: ask for a confirmation on runs kept apart.
        seed: of the integration.

    Raises:
        DataError: a name in `sizes` is no recipe.
    """
    for name in sizes:
        if name not in grouped:
            raise DataError(
                f"'{name}' is no recipe; there are {', '.join(sorted(grouped))}."
            )
    names = tuple(sorted(sizes, key=lambda name: sizes[name]))
    gains = [[run.gain for run in grouped[name]] for name in names]
    if reason := _untestable(names, sizes, gains):
        return TeacherGap(names, None, reason)
    ordered = [sizes[name] for name in names]
    try:
        test = capacity_gap(ordered, gains, alpha=alpha, strict=strict, seed=seed)
    except DataError as error:
        return TeacherGap(names, None, str(error))
    return TeacherGap(names, test, "")


def _untestable(
    names: Sequence[str], sizes: Mapping[str, float], gains: Sequence[Sequence[float]]
) -> str:
    few = [name for name, own in zip(names, gains, strict=True) if len(own) < 2]
    if len(names) < _FEWEST_TEACHERS:
        return f"it needs the sizes of three teachers; given: {len(names)}."
    if few:
        return f"it needs {_FEWEST_RUNS} runs of each teacher, {few[0]} has one."
    if not all(isfinite(sizes[name]) and sizes[name] > 0 for name in names):
        return "the sizes of the teachers are not all positive."
    if len({sizes[name] for name in names}) < len(names):
        return "two recipes have teachers of one size; test one arm at a time."
    return ""
