"""Samples in ``.jsonl`` and ``.csv`` files."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from memcap.core.errors import DataError
from memcap.data.dataset import Dataset
from memcap.data.files import read_text
from memcap.data.records import Record, to_dataset
from memcap.data.text import words_of

# Longer texts of digits are beyond what Python reads as an integer.
_INTEGER = re.compile(r"[+-]?\d{1,4000}")
_FIELDS = ({"tokens", "label"}, {"tokens", "labels"})


def load_jsonl(path: Path, classes: int | None = None) -> Dataset:
    """Read one JSON object a line: ``{"tokens": [...], "label": 3}``.

    ``tokens`` holds integer ids, strings, or lists of numbers (vectors); strings are
    numbered in the order in which they first appear. ``label`` is an integer or a
    string, ``labels`` in its place a list with one a token. Blank lines are skipped.

    Args:
        path: a UTF-8 file.
        classes: C; by default as many as the labels need.

    Returns:
        the samples in the order of the file.

    Raises:
        DataError: names the file, the line and what to change.
    """
    path = Path(path)
    lines = enumerate(read_text(path).split("\n"), start=1)
    records = [_json_record(path, i, line) for i, line in lines if line.strip()]
    return to_dataset(path, records, classes)


def _json_record(path: Path, number: int, line: str) -> Record:
    where = f"{path}, line {number}"
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where} is not JSON ({error}); write one object.") from error
    if not isinstance(value, dict) or set(value) not in _FIELDS:
        raise DataError(
            f'{where} must be an object with "tokens" and either "label" or "labels", '
            "and nothing else."
        )
    tokens, labels = value["tokens"], value.get("labels", value.get("label"))
    if not isinstance(tokens, list):
        raise DataError(f'{where}: "tokens" must be a list.')
    if ("labels" in value) != isinstance(labels, list):
        raise DataError(f'{where}: "label" is one value, "labels" is a list.')
    return Record(number, tokens, labels)


def load_csv(
    path: Path, classes: int | None = None, length: int | None = None
) -> Dataset:
    """Read a table with a header line, in one of three forms.

    ``token_0, ..., token_{n-1}, label``: one label a sequence.
    ``token_0, ..., token_{n-1}, label_0, ..., label_{n-1}``: one label a token.
    ``text, label``: the text is cut into words (`memcap.data.text.words_of`); with
    `length` its last n words are kept, without it all texts must be equally long.

    Columns may stand in any order. Tokens that are all whole numbers are ids, else
    they are words, numbered in the order in which they first appear; labels likewise,
    words becoming classes in sorted order. Numbers that are not whole are refused.

    Args:
        path: a UTF-8 file with commas.
        classes: C; by default as many as the labels need.
        length: n, for the column ``text`` only.

    Returns:
        the samples in the order of the file.

    Raises:
        DataError: names the file, the line and what to change.
    """
    path = Path(path)
    rows = _rows(path)
    _, header = next(rows)
    header = [name.strip() for name in header]
    cells = list(rows)
    for line, row in cells:
        if len(row) != len(header):
            raise DataError(
                f"{path}, line {line} has {len(row)} cells, the header has "
                f"{len(header)}; complete the line."
            )
    if set(header) == {"text", "label"} and len(header) == 2:
        records = _text_records(path, header, cells, length)
    else:
        records = _cell_records(path, header, cells)
    return to_dataset(path, records, classes)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise DataError(
            f"{path}, line {reader.line_num} is not CSV ({error}); mend the quotes."
        ) from error


def _text_records(
    path: Path,
    header: list[str],
    cells: list[tuple[int, list[str]]],
    length: int | None,
) -> list[Record]:
    text, label = header.index("text"), header.index("label")
    labels = _values(path, [(line, row[label]) for line, row in cells], "label")
    records = []
    for (line, row), value in zip(cells, labels, strict=True):
        words = words_of(row[text])
        if length is not None and len(words) < length:
            raise DataError(
                f"{path}, line {line} has {len(words)} words, {length} are asked for; "
                "lower length or remove the line."
            )
        records.append(
            Record(line, words if length is None else words[-length:], value)
        )
    return records


def _cell_records(
    path: Path, header: list[str], cells: list[tuple[int, list[str]]]
) -> list[Record]:
    names, marks = _columns(path, header)
    tokens = _grid(path, header, cells, names, "token")
    labels = _grid(path, header, cells, marks, "label")
    one = marks == ["label"]
    return [
        Record(line, row, mark[0] if one else mark)
        for (line, _), row, mark in zip(cells, tokens, labels, strict=True)
    ]


def _columns(path: Path, header: list[str]) -> tuple[list[str], list[str]]:
    length = sum(name.startswith("token_") for name in header)
    tokens = [f"token_{k}" for k in range(length)]
    for labels in (["label"], [f"label_{k}" for k in range(length)]):
        if length and sorted(header) == sorted(tokens + labels):
            return tokens, labels
    raise DataError(
        f"{path}, line 1 has the columns {', '.join(header)}; name them token_0, "
        "token_1, ... and label (or label_0, label_1, ...), or text and label."
    )


def _grid(
    path: Path,
    header: list[str],
    cells: list[tuple[int, list[str]]],
    columns: list[str],
    what: str,
) -> list[list[Any]]:
    places, width = [header.index(name) for name in columns], len(columns)
    flat = [(line, row[j]) for line, row in cells for j in places]
    values = _values(path, flat, what)
    return [values[i : i + width] for i in range(0, len(values), width)]


def _values(path: Path, cells: list[tuple[int, str]], what: str) -> list[Any]:
    stripped = [(line, cell.strip()) for line, cell in cells]
    for line, cell in stripped:
        if not cell:
            raise DataError(f"{path}, line {line} has an empty {what}; fill it in.")
    if all(_INTEGER.fullmatch(cell) for _, cell in stripped):
        return [int(cell) for _, cell in stripped]
    if all(_is_number(cell) for _, cell in stripped):
        line, cell = next(pair for pair in stripped if not _INTEGER.fullmatch(pair[1]))
        raise DataError(
            f"{path}, line {line}: {what} {cell} is not a whole number; real tokens "
            "go into .jsonl or .npz files."
        )
    return [cell for _, cell in stripped]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
