"""Canonical JSON, content hashes and files that are written whole or not at all."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from memcap.core.errors import CorruptFileError, MemcapError

# What reading a record of the wrong shape may raise, whatever garbage it holds.
MALFORMED = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    MemcapError,
)


def dumps(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, no floats, ASCII.

    Raises:
        TypeError: the value holds a float, whose text is not canonical, or a type
            that JSON has not.

    Example:
        >>> dumps({"b": [1, "x"], "a": None})
        '{"a":null,"b":[1,"x"]}'
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value} is a float: canonical records hold exact numbers")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_floats(item)


def sha256(content: bytes | str) -> str:
    """Hexadecimal SHA-256 of bytes or of ASCII text."""
    raw = content.encode("ascii") if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()


def read_json(path: Path) -> Any:
    """Read a JSON file, with one sentence on what is wrong with a broken one.

    Raises:
        CorruptFileError: the file is missing, unreadable or not JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="ascii"))
    except FileNotFoundError as error:
        raise CorruptFileError(f"{path} does not exist.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise CorruptFileError(f"{path} is not readable JSON: {error}.") from error


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a file so that a kill or a full disk leaves the old one untouched.

    Raises:
        MemcapError: the folder cannot be written to.
    """
    path = Path(path)
    raw = content.encode("utf-8") if isinstance(content, str) else content
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise MemcapError(f"cannot write {path}: {error.strerror}.") from error
