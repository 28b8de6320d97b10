"""The network of KS23.Prop1 as weights: staircase, rank-one softmax layer, one hidden
layer through the ids, and a clamp."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from memcap.constructions.context_line import context_labels, ordered_ids
from memcap.constructions.interpolation import interpolate
from memcap.constructions.quantizer import REF, Grid
from memcap.constructions.rank_one_layer import Direction, layer, shorter
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number
from memcap.model.ball_outputs import ContextOutputs
from memcap.model.contexts import Contexts
from memcap.model.weights import Affine, Layer, Relu, Weights

# Ids come as close as e^(-2.5 cells): more cells need over 2^14 bits.
MOST_CELLS = 4096
# Two layers of the staircase, attention, hidden layer, clamp (2), readout.
DEPTH = 7


@dataclass(frozen=True, slots=True)
class Front:
    """FF_1 and SA, and the line their ids are read on.

    Args:
        grid: cells and ramps.
        direction: v, and the integers it makes of the cells.
        layers: two of the staircase, and the attention layer.
    """

    grid: Grid
    direction: Direction
    layers: tuple[Layer, ...]


def front_layers(grid: Grid) -> Front:
    """FF_1 and SA of a grid; they know nothing of the function.

    Raises:
        HypothesisError: there are more cells than 2^14 bits tell apart.
    """
    if grid.size > MOST_CELLS:
        raise HypothesisError(
            REF,
            f"at most {MOST_CELLS} cells, whose ids 2^14 bits tell apart",
            f"the grid has {grid.size}",
            "Take a coarser grid.",
        )
    # Far from zero, so that the scores of all queries spread by about as much.
    shift = 4 * grid.size
    top = shift + grid.size - 1
    v = tuple(grid.cells**j for j in range(grid.dim))
    direction = Direction(v, tuple(range(shift, top + 1)), 1, shift, top)
    # The head moves no id by more than a quarter of the distance of two cells.
    reach = shorter(Fraction(1, 4 * top))
    attention = layer(direction, Fraction(2, shift), reach, causal=False)
    return Front(grid, direction, (*grid.layers(shift), attention))


@dataclass(frozen=True, slots=True)
class Fitted:
    """The hidden layer of FF_2.

    Args:
        units: the M hidden units, all reading v . id.
        weights: for each output M weights.
        contexts: the M contexts it passes through.
    """

    units: Affine
    weights: tuple[tuple[Number, ...], ...]
    contexts: Contexts


def fit(front: Front, cells: np.ndarray, labels: Sequence[np.ndarray]) -> Fitted:
    """Pass a hidden layer through the ids of all contexts and p labels of each.

    Args:
        front: what makes the ids.
        cells: `[N, n, d]` cells of the tokens.
        labels: p arrays `[N, n]`.

    Raises:
        InconsistentLabelsError: one context has two labels.
    """
    grid = front.grid
    ids = Weights(
        task="seq_to_seq",
        input="vectors",
        embedding=_identity(grid.dim),
        layers=front.layers,
        readout=_identity(grid.dim),
        decision="vector",
    )
    outputs = ContextOutputs(ids, grid.centres(cells))
    targets = [context_labels(outputs.contexts, y) for y in labels]
    points, order = ordered_ids(outputs, front.direction, REF)
    found = interpolate(points, [y[order].tolist() for y in targets])
    row = dict(enumerate(front.direction.v))
    units = Affine.build(grid.dim, [row] * len(points), [-b for b in found.biases])
    return Fitted(units, found.weights, outputs.contexts)


def _identity(dim: int) -> Affine:
    return Affine.build(dim, [{j: 1} for j in range(dim)])


def network(
    front: Front,
    fitted: Fitted,
    outputs: Sequence[int],
    steps: int,
    decision: Literal["nearest", "vector"],
) -> Weights:
    """The whole network; ``steps - R(steps - R(y))`` clamps what comes out.

    Args:
        front: FF_1 and SA.
        fitted: the hidden layer.
        outputs: which of its outputs to keep.
        steps: the label that stands for the value 1.
        decision: ``nearest`` outputs one label, ``vector`` values in [0, 1].
    """
    heads = [dict(enumerate(fitted.weights[c])) for c in outputs]
    negative = [{c: -1} for c in range(len(heads))]
    unit = Fraction(1) if decision == "nearest" else Fraction(1, steps)
    readout = [{c: -unit} for c in range(len(heads))]
    return Weights(
        task="seq_to_seq",
        input="vectors",
        embedding=_identity(front.grid.dim),
        layers=(
            *front.layers,
            Relu(fitted.units, "hidden"),
            Relu(Affine.build(fitted.units.outputs, heads), "clamp"),
            Relu(Affine.build(len(heads), negative, [steps] * len(heads)), "clamp"),
        ),
        readout=Affine.build(len(heads), readout, [steps * unit] * len(heads)),
        decision=decision,
    )


def width(grid: Grid, hidden: int) -> int:
    """The largest of M hidden units and 2 (K - 1) d units of the staircase."""
    return max(hidden, 2 * (grid.cells - 1) * grid.dim)


def parameters(grid: Grid, hidden: int, outputs: int = 1) -> int:
    """Numbers to store, at most.

    ``d + [6 (K-1) d + 1] + [3 d + 1] + (d + 1) M + p (M + 4)``: embedding, staircase,
    attention, hidden units, their weights with clamp and readout.

    Example:
        >>> parameters(Grid(8, Fraction(1, 64), 1), 56)
        220
    """
    d, K = grid.dim, grid.cells
    before = d + 6 * (K - 1) * d + 1 + 3 * d + 1
    return before + (d + 1) * hidden + outputs * (hidden + 4)
