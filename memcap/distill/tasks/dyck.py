"""Bounded Dyck: the open brackets after each one, no deeper than D. Negative control.

Bounded depth makes the stack computable without a chain of thought (Hahn 2020; Yao et
al. 2021), so that a chain should gain nothing once there are enough layers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from memcap.distill.tasks.base import check_parameter


@dataclass(frozen=True)
class Dyck:
    """n brackets of k types; states are the stacks of open ones, each stack one id.

    Stack 0 is empty; stack s with a bracket of type t opened is ``k s + t + 1``. The
    ids of opening brackets follow, by type, then those of closing ones. Where both are
    allowed, opening and closing are equally likely; types are uniform.

    Args:
        length: n.
        depth: D, the most brackets open at a time.
        types: k.

    Example:
        >>> task = Dyck(length=4, depth=2, types=2)  # ( [ ] )
        >>> task.chain(np.array([[7, 8, 10, 9]])).tolist()
        [[1, 4, 1, 0]]
    """

    length: int = 12
    depth: int = 3
    types: int = 2

    name = "dyck"
    answer_length = 1
    step_length = 1

    def __post_init__(self) -> None:
        for name in ("length", "depth", "types"):
            check_parameter(name, getattr(self, name), 1)

    @cached_property
    def stacks(self) -> int:
        """Number of stacks: 1 + k + ... + k^D."""
        return sum(self.types**depth for depth in range(self.depth + 1))

    @property
    def symbols(self) -> int:
        """Stacks and brackets."""
        return self.stacks + 2 * self.types

    @property
    def question_length(self) -> int:
        """n."""
        return self.length

    @property
    def states(self) -> int:
        """n."""
        return self.length

    def questions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """`[count, n]` brackets; none closes what is not open."""
        k, made = self.types, np.empty((count, self.length), np.int64)
        stack, depth = np.zeros((2, count), np.int64)
        for place in range(self.length):
            kind, coin = rng.integers(0, k, count), rng.integers(0, 2, count)
            opens = (depth == 0) | ((depth < self.depth) & (coin == 1))
            made[:, place] = self.stacks + np.where(opens, kind, k + (stack - 1) % k)
            stack = np.where(opens, k * stack + kind + 1, (stack - 1) // k)
            depth += np.where(opens, 1, -1)
        return made

    def chain(self, questions: np.ndarray) -> np.ndarray:
        """`[count, n]` stacks after each bracket."""
        stack, states = np.zeros(len(questions), np.int64), []
        for bracket in (questions - self.stacks).T:
            opened = self.types * stack + bracket + 1
            stack = np.where(bracket < self.types, opened, (stack - 1) // self.types)
            states.append(stack)
        return np.stack(states, axis=1)

    def answers(self, questions: np.ndarray) -> np.ndarray:
        """`[count, 1]` the last stack."""
        return self.chain(questions)[:, -1:]

    def floors(self) -> Mapping[str, Fraction | float]:
        """Any stack; the likeliest; knowing the last bracket, or the depth, alone.

        All stacks of one depth are equally likely. Of one just opened the top is known,
        so that k^(d-1) remain at depth d; of one just closed all k^d.
        """
        k = self.types
        opened, closed = self._depths()
        both = [up + down for up, down in zip(opened, closed, strict=True)]
        return {
            "uniform": Fraction(1, self.stacks),
            "majority": max(share / k**d for d, share in enumerate(both)),
            "last_bracket": max(opened[d] / k ** (d - 1) for d in range(1, len(opened)))
            + max(share / k**d for d, share in enumerate(closed)),
            "depth": sum((share / k**d for d, share in enumerate(both)), Fraction(0)),
        }

    def _depths(self) -> tuple[list[Fraction], list[Fraction]]:
        """Probabilities of the last depth, after an opening and after a closing one."""
        deepest = self.depth
        opened, closed = ([Fraction(0)] * (deepest + 1) for _ in range(2))
        now = [Fraction(1)] + [Fraction(0)] * deepest
        for _ in range(self.length):
            opened, closed = ([Fraction(0)] * (deepest + 1) for _ in range(2))
            for d, share in enumerate(now):
                up = Fraction(1) if d == 0 else Fraction(int(d < deepest), 2)
                if up:
                    opened[d + 1] += share * up
                if up < 1:
                    closed[d - 1] += share * (1 - up)
            now = [a + b for a, b in zip(opened, closed, strict=True)]
        return opened, closed

    @property
    def step_table(self) -> Sequence[tuple[int, int]]:
        """Stack and allowed bracket give a stack: into and out of all but the empty."""
        return [(2 * (self.stacks - 1), self.stacks)]

    @property
    def answer_values(self) -> int:
        """Stacks; with n even or odd only those of such depths come up."""
        return self.stacks
