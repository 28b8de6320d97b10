"""Answers to the questions of `experiments.cot_distillation`, from records alone."""

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from experiments.cot_rankings import agreement, rules
from memcap.analysis.distill_lens import BITS_PER_PARAMETER
from memcap.analysis.distill_rows import Run
from memcap.analysis.distill_summary import Cell, Summary
from memcap.analysis.distill_teachers import Series
from memcap.distill.statistics import Interval, exact_p, guard

ALPHA = 0.05


def losses(cells: Sequence[Cell]) -> dict[str, int]:
    """How often a student ends below itself, by recipe and by run."""
    runs = [run for cell in cells for run in cell.runs]
    below = [run for run in runs if run["lost"] > run["won"]]
    clear = [run for run in below if exact_p(run["lost"], run["won"]) < ALPHA]
    signs = [cell.direction for cell in cells]
    return {
        "recipes": len(signs),
        "gain": signs.count(1),
        "loss": signs.count(-1),
        "neither": signs.count(0),
        "runs": len(runs),
        "runs_below": len(below),
        "runs_below_on_items": len(clear),
    }


def answers(summary: Summary) -> dict[str, Any]:
    """All four answers for one task."""
    first = summary.runs[0]
    arms = list(dict.fromkeys(cell.arm for cell in summary.cells))
    return {
        "task": first["task"],
        "task_parameters": first["task_parameters"],
        "items": first["items"],
        "floor": max(run.floor for run in summary.runs),
        "conclusion": summary.conclusion,
        "warnings": list(summary.warnings),
        "baselines": _baselines(summary),
        "teachers": _teachers(summary),
        "losses": {
            arm: losses([c for c in summary.cells if c.arm == arm]) for arm in arms
        },
        "gaps": [_gap(one) for one in summary.series if one.gap],
        "orders": [vars(agreement(summary, name)) for name in summary.students],
        "rules": [
            vars(rule)
            | {
                "tau_interval": _ends(rule.tau_interval),
                "lift_interval": _ends(rule.lift_interval),
            }
            for rule in rules(summary)
        ],
        "regression": summary.trends.regression_note,
        "bits": _bits(summary),
        "cells": [_cell(cell) for cell in summary.cells],
    }


def text(studies: Mapping[str, Summary]) -> str:
    """The answers of every study as JSON."""
    found = {name: answers(one) for name, one in studies.items()}
    return json.dumps(found, indent=1, allow_nan=False) + "\n"


def conclusion(summary: Summary) -> str:
    """The four answers in four sentences."""
    found = answers(summary)
    lost = [found["losses"][arm] for arm in summary.arms]
    names = ("loss", "recipes", "runs_below_on_items", "runs")
    loss, recipes, below, runs = (sum(one[name] for one in lost) for name in names)
    gaps = [one for one in found["gaps"] if one["label"] == "gap detected"]
    inside = sum(one["highest_mean_inside"] for one in found["gaps"])
    orders = "; ".join(
        f"student of {one['student']}: tau {_number(one['seeds'])} between seeds, "
        f"{_number(one['arms'])} between estimands, interaction "
        + (f"p = {one['p']:.2g}" if one["p"] is not None else "not tested")
        for one in found["orders"]
    )
    told = [one for one in found["rules"] if (one["lift_interval"] or [0])[0] > 0]
    chosen = ", ".join(
        f"{one['name']} ({one['student']}: {one['lift']:+.3f})" for one in told
    )
    return guard(
        f"Loss against the undistilled student detected for {loss} of {recipes} "
        f"recipes with a teacher; {below} of {runs} runs lose on their items.\n"
        f"Capacity gap detected in {len(gaps)} of {len(found['gaps'])} comparisons; "
        f"the highest mean is intermediate in {inside}.\n"
        f"Order of teachers: {orders}.\n"
        "Better than a teacher at random over seeds: "
        f"{chosen or 'not detected for any rule'}.\n"
    )


def rule_and_test(summary: Summary) -> str:
    """The bare rule beside the test, for every comparison of teachers."""
    lines = []
    for one in summary.series:
        if one.gap:
            runs = one.gap.runs
            inside = 0 < runs.best < len(runs.sizes) - 1
            where = "inside" if inside else "at an end"
            lines.append(f"{one.student}, {one.arm}: highest mean {where}")
            lines.append(f"    {one.gap.sentence}")
    return "\n".join(lines)


def table(studies: Mapping[str, Summary]) -> str:
    """Gains, gaps and rules of every study as Markdown."""
    parts: list[str] = []
    for name, one in studies.items():
        told = one.runs[0]["task_parameters"].items()
        given = ", ".join(f"{k} {v}" for k, v in told if not isinstance(v, list))
        parts += [f"## {name}: {one.runs[0]['task']}, {given}", ""]
        for lines in (_gain_lines(one), _gap_lines(one), _rule_lines(one)):
            parts += [*lines, ""]
    return "\n".join(parts)


def _gain_lines(summary: Summary) -> list[str]:
    lines = [
        "| student | arm | teacher | chains | spurious | bits a token | before | after "
        "| gain | over seeds | over items | verdict |",
        f"|{' --- |' * 3}{' ---: |' * 6}{' --- |' * 3}",
    ]
    for cell in summary.cells:
        teacher = cell.source if cell.runs[0].teacher else ""
        ends = [_span(end) for end in (cell.levels.seeds, cell.levels.items)]
        lines.append(
            f"| {cell.student} | {cell.arm} | {teacher} | {cell.mean('n_cot'):,.0f} | "
            f"{_number(cell.mean('spurious_rate'))} | "
            f"{_number(cell.mean('trace_cost_bits_per_token'))} | "
            f"{_number(cell.mean('before'))} | {_number(cell.mean('after'))} | "
            f"{cell.levels.gain:+.3f} | {' | '.join(ends)} | {cell.verdict} |"
        )
    return lines


def _gap_lines(summary: Summary) -> list[str]:
    lines = ["| student | arm | capacity gap |", "| --- | --- | --- |"]
    for one in summary.series:
        if one.gap:
            lines.append(f"| {one.student} | {one.arm} | {one.sentence} |")
    return lines


def _rule_lines(summary: Summary) -> list[str]:
    lines = [
        "| student | teacher chosen by | rank correlation with the gain | over seeds | "
        "gain over a teacher at random | over seeds |",
        "| --- | --- | ---: | --- | ---: | --- |",
    ]
    for rule in rules(summary):
        tau_ends = _span(rule.tau_interval) if rule.tau_interval else ""
        lines.append(
            f"| {rule.student} | {rule.name} | {_number(rule.tau)} | {tau_ends} | "
            f"{rule.lift:+.3f} | {_span(rule.lift_interval)} |"
        )
    return lines


def _gap(one: Series) -> dict[str, Any]:
    assert one.gap
    runs = one.gap.runs
    return {
        "student": one.student,
        "arm": one.arm,
        "label": one.gap.label,
        "highest_mean_inside": 0 < runs.best < len(runs.sizes) - 1,
        "highest_mean": runs.sizes[runs.best],
        "lead": one.gap.lead,
        "interval": _ends(one.gap.interval),
        "p": one.gap.p[one.gap.candidate - 1],
        "sd": runs.pooled_sd,
        "needed": one.gap.needed,
        "sentence": one.sentence,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    fields = ("n_cot", "spurious_rate", "trace_cost_bits", "trace_cost_bits_per_token")
    return {
        "student": cell.student,
        "arm": cell.arm,
        "teacher": cell.source if cell.runs[0].teacher else None,
        "gain": cell.levels.gain,
        "over_seeds": _ends(cell.levels.seeds),
        "over_items": _ends(cell.levels.items),
        "adjusted_p": cell.adjusted,
        "verdict": cell.verdict,
        **{name: cell.mean(name) for name in fields},
    }


def _baselines(summary: Summary) -> list[dict[str, Any]]:
    found: dict[tuple[int, int], Run] = {}
    for run in summary.runs:
        found.setdefault((run.student[0], run.seed), run)
    return [
        {"parameters": size, "seed": seed, "before": run["before"]}
        for (size, seed), run in sorted(found.items())
    ]


def _teachers(summary: Summary) -> list[dict[str, Any]]:
    found = {run.source: run.teacher for run in summary.runs if run.teacher}
    names = ("parameters", "accuracy", "answer_correct", "chain_valid")
    return [
        {"name": name, **{field: (teacher or {})[field] for field in names}}
        for name, teacher in found.items()
    ]


def _bits(summary: Summary) -> dict[str, Any]:
    first = summary.runs[0]
    sizes = sorted({run.student[0] for run in summary.runs})
    return {
        "cot_table_bits": first["cot_table_bits"],
        "held_by_students": {str(n): BITS_PER_PARAMETER * n for n in sizes},
    }


def _ends(interval: Interval | None) -> list[float] | None:
    """Both ends; None where the runs bound nothing."""
    known = interval is not None and isfinite(interval.low)
    return [interval.low, interval.high] if known and interval else None


def _span(interval: Interval) -> str:
    ends = _ends(interval)
    return f"{ends[0]:+.3f} to {ends[1]:+.3f}" if ends else "no spread"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
