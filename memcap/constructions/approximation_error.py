"""How far g is from f in KS23.Prop1: a rigorous bound, part by part, in rationals.

The box [0, 1]^(d x n) has volume 1 and falls into three sets:

    cells      no coordinate on a ramp, tokens in different cells
    ramps      some coordinate on a ramp                    1 - (1 - (K-1) w)^(d n)
    repeated   no ramp, two tokens in one cell              what is left

On `cells` the network outputs what it outputs at the cells' midpoints X', so that every
entry of g(X) differs from f(X) by at most

    e = L h/2  +  (1/2 + 2^-60) / steps  +  (1/2) / steps

(|X - X'| <= h/2; the label is the integer next to ``steps f(X')``; the output rounds to
the label, which the certificate proves). Everywhere f and g both lie in [0, 1], g
because its last two layers clamp it there, so that no error exceeds 1. Hence, with
|.|_p over all entries,

    int |f - g|_p^p  <=  d n ( min(e, 1)^p |cells| + |ramps| + |repeated| ).

Where sequences with repeated cells are fitted too, `repeated` belongs to `cells`.
"""

from dataclasses import dataclass
from fractions import Fraction

from memcap.constructions.quantizer import REF, Grid
from memcap.constructions.rank_one_layer import above
from memcap.constructions.target_functions import TargetFunction
from memcap.core.balls import Ball
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number, exact

# What ramps and output steps may add, as a share of the step h: little beside L h/2.
SHARE = Fraction(1, 16)
# A label is the integer next to a value known to 2^-60.
ROUNDING = Fraction(1, 2) + Fraction(1, 1 << 60)
# An output whose label is proved right is at most so far from it.
TOLERANCE = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class ErrorBound:
    """The parts of the bound on the L_p distance; exact or rounded up.

    Args:
        p: the exponent.
        entries: number of output entries, d n.
        step: L h/2, from the size of the cells.
        rounding: from rounding the values to labels.
        tolerance: from what a right label leaves open.
        ramps: measure of the inputs with a coordinate on a ramp.
        repeated: measure of the inputs with two tokens in a cell that is not fitted.
        total: no L_p distance of f and g is above this number.
    """

    p: Number
    entries: int
    step: Number
    rounding: Number
    tolerance: Number
    ramps: Number
    repeated: Number
    total: Number

    @property
    def entry(self) -> Number:
        """e, the largest error of an entry on the fitted cells."""
        return exact(Fraction(self.step) + self.rounding + self.tolerance)


def check_exponent(p: object) -> Number:
    """The exponent as an exact number.

    Raises:
        HypothesisError: it is below one or not finite.
    """
    if isinstance(p, (int, float, Fraction)) and 1 <= p < float("inf"):
        return exact(p)
    raise HypothesisError(REF, "1 <= p < infinity", f"p = {p}")


def default_ramp(cells: int, dim: int, length: int, p: Number = 1) -> Fraction:
    """The widest ramp 2^-m that adds at most a sixteenth of a step to the bound.

    ``(d n |ramps|)^(1/p) <= h/16`` follows from ``(d n)^2 (K - 1) w <= (h/16)^p``.

    Example:
        >>> default_ramp(4, dim=1, length=2)
        Fraction(1, 1024)
    """
    share = (SHARE / cells) ** -int(-p // 1)
    widest = min(share / ((dim * length) ** 2 * (cells - 1)), Fraction(1, 2 * cells))
    ramp = Fraction(1)
    while ramp > widest:
        ramp /= 2
    return ramp


def default_steps(cells: int) -> int:
    """Output steps between 0 and 1: each a sixteenth of a cell."""
    return int(cells / SHARE)


def error_bound(
    function: TargetFunction,
    grid: Grid,
    steps: int,
    p: Number | float = 1,
    repeats: bool = False,
    entries: int | None = None,
) -> ErrorBound:
    """Bound the L_p distance of a function and its approximator.

    Args:
        function: f with its Lipschitz constant.
        grid: cells and ramps.
        steps: output steps between 0 and 1.
        p: the exponent, at least 1.
        repeats: whether sequences with two tokens in one cell are fitted too.
        entries: how many output entries are meant, all d n by default.

    Example:
        >>> from memcap.constructions.target_functions import target
        >>> grid = Grid(4, Fraction(1, 2**20), 1)
        >>> bound = error_bound(target("max_pooling"), grid, 32)
        >>> bound.step, float(bound.repeated) < 0.25 < float(bound.total) < 0.8
        (Fraction(1, 8), True)
    """
    exponent = check_exponent(p)
    clear = grid.off_ramps(function.dim * function.length)
    fitted = clear if repeats else grid.different(function.length)
    entries = function.dim * function.length if entries is None else entries
    step = Fraction(function.lipschitz) * grid.step / 2
    rounding, tolerance = ROUNDING / steps, TOLERANCE / steps
    entry = step + rounding + tolerance
    power = _power(min(entry, Fraction(1)), exponent) * fitted + (1 - fitted)
    return ErrorBound(
        p=exponent,
        entries=entries,
        step=exact(step),
        rounding=rounding,
        tolerance=tolerance,
        ramps=exact(1 - clear),
        repeated=exact(clear - fitted),
        total=above(_power(power * entries, Fraction(1) / exponent)),
    )


def _power(base: Fraction | Ball, exponent: Number) -> Ball:
    ball = Ball.of(base, 128)
    return ball if exponent == 1 else (ball.log() * exponent).exp()


def grid_for(
    function: TargetFunction,
    eps: Number | float,
    p: Number | float = 1,
    repeats: bool = False,
) -> Grid:
    """The coarsest grid whose bound is below eps: the statement of KS23.Prop1.

    The bound tends to zero with the step, so that there is one for every eps > 0.

    Raises:
        HypothesisError: eps is not positive or p is below one.

    Example:
        >>> from memcap.constructions.target_functions import target
        >>> grid_for(target("max_pooling"), Fraction(1, 4), repeats=True).cells
        8
    """
    exponent = check_exponent(p)
    if not eps > 0:
        raise HypothesisError(REF, "eps > 0", f"eps = {eps}")
    cells = 2
    while True:
        ramp = default_ramp(cells, function.dim, function.length, exponent)
        grid = Grid(cells, ramp, function.dim)
        bound = error_bound(function, grid, default_steps(cells), p, repeats)
        if bound.total < eps:
            return grid
        cells *= 2
