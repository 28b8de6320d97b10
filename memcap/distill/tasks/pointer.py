"""Pointer chasing: a map told in the question is followed k times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.tasks.base import check_parameter
from memcap.distill.tasks.pointer_floors import most_frequent_image, start_of_function

Kind = Literal["cycle", "permutation", "function"]


@dataclass(frozen=True)
class Pointer:
    """N pairs (node, its image) in random order, then a start; states are its images.

    One cycle through all nodes makes the answer uniform on all but the start. A
    permutation leads back to the start wherever its cycle length divides k, and a
    function favours nodes with many preimages; both are kept for comparison.

    Args:
        nodes: N.
        hops: k; below N for a cycle.
        kind: ``cycle``, ``permutation`` or ``function``, drawn uniformly.

    Example:
        >>> task = Pointer(nodes=3, hops=2)
        >>> task.chain(np.array([[1, 2, 0, 1, 2, 0, 0]])).tolist()  # 0 -> 1 -> 2
        [[1, 2]]
    """

    nodes: int = 10
    hops: int = 5
    kind: Kind = "cycle"

    name = "pointer"
    answer_length = 1
    step_length = 1
    # The step is a look-up in the question: there is nothing to store.
    step_table: Sequence[tuple[int, int]] = ()

    def __post_init__(self) -> None:
        check_parameter("nodes", self.nodes, 2)
        check_parameter("hops", self.hops, 1)
        if self.kind not in get_args(Kind):
            raise DataError(
                f"kind {self.kind!r} is not one of {', '.join(get_args(Kind))}."
            )
        if self.kind == "cycle" and self.hops >= self.nodes:
            raise DataError(
                f"hops = {self.hops} lead past the start of a cycle of {self.nodes} "
                "nodes; take fewer hops than nodes."
            )

    @property
    def symbols(self) -> int:
        """N."""
        return self.nodes

    @property
    def question_length(self) -> int:
        """2 N + 1."""
        return 2 * self.nodes + 1

    @property
    def states(self) -> int:
        """k."""
        return self.hops

    def questions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """`[count, 2 N + 1]` nodes."""
        keys = self._shuffled(count, rng)
        images = np.take_along_axis(self._maps(count, rng), keys, axis=1)
        made = np.empty((count, self.question_length), np.int64)
        made[:, :-1:2], made[:, 1:-1:2] = keys, images
        made[:, -1] = rng.integers(0, self.nodes, count)
        return made

    def _shuffled(self, count: int, rng: np.random.Generator) -> np.ndarray:
        return rng.permuted(np.tile(np.arange(self.nodes), (count, 1)), axis=1)

    def _maps(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """`[count, N]` the image of every node."""
        if self.kind == "function":
            return rng.integers(0, self.nodes, (count, self.nodes))
        order = self._shuffled(count, rng)
        if self.kind == "permutation":
            return order
        maps = np.empty_like(order)
        np.put_along_axis(maps, order, np.roll(order, -1, axis=1), axis=1)
        return maps

    def chain(self, questions: np.ndarray) -> np.ndarray:
        """`[count, k]` the images of the start."""
        maps = np.empty((len(questions), self.nodes), np.int64)
        np.put_along_axis(maps, questions[:, :-1:2], questions[:, 1:-1:2], axis=1)
        now, states = questions[:, -1:], []
        for _ in range(self.hops):
            now = np.take_along_axis(maps, now, axis=1)
            states.append(now)
        return np.concatenate(states, axis=1)

    def answers(self, questions: np.ndarray) -> np.ndarray:
        """`[count, 1]` the last image."""
        return self.chain(questions)[:, -1:]

    def floors(self) -> Mapping[str, Fraction | float]:
        """Any node; any but the start, or the start; the most frequent image."""
        n, k = self.nodes, self.hops
        found: dict[str, Fraction | float] = dict.fromkeys(
            ("uniform", "majority"), Fraction(1, n)
        )
        if self.kind == "cycle":
            found["not_start"] = Fraction(1, n - 1)
        elif self.kind == "permutation":
            # The cycle of the start has each length 1..N with probability 1/N.
            back = sum(k % length == 0 for length in range(1, n + 1))
            found["start"] = Fraction(back, n)
        else:
            found["start"] = start_of_function(n, k)
            found["most_frequent_image"] = most_frequent_image(n, k)
        return found

    @property
    def answer_values(self) -> int:
        """N."""
        return self.nodes
