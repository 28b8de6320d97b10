"""Single points as the memorizers of KS25 and Vardi22 take them: sorted on a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from memcap.constructions.base import size_claim
from memcap.constructions.projection import Projection, project
from memcap.core.claims import Claim, ClaimKind
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset

EXACT_MARGIN = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class LinePoints:
    """The points that have a label, in increasing order on the line.

    Args:
        projection: the map to the line; all points are at least 2 apart there.
        points: images of the points with a non-zero label, increasing.
        labels: their labels.
    """

    projection: Projection
    points: tuple[Number, ...]
    labels: tuple[int, ...]


def points_on_line(ds: Dataset, ref: Ref, seed: int) -> LinePoints:
    """Project the points of next-token data of length 1.

    Args:
        ds: the data; label 0 marks points that are not stored.
        ref: the statement that asks, named in errors.
        seed: of the projection.

    Raises:
        HypothesisError: sequences are longer than one token.
        InconsistentLabelsError: one point has two labels.

    Example:
        >>> from memcap.data import from_arrays
        >>> ds = from_arrays([[5], [1], [3]], [2, 1, 0])
        >>> line = points_on_line(ds, Ref("KS25", "LemF1"), 0)
        >>> line.points, line.labels
        ((2, 6), (1, 2))
    """
    if ds.length != 1:
        raise HypothesisError(
            ref,
            "single points (length 1)",
            f"the length is {ds.length}",
            "Use next_token for sequences.",
        )
    ds.check_consistent()
    labels = dict(zip(ds.token_index[:, 0].tolist(), ds.labels.tolist(), strict=True))
    projection = project(ds.points, seed)
    stored = sorted(
        (i for i in labels if labels[i]), key=lambda i: projection.values[i]
    )
    return LinePoints(
        projection,
        tuple(projection.values[i] for i in stored),
        tuple(labels[i] for i in stored),
    )


def lemma_inputs(ds: Dataset) -> dict[str, Any]:
    """The inputs of statements about single points, measured on the data."""
    separation = ds.separation()
    delta = separation.epsilon
    return {
        "num_stored": len(set(ds.token_index[ds.labels != 0, 0].tolist())),
        "num_points": len(ds.points),
        "dim": ds.dim,
        "r": separation.r_max if separation.r_max >= 1 else 1,
        "delta": delta if delta is not None and delta <= 1 else 1,
        "classes": max(1, ds.num_classes - 1),
    }


def claims(
    ref: Ref,
    formulas: Sequence[str],
    inputs: dict[str, Any],
    width: int,
    least: int = 1,
) -> tuple[Claim, ...]:
    """Every label is right, and the sizes are within the formulas.

    Args:
        ref: what the network realises.
        formulas: names of bounds.
        inputs: their arguments, as `lemma_inputs` gives them.
        width: claimed alone where fewer than `least` points are stored, of which the
            formulas say nothing.
        least: the smallest number of stored points the formulas speak of.
    """
    memorizes = Claim(ClaimKind.MEMORIZES, EXACT_MARGIN, ref)
    if inputs["num_stored"] < least:
        return memorizes, Claim(ClaimKind.WIDTH_AT_MOST, width, ref)
    return memorizes, *(size_claim(formula, inputs) for formula in formulas)
