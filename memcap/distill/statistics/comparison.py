"""One checkpoint against another on the same items: everything in one record."""

from dataclasses import dataclass

from memcap.distill.statistics.intervals import Interval, bca, newcombe
from memcap.distill.statistics.paired import McNemar, PairedTable, mcnemar, sign_flip_p
from memcap.distill.statistics.power import SampleSize, needed_items
from memcap.distill.statistics.scores import PairedScores
from memcap.distill.statistics.wording import (
    detected,
    guard,
    interval_text,
    not_detected,
    p_text,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on n items.

    Args:
        gain: mean score after less before.
        items: n.
        mcnemar: counts and their tests; None for fractional scores.
        sign_flip: two-sided p of the sign flip.
        bca: bootstrap interval over items.
        newcombe: Newcombe's interval; None for fractional scores.
        needed: items needed for the smallest gain worth seeing.
        alpha: level of the tests.
    """

    gain: float
    items: int
    mcnemar: McNemar | None
    sign_flip: float
    bca: Interval
    newcombe: Interval | None
    needed: SampleSize
    alpha: float

    @property
    def p(self) -> float:
        """Exact McNemar where it applies, otherwise the sign flip."""
        return self.sign_flip if self.mcnemar is None else self.mcnemar.exact

    @property
    def direction(self) -> int:
        """1 or -1 where test and bootstrap agree on it, otherwise 0."""
        if self.p >= self.alpha or not self.bca.excludes_zero:
            return 0
        return 1 if self.bca.low > 0 else -1

    @property
    def sentence(self) -> str:
        """The verdict on these two checkpoints."""
        interval = interval_text(self.bca.low, self.bca.high, self.bca.level)
        if self.direction:
            what = "gain" if self.direction > 0 else "loss"
            return detected(what, self.gain, interval, p_text(self.p))
        evidence = f"{p_text(self.p)}; {self.needed.sentence}"
        if self.p < self.alpha or self.bca.excludes_zero:
            evidence = f"test and interval disagree; {evidence}"
        return guard(not_detected("gain", self.gain, interval, evidence))


def compare_paired(
    scores: PairedScores,
    seed: int,
    *,
    alpha: float = 0.05,
    worth: float = 0.02,
    resamples: int = 10_000,
) -> Comparison:
    """Compare two checkpoints on the items that both answered.

    Args:
        scores: n paired scores.
        seed: of bootstrap and sign flip.
        alpha: level of the tests; the interval has level 1 - alpha.
        worth: the smallest gain worth seeing, for the number of items needed.
        resamples: bootstrap resamples; sign flips are one fewer.

    Example:
        >>> same = compare_paired(PairedScores.of([1, 0, 1], [1, 0, 1]), seed=0)
        >>> same.gain, same.p, same.direction
        (0.0, 1.0, 0)
    """
    table = PairedTable.of(scores) if scores.binary else None
    interval = bca(scores, seed, level=1 - alpha, resamples=resamples)
    return Comparison(
        gain=scores.gain,
        items=scores.items,
        mcnemar=None if table is None else mcnemar(table),
        sign_flip=sign_flip_p(scores, seed, resamples - 1),
        bca=interval,
        newcombe=None if table is None else newcombe(table, 1 - alpha),
        needed=_needed(scores, worth, alpha),
        alpha=alpha,
    )


def _needed(scores: PairedScores, worth: float, alpha: float) -> SampleSize:
    # The mean square difference of whole scores is their discordant share; neither can
    # be below what the gain asked for needs.
    least = worth if scores.binary else worth**2
    spread = max(float((scores.differences**2).mean()), least)
    return needed_items(worth, spread, alpha=alpha, whole=scores.binary)
