"""Labels on a line of integers, stored by the places where they change.

Points come in cells of two integers, ``{2h, 2h + 1}``, so that every place is even. A
cell whose points have different labels is *mixed*: it gets label 0 here, and its points
are left over for another line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Changes:
    """Where labels change along a line.

    Args:
        places: even integers, increasing; the label is 0 before the first.
        values: label from each place on; 0 from the last one.
    """

    places: tuple[int, ...]
    values: tuple[int, ...]


def changes(points: Sequence[int], labels: Sequence[int]) -> Changes:
    """The changes between points whose cells are not mixed.

    Args:
        points: integers.
        labels: label of each point.

    Example:
        >>> changes([1, 2, 9, 12], [0, 1, 1, 0])
        Changes(places=(2, 12), values=(1, 0))
        >>> changes([4, 1], [1, 0])
        Changes(places=(4, 6), values=(1, 0))
    """
    found, _ = settle(np.asarray(points), np.asarray(labels))
    return found


def settle(
    points: np.ndarray, labels: np.ndarray, order: np.ndarray | None = None
) -> tuple[Changes, np.ndarray]:
    """The changes along a line, and what the line leaves over.

    Args:
        points: `[K]` integers, in any order.
        labels: `[K]` integers, 0 or more.
        order: what sorts the points, where it is known.

    Returns:
        the changes, and `[K]` labels that are still to be added: those of the points
        in mixed cells, 0 elsewhere.

    Example:
        >>> settle(np.array([6, 0, 7]), np.array([1, 1, 0]))
        (Changes(places=(0, 6), values=(1, 0)), array([1, 0, 0]))
    """
    left = np.zeros_like(labels)
    if not labels.any():
        return Changes((), ()), left
    order = np.argsort(points) if order is None else order
    halves, held = points[order] >> 1, labels[order]
    first = np.flatnonzero(np.diff(halves, prepend=-1))
    lowest, highest = np.minimum.reduceat(held, first), np.maximum.reduceat(held, first)
    mixed = lowest != highest
    values, places = np.where(mixed, 0, lowest), 2 * halves[first]
    if mixed.any():
        sizes = np.diff(first, append=len(held))
        left[order] = np.where(np.repeat(mixed, sizes), held, 0)
    return _changes_of_cells(places, values), left


def spots(points: np.ndarray, labels: np.ndarray) -> Changes:
    """The changes of a line that is 0 but in the cells of a few points, none mixed.

    Args:
        points: `[K]` integers, in any order.
        labels: `[K]` integers; those of 0 are looked at no further.

    Example:
        >>> spots(np.array([9, 2, 5]), np.array([1, 1, 0]))
        Changes(places=(2, 4, 8, 10), values=(1, 0, 1, 0))
    """
    held = np.flatnonzero(labels)
    halves, first = np.unique(points[held] >> 1, return_index=True)
    # Each cell is followed by one of label 0, unless the next is held as well.
    alone = np.diff(halves, append=-1) != 1
    places = np.concatenate([halves, halves[alone] + 1])
    values = np.concatenate([labels[held][first], np.zeros(alone.sum(), labels.dtype)])
    order = np.argsort(places)
    return _changes_of_cells(2 * places[order], values[order])


def _changes_of_cells(places: np.ndarray, values: np.ndarray) -> Changes:
    # Behind the last cell the label is 0 again: two classes then change an even
    # number of times, and every block of them can begin at label 0.
    if not len(places):
        return Changes((), ())
    places, values = np.append(places, places[-1] + 2), np.append(values, 0)
    kept = np.diff(values, prepend=0) != 0
    return Changes(tuple(places[kept].tolist()), tuple(values[kept].tolist()))


def with_pairs(places: Sequence[int], longest: int) -> list[int]:
    """Places with pairs put in until no three in a row reach further than `longest`.

    Two changes in one place cancel where there are two classes.

    Args:
        places: even, increasing.
        longest: even, at least 2.

    Example:
        >>> with_pairs([0, 2, 12], 6)
        [0, 2, 6, 6, 12]
    """
    places = list(places)
    line = np.array(places, dtype=np.int64)
    far = np.flatnonzero(line[2:] - line[:-2] > longest) + 2
    # The last but one bounds the next; a block may begin at any change.
    critical = [1, *far.tolist()] if len(places) > 1 else []
    made: list[int] = []
    done = 0
    for index in critical:
        made += places[done:index]
        done = index
        while places[index] - made[-2:][0] > longest:
            made += [made[-2:][0] + longest] * 2
    return made + places[done:]


def with_stops(found: Changes, longest: int) -> Changes:
    """Changes of nothing put in until no gap is longer than `longest`.

    Example:
        >>> with_stops(Changes((0, 8), (2, 0)), 6)
        Changes(places=(0, 6, 8), values=(2, 2, 0))
    """
    places: list[int] = []
    values: list[int] = []
    for place, value in zip(found.places, found.values, strict=True):
        while places and place - places[-1] > longest:
            places.append(places[-1] + longest)
            values.append(values[-1])
        places.append(place)
        values.append(value)
    return Changes(tuple(places), tuple(values))


def cuts(places: np.ndarray, longest: int, classes: int) -> int:
    """About how many changes cutting adds: exact for gaps, an estimate for pairs."""
    if classes > 2:
        gaps = np.diff(places)
        return int(np.maximum(0, -(-gaps // longest) - 1).sum())
    # A long gap lies in two triples; half of what they lack, in pairs.
    reach = places[2:] - places[:-2]
    return int(np.maximum(0, -(-reach // longest) - 1).sum())
