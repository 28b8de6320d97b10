"""Single points as the memorizers of KS25 and Vardi22 take them: sorted on a line."""

from dataclasses import dataclass

from memcap.constructions.projection import Projection, project
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset


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

    def groups(self, size: int) -> list[tuple[tuple[Number, ...], tuple[int, ...]]]:
        """Neighbours in groups of `size`, points and labels; the last may be smaller.

        There is always a group, an empty one if no point has a label.
        """
        starts = range(0, max(1, len(self.points)), size)
        return [(self.points[i : i + size], self.labels[i : i + size]) for i in starts]


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
        >>> points_on_line(ds, Ref("KS25", "LemF1"), 0).groups(2)
        [((2, 6), (1, 2))]
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
