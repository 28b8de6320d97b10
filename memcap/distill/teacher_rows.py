"""Teachers themselves, scored on the items of a comparison."""

from dataclasses import dataclass
from statistics import fmean

from memcap.core.errors import ProtocolError
from memcap.core.words import counted
from memcap.distill.importers import Run
from memcap.distill.pairing import Aligned, align
from memcap.distill.statistics import Interval, wilson
from memcap.distill.statistics.wording import interval_text


@dataclass(frozen=True, slots=True)
class TeacherRow:
    """A teacher on the same items.

    Args:
        run: its run.
        accuracy: mean score on the common items that it answered.
        items: how many those are.
        interval: Wilson's; None for fractional scores.
        notes: what makes it less than comparable.
    """

    run: Run
    accuracy: float
    items: int
    interval: Interval | None
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Its score with Wilson's interval, and what stands against it."""
        found = self.interval
        told = "no interval, for scores are fractions"
        if found:
            told = f"{interval_text(found.low, found.high, found.level)} by Wilson"
        notes = f" ({'; '.join(self.notes)})" if self.notes else ""
        return (
            f"Teacher {self.run.label}: {self.accuracy:.3f} on "
            f"{counted(self.items, 'item')}; {told}{notes}."
        )


def teacher_row(run: Run, base: Run, aligned: Aligned, alpha: float) -> TeacherRow:
    """Score a teacher on those of the common items that it answered.

    Raises:
        ProtocolError: it answered none.
    """
    own = align([base, run], allow_intersection=True)
    shared = set(aligned.keys)
    items = [own.items[1][key] for key in own.keys if key in shared]
    if not items:
        raise ProtocolError(
            f"teacher {run.label} answered none of the items; score it on them."
        )
    scores = [item.score for item in items]
    whole = all(score in (0.0, 1.0) for score in scores)
    interval = wilson(int(sum(scores)), len(scores), 1 - alpha) if whole else None
    missing = len(shared) - len(items)
    notes = (f"lacks {missing} of {counted(len(shared), 'item')}",) if missing else ()
    return TeacherRow(run, fmean(scores), len(items), interval, notes)
