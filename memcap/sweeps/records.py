"""One run, one appended JSON line, keyed by the hash of its configuration.

The file is a `Journal`: only ever appended to, and safe from kills.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from memcap.core.errors import MemcapError
from memcap.core.journal import Journal

SCHEMA = 1


def _text(value: Any) -> str:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def key_of(config: dict[str, Any], seed: int = 0) -> str:
    """SHA-256 of schema, configuration and seed: the name of a run.

    Raises:
        ValueError: the configuration holds NaN or an infinity.

    Example:
        >>> key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
        True
        >>> key_of({"a": 1}, seed=1) == key_of({"a": 1}, seed=2)
        False
    """
    text = _text({"schema": SCHEMA, "config": config, "seed": seed})
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Record:
    """What one configuration gave.

    Args:
        config: the full configuration, JSON values only.
        seed: the seed of the run.
        status: ``done``, or ``failed`` with a `reason`.
        reason: why the run failed, one sentence.
        results: what was measured.
        counts: parameters and bits, by part.
        versions: package versions of the run.
        seconds: wall time of the run.
        time: when the run ended, UTC; not part of the key.
        device: what the run ran on; not part of the key.
    """

    config: dict[str, Any]
    seed: int = 0
    status: Literal["done", "failed"] = "done"
    reason: str = ""
    results: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    time: str = ""
    device: str = ""

    @property
    def key(self) -> str:
        """`key_of` configuration and seed."""
        return key_of(self.config, self.seed)

    def to_line(self) -> str:
        """The record as one line of JSON with its schema number and key.

        Raises:
            MemcapError: a value is NaN, infinite or not JSON.
        """
        try:
            return _text({"schema": SCHEMA, "key": self.key, **asdict(self)}) + "\n"
        except (TypeError, ValueError) as error:
            raise MemcapError(f"the record cannot be stored: {error}.") from error

    @classmethod
    def from_line(cls, line: str) -> "Record":
        """Read a line back.

        Raises:
            ValueError: the line is not a record; the message says why.
        """
        value = json.loads(line, parse_constant=_refuse_constant)
        if not isinstance(value, dict):
            raise ValueError("it is not a JSON object")
        schema, key = value.pop("schema", None), value.pop("key", None)
        if schema != SCHEMA:
            raise ValueError(f"its schema is {schema!r}, not {SCHEMA}")
        try:
            record = cls(**value)
        except TypeError as error:
            raise ValueError(str(error)) from error
        if record.status not in ("done", "failed"):
            raise ValueError(f"its status is {record.status!r}")
        if record.key != key:
            raise ValueError("its key is not the hash of its configuration")
        return record


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}")


class Store:
    """An append-only file of records; the last record of a key counts.

    A failed run may be tried again, so only a finished one blocks its key.

    Args:
        path: the ``.jsonl`` file; it need not exist.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._journal = Journal(self.path, Record.from_line)
        self._finished: tuple[int, set[str]] = (-1, set())

    def records(self) -> tuple[Record, ...]:
        """One record per key, in the order in which the keys first appeared.

        Raises:
            CorruptFileError: a line other than a torn last one is broken.
        """
        latest: dict[str, Record] = {}
        for record in self._journal.read():
            before = latest.get(record.key)
            if before is None or before.status == "failed":
                latest[record.key] = record
        return tuple(latest.values())

    def keys(self) -> frozenset[str]:
        """Keys of the finished runs, which need not be run again."""
        size = self._journal.size
        if self._finished[0] != size:
            done = {r.key for r in self.records() if r.status == "done"}
            self._finished = (size, done)
        return frozenset(self._finished[1])

    def append(self, record: Record) -> bool:
        """Add a record unless its key is finished already.

        Returns:
            whether a line was written.

        Raises:
            MemcapError: the record holds NaN, or the file cannot be written.
        """
        size = self._journal.append(
            record.to_line().rstrip("\n"), unless=lambda: record.key in self.keys()
        )
        if size:
            self._note(record, size)
        return size > 0

    def _note(self, record: Record, size: int) -> None:
        # Saves reading the whole file again before the next append.
        done = {record.key} if record.status == "done" else set()
        self._finished = (size, self._finished[1] | done)
