"""memcap.SharpG1 attacked: sets of points whose differences point everywhere.

A found direction bounds the best ratio from below, and the mean of its squares over all
differences from above: ``min_i (v.u_i)^2 <= v^T (mean u u^T) v``.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product

import numpy as np

from memcap.core.balls import Ball
from proofs_check.methods.attack import Target, outcome, search
from proofs_check.methods.boxes import interval
from proofs_check.statement import Level, Outcome

Point = tuple[int, ...]
Points = tuple[Point, ...]


def shortened(factor: Fraction | int = 1, least_dim: int = 3) -> Target:
    """The claim that some unit v keeps ``factor`` times the sharper ratio.

    Args:
        factor: of sqrt(2 pi / (d-1)) / (|X| (|X|-1)); 1 as stated.
        least_dim: d at least; 3 as stated, 2 drops the hypothesis.

    The margin is the best ratio, squared, less the claimed one.
    """

    def margin(points: Points) -> Ball | None:
        size, dim = len(points), len(points[0])
        if dim < least_dim:
            return None
        pairs = size * (size - 1)
        claimed = Ball.pi(128) * (2 * factor**2) / ((dim - 1) * pairs**2)
        lines = _differences(points)
        found, most = best_found(lines), mean_square(lines)
        between = Ball.of(most) if found == most else interval(found, most)
        # One end decides wherever it can; else the ball stays open.
        if (Ball.of(found) - claimed).lower >= 0:
            return Ball.of(found) - claimed
        return between - claimed

    return Target(margin, lambda points: {"X": str(points), "d": str(len(points[0]))})


def best_found(lines: list[Point]) -> Fraction:
    """The square of the best ratio among drawn directions and the lines themselves."""
    rng = np.random.default_rng(len(lines))
    table = np.array(lines)
    drawn = rng.integers(-99, 100, size=(4000, table.shape[1]))
    directions = np.vstack([table, drawn[np.any(drawn != 0, axis=1)]])
    norms = np.linalg.norm(directions, axis=1)[:, None]
    shares = np.abs(directions @ table.T) / norms / np.linalg.norm(table, axis=1)
    v = directions[int(shares.min(axis=1).argmax())].tolist()
    length = sum(a * a for a in v)
    return min(
        Fraction(_dot(v, line) ** 2, length * _dot(line, line)) for line in lines
    )


def mean_square(lines: list[Point]) -> Fraction:
    """No unit v has a larger mean of (v.u)^2: the largest row sum, at most 1."""
    dim = range(len(lines[0]))
    mean = [
        sum(abs(sum(Fraction(x[i] * x[j], _dot(x, x)) for x in lines)) for j in dim)
        for i in dim
    ]
    return min(Fraction(1), Fraction(max(mean)) / len(lines))


def _dot(left: Point, right: Point) -> int:
    return sum(a * b for a, b in zip(left, right, strict=True))


def _differences(points: Points) -> list[Point]:
    return [
        tuple(x - y for x, y in zip(a, b, strict=True))
        for a, b in combinations(points, 2)
    ]


def spread_points(level: Level) -> Iterator[Points]:
    """Pairs, corners of polytopes, a line, a plane in space, near points; random."""
    for dim in range(2, level.pick(7, 12)):
        unit = [tuple(int(i == j) for j in range(dim)) for i in range(dim)]
        yield unit[0], unit[1]
        yield tuple(unit)
        yield (*unit, *(tuple(-x for x in e) for e in unit))
        yield tuple(tuple(k * x for x in unit[0]) for k in range(5))
        yield (
            *unit,
            tuple(1000 * x + y for x, y in zip(unit[0], unit[1], strict=True)),
        )
    for side in (2, 3):
        yield tuple(product(range(side), repeat=3))
    angles = np.arange(7) * 2 * np.pi / 7
    circle = np.round(999 * np.column_stack([np.cos(angles), np.sin(angles)]))
    yield tuple((int(x), int(y), 0) for x, y in circle)
    rng = np.random.default_rng(31)
    for _ in range(level.pick(60, 600)):
        shape = (int(rng.integers(2, 9)), int(rng.integers(3, 7)))
        points = np.unique(rng.integers(-4, 5, shape), axis=0)
        if len(points) > 1:
            yield tuple(map(tuple, points.tolist()))


def attack_sharper(level: Level) -> Outcome:
    """The statement against all of these."""
    target = shortened()
    claim = "some v keeps sqrt(2 pi/(d-1))/(|X| (|X|-1)) of every difference (squares)"
    return outcome(target, search(target, spread_points(level)), claim)
