"""The tokens a rank-one layer sees: vectors, ids as numbers, places added.

Ids without vectors of their own are put on a line as ``T + id`` with T four times the
number of ids: far from zero, so that no token is small, and evenly spaced, so that
scores spread as little as they can. Places are added along the first coordinate in
steps larger than the tokens' spread, so that all pairs (token, place) differ.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal

import numpy as np

from memcap.core.errors import HypothesisError
from memcap.core.exact import Number, exact
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset, Vector
from memcap.data.separation import Separation, of_points
from memcap.model.weights import Affine

REF = Ref("KS23", "Thm2")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What stands before the attention layer.

    Args:
        input: what the network takes.
        embedding: the token-wise linear map.
        positions: vectors added to the places, or None.
        points: the distinct vectors that result.
        separation: of these vectors.
    """

    input: Literal["vectors", "ids"]
    embedding: Affine
    positions: Affine | None
    points: tuple[Vector, ...]
    separation: Separation


def encode(ds: Dataset, positions: bool) -> Tokens:
    """Choose how tokens enter the layer, and check the hypotheses on them.

    Raises:
        HypothesisError: a token repeats in a sequence, or vanishes.
    """
    if not positions:
        _refuse_repeats(ds)
    on_line = ds.has_ids and ds.embedding is None
    width = 1 if on_line else ds.dim
    places = _places(ds) if positions else None
    shift = _shift(ds, positions) if on_line else 0
    if on_line:
        used = [int(point[0]) for point in ds.points]
        embedding = Affine.build(max(used) + 1, [{i: shift + i for i in used}])
    else:
        embedding = Affine.dense(np.eye(width, dtype=int).tolist())
    points = _points(ds, shift, places)
    separation = of_points(points)
    if separation.r_min == 0:
        raise HypothesisError(
            REF,
            "tokens that do not vanish (r_min > 0)",
            "a token is the zero vector, r_min = 0",
            "Shift the tokens or add positions.",
        )
    table = None
    if places is not None:
        rows: list[dict[int, Number]] = [{} for _ in range(width)]
        rows[0] = {k: place for k, place in enumerate(places) if place}
        table = Affine.build(ds.length, rows)
    return Tokens("ids" if on_line else "vectors", embedding, table, points, separation)


def _refuse_repeats(ds: Dataset) -> None:
    ordered = np.sort(ds.token_index, axis=1)
    repeats = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    if repeats.any():
        where = int(np.flatnonzero(repeats)[0])
        raise HypothesisError(
            REF,
            "sequences without repeated tokens",
            f"sample {where} holds a token twice",
            "Use positions=True (--option positions=true), or data without repeats.",
        )


def _spread(ds: Dataset) -> int:
    first = [point[0] for point in ds.points]
    return ceil(max(first) - min(first)) + 1


def _shift(ds: Dataset, positions: bool) -> int:
    places = ds.length if positions else 1
    return 4 * (int(ds.points[-1][0]) + 1) * places


def _places(ds: Dataset) -> list[Number]:
    """Number added to the first coordinate at each place."""
    step = _spread(ds)
    if ds.has_ids and ds.embedding is None:
        return [step * k for k in range(ds.length)]
    # Far enough out that no sum of token and place comes near zero.
    largest = max(abs(x) for point in ds.points for x in point)
    start = 4 * (step * ds.length + ceil(largest))
    return [start + step * k for k in range(ds.length)]


def _points(ds: Dataset, shift: int, places: list[Number] | None) -> tuple[Vector, ...]:
    """The distinct sums of token and place that occur."""
    if places is None:
        return tuple((exact(p[0] + shift), *p[1:]) for p in ds.points)
    pairs = np.unique(ds.token_index * ds.length + np.arange(ds.length))
    made = set()
    for pair in pairs.tolist():
        point, place = ds.points[pair // ds.length], places[pair % ds.length]
        made.add((exact(Fraction(point[0] + shift) + place), *point[1:]))
    return tuple(sorted(made))
