"""KS25.LemG1 = Park21.Lem13: a direction that shortens no difference by much.

A coordinate of a uniform unit vector in R^d has the density
``(1 - t^2)^((d-3)/2) / w_d`` with ``w_d`` the integral of that power over [-1, 1]. For
d >= 3 the density is at most ``1 / w_d``, so ``P(|v.e| <= t) <= 2 t / w_d`` for a unit
vector e, and

    w_{d+1} <= w_d,   w_d w_{d+1} = 2 pi / (d - 1)   =>   1 / w_d <= sqrt((d-1)/(2 pi))

With the union over n (n - 1) / 2 pairs this is the lemma. In the plane the best
direction is known: it halves the widest gap between the directions of differences.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import chain as chain_of
from itertools import combinations, product
from math import gcd

import numpy as np
import sympy
from sympy import pi, sqrt

from memcap.core.balls import Ball, Truth, at_most, less
from proofs_check.methods import attack, identity, units
from proofs_check.methods.attack import Target
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Answer, Level, Outcome

Point = tuple[int, ...]
_a, _d, _n, _t, _k = sympy.symbols("a d n t k", positive=True)
_BITS = 128


def printed(count: int, dim: int) -> Ball:
    """The guaranteed ratio, sqrt(8 / (pi d)) / |X|^2."""
    return (8 / (Ball.pi(_BITS) * dim)).sqrt() / (count * count)


def density(level: Level) -> Outcome:
    """1 / w_d <= sqrt((d - 1) / (2 pi)) for all d >= 2."""
    power = (1 - _t**2) ** _k
    parts = ((2 * _k + 1) * (1 - _t**2) - 2 * _k) * (1 - _t**2) ** (_k - 1)
    step = 2 * pi / (_d - 1) * (_d - 1) / _d
    largest = level.pick(2000, 20000)
    return chain(
        "w_d^2 > w_d w_{d+1} = 2 pi/(d-1)",
        [
            identity.holds(
                sympy.diff(_t * power, _t).subs(_t, _t / 16),  # |t| < 1 at all points
                parts.subs(_t, _t / 16),
                "d/dt t (1-t^2)^k, whence w_{d+2} = w_d (d-1)/d",
            ),
            identity.holds(step, 2 * pi / _d, "w_{d+1} w_{d+2} = w_d w_{d+1} (d-1)/d"),
            identity.holds(2 * pi, 2 * pi / (2 - 1), "w_2 w_3 = pi * 2"),
            _first_densities(largest),
        ],
    )


def _first_densities(largest: int) -> Outcome:
    """The same by the recursion in balls: w_2 = pi, w_3 = 2, w_{d+2} = w_d (d-1)/d."""
    now, after = Ball.pi(_BITS), Ball.of(2, _BITS)
    closest = None
    for d in range(2, largest + 1):
        ratio = now * now * (d - 1) / (Ball.pi(_BITS) * 2)
        if less(1, ratio) is not Truth.TRUE:
            return Outcome(Answer.FAILS, f"1/w_d is larger at d = {d}.", d)
        closest = float(ratio) if closest is None else min(closest, float(ratio))
        now, after = after, now * Fraction(d - 1, d)
    sentence = f"w_d^2 (d-1)/(2 pi) > 1 in balls for 2 <= d <= {largest}."
    return Outcome(Answer.HOLDS, sentence, largest - 1, f"{(closest or 1) - 1:.3g}")


def union(level: Level) -> Outcome:
    """For d >= 3 one draw fails with probability below 2 / pi."""
    bound = sqrt(8 / (pi * _d)) / _n**2
    pair = 2 * bound * sqrt(_d / (2 * pi))
    return chain(
        "n (n-1)/2 pairs of probability 2 t / w_d < 4/(pi n^2), as d - 1 < d",
        [
            identity.holds(pair, 4 / (pi * _n**2), "2 t sqrt(d/(2 pi)) = 4/(pi n^2)"),
            identity.holds(
                _n * (_n - 1) / 2 * 4 / (pi * _n**2),
                2 / pi * (1 - 1 / _n),
                "the sum over pairs is 2/pi (1 - 1/n)",
            ),
            link("2/pi < 1", less(2, Ball.pi())),
        ],
    )


def low_dimensions(level: Level) -> Outcome:
    """D = 1 and d = 2, where the density is no bounded function."""
    line = (8 / Ball.pi()).sqrt()
    return chain(
        "d = 1: v = 1 gives |v.e| = 1; d = 2: P(|v.e| <= t) = (2/pi) asin t <= t, as "
        "asin is convex and asin 1 = pi/2",
        [
            link("sqrt(8/pi)/n^2 <= 1 for n >= 2", at_most(line / 4, 1)),
            link("n (n-1)/2 sqrt(8/(2 pi))/n^2 < sqrt(1/pi) < 1", less(1, Ball.pi())),
            link("t = sqrt(8/(2 pi))/n^2 <= 1", at_most((4 / Ball.pi()).sqrt() / 4, 1)),
        ],
    )


def sharper_union(level: Level) -> Outcome:
    """Sharper constant: the sum over pairs is still below 1."""
    # a = d - 1, so that sympy knows it to be positive.
    bound = sqrt(2 * pi / _a) / (_n * (_n - 1))
    whole = _n * (_n - 1) / 2 * 2 * bound * sqrt(_a / (2 * pi))
    gain = bound / (sqrt(8 / (pi * (_a + 1))) / _n**2)
    squared = pi**2 / 4 * (_a + 1) / _a * _n**2 / (_n - 1) ** 2
    return chain(
        "pairs times 2 t / w_d < pairs times 2 t sqrt((d-1)/(2 pi)) = 1",
        [
            identity.holds(whole, sympy.Integer(1), "the sum over pairs", low=2),
            identity.holds(
                gain**2,
                squared,
                "(pi/2)^2 d/(d-1) (n/(n-1))^2 is the squared gain on the printed ratio",
                low=2,
            ),
        ],
    )


def best_in_plane(points: Iterable[Point]) -> tuple[Ball, int]:
    """The best ratio of any direction for points of the plane, and how many differ.

    The differences, as lines, cut the half circle into gaps; a direction orthogonal to
    the middle of the widest gap g has the ratio sin(g / 2), and no other has more.
    """
    lines = sorted(_lines(points), key=_angle)
    turned = [*lines[1:], tuple(-x for x in lines[0])]
    gaps = [(1 - _cosine(a, b)) / 2 for a, b in zip(lines, turned, strict=True)]
    widest = gaps[0]
    for gap in gaps[1:]:
        widest = widest.maximum(gap)
    return widest.sqrt(), len(lines)


def _lines(points: Iterable[Point]) -> set[Point]:
    """Directions of all differences, each as a primitive vector of the upper half."""
    found = set()
    for (a, b), (c, d) in combinations(points, 2):
        x, y = c - a, d - b
        common = gcd(x, y) if (y, x) > (0, 0) else -gcd(x, y)
        found.add((x // common, y // common))
    return found


def _angle(line: Point) -> Fraction:
    """Increases with the angle on the upper half circle: -cot, and first the x-axis."""
    x, y = line
    return Fraction(-x, y) if y else Fraction(-(10**9))


def _cosine(a: Point, b: Point) -> Ball:
    inner = sum(x * y for x, y in zip(a, b, strict=True))
    squares = sum(x * x for x in a) * sum(y * y for y in b)
    return Ball.of(inner, _BITS) / Ball.of(squares, _BITS).sqrt()


def plane_target(ratio: Callable[[int, int], Ball] = printed) -> Target:
    """The claim that some direction of the plane reaches a ratio; relative margin."""

    def margin(points: tuple[Point, ...]) -> Ball:
        return best_in_plane(points)[0] / ratio(len(points), 2) - 1

    def describe(points: tuple[Point, ...]) -> Mapping[str, str]:
        best, lines = best_in_plane(points)
        shown = {"X": str(list(points)), "directions": str(lines)}
        wanted = float(ratio(len(points), 2))
        return shown | {"best ratio": f"{float(best):.6g}", "claimed": f"{wanted:.6g}"}

    return Target(margin, describe)


def grid_points(counts: Iterable[int], side: int) -> Iterator[tuple[Point, ...]]:
    """All sets of so many points of a square grid that contain its corner column."""
    grid = list(product(range(side), repeat=2))
    for count in counts:
        for points in combinations(grid, count):
            if points[0][0] == 0 and min(y for _, y in points) == 0:
                yield points


def random_points(count: int, tries: int, seed: int) -> Iterator[tuple[Point, ...]]:
    """Random points of a large square."""
    rng = np.random.default_rng(seed)
    for _ in range(tries):
        drawn = rng.integers(-1000, 1001, (count, 2)).tolist()
        yield tuple(sorted(map(tuple, drawn)))


@cache
def in_plane(level: Level) -> Outcome:
    """Every small set of grid points, every direction: the exact best ratio."""
    side, tries = level.pick((4, 500), (5, 20_000))
    aim = plane_target()
    candidates = chain_of(
        grid_points((2, 3, 4, 5), side),
        random_points(4, tries, 0),
        random_points(6, tries, 1),
    )
    claim = "the best ratio of all directions of the plane, over the printed one less 1"
    return attack.outcome(aim, attack.search(aim, candidates), claim)


def drawn(level: Level) -> Outcome:
    """A rational direction, exactly checked, for random points in 1 to 6 dimensions."""
    rng = np.random.default_rng(0)
    draws = sets = longest = 0
    for dim, count in product(range(1, 7), (2, 3, 5, 8, 12)):
        for _ in range(level.pick(4, 40)):
            points = rng.integers(-50, 51, (count, dim)).tolist()
            needed = _draws_until(points, rng, dim)
            if needed is None:
                return Outcome(Answer.OPEN, f"64 draws failed for {points}.", sets)
            draws, sets, longest = draws + needed, sets + 1, max(longest, needed)
    sentence = (
        f"A rational unit vector was found for {sets} random sets; {sets / draws:.2f} "
        f"of the draws succeeded (0.363 promised), at most {longest} were needed."
    )
    return Outcome(Answer.HOLDS, sentence, sets, f"{sets / draws - 0.363:.3g}")


def _draws_until(
    points: list[list[int]], rng: np.random.Generator, dim: int
) -> int | None:
    wanted = printed(len(points), dim)
    square = wanted * wanted
    pairs = {
        tuple(a - b for a, b in zip(p, q, strict=True))
        for p, q in combinations(points, 2)
    } - {(0,) * dim}
    for draw in range(1, 65):
        v = units.random_unit(rng, dim)
        ratios = (
            Fraction(sum(x * k for x, k in zip(v, e, strict=True))) ** 2
            / sum(k * k for k in e)
            for e in pairs
        )
        if all(at_most(square, ratio) is Truth.TRUE for ratio in ratios):
            return draw
    return None
