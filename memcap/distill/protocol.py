"""The comparison a distillation is judged by: a student with itself before it.

A gain is accuracy after less accuracy before, on identical items with one prompt and
one scorer. Scores of distilled students alone say which of them lost least.
"""

from dataclasses import dataclass, field

import numpy as np

from memcap.core.errors import ProtocolError
from memcap.distill.statistics.paired import PairedTable


@dataclass(frozen=True, eq=False)
class Scores:
    """Which items of a test set are answered right.

    Args:
        test: hash of the test set.
        right: `[n]` booleans, in the order of its items.
    """

    test: str
    right: np.ndarray = field(repr=False)

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return float(self.right.mean())


def packed(right: np.ndarray) -> str:
    """Booleans in hexadecimal digits, four to a digit, zeros behind the last one.

    Example:
        >>> packed(np.array([True, False, False, True, True]))
        '98'
    """
    return np.packbits(right.astype(bool)).tobytes().hex()


def unpacked(text: str, items: int) -> np.ndarray:
    """`[items]` booleans from what `packed` made of them.

    Raises:
        ValueError: it holds others, or another number of them.

    Example:
        >>> unpacked("98", 5).tolist()
        [True, False, False, True, True]
    """
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(text), np.uint8))
    if len(bits) != -(-items // 8) * 8 or bits[items:].any():
        raise ValueError(f"it does not hold {items} items")
    return bits[:items].astype(bool)


def paired(before: Scores | None, after: Scores) -> PairedTable:
    """How the items fared before and after distillation.

    Args:
        before: the undistilled student's.
        after: the distilled one's.

    Raises:
        ProtocolError: there are no scores before, or they are of other items.

    Example:
        >>> before = Scores("items", np.array([True, False, False]))
        >>> paired(before, Scores("items", np.array([False, True, True]))).gain
        0.3333333333333333
    """
    if before is None:
        raise ProtocolError(
            "there are no scores before distillation, so no gain can be told; measure "
            "the undistilled student on the same items first."
        )
    if before.test != after.test or len(before.right) != len(after.right):
        raise ProtocolError(
            "the scores before and after are of different test sets; measure both on "
            "the same items."
        )
    old, new = before.right.astype(bool), after.right.astype(bool)
    cells = (old & new, old & ~new, ~old & new, ~old & ~new)
    return PairedTable(*(int(cell.sum()) for cell in cells))
