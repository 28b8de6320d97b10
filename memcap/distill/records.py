"""What distillations gave, a row each: read from the folder of a study or from a file.

A study is a sweep, and its rows are the results of its records. Runs made elsewhere may
be given as rows alone, one JSON object a line with ``"schema": 1``.
"""

import json
from pathlib import Path
from typing import Any

from memcap.core.errors import CorruptFileError
from memcap.core.journal import Journal
from memcap.sweeps.records import Record
from memcap.sweeps.storage import is_url, open_store, place

SCHEMA = 1

# Every row of a study has all of these; None where one is without meaning.
FIELDS = (
    "task",
    "task_parameters",
    "student",
    "teacher",
    "arm",
    "estimand",
    "filter",
    "budget",
    "pilot",
    "n_cot",
    "dropped",
    "spurious_rate",
    "mean_cot_tokens",
    "updates",
    "tokens",
    "epochs",
    "loss",
    "items",
    "before",
    "after",
    "lost",
    "won",
    "both",
    "right_before",
    "right_after",
    "floors",
    "trace_cost_bits",
    "trace_cost_bits_per_token",
    "cot_table_bits",
    "direct_table_bits",
    "hashes",
)

Row = dict[str, Any]


def row_of_record(record: Record) -> Row:
    """The row of a finished record, with where it comes from."""
    return {
        **record.results,
        "schema": SCHEMA,
        "key": record.key,
        "seconds": record.seconds,
        "versions": record.versions,
    }


def rows(out: Path | str) -> tuple[Row, ...]:
    """The rows of finished distillations, in the order of their lines.

    Args:
        out: the folder of a study or its URL, or a ``.jsonl`` file.

    Raises:
        CorruptFileError: there is no such file, or a line other than a torn last one
            is broken.
    """
    if is_url(out):
        found = open_store(place(out)).records()
        return tuple(row_of_record(r) for r in found if r.status == "done")
    path = Path(out)
    path = path / "records.jsonl" if path.is_dir() else path
    if not path.is_file():
        raise CorruptFileError(
            f"{path} is not there; give the folder of memcap distill run, or a .jsonl "
            "file of its records."
        )
    latest: dict[str, Row] = {}
    for number, row in enumerate(Journal(path, _row).read()):
        if row is not None:
            latest.setdefault(row.get("key") or str(number), row)
    return tuple(latest.values())


def _row(line: str) -> Row | None:
    """A line as a row; None for the record of a failure, which is tried again."""
    value = json.loads(line)
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise ValueError(f"it is no object of schema {SCHEMA}")
    if "config" not in value:
        return value
    record = Record.from_line(line)
    return row_of_record(record) if record.status == "done" else None
