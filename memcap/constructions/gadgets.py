"""Write layers as actions on named slots instead of by index arithmetic.

    stack = Stack(["x"], part="decoder")
    stack.relu({"x": {"x": 1}, "h": {BIAS: 3, "x": -2}})      # h = max(3 - 2x, 0)

A slot that a layer does not mention is gone after it.
"""

from collections.abc import Mapping, Sequence

from memcap.core.exact import Number
from memcap.model.weights import Affine, Layer, Relu, Residual

BIAS = "1"
Expression = Mapping[str, Number]
# A hidden unit: the expression it is the ReLU of, and what it adds to which slots.
Unit = tuple[Expression, Expression]


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
    """A growing stack of token-wise layers over named slots.

    Args:
        slots: names of the slots the first layer reads.
        part: name under which the layers are counted.
    """

    def __init__(self, slots: Sequence[str], part: str) -> None:
        self.slots = tuple(slots)
        self.part = part
        self.layers: list[Layer] = []
        # The same few folds return with every field of a word.
        self._folds: dict[tuple[tuple[str, ...], str, Number], Layer] = {}

    def relu(self, rows: Mapping[str, Expression]) -> None:
        """Append the layer ``slot <- max(expression, 0)``."""
        self.layers.append(Relu(affine(self.slots, rows), self.part))
        self.slots = tuple(rows)

    def residual(self, units: Sequence[Unit]) -> None:
        """Append the layer ``slots <- slots + what the hidden units add``."""
        names = tuple(f"unit {i}" for i in range(len(units)))
        inner = {name: unit for name, (unit, _) in zip(names, units, strict=True)}
        outer: dict[str, dict[str, Number]] = {slot: {} for slot in self.slots}
        for name, (_, adds) in zip(names, units, strict=True):
            for slot, weight in adds.items():
                outer[slot][name] = weight
        block = Residual(affine(self.slots, inner), affine(names, outer), self.part)
        self.layers.append(block)

    def fold(self, slot: str, upper: int, lower: int, middle: Number = 0) -> None:
        """Fold the slot at ``2^(upper - 1), ..., 2^lower``, each less `middle`.

        With middle 0 [0, 2^upper] becomes [0, 2^lower] and a multiple of
        ``2^(lower + 1)`` becomes 0; with 1/2 the integers below 2^upper become those
        below 2^lower, and neighbours ``2h, 2h + 1`` stay such neighbours.
        """
        for place in reversed(range(lower, upper)):
            key = self.slots, slot, middle - (1 << place)
            if key not in self._folds:
                self.residual([({slot: 1, BIAS: key[2]}, {slot: -2})])
                self._folds[key] = self.layers[-1]
            else:
                self.layers.append(self._folds[key])
