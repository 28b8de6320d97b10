"""``memcap verify``: check stored networks again, from their files alone."""

from pathlib import Path
from typing import Annotated

import typer

from memcap.cli.guard import DONE, FAILED, UNUSABLE, finish, guarded


@guarded
def verify(
    folder: Annotated[
        Path,
        typer.Argument(help="What memcap construct wrote, or the folder of a study."),
    ],
    data: Annotated[
        str | None,
        typer.Option(help="The data, if not those in the folder."),
    ] = None,
) -> None:
    """Check a stored network again, from its files alone.

    Every label and every claim is computed afresh and compared with what the
    certificate says. The folder of a study checks all of its networks.

        memcap verify net

        memcap verify out

    Exit codes: 0 proved; 1 refuted, or the files differ from the certificate; 2
    undecided or unusable.
    """
    found = _networks(folder)
    if len(found) == 1:
        finish(*_check(found[0], data))
    verdicts = []
    for network in found:
        verdict, sentence = _check(network, data)
        typer.echo(f"{network.relative_to(folder)}: {sentence}")
        verdicts.append(verdict)
    code = FAILED if "REFUTED" in verdicts else DONE
    if code == DONE and "UNDECIDED" in verdicts:
        code = UNUSABLE
    typer.echo(f"{verdicts.count('PROVED')} of {len(verdicts)} networks proved.")
    raise typer.Exit(code)


def _networks(folder: Path) -> list[Path]:
    """The folder itself, or those of a study."""
    if not (folder / "records.jsonl").exists():
        return [folder]
    inside = [path.parent for path in folder.glob("*/*/certificate.json")]
    # By kind, then by size: names differ in the digits at their end only.
    inside.sort(
        key=lambda path: (path.name.partition("-")[0], len(path.name), path.name)
    )
    return inside or [folder]


def _check(folder: Path, data: str | None) -> tuple[str, str]:
    from memcap.cli.construct import bounds_below, sentence
    from memcap.study.files import load_network

    network = load_network(folder, data)
    again = network.certificate.recheck(network.weights, network.data)
    if again.differences:
        return again.verdict.value, again.sentence
    below = bounds_below(again.fresh, network.weights, network.data)
    return again.verdict.value, sentence(again.fresh, below)
