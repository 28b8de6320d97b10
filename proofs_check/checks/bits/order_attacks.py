"""The orders of Vardi22 against the sizes of KS25.LemC1, attacked over N, d, C, r, B.

memcap's calculators of KS25.LemC1 give the sizes; the constants are those that the
rows prove in symbols.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import memcap as mc
from memcap.core.balls import Ball
from memcap.core.exact import Number
from proofs_check.methods.attack import Target, outcome, search
from proofs_check.statement import Level, Outcome

_BITS = 128
_NAMES = ("N", "d", "C", "r", "B")
# N, d, C, r, and B where there is one; delta = 1.
Sizes = tuple[int, ...]


def largest_log(sizes: Sizes) -> Ball:
    """``max(log2 R, log2 C)`` with R = 20 r N^2 sqrt(pi d)."""
    number, dim, classes, r = sizes[:4]
    reach = (Ball.pi(_BITS) * dim).sqrt() * (20 * r * number**2)
    return reach.log2().maximum(Ball.of(classes, _BITS).log2())


def size_of(quantity: str, stored: int, sizes: Sizes) -> Ball:
    """What KS25.LemC1 says of `stored` of the N points."""
    number, dim, classes, r = sizes[:4]
    given: dict[str, Any] = {"num_points": number, "dim": dim, "classes": classes}
    bound = mc.bounds.get(f"KS25.LemC1.{quantity}")
    return bound(num_stored=stored, r=r, delta=1, **given).ball(_BITS)


def root_of_parameters(share: Number = 1, ratio: bool = True) -> Target:
    """``W <= share (156 (11 + 3a) + 25) (d + sqrt(N log2 N))``, a = g / log2 N >= 1.

    Args:
        share: below 1 a false variant.
        ratio: whether a is as large as log R and log C ask for; else it is 1.
    """

    def margin(sizes: Sizes) -> Ball:
        number, dim = sizes[:2]
        log = Ball.of(number, _BITS).log2()
        a = (largest_log(sizes) / log).maximum(Ball.of(1)) if ratio else Ball.of(1)
        constant = (a * 3 + 11) * 156 + 25
        allowed = constant * ((log * number).sqrt() + dim) * share
        return allowed / size_of("parameters", number, sizes) - 1

    return Target(margin, _described)


def chained_depth(constant: Number = 9) -> Target:
    """ceil(N/B^2) memorizers of B^2 points within `constant` times Theorem 6.2."""

    def margin(sizes: Sizes) -> Ball | None:
        number, budget = sizes[0], sizes[4]
        if budget**2 > number:
            return None
        groups = -(-number // budget**2)
        depth = groups * (size_of("depth", budget**2, sizes) - 2) + 2
        root = Ball.of(budget, _BITS).log2().sqrt()
        order = (root + largest_log(sizes) / root) * number / budget
        return order * constant / depth - 1

    return Target(margin, _described)


def _described(sizes: Sizes) -> dict[str, str]:
    return dict(zip(_NAMES, map(str, sizes), strict=False))


def grid(level: Level) -> Iterator[Sizes]:
    """Powers and their neighbours, so that every rounding occurs."""
    numbers = [2, 3, 4, 5, 15, 16, 17, 255, 257, 10**4, 10**6 + 1]
    numbers += level.pick([], [2**k + j for k in range(5, 40) for j in (-1, 0, 1)])
    return product(numbers, (1, 100), (2, 10**9), (1, 2**40))


def budgets(level: Level) -> Iterator[Sizes]:
    """The same with B = 2, 3, ... and the largest one."""
    for sizes in grid(level):
        largest = int(sizes[0] ** 0.5)
        yield from ((*sizes, b) for b in sorted({2, 3, 4, 10, largest}) if b >= 2)


def attack_parameters(level: Level) -> Outcome:
    """Vardi22.Abs from above."""
    target = root_of_parameters()
    claim = "parameters within (156 (11 + 3a) + 25)(d + sqrt(N log N)), unused share"
    return outcome(target, search(target, grid(level)), claim)


def attack_chain(level: Level) -> Outcome:
    """Vardi22.Thm6.2 in whole groups."""
    target = chained_depth()
    claim = "depth of the chain within 9 times the order, unused share"
    return outcome(target, search(target, budgets(level)), claim)
