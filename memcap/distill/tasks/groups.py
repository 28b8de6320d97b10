"""Finite groups by name: Z60, A5, S5 and products such as A4_x_Z5."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from sympy.combinatorics import Permutation, PermutationGroup
from sympy.combinatorics.group_constructs import DirectProduct
from sympy.combinatorics.named_groups import (
    AlternatingGroup,
    CyclicGroup,
    SymmetricGroup,
)

from memcap.core.errors import DataError

_FACTORS = {"Z": CyclicGroup, "A": AlternatingGroup, "S": SymmetricGroup}
# Product tables have |G|^2 entries; S6 has order 720.
_LARGEST = 1000


@dataclass(frozen=True, eq=False)
class Group:
    """A permutation group, its elements in lexicographic order, the identity first.

    Args:
        name: of the group.
        elements: `[|G|, degree]` images of the points.
        products: `[|G|, |G|]` index of ``a o b`` at row a, column b, where
            ``(a o b)[k] = a[b[k]]``.
        solvable: whether it is.
    """

    name: str
    elements: np.ndarray = field(repr=False)
    products: np.ndarray = field(repr=False)
    solvable: bool

    @property
    def order(self) -> int:
        """|G|."""
        return len(self.elements)

    def generating_pair(self) -> tuple[int, int]:
        """The first two elements, in order, whose words of one length reach everything.

        Generating is not enough: words of n odd permutations are all odd or all even,
        which would halve the answers.

        Raises:
            DataError: no two elements do.
        """
        for pair in combinations(range(1, self.order), 2):
            if self._reached(pair) == self.order:
                return pair
        raise DataError(
            f"no two elements make words of one length that reach all of {self.name}; "
            "take all elements as inputs."
        )

    def _reached(self, pair: tuple[int, int]) -> int:
        """How many elements the words of one great length reach.

        Let W_n be the products of n letters a, b. If W_{n+1} = a W_n u b W_n is no
        larger than W_n, it is a W_n, so W_{n+2} = W_{n+1} W_1 = a W_{n+1} is no larger
        either: the first standstill is the last.
        """
        words, count = np.array([0]), 0
        while count != (count := len(words)):
            words = np.unique(self.products[np.array(pair)][:, words])
        return count


@lru_cache(maxsize=32)
def group(name: str) -> Group:
    """The group of a name.

    Args:
        name: ``Z`` (cyclic), ``A`` (alternating) or ``S`` (symmetric) with a number, or
            several of these joined by ``_x_``.

    Raises:
        DataError: the name is none, or the group has more than 1,000 elements.

    Example:
        >>> group("S5").order, group("A4_x_Z5").order, group("A5").solvable
        (120, 60, False)
    """
    parts = [_factor(part, name) for part in name.split("_x_")]
    whole = DirectProduct(*parts) if len(parts) > 1 else parts[0]
    order = int(whole.order())
    if not 2 <= order <= _LARGEST:
        raise DataError(
            f"group {name} has {order} elements; take one of 2 to {_LARGEST}."
        )
    images: Any = whole.generate(af=True)
    elements = np.array(sorted(map(tuple, images)))
    return Group(name, elements, _products(elements), bool(whole.is_solvable))


def _factor(part: str, name: str) -> PermutationGroup:
    found = re.fullmatch(r"([ZAS])([1-9][0-9]{0,2})", part)
    if found is None:
        raise DataError(
            f"group {name!r} has the part {part!r}; parts are Z, A or S and a number, "
            "joined by _x_: S5, Z60, A4_x_Z5."
        )
    degree = int(found[2])
    # Without this S100 would be built to learn that it is too large.
    if found[1] != "Z" and degree > 6:
        raise DataError(f"group {name} has more than {_LARGEST} elements.")
    if found[1] == "A" and degree < 3:
        return PermutationGroup([Permutation(list(range(degree)))])
    return _FACTORS[found[1]](degree)


def _products(elements: np.ndarray) -> np.ndarray:
    index = {one.tobytes(): i for i, one in enumerate(elements)}
    rows = [[index[one.tobytes()] for one in a[elements]] for a in elements]
    return np.array(rows)
