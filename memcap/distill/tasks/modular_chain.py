"""Arithmetic modulo P, one operation after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from sympy import isprime

from memcap.core.errors import DataError
from memcap.distill.tasks.base import check_parameter

_ADD, _TIMES, _MINUS = 0, 1, 2


@dataclass(frozen=True)
class ModularChain:
    """``a_0``, then n pairs of an operation and a number; states are values mod P.

    Ids 0..P-1 are values, P, P+1, P+2 the operations +, x, -. With `units` factors are
    drawn from 1..P-1, which makes the answer uniform for prime P; without it a factor 0
    makes 0 the best guess, ``p_0 = (1/P) / (2/3 + 1/(3P))`` in the long run.

    Args:
        modulus: P, a prime.
        operations: n.
        units: whether no factor is 0.

    Example:
        >>> task = ModularChain(modulus=7, operations=2)
        >>> task.chain(np.array([[3, 7, 6, 8, 4]])).tolist()  # 3 + 6 = 2, 2 x 4 = 1
        [[2, 1]]
    """

    modulus: int = 7
    operations: int = 5
    units: bool = True

    name = "modular_chain"
    answer_length = 1
    step_length = 1

    def __post_init__(self) -> None:
        check_parameter("modulus", self.modulus, 2)
        check_parameter("operations", self.operations, 1)
        if not isprime(self.modulus):
            raise DataError(
                f"modulus = {self.modulus} is no prime: then factors other than 0 make "
                "some answers likelier; take a prime such as 7 or 23."
            )

    @property
    def symbols(self) -> int:
        """Values and operations."""
        return self.modulus + 3

    @property
    def question_length(self) -> int:
        """1 + 2 n."""
        return 1 + 2 * self.operations

    @property
    def states(self) -> int:
        """n."""
        return self.operations

    def questions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """`[count, 1 + 2 n]` ids."""
        p, n = self.modulus, self.operations
        made = np.empty((count, 1 + 2 * n), np.int64)
        made[:, 0] = rng.integers(0, p, count)
        operations = rng.integers(0, 3, (count, n))
        low = np.where((operations == _TIMES) & self.units, 1, 0)
        made[:, 1::2] = p + operations
        made[:, 2::2] = rng.integers(low, p)
        return made

    def chain(self, questions: np.ndarray) -> np.ndarray:
        """`[count, n]` values after each operation."""
        now, states = questions[:, 0], []
        for i in range(self.operations):
            kind = questions[:, 1 + 2 * i] - self.modulus
            number = questions[:, 2 + 2 * i]
            results = np.stack([now + number, now * number, now - number])
            now = np.take_along_axis(results, kind[None], axis=0)[0] % self.modulus
            states.append(now)
        return np.stack(states, axis=1)

    def answers(self, questions: np.ndarray) -> np.ndarray:
        """`[count, 1]` the last value."""
        return self.chain(questions)[:, -1:]

    def floors(self) -> Mapping[str, Fraction | float]:
        """Guessing any value; 0, where factors may be 0; the last operation alone.

        Whoever knows only the last operation takes the state before it for 0: a sum is
        then right as often as that, a product also where its factor is 0.
        """
        p = self.modulus
        before = self._zero(self.operations - 1)
        of_product = (
            before if self.units else Fraction(1, p) + (1 - Fraction(1, p)) * before
        )
        return {
            "uniform": Fraction(1, p),
            "majority": self._zero(self.operations),
            "last_step": Fraction(2, 3) * before + Fraction(1, 3) * of_product,
        }

    def _zero(self, operations: int) -> Fraction:
        """Probability of 0 after some operations; no other value is likelier.

        A product is 0 by its factor or by its state.
        """
        zero = uniform = Fraction(1, self.modulus)
        factor = 0 if self.units else uniform
        for _ in range(operations):
            by_product = zero + (1 - zero) * factor
            zero = Fraction(2, 3) * uniform + Fraction(1, 3) * by_product
        return zero

    @property
    def step_table(self) -> Sequence[tuple[int, int]]:
        """State, operation and number give a value."""
        return [(3 * self.modulus**2, self.modulus)]

    @property
    def answer_values(self) -> int:
        """P."""
        return self.modulus
