"""Parity of all bits or of a hidden subset, bit by bit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb, log2

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.tasks.base import check_parameter


@dataclass(frozen=True)
class Parity:
    """n bits; states are the running parities.

    With `hidden` = k only k of the n places count. Which ones is the same for all
    questions, drawn by the seed, and never told: the chain has k states then.

    Args:
        bits: n.
        hidden: k, or 0 for all places.
        seed: of the hidden places.

    Example:
        >>> Parity(bits=4).chain(np.array([[1, 0, 1, 1]])).tolist()
        [[1, 1, 0, 1]]
    """

    bits: int = 16
    hidden: int = 0
    seed: int = 0

    name = "parity"
    symbols = 2
    answer_length = 1
    step_length = 1
    answer_values = 2

    def __post_init__(self) -> None:
        check_parameter("bits", self.bits, 1)
        check_parameter("hidden", self.hidden, 0)
        check_parameter("seed", self.seed, 0)
        if self.hidden > self.bits:
            raise DataError(
                f"hidden = {self.hidden} places are more than the {self.bits} bits."
            )

    @cached_property
    def places(self) -> np.ndarray:
        """The places that count, in order."""
        count = self.hidden or self.bits
        drawn = np.random.default_rng(self.seed).permutation(self.bits)[:count]
        return np.sort(drawn)

    @property
    def question_length(self) -> int:
        """n."""
        return self.bits

    @property
    def states(self) -> int:
        """k, or n where all places count."""
        return self.hidden or self.bits

    def questions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """`[count, n]` bits."""
        return rng.integers(0, 2, (count, self.bits))

    def chain(self, questions: np.ndarray) -> np.ndarray:
        """`[count, states]` parities of the bits so far."""
        return np.cumsum(questions[:, self.places], axis=1) % 2

    def answers(self, questions: np.ndarray) -> np.ndarray:
        """`[count, 1]` the parity."""
        return self.chain(questions)[:, -1:]

    def floors(self) -> Mapping[str, Fraction | float]:
        """A half; with fewer than all places that count nobody does better."""
        return {"uniform": Fraction(1, 2), "majority": Fraction(1, 2)}

    @property
    def step_table(self) -> Sequence[tuple[int, int]]:
        """State and bit give a bit."""
        return [(4, 2)]

    @property
    def subset_bits(self) -> float:
        """Bits that say which places count; they come on top of the step's."""
        return log2(comb(self.bits, self.states))
