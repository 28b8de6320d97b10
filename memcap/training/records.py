"""What a training leaves behind: the best network, and what became of all of them."""

from dataclasses import dataclass, field

from memcap.core.errors import MemcapError
from memcap.model.counting import Count
from memcap.model.weights import Weights


class DivergedError(MemcapError, ArithmeticError):
    """Every network of a training ended in NaN or infinity."""


@dataclass(frozen=True, slots=True)
class Run:
    """One member of a training.

    Args:
        seed: seed of the initial weights.
        learning_rate: its step size.
        correct: labels right when the training ended.
        loss: its last loss.
        curve: pairs of step and loss, one a check.
    """

    seed: int
    learning_rate: float
    correct: int
    loss: float
    curve: tuple[tuple[int, float], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TrainResult:
    """The best network of a training and the record of all.

    Args:
        correct: labels the best network gets right in the arithmetic of `dtype`.
        total: labels there are.
        steps: steps taken, a multiple of `check_every` or all that were allowed.
        best: index of the best network among `runs`: most labels right, then the
            smaller loss, then the earlier one.
        runs: every seed and learning rate, in order.
        seconds: wall time, compilation excluded.
        compile_seconds: wall time of compilation; near zero for a shape seen before.
        weights: the best network as exact numbers, to be counted and verified.
        counts: its counts.
    """

    correct: int
    total: int
    steps: int
    best: int
    runs: tuple[Run, ...]
    seconds: float
    compile_seconds: float
    weights: Weights = field(repr=False)
    counts: Count = field(repr=False)

    @property
    def fits(self) -> bool:
        """Whether every label is right."""
        return self.correct == self.total

    @property
    def losses(self) -> tuple[tuple[int, float], ...]:
        """Pairs of step and loss of the best network."""
        return self.runs[self.best].curve
