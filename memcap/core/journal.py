"""Files of lines that are only ever appended to, one record a line.

A line goes out in one write and is synced before `append` returns, so that a kill at
any moment costs at most the line being written: such a torn last line is reported, left
out, and cut off by the next append.
"""

import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Generic, TypeVar

from memcap.core.errors import CorruptFileError, MemcapError
from memcap.core.locking import exclusive

T = TypeVar("T")


class Journal(Generic[T]):
    """An append-only file.

    Args:
        path: the ``.jsonl`` file; it need not exist.
        parse: reads one line, without its newline; raises ValueError if it is broken.
    """

    def __init__(self, path: Path | str, parse: Callable[[str], T]) -> None:
        self.path = Path(path)
        self._parse = parse
        self._told_torn = False

    @property
    def size(self) -> int:
        """Bytes of the file, 0 where there is none."""
        return self.path.stat().st_size if self.path.exists() else 0

    def read(self) -> Iterator[T]:
        """All records in the order of their lines.

        Raises:
            CorruptFileError: a line other than a torn last one is broken.
        """
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
            yield self._whole(line, number)
        if tail:
            try:
                yield self._parsed(tail)
            except (ValueError, RecursionError):
                self._report_torn(len(lines) + 1)

    def append(self, line: str, unless: Callable[[], bool] = lambda: False) -> int:
        """Add a line unless a condition, asked while the file is locked, holds.

        Args:
            line: ASCII text without its newline.
            unless: the condition.

        Returns:
            bytes of the file with the line, or 0 where it was not written.

        Raises:
            MemcapError: the file cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "a+b", buffering=0) as stream, exclusive(stream):
                if unless():
                    return 0
                self._mend(stream)
                stream.write(line.encode("ascii") + b"\n")
                os.fsync(stream.fileno())
                return stream.tell()
        except OSError as error:
            raise MemcapError(f"cannot write {self.path}: {error.strerror}.") from error

    def _mend(self, stream: IO[bytes]) -> None:
        # A last line without its newline is either whole (then only the newline is
        # missing) or torn (then it is cut off; `read` has reported it).
        if not stream.seek(0, os.SEEK_END):
            return
        stream.seek(-1, os.SEEK_END)
        if stream.read(1) == b"\n":
            return
        raw = self.path.read_bytes()
        tail = raw[raw.rfind(b"\n") + 1 :]
        try:
            self._parsed(tail)
            stream.write(b"\n")
        except (ValueError, RecursionError):
            stream.truncate(len(raw) - len(tail))

    def _parsed(self, line: bytes) -> T:
        return self._parse(line.decode("ascii"))

    def _whole(self, line: bytes, number: int) -> T:
        try:
            return self._parsed(line)
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
