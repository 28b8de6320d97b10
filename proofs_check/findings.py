"""The findings as Markdown: what fails as printed, what can be sharpened, slips.

A finding appears only with the verdict that carries it: a statement that ``fails as
printed`` must be REFUTED in this run, and one that ``can be sharpened`` must have a
sharper row that is PROVED or a check of its own that holds.
"""

from collections.abc import Iterable, Mapping
from typing import Any

SORTS = ("fails as printed", "can be sharpened", "slip")
_HEAD = """# Findings

What checking the statements brought to light. Generated from the verdicts by
`python -m proofs_check --findings proofs_check/findings.md`; do not edit by hand. Each
command below runs the checks of one statement again and prints what they find.
"""
_TITLES = {
    "fails as printed": "Fails as printed",
    "can be sharpened": "Can be sharpened",
    "slip": "Slips that change no theorem",
}


def carried(row: Mapping[str, Any], finding: Mapping[str, Any], rows: Any) -> bool:
    """Whether the verdicts of this run bear the finding out."""
    if finding["sort"] == "fails as printed":
        return row["verdict"] == "REFUTED"
    if any(check["answer"] == "open" for check in row["checks"]):
        return False
    proved = [name for name in finding["also"] if rows[name]["verdict"] == "PROVED"]
    return bool(proved) or any(check["answer"] != "open" for check in row["checks"])


def markdown(statements: Iterable[Mapping[str, Any]]) -> str:
    """The page for rows as `results.row` makes them."""
    rows = {row["id"]: row for row in statements}
    parts = [_HEAD]
    for sort in SORTS:
        told = [
            _told(row, finding, rows)
            for row in rows.values()
            for finding in row["findings"]
            if finding["sort"] == sort and carried(row, finding, rows)
        ]
        if told:
            parts += [f"## {_TITLES[sort]}\n", *told]
    return "\n".join(parts)


def _told(row: Mapping[str, Any], finding: Mapping[str, Any], rows: Any) -> str:
    lines = [
        f"### {row['id']}: {finding['title']}\n",
        f"*Printed.* {finding['printed']}\n",
        f"*Found.* {finding['found']}\n",
        *_evidence(row),
        f"*Consequence.* {finding['consequence']}\n",
        *[_other(rows[name]) for name in finding["also"]],
    ]
    names = " ".join(f"--only {name}" for name in (row["id"], *finding["also"]))
    return "\n".join([*lines, f"`python -m proofs_check {names}`\n"])


def _evidence(row: Mapping[str, Any]) -> list[str]:
    """What refutes, or every check where nothing does."""
    failing = [check for check in row["checks"] if check["answer"] == "fails"]
    return [
        f"- {check['name']} ({check['method']}): {check['found']}\n"
        for check in failing or row["checks"]
    ]


def _other(row: Mapping[str, Any]) -> str:
    return f"*{row['id']}* is {row['verdict']}: {row['sentence']} {row['why']}\n"
