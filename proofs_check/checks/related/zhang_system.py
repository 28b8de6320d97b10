"""The triangular system of Zhang17.Thm1, solved exactly, and a search for misfits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np
from flint import fmpq, fmpq_mat

from memcap.core.exact import Number, exact
from proofs_check.methods.attack import Target, outcome, search
from proofs_check.statement import (
    Level,
    Outcome,
)

Points = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """Points on a line with labels.

    Args:
        points: increasing, or not where a hypothesis is dropped.
        labels: one a point.
    """

    points: Points
    labels: Points


def midway(points: Points) -> Points:
    """Knots halfway between the points, the first one below all of them."""
    pairs = zip(points, points[1:], strict=False)
    return (points[0] - 1, *((a + b) / 2 for a, b in pairs))


def late(points: Points) -> Points:
    """Knots that are too late by a step: each unit is still silent at its point."""
    return points


def solve(task: Task, knots: Points) -> Points | None:
    """The weights one after the other; None where a diagonal entry is 0.

    Example:
        >>> task = Task((Fraction(0), Fraction(2)), (Fraction(3), Fraction(1)))
        >>> [str(w) for w in solve(task, midway(task.points))]
        ['3', '-8']
    """
    weights: list[Fraction] = []
    for i, (z, y) in enumerate(zip(task.points, task.labels, strict=True)):
        reach = z - knots[i] if i < len(knots) else Fraction(0)
        rest = y - value(z, weights, knots)
        if reach <= 0:
            return None
        weights.append(rest / reach)
    return tuple(weights)


def value(z: Fraction, weights: Sequence[Fraction], knots: Points) -> Fraction:
    """sum_j w_j max(z - b_j, 0)."""
    terms = zip(weights, knots, strict=False)
    return sum((w * max(z - b, Fraction(0)) for w, b in terms), Fraction(0))


def attack(
    level: Level,
    knots: Callable[[Points], Points] = midway,
    repeated: bool = False,
) -> Outcome:
    """Look for labels that are not passed through exactly.

    Args:
        level: how many tasks.
        knots: where the units begin.
        repeated: whether two points may coincide.
    """
    target = Target(lambda task: _margin(task, knots(task.points)), describe)
    claim = "all labels are passed through exactly (margin: minus the largest error)"
    return outcome(target, search(target, tasks(level, repeated)), claim)


def _margin(task: Task, knots: Points) -> Number:
    weights = solve(task, knots)
    if weights is None:
        return 0 if _solvable(task, knots) else -1
    errors = [
        abs(value(z, weights, knots) - y)
        for z, y in zip(task.points, task.labels, strict=True)
    ]
    return -exact(max(errors))


def _solvable(task: Task, knots: Points) -> bool:
    """Whether any weights at all pass through the labels: ranks of the system."""
    rows = [[max(z - b, Fraction(0)) for b in knots] for z in task.points]
    wide = [[*row, y] for row, y in zip(rows, task.labels, strict=True)]
    return _rank(rows) == _rank(wide)


def _rank(rows: list[list[Fraction]]) -> int:
    if not rows or not rows[0]:
        return 0
    entries = [fmpq(x.numerator, x.denominator) for row in rows for x in row]
    return fmpq_mat(len(rows), len(rows[0]), entries).rank()


def describe(task: Task) -> Mapping[str, str]:
    """Points and labels as texts."""
    return {
        "points": str([str(z) for z in task.points]),
        "labels": str([str(y) for y in task.labels]),
    }


def tasks(level: Level, repeated: bool) -> Iterator[Task]:
    """All tiny tasks, gaps from 2^-200 to 2^200, and random ones."""
    for number in (1, 2, 3):
        for chosen in combinations(range(4), number):
            labels = tuple(Fraction((-1) ** k) for k in range(number))
            yield Task(tuple(Fraction(z) for z in chosen), labels)
    rng = np.random.default_rng(11)
    for _ in range(level.pick(60, 600)):
        number = int(rng.integers(2, 13))
        powers = rng.integers(-200, 201, size=number).tolist()
        gaps = [Fraction(2) ** power for power in powers]
        points = tuple(sum(gaps[: k + 1], Fraction(0)) for k in range(number))
        drawn = rng.integers(-1000, 1001, size=number).tolist()
        yield Task(points, tuple(Fraction(y, 7) for y in drawn))
    if repeated:
        yield Task((Fraction(0), Fraction(0)), (Fraction(0), Fraction(1)))
