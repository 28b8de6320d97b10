"""The L_p distance of a function and its approximator, measured; and by grid step.

A float result: a mean over random points of the box. Only the sampling is inexact,
g itself is enclosed in balls, since no float tells the ids apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from memcap.constructions.target_functions import TargetFunction
from memcap.constructions.universal_approximator import Approximation, approximate
from memcap.core.balls import Ball
from memcap.core.errors import UndecidedError
from memcap.core.exact import Number
from memcap.model.ball_outputs import ContextOutputs

# Balls of the outputs must be narrower than what a float of the error shows.
_RADIUS = 2.0**-30
_LIMIT = 1 << 14


@dataclass(frozen=True, slots=True)
class Measured:
    """A Monte-Carlo estimate, in floats.

    Args:
        lp: ``(mean |f - g|_p^p)^(1/p)``.
        largest: the largest error of an entry that was met.
        samples: number of random inputs.
    """

    lp: float
    largest: float
    samples: int


def outputs(made: Approximation, tokens: np.ndarray) -> np.ndarray:
    """g at any points of the box, as floats.

    Args:
        made: the approximator.
        tokens: `[N, n, d]` floats in [0, 1].

    Returns:
        `[N, n, d]` float64, within 2^-30 of the network's outputs.
    """
    # The staircase has one value on a cell; few different tokens make few contexts.
    asked = ContextOutputs(made.weights, made.grid.snapped(tokens))
    precision = 128
    while precision <= _LIMIT:
        balls = asked.at(precision)
        if max(_radius(ball) for ball in balls.ravel()) < _RADIUS:
            return balls.astype(float)[asked.contexts.index]
        precision *= 2
    raise UndecidedError(f"outputs are not known to 2^-30 at {_LIMIT} bits.")


def _radius(ball: Ball) -> float:
    return float(ball.value.rad())


def measured_error(
    made: Approximation, samples: int = 1000, seed: int = 0, p: Number | None = None
) -> Measured:
    """Estimate the L_p distance of f and g at random points of the box.

    Args:
        made: the approximator.
        samples: number of inputs.
        seed: of the inputs.
        p: the exponent, by default that of the bound.
    """
    f, p = made.function, made.bound.p if p is None else p
    tokens = np.random.default_rng(seed).random((samples, f.length, f.dim))
    apart = np.abs(f.floats(tokens) - outputs(made, tokens))
    lp = (apart ** float(p)).sum(axis=(1, 2)).mean() ** (1 / float(p))
    return Measured(float(lp), float(apart.max()), samples)


def error_table(
    function: TargetFunction,
    grids: Iterable[int] = (2, 4, 8, 16),
    p: Number = 1,
    repeats: bool = False,
    samples: int = 1000,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Error against grid step: one row for each grid, bound beside measurement.

    Args:
        function: f.
        grids: numbers of cells along an axis, powers of two.
        p: the exponent.
        repeats: fit sequences with several tokens in one cell too.
        samples: random inputs of each measurement.
        seed: of these inputs.
    """
    rows = []
    for cells in grids:
        made = approximate(function, cells, p=p, repeats=repeats)
        bound, found = made.bound, measured_error(made, samples, seed)
        rows.append(
            {
                "function": function.name,
                "dim": function.dim,
                "length": function.length,
                "p": float(p),
                "grid": cells,
                "step": float(Fraction(1, cells)),
                "repeats": repeats,
                "contexts": made.coordinates[0][0].report["contexts"],
                "bound": float(bound.total),
                "bound_step": float(bound.step),
                "bound_rounding": float(bound.rounding),
                "bound_tolerance": float(bound.tolerance),
                "bound_ramps": float(bound.ramps),
                "bound_repeated": float(bound.repeated),
                "measured": found.lp,
                "measured_largest": found.largest,
                "samples": samples,
            }
        )
    return rows
