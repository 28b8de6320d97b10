"""Capacity by training: the smallest network that fits, the most samples that fit.

Training answers "some try of this size succeeded" or "none did", and the second says
nothing about the weights that exist. Sizes are searched on a ladder as if success were
monotone: steps that double along the ladder enclose the change, bisection closes in.
Training need not be monotone, so that rungs beyond the change are tried as well; what
they answer is among the attempts, and a success there moves the search.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from memcap.core.errors import DataError
from memcap.training.ensemble import train_ensemble
from memcap.training.outcomes import Member, Outcome

Make = Callable[[int], Sequence[Member]]
Train = Callable[[Sequence[Member]], Sequence[Outcome]]
Status = Literal["found", "below_ladder", "above_ladder", "budget"]


@dataclass(frozen=True)
class Attempt:
    """All tries at one size, and the best of them.

    Args:
        size: the size.
        correct: labels right in the best try.
        total: labels there are.
        bits: most bits memorized by a try, NaN where none is a code length.
        success: whether the best try reached the threshold.
        steps: steps of all tries.
        members: number of tries.
    """

    size: int
    correct: int
    total: int
    bits: float
    success: bool
    steps: int
    members: int


@dataclass(frozen=True)
class CapacitySearch:
    """What a search found and what it knows.

    Args:
        attempts: in the order tried.
        found: smallest size (`min_parameters`) or largest N (`max_samples`) that
            succeeded.
        status: ``found`` between two neighbours of the ladder; ``below_ladder`` and
            ``above_ladder`` where the answer lies outside of it; ``budget`` where an
            attempt was not affordable.
        cost: steps of all members.
        below: of `min_parameters`: largest size under `found` known to fail.
        above: of `max_samples`: smallest N over `found` known to fail.
        best: the best try at `found`.
    """

    attempts: tuple[Attempt, ...]
    found: int | None
    status: Status
    cost: int
    below: int | None = None
    above: int | None = None
    best: Outcome | None = field(default=None, repr=False)

    @property
    def monotone(self) -> bool:
        """Whether no answer contradicts that larger networks hold more samples."""
        ordered = sorted(self.attempts, key=lambda attempt: attempt.size)
        answers = [attempt.success for attempt in ordered]
        return answers in (sorted(answers), sorted(answers, reverse=True))


def min_parameters(
    make: Make,
    ladder: Sequence[int],
    *,
    threshold: float = 1.0,
    budget: int | None = None,
    retries: int = 1,
    hint: int | None = None,
    train: Train = train_ensemble,
) -> CapacitySearch:
    """The smallest size of a ladder at which some try succeeds.

    A try succeeds if its share of right labels is at least the threshold. The search
    starts at the smallest size, doubles its steps along the ladder until a size
    succeeds, and bisects. Then up to `retries` untried sizes next below the largest
    failing one are tried: training may fail by chance where a smaller network fits.

    Args:
        make: members to be tried at a size: seeds by learning rates.
        ladder: increasing sizes; constant ratios suit power laws.
        threshold: share of right labels.
        budget: most steps of all members together; an attempt that might exceed it is
            not begun.
        retries: untried sizes tried beyond the change; each success allows as many.
        hint: size of the ladder to start at.
        train: trains members; for tests, or with options of `train_ensemble`.

    Returns:
        the attempts and the size found.

    Raises:
        DataError: the ladder does not increase, the hint is not on it, the threshold
            is not in (0, 1], or a size has no members.
    """
    search = _Search(make, tuple(ladder), threshold, budget, train)
    fails, holds, complete = _outcome(search, _start(search, hint, 0), retries)
    status: Status = "found" if complete else "budget"
    if complete and holds is None:
        status = "above_ladder"
    if complete and fails is None:
        status = "below_ladder"
    return search.result(holds, status, below=search.size(fails))


def max_samples(
    make: Make,
    ladder: Sequence[int],
    *,
    threshold: float = 1.0,
    budget: int | None = None,
    retries: int = 1,
    hint: int | None = None,
    train: Train = train_ensemble,
) -> CapacitySearch:
    """The largest N of a ladder at which some try of one network succeeds.

    The mirror image of `min_parameters`: up the ladder until N fails, bisection, and
    then untried N next above the smallest failing one.

    Args:
        make: members to be tried at N: seeds by learning rates by draws of the data.
        ladder: increasing N.
        threshold: share of right labels.
        budget: most steps of all members together.
        retries: untried N tried beyond the change.
        hint: N of the ladder to start at.
        train: trains members.

    Returns:
        the attempts and the N found; ``below_ladder`` where the smallest N fails,
        ``above_ladder`` where the largest succeeds.

    Raises:
        DataError: as `min_parameters`.
    """
    search = _Search(make, tuple(ladder), threshold, budget, train, mirrored=True)
    # Places count from the largest N, so that success is again to the right.
    start = _start(search, hint, len(search.ladder) - 1)
    fails, holds, complete = _outcome(search, start, retries)
    status: Status = "found" if complete else "budget"
    if complete and holds is None:
        status = "below_ladder"
    if complete and fails is None:
        status = "above_ladder"
    return search.result(holds, status, above=search.size(fails))


class _BudgetSpent(Exception):
    """The next attempt might cost more than is left."""


@dataclass
class _Search:
    """Answers by place; success is expected to the right of failure."""

    make: Make
    ladder: tuple[int, ...]
    threshold: float
    budget: int | None
    train: Train
    mirrored: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    answers: dict[int, bool] = field(default_factory=dict)
    best: dict[int, Outcome] = field(default_factory=dict)
    cost: int = 0

    def __post_init__(self) -> None:
        check_ladder(self.ladder)
        if not 0 < self.threshold <= 1:
            raise DataError(f"threshold = {self.threshold} is not in (0, 1].")

    def size(self, place: int | None) -> int | None:
        if place is None:
            return None
        return self.ladder[-1 - place if self.mirrored else place]

    def holds(self, place: int) -> bool:
        """Whether the size at a place succeeds; tried once.

        Raises:
            _BudgetSpent: it is untried and not affordable.
        """
        if place not in self.answers:
            size = self.size(place)
            assert size is not None
            members = tuple(self.make(size))
            if not members:
                raise DataError(f"make({size}) gives no members; give at least one.")
            self._afford(members)
            self._note(place, size, self.train(members))
        return self.answers[place]

    def _afford(self, members: Sequence[Member]) -> None:
        most = sum(planned_steps(member) for member in members)
        if self.budget is not None and self.cost + most > self.budget:
            raise _BudgetSpent

    def _note(self, place: int, size: int, outcomes: Sequence[Outcome]) -> None:
        best = max(outcomes, key=lambda x: (x.correct / x.total, -x.steps))
        attempt = Attempt(
            size=size,
            correct=best.correct,
            total=best.total,
            bits=most_bits(outcomes),
            success=best.correct >= self.threshold * best.total,
            steps=sum(outcome.steps for outcome in outcomes),
            members=len(outcomes),
        )
        self.attempts.append(attempt)
        self.answers[place], self.best[place] = attempt.success, best
        self.cost += attempt.steps

    def known(self) -> tuple[int | None, int | None]:
        """The first place that holds, and the last failing one to its left."""
        holding = [place for place, holds in self.answers.items() if holds]
        first = min(holding, default=None)
        failing = [
            place
            for place, holds in self.answers.items()
            if not holds and (first is None or place < first)
        ]
        return max(failing, default=None), first

    def result(
        self, holds: int | None, status: Status, **known: int | None
    ) -> CapacitySearch:
        best = None if holds is None else self.best[holds]
        found = self.size(holds)
        attempts = tuple(self.attempts)
        return CapacitySearch(attempts, found, status, self.cost, **known, best=best)


def _start(search: _Search, hint: int | None, default: int) -> int:
    if hint is None:
        return default
    if hint not in search.ladder:
        raise DataError(f"hint = {hint} is not on the ladder {list(search.ladder)}.")
    place = search.ladder.index(hint)
    return len(search.ladder) - 1 - place if search.mirrored else place


def _outcome(
    search: _Search, start: int, retries: int
) -> tuple[int | None, int | None, bool]:
    """Last failing and first holding place, and whether nothing was left out."""
    try:
        _bracket(search, start)
        _bisect(search)
        while any(search.holds(place) for place in list(_beyond(search, retries))):
            _bisect(search)
    except _BudgetSpent:
        return *search.known(), False
    return *search.known(), True


def _bracket(search: _Search, start: int) -> None:
    last = len(search.ladder) - 1
    toward = -1 if search.holds(start) else 1
    place, step = start, 1
    while place != (0 if toward < 0 else last):
        place = min(max(place + toward * step, 0), last)
        if search.holds(place) != search.answers[start]:
            return
        step *= 2


def _bisect(search: _Search) -> None:
    fails, holds = search.known()
    while holds is not None and holds - (-1 if fails is None else fails) > 1:
        search.holds((holds + (-1 if fails is None else fails)) // 2)
        fails, holds = search.known()


def _beyond(search: _Search, retries: int) -> Iterator[int]:
    """Untried places next to the left of the last failing one."""
    fails, _ = search.known()
    left = range(-1 if fails is None else fails - 1, -1, -1)
    untried = [place for place in left if place not in search.answers]
    yield from untried[:retries]


def check_ladder(ladder: Sequence[int]) -> None:
    """Refuse a ladder that is empty or does not increase.

    Raises:
        DataError: it is.
    """
    rungs = list(ladder)
    if not rungs or any(a >= b for a, b in zip(rungs, rungs[1:], strict=False)):
        raise DataError(f"ladder = {rungs} is not a non-empty increasing ladder.")


def planned_steps(member: Member) -> int:
    """Most steps that a member may take, those of a finisher included."""
    settings = member.settings
    more = settings.finisher_steps if settings.finisher is not None else 0
    return settings.steps + more


def most_bits(outcomes: Sequence[Outcome]) -> float:
    """The most bits of any outcome; NaN where none has a number of bits."""
    known = [x.best_bits for x in outcomes if x.best_bits == x.best_bits]
    return max(known, default=float("nan"))
