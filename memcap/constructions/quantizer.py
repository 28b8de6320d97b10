"""FF_1 of KS23.Prop1: a ReLU staircase that moves every coordinate to a grid.

The unit interval is cut into K = 2^k cells of step h = 1/K. A step of height one before
each inner boundary i h is the difference of two ReLU units of slope 1/w,

    R((x - i h)/w + 1) - R((x - i h)/w)  =  0            x <= i h - w
                                            in (0, 1)    on the ramp (i h - w, i h)
                                            1            x >= i h,

so that the sum over i is exactly the number of the cell wherever x is on no ramp. With
w a power of two every weight is an integer. Cells and ramps are

    cell i   [i h, (i+1) h - w]  for i < K - 1,   [1 - h, 1]  for i = K - 1

and all measures below are rational.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial

import numpy as np

from memcap.core.errors import HypothesisError
from memcap.core.refs import Ref
from memcap.model.weights import Affine, Linear, Relu

REF = Ref("KS23", "Prop1")


def check_cells(cells: object) -> int:
    """K as a power of two of at least 2.

    Raises:
        HypothesisError: it is something else.
    """
    if isinstance(cells, int) and cells >= 2 and not cells & (cells - 1):
        return cells
    raise HypothesisError(
        REF,
        "a dyadic grid step, that is a grid of 2, 4, 8, ... cells",
        f"grid = {cells!r}",
    )


@dataclass(frozen=True, slots=True)
class Grid:
    """K^d equal cells of the unit box, with ramps between them.

    Args:
        cells: K, cells along one axis; a power of two, at least 2.
        ramp: w, the width of a ramp; a power of two, at most half a step.
        dim: d.

    Raises:
        HypothesisError: a number is not a power of two or out of range.

    Example:
        >>> grid = Grid(4, Fraction(1, 64), 1)
        >>> grid.step, grid.size, grid.off_ramps(1)
        (Fraction(1, 4), 4, Fraction(61, 64))
    """

    cells: int
    ramp: Fraction
    dim: int

    def __post_init__(self) -> None:
        check_cells(self.cells)
        top, bottom = self.ramp.numerator, self.ramp.denominator
        if top != 1 or bottom & (bottom - 1) or self.ramp > self.step / 2:
            raise HypothesisError(
                REF,
                f"ramps of width 2^-m, at most half a step = 1/{2 * self.cells}",
                f"ramp = {self.ramp}",
            )

    @property
    def step(self) -> Fraction:
        """The side h of a cell."""
        return Fraction(1, self.cells)

    @property
    def size(self) -> int:
        """The number K^d of cells."""
        return self.cells**self.dim

    def off_ramps(self, coordinates: int) -> Fraction:
        """Measure of the points of the unit box none of whose coordinates ramps."""
        return (1 - (self.cells - 1) * self.ramp) ** coordinates

    def different(self, length: int) -> Fraction:
        """Measure of the sequences off the ramps with n tokens in n different cells.

        ``n!`` times the n-th elementary symmetric polynomial of the cells' volumes; of
        these only d + 1 differ, by the number of coordinates in the last cell.

        Example:
            >>> Grid(4, Fraction(1, 2**40), 1).different(2) < Fraction(3, 4)
            True
        """
        sums = [Fraction(1)] + [Fraction(0)] * length
        for last in range(self.dim + 1):
            inner = self.dim - last
            volume = (self.step - self.ramp) ** inner * self.step**last
            number = comb(self.dim, last) * (self.cells - 1) ** inner
            taken = [comb(number, j) * volume**j for j in range(length + 1)]
            sums = [
                sum((sums[i] * taken[m - i] for i in range(m + 1)), Fraction(0))
                for m in range(length + 1)
            ]
        return factorial(length) * sums[length]

    def locate(self, tokens: np.ndarray) -> np.ndarray:
        """The cell of every token.

        Args:
            tokens: `[N, n, d]` reals.

        Returns:
            `[N, n, d]` int64 in ``0..K-1``, one number for each axis.

        Raises:
            HypothesisError: a token is outside the unit box or on a ramp.
        """
        outside = np.argwhere((tokens < 0) | (tokens > 1))
        if len(outside):
            where = tuple(int(i) for i in outside[0])
            raise HypothesisError(
                REF,
                "tokens in the unit box [0, 1]^d",
                f"sample {where[0]}, token {where[1]} has the coordinate "
                f"{tokens[where]}",
                "Scale the tokens.",
            )
        cells, ramping = self._split(tokens)
        if ramping.any():
            where = tuple(int(i) for i in np.argwhere(ramping)[0])
            raise HypothesisError(
                REF,
                f"tokens off the ramps of width {self.ramp}",
                f"sample {where[0]}, token {where[1]} has the coordinate "
                f"{tokens[where]} on one",
                "Give a smaller ramp or another grid.",
            )
        return cells

    def _split(self, tokens: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # Scaling by powers of two is exact in floats, and so is what floor leaves.
        scaled = tokens.astype(np.float64) * self.cells
        cells = np.minimum(np.floor(scaled), self.cells - 1)
        inner = cells < self.cells - 1
        ramping = inner & (scaled - cells > 1 - float(self.ramp * self.cells))
        return cells.astype(np.int64), ramping

    def numbers(self, cells: np.ndarray) -> np.ndarray:
        """One number in ``0..K^d - 1`` for each cell: ``sum_j K^j cell_j``."""
        return cells @ np.array([self.cells**j for j in range(self.dim)])

    def centres(self, cells: np.ndarray) -> np.ndarray:
        """The midpoints ``(i + 1/2) h``, exact in floats."""
        return (cells + 0.5) / self.cells

    def snapped(self, tokens: np.ndarray) -> np.ndarray:
        """Every coordinate moved to its cell's midpoint, unless it is on a ramp.

        The staircase does not notice: its value is the same before and after.
        """
        cells, ramping = self._split(tokens)
        return np.where(ramping, tokens, self.centres(cells))

    def layers(self, shift: int) -> tuple[Relu, Linear]:
        """The staircase as two layers: d slots in, d slots out.

        Slot j becomes the cell's number along axis j; `shift` is added to slot 0.
        """
        slope, per_step = int(1 / self.ramp), int(self.step / self.ramp)
        rows, biases, sums = [], [], []
        for axis in range(self.dim):
            sums.append({})
            for i in range(1, self.cells):
                sums[axis] |= {len(rows): 1, len(rows) + 1: -1}
                rows += [{axis: slope}] * 2
                biases += [1 - i * per_step, -i * per_step]
        shifts = [shift] + [0] * (self.dim - 1)
        return (
            Relu(Affine.build(self.dim, rows, biases), "quantizer"),
            Linear(Affine.build(len(rows), sums, shifts), "quantizer"),
        )
