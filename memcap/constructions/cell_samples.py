"""The values of a function at the midpoints of all cells, as labelled sequences.

A function that is permutation equivariant is known from one order of each set of
cells, so a sample is a set of n cells, or with `repeats` a multiset. Label y of a token
stands for the value y / steps; it is the integer next to ``steps f``.
"""

from itertools import combinations, combinations_with_replacement
from math import comb
from typing import Any

import numpy as np

from memcap.constructions.approximation_error import ROUNDING, default_steps
from memcap.constructions.quantizer import REF, Grid
from memcap.constructions.target_functions import TargetFunction
from memcap.core.balls import Ball, Truth, at_most
from memcap.core.errors import HypothesisError
from memcap.core.exact import exact
from memcap.data.dataset import Dataset, from_arrays
from memcap.model.contexts import contexts

_PRECISION = 128
# The hidden layer has a unit for each context, and the check holds a ball for each pair
# of a context and a unit: a gigabyte, and about twenty seconds.
MOST_CONTEXTS = 2048


def samples(
    function: TargetFunction,
    grid: Grid,
    steps: int | None = None,
    repeats: bool = False,
) -> tuple[Dataset, ...]:
    """Every set of n cells with the function's values, one dataset a coordinate.

    Args:
        function: f.
        grid: the cells.
        steps: output steps between 0 and 1, by default sixteen a cell.
        repeats: whether a cell may hold several tokens of a sequence.

    Returns:
        d datasets with equal tokens, the midpoints of the cells; the labels of number c
        are coordinate c of the values, in steps.

    Raises:
        HypothesisError: there are too few cells for n different ones, or too many
            contexts; the function leaves [0, 1] or is not equivariant.

    Example:
        >>> from fractions import Fraction
        >>> from memcap.constructions.target_functions import target
        >>> grid = Grid(2, Fraction(1, 64), 1)
        >>> (ds,) = samples(target("max_pooling"), grid, steps=4, repeats=True)
        >>> ds.tokens[..., 0].tolist(), ds.labels.tolist()
        ([[0.25, 0.25], [0.25, 0.75], [0.75, 0.75]], [[1, 1], [3, 3], [3, 3]])
    """
    steps = default_steps(grid.cells) if steps is None else steps
    _check_sizes(function, grid, steps, repeats)
    choose = combinations_with_replacement if repeats else combinations
    numbers = np.array(list(choose(range(grid.size), function.length)))
    cells = numbers[..., None] // grid.cells ** np.arange(grid.dim) % grid.cells
    tokens = grid.centres(cells)
    _check_equivariant(function, tokens)
    labels = np.array([_labels(function, sequence, steps) for sequence in tokens])
    return tuple(
        from_arrays(tokens, labels[..., c], num_classes=steps + 1, source=function.name)
        for c in range(grid.dim)
    )


def _check_sizes(
    function: TargetFunction, grid: Grid, steps: int, repeats: bool
) -> None:
    if steps < 1:
        raise HypothesisError(REF, "at least one output step", f"steps = {steps}")
    if grid.dim != function.dim:
        raise HypothesisError(
            REF, f"a grid of dimension {function.dim}", f"it has {grid.dim}"
        )
    if grid.size < function.length and not repeats:
        raise HypothesisError(
            REF,
            f"at least n = {function.length} cells",
            f"there are {grid.size}",
            "Take a finer grid or repeats=True.",
        )
    number = context_count(grid.size, function.length, repeats)
    if number > MOST_CONTEXTS:
        raise HypothesisError(
            REF,
            f"at most {MOST_CONTEXTS} contexts, to be solved and checked",
            f"there are {number}",
            "Take a coarser grid.",
        )


def context_count(size: int, length: int, repeats: bool) -> int:
    """Number of pairs of a cell and the cells of the other n - 1 tokens.

    Example:
        >>> context_count(8, 2, False), context_count(8, 2, True)
        (56, 64)
    """
    others = size + length - 2 if repeats else size - 1
    return size * comb(others, length - 1)


def _check_equivariant(function: TargetFunction, tokens: np.ndarray) -> None:
    """A swap and a rotation generate all permutations; floats notice a violation."""
    order = np.arange(function.length)
    swap = np.r_[order[1::-1], order[2:]]
    values = function.floats(tokens)
    for permutation in (swap, np.roll(order, 1)):
        apart = function.floats(tokens[:, permutation]) - values[:, permutation]
        if np.abs(apart).max() > 1e-6:
            raise HypothesisError(
                REF,
                "a permutation-equivariant function",
                f"{function.name} changes by {np.abs(apart).max():.3g}",
            )


def _labels(function: TargetFunction, sequence: np.ndarray, steps: int) -> list[Any]:
    values = _scaled(function, sequence, steps)
    labels = [[round(x.lower) for x in row] for row in values]
    flat = zip(sum(values, []), sum(labels, []), strict=True)
    for value, label in flat:
        if not 0 <= label <= steps or _off(value, label):
            raise HypothesisError(
                REF,
                "values in [0, 1], known to 60 bits",
                f"{function.name} has the value {value / steps}",
                "Scale the function.",
            )
    return labels


def _scaled(
    function: TargetFunction, sequence: np.ndarray, steps: int
) -> list[list[Ball]]:
    exactly = [tuple(exact(x) for x in token) for token in sequence]
    values = function.values(exactly, _PRECISION)
    return [[Ball.of(x, _PRECISION) * steps for x in row] for row in values]


def _off(value: Ball, label: int) -> bool:
    """Whether the label is not certainly the value in steps, rounded."""
    apart = (value - label).maximum(label - value)
    return at_most(apart, ROUNDING, _PRECISION) is not Truth.TRUE


def check_values(
    function: TargetFunction, grid: Grid, ds: Dataset, coordinate: int, steps: int
) -> bool:
    """Make sure that labels are the function's values, at every set of cells.

    Returns:
        whether the sets with repeated cells are all there too.

    Raises:
        HypothesisError: a label is another value, or a set of different cells is
            missing.
    """
    if (function.dim, function.length) != (ds.dim, ds.length):
        raise HypothesisError(
            REF,
            f"sequences of {function.length} tokens of dimension {function.dim}",
            f"the data have {ds.length} of dimension {ds.dim}",
        )
    if not 0 <= coordinate < ds.dim:
        raise HypothesisError(
            REF, f"a coordinate in 0..{ds.dim - 1}", f"coordinate = {coordinate}"
        )
    cells = grid.locate(ds.token_vectors)
    for i, sequence in enumerate(grid.centres(cells)):
        values = _scaled(function, sequence, steps)
        for k, label in enumerate(ds.labels[i].tolist()):
            if _off(values[k][coordinate], label):
                raise HypothesisError(
                    REF,
                    f"labels that are values of {function.name}, in steps of 1/{steps}",
                    f"sample {i}, token {k} is labelled {label} and has the value "
                    f"{values[k][coordinate]}",
                    "Take the data from samples(function, grid).",
                )
    return _complete(grid, cells)


def _complete(grid: Grid, cells: np.ndarray) -> bool:
    seen = contexts(grid.numbers(cells), causal=False, only_last=False)
    length = cells.shape[1]
    repeated = (seen.members[:, 1:] == seen.members[:, :-1]).any(axis=1)
    needed = context_count(grid.size, length, repeats=False)
    found = int((~repeated).sum())
    if found < needed:
        raise HypothesisError(
            REF,
            f"all {needed} contexts of different cells",
            f"the data hold {found}",
            "Take the data from samples(function, grid).",
        )
    return seen.size == context_count(grid.size, length, repeats=True)
