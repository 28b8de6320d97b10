"""``memcap report``: write the report of a study again."""

from pathlib import Path
from typing import Annotated

import typer

from memcap.cli.guard import guarded


@guarded
def report(
    folder: Annotated[Path, typer.Argument(help="The folder of a study.")],
) -> None:
    """Rebuild the report of a study from its records alone.

    Writes FOLDER/report.html, report.md and figures/. The same records give the same
    bytes; nothing is trained, built or downloaded.

        memcap report out

    Exit codes: 0 done; 2 there are no records, or they are broken.
    """
    from memcap.analysis.report import write

    typer.echo(str(write(folder)))
