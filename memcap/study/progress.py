"""What a study tells while it runs; how it is shown is the command line's business."""

from collections.abc import Sequence
from typing import Protocol


class Progress(Protocol):
    """Is told of every cell."""

    def plan(self, costs: Sequence[float], kept: int) -> None:
        """The cells ahead with their guessed seconds, and how many are kept."""
        ...

    def begin(self, label: str) -> None:
        """A cell begins."""
        ...

    def end(self, label: str, sentence: str) -> None:
        """A cell is stored; its outcome in a sentence."""
        ...


class Silent:
    """Tells nobody."""

    def plan(self, costs: Sequence[float], kept: int) -> None:
        """Do nothing."""

    def begin(self, label: str) -> None:
        """Do nothing."""

    def end(self, label: str, sentence: str) -> None:
        """Do nothing."""
