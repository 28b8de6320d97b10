"""How a study shows its progress: a bar on a terminal, else a line a network."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


class Lines:
    """A plain line for each network."""

    def __init__(self) -> None:
        self.total = 0
        self.done = 0

    def plan(self, costs: Sequence[float], kept: int) -> None:
        """Note how much there is."""
        self.total, self.done = len(costs) + kept, kept
        if kept:
            self.say(f"{kept} of {self.total} networks are there already.")

    def begin(self, label: str) -> None:
        """Nothing is said before there is a result."""

    def end(self, label: str, sentence: str) -> None:
        """Say what came out."""
        self.done += 1
        self.say(f"[{self.done}/{self.total}] {label}: {sentence}")

    def say(self, line: str) -> None:
        """Write a line at once."""
        print(line, flush=True)


class Bar(Lines):
    """A bar with the time that remains, guessed from what networks of a size cost."""

    def __init__(self, bar: Any) -> None:
        super().__init__()
        self._bar = bar
        self._task = bar.add_task("starting", total=None)
        self._costs: list[float] = []

    def plan(self, costs: Sequence[float], kept: int) -> None:
        """Note how much there is and how long it may take."""
        super().plan(costs, kept)
        self._costs = list(costs)
        self._bar.reset(self._task, total=sum(costs) or 1.0)

    def begin(self, label: str) -> None:
        """Show what is being made."""
        self._bar.update(self._task, description=label)

    def end(self, label: str, sentence: str) -> None:
        """Say what came out and move on."""
        super().end(label, sentence)
        self._bar.advance(self._task, self._costs.pop(0))

    def say(self, line: str) -> None:
        """Write a line above the bar."""
        self._bar.console.print(line, highlight=False, markup=False)


@contextmanager
def follow() -> Iterator[Lines]:
    """Progress that suits where the output goes."""
    if not sys.stdout.isatty():
        yield Lines()
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, transient=True) as bar:
        yield Bar(bar)
