"""Stacks of layers side by side: block-diagonal layers over all their slots."""

from collections.abc import Sequence

from memcap.constructions.gadgets import Expression, Stack, affine
from memcap.core.exact import Number
from memcap.model.weights import Affine, Relu, Row


def side_by_side(
    stacks: Sequence[Stack], values: Sequence[Expression]
) -> tuple[list[Relu], Affine]:
    """Run equally deep stacks in the same layers and add up their values.

    Args:
        stacks: stacks of equal depth whose first layers read the same slots.
        values: what each stack computes, as an expression in its last slots.

    Returns:
        the layers, and the affine map from the last state to the sum of the values.

    Example:
        >>> one, two = Stack(["e"], ""), Stack(["e"], "")
        >>> one.relu({"x": {"e": 1}})
        >>> two.relu({"x": {"e": 3}, "h": {}})
        >>> layers, total = side_by_side([one, two], [{"x": 1}, {"x": 5}])
        >>> layers[0].map.outputs, total.rows
        (3, (Row(bias=0, terms=((0, 1), (1, 5))),))
    """
    together = zip(*(stack.layers for stack in stacks), strict=True)
    layers = [
        Relu(_stacked([layer.map for layer in pieces], shared=i == 0), pieces[0].part)
        for i, pieces in enumerate(together)
    ]
    readouts = [
        affine(stack.slots, {"value": value})
        for stack, value in zip(stacks, values, strict=True)
    ]
    return layers, _summed(_stacked(readouts, shared=False))


def _stacked(maps: Sequence[Affine], shared: bool) -> Affine:
    """The maps below each other, on the same inputs or each on its own."""
    rows, offset = [], 0
    for affine_map in maps:
        for bias, terms in affine_map.rows:
            moved = tuple((column + offset, weight) for column, weight in terms)
            rows.append(Row(bias, moved))
        offset += 0 if shared else affine_map.inputs
    return Affine(maps[0].inputs if shared else offset, tuple(rows))


def _summed(stacked: Affine) -> Affine:
    """One row that is the sum of rows with disjoint columns."""
    terms = tuple(term for row in stacked.rows for term in row.terms)
    bias: Number = sum(row.bias for row in stacked.rows)
    return Affine(stacked.inputs, (Row(bias, terms),))
