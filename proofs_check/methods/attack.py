"""Falsification searches: look for a negative margin, exactly confirmed.

A claim is attacked through its margin, a number that is positive (or not negative)
wherever the claim holds. Searches may wander in floats; a counterexample counts only
when its exact margin is certainly negative. What is not refuted leaves its smallest
margin.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from memcap.core.balls import Ball, Truth, at_most, less
from memcap.core.exact import Number
from proofs_check.statement import Answer, Outcome

Exact = Number | Ball


@dataclass(frozen=True, slots=True)
class Target:
    """What a search shoots at.

    Args:
        margin: of a candidate, exact or a ball; None where the hypotheses fail.
        describe: the candidate as names and texts.
        strict: whether the claim is ``margin > 0``, so that 0 refutes it too.
    """

    margin: Callable[[Any], Exact | None]
    describe: Callable[[Any], Mapping[str, str]]
    strict: bool = False

    def refuted_by(self, margin: Exact) -> Truth:
        """Whether this margin contradicts the claim."""
        return at_most(margin, 0) if self.strict else less(margin, 0)


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found.

    Args:
        tried: candidates that meet the hypotheses.
        refuted: how many of them refute the claim.
        open: candidates whose margin straddles zero.
        smallest: the smallest margin, a float for the eye; None where none was tried.
        worst: the candidate of the smallest margin, a refuting one where there is one.
    """

    tried: int
    refuted: int
    open: int
    smallest: float | None
    worst: Any


def search(
    target: Target, candidates: Iterable[Any], *, stop_after: int | None = None
) -> Search:
    """Put every candidate to the target.

    Args:
        target: the claim.
        candidates: finite; random draws, an exhaustive list, ends of an ascent.
        stop_after: counterexamples after which to stop; None looks at all.
    """
    tried = refuted = undecided = 0
    smallest, worst = None, None
    for candidate in candidates:
        margin = target.margin(candidate)
        if margin is None:
            continue
        tried += 1
        answer = target.refuted_by(margin)
        refuted += answer is Truth.TRUE
        undecided += answer is Truth.UNDECIDED
        size = float(margin)
        if smallest is None or size < smallest:
            smallest, worst = size, candidate
        if stop_after is not None and refuted >= stop_after:
            break
    return Search(tried, refuted, undecided, smallest, worst)


def outcome(
    target: Target,
    found: Search,
    claim: str,
    *,
    minimal: Callable[[Any], Any] | None = None,
) -> Outcome:
    """The outcome of a check: a counterexample, made minimal, or the smallest margin.

    Args:
        target: the claim.
        found: a search.
        claim: the claim in words.
        minimal: makes a refuting candidate smaller; the result is confirmed again.
    """
    if found.tried == 0:
        return Outcome(Answer.OPEN, f"{claim}: no candidate met the hypotheses.", 0)
    margin = f"{found.smallest:.6g}"
    if found.refuted:
        return _refuted(target, found, claim, minimal)
    if found.open:
        sentence = f"{claim}: {found.open} of {found.tried} candidates undecided."
        return Outcome(Answer.OPEN, sentence, found.tried, margin)
    sentence = f"{claim}: no counterexample among {found.tried:,} candidates."
    return Outcome(Answer.HOLDS, sentence, found.tried, margin)


def _refuted(
    target: Target, found: Search, claim: str, minimal: Callable[[Any], Any] | None
) -> Outcome:
    witness = minimal(found.worst) if minimal else found.worst
    margin = target.margin(witness)
    assert margin is not None and target.refuted_by(margin) is Truth.TRUE
    point = dict(target.describe(witness))
    where = ", ".join(f"{name} = {text}" for name, text in point.items())
    sentence = (
        f"{claim} fails for {found.refuted:,} of {found.tried:,} candidates, "
        f"for instance {where}."
    )
    return Outcome(Answer.FAILS, sentence, found.tried, f"{float(margin):.6g}", point)


def shrink(
    candidate: Any,
    smaller: Callable[[Any], Iterable[Any]],
    refutes: Callable[[Any], bool],
) -> Any:
    """Replace a counterexample by a smaller one as long as there is one.

    Args:
        candidate: a counterexample.
        smaller: candidates just below it, the most welcome first.
        refutes: whether a candidate is one, too.

    Example:
        >>> shrink(10, lambda k: range(k - 1, 0, -1), lambda k: k * k > 20)
        5
    """
    while True:
        better = next((x for x in smaller(candidate) if refutes(x)), None)
        if better is None:
            return candidate
        candidate = better
