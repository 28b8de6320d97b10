"""Hard data for memorizers, and networks built for them as targets of a search.

The margin of a candidate is the smallest of what its certificate leaves: the distance
of a label from the next one, and the share of every size that is not used.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

import memcap as mc
from memcap.certify.certificate import Certificate
from memcap.core.claims import ClaimKind
from memcap.core.exact import exact
from memcap.data import adversaries
from memcap.data.dataset import Dataset, from_arrays
from proofs_check.methods.attack import Target

_SIZES = (
    ClaimKind.WIDTH_AT_MOST,
    ClaimKind.DEPTH_AT_MOST,
    ClaimKind.BITS_AT_MOST,
    ClaimKind.PARAMETERS_AT_MOST,
)


@dataclass(frozen=True, slots=True)
class Hard:
    """A candidate: data, and the network that is to hold them.

    Args:
        text: the data in words.
        construction: the name of a construction.
        data: the labels to hold.
        options: of the construction.
    """

    text: str
    construction: str
    data: Dataset
    options: dict[str, Any] = field(default_factory=dict)


def memorizes(factor: Fraction | int = 1, flipped: bool = False) -> Target:
    """The claim that a built network holds all labels within its sizes.

    Args:
        factor: of every size, for a false variant.
        flipped: another false variant: the network also holds the labels with the
            first one changed.
    """

    def margin(hard: Hard) -> Fraction:
        built = mc.construct(hard.construction, hard.data, **hard.options)
        data = _with_first_label_changed(hard.data) if flipped else hard.data
        return least(mc.verify(built, data), factor)

    return Target(margin, describe)


def describe(hard: Hard) -> dict[str, str]:
    """The candidate in texts."""
    options = ", ".join(f"{name} = {value}" for name, value in hard.options.items())
    return {
        "data": hard.text,
        "construction": hard.construction,
        "options": options or "none",
    }


def least(certificate: Certificate, factor: Fraction | int = 1) -> Fraction:
    """The smallest of the label margin and the unused shares of the sizes.

    Minus the share of wrong labels, if there are any.
    """
    wrong = certificate.total - certificate.correct
    if wrong:
        return Fraction(-wrong, certificate.total)
    found = [Fraction(exact(certificate.margin))]
    for checked in certificate.claims:
        if checked.claim.kind in _SIZES:
            actual = Fraction(exact(checked.actual or 0))
            found.append(1 - actual / (Fraction(exact(checked.claim.bound)) * factor))
    return min(found)


def _with_first_label_changed(ds: Dataset) -> Dataset:
    labels = np.array(ds.labels)
    labels.flat[0] = (labels.flat[0] + 1) % ds.num_classes
    return from_arrays(ds.tokens, labels, num_classes=ds.num_classes)


# --- sequences ---------------------------------------------------------------------


def sequences(deep: bool = False) -> Iterator[tuple[str, Dataset]]:
    """Next-token data: one mechanism or another is of no use on each of them."""
    size = 40 if deep else 12
    yield "equal tokens", adversaries.constant_sequences(size, 4, 3)
    yield "permutations", adversaries.shared_multiset(size, 5, 8, 3)
    yield "unequal cardinalities", adversaries.cardinality_adversary()
    yield "prefixes of zeros", _staircase(size)
    yield "one token changed", _neighbours(size)
    yield "two sequences that differ in the count of one token", _counts(9)


def vectors(deep: bool = False) -> Iterator[tuple[str, Dataset]]:
    """The same for tokens in the plane: near, far, and on one line."""
    powers = [10] if not deep else [10, 30]
    for power in powers:
        table = _near_and_far(power)
        index = np.array(
            [[i, j, k] for i in range(4) for j in range(i, 4) for k in (1, 2)]
        )
        text = f"tokens 2^-{power} apart at a distance of 2^{power}"
        yield text, from_arrays(table[index], np.arange(len(index)) % 3)
    line = np.array([[k, 3 * k] for k in range(6)]) / 2
    index = np.array([[i, (i + j) % 6] for i in range(6) for j in range(1, 4)])
    yield "tokens on a line", from_arrays(line[index], np.arange(len(index)) % 2)


def tokenwise(deep: bool = False) -> Iterator[tuple[str, Dataset]]:
    """Labels for every token; equal tokens of one context share them."""
    length = 8 if deep else 5
    index = np.array([np.roll(np.arange(length), i) for i in range(length)])
    index[:, 0] = index[:, -1]
    kinds = np.array([np.bincount(row, minlength=length) for row in index])
    marks = kinds @ (np.arange(length) ** 2)
    yield "rotations", from_arrays(index, (index + marks[:, None]) % 3)
    rows = _staircase(length + 3).tokens
    yield "prefixes of zeros", from_arrays(rows, (rows + rows.sum(1)[:, None]) % 3)


def sets(deep: bool = False) -> Iterator[tuple[str, Dataset]]:
    """Multisets filled up with the id 0, the empty one and multiples among them."""
    number = 9 if deep else 6
    rows = np.zeros((number, number - 1), int)
    for i in range(number):
        rows[i, :i] = 1
    yield "multiples of one token", from_arrays(rows, np.arange(number) % 3)
    pairs = np.array([[i, j, 0] for i in range(1, 6) for j in range(i, 6)])
    yield "all pairs", from_arrays(pairs, pairs.sum(axis=1) % 2)


def points(deep: bool = False) -> Iterator[tuple[str, Dataset]]:
    """Points to be stored: exactly delta apart and far away, and on one line."""
    for power in (4, 20) if not deep else (4, 20, 60):
        table = _near_and_far(power, pairs=18)
        labels = np.arange(len(table)) % 2 + 1
        text = f"pairs 2^-{power} apart, norms to 2^{power}"
        yield text, from_arrays(table[:, None], labels, num_classes=3)
    line = np.array([[k, 2 * k, -2 * k] for k in range(36)]) / 8
    yield "collinear points", _all_stored(line)
    spread = np.array([[2.0**k, 0] for k in range(36)])
    yield "points 2^k on a line", _all_stored(spread)


def _all_stored(table: np.ndarray) -> Dataset:
    labels = (np.arange(len(table)) ** 2) % 3 + 1
    return from_arrays(table[:, None], labels, num_classes=4)


def _near_and_far(power: int, pairs: int = 2) -> np.ndarray:
    """Pairs of points 2^-power apart, at the ends of [-2^power, 2^power]."""
    far, near = 2.0**power, 2.0**-power
    table = []
    for k in range(pairs):
        x = -far + 2 * far * k / (pairs - 1)
        y = round(x * 4) / 4
        table += [[y, 0.0], [y, near]]
    return np.array(table)


def _staircase(size: int) -> Dataset:
    """Sequence i is i zeros, then ones; the last token says nothing."""
    rows = np.array([[0] * i + [1] * (size - i) + [2] for i in range(size)])
    return from_arrays(rows, np.arange(size) % 3)


def _neighbours(size: int) -> Dataset:
    """One sequence, and all that differ from it in one token."""
    rows = [list(range(6))]
    rows += [[*range(k), 6 + k, *range(k + 1, 6)] for k in range(5)]
    rows += [[*range(k), 20 + k, *range(k + 1, 6)] for k in range(min(5, size - 6))]
    return from_arrays(rows, np.arange(len(rows)) % 3)


def _counts(longest: int) -> Dataset:
    """Few tokens against many of the same kind."""
    rows = [[0] * (longest - 2) + [1, 2], [0] * (longest - 3) + [1, 1, 2]]
    return from_arrays(rows, [0, 1])
