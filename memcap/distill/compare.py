"""Students against themselves before distillation, item by item and seed by seed.

Two claims are kept apart. That one checkpoint beats another is a claim about items and
has paired tests. That a recipe helps is a claim about training runs: its p is the
larger one of a t-test over seeds and a sign flip over items averaged over the runs, so
that it is small only if both are. Holm corrects either within its family.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memcap.core.errors import ProtocolError
from memcap.core.words import counted
from memcap.distill.importers import Run
from memcap.distill.pairing import Aligned, align, differences
from memcap.distill.recipes import RecipeRow, TeacherGap, recipe_rows, teacher_gap
from memcap.distill.roster import (
    base_of,
    bases_of,
    check_labels,
    grouped_by,
    recipes_of,
)
from memcap.distill.statistics import (
    Comparison,
    Family,
    compare_paired,
    guard,
    holm,
)
from memcap.distill.statistics.wording import interval_text, not_detected, p_text
from memcap.distill.teacher_rows import TeacherRow, teacher_row


@dataclass(frozen=True, slots=True)
class RunRow:
    """One distilled run against its own run before.

    Args:
        recipe: what runs that differ only in their seed share.
        run: the distilled run.
        base: the run it is compared with.
        before: mean score before.
        after: mean score after.
        comparison: tests and intervals over items.
        adjusted: p after Holm over all distilled runs.
        notes: what makes the runs less than comparable.
    """

    recipe: str
    run: Run
    base: Run
    before: float
    after: float
    comparison: Comparison
    adjusted: float
    notes: tuple[str, ...]

    @property
    def detected(self) -> bool:
        """Whether a gain or loss stands after Holm."""
        return bool(self.comparison.direction) and self.adjusted < self.comparison.alpha

    @property
    def sentence(self) -> str:
        """The verdict on this checkpoint, with what stands against it."""
        notes = f" ({'; '.join(self.notes)})" if self.notes else ""
        said = f"{self.run.label}: {self._verdict[:-1]}{notes}."
        return guard(said, names=[self.run.label])

    @property
    def _verdict(self) -> str:
        found = self.comparison
        if self.detected or not found.direction:
            return found.sentence
        ends = interval_text(found.bca.low, found.bca.high, found.bca.level)
        evidence = (
            f"{p_text(found.p)}, after Holm {p_text(self.adjusted)}; "
            f"{found.needed.sentence}"
        )
        return not_detected("gain", found.gain, ends, evidence)


@dataclass(frozen=True, slots=True)
class Distillation:
    """What distillation did to one student on one task.

    Args:
        bases: the runs before distillation.
        items: items that all runs share.
        left_out: items that some run lacks.
        rows: one a distilled run.
        recipes: one a recipe.
        teachers: their accuracies.
        gap: the capacity-gap test, or why there is none.
        run_family: Holm over the distilled runs.
        recipe_family: Holm over recipes with several runs; None where there are none.
        warnings: of the runs and of the comparison.
    """

    bases: tuple[Run, ...]
    items: int
    left_out: int
    rows: tuple[RunRow, ...]
    recipes: tuple[RecipeRow, ...]
    teachers: tuple[TeacherRow, ...]
    gap: TeacherGap
    run_family: Family
    recipe_family: Family | None
    warnings: tuple[str, ...]


def compare(
    base: Run | Sequence[Run] | None,
    distilled: Sequence[Run],
    teachers: Sequence[Run] = (),
    *,
    recipes: Mapping[str, str] | None = None,
    sizes: Mapping[str, float] | None = None,
    allow_intersection: bool = False,
    strict: bool = False,
    seed: int = 0,
    alpha: float = 0.05,
    worth: float = 0.02,
    resamples: int = 10_000,
) -> Distillation:
    """Compare distilled students with the student before distillation.

    Args:
        base: the student before; several are matched with the distilled by their seed.
        distilled: its runs after, several seeds a recipe.
        teachers: their own runs on the task.
        recipes: model name or label of a distilled run, and its recipe. A run that is
            not named there has its model name, less the seed, for a recipe.
        sizes: recipe and size of its teacher, for the capacity-gap test.
        allow_intersection: go on with the common items where runs differ in theirs.
        strict: ask the capacity-gap test to confirm its teacher on runs kept apart.
        seed: of bootstrap, sign flips and integration.
        alpha: level of the tests.
        worth: the smallest gain worth seeing.
        resamples: bootstrap resamples.

    Raises:
        ProtocolError: there is no run before distillation, runs differ in what they
            measured, or two runs of a recipe have one name.
        DataError: a name in `recipes` or `sizes` belongs to no run.
    """
    bases = bases_of(base)
    if not distilled:
        raise ProtocolError("there is no distilled run; give at least one.")
    every = [*bases, *distilled]
    aligned = align(every, allow_intersection=allow_intersection)
    names = recipes_of(distilled, recipes or {})
    check_labels(distilled, names)
    matched = [base_of(run, bases) for run in distilled]
    pairs = [aligned.paired(before, len(bases) + i) for i, before in enumerate(matched)]
    found = [
        compare_paired(pair, seed, alpha=alpha, worth=worth, resamples=resamples)
        for pair in pairs
    ]
    labels = [
        f"{name}: {run.label}" for name, run in zip(names, distilled, strict=True)
    ]
    by_run = dict(zip(labels, (one.p for one in found), strict=True))
    family = holm("before", by_run, alpha=alpha)
    rows = tuple(
        RunRow(
            recipe=names[i],
            run=run,
            base=bases[matched[i]],
            before=_mean(pairs[i].before),
            after=_mean(pairs[i].after),
            comparison=found[i],
            adjusted=family.rows[i].adjusted,
            notes=differences(aligned, every, matched[i], len(bases) + i),
        )
        for i, run in enumerate(distilled)
    )
    grouped = grouped_by(names, pairs)
    found_recipes, recipe_family = recipe_rows(grouped, seed, alpha=alpha, worth=worth)
    return Distillation(
        bases=bases,
        items=len(aligned.keys),
        left_out=aligned.left_out,
        rows=rows,
        recipes=found_recipes,
        teachers=tuple(teacher_row(run, bases[0], aligned, alpha) for run in teachers),
        gap=teacher_gap(grouped, sizes or {}, alpha=alpha, strict=strict, seed=seed),
        run_family=family,
        recipe_family=recipe_family,
        warnings=_warnings([*every, *teachers], distilled, aligned),
    )


def _warnings(
    runs: Sequence[Run], distilled: Sequence[Run], aligned: Aligned
) -> tuple[str, ...]:
    found = [f"{run.label}: {text}" for run in runs for text in run.warnings]
    if aligned.left_out:
        found.append(
            f"not in all runs and left out: {counted(aligned.left_out, 'item')}"
        )
    if aligned.repeated:
        found.append(
            f"{aligned.repeated} items repeat a document, so they are not independent"
        )
    start = len(aligned.items) - len(distilled)
    seen: dict[tuple[float, ...], str] = {}
    for place, run in enumerate(distilled, start=start):
        scores = tuple(aligned.scores(place))
        if scores in seen:
            found.append(
                f"{seen[scores]} and {run.label} agree on every item; is it one run?"
            )
        seen.setdefault(scores, run.label)
    return tuple(dict.fromkeys(found))


def _mean(scores: Sequence[float]) -> float:
    return sum(scores) / len(scores)
