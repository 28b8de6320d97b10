"""The tables of a distillation study; each holds one estimand."""

import json
from collections.abc import Sequence

from memcap.analysis.distill_rows import Run
from memcap.analysis.distill_summary import Cell as Gains
from memcap.analysis.distill_summary import Summary
from memcap.analysis.report.cells import Cell, Table, number
from memcap.analysis.report.distill_page import ends, p_cell, share, signed
from memcap.distill.screens import chance_corrected
from memcap.distill.statistics import Family, GainRegression, MixedRegression
from memcap.distill.statistics.terms import Fitted

_COLUMNS = (
    "student's parameters",
    "data",
    "teacher's accuracy",
    "before",
    "after",
    "after, above floor",
    "lost / won",
    "gain",
    "95 % over seeds",
    "95 % over items",
    "seeds",
    "n needed for ±0.02",
    "p",
    "p, Holm",
    "verdict",
)


def gains(cells: Sequence[Gains], name: str, caption: str) -> Table:
    """The gains of one arm, a row for every student and teacher."""
    return Table(name, caption, _COLUMNS, tuple(_gain(cell) for cell in cells))


def _gain(cell: Gains) -> tuple[Cell, ...]:
    first, runs = cell.runs[0], cell.runs
    after = cell.mean("after") or 0.0
    return (
        _student(cell),
        Cell(cell.source),
        share((first.teacher or {}).get("accuracy")),
        share(cell.mean("before")),
        share(after),
        share(chance_corrected(after, first.floor)),
        Cell(f"{_sum(runs, 'lost'):,} / {_sum(runs, 'won'):,}", number=True),
        signed(cell.levels.gain),
        ends(cell.levels.seeds),
        ends(cell.levels.items),
        number(len(runs)),
        number(None if cell.direction else cell.levels.needed),
        p_cell(cell.p),
        p_cell(cell.adjusted),
        Cell(cell.verdict),
    )


def _student(cell: Gains) -> Cell:
    # The heading says what the number counts.
    return Cell(cell.student.replace(" parameters", ""), number=True)


def _sum(runs: Sequence[Run], name: str) -> int:
    return sum(run[name] for run in runs)


def data(cells: Sequence[Gains]) -> Table:
    """Traces kept and why others were not, and what was trained on them."""
    runs = [run for cell in cells for run in cell.runs]
    reasons = list(dict.fromkeys(r for run in runs for r in run["dropped"] or {}))
    return Table(
        "data",
        "Means over seeds. Unequal rates of dropping make the data of teachers "
        "unequal; updates, tokens and epochs are all recorded, whichever is matched.",
        (
            "student's parameters",
            "arm",
            "data",
            "traces",
            *(reason.replace("_", " ") for reason in reasons),
            "spurious",
            "tokens of a trace",
            "updates",
            "tokens",
            "epochs",
        ),
        tuple(_data(cell, reasons) for cell in cells),
    )


def _data(cell: Gains, reasons: Sequence[str]) -> tuple[Cell, ...]:
    lost = [
        sum((run["dropped"] or {}).get(name, 0) for run in cell.runs) / len(cell.runs)
        for name in reasons
    ]
    return (
        _student(cell),
        Cell(cell.arm),
        Cell(cell.source),
        number(round(cell.mean("n_cot") or 0)),
        *(number(round(count)) for count in lost),
        share(cell.mean("spurious_rate")),
        number(cell.mean("mean_cot_tokens"), 3),
        number(round(cell.mean("updates") or 0)),
        number(round(cell.mean("tokens") or 0)),
        number(cell.mean("epochs"), 3),
    )


def families(summary: Summary, arm: str) -> Table:
    """Adjacent teachers, and intermediate against the largest, after Holm."""
    rows = [
        row
        for one in summary.series
        if one.arm == arm
        for family in (one.adjacent, one.largest)
        if family
        for row in _family(one.student, family)
    ]
    return Table(
        f"families-{arm}",
        "Teachers of two sizes compared inside each seed of the student; each family "
        "is corrected by itself.",
        ("student", "family", "parameters", "p", "p, Holm", "verdict"),
        tuple(rows),
    )


def _family(student: str, family: Family) -> list[tuple[Cell, ...]]:
    return [
        (
            Cell(student),
            Cell(family.question),
            Cell(row.label),
            p_cell(row.p),
            p_cell(row.adjusted),
            Cell("detected" if row.detected else "not detected"),
        )
        for row in family.rows
    ]


def regression(found: GainRegression | None) -> Table:
    """The terms of the regression of gain."""
    return _fitted(
        "regression",
        "Least squares with an intercept for every student. A term with VIF above 10 "
        "is not interpreted.",
        found,
    )


def mixed(found: MixedRegression | None) -> Table:
    """The same terms where every student seed draws an intercept of its own."""
    return _fitted(
        "mixed",
        "Mixed model: the same terms, with an intercept drawn for every student seed. "
        "Normal intervals, too narrow where seeds are few.",
        found,
    )


def _fitted(name: str, caption: str, found: Fitted | None) -> Table:
    return Table(
        name,
        caption,
        ("term", "gain a unit", "95 % CI", "p", "VIF", "reading"),
        tuple(
            (
                Cell(term.name),
                number(term.estimate, 3),
                Cell(f"[{term.low:.3g}, {term.high:.3g}]", number=True),
                p_cell(term.p),
                number(term.vif, 3),
                Cell("may be read" if term.separable else "not told from others"),
            )
            for term in (found.terms if found else ())
        ),
    )


def bits(summary: Summary, bits_per_parameter: float) -> Table:
    """What the traces cost and the tables hold, in bits."""
    return Table(
        "bits",
        "Means over seeds. Tables are upper bounds: they take a structured task as "
        f"arbitrary. A student holds about {bits_per_parameter:g} bits a parameter.",
        (
            "student",
            "arm",
            "data",
            "trace cost",
            "a token",
            "one-step table",
            "answers",
            "student holds",
        ),
        tuple(
            (
                Cell(cell.student),
                Cell(cell.arm),
                Cell(cell.source),
                number(cell.mean("trace_cost_bits")),
                number(cell.mean("trace_cost_bits_per_token"), 3),
                number(cell.mean("cot_table_bits")),
                number(cell.mean("direct_table_bits")),
                number(bits_per_parameter * cell.runs[0].student[0]),
            )
            for cell in summary.cells
        ),
    )


def provenance(runs: Sequence[Run], command: str) -> Table:
    """Task, settings, seeds, hashes and versions."""
    first = runs[0]
    hashes = {
        f"SHA-256 of the {name} set": ", ".join(
            sorted({str((run["hashes"] or {}).get(name)) for run in runs})
        )
        for name in ("pool", "test")
    }
    versions = {f"{k} {v}" for run in runs for k, v in (run["versions"] or {}).items()}
    facts = {
        "made by": command,
        "task": f"{first['task']} {json.dumps(first['task_parameters'])}",
        "filter": first["filter"],
        "matched budget": first["budget"],
        "records": f"{len(runs)}",
        "seeds of students": ", ".join(map(str, sorted({run.seed for run in runs}))),
        "test items": ", ".join(map(str, sorted({run["items"] for run in runs}))),
        "floors": ", ".join(f"{k} {v}" for k, v in (first["floors"] or {}).items()),
        **hashes,
        "versions": ", ".join(sorted(versions)),
    }
    rows = tuple((Cell(name), Cell(str(value))) for name, value in facts.items())
    return Table("provenance", "Where the numbers come from.", ("fact", "value"), rows)
