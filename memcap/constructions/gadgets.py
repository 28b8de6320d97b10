"""Write layers as actions on named slots instead of by index arithmetic.

    stack = Stack(["x"], part="decoder")
    stack.relu({"x": {"x": 1}, "h": {BIAS: 3, "x": -2}})      # h = max(3 - 2x, 0)

A slot that a layer does not mention is gone after it.
"""

from collections.abc import Mapping, Sequence

from memcap.core.exact import Number
from memcap.model.weights import Affine, Relu

BIAS = "1"
Expression = Mapping[str, Number]


def carry(*slots: str) -> dict[str, Expression]:
    """Keep slots as they are."""
    return {slot: {slot: 1} for slot in slots}


def affine(slots: Sequence[str], rows: Mapping[str, Expression]) -> Affine:
    """The affine map that computes each row's expression from the named slots.

    Raises:
        KeyError: an expression names a slot that does not exist.

    Example:
        >>> affine(["x", "y"], {"z": {"y": 2, BIAS: 1}}).rows
        (Row(bias=1, terms=((1, 2),)),)
    """
    place = {slot: i for i, slot in enumerate(slots)}
    maps = [
        {place[slot]: weight for slot, weight in row.items() if slot != BIAS}
        for row in rows.values()
    ]
    return Affine.build(len(slots), maps, [row.get(BIAS, 0) for row in rows.values()])


class Stack:
    """A growing stack of token-wise ReLU layers over named slots.

    Args:
        slots: names of the slots the first layer reads.
        part: name under which the layers are counted.
    """

    def __init__(self, slots: Sequence[str], part: str) -> None:
        self.slots = tuple(slots)
        self.part = part
        self.layers: list[Relu] = []

    def relu(self, rows: Mapping[str, Expression]) -> None:
        """Append the layer ``slot <- max(expression, 0)``."""
        self.layers.append(Relu(affine(self.slots, rows), self.part))
        self.slots = tuple(rows)
