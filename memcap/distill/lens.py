"""Bits that a task asks for, that a network has learned, and that a trace costs.

The bits of a task as a table (`cot_table_bits`, `direct_table_bits`) are an upper
bound, and no threshold: a network may hold far more and still not have learned it.
"""

from dataclasses import dataclass
from math import log

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.decoding import log_probabilities
from memcap.distill.sequences import sequences
from memcap.distill.tasks.base import Task, cot_table_bits, direct_table_bits
from memcap.nn import Decoder
from memcap.training.bits import BitsCapacity


def learned_bits(prior: float | np.ndarray, losses: np.ndarray) -> float:
    """Bits of facts that a network knows: the prior entropy of each less its loss.

    Each term is clipped to between 0 and the prior: a fact cannot be known by less than
    nothing.

    Args:
        prior: log2 of the number of admissible answers, one or `[F]`.
        losses: `[F]` negative log2 of the probability of the right answer.

    Raises:
        DataError: a prior is negative, or a number is NaN.

    Example:
        >>> learned_bits(2.0, np.array([0.0, 0.5, 5.0]))
        3.5
    """
    prior, losses = np.asarray(prior, float), np.asarray(losses, float)
    if np.isnan(losses).any() or not (prior >= 0).all():
        raise DataError("a prior entropy is below 0, or a prior or a loss is NaN.")
    return float(np.minimum(np.maximum(prior - losses, 0.0), prior).sum())


@dataclass(frozen=True)
class TraceCost:
    """Bits a network needs to write down traces that are not its own.

    Args:
        bits: of all of them.
        chains: how many.
        tokens: of their tails, END included.
    """

    bits: float
    chains: int
    tokens: int

    @property
    def per_chain(self) -> float | None:
        """Bits of one chain; None without chains."""
        return self.bits / self.chains if self.chains else None

    @property
    def per_token(self) -> float | None:
        """Bits of one token; None without chains."""
        return self.bits / self.tokens if self.tokens else None


def trace_cost(
    task: Task, model: Decoder, questions: np.ndarray, tails: np.ndarray
) -> TraceCost:
    """``sum of -log2 p(tail | question)`` under a network.

    Under the undistilled student this is what a teacher's traces tell it that it does
    not know, errors of the teacher included.

    Args:
        task: the task.
        model: the network, the student before distillation.
        questions: `[n, question_length]`.
        tails: `[n, t]`.
    """
    if not len(questions):
        return TraceCost(0.0, 0, 0)
    data = sequences(task, questions, tails)
    count = len(questions)
    # Filled up to a power of two, so that few shapes are compiled.
    rows = np.arange(1 << (count - 1).bit_length()) % count
    scores = log_probabilities(model, data.tokens[rows], data.labels[rows])
    bits = float(-scores[:count].sum() / log(2))
    return TraceCost(bits, count, int((data.labels >= 0).sum()))


@dataclass(frozen=True)
class CapacityLens:
    """What a task asks for beside what a network holds.

    Args:
        cot_bits: of the one-step function as a table.
        direct_bits: of the answers of the training questions.
        parameters: of the network.
        bits_per_parameter: measured or published.
    """

    cot_bits: float
    direct_bits: float
    parameters: int
    bits_per_parameter: float

    @property
    def held_bits(self) -> float:
        """Bits per parameter times parameters."""
        return self.bits_per_parameter * self.parameters

    @property
    def cot_share(self) -> float:
        """Share of the bits held that the table of steps needs."""
        return self.cot_bits / self.held_bits

    @property
    def direct_share(self) -> float:
        """Share of the bits held that memorizing the answers needs."""
        return self.direct_bits / self.held_bits


def capacity_lens(
    task: Task, items: int, parameters: int, measured: BitsCapacity | float
) -> CapacityLens:
    """Compare a task with a network.

    Args:
        task: the task.
        items: training questions, for memorizing their answers.
        parameters: of the network.
        measured: bits per parameter, or the capacity they were measured as.

    Raises:
        DataError: parameters or bits per parameter are not positive.
    """
    known = isinstance(measured, BitsCapacity)
    rate = measured.bits_per_parameter if known else float(measured)
    if parameters < 1 or not rate > 0:
        raise DataError(
            f"{parameters} parameters of {rate} bits hold nothing to compare with."
        )
    return CapacityLens(
        cot_table_bits(task), direct_table_bits(task, items), parameters, rate
    )
