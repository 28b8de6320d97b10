"""The command: check statements, print the table, write page, JSON and findings."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from memcap.cli.guard import DONE, FAILED, INTERRUPTED, guarded

LEVELS = ("default", "deep")
app = typer.Typer(add_completion=False)


@app.command()
@guarded
def check(
    only: Annotated[
        list[str] | None,
        typer.Option(help="A statement (KS25.LemB2) or a paper (KS25); repeatable."),
    ] = None,
    level: Annotated[
        str, typer.Option(help="default: minutes in all; deep: wider searches.")
    ] = "default",
    json: Annotated[
        Path | None, typer.Option(help="Write every outcome to this file.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write the page here; proofs.html when all are checked."),
    ] = None,
    findings: Annotated[
        Path | None, typer.Option(help="Write the findings as Markdown (all checked).")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes; 0 takes one for each core.")
    ] = 0,
    accept: Annotated[
        bool, typer.Option("--accept", help="Make these verdicts the expected ones.")
    ] = False,
) -> None:
    """Check every numbered statement as rigorously as a machine can, and attack it.

    PROVED: the steps of a proof hold for all parameters. REFUTED: a counterexample,
    exact. UNDECIDED: it held wherever one looked. NOT CHECKED: with the reason.

        python -m proofs_check --only KS25.LemB2

        python -m proofs_check --json out.json

    Exit codes: 0 every verdict is the expected one; 1 one is not; 2 unusable options;
    130 interrupted (--json then holds what was done).
    """
    from proofs_check import catalogue, results, runner
    from proofs_check.statement import Level

    if level not in LEVELS:
        raise typer.BadParameter(f"{level!r} is no level; use {' or '.join(LEVELS)}.")
    if findings and only:
        raise typer.BadParameter("--findings needs all statements; drop --only.")
    rows = catalogue.chosen(only or [])
    depth = Level(level)
    done: list[Any] = []
    try:
        _collect(done, rows, depth, workers or os.cpu_count() or 1)
    except KeyboardInterrupt:
        if json:
            results.save(json, results.record(done, depth, len(rows), []))
        typer.echo(
            f"interrupted after {len(done)} of {len(rows)} statements.", err=True
        )
        raise typer.Exit(INTERRUPTED) from None
    place = {name: i for i, name in enumerate(rows)}
    done.sort(key=lambda judged: place[judged.statement.id])
    done = runner.settled(done, results.verdicts(results.expected()))
    if accept:
        results.accept(done)
    differing = results.surprises(done, results.expected())
    record = results.record(done, depth, len(rows), differing)
    page = html or (None if only else Path("proofs.html"))
    _write(record, json, page, findings)
    _show(done, differing, page)
    raise typer.Exit(FAILED if differing else DONE)


def main() -> None:
    """The entry of ``python -m proofs_check``."""
    app(prog_name="python -m proofs_check")


def _collect(done: list[Any], rows: Any, depth: Any, workers: int) -> None:
    from proofs_check import runner

    checks = sum(len(row.checks) for row in rows.values())
    with _bar(checks) as tell:
        for judged in runner.run(rows, depth, min(workers, max(1, checks)), tell):
            done.append(judged)


@contextmanager
def _bar(total: int) -> Iterator[Any]:
    """A progress bar on stderr; nothing is drawn where that is no terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total)

        def tell(identifier: str, name: str) -> None:
            progress.update(task, advance=1, description=f"{identifier}: {name}")

        yield tell


def _write(
    record: dict[str, Any],
    json: Path | None,
    page: Path | None,
    findings: Path | None,
) -> None:
    from memcap.core.canonical import write_atomically
    from proofs_check import results

    if json:
        results.save(json, record)
    if page:
        from proofs_check.page import html

        write_atomically(page, html(record))
    if findings:
        from proofs_check.findings import markdown

        write_atomically(findings, markdown(record["statements"]))


def _show(done: Sequence[Any], differing: list[str], page: Path | None) -> None:
    from proofs_check.table import counts, printed

    printed(done)
    typer.echo(counts(done))
    for sentence in differing:
        typer.echo(f"UNEXPECTED {sentence}")
    if page:
        typer.echo(f"The page with the mathematics: {page.resolve()}")
