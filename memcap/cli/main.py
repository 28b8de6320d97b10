"""The application: its commands and its version."""

from typing import Annotated

import typer

from memcap.cli.bounds import bounds
from memcap.cli.construct import construct
from memcap.cli.distill import distill
from memcap.cli.report import report
from memcap.cli.study import study
from memcap.cli.sweep import sweep
from memcap.cli.verify import verify

app = typer.Typer(
    name="memcap",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (study, construct, verify, bounds, sweep, report):
    app.command()(command)
app.add_typer(distill)


def _version(wanted: bool) -> None:
    if wanted:
        import memcap

        typer.echo(f"memcap {memcap.__version__}")
        raise typer.Exit


@app.callback()
def _memcap(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say which."),
    ] = False,
) -> None:
    """Memorization capacity of transformers: built from theorems, checked exactly.

    Begin with

        memcap study --out out

    which builds transformers that memorize real text, checks every label in exact
    arithmetic and writes out/report.html.

    Exit codes: 0 done; 1 a refutation or a failed check; 2 unusable input, said in
    one sentence; 130 interrupted.
    """


def main() -> None:
    """Run the command line."""
    app()
