"""The word problem of a finite group: products of elements, one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.tasks.base import check_parameter
from memcap.distill.tasks.groups import Group, group

Inputs = Literal["generators", "all"]


@dataclass(frozen=True)
class Permutations:
    """n group elements x_1 .. x_n; states are ``x_i o ... o x_1``.

    Ids are the places of the elements in lexicographic order, 0 the identity, for
    inputs and states alike; ``(a o b)[k] = a[b[k]]``.

    Args:
        group_name: such as ``A5``, ``S5``, ``Z60`` or ``A4_x_Z5``.
        length: n.
        inputs: ``generators`` asks with two elements whose words of one length reach
            the whole group, ``all`` with every element.

    Example:
        >>> task = Permutations("Z5", length=3, inputs="all")
        >>> task.chain(np.array([[4, 3, 1]])).tolist()
        [[4, 2, 3]]
    """

    group_name: str = "A5"
    length: int = 16
    inputs: Inputs = "generators"

    name = "permutations"
    answer_length = 1
    step_length = 1

    def __post_init__(self) -> None:
        check_parameter("length", self.length, 1)
        if self.inputs not in get_args(Inputs):
            raise DataError(
                f"inputs {self.inputs!r} is not one of {', '.join(get_args(Inputs))}."
            )
        _ = self.alphabet  # refuses a group that has none

    @cached_property
    def group(self) -> Group:
        """The group."""
        return group(self.group_name)

    @cached_property
    def alphabet(self) -> np.ndarray:
        """Elements that are asked with."""
        if self.inputs == "all":
            return np.arange(self.group.order)
        return np.array(self.group.generating_pair())

    @property
    def symbols(self) -> int:
        """|G|."""
        return self.group.order

    @property
    def question_length(self) -> int:
        """n."""
        return self.length

    @property
    def states(self) -> int:
        """n."""
        return self.length

    def questions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """`[count, n]` elements."""
        return rng.choice(self.alphabet, (count, self.length))

    def chain(self, questions: np.ndarray) -> np.ndarray:
        """`[count, n]` products so far."""
        now, states = np.zeros(len(questions), np.int64), []
        for element in questions.T:
            now = self.group.products[element, now]
            states.append(now)
        return np.stack(states, axis=1)

    def answers(self, questions: np.ndarray) -> np.ndarray:
        """`[count, 1]` the product."""
        return self.chain(questions)[:, -1:]

    def floors(self) -> Mapping[str, Fraction | float]:
        """Any element; the likeliest product; the same, knowing the last element.

        Multiplying by a known element is one to one: knowing the last one, the product
        is as likely guessed as that of the others.
        """
        return {
            "uniform": Fraction(1, self.group.order),
            "majority": self._likeliest(self.length),
            "last_element": self._likeliest(self.length - 1),
        }

    def _likeliest(self, length: int) -> Fraction:
        """Probability of the likeliest product of so many random elements."""
        words = np.zeros(self.group.order, object)
        words[0] = 1
        for _ in range(length):
            longer = np.zeros_like(words)
            for element in self.alphabet:
                longer[self.group.products[element]] += words
            words = longer
        return Fraction(int(max(words)), len(self.alphabet) ** length)

    @property
    def step_table(self) -> Sequence[tuple[int, int]]:
        """Element and state give a state."""
        return [(len(self.alphabet) * self.group.order, self.group.order)]

    @property
    def answer_values(self) -> int:
        """|G|."""
        return self.group.order
