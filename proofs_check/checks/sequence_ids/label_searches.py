"""Candidates against the labels of KS25.LemB2: small, random, or from sequences."""

from collections.abc import Iterable, Iterator
from itertools import permutations
from math import hypot, sqrt

import numpy as np

from memcap.constructions.sequence_ids import distinguishing_tokens
from proofs_check.checks.sequence_ids import multisets
from proofs_check.checks.sequence_ids import projected_labels as projected
from proofs_check.checks.sequence_ids.multisets import Family
from proofs_check.checks.sequence_ids.projected_labels import Instance, Shift
from proofs_check.methods import units
from proofs_check.methods.units import Unit


def small(
    counts: Iterable[int] = (2, 3), most: int = 3, largest: int = 17, least: int = 0
) -> Iterator[Instance]:
    """Every family over two tokens, with every unit vector of small denominator."""
    for count in counts:
        found = multisets.families(count, 2, most, least)
        ordered = sorted(found, key=lambda family: sorted(map(sum, family))[::-1])
        for v in units.in_plane(largest):
            for family in ordered:
                yield Instance(family, v)


def random(
    tries: int, seed: int, most: int = 5, equal: bool = False
) -> Iterator[Instance]:
    """Random families of 2 to 5 multisets over 2 to 4 tokens, random directions.

    Args:
        tries: families.
        seed: of the draws.
        most: the largest cardinality allowed.
        equal: whether all multisets of a family have the same cardinality.
    """
    rng = np.random.default_rng(seed)
    for _ in range(tries):
        count, size = (int(rng.integers(2, top + 1)) for top in (5, 4))
        least = most if equal else 0
        vectors = multisets.count_vectors(size, most, least)
        chosen = rng.choice(len(vectors), size=min(count, len(vectors)), replace=False)
        family = tuple(vectors[i] for i in sorted(chosen.tolist()))
        if all(any(m[x] for m in family) for x in range(size)):
            yield Instance(family, units.random_unit(rng, size))


def aligned(most: int = 12, parts: int = 256) -> Iterator[Instance]:
    """M times a token against M - 1 times another, v along their difference.

    No direction moves unequal cardinalities closer together than this one.
    """
    for cardinality in range(2, most + 1):
        for fewer in range(1, cardinality):
            family = ((cardinality, 0), (0, fewer))
            for sign in (-1.0, 1.0):
                v = units.near([sign * cardinality, -sign * fewer], parts)
                yield Instance(family, v)


def meeting(shift: Shift, most: int = 16, count: int = 8) -> Iterator[Instance]:
    """M times a token against M - 1 times another, v such that their sums should meet.

    The shift moves them apart by c, v by ``K v.e`` with ``e = (M, 1 - M)``; where
    ``c <= K ||e||`` some v undoes the shift, up to rounding.

    Args:
        shift: c as a function of (M, N, |S|).
        most: the largest M.
        count: N; the first token alone, M - 1 times, M - 2 times and so on, fills up.
    """
    for cardinality in range(max(2, count - 1), most + 1):
        fewer = [(cardinality - i, 0) for i in range(1, count - 1)]
        family = ((cardinality, 0), (0, cardinality - 1), *fewer)
        long, c = hypot(cardinality, cardinality - 1), shift(cardinality, count, 2)
        stretch = float(projected.stretch(count, 2)[0])
        for step in range(-cardinality, cardinality + 1):
            along = -(c + step) / (stretch * long)
            if abs(along) <= 1:
                across = sqrt(1 - along * along)
                x, y = cardinality / long, (1 - cardinality) / long
                direction = [along * x - across * y, along * y + across * x]
                yield Instance(family, units.near(direction, 1 << 14))


def of_sequences(
    tokens: int = 3, length: int = 2, count: int = 3, largest: int = 300
) -> Iterator[Instance]:
    """Sequences of one length in every order, cut down to the greedy set A."""
    rows = multisets.count_vectors(tokens, length, length)
    written = [tuple(x for x, k in enumerate(m) for _ in range(k)) for m in rows]
    cases = []
    for order in permutations(written, count):
        chosen = tuple(distinguishing_tokens(np.array(order)))
        if len(chosen) == 2:
            family = tuple(multisets.counts_of(row, chosen) for row in order)
            cases.append((family, order, chosen))
    for v in units.in_plane(largest):
        for family, order, chosen in cases:
            yield Instance(family, v, order, chosen)


def smaller(instance: Instance) -> Iterator[Instance]:
    """Instances below one: of two tokens, without an element, or with a plain v."""
    family, size = instance.family, len(instance.v)
    if size > 2:
        yield from small(counts=(2,), largest=5)
    for i in range(len(family)):
        for x in range(size):
            if family[i][x]:
                row = tuple(k - (y == x) for y, k in enumerate(family[i]))
                yield from _valid((*family[:i], row, *family[i + 1 :]), instance.v)
        if len(family) > 2:
            yield from _valid(family[:i] + family[i + 1 :], instance.v)
    if size == 2:
        below = units.denominator(instance.v)
        for v in units.in_plane(min(below, 300)):
            if units.denominator(v) < below:
                yield Instance(family, v)


def _valid(family: Family, v: Unit) -> Iterator[Instance]:
    if multisets.differ(family) and all(map(any, zip(*family, strict=True))):
        yield Instance(family, v)
