"""The look-up of several short ids a context, one context after the other.

    h_d = R(x_d - a_d) + R(a_d - x_d)         distance to the context's digit d
    z   = sum_d R(1 - h_d)                    digits that agree
    y  += label R(z - (D - 1))                all do

Two layers a context in 2 D + 2 slots, the last line beside the first of the next
context: 11 D + 5 numbers. Sums stay below 2^p as the digits do.
"""

from collections.abc import Sequence

import numpy as np

from memcap.constructions.gadgets import BIAS, Expression, Stack, Unit
from memcap.constructions.step_memorizer import Made


def digit_sequence(digits: np.ndarray, labels: Sequence[int], part: str) -> Made:
    """Narrow layers from the slots ``x0 .. x(D-1)`` to the label of every row.

    Args:
        digits: `[K, D]` non-negative integers; equal rows have equal labels.
        labels: K labels; label 0 is not stored.
        part: name under which the layers are counted.

    Returns:
        the layers, the slots after the last one, and the label as an expression.

    Example:
        >>> rows = np.array([[3, 1], [3, 2]])
        >>> layers, slots, value = digit_sequence(rows, [0, 5], "decoder")
        >>> len(layers), slots, value
        (4, ('x0', 'x1', 'h0', 'h1', 'z', 'y'), {'y': 1})
    """
    depth = digits.shape[1]
    slots = tuple(f"x{d}" for d in range(depth))
    stored = dict(zip(map(tuple, digits.tolist()), labels, strict=True))
    rows = [(row, label) for row, label in stored.items() if label]
    if not rows:
        return [], slots, {}
    stack = Stack(slots, part)
    empty: dict[str, Expression] = {f"h{d}": {} for d in range(depth)}
    stack.relu({slot: {slot: 1} for slot in slots} | empty | {"z": {}, "y": {}})
    agree: list[Unit] = [
        unit
        for d in range(depth)
        for unit in (({BIAS: 1, f"h{d}": -1}, {"z": 1}), ({f"h{d}": 1}, {f"h{d}": -1}))
    ]
    say: list[Unit] = []
    for row, label in rows:
        stack.residual(say + _distances(row))
        stack.residual(agree)
        say = [({"z": 1, BIAS: 1 - depth}, {"y": label}), ({"z": 1}, {"z": -1})]
    stack.residual(say)
    return stack.layers, stack.slots, {"y": 1}


def _distances(row: tuple[int, ...]) -> list[Unit]:
    units: list[Unit] = []
    for d, digit in enumerate(row):
        units.append(({f"x{d}": 1, BIAS: -digit}, {f"h{d}": 1}))
        units.append(({f"x{d}": -1, BIAS: digit}, {f"h{d}": 1}))
    return units
