"""Points that leave room for a line without any scatter.

Where a line runs strictly inside every interval, the likelihood tends to 1 as the
scatter goes to zero, for each such line: the data do not tell them apart. The most
likely line tends to the one that stays farthest from all ends, which is that of a
linear program.
"""

import numpy as np
from scipy.optimize import linprog

from memcap.analysis.scaling_models import Model
from memcap.analysis.scaling_points import Logs


def widest(data: Logs, model: Model) -> np.ndarray | None:
    """`[p]` a, then b where it is free, of the line farthest inside all intervals.

    Maximises t under ``low + t <= offset + a + b x <= high - t``. None unless t exceeds
    the floor of the scatter.
    """
    sides, ends = _inequalities(data, model)
    program = linprog(
        [0] * sides.shape[1] + [-1],
        A_ub=np.column_stack([sides, np.ones(len(sides))]),
        b_ub=ends,
        bounds=(None, None),
    )
    # Nothing bounds t when all points are open on the same side; `check` refuses that.
    if program.status != 0 or -program.fun <= data.floor:
        return None
    return program.x[:-1]


def exponents(data: Logs, model: Model) -> tuple[float, float]:
    """Least and largest exponent of the lines within all intervals, ends included.

    Args:
        data: points for which `widest` finds a line.
        model: a model whose exponent is free.
    """
    sides, ends = _inequalities(data, model)
    low, high = (
        sign * linprog([0, sign], A_ub=sides, b_ub=ends, bounds=(None, None)).fun
        for sign in (1, -1)
    )
    return float(low), float(high)


def _inequalities(data: Logs, model: Model) -> tuple[np.ndarray, np.ndarray]:
    above, below = np.isfinite(data.high), np.isfinite(data.low)
    design, offset = model.design(data.x), model.offset(data.x)
    sides = np.concatenate([design[above], -design[below]])
    ends = np.concatenate([(data.high - offset)[above], (offset - data.low)[below]])
    return sides, ends
