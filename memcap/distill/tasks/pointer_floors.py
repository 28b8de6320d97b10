"""What guessing reaches when a uniformly random function is followed k times.

The walk s, f(s), f(f(s)), ... either meets k new nodes, or closes at step j <= k by
returning to the node of step i < j. The images of the nodes walked over are known then,
those of the R others are still uniform and independent.
"""

from fractions import Fraction
from functools import lru_cache
from math import comb, factorial


def _new_nodes(nodes: int, steps: int) -> Fraction:
    """Probability that the first `steps` images are distinct and not the start."""
    chance = Fraction(1)
    for met in range(1, steps + 1):
        chance *= Fraction(nodes - met, nodes)
    return chance


def start_of_function(nodes: int, hops: int) -> Fraction:
    """Probability that k hops lead back to the start: its cycle's length divides k.

    Example:
        >>> start_of_function(2, 1), start_of_function(2, 2)
        (Fraction(1, 2), Fraction(3, 4))
    """
    lengths = (j for j in range(1, min(nodes, hops) + 1) if hops % j == 0)
    return sum((_new_nodes(nodes, j - 1) / nodes for j in lengths), start=Fraction(0))


def most_frequent_image(nodes: int, hops: int) -> Fraction:
    """Probability that the k-th image is the node with most preimages.

    Equal ones are chosen among at random; a fixed order comes to the same, since no
    node is distinguished.

    Example:
        >>> most_frequent_image(2, 1)  # 1 if f is constant, else 1/2
        Fraction(3, 4)
    """
    total = Fraction(0)
    if hops < nodes:
        won = _wins(nodes - hops, 1, nodes - hops, hops - 1, 0)
        total += _new_nodes(nodes, hops) * won
    for j in range(1, min(nodes, hops) + 1):
        won = sum((_closed(nodes, hops, i, j) for i in range(j)), start=Fraction(0))
        total += _new_nodes(nodes, j - 1) / nodes * won
    return total


def _closed(nodes: int, hops: int, i: int, j: int) -> Fraction:
    """The same, where step j returns to the node of step i."""
    rest = nodes - j
    if i == 0:  # all j nodes have one known preimage
        return _wins(rest, 1, rest, j - 1, 0)
    if (hops - i) % (j - i) == 0:  # the answer is node i itself, with two of them
        return _wins(rest, 2, rest + 1, j - 2, 0)
    return _wins(rest, 1, rest + 1, j - 3, 1)


@lru_cache(maxsize=4096)
def _wins(balls: int, own: int, zeros: int, ones: int, twos: int) -> Fraction:
    """Chance that our cell is the fullest after throwing balls uniformly.

    Cells start with `own` balls in ours, and with 0, 1 or 2 in so many others. Counted
    by exponential generating functions: a cell of at most c more balls is the sum of
    x^b / b! over b <= c.
    """
    total = Fraction(0)
    for most in range(own, own + balls + 1):
        for ties in _products(zeros, ones, twos):
            total += _ways(balls, most, own, (zeros, ones, twos), ties)
    return total * factorial(balls) / Fraction(1 + zeros + ones + twos) ** balls


def _products(zeros: int, ones: int, twos: int) -> list[tuple[int, int, int]]:
    """How many cells of each kind are as full as ours."""
    return [
        (a, b, c)
        for a in range(zeros + 1)
        for b in range(ones + 1)
        for c in range(twos + 1)
    ]


def _ways(
    balls: int, most: int, own: int, cells: tuple[int, ...], ties: tuple[int, ...]
) -> Fraction:
    """Coefficient of x^balls with `most` in our cell and the tied ones, less elsewhere.

    Divided by the number of fullest cells, among which the guess is drawn.
    """
    left = balls - (most - own)
    weight = Fraction(1, factorial(most - own) * (1 + sum(ties)))
    for start, (cell, tie) in enumerate(zip(cells, ties, strict=True)):
        if tie and most < start:
            return Fraction(0)
        left -= tie * (most - start)
        if tie:
            weight *= Fraction(comb(cell, tie), factorial(most - start) ** tie)
    if left < 0:
        return Fraction(0)
    below = [Fraction(int(power == 0)) for power in range(left + 1)]
    for start, (cell, tie) in enumerate(zip(cells, ties, strict=True)):
        below = _times(below, _power(most - 1 - start, cell - tie, left))
    return weight * below[left]


@lru_cache(maxsize=4096)
def _power(capacity: int, exponent: int, degree: int) -> tuple[Fraction, ...]:
    """(sum of x^b / b! over b <= capacity)^exponent up to a degree."""
    if exponent == 0:
        return tuple(Fraction(int(power == 0)) for power in range(degree + 1))
    one = [Fraction(int(b <= capacity), factorial(b)) for b in range(degree + 1)]
    return tuple(_times(_power(capacity, exponent - 1, degree), one))


def _times(
    left: "list[Fraction] | tuple[Fraction, ...]",
    right: "list[Fraction] | tuple[Fraction, ...]",
) -> list[Fraction]:
    """Product of two polynomials, cut at their degree."""
    return [
        sum((left[a] * right[power - a] for a in range(power + 1)), start=Fraction(0))
        for power in range(len(left))
    ]
