"""Several answers joined to one: every link of an argument has to hold."""

from collections.abc import Iterable

from memcap.core.balls import Truth
from proofs_check.statement import Answer, Outcome

_OF_TRUTH = {
    Truth.TRUE: Answer.HOLDS,
    Truth.FALSE: Answer.FAILS,
    Truth.UNDECIDED: Answer.OPEN,
}


def link(claim: str, truth: Truth | bool) -> Outcome:
    """One comparison as an outcome.

    Example:
        >>> link("1 < 2", 1 < 2).answer.value
        'holds'
    """
    if isinstance(truth, bool):
        truth = Truth.TRUE if truth else Truth.FALSE
    point = {"claim": claim} if truth is Truth.FALSE else {}
    answer = _OF_TRUTH[truth]
    return Outcome(answer, f"{claim}: {answer.value}.", 1, "", point)


def chain(claim: str, links: Iterable[Outcome]) -> Outcome:
    """The outcome of an argument: holds if all links do, fails if one fails.

    Args:
        claim: what the links together show.
        links: in the order of the argument.

    Example:
        >>> chain("1 < 3", [link("1 < 2", True), link("2 < 3", True)]).cases
        2
        >>> chain("1 < 0", [link("1 < 2", True), link("2 < 0", False)]).sentence
        '1 < 0 fails: 2 < 0: fails.'
    """
    found = list(links)
    cases = sum(one.cases for one in found)
    for answer in (Answer.FAILS, Answer.OPEN):
        bad = next((one for one in found if one.answer is answer), None)
        if bad is not None:
            word = "fails" if answer is Answer.FAILS else "stays open"
            sentence = f"{claim} {word}: {bad.sentence}"
            return Outcome(answer, sentence, cases, bad.margin, bad.counterexample)
    told = " ".join(one.sentence for one in found)
    margins = [one.margin for one in found if one.margin]
    return Outcome(
        Answer.HOLDS, f"{claim}: {told}", cases, margins[0] if len(margins) == 1 else ""
    )
