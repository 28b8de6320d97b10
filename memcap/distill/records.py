"""One distillation, one appended JSON line, keyed by the hash of what was asked for."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from memcap.core.canonical import sha256
from memcap.core.errors import MemcapError
from memcap.core.journal import Journal

SCHEMA = 1

# Every record has all of these; None where one is without meaning.
FIELDS = (
    "schema",
    "key",
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
    "floors",
    "trace_cost_bits",
    "trace_cost_bits_per_token",
    "cot_table_bits",
    "direct_table_bits",
    "hashes",
    "seconds",
    "versions",
)

_PACKAGES = ("memcap", "jax", "flax", "optax", "numpy")

Row = dict[str, Any]


def key_of(asked: Mapping[str, Any]) -> str:
    """SHA-256 of a configuration of JSON values: the name of a record."""
    return sha256(_text({"schema": SCHEMA, **asked}))


def versions() -> dict[str, str]:
    """Python and the packages that the numbers depend on."""
    return {
        "python": platform.python_version(),
        **{package: version(package) for package in _PACKAGES},
    }


class Records:
    """The records of a study in a file; the first of a key counts.

    Args:
        path: the ``.jsonl`` file; it need not exist.
    """

    def __init__(self, path: Path | str) -> None:
        self._journal = Journal(path, _row)

    def rows(self) -> tuple[Row, ...]:
        """One record per key, in the order of their lines.

        Raises:
            CorruptFileError: a line other than a torn last one is broken.
        """
        found: dict[str, Row] = {}
        for row in self._journal.read():
            found.setdefault(row["key"], row)
        return tuple(found.values())

    def keys(self) -> frozenset[str]:
        """Keys of the distillations that need no repetition."""
        return frozenset(row["key"] for row in self.rows())

    def append(self, row: Row) -> None:
        """Add a record.

        Raises:
            MemcapError: a field is missing, unknown, NaN or infinite.
        """
        if set(row) != set(FIELDS):
            odd = sorted(set(row) ^ set(FIELDS))
            raise MemcapError(f"a record has all fields and no other: see {odd}.")
        try:
            self._journal.append(_text(row))
        except (TypeError, ValueError) as error:
            raise MemcapError(f"the record cannot be stored: {error}.") from error


def _text(value: Any) -> str:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def _row(line: str) -> Row:
    row = json.loads(line)
    if not isinstance(row, dict) or row.get("schema") != SCHEMA:
        raise ValueError(f"it is no object of schema {SCHEMA}")
    missing = [name for name in FIELDS if name not in row]
    if missing:
        raise ValueError(f"it lacks {missing[0]}")
    return row
