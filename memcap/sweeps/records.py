"""One run, one appended JSON line, keyed by the hash of its configuration.

The file is only ever appended to. A line goes out in one write and is synced before
`append` returns, so that a kill at any moment costs at most the line being written:
such a torn last line is reported, left out, and cut off by the next append.
"""

import hashlib
import json
import os
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from memcap.core.errors import CorruptFileError, MemcapError
from memcap.sweeps.locking import exclusive

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
        self._finished: tuple[int, set[str]] = (-1, set())
        self._told_torn = False

    def records(self) -> tuple[Record, ...]:
        """One record per key, in the order in which the keys first appeared.

        Raises:
            CorruptFileError: a line other than a torn last one is broken.
        """
        latest: dict[str, Record] = {}
        for record in self._read():
            before = latest.get(record.key)
            if before is None or before.status == "failed":
                latest[record.key] = record
        return tuple(latest.values())

    def keys(self) -> frozenset[str]:
        """Keys of the finished runs, which need not be run again."""
        size = self.path.stat().st_size if self.path.exists() else 0
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
        line = record.to_line()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "a+b", buffering=0) as stream, exclusive(stream):
                if record.key in self.keys():
                    return False
                self._mend(stream)
                stream.write(line.encode("ascii"))
                os.fsync(stream.fileno())
                self._note(record, stream.tell())
        except OSError as error:
            raise MemcapError(f"cannot write {self.path}: {error.strerror}.") from error
        return True

    def _note(self, record: Record, size: int) -> None:
        # Saves reading the whole file again before the next append.
        done = {record.key} if record.status == "done" else set()
        self._finished = (size, self._finished[1] | done)

    def _mend(self, stream: Any) -> None:
        # A last line without its newline is either whole (then only the newline is
        # missing) or torn (then it is cut off; `_read` has reported it).
        if not stream.seek(0, os.SEEK_END):
            return
        stream.seek(-1, os.SEEK_END)
        if stream.read(1) == b"\n":
            return
        raw = self.path.read_bytes()
        tail = raw[raw.rfind(b"\n") + 1 :]
        if _parsed(tail) is None:
            stream.truncate(len(raw) - len(tail))
        else:
            stream.write(b"\n")

    def _read(self) -> Iterator[Record]:
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise CorruptFileError(
                f"{self.path} cannot be read: {error.strerror}."
            ) from error
        *lines, tail = raw.split(b"\n")
        for number, line in enumerate(lines, start=1):
            yield self._parse(line, number)
        if tail:
            record = _parsed(tail)
            if record is not None:
                yield record
            else:
                self._report_torn(len(lines) + 1)

    def _parse(self, line: bytes, number: int) -> Record:
        try:
            return Record.from_line(line.decode("ascii"))
        except (ValueError, RecursionError) as error:
            raise CorruptFileError(
                f"line {number} of {self.path} is not a record ({error}); delete that "
                "line and run the same command again, which repeats only its run."
            ) from error

    def _report_torn(self, number: int) -> None:
        if self._told_torn:
            return
        self._told_torn = True
        warnings.warn(
            f"line {number} of {self.path} was cut short by an interrupted run; it is "
            "left out and its run is repeated.",
            RuntimeWarning,
            stacklevel=4,
        )


def _parsed(line: bytes) -> Record | None:
    try:
        return Record.from_line(line.decode("ascii"))
    except (ValueError, RecursionError):
        return None
