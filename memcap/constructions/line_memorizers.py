"""How labelled points of a line are looked up: by one memorizer or by a chain.

Either reads the slot x, keeps it, and gives the label as an expression in the slots
after its last layer; it is 0 at least 2 away from all points.
"""

from collections.abc import Callable, Sequence

from memcap.constructions.bit_extraction import memorizer
from memcap.constructions.gadgets import Expression, Stack
from memcap.constructions.packing import Sizes, fitted_sizes, printed_sizes
from memcap.constructions.point_groups import Printed, point_groups
from memcap.core.exact import Number

LineMemorizer = Callable[
    [Stack, Sequence[Number], Sequence[int], Printed | None], tuple[Expression, Sizes]
]


def one_memorizer(
    stack: Stack,
    points: Sequence[Number],
    labels: Sequence[int],
    printed: Printed | None = None,
) -> tuple[Expression, Sizes]:
    """Append the memorizer of KS25.LemC1.

    Args:
        stack: holds the slot ``x``; the other slots are dropped.
        points: increasing, at least 2 and at least 2 apart.
        labels: their labels.
        printed: range and classes of the statement; None measures the data.

    Returns:
        the label, and how the points are packed.
    """
    if printed is not None and len(points) >= 2:
        sizes = printed_sizes(len(points), printed.range, printed.classes)
    else:
        sizes = fitted_sizes(points, labels)
    return memorizer(stack, points, labels, sizes), sizes


def chained_memorizers(bit_budget: int) -> LineMemorizer:
    """The chain of KS25.LemF1: a memorizer for every B^2 points, outputs added up.

    x stays on the stack, and the slot ``total`` joins it: width 13.

    Args:
        bit_budget: B.
    """

    def chain(
        stack: Stack,
        points: Sequence[Number],
        labels: Sequence[int],
        printed: Printed | None = None,
    ) -> tuple[Expression, Sizes]:
        groups = point_groups(points, labels, bit_budget, printed)
        value: Expression = {}
        for group in groups:
            keep = {"total": value} if value else {}
            found = memorizer(stack, group.points, group.labels, group.sizes, keep)
            value = dict(found) | dict.fromkeys(keep, 1)
        return value, groups[0].sizes

    return chain
