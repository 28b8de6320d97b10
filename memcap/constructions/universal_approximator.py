"""KS23.Prop1: one rank-one softmax layer approximates every equivariant function.

    1 <= p < infinity, f: R^(d x n) -> R^(d x n) continuous and permutation
    equivariant on a box, eps > 0. Some g = FF_2 o SA o FF_1 with one softmax head of
    rank one has (int |f - g|_p^p)^(1/p) < eps.

The box is [0, 1]^(d x n) and f maps it into itself. Layer by layer:

    FF_1   a staircase moves every coordinate to its cell (`quantizer`)
    SA     scores kappa (v.x)(v.x') with v = (1, K, K^2, ...): the cells become the
           integers T .. T + K^d - 1, one apart, and kappa = 2 / T spreads the scores
           by 2, as KS23.LemS asks
    FF_2   one hidden ReLU layer through the points (id, label), then two layers that
           clamp what comes out to [0, steps]

A label y stands for the value y / steps. **What is proved**: the certificate of a
network says that at every sequence of the data each of its outputs rounds to the label;
for the data of `samples`, that is at the midpoints of all cells, and so everywhere in
these cells, because FF_1 has one value there. **What follows**: the bound of
`approximation_error` on the L_p distance, from that certificate, the modulus of
continuity of f and exact measures of the remaining sets.

Sequences with two tokens in one cell are outside KS23.Thm2, and the statement lets
their measure vanish. Here they can be fitted like all others (``repeats=True``), since
on a line of integers the head tells multisets apart, not only sets. It reads
``t P'(t) / P(t)`` with ``P(t) = sum_x m(x) t^x`` and ``t = e^(kappa q)``. Were that
equal for two multisets of n tokens, the integer polynomial ``P' Q - P Q'`` would vanish
at t, which is transcendental (kappa q is rational and not 0: Hermite-Lindemann), hence
everywhere; so P = c Q, and c = 1 because both have n tokens.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from memcap.constructions.approximation_error import (
    ErrorBound,
    check_exponent,
    default_ramp,
    error_bound,
)
from memcap.constructions.approximator_network import (
    DEPTH,
    MOST_CELLS,
    Fitted,
    Front,
    fit,
    front_layers,
    network,
    parameters,
    width,
)
from memcap.constructions.base import Built, Entry, register
from memcap.constructions.cell_samples import check_values, samples
from memcap.constructions.context_line import context_labels
from memcap.constructions.quantizer import REF, Grid, check_cells
from memcap.constructions.target_functions import TargetFunction, target
from memcap.core.claims import Claim, ClaimKind
from memcap.core.errors import HypothesisError, InconsistentLabelsError
from memcap.core.exact import Number, exact
from memcap.data.dataset import Dataset
from memcap.model.contexts import contexts
from memcap.model.weights import Weights

NAME = "universal_approximator"
Real = Number | float


def build(
    ds: Dataset,
    grid: int | None = None,
    ramp: Real | None = None,
    function: TargetFunction | str | None = None,
    coordinate: int = 0,
    p: Real = 1,
    seed: int = 0,
) -> Built:
    """Fit the labels of sequences of cells, as values of a function of the box.

    Args:
        ds: token vectors in [0, 1]^d with a label for every token; label y stands for
            the value y / (C - 1).
        grid: K, cells along an axis, a power of two; by default the coarsest grid
            that tells the labels apart.
        ramp: w, width of the ramps, a power of two; by default so narrow that ramps
            add at most a sixteenth of a step to the error.
        function: the function, or its name, of which the labels are the values at the
            cells of `grid`; adds the bound on its L_p error to the report.
        coordinate: which output coordinate of the function the labels are.
        p: exponent of that bound.
        seed: accepted as everywhere; nothing is drawn.

    Raises:
        HypothesisError: a token is outside the box or on a ramp, a size is not a
            power of two, or the labels are not the values of the function.
        InconsistentLabelsError: one set of cells has two labels at one cell.
    """
    if grid is None and function is not None:
        raise HypothesisError(
            REF, "the grid of the samples, when a function is named", "grid = None"
        )
    if grid is None:
        chosen = _coarsest(ds, ramp, p)
    else:
        chosen = make_grid(grid, ds.dim, ds.length, ramp, p)
    front = front_layers(chosen)
    fitted = fit(front, chosen.locate(ds.token_vectors), [ds.labels])
    steps = max(1, ds.num_classes - 1)
    report = _report(front, fitted, steps)
    if function is not None:
        known = _function(function, ds)
        repeats = check_values(known, chosen, ds, coordinate, steps)
        report |= _told(error_bound(known, chosen, steps, p, repeats, ds.length))
        report["function"] = known.name
    return _built(front, fitted, 0, steps, report)


def make_grid(
    cells: int, dim: int, length: int, ramp: Real | None = None, p: Real = 1
) -> Grid:
    """A grid with given ramps, or with the widest that hardly add to the error."""
    cells, exponent = check_cells(cells), check_exponent(p)
    if ramp is not None:
        return Grid(cells, Fraction(exact(ramp)), dim)
    return Grid(cells, default_ramp(cells, dim, length, exponent), dim)


def _coarsest(ds: Dataset, ramp: Real | None, p: Real) -> Grid:
    """The first of 2, 4, 8, ... cells that tells the labels apart."""
    refused: Exception | None = None
    cells = 2
    while cells**ds.dim <= MOST_CELLS:
        try:
            grid = make_grid(cells, ds.dim, ds.length, ramp, p)
            numbers = grid.numbers(grid.locate(ds.token_vectors))
            context_labels(contexts(numbers, False, False), ds.labels)
            return grid
        except (HypothesisError, InconsistentLabelsError) as error:
            refused, cells = error, 2 * cells
    raise refused or HypothesisError(
        REF, f"at most {MOST_CELLS} cells", f"2^{ds.dim} are the fewest"
    )


def _function(function: TargetFunction | str, ds: Dataset) -> TargetFunction:
    if isinstance(function, TargetFunction):
        return function
    return target(function, ds.dim, ds.length)


def _built(
    front: Front, fitted: Fitted, output: int, steps: int, report: dict[str, Any]
) -> Built:
    grid, hidden = front.grid, fitted.units.outputs
    bounds = {
        ClaimKind.MEMORIZES: 0,
        ClaimKind.RANK_AT_MOST: 1,
        ClaimKind.DEPTH_AT_MOST: DEPTH,
        ClaimKind.WIDTH_AT_MOST: width(grid, hidden),
        ClaimKind.PARAMETERS_AT_MOST: parameters(grid, hidden),
    }
    claims = tuple(Claim(kind, bound, REF) for kind, bound in bounds.items())
    weights = network(front, fitted, [output], steps, "nearest")
    return Built(NAME, REF, weights, claims, report)


def _report(front: Front, fitted: Fitted, steps: int) -> dict[str, Any]:
    seen, grid = fitted.contexts, front.grid
    repeated = (seen.members[:, 1:] == seen.members[:, :-1]).any(axis=1)
    return {
        "grid": grid.cells,
        "cells": grid.size,
        "ramp": grid.ramp,
        "output_steps": steps,
        "contexts": seen.size,
        "repeated_contexts": int(repeated.sum()),
        "kappa": Fraction(2, front.direction.mu),
    }


def _told(bound: ErrorBound) -> dict[str, Any]:
    return {"error_bound": bound, "lp_bound": float(bound.total)}


@dataclass(frozen=True, slots=True)
class Approximation:
    """An approximator g of a function f, and what is needed to check it.

    Args:
        function: f.
        grid: cells and ramps.
        steps: output steps between 0 and 1.
        weights: g; the outputs are the values, `[N, n, d]`.
        bound: on the L_p distance of f and g over all d n entries.
        coordinates: for each output coordinate the network that outputs its labels
            (the same layers, one row of the last three, scaled) with its claims, and
            the data on which `memcap.verify` proves them.
    """

    function: TargetFunction
    grid: Grid
    steps: int
    weights: Weights
    bound: ErrorBound
    coordinates: tuple[tuple[Built, Dataset], ...]


def approximate(
    function: TargetFunction,
    grid: int = 8,
    ramp: Real | None = None,
    steps: int | None = None,
    p: Real = 1,
    repeats: bool = False,
) -> Approximation:
    """Build g for a function f and bound their L_p distance.

    Args:
        function: f with its Lipschitz constant.
        grid: K, cells along an axis, a power of two; `grid_for` finds the one that a
            given eps needs.
        ramp: width of the ramps, a power of two; small enough by default.
        steps: output steps between 0 and 1; by default sixteen a cell.
        p: exponent of the error.
        repeats: fit sequences with several tokens in one cell too.

    Raises:
        HypothesisError: a size is unusable, or f leaves [0, 1].

    Example:
        >>> made = approximate(target("max_pooling"), grid=4, repeats=True)
        >>> made.bound.step, made.bound.repeated, made.bound.total < Fraction(1, 3)
        (Fraction(1, 8), 0, True)
    """
    chosen = make_grid(grid, function.dim, function.length, ramp, p)
    data = samples(function, chosen, steps, repeats)
    front = front_layers(chosen)
    labels = [ds.labels for ds in data]
    fitted = fit(front, chosen.locate(data[0].token_vectors), labels)
    steps = data[0].num_classes - 1
    bound = error_bound(function, chosen, steps, p, repeats)
    report = _report(front, fitted, steps) | {"function": function.name}
    single = error_bound(function, chosen, steps, p, repeats, function.length)
    built = [
        _built(front, fitted, c, steps, report | _told(single))
        for c in range(len(data))
    ]
    return Approximation(
        function=function,
        grid=chosen,
        steps=steps,
        weights=network(front, fitted, range(len(data)), steps, "vector"),
        bound=bound,
        coordinates=tuple(zip(built, data, strict=True)),
    )


register(
    Entry(
        name=NAME,
        ref=REF,
        sentence="A ReLU staircase, one rank-one softmax layer and one hidden ReLU "
        "layer approximate an equivariant function on a grid.",
        hypotheses=(
            "tokens are vectors of the unit box, labels the values in steps",
            "a dyadic grid, and no token on a ramp between its cells",
            "equal labels for tokens of equal cells that see equal cells",
        ),
        tasks=("seq_to_seq",),
        options={
            "grid": "K, cells along an axis (2, 4, 8, ...); default: the coarsest",
            "ramp": "width of the ramps between cells, 2^-m",
            "function": "whose values the labels are; its L_p error is bounded",
            "coordinate": "which output coordinate the labels are",
            "p": "exponent of the error, at least 1",
            "seed": "accepted as everywhere; nothing is drawn",
        },
        build=build,
    )
)
