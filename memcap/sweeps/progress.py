"""How a sweep shows its progress: a bar on a terminal, else one line a record.

What a run has to say of long stages it logs under the name ``memcap``. Everything goes
to stderr, so that stdout holds the answer alone.
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from memcap.sweeps.records import Record
from memcap.sweeps.sweep import Cell


class Lines:
    """A plain line for each record.

    Args:
        labels: a short name for each key.
        kept: records that were there already.
    """

    def __init__(self, labels: Mapping[str, str], kept: int) -> None:
        self.labels, self.total = labels, len(labels)
        self.done = self.kept = kept
        self.begun = time.monotonic()
        if kept:
            self.say(f"{kept} of {self.total} cells are there already.")

    def end(self, record: Record) -> None:
        """Say what came out and how long the rest may take."""
        self.done += 1
        what = "done" if record.status == "done" else f"FAILED: {record.reason}"
        line = f"[{self.done}/{self.total}] {self.labels[record.key]}: {what}"
        self.say(f"{line}{self.remaining()}")

    def remaining(self) -> str:
        """The time that remains if cells go on as they have in this run."""
        left, new = self.total - self.done, self.done - self.kept
        if not left or not new:
            return ""
        seconds = (time.monotonic() - self.begun) * left / new
        return f" (about {duration(seconds)} left)"

    def say(self, line: str) -> None:
        """Write a line at once."""
        tell(line)


class Bar(Lines):
    """A bar; only failures get a line."""

    def __init__(self, labels: Mapping[str, str], kept: int, bar: Any) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=len(labels), completed=kept)
        super().__init__(labels, kept)

    def end(self, record: Record) -> None:
        """Move on."""
        if record.status == "failed":
            super().end(record)
        else:
            self.done += 1
        text = f"{self.done}/{self.total}{self.remaining()}"
        self._bar.update(self._task, completed=self.done, description=text)

    def say(self, line: str) -> None:
        """Write a line above the bar."""
        self._bar.console.print(line, highlight=False, markup=False)


def tell(line: str) -> None:
    """Write a line to stderr in one piece, so that processes do not mix theirs."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def duration(seconds: float) -> str:
    """Seconds for the eye.

    Example:
        >>> duration(42), duration(600), duration(9000)
        ('42 s', '10 min', '2.5 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 6000:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def labels(cells: Mapping[str, Cell], configs: Mapping[str, Any]) -> dict[str, str]:
    """Cells by their own `label`, or by the fields in which they differ."""
    own = {key: getattr(cell, "label", None) for key, cell in cells.items()}
    if all(own.values()):
        return {key: str(label) for key, label in own.items()}
    rows = {key: {k: repr(v) for k, v in configs[key].items()} for key in cells}
    names = {name: None for row in rows.values() for name in row}
    varying = [n for n in names if len({row.get(n) for row in rows.values()}) > 1]
    return {
        key: " ".join(f"{n}={row[n]}" for n in varying if n in row) or key[:12]
        for key, row in rows.items()
    }


class _Said(logging.Handler):
    """Passes on what is logged."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say(record.getMessage())


@contextmanager
def heard(say: Callable[[str], None]) -> Iterator[None]:
    """Pass on what memcap logs meanwhile."""
    log, handler = logging.getLogger("memcap"), _Said(say)
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


@contextmanager
def follow(names: Mapping[str, str], kept: int) -> Iterator[Lines]:
    """Progress that suits where stderr goes."""
    if not sys.stderr.isatty():
        lines = Lines(names, kept)
        with heard(lines.say):
            yield lines
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, transient=True, console=Console(stderr=True)) as bar:
        lines = Bar(names, kept, bar)
        with heard(lines.say):
            yield lines
