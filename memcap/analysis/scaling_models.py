"""How W may grow with the size: ``log W = a + b log N + p log log N``.

A model fixes the power p of the logarithm and either fixes the exponent b or leaves it
to the data.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

import numpy as np


@dataclass(frozen=True, slots=True)
class Model:
    """One law of growth.

    Args:
        name: in formulas, with ``N`` for the size.
        exponent: b, None where the data choose it.
        log_power: p.
    """

    name: str
    exponent: Fraction | None
    log_power: int = 0

    @property
    def parameters(self) -> int:
        """Numbers that are fitted: a, the scatter, and b where it is free."""
        return 2 if self.exponent is not None else 3

    def generalises(self, other: "Model") -> bool:
        """Whether `other` is this model with its exponent held fixed."""
        free = self.exponent is None and other.exponent is not None
        return free and self.log_power == other.log_power

    def offset(self, x: np.ndarray) -> np.ndarray:
        """The part of log W that nothing is fitted to.

        Args:
            x: `[k]` log sizes, positive.
        """
        known = np.zeros_like(x) if self.exponent is None else float(self.exponent) * x
        return known + self.log_power * np.log(x) if self.log_power else known

    def design(self, x: np.ndarray) -> np.ndarray:
        """`[k, 1]` or `[k, 2]` columns whose coefficients are fitted: a, then b."""
        columns = [np.ones_like(x)] + ([x] if self.exponent is None else [])
        return np.stack(columns, axis=1)


ROOT = Model("N^1/2", Fraction(1, 2))
ROOT_LOG = Model("N^1/2 log N", Fraction(1, 2), 1)
LINEAR = Model("N", Fraction(1))
FREE = Model("N^b", None)
MODELS = (ROOT, ROOT_LOG, LINEAR, FREE)


def written(name: str, symbol: str) -> str:
    """The name of a model in another symbol for the size.

    Example:
        >>> written("N^1/2 log N", "nN"), written("N", "nN"), written("N^b", "N")
        ('(nN)^1/2 log(nN)', 'nN', 'N^b')
    """
    if symbol == "N":
        return name
    pieces = {"N^": f"({symbol})^", "log N": f"log({symbol})", "N": symbol}
    return re.sub("N\\^|log N|N", lambda found: pieces[found[0]], name)
