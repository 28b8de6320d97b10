"""Paired tests of two models on the same items.

With b items right only before, c right only after, N = b + c and k = min(b, c):

    exact McNemar    p = min(1, 2 P[Bin(N, 1/2) <= k]),  p = 1 if N = 0
    mid-p            p = 2 P[Bin(N, 1/2) <= k] - P[Bin(N, 1/2) = k]
    corrected        (|b - c| - 1)^2 / (b + c) against chi-squared with one degree

The item is the unit: what these tests support is a claim about two checkpoints, not
about the recipes that made them. For recipes see
:func:`memcap.distill.statistics.levels.both_levels`.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import binom, binomtest, chi2, norm, permutation_test

from memcap.core.errors import DataError
from memcap.core.words import counted
from memcap.distill.statistics.scores import PairedScores
from memcap.distill.statistics.wording import guard, p_text

# Entries of one block of sign flips; bounds the memory, not the result.
_BLOCK = 4_000_000


@dataclass(frozen=True, slots=True)
class PairedTable:
    """How n items fared under two models.

    Args:
        both: A, right before and after.
        lost: b, right only before.
        won: c, right only after.
        neither: d, wrong before and after.

    Raises:
        DataError: a count is negative, or all are zero.

    Example:
        >>> table = PairedTable(both=123, lost=26, won=54, neither=97)
        >>> table.items, table.discordant, round(table.gain, 4)
        (300, 80, 0.0933)
    """

    both: int
    lost: int
    won: int
    neither: int

    def __post_init__(self) -> None:
        counts = (self.both, self.lost, self.won, self.neither)
        if min(counts) < 0:
            raise DataError(f"counts {counts} hold a negative number.")
        if not sum(counts):
            raise DataError("the table is empty; give at least one item.")

    @classmethod
    def of(cls, scores: PairedScores) -> "PairedTable":
        """Count the items.

        Raises:
            DataError: a score is neither 0 nor 1.
        """
        if not scores.binary:
            fractional = {*scores.before, *scores.after} - {0.0, 1.0}
            raise DataError(
                f"score {min(fractional)} is neither right nor wrong, so McNemar's "
                "test does not apply; use the paired bootstrap or the sign flip."
            )
        before, after = np.array(scores.before) == 1, np.array(scores.after) == 1
        cells = (before & after, before & ~after, ~before & after, ~before & ~after)
        return cls(*(int(cell.sum()) for cell in cells))

    @property
    def items(self) -> int:
        """The number n of items."""
        return self.both + self.lost + self.won + self.neither

    @property
    def discordant(self) -> int:
        """N, the items on which the models differ."""
        return self.lost + self.won

    @property
    def before(self) -> float:
        """Accuracy of the first model."""
        return (self.both + self.lost) / self.items

    @property
    def after(self) -> float:
        """Accuracy of the second model."""
        return (self.both + self.won) / self.items

    @property
    def gain(self) -> float:
        """Accuracy after less accuracy before."""
        return (self.won - self.lost) / self.items


@dataclass(frozen=True, slots=True)
class McNemar:
    """The p-values of one paired table.

    Args:
        table: what was tested.
        exact: two-sided exact p.
        mid_p: two-sided mid-p.
        corrected: p of the continuity-corrected chi-squared.
        z: statistic of the unpaired test, for comparison only; None where neither
            model has a variance.
        unpaired: its p; None with z.
    """

    table: PairedTable
    exact: float
    mid_p: float
    corrected: float
    z: float | None
    unpaired: float | None

    @property
    def sentence(self) -> str:
        """Counts and exact p."""
        return guard(
            f"{counted(self.table.lost, 'item')} lost and {self.table.won} won of "
            f"{self.table.items}; exact McNemar {p_text(self.exact)}."
        )


def mcnemar(table: PairedTable) -> McNemar:
    """Test whether as many items are lost as won.

    Example:
        >>> mcnemar(PairedTable(both=0, lost=0, won=6, neither=0)).exact
        0.03125
    """
    z = _unpaired_z(table)
    return McNemar(
        table=table,
        exact=exact_p(table.lost, table.won),
        mid_p=_mid_p(table.lost, table.won),
        corrected=_corrected_p(table.lost, table.won),
        z=z,
        unpaired=None if z is None else float(2 * norm.sf(abs(z))),
    )


def exact_p(lost: int, won: int) -> float:
    """Exact McNemar from the discordant counts b and c.

    Example:
        >>> exact_p(0, 5), exact_p(0, 0)
        (0.0625, 1.0)
    """
    discordant = lost + won
    if not discordant:
        return 1.0
    return float(binomtest(min(lost, won), discordant).pvalue)


def _mid_p(lost: int, won: int) -> float:
    discordant, least = lost + won, min(lost, won)
    if not discordant:
        return 1.0
    tail = binom.cdf(least, discordant, 0.5)
    return float(2 * tail - binom.pmf(least, discordant, 0.5))


def _corrected_p(lost: int, won: int) -> float:
    if not lost + won:
        return 1.0
    return float(chi2.sf((abs(lost - won) - 1) ** 2 / (lost + won), 1))


def _unpaired_z(table: PairedTable) -> float | None:
    if table.items < 2:
        return None
    variance = sum(a * (1 - a) for a in (table.before, table.after)) / (table.items - 1)
    return table.gain / sqrt(variance) if variance else None


def sign_flip_p(scores: PairedScores, seed: int, resamples: int = 9_999) -> float:
    """Two-sided p of the mean difference under random exchange of before and after.

    Every pattern of signs counts where there are no more than `resamples` of them, or
    where all differences have one size: the sum is then binomial and p McNemar's.
    Items without a difference have no sign and are left out.

    Args:
        scores: n paired scores, whole or fractional.
        seed: of the drawn patterns.
        resamples: how many are drawn.

    Example:
        >>> sign_flip_p(PairedScores.of([0] * 6, [1] * 6), seed=0)
        0.03125
    """
    differences = scores.differences
    differences = differences[differences != 0]
    if len(set(np.abs(differences))) < 2:
        return exact_p(int(np.sum(differences < 0)), int(np.sum(differences > 0)))
    found = permutation_test(
        (differences,),
        lambda x, axis: np.mean(x, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        batch=max(1, _BLOCK // len(differences)),
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)
