"""Holm's correction inside families declared before looking.

The smallest of m p-values is multiplied by m, the next by m - 1, and so on, each kept
at least as large as the one before; the chance of any false finding in the family is
then at most alpha, whatever the dependence.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from memcap.core.errors import DataError, ProtocolError
from memcap.distill.statistics.wording import guard, p_text

FAMILIES = {
    "before": "each arm against the student before distillation",
    "adjacent": "each teacher against the next larger one",
    "largest": "each intermediate teacher against the largest",
}


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One comparison of a family.

    Args:
        label: what was compared.
        p: its own p-value.
        adjusted: the p-value after Holm.
        detected: whether that is below alpha.
    """

    label: str
    p: float
    adjusted: float
    detected: bool


@dataclass(frozen=True, slots=True)
class Family:
    """The comparisons of one declared family.

    Args:
        name: of the family.
        question: what its members ask.
        rows: in the order given.
        alpha: chance of any false finding.
    """

    name: str
    question: str
    rows: tuple[Adjusted, ...]
    alpha: float

    @property
    def sentence(self) -> str:
        """Which members were detected."""
        found = [
            f"{row.label} ({p_text(row.adjusted)})" for row in self.rows if row.detected
        ]
        total = len(self.rows)
        names = ": " + ", ".join(found) if found else ""
        return guard(
            f"{self.question}: {len(found)} of {total} detected after Holm at "
            f"{self.alpha:g}{names}.",
            names=[row.label for row in self.rows],
        )


def holm(
    family: str,
    p_values: Mapping[str, float],
    *,
    alpha: float = 0.05,
    families: Mapping[str, str] = FAMILIES,
) -> Family:
    """Adjust the p-values of one family.

    Args:
        family: its name, one of `families`.
        p_values: label of each comparison and its p-value.
        alpha: chance of any false finding.
        families: the declared families, name and question.

    Raises:
        ProtocolError: the family was not declared.
        DataError: it is empty, or a p-value is not between 0 and 1.

    Example:
        >>> found = holm("adjacent", {"a": .01, "b": .04, "c": .03, "d": .005})
        >>> [round(row.adjusted, 6) for row in found.rows]
        [0.03, 0.06, 0.06, 0.02]
    """
    if family not in families:
        raise ProtocolError(
            f"family '{family}' was not declared; declare it before looking, or use "
            f"one of {', '.join(families)}."
        )
    if not p_values:
        raise DataError(f"family '{family}' is empty; give at least one comparison.")
    for label, p in p_values.items():
        if not 0 <= p <= 1:
            raise DataError(f"'{label}' has p = {p}, which is not between 0 and 1.")
    if not 0 < alpha < 1:
        raise DataError(f"alpha = {alpha} is not between 0 and 1.")
    adjusted = _holm(np.array(list(p_values.values()), dtype=float))
    rows = tuple(
        Adjusted(label, float(p), float(new), bool(new < alpha))
        for (label, p), new in zip(p_values.items(), adjusted, strict=True)
    )
    return Family(family, families[family], rows, alpha)


def _holm(p: np.ndarray) -> np.ndarray:
    """`[m]` adjusted p-values.

    The same as `statsmodels.stats.multitest.multipletests`, which collects garbage at
    every call: seconds, where much is loaded.
    """
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(raised, 1)
    return adjusted
