"""Options that the commands on evaluation logs share."""

from pathlib import Path
from typing import Annotated

import typer

Common = Annotated[
    bool, typer.Option("--common", help="Go on with the items that all runs share.")
]
Out = Annotated[Path | None, typer.Option(help="Folder for the report and the tables.")]
