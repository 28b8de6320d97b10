"""``memcap sweep``: an experiment over many configurations."""

from typing import Annotated

import typer

from memcap.cli.guard import FAILED, INTERRUPTED, guarded


@guarded
def sweep(
    name: Annotated[
        str,
        typer.Argument(help="experiments/NAME.py, or a dotted module path."),
    ],
    out: Annotated[str, typer.Option(help="A folder, or gs://... or s3://...")],
    size: Annotated[str, typer.Option(help="smoke, small or full.")] = "smoke",
    engine: Annotated[str, typer.Option(help="local, ray or slurm.")] = "local",
    workers: Annotated[
        int,
        typer.Option(help="Processes; 0: this one (local), or what there is."),
    ] = 0,
    share: Annotated[
        str, typer.Option(help="I/K: only every K-th part, from the I-th on.")
    ] = "0/1",
) -> None:
    """Run what is missing of an experiment, then write its fits and figures.

    Every configuration that is done is one line of OUT/records.jsonl (on an object
    store one object under OUT/records), written at once: the same command goes on
    where it was stopped, by whatever. A failed configuration is recorded with its
    reason and tried again by the next run. Run it where experiments/ lies.

        memcap sweep next_token_scaling --size smoke --out out

        memcap sweep next_token_scaling --size small --workers 8 --out out

    experiments/RUNNING.md tells how to use many machines.

    Exit codes: 0 all done; 1 some failed; 2 unusable input.
    """
    from memcap.sweeps import command, driver

    try:
        found = driver.find(name)
        outcome = driver.run(
            found, size, out, engine, workers, command.parse_share(share)
        )
    except KeyboardInterrupt:
        typer.echo(f"memcap: {command.interrupted(out)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    typer.echo(command.summary(outcome, out))
    if outcome.failed:
        raise typer.Exit(FAILED)
