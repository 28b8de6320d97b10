"""Labels by several short ids a context, for types of few significant bits.

Each context has D ids, its digits, below 2^p. Steps tell how far a digit is, and a unit
a context says that all digits agree:

    s_(d,v) = R(1 - R(v - x_d)) = [x_d >= v]
    unit_c  = R(sum_d (s_(d,a) - s_(d,a')) - (D - 1)),  a: c's digit, a': the next
    y       = sum_c label_c unit_c

No partial sum exceeds D or the largest label. About 2 D + 2 numbers a stored context.
"""

from collections.abc import Sequence

import numpy as np

from memcap.constructions.gadgets import BIAS, Expression, affine
from memcap.constructions.step_memorizer import Made
from memcap.model.weights import Layer, Relu


def digit_memorizer(digits: np.ndarray, labels: Sequence[int], part: str) -> Made:
    """Layers from the slots ``x0 .. x(D-1)`` to the label of every row of digits.

    Args:
        digits: `[K, D]` non-negative integers; equal rows have equal labels.
        labels: K labels; label 0 is not stored.
        part: name under which the layers are counted.

    Returns:
        the layers, the slots after the last one, and the label as an expression.
    """
    depth = digits.shape[1]
    slots = tuple(f"x{d}" for d in range(depth))
    stored = {
        tuple(row): label
        for row, label in zip(digits.tolist(), labels, strict=True)
        if label
    }
    if not stored:
        return [], slots, {}
    values = [np.unique(digits[:, d]).tolist() for d in range(depth)]
    ramps: dict[str, Expression] = {
        f"{d} {v}": {BIAS: v, f"x{d}": -1} for d in range(depth) for v in values[d]
    }
    steps: dict[str, Expression] = {slot: {BIAS: 1, slot: -1} for slot in ramps}
    following = [dict(zip(column, column[1:], strict=False)) for column in values]
    units: dict[str, Expression] = {}
    for number, row in enumerate(stored):
        unit = {BIAS: 1 - depth} | {f"{d} {v}": 1 for d, v in enumerate(row)}
        for d, v in enumerate(row):
            if v in following[d]:
                unit[f"{d} {following[d][v]}"] = -1
        units[f"unit {number}"] = unit
    stages = ((slots, ramps), (tuple(ramps), steps), (tuple(steps), units))
    layers: list[Layer] = [Relu(affine(old, rows), part) for old, rows in stages]
    value = {f"unit {i}": label for i, label in enumerate(stored.values())}
    return layers, tuple(units), value
