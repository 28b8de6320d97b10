"""The frontier as Markdown tables."""

from collections.abc import Sequence

from experiments.frontier_laws import EVERY
from experiments.frontier_summary import DECADES, Frontier, crossings, entry, unplaced
from memcap.sweeps.records import Record


def table(found: Frontier, own: Sequence[Record]) -> str:
    """The measured points, the formulas, the crossings, and what has no network."""
    return "\n\n".join(
        [_measured_table(found), _formula_table(), _crossing_table(found), _rest(own)]
    )


def _measured_table(found: Frontier) -> str:
    lines = [
        "| network | N | seeds | numbers | dense | bits a number | times the fewest "
        "| bits per bit of label |",
        "| --- |" + " ---: |" * 7,
    ]
    for row in found.values():
        for shown in map(entry, row):
            cells = (
                shown["network"],
                f"{shown['samples']:,}",
                str(shown["seeds"]),
                f"{shown['nonzero']:,.0f}",
                f"{shown['dense']:,.0f}",
                f"{shown['bits_a_number']:.3g}",
                f"{shown['over_fewest']:.3g}",
                f"{shown['bits_over_labels']:.3g}",
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _formula_table() -> str:
    heads = " | ".join(f"10^{k}" for k in DECADES)
    lines = [
        f"| formula, numbers at N = | kind | source | {heads} |",
        "| --- | --- | --- |" + " ---: |" * len(DECADES),
    ]
    for law in EVERY:
        values = " | ".join(f"{law(10**k):.3g}" for k in DECADES)
        lines.append(f"| {law.name} | {law.kind} | {law.source} | {values} |")
    return "\n".join(lines)


def _crossing_table(found: Frontier) -> str:
    lines = ["| what | falls below | from N | how |", "| --- | --- | ---: | --- |"]
    made = crossings(found)
    for c in made:
        if c.at is not None:
            lines.append(f"| {c.what} | {c.line} | {c.at:,.0f} | {c.how} |")
    for what in dict.fromkeys(c.what for c in made):
        never = [c for c in made if c.what == what and c.at is None]
        if never:
            names = ", ".join(c.line for c in never)
            lines.append(f"| {what} | {names} | never seen | {never[0].how} |")
    return "\n".join(lines)


def _rest(own: Sequence[Record]) -> str:
    return "\n".join(f"{n}, N = {k:,}: {reason}" for n, k, reason in unplaced(own))
