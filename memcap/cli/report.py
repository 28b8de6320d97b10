"""``memcap report``: write the report of a study, or of a sweep, again."""

from pathlib import Path
from typing import Annotated

import typer

from memcap.cli.guard import FAILED, guarded


@guarded
def report(
    folder: Annotated[str, typer.Argument(help="The folder of a study or a sweep.")],
) -> None:
    """Rebuild the report of a study, or of a sweep, from its records alone.

    For a study it writes FOLDER/report.html, report.md and figures/; for a sweep (a
    folder with sweep.json) the fits, tables and figures of its experiment. The same
    records give the same bytes; nothing is trained, built or downloaded.

        memcap report out

    Exit codes: 0 done; 1 the sweep has failed configurations; 2 there are no records,
    or they are broken.
    """
    from memcap.sweeps import command, driver

    if driver.is_sweep(folder):
        outcome = driver.rebuild(folder)
        typer.echo(command.summary(outcome, folder))
        raise typer.Exit(FAILED if outcome.failed else 0)
    from memcap.analysis.report import write

    typer.echo(str(write(Path(folder))))
