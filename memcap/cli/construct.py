"""``memcap construct``: write a theorem down as weights, and check them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from memcap.cli.guard import finish, guarded


@guarded
def construct(
    name: Annotated[str, typer.Argument(help="The construction, such as next_token.")],
    data: Annotated[str, typer.Option(help="Shipped data by name, a file, or random.")],
    out: Annotated[Path, typer.Option(help="Folder for weights and certificate.")],
    num_samples: Annotated[
        int | None, typer.Option(min=1, help="N; all of the data if left out.")
    ] = None,
    length: Annotated[
        int | None, typer.Option(min=1, help="n, tokens in a sequence; 8 for text.")
    ] = None,
    task: Annotated[str | None, typer.Option(help="next_token or seq_to_seq.")] = None,
    constants: Annotated[
        str | None,
        typer.Option(help="data measures every range, theorem takes the printed ones."),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=VALUE, an option of the construction; may be given repeatedly."
        ),
    ] = None,
    distinct: Annotated[
        bool, typer.Option("--distinct", help="Random data: no token twice.")
    ] = False,
    vocab: Annotated[int, typer.Option(min=1, help="V of random data.")] = 64,
    classes: Annotated[
        int | None, typer.Option(min=1, help="C; 2 for random data.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of random data and of the construction.")
    ] = None,
) -> None:
    """Build a theorem's network and check every label exactly.

    Writes OUT/weights.json, OUT/data.npz, OUT/certificate.json and OUT/counts.json;
    memcap verify OUT checks them again from the files alone.

        memcap construct next_token --data turkish --num-samples 2000 --out net

        memcap construct next_token --data random --vocab 32 --classes 4 --out net

        memcap construct rank_one_memorizer --data turkish --num-samples 100
            --task seq_to_seq --length 5 --option positions=true --out net

    Exit codes: 0 proved; 1 refuted; 2 undecided, unusable data or unknown name.
    """
    from memcap import certify, constructions
    from memcap.cli.data import Drawing, open_data
    from memcap.study.files import save_network

    given: dict[str, Any] = {"constants": constants, "seed": seed}
    options = {name: value for name, value in given.items() if value is not None}
    options |= dict(_option(text) for text in option or ())
    drawing = Drawing(vocab, seed or 0, distinct)
    ds = open_data(data, num_samples, length, task, classes, drawing)
    built = constructions.construct(name, ds, **options)
    certificate = certify.verify(built, ds)
    save_network(out, built.weights, ds, certificate)
    below = bounds_below(certificate, built.weights, ds)
    _save_counts(out / "counts.json", certificate.counts, below)
    finish(certificate.verdict.value, sentence(certificate, below))


def bounds_below(certificate: Any, weights: Any, ds: Any) -> Any:
    """Lower bounds for a network that labels its data; None for one that gives ids."""
    from memcap.study.lower import lower

    if weights.decision == "vector":
        return None
    return lower(weights, ds, certificate.counts)


def sentence(certificate: Any, below: Any = None) -> str:
    """Verdict and sizes of a checked network, and what it is above, on one line."""
    counts = certificate.counts
    how = "exact" if certificate.arithmetic == "exact" else "by rigorous enclosures"
    text = (
        f"{certificate.verdict.value}: {certificate.tally}, {how}; "
        f"{counts.nonzero:,} non-zero parameters ({counts.dense:,} dense), depth "
        f"{counts.depth:,}, width {counts.width}, {counts.max_bits:,} bits at most"
    )
    text = f"{text}; {below.sentence}" if below else text
    failing = [c for c in certificate.claims if c.verdict.value != "PROVED"]
    return f"{text}; {failing[0].sentence}" if failing else text


def _option(text: str) -> tuple[str, Any]:
    """NAME=VALUE, where the value is true, false, a whole number or a word."""
    from memcap.core.errors import UnknownNameError

    name, given, value = text.partition("=")
    if not given:
        raise UnknownNameError(f"--option {text} must read NAME=VALUE.")
    if value in ("true", "false"):
        return name, value == "true"
    return name, int(value) if value.lstrip("-").isdigit() else value


def _save_counts(path: Path, counts: Any, below: Any) -> None:
    from dataclasses import asdict

    from memcap.core import canonical

    # Canonical text holds no floats; the sentence says the ratios to a few digits.
    kept = ("contexts", "parameters", "statement", "sentence")
    said = {name: getattr(below, name) for name in kept} if below else None
    body = asdict(counts) | {"lower": said}
    canonical.write_atomically(path, canonical.dumps(body) + "\n")
