"""Is one softmax layer a contextual mapping on these data? Decided rigorously.

    KS23.DefCM   ||q(X)_k|| < r, and ||q(X)_k - q(X')_l|| > delta whenever the tokens
                 differ or the sets of tokens that are seen differ.

For one token the outputs differ only by what the heads read. They are enclosed in
fixed point, sorted along one direction and neighbours compared; the precision doubles
until every neighbour is decided or the stated limit is reached. Different tokens are
kept apart by the skip connection: the distance of their images less the reach of the
heads. Works for any number of heads, any rank, with positions and causal mask.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from memcap.core.balls import Ball
from memcap.core.errors import WeightsError
from memcap.core.exact import Number, SquareRoot, exact, rounded_down
from memcap.data.separation import of_points
from memcap.model.contexts import Contexts, contexts
from memcap.model.fast_forward import TokenState, token_state
from memcap.model.softmax_ids import combine, head_values
from memcap.model.weights import Affine, Attention, Weights

FIRST_PRECISION = 128
LIMIT = 1 << 15


@dataclass(frozen=True, slots=True)
class Separated:
    """What is known of the context ids of a network on a dataset.

    Args:
        contexts: number of different contexts.
        decided: contexts whose id is certainly different from its neighbours'.
        distance: no two different contexts are closer, or 0 where undecided.
        closest: two different contexts are at most so close, or None.
        norm: no id is longer.
        precision: bits of the fixed point that decided it.
    """

    contexts: int
    decided: int
    distance: Number
    closest: Number | None
    norm: Number
    precision: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the readout makes of the heads, as exact numbers.

    Args:
        images: readout of each distinct token without the heads.
        columns: for each head value the vector it is multiplied with.
        direction: the vector along which ids are sorted.
        reach: the heads move no output farther.
    """

    images: list[tuple[Number, ...]]
    columns: list[tuple[Number, ...]]
    direction: tuple[Number, ...]
    reach: Number


def separated(weights: Weights, tokens: np.ndarray, limit: int = LIMIT) -> Separated:
    """Decide how far apart the context ids are.

    Args:
        weights: token-wise layers, one softmax attention layer, a linear readout.
        tokens: `[N, n]` ids or `[N, n, d]` vectors.
        limit: largest number of bits to try.

    Raises:
        WeightsError: the network has another form.
    """
    layer = _only_attention(weights)
    state = token_state(weights, tokens)
    reading = _reading(weights, layer, state)
    seen = contexts(state.index, layer.causal, weights.task == "next_token")
    found = _Search(layer, state, reading, limit).run(seen)
    apart = _apart(reading)
    distance = min(found.distance, apart)
    return Separated(
        contexts=seen.size,
        decided=found.decided if apart > 0 else 0,
        distance=max(distance, 0),
        closest=found.closest,
        norm=_norm(reading),
        precision=found.precision,
    )


def _only_attention(weights: Weights) -> Attention:
    if weights.layers and isinstance(weights.layers[-1], Attention):
        layer = weights.layers[-1]
        earlier = any(isinstance(x, Attention) for x in weights.layers[:-1])
        # An aggregate would be one more token that everybody sees.
        if layer.kind == "softmax" and not earlier and weights.aggregate is None:
            return layer
    raise WeightsError(
        "context ids are decided for token-wise layers followed by one softmax "
        "attention layer and no aggregate; this network has another form."
    )


def _reading(weights: Weights, layer: Attention, state: TokenState) -> _Reading:
    heads = [_matrix(head.output) for head in layer.heads]
    readout = _matrix(weights.readout)
    columns = [
        tuple(
            exact(sum(r * w for r, w in zip(row, column, strict=True)))
            for row in readout
        )
        for matrix in heads
        for column in zip(*matrix, strict=True)
    ]
    values = [
        max(abs(x) for x in numbers)
        for head in layer.heads
        for numbers in state.numbers(head.value)
    ]
    images = _images(weights, layer, state)
    total = tuple(exact(sum(parts)) for parts in zip(*columns, strict=True))
    # Any direction will do but zero, which is what heads that cancel add up to.
    unit = (1, *[0] * (len(total) - 1))
    direction = next(v for v in (total, *columns, unit) if any(v))
    reach = sum(
        _above_root(_dot(column, column)) * value
        for column, value in zip(columns, values, strict=True)
    )
    return _Reading(images, columns, direction, exact(reach))


def _images(
    weights: Weights, layer: Attention, state: TokenState
) -> list[tuple[Number, ...]]:
    if layer.residual:
        return list(zip(*state.numbers(weights.readout), strict=True))
    bias = tuple(row.bias for row in weights.readout.rows)
    return [bias] * state.engine.rows


def _matrix(affine: Affine) -> list[list[Number]]:
    made: list[list[Number]] = []
    for _, terms in affine.rows:
        row: list[Number] = [0] * affine.inputs
        for column, weight in terms:
            row[column] = weight
        made.append(row)
    return made


def _dot(a: tuple[Number, ...], b: tuple[Number, ...]) -> Number:
    return exact(sum(Fraction(x) * y for x, y in zip(a, b, strict=True)))


def _above_root(square: Number) -> Number:
    return Ball.of(SquareRoot(square), 128).upper


def _apart(reading: _Reading) -> Number:
    """No two outputs of different tokens are closer."""
    distinct = set(reading.images)
    if len(distinct) < len(reading.images):
        return 0
    epsilon = of_points(list(distinct)).epsilon
    if epsilon is None:
        return reading.reach + 1
    return Ball.of(epsilon, 128).lower - 2 * reading.reach


def _norm(reading: _Reading) -> Number:
    largest = max(_dot(image, image) for image in reading.images)
    return _above_root(largest) + reading.reach


@dataclass(slots=True)
class _Found:
    decided: int
    distance: Number
    closest: Number | None
    precision: int


class _Search:
    """Compares the ids of one token after the other, at doubling precision."""

    def __init__(
        self, layer: Attention, state: TokenState, reading: _Reading, limit: int
    ) -> None:
        self.layer, self.state, self.reading, self.limit = layer, state, reading, limit
        self.precision = FIRST_PRECISION
        direction = reading.direction
        square = _dot(direction, direction)
        self.length = Ball.of(SquareRoot(square), 128)
        self.weights = [_dot(direction, column) for column in reading.columns]
        # Distances along the direction are distances only where nothing is across it.
        self.along = all(
            weight * weight == square * _dot(column, column)
            for weight, column in zip(self.weights, reading.columns, strict=True)
        )

    def run(self, seen: Contexts) -> _Found:
        """Ids of all tokens, one token at a time."""
        order = np.argsort(seen.query, kind="stable")
        starts = np.flatnonzero(np.diff(seen.query[order], prepend=-1))
        found = _Found(0, self.reading.reach * 4 + 1, None, FIRST_PRECISION)
        for group in np.split(order, starts[1:]):
            one = self._token(seen.take(group))
            found.decided += one.decided
            found.distance = min(found.distance, one.distance)
            found.precision = max(found.precision, one.precision)
            if one.closest is not None:
                best = one.closest if found.closest is None else found.closest
                found.closest = min(best, one.closest)
        return found

    def _token(self, asked: Contexts) -> _Found:
        size = asked.size
        if len(np.unique(asked.key)) < 2:
            return _Found(size, self.reading.reach * 4 + 1, None, FIRST_PRECISION)
        precision = self.precision
        while True:
            gaps, slack, unit = self._gaps(asked, precision)
            close = int((gaps <= slack).sum())
            if not close or 2 * precision > self.limit:
                break
            precision *= 2
        # The next token most likely needs about as many bits.
        self.precision = precision
        low = Fraction(max(0, int(gaps.min()) - slack), unit) / self.length.upper
        high = Fraction(int(gaps.min()) + slack, unit) / self.length.lower
        closest = -rounded_down(-high) if self.along else None
        return _Found(size - close, rounded_down(low), closest, precision)

    def _gaps(self, asked: Contexts, precision: int) -> tuple[np.ndarray, int, int]:
        """Distances of neighbours of different sets, and how far off they may be."""
        parts = head_values(self.layer, self.state, asked, precision)
        pairs: list[Any] = list(zip(self.weights, parts, strict=True))
        ids = combine(pairs, [0] * asked.size)
        order = np.argsort(ids.integers, kind="stable")
        sets = asked.key[order]
        gaps = np.diff(ids.integers[order])[sets[1:] != sets[:-1]]
        return gaps, 2 * int(ids.errors.max()), ids.unit
