"""Labels by one step at every change: no packed words, hence only short numbers.

    y = sum_j (v_j - v_(j-1)) R(1 - R(a_j - x))          x an integer

Side by side that is five numbers and two layers; in sequence, with one slot for the
ramps, eight numbers and one layer of three units a change.
"""

from memcap.constructions.change_points import Changes
from memcap.constructions.fold_memorizer import steps_in_sequence
from memcap.constructions.gadgets import BIAS, Expression, Stack, affine
from memcap.model.weights import Layer, Relu

Made = tuple[list[Layer], tuple[str, ...], Expression]


def step_memorizer(found: Changes, part: str, in_sequence: bool = False) -> Made:
    """Layers from the slot ``x`` to the label of every integer.

    Args:
        found: where labels change.
        part: name under which the layers are counted.
        in_sequence: one narrow layer a change instead of all side by side.

    Returns:
        the layers, the slots after the last one, and the label as an expression.
    """
    if not found.places:
        return [], ("x",), {}
    before = (0, *found.values)
    jumps = [new - old for old, new in zip(before, found.values, strict=False)]
    made = _in_sequence if in_sequence else _side_by_side
    return made(found.places, jumps, part)


def _side_by_side(places: tuple[int, ...], jumps: list[int], part: str) -> Made:
    ramps = {f"h{j}": {BIAS: a, "x": -1} for j, a in enumerate(places)}
    steps = {f"s{j}": {BIAS: 1, f"h{j}": -1} for j in range(len(places))}
    layers: list[Layer] = [
        Relu(affine(("x",), ramps), part),
        Relu(affine(tuple(ramps), steps), part),
    ]
    return layers, tuple(steps), {f"s{j}": jump for j, jump in enumerate(jumps)}


def _in_sequence(places: tuple[int, ...], jumps: list[int], part: str) -> Made:
    stack = Stack(["x"], part)
    stack.relu({"x": {"x": 1}, "h": {}, "y": {}})
    for units in steps_in_sequence(list(places), jumps, "x", "h", "y"):
        stack.residual(units)
    return stack.layers, stack.slots, {"y": 1}
