"""``memcap study``: the main job."""

from pathlib import Path
from typing import Annotated

import typer

from memcap.cli.guard import FAILED, INTERRUPTED, guarded


@guarded
def study(
    out: Annotated[Path, typer.Option(help="Folder for everything that is written.")],
    preset: Annotated[
        str,
        typer.Option(help="quick (about two minutes) or full (about an hour)."),
    ] = "quick",
    data: Annotated[
        str,
        typer.Option(
            help="Shipped text by name (turkish, turkish-web, turkish-wiki), or a "
            ".txt, .conllu, .csv, .jsonl or .npz file."
        ),
    ] = "turkish",
    seed: Annotated[
        int, typer.Option(help="Seed of constructions and token vectors.")
    ] = 0,
) -> None:
    """Memorize a real text and report how many parameters that takes.

    For growing N a transformer is written down that memorizes the first N samples,
    and every label is checked in exact arithmetic; small ones are trained as well.
    OUT/report.html shows it all, OUT/records.jsonl holds the numbers. A second run
    with the same OUT does only what is missing, also after a crash.

        memcap study --out out

        memcap study --preset full --data mytext.txt --out out

    Exit codes: 0 all proved; 1 something refuted or failed; 2 unusable input.
    """
    from memcap.cli.progress import follow
    from memcap.study import run

    with follow() as progress:
        try:
            outcome = run(data, preset, out, progress, seed)
        except KeyboardInterrupt:
            typer.echo(
                f"memcap: interrupted; {progress.done} of {progress.total} networks "
                f"are kept in {out / 'records.jsonl'}, and the same command goes on "
                "from there.",
                err=True,
            )
            raise typer.Exit(INTERRUPTED) from None
    typer.echo(f"{outcome.verdict.value}: {outcome.report}")
    for record in outcome.failed:
        size = record.config.get("samples")
        typer.echo(
            f"memcap: {record.config['kind']}, N = {size} failed: {record.reason}",
            err=True,
        )
    if not outcome.passed:
        raise typer.Exit(FAILED)
