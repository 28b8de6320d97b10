"""``memcap bounds``: what is known of the sizes needed."""

from typing import Annotated, Any

import typer

from memcap.cli.guard import guarded

_PIPED_WIDTH, _ROOM_FOR_WORDS = 150, 110


@guarded
def bounds(
    samples: Annotated[int, typer.Option(min=1, help="N, sequences to memorize.")],
    length: Annotated[int, typer.Option(min=1, help="n, tokens in a sequence.")] = 1,
    classes: Annotated[int, typer.Option(min=1, help="C, different labels.")] = 2,
    dim: Annotated[int, typer.Option(min=1, help="d, numbers in a token.")] = 1,
    r: Annotated[str, typer.Option(help="Largest norm of a token.")] = "1",
    delta: Annotated[
        str, typer.Option(help="Smallest distance of two different tokens.")
    ] = "1",
    vocab: Annotated[
        int | None, typer.Option(min=1, help="V, different tokens, where needed.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="next_token or seq_to_seq; both if left out.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="A JSON array, one statement a line.")
    ] = False,
) -> None:
    """Print every known bound on the size needed, with its source.

    Numbers are exact where the statement is; R and DELTA may be decimals or
    fractions. "order" marks statements without a constant, evaluated with constant 1.

        memcap bounds --samples 10000 --length 8 --classes 2

        memcap bounds --samples 10000 --length 8 --classes 2 --delta 1/10 --json

    Exit codes: 0 done; 2 unusable numbers.
    """
    from memcap.theory.bounds import table

    values = table(
        num_samples=samples,
        length=length,
        classes=classes,
        dim=dim,
        r=_number("--r", r),
        delta=_number("--delta", delta),
        vocab=vocab,
        task=task,
    )
    rows = [value.to_row() for value in values]
    if json:
        _print_json(rows)
    else:
        _print_table(rows)


def _number(option: str, text: str) -> Any:
    from fractions import Fraction

    from memcap.core.errors import DataError
    from memcap.core.exact import exact

    try:
        value = exact(Fraction(text))
    except (ValueError, ZeroDivisionError) as error:
        raise DataError(
            f"{option} {text} is not a number; write 3, 0.1 or 1/10."
        ) from error
    if value <= 0:
        raise DataError(f"{option} {text} is not positive.")
    return value


def _print_json(rows: list[dict[str, Any]]) -> None:
    from json import dumps

    lines = [dumps(row, sort_keys=True, allow_nan=False) for row in rows]
    typer.echo("[" + ",\n ".join(lines) + "]")


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    # A file or a pipe has no width of its own; a narrow terminal has no room for words.
    console = Console()
    console = console if console.is_terminal else Console(width=_PIPED_WIDTH)
    table = Table(box=box.SIMPLE_HEAD, header_style="bold")
    for name in ("statement", "quantity", "direction"):
        table.add_column(name, overflow="fold")
    table.add_column("value", justify="right", min_width=11)
    words = console.width >= _ROOM_FOR_WORDS
    if words:
        table.add_column("in words", ratio=1)
    for row in rows:
        shown = [row["id"], row["quantity"], _direction(row), _value(row)]
        table.add_row(*shown, *[row["reason"] or row["sentence"]] * words)
    console.print(table, markup=False)


def _direction(row: dict[str, Any]) -> str:
    side = row["side"]
    return f"{side} (order)" if row["direction"] == "order" else side


def _value(row: dict[str, Any]) -> str:
    value = row["float"]
    if row["reason"]:
        return "-"
    if value is None:
        return f"2^{row['log2']:.1f}"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.4g}"
