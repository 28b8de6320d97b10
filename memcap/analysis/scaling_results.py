"""Results of comparing laws of growth, as plain numbers that JSON can hold.

Every number is rounded on its way in, so that the same points give the same file.
"""

from dataclasses import asdict, dataclass
from math import exp, log
from typing import Any

from memcap.core.errors import DataError

_DIGITS = 6


def rounded(value: float) -> float:
    """A number to six significant digits: what it means, not how it was summed.

    Example:
        >>> rounded(0.1 + 0.2), rounded(123456.789)
        (0.3, 123457.0)
    """
    return float(f"{value:.{_DIGITS - 1}e}")


@dataclass(frozen=True, slots=True)
class ModelFit:
    """One model at its maximum of likelihood.

    Args:
        name: of the model.
        exponent: b, fixed or fitted.
        log_power: p.
        free: whether b was fitted.
        intercept: a.
        scatter: s, standard deviation of log W.
        log_likelihood: log L.
        aicc: the criterion.
        weight: its share among all models compared.
    """

    name: str
    exponent: float
    log_power: int
    free: bool
    intercept: float
    scatter: float
    log_likelihood: float
    aicc: float
    weight: float

    def at(self, size: float) -> float:
        """The fitted W at a size above 1."""
        x = log(size)
        return exp(self.intercept + self.exponent * x) * x**self.log_power

    @property
    def label(self) -> str:
        """Its name, with the fitted exponent put in.

        Example:
            >>> ModelFit("N^b", 0.613, 0, True, 0, 1, 0, 0, 1).label
            'N^0.61'
        """
        return self.name.replace("^b", f"^{self.exponent:.2f}")


@dataclass(frozen=True, slots=True)
class Exponent:
    """The free exponent and its interval.

    Args:
        value: the most likely one.
        low: lower end.
        high: upper end.
        level: confidence level.
        seed: of the resampling.
        resamples: data sets drawn.
        groups: groups they were drawn from.
        enclosed: whether a line without scatter runs inside every interval; `value`
            is then that of the line farthest inside, and the interval also spans the
            exponents of all such lines.
    """

    value: float
    low: float
    high: float
    level: float
    seed: int
    resamples: int
    groups: int
    enclosed: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the points say about all models.

    Args:
        symbol: the size, ``N`` or ``nN``.
        sizes: smallest and largest one.
        points: how many points are ``exact``, ``interval``, ``above``, ``below``.
        fits: a fit for each model, in their order.
        exponent: the free exponent.
        evidence: a model that many times less likely than the best is ruled out.
        verdict: what is decided and what is not, in words.
    """

    symbol: str
    sizes: tuple[float, float]
    points: dict[str, int]
    fits: tuple[ModelFit, ...]
    exponent: Exponent
    evidence: float
    verdict: str

    def fit(self, name: str) -> ModelFit:
        """The fit of that name.

        Raises:
            DataError: there is none.
        """
        for fit in self.fits:
            if fit.name == name:
                return fit
        names = ", ".join(fit.name for fit in self.fits)
        raise DataError(f"no model {name!r} was compared; there are {names}.")

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return asdict(self) | {
            "sizes": list(self.sizes),
            "fits": [asdict(fit) for fit in self.fits],
        }
