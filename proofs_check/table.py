"""The table on the terminal: a line a statement, more where few were asked for."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from proofs_check.runner import Judged
from proofs_check.statement import Verdict

_COLOURS = {
    Verdict.PROVED: "green",
    Verdict.REFUTED: "red",
    Verdict.UNDECIDED: "yellow",
    Verdict.NOT_CHECKED: "dim",
}
_PIPED_WIDTH = 150
_FEW = 6


def printed(done: Sequence[Judged]) -> None:
    """Print the table, and every check where only a few statements are there."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPED_WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("statement", "verdict", "how"):
        table.add_column(name, no_wrap=name != "how", max_width=30)
    for name in ("cases", "s"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("why", ratio=1, overflow="fold")
    for judged in done:
        table.add_row(*_cells(judged), style=_COLOURS[judged.verdict])
    console.print(table)
    if len(done) <= _FEW:
        for judged in done:
            _details(console, judged)


def counts(done: Sequence[Judged]) -> str:
    """How many there are of each verdict."""
    found = Counter(judged.verdict for judged in done)
    parts = [f"{found[kind]} {kind.value}" for kind in Verdict if found[kind]]
    cases = sum(judged.cases for judged in done)
    checks = sum(len(judged.checks) for judged in done)
    return (
        f"{len(done)} statements: {', '.join(parts)}; {checks} checks of {cases:,} "
        "cases."
    )


def _cells(judged: Judged) -> tuple[str, ...]:
    methods = dict.fromkeys(check.method.value for check in judged.statement.checks)
    time = f"{judged.seconds:.1f}" if judged.checks else ""
    cases = f"{judged.cases:,}" if judged.checks else ""
    verdict = judged.verdict.value
    return (
        judged.statement.id,
        verdict,
        ", ".join(methods),
        cases,
        time,
        judged.sentence,
    )


def _details(console: Console, judged: Judged) -> None:
    statement = judged.statement
    console.print(f"\n[bold]{statement.id}[/bold]: ", end="")
    console.print(statement.sentence, markup=False)
    for check in statement.checks:
        timed = judged.checks[check.name]
        outcome = timed.outcome
        margin = f" margin {outcome.margin}" if outcome.margin else ""
        line = (
            f"  {outcome.answer.value:5} {check.name} ({check.method.value}, "
            f"{check.scope.value}){margin}: {outcome.sentence}"
        )
        console.print(line, markup=False, soft_wrap=True)
        if check.argument:
            console.print(f"        {check.argument}", markup=False, soft_wrap=True)
