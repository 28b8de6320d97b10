"""How many items a gain needs, and what a given number of items can show.

With gain g and a share psi of discordant items, the paired difference has variance psi
under the null and psi - g^2 otherwise, so a two-sided test at level alpha with power
1 - beta needs

    n = ((z_{1-alpha/2} sqrt(psi) + z_{1-beta} sqrt(psi - g^2)) / g)^2

items, rounded up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf, sqrt

from scipy.stats import nct, norm, t

from memcap.core.errors import DataError
from memcap.distill.statistics.wording import guard

_MOST_RUNS = 10_000


@dataclass(frozen=True, slots=True)
class SampleSize:
    """The items needed to see a gain.

    Args:
        items: n, rounded up.
        gain: g, the gain to be seen.
        discordant: psi, the share of items on which the models differ.
        alpha: level of the two-sided test.
        power: chance of seeing it.
        whole: whether items are right or wrong; psi is otherwise the mean square of
            their differences.
    """

    items: int
    gain: float
    discordant: float
    alpha: float
    power: float
    whole: bool = True

    @property
    def sentence(self) -> str:
        """The number and what it is for."""
        spread = (
            f"{self.discordant:.1%} discordant items"
            if self.whole
            else f"mean square difference {self.discordant:.3g}"
        )
        return guard(
            f"n needed for a gain of {abs(self.gain):g} at {spread} and "
            f"{self.power:.0%} power: {self.items:,}"
        )


def needed_items(
    gain: float,
    discordant: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    whole: bool = True,
) -> SampleSize:
    """The number of items that shows a gain with the given power.

    Args:
        gain: g, not 0, of either sign.
        discordant: psi, a share from abs(g) to 1.
        alpha: level of the two-sided test.
        power: chance of seeing it.
        whole: False for fractional scores, where psi is the mean square difference
            and at least g^2.

    Raises:
        DataError: g is 0 or exceeds psi, or a number is not between 0 and 1.

    Example:
        >>> needed_items(0.05, 0.2).items
        626
    """
    _check(gain, discordant, alpha, whole)
    if not 0 < power < 1:
        raise DataError(f"power = {power} is not between 0 and 1.")
    if gain == 0:
        raise DataError("a gain of 0 is seen by no number of items; name one to see.")
    null = norm.isf(alpha / 2) * sqrt(discordant)
    other = norm.ppf(power) * sqrt(max(discordant - gain**2, 0.0))
    # A low power asks for less than nothing where the level alone grants it.
    items = max(1, ceil((max(null + other, 0.0) / gain) ** 2))
    return SampleSize(items, gain, discordant, alpha, power, whole)


def power_at(items: int, gain: float, discordant: float, alpha: float = 0.05) -> float:
    """The chance that n items show a gain: the formula of `needed_items` inverted.

    Args:
        items: n >= 1.
        gain: g, of either sign.
        discordant: psi, a share from abs(g) to 1.
        alpha: level of the two-sided test.

    Raises:
        DataError: as in `needed_items`, or n < 1.

    Example:
        >>> 0.8 <= power_at(626, 0.05, 0.2) < 0.801
        True
    """
    _check(gain, discordant, alpha)
    if items < 1:
        raise DataError(f"n = {items} is not an integer >= 1.")
    distance = abs(gain) * sqrt(items) - norm.isf(alpha / 2) * sqrt(discordant)
    spread = sqrt(max(discordant - gain**2, 0.0))
    if spread == 0:
        # All items are won or lost, or none is discordant.
        return float(distance >= 0 and gain != 0)
    return float(norm.cdf(distance / spread))


def needed_seeds(
    gain: float, sd: float, *, alpha: float = 0.05, power: float = 0.8
) -> int:
    """The number of runs whose t-test shows a mean gain with the given power.

    Args:
        gain: the mean gain to be seen, not 0.
        sd: standard deviation of the gain between runs, positive.
        alpha: level of the two-sided test.
        power: chance of seeing it.

    Raises:
        DataError: a number does not serve, or more than 10,000 runs are needed.

    Example:
        >>> needed_seeds(0.5, 0.5)
        10
    """
    if gain == 0 or not sd > 0 or not 0 < alpha < 1 or not 0 < power < 1:
        raise DataError(
            f"gain {gain}, sd {sd}, alpha {alpha}, power {power}: take a gain other "
            "than 0, a positive sd, and level and power between 0 and 1."
        )

    def enough(runs: int) -> bool:
        bar, shift = t.isf(alpha / 2, runs - 1), abs(gain) / sd * sqrt(runs)
        return bool(nct.sf(bar, runs - 1, shift) >= power)

    return fewest_runs(enough, f"a gain of {gain:g} at an SD of {sd:g}")


def fewest_runs(enough: Callable[[int], bool], purpose: str) -> int:
    """The smallest number of runs from 2 on that is enough, once enough always so.

    Raises:
        DataError: not even 10,000 are.
    """
    high = 2
    while not enough(high):
        if high >= _MOST_RUNS:
            raise DataError(f"{purpose} needs more than {_MOST_RUNS:,} runs.")
        high = min(2 * high, _MOST_RUNS)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return max(high, 2)


def fewest_discordant(alpha: float = 0.05) -> int:
    """The fewest discordant items, all on one side, with exact p below alpha.

    The exact p of N items on one side is 2^(1 - N).

    Example:
        >>> fewest_discordant()
        6
    """
    if not 0 < alpha <= 1:
        raise DataError(f"alpha = {alpha} is not a level between 0 and 1.")
    items = 1
    while 2.0 ** (1 - items) >= alpha:
        items += 1
    return items


def gain_variance(
    seed_variance: float, runs: float, item_variance: float, items: float
) -> float:
    """Variance of a mean gain difference between two recipes.

    ``2 sigma_seed^2 / r + sigma_item^2 / n``: more items do not shrink the first term.

    Args:
        seed_variance: variance of the score between runs of one recipe.
        runs: r, runs of each recipe.
        item_variance: variance of the paired difference between items.
        items: n; infinity for the limit.

    Example:
        >>> gain_variance(0.04, 2, 0.2, inf)
        0.04
    """
    if runs <= 0 or items <= 0:
        raise DataError(f"r = {runs} and n = {items} must both be positive.")
    return 2 * seed_variance / runs + (item_variance / items if items != inf else 0.0)


def _check(gain: float, discordant: float, alpha: float, whole: bool = True) -> None:
    if not 0 < alpha < 1:
        raise DataError(f"alpha = {alpha} is not between 0 and 1.")
    if not whole:
        if not gain**2 <= discordant:
            raise DataError(
                f"a mean square difference {discordant} cannot give a gain of {gain}."
            )
        return
    if not abs(gain) <= discordant <= 1:
        raise DataError(
            f"a share {discordant} of discordant items cannot give a gain of {gain}; "
            "it lies between the size of the gain and 1."
        )
