"""What the constructions with one averaging layer share (KS25.ThmB1 and its variants).

    token -- FF_1 --> (phi, F, 0) -- averaging --> (phi, F, mean phi) -- FF_2 --> label

Token x stands at F(x) on a line; phi is f on the distinguishing tokens A and 0
elsewhere. n times the mean is the sequence's id: different multisets have different
sums (KS25.LemB1, LemB2 with the repaired shift). FF_1 and FF_2 are memorizers of
KS25.LemC1, or the chains of them in KS25.LemF1.

    symbol   here
    A, f     keys and values of `Plan.sequence_ids`
    F        projection of the tokens
    V        num_points, what a memorizer has to tell apart
    s        (phi, F, mean) at a token that is read
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from memcap.constructions import sequence_ids
from memcap.constructions.averaging_layer import StateLabels
from memcap.constructions.gadgets import BIAS, Expression, Stack
from memcap.constructions.line_memorizers import LineMemorizer, one_memorizer
from memcap.constructions.packing import Sizes
from memcap.constructions.point_groups import Printed
from memcap.constructions.projection import Projection, project, project_as_printed
from memcap.core.balls import Ball
from memcap.core.exact import Number
from memcap.data.dataset import Dataset

_Vectors = Sequence[tuple[Number, ...]]


def printed_range(
    num_points: int, dim: int, r: Any, delta: Any, factor: int = 1
) -> Ball:
    """R = 20 r V^2 sqrt(pi d) / delta of KS25.LemC1, times a factor."""
    root = (Ball.pi() * dim).sqrt()
    return Ball.of(r) * (20 * num_points**2 * factor) * root / Ball.of(delta)


class Plan:
    """The stages under one choice of constants.

    Args:
        ds: the data.
        constants: ``data`` or ``theorem``.
        seed: of the projections and of the sequence ids.
        memorizer: how FF_1 and FF_2 look the points of a line up.
    """

    def __init__(
        self,
        ds: Dataset,
        constants: str,
        seed: int,
        memorizer: LineMemorizer = one_memorizer,
    ) -> None:
        self.ds, self.constants, self.seed = ds, constants, seed
        self.memorizer = memorizer
        self.printed = constants == "theorem"

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """The inputs of the statements, measured on the data."""
        separation = self.ds.separation()
        r, delta = separation.r_max, separation.epsilon
        return {
            "num_samples": self.ds.num_samples,
            "length": self.ds.length,
            "dim": self.ds.dim,
            "r": r if r >= 1 else 1,
            "delta": delta if delta is not None and delta <= 1 else 1,
            "classes": self.ds.num_classes,
        }

    def project(self, vectors: _Vectors, num_points: int, delta: Any) -> Projection:
        """Vectors on a line; V and delta of the lemma matter to its own scale only."""
        if self.printed:
            return project_as_printed(vectors, delta, num_points, self.seed)
        return project(vectors, self.seed)

    def project_tokens(self) -> Projection:
        """F: the tokens on a line."""
        points = self.ds.num_samples * self.ds.length
        return self.project(self.ds.points, points, self.inputs["delta"])

    def sequence_ids(self, token_index: np.ndarray) -> dict[int, int]:
        """f on A: a label for each distinguishing token."""
        multisets = np.unique(np.sort(token_index, axis=1), axis=0)
        tokens = sequence_ids.distinguishing_tokens(multisets)
        choose = (
            sequence_ids.projected_labels
            if self.printed
            else sequence_ids.random_labels
        )
        return choose(multisets, tokens, self.seed)

    def encode(
        self,
        stack: Stack,
        tokens: Projection,
        ids: dict[int, int],
        kept: Mapping[str, Expression],
    ) -> Sizes:
        """FF_1: append the layers from e to phi and what is kept of x."""
        stack.relu({"x": {"e": 1, BIAS: tokens.shift}})
        order = sorted(ids, key=lambda i: tokens.values[i])
        points = [tokens.values[i] for i in order]
        labels = [ids[i] for i in order]
        i = self.inputs
        range_ = printed_range(
            self.ds.num_samples * self.ds.length, i["dim"], i["r"], i["delta"]
        )
        printed = self._as_printed(range_, max(labels, default=0) + 1)
        phi, sizes = self.memorizer(stack, points, labels, printed)
        stack.relu({"phi": phi, **kept})
        return sizes

    def decode(
        self, stack: Stack, found: StateLabels, num_points: int, radius: Ball
    ) -> tuple[Expression, Sizes]:
        """FF_2: append the layers from the state to the label.

        Args:
            stack: holds the slots of `STATE`.
            found: the states that are read.
            num_points: V of the lemma, at least their number.
            radius: r of the lemma, a bound on their norms.
        """
        n = self.ds.length
        scale = 1 if self.printed else n  # what is measured may as well be integers
        states = [(phi, x, Fraction(s * scale, n)) for phi, x, s in found.states]
        projection = self.project(states, num_points, Fraction(1, n))
        phi, x, mean = projection.direction
        weights = {"phi": phi, "F": x, "mean": mean * scale}
        stack.relu({"x": {**weights, BIAS: projection.shift}})
        range_ = printed_range(num_points, 3, radius, Fraction(1, n))
        return self.look_up(stack, projection.values, found.labels, range_)

    def look_up(
        self,
        stack: Stack,
        points: Sequence[Number],
        labels: Sequence[int],
        range_: Ball,
    ) -> tuple[Expression, Sizes]:
        """Append a memorizer of the slot x for the labels of the data."""
        labelled = sorted(zip(points, labels, strict=True))
        # The printed theorem stores all contexts; label 0 comes for free.
        stored = [(x, y) for x, y in labelled if y or self.printed]
        kept, held = [x for x, _ in stored], [y for _, y in stored]
        printed = self._as_printed(range_, self.ds.num_classes)
        return self.memorizer(stack, kept, held, printed)

    def _as_printed(self, range_: Ball, classes: int) -> Printed | None:
        """What a memorizer packs its points by, None if by the data."""
        return Printed(range_, classes) if self.printed else None
