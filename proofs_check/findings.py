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
command below runs the checks again and prints what they find.

A row of the catalogue says in our words what a paper states. Of some papers the text
was not at hand (status `recalled`, or a restatement in another paper); there compare
the words of the paper before taking a refutation for more than one of ours.
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
    told = {sort: grouped(rows, sort) for sort in SORTS}
    parts = [_HEAD]
    for sort, groups in told.items():
        if groups:
            lines = [f"- {_names(ids)}: {f['title']}" for f, ids in groups]
            parts.append("\n".join([f"**{_TITLES[sort]}**\n", *lines, ""]))
    for sort, groups in told.items():
        if groups:
            parts.append(f"## {_TITLES[sort]}\n")
            parts += [_told(finding, ids, rows) for finding, ids in groups]
    return "\n".join(parts)


def grouped(rows: Mapping[str, Any], sort: str) -> list[tuple[Any, list[str]]]:
    """Findings of a sort with the statements they are about."""
    groups: list[tuple[Any, list[str]]] = []
    for row in rows.values():
        for finding in row["findings"]:
            here = all(name in rows for name in finding["also"])
            if finding["sort"] != sort or not here or not carried(row, finding, rows):
                continue
            known = next((ids for f, ids in groups if f == finding), None)
            if known is None:
                groups.append((finding, [row["id"]]))
            else:
                known.append(row["id"])
    return groups


def _told(finding: Mapping[str, Any], ids: list[str], rows: Mapping[str, Any]) -> str:
    lines = [
        f"### {_names(ids)}: {finding['title']}\n",
        f"*Printed.* {finding['printed']}\n",
        f"*Found.* {finding['found']}\n",
        *[line for name in ids for line in _evidence(rows[name])],
        f"*Consequence.* {finding['consequence']}\n",
        *[_other(rows[name]) for name in finding["also"]],
    ]
    names = " ".join(f"--only {name}" for name in (*ids, *finding["also"]))
    return "\n".join([*lines, f"`python -m proofs_check {names}`\n"])


def _names(ids: list[str]) -> str:
    return ", ".join(ids)


def _evidence(row: Mapping[str, Any]) -> list[str]:
    """What refutes; where nothing does, how much was checked."""
    name, failing = row["id"], [x for x in row["checks"] if x["answer"] == "fails"]
    if failing:
        return [
            f"- {name}, {x['name']} ({x['method']}): {x['found']}\n" for x in failing
        ]
    # Not how many cases: ends of an ascent in floats may differ between machines.
    return [f"- {name} is {row['verdict']}: {len(row['checks'])} checks.\n"]


def _other(row: Mapping[str, Any]) -> str:
    return f"*{row['id']}*, {row['verdict']}: {row['sentence']}\n"
