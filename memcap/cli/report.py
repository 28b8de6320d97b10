"""``memcap report``: write the report of a study, or of a sweep, again."""

import json
from pathlib import Path
from typing import Annotated

import typer

from memcap.cli.guard import FAILED, guarded

# `memcap.distill.study.NAME`, which cannot be read without loading JAX.
DISTILLATION = "distillation"


@guarded
def report(
    folder: Annotated[str, typer.Argument(help="The folder of a study or a sweep.")],
) -> None:
    """Rebuild the report of a study, or of a sweep, from its records alone.

    For a study it writes FOLDER/report.html, report.md and figures/; for a folder of
    memcap distill run the pages and figures of that command; for any other sweep (a
    folder with sweep.json) the fits, tables and figures of its experiment. The same
    records give the same bytes; nothing is trained, built or downloaded.

        memcap report out

    Exit codes: 0 done; 1 the sweep has failed configurations; 2 there are no records,
    or they are broken.
    """
    from memcap.sweeps import driver

    if not driver.is_sweep(folder):
        from memcap.analysis.report import write

        typer.echo(str(write(Path(folder))))
    elif study := _distillation(folder):
        _distillations(folder, study)
    else:
        _sweep(folder)


def _distillation(folder: str) -> str:
    """The name of the study of distillation that the folder holds, or nothing."""
    from memcap.sweeps import driver, storage

    try:
        note = json.loads((storage.place(folder) / driver.NOTE).read_text())
    except ValueError:
        return ""  # the driver says what is wrong with it
    own = isinstance(note, dict) and note.get("sweep") == DISTILLATION
    return str(note.get("size")) if own else ""


def _distillations(folder: str, study: str) -> None:
    # Not `driver.rebuild`: the cells of a study are made by modules that need JAX.
    from memcap.analysis.report import distill
    from memcap.sweeps import storage

    with storage.local_folder(storage.place(folder)) as local:
        pages = distill.write(local, distill.command_of(study), folder)
    for page, conclusion in pages:
        typer.echo(f"{conclusion}\n{folder}/{page.name}")
    records = storage.open_store(storage.place(folder)).records()
    failed = sum(record.status == "failed" for record in records)
    if failed:
        sentence = f"{failed} of {len(records)} distillations failed; the others are in"
        typer.echo(f"memcap: {sentence} the report.", err=True)
        raise typer.Exit(FAILED)


def _sweep(folder: str) -> None:
    from memcap.sweeps import command, driver

    outcome = driver.rebuild(folder)
    typer.echo(command.summary(outcome, folder))
    raise typer.Exit(FAILED if outcome.failed else 0)
