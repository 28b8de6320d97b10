"""Comparisons as tables: Markdown, CSV and JSON that read back to the same rows.

Every row has every field of the schema; what is not known is None. Floats are written
with all their digits.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from math import isinf, isnan
from typing import Any, Literal, get_args, get_type_hints

from memcap.core.errors import DataError
from memcap.distill.exporters.schema import COLUMNS, SCHEMA, Row

Format = Literal["markdown", "csv", "json"]


_KINDS: dict[str, Callable[[str], Any]] = {
    name: next(kind for kind in (*get_args(hint), hint) if kind is not type(None))
    for name, hint in get_type_hints(Row).items()
}


def dump(rows: Sequence[Row], form: Format) -> str:
    """Rows as text; Markdown leaves out the columns in which nothing is known.

    Raises:
        DataError: there is no such form, or a cell is NaN.
    """
    if form not in _DUMPS:
        raise DataError(f"form {form!r} is not one of {', '.join(_DUMPS)}.")
    for row in rows:
        for name in COLUMNS:
            value = getattr(row, name)
            if isinstance(value, float) and isnan(value):
                raise DataError(f"{row.model} has no number for {name}; leave it None.")
    return _DUMPS[form](rows)


def load(text: str, form: Format) -> tuple[Row, ...]:
    """Rows from what `dump` wrote.

    Raises:
        DataError: the text has another schema, a column that the schema has not, or a
            cell that cannot be read.
    """
    if form not in _LOADS:
        raise DataError(f"form {form!r} is not one of {', '.join(_LOADS)}.")
    return _LOADS[form](text)


def _cells(row: Row) -> dict[str, str]:
    """Text of each field; an empty text has quotes, so that it is not None."""
    found = {}
    for name in COLUMNS:
        value = getattr(row, name)
        text = "" if value is None else str(value) or '""'
        found[name] = text
    return found


def _row(cells: dict[str, str], where: str) -> Row:
    unknown = sorted(set(cells) - set(COLUMNS))
    if unknown:
        raise DataError(f"{where} has the unknown column {unknown[0]}.")
    values: dict[str, Any] = {}
    for name, text in cells.items():
        try:
            values[name] = _value(name, text)
        except ValueError as error:
            raise DataError(f"{where}: {name} = {text!r} cannot be read.") from error
    try:
        return Row(**values)
    except TypeError as error:
        raise DataError(f"{where} lacks kind, task or model.") from error


def _value(name: str, text: str) -> Any:
    if text == "":
        return None
    return "" if text == '""' else _KINDS[name](text)


def _check_schema(found: Any) -> None:
    if str(found) != str(SCHEMA):
        raise DataError(f"the table has schema {found}; this version reads {SCHEMA}.")


def _dump_json(rows: Sequence[Row]) -> str:
    # JSON has no infinity; its text reads back as the float.
    made = [{n: _finite(getattr(row, n)) for n in COLUMNS} for row in rows]
    return json.dumps({"schema": SCHEMA, "rows": made}, indent=1, allow_nan=False)


def _finite(value: Any) -> Any:
    return str(value) if isinstance(value, float) and isinf(value) else value


def _load_json(text: str) -> tuple[Row, ...]:
    try:
        content = json.loads(text)
        _check_schema(content["schema"])
        found = []
        for number, row in enumerate(content["rows"], start=1):
            cells = {n: "" if v is None else str(v) or '""' for n, v in row.items()}
            found.append(_row(cells, f"row {number}"))
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"the text is no table in JSON ({error}).") from error
    return tuple(found)


def _dump_csv(rows: Sequence[Row]) -> str:
    stream = io.StringIO()
    # With both characters in the line terminator, cells that hold either are quoted.
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["schema", *COLUMNS])
    for row in rows:
        writer.writerow([SCHEMA, *_cells(row).values()])
    return stream.getvalue()


def _load_csv(text: str) -> tuple[Row, ...]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    if "schema" not in (reader.fieldnames or ()):
        raise DataError("the text is no table in CSV with a schema column.")
    found = []
    for row in reader:
        _check_schema(row.pop("schema", None))
        if None in row or None in row.values():
            raise DataError(f"line {reader.line_num} does not have one cell a column.")
        found.append(_row(dict(row), f"line {reader.line_num}"))
    return tuple(found)


def _dump_markdown(rows: Sequence[Row]) -> str:
    cells = [_cells(row) for row in rows]
    names = [name for name in COLUMNS if any(row[name] for row in cells)]
    lines = [["schema", *names], ["---"] * (len(names) + 1)]
    lines += [
        [str(SCHEMA), *(row[name].translate(_ESCAPES) for name in names)]
        for row in cells
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _load_markdown(text: str) -> tuple[Row, ...]:
    lines = [_split(line) for line in text.rstrip("\n").split("\n")]
    if len(lines) < 2 or lines[0][0] != "schema":
        raise DataError("the text is no table in Markdown with a schema column.")
    names, found = lines[0], []
    for number, line in enumerate(lines[2:], start=3):
        if len(line) != len(names):
            raise DataError(f"line {number} does not have one cell a column.")
        row = dict(zip(names, line, strict=True))
        _check_schema(row.pop("schema"))
        found.append(_row(row, f"line {number}"))
    return tuple(found)


_ESCAPES = str.maketrans({"\\": "\\\\", "|": "\\|", "\n": "\\n", "\r": "\\r"})
_BACK = {"n": "\n", "r": "\r"}


def _split(line: str) -> list[str]:
    """The cells of one line, with escapes undone."""
    cells, cell, escaped = [], "", False
    for c in line.strip().removeprefix("|"):
        if escaped:
            cell, escaped = cell + _BACK.get(c, c), False
        elif c == "\\":
            escaped = True
        elif c == "|":
            cells.append(cell)
            cell = ""
        else:
            cell += c
    return [_trim(cell) for cell in cells]


def _trim(cell: str) -> str:
    # Exactly the blank that `dump` puts on either side.
    return cell.removeprefix(" ").removesuffix(" ")


_DUMPS: dict[str, Callable[[Sequence[Row]], str]] = {
    "markdown": _dump_markdown,
    "csv": _dump_csv,
    "json": _dump_json,
}
_LOADS: dict[str, Callable[[str], tuple[Row, ...]]] = {
    "markdown": _load_markdown,
    "csv": _load_csv,
    "json": _load_json,
}
