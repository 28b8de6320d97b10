"""Members of an ensemble, what became of them, and the bits they hold."""

from dataclasses import dataclass, field
from math import isfinite, log, log2
from typing import Any

from memcap.data.dataset import Dataset
from memcap.model.weights import Weights
from memcap.nn.build import AnyConfig
from memcap.training.config import TrainConfig
from memcap.training.sequences import Sequences


@dataclass(frozen=True)
class Member:
    """One network to be trained.

    Args:
        config: the network.
        settings: the training; its `seed`, `learning_rate` give way to those here.
        ds: the data.
        seed: seed of the initial weights and of drawn batches.
        learning_rate: by default that of the settings.
        start: parameters to go on from, such as `Outcome.parameters` of a network of
            the same configuration; None draws them.
    """

    config: AnyConfig
    settings: TrainConfig
    ds: Dataset | Sequences = field(repr=False)
    seed: int = 0
    learning_rate: float | None = None
    start: Any = field(default=None, repr=False)

    @property
    def rate(self) -> float:
        """The learning rate in force."""
        own = self.learning_rate
        return self.settings.learning_rate if own is None else own


@dataclass(frozen=True)
class Outcome:
    """What became of a member.

    Args:
        member: the member.
        correct: labels right at its last check, in the arithmetic that trained it.
        total: labels there are.
        loss: mean cross-entropy at that check, in nats a label; for ``nearest`` the
            mean square error.
        bits: bits memorized at that check, see `memorized_bits`; NaN for ``nearest``.
        best_bits: the most bits at any check, the one before the first step included.
        steps: steps taken, those of a finisher included.
        finished: whether every label is right.
        diverged: whether the loss was NaN or infinite at the last check.
        seconds: its share of the wall time, compilation included.
        weights: the network as exact numbers, where asked for and finite.
        parameters: its trained numbers as arrays, where asked for.
    """

    member: Member
    correct: int
    total: int
    loss: float
    bits: float
    best_bits: float
    steps: int
    finished: bool
    diverged: bool
    seconds: float
    weights: Weights | None = field(default=None, repr=False)
    parameters: Any = field(default=None, repr=False)


def memorized_bits(total: int, classes: int, loss: float) -> float:
    """Bits of the labels that a network saves: ``M log2 C - M loss / ln 2``.

    The first term is the entropy of M labels drawn evenly from C classes, the second
    the length of their code under the network. For such labels no network saves more
    than the first; for others the number says only what the code is shorter than
    ``M log2 C``.

    Args:
        total: M, number of labels.
        classes: C.
        loss: mean cross-entropy in nats a label.

    Returns:
        a float, negative where the network is worse than guessing.

    References:
        Morris25.Mem.

    Example:
        >>> memorized_bits(100, 4, 0.0)
        200.0
    """
    return total * log2(classes) - total * loss / log(2)


def bits_of(member: Member, loss: float) -> float:
    """Bits memorized by a member with that loss; NaN where the loss is no code length.

    An infinite loss, a label of probability zero, is minus infinity.
    """
    if member.config.decision != "argmax":
        return float("nan")
    return memorized_bits(member.ds.num_labels, member.ds.num_classes, loss)


def is_better(bits: float, best: float) -> bool:
    """Whether finite bits exceed the best so far, which may be NaN."""
    return isfinite(bits) and not best >= bits
