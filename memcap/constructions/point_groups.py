"""Neighbours on a line in groups of B^2, each with a memorizer of its own.

KS25.LemF1 chains the groups, Vardi22.Sec5 puts them side by side. A memorizer of
KS25.LemC1 is 0 on the points of the other groups, so the outputs may be added up.

    symbol   here
    B, L     root, of 1 to sqrt N
    k        Sizes.block, at most what KS25.LemC1 takes for B^2 points
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isqrt

from memcap.constructions.packing import (
    Sizes,
    fitted_sizes,
    printed_block,
    printed_sizes,
)
from memcap.core.balls import Ball
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number
from memcap.core.refs import Ref


@dataclass(frozen=True, slots=True)
class Printed:
    """What the printed sizes of a memorizer follow from.

    Args:
        range: R, bound on the points of the line.
        classes: number of labels, 0 included.
    """

    range: Ball
    classes: int


@dataclass(frozen=True, slots=True)
class Group:
    """Points, labels, and how they are packed.

    Args:
        points: increasing.
        labels: their labels.
        sizes: those of a full group, but for the number of points.
    """

    points: tuple[Number, ...]
    labels: tuple[int, ...]
    sizes: Sizes


def chosen_root(ref: Ref, option: str, value: int | None, number: int) -> int:
    """B or L, by default about the fourth root of N.

    Args:
        ref: the statement that asks, named in errors.
        option: what the parameter is called.
        value: the value asked for, None for the default.
        number: N.

    Raises:
        HypothesisError: the value is not an integer of 1 to sqrt N.

    Example:
        >>> lemma = Ref("KS25", "LemF1")
        >>> [chosen_root(lemma, "bit_budget", x, 1000) for x in (None, 31)]
        [5, 31]
    """
    largest = max(1, isqrt(number))
    root = max(1, isqrt(largest)) if value is None else value
    if type(root) is not int or not 1 <= root <= largest:
        raise HypothesisError(
            ref,
            f"{option} to be 1..{largest}, at most sqrt(N) for N = {number}",
            f"{option} = {root!r}",
        )
    return root


def point_groups(
    points: Sequence[Number],
    labels: Sequence[int],
    root: int,
    printed: Printed | None = None,
) -> list[Group]:
    """Neighbours in groups of ``root^2``; the last may be smaller.

    Args:
        points: increasing, at least 2 and at least 2 apart.
        labels: their labels.
        root: B.
        printed: range and classes of the statement; None measures the data.

    Returns:
        at least one group, an empty one if there are no points.

    Example:
        >>> [group.points for group in point_groups((2, 6, 9), (1, 2, 1), 1)]
        [(2,), (6,), (9,)]
    """
    full, size = full_group(points, labels, root, printed), root**2
    groups = []
    for i in range(0, max(1, len(points)), size):
        inside = tuple(points[i : i + size])
        sizes = replace(full, num_stored=len(inside))
        groups.append(Group(inside, tuple(labels[i : i + size]), sizes))
    return groups


def full_group(
    points: Sequence[Number],
    labels: Sequence[int],
    root: int,
    printed: Printed | None = None,
) -> Sizes:
    """Sizes of a full group, of which every group's points and labels fit in.

    Measured on the data, k is that of the fewest parameters, among those at most the
    printed k and no deeper than it, so that the statement's sizes hold.
    """
    size = min(root**2, len(points))
    if not size:
        return fitted_sizes((), ())
    if printed is not None:
        sizes = printed_sizes(root**2, printed.range, printed.classes)
        return replace(sizes, num_stored=size)
    # The last points and the largest label are the longest of all groups'.
    fitted = fitted_sizes(points[-size:], (max(labels),) * size)
    as_printed = replace(fitted, block=printed_block(root**2))
    options = [replace(fitted, block=k + 1) for k in range(as_printed.block)]
    return min(
        (sizes for sizes in options if sizes.depth <= as_printed.depth),
        key=lambda sizes: sizes.nonzero_estimate,
    )
