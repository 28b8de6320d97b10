"""The fields of a table of comparisons, and how a comparison fills them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from memcap.distill.compare import Distillation, RunRow, TeacherRow
from memcap.distill.recipes import RecipeRow

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison with all that is known of its making.

    Args:
        kind: ``run`` for a checkpoint, ``recipe`` for several seeds, ``teacher``.
        task: name of the task.
        source: what scored it.
        filter: how answers were read off.
        metric: what the score is.
        model: the run, or the recipe.
        recipe: what runs that differ only in their seed share.
        base: the run before distillation.
        teacher: who gave the chains.
        teacher_size: its size.
        student_size: parameters of the student.
        seed: of the training run.
        runs: seeds in the row.
        arm: which data the student was given.
        n_cot: chains it was given.
        dropped: answers of the teacher that were not used.
        spurious_rate: share of right answers with a false chain.
        updates: gradient steps.
        tokens: trained on.
        epochs: over the data.
        items: n, scored by all runs.
        left_out: items that some run lacks.
        before: mean score before.
        after: mean score after.
        gain: after less before.
        lost: b, items right only before.
        won: c, items right only after.
        p: of the claim the row makes.
        adjusted: p after Holm.
        mid_p: McNemar's.
        bca_low: bootstrap over items.
        bca_high: bootstrap over items.
        newcombe_low: Newcombe's interval.
        newcombe_high: Newcombe's interval.
        seeds_low: interval over seeds.
        seeds_high: interval over seeds.
        level: of the intervals.
        needed: items or seeds that the smallest gain worth seeing needs.
        floor: accuracy of the best guess.
        trace_cost: bits of a chain under the student before distillation.
        pool_hash: of the questions.
        test_hash: of the test set.
        data_hash: of what the student was given.
        settings: of the evaluation, as JSON.
        provenance: of the run, as JSON.
        base_provenance: of the run before, as JSON.
        notes: what makes the runs less than comparable.
        verdict: in words.
    """

    kind: str
    task: str
    model: str
    source: str | None = None
    filter: str | None = None
    metric: str | None = None
    recipe: str | None = None
    base: str | None = None
    teacher: str | None = None
    teacher_size: float | None = None
    student_size: float | None = None
    seed: int | None = None
    runs: int | None = None
    arm: str | None = None
    n_cot: int | None = None
    dropped: int | None = None
    spurious_rate: float | None = None
    updates: int | None = None
    tokens: int | None = None
    epochs: float | None = None
    items: int | None = None
    left_out: int | None = None
    before: float | None = None
    after: float | None = None
    gain: float | None = None
    lost: int | None = None
    won: int | None = None
    p: float | None = None
    adjusted: float | None = None
    mid_p: float | None = None
    bca_low: float | None = None
    bca_high: float | None = None
    newcombe_low: float | None = None
    newcombe_high: float | None = None
    seeds_low: float | None = None
    seeds_high: float | None = None
    level: float | None = None
    needed: int | None = None
    floor: float | None = None
    trace_cost: float | None = None
    pool_hash: str | None = None
    test_hash: str | None = None
    data_hash: str | None = None
    settings: str | None = None
    provenance: str | None = None
    base_provenance: str | None = None
    notes: str | None = None
    verdict: str | None = None


COLUMNS = tuple(field.name for field in fields(Row))


def rows_of(
    found: Distillation, sizes: Mapping[str, float] | None = None
) -> tuple[Row, ...]:
    """The rows of a comparison: its runs, its recipes, its teachers.

    Args:
        found: the comparison.
        sizes: recipe and size of its teacher.
    """
    sizes = sizes or {}
    rows = [_run(row, found, sizes) for row in found.rows]
    rows += [_recipe(row, found, sizes) for row in found.recipes]
    rows += [_teacher(row) for row in found.teachers]
    return tuple(rows)


def _run(row: RunRow, found: Distillation, sizes: Mapping[str, float]) -> Row:
    one = row.comparison
    table = None if one.mcnemar is None else one.mcnemar.table
    return Row(
        kind="run",
        model=row.run.label,
        task=row.run.task,
        source=row.run.source,
        filter=row.run.filter,
        metric=row.run.metric,
        recipe=row.recipe,
        base=row.base.label,
        teacher_size=sizes.get(row.recipe),
        seed=row.run.seed,
        runs=1,
        items=one.items,
        left_out=found.left_out,
        before=row.before,
        after=row.after,
        gain=one.gain,
        lost=None if table is None else table.lost,
        won=None if table is None else table.won,
        p=one.p,
        adjusted=row.adjusted,
        mid_p=None if one.mcnemar is None else one.mcnemar.mid_p,
        bca_low=one.bca.low,
        bca_high=one.bca.high,
        newcombe_low=None if one.newcombe is None else one.newcombe.low,
        newcombe_high=None if one.newcombe is None else one.newcombe.high,
        level=one.bca.level,
        needed=one.needed.items,
        settings=_text(row.run.settings),
        provenance=_text(row.run.provenance),
        base_provenance=_text(row.base.provenance),
        notes="; ".join(row.notes) or None,
        verdict=row.sentence,
    )


def _recipe(row: RecipeRow, found: Distillation, sizes: Mapping[str, float]) -> Row:
    own = [one for one in found.rows if one.recipe == row.recipe]
    notes = dict.fromkeys(note for one in own for note in one.notes)
    return Row(
        kind="recipe",
        model=row.recipe,
        task=own[0].run.task,
        source=own[0].run.source,
        filter=own[0].run.filter,
        metric=own[0].run.metric,
        recipe=row.recipe,
        teacher_size=sizes.get(row.recipe),
        runs=row.levels.runs,
        items=found.items,
        left_out=found.left_out,
        before=_mean([one.before for one in own]),
        after=_mean([one.after for one in own]),
        gain=row.levels.gain,
        p=row.p,
        adjusted=row.adjusted,
        bca_low=row.levels.items.low,
        bca_high=row.levels.items.high,
        seeds_low=row.levels.seeds.low,
        seeds_high=row.levels.seeds.high,
        level=row.levels.seeds.level,
        needed=row.levels.needed,
        notes="; ".join(notes) or None,
        verdict=row.sentence,
    )


def _teacher(row: TeacherRow) -> Row:
    return Row(
        kind="teacher",
        model=row.run.label,
        task=row.run.task,
        source=row.run.source,
        filter=row.run.filter,
        metric=row.run.metric,
        items=row.items,
        after=row.accuracy,
        settings=_text(row.run.settings),
        provenance=_text(row.run.provenance),
        notes="; ".join(row.notes) or None,
    )


def _text(values: Mapping[str, str]) -> str | None:
    if not values:
        return None
    return json.dumps(dict(values), sort_keys=True, ensure_ascii=False)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
