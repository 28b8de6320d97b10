"""KS25.ThmB1 (= Theorem 4.1): next-token memorization by one layer of averaging.

    N(X)_n = y for N consistent sequences of n tokens, with
    N = E_out o FF_2 o UA o FF_1 o E_in, width 14, depth and bits ~ sqrt(N) up to logs.

1. `E_in`, first layer: every token x goes to the point F(x) of a line.
2. FF_1: phi(x) = f(x) on the distinguishing tokens A, 0 elsewhere (KS25.LemB3), by the
   memorizer of KS25.LemC1. State: (phi, F, 0).
3. UA: uniform attention writes the mean of phi into the third slot. n times the mean
   is the sequence's id: different multisets have different sums (KS25.LemB1, LemB2 with
   the repaired shift).
4. FF_2: the state of the last token is projected to a line and its label looked up by
   a second memorizer. Contexts of label 0 are KS25.LemC1's further points.

    symbol   here
    A, f     SequenceIds.tokens, SequenceIds.labels
    F        projection of the tokens
    s_n      (phi, F, mean) at the last token
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from memcap.constructions import sequence_ids
from memcap.constructions.base import (
    Built,
    Entry,
    check_constants,
    formula_claim,
    register,
)
from memcap.constructions.bit_extraction import memorizer
from memcap.constructions.gadgets import BIAS, Expression, Stack, affine
from memcap.constructions.packing import Sizes, fitted_sizes, printed_sizes
from memcap.constructions.projection import Projection, project, project_as_printed
from memcap.core.balls import Ball
from memcap.core.claims import Claim, ClaimKind
from memcap.core.exact import Number
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.weights import Affine, Attention, Head, Weights

REF = Ref("KS25", "Thm4.1")
EXACT_MARGIN = Fraction(1, 2)
STATE = ("phi", "F", "mean")


@dataclass(frozen=True, slots=True)
class _Contexts:
    """The distinct contexts: (phi, F, sum of phi) and label of each."""

    states: list[tuple[Number, Number, int]]
    labels: list[int]


def build(ds: Dataset, constants: str = "data", seed: int = 0) -> Built:
    """Memorize the label of the last token of every sequence.

    Args:
        ds: consistent next-token data.
        constants: ``data`` measures every range and chooses the cheapest block size;
            ``theorem`` takes the printed constants.
        seed: of the projections and of the sequence ids.

    Raises:
        HypothesisError: the data are not next-token data.
        InconsistentLabelsError: two equal contexts have different labels.
    """
    check_constants(REF, constants)
    ds.check_consistent()
    plan = _Plan(ds, constants == "theorem", seed)
    tokens = plan.project_tokens()
    ids = plan.sequence_ids()
    encoder = Stack(["e"], part="encoder")
    encoder_sizes = plan.encode(encoder, tokens, ids)
    contexts = _contexts(ds, tokens, ids)
    decoder = Stack(STATE, part="decoder")
    value, decoder_sizes = plan.decode(decoder, contexts)
    weights = Weights(
        task="next_token",
        input="vectors",
        embedding=Affine.dense([tokens.direction]),
        layers=(*encoder.layers, averaging(), *decoder.layers),
        readout=affine(decoder.slots, {"label": value}),
    )
    report = {
        "constants": constants,
        "distinguishing_tokens": len(ids),
        "largest_sequence_label": max(ids.values(), default=0),
        "distinct_contexts": len(contexts.labels),
        "encoder_sizes": encoder_sizes,
        "decoder_sizes": decoder_sizes,
    }
    return Built("next_token", REF, weights, _claims(plan.inputs), report)


def averaging() -> Attention:
    """Uniform attention that writes the mean of slot phi into slot mean (Gen.UA)."""
    nothing = Affine(len(STATE), ())
    head = Head(
        query=nothing,
        key=nothing,
        value=affine(STATE, {"v": {"phi": 1}}),
        output=Affine.build(1, [{}, {}, {0: 1}]),
    )
    return Attention("uniform", (head,), part="attention")


class _Plan:
    """The stages of the construction under one choice of constants."""

    def __init__(self, ds: Dataset, printed: bool, seed: int) -> None:
        self.ds, self.printed, self.seed = ds, printed, seed
        separation = ds.separation()
        r, delta = separation.r_max, separation.epsilon
        self.inputs: dict[str, Any] = {
            "num_samples": ds.num_samples,
            "length": ds.length,
            "dim": ds.dim,
            "r": r if r >= 1 else 1,
            "delta": delta if delta is not None and delta <= 1 else 1,
            "classes": ds.num_classes,
        }

    @property
    def _num_points(self) -> int:
        """V of the encoder's lemma: n N tokens."""
        return self.ds.num_samples * self.ds.length

    def project_tokens(self) -> Projection:
        """F: the tokens on a line."""
        if self.printed:
            delta = self.inputs["delta"]
            return project_as_printed(
                self.ds.points, delta, self._num_points, self.seed
            )
        return project(self.ds.points, self.seed)

    def sequence_ids(self) -> dict[int, int]:
        """f on A: a label for each distinguishing token."""
        multisets = np.unique(np.sort(self.ds.token_index, axis=1), axis=0)
        tokens = sequence_ids.distinguishing_tokens(multisets)
        choose = (
            sequence_ids.projected_labels
            if self.printed
            else sequence_ids.random_labels
        )
        return choose(multisets, tokens, self.seed)

    def encode(self, stack: Stack, tokens: Projection, ids: dict[int, int]) -> Sizes:
        """FF_1: append the layers from e to the state (phi, F, 0)."""
        stack.relu({"x": {"e": 1, BIAS: tokens.shift}})
        order = sorted(ids, key=lambda i: tokens.values[i])
        points = [tokens.values[i] for i in order]
        labels = [ids[i] for i in order]
        range_ = self._range(self._num_points, self.ds.dim, self.inputs["r"], 1)
        classes = max(labels, default=0) + 1
        sizes = self._sizes(points, labels, range_, classes)
        phi = memorizer(stack, points, labels, sizes)
        stack.relu({"phi": phi, "F": {"x": 1}, "mean": {}})
        return sizes

    def decode(self, stack: Stack, contexts: _Contexts) -> tuple[Expression, Sizes]:
        """FF_2: append the layers from the state to the label."""
        projection = self._project_states(contexts)
        phi, token, total = projection.direction
        weights = {"phi": phi, "F": token, "mean": total * self.ds.length}
        stack.relu({"x": {**weights, BIAS: projection.shift}})
        labelled = sorted(zip(projection.values, contexts.labels, strict=True))
        # The printed theorem stores all contexts; label 0 comes for free.
        stored = [(x, y) for x, y in labelled if y or self.printed]
        points, labels = [x for x, _ in stored], [y for _, y in stored]
        n, N = self.ds.length, self.ds.num_samples
        radius = self._range(N, self.ds.dim, self.inputs["r"], n * n * N)
        range_ = self._range(N, 3, radius, 1, delta=Fraction(1, n))
        sizes = self._sizes(points, labels, range_, self.ds.num_classes)
        return memorizer(stack, points, labels, sizes), sizes

    def _project_states(self, contexts: _Contexts) -> Projection:
        n = self.ds.length
        if not self.printed:
            return project(contexts.states, self.seed)
        means = [(phi, token, Fraction(s, n)) for phi, token, s in contexts.states]
        found = project_as_printed(
            means, Fraction(1, n), self.ds.num_samples, self.seed
        )
        phi, token, mean = found.direction
        return Projection((phi, token, Fraction(mean, n)), found.shift, found.values)

    def _range(
        self, points: int, dim: int, r: Any, factor: int, delta: Any = None
    ) -> Ball:
        """R = 20 r V^2 sqrt(pi d) / delta, times a factor."""
        root = (Ball.pi() * dim).sqrt()
        separation = self.inputs["delta"] if delta is None else delta
        return Ball.of(r) * (20 * points**2 * factor) * root / Ball.of(separation)

    def _sizes(
        self, points: list[Number], labels: list[int], range_: Ball, classes: int
    ) -> Sizes:
        if self.printed and len(points) >= 2:
            return printed_sizes(len(points), range_, classes)
        return fitted_sizes(points, labels)


def _contexts(ds: Dataset, tokens: Projection, ids: dict[int, int]) -> _Contexts:
    totals = sequence_ids.sums(ds.token_index, ids)
    found = {
        (ids.get(last, 0), tokens.values[last], int(total)): label
        for last, total, label in zip(
            ds.token_index[:, -1].tolist(), totals, ds.labels.tolist(), strict=True
        )
    }
    return _Contexts(list(found), list(found.values()))


def _claims(inputs: dict[str, Any]) -> tuple[Claim, ...]:
    memorizes = Claim(ClaimKind.MEMORIZES, EXACT_MARGIN, REF)
    if inputs["num_samples"] < 2:
        # log2 N = 0: the formulas of depth and bits say nothing.
        return memorizes, Claim(ClaimKind.WIDTH_AT_MOST, 14, REF)
    claims = [memorizes]
    for kind, name in (
        (ClaimKind.WIDTH_AT_MOST, "KS25.ThmB1.width"),
        (ClaimKind.DEPTH_AT_MOST, "KS25.ThmB1.depth"),
        (ClaimKind.BITS_AT_MOST, "KS25.ThmB1.bits"),
    ):
        claims.append(formula_claim(kind, name, inputs))
    return tuple(claims)


register(
    Entry(
        name="next_token",
        ref=REF,
        sentence="Token-wise network, uniform attention, token-wise network: the label "
        "of the last token of N sequences in about sqrt(N) parameters, width 14.",
        hypotheses=(
            "one label a sequence",
            "equal labels whenever last tokens are equal and sequences are equal up to "
            "permutation",
        ),
        tasks=("next_token",),
        options={
            "constants": "'data' measures the ranges, 'theorem' takes the printed ones",
            "seed": "seed of the projections and the sequence ids",
        },
        build=build,
    )
)
