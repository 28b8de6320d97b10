"""An interval of the largest of several gaps.

The best of several models is chosen after looking, so that an interval made for it
alone would lie too high. Here every pair that could have been chosen has an interval.
"""

from collections.abc import Sequence

from memcap.core.errors import DataError
from memcap.distill.statistics.intervals import Interval, bca, newcombe
from memcap.distill.statistics.paired import PairedTable
from memcap.distill.statistics.scores import PairedScores


def largest_gap(
    pairs: Sequence[PairedScores],
    *,
    both_ways: bool = False,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """An interval of the largest gap, whichever of them it is.

    With intervals ``[l_j, u_j]`` at level ``1 - (1 - level) / m``, all m gaps lie in
    theirs with probability `level` at least, and then ``max l_j <= max gap_j <= max
    u_j``. The intervals are Newcombe's where scores are whole, otherwise BCa bootstraps
    over items; either holds its level nearly, not exactly.

    Args:
        pairs: m pairs of models on the same items.
        both_ways: whether either model of a pair may be the higher one, as for best
            less worst of several; that gap is never negative.
        level: confidence level.
        seed: of the bootstrap.

    Raises:
        DataError: there is no pair.

    Example:
        >>> pair = PairedScores.of([1, 0] * 50, [1, 1] * 50)
        >>> found = largest_gap([pair])
        >>> round(found.low, 3), round(found.high, 3)
        (0.397, 0.596)
    """
    if not pairs:
        raise DataError("there is no pair of models to take a gap between.")
    each = 1 - (1 - level) / len(pairs)
    found = [_interval(pair, each, seed) for pair in pairs]
    low, high = max(one.low for one in found), max(one.high for one in found)
    if both_ways:
        low = max(low, 0.0, *(-one.high for one in found))
        high = max(high, *(-one.low for one in found))
    method = f"{found[0].method}, Bonferroni over {len(pairs)}"
    return Interval(low, high, level, method)


def _interval(pair: PairedScores, level: float, seed: int) -> Interval:
    if pair.binary:
        return newcombe(PairedTable.of(pair), level)
    return bca(pair, seed, level=level)
