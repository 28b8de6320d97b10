"""The attacks on the labels of KS25.LemB2, printed and repaired."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import chain as chain_of

from proofs_check.checks.sequence_ids import label_searches as searches
from proofs_check.checks.sequence_ids import projected_labels as projected
from proofs_check.checks.sequence_ids import random_labels as drawn
from proofs_check.checks.sequence_ids import shift_proofs as proofs
from proofs_check.checks.sequence_ids.projected_labels import Instance, Shift
from proofs_check.methods import attack
from proofs_check.methods.chain import chain
from proofs_check.statement import Answer, Level, Outcome

CLAIM = "sums at least sqrt|S| apart"


def attacked(
    shift: Shift,
    candidates: Iterable[Instance],
    claim: str = CLAIM,
    minimal: Callable[[Instance], Instance] | None = None,
) -> Outcome:
    """Put the labels of a shift to candidates.

    Args:
        shift: c as a function of (M, N, |S|).
        candidates: instances of the lemma.
        claim: in words.
        minimal: makes a counterexample smaller.
    """
    aim = projected.target(shift)
    found = attack.search(aim, candidates)
    return attack.outcome(aim, found, claim, minimal=minimal)


def small(level: Level) -> Outcome:
    """Every family of two or three multisets over two tokens."""
    largest = level.pick(17, 85)
    claim = "sums of small multisets at least sqrt|S| apart"
    return attacked(projected.printed_shift, searches.small(largest=largest), claim)


def random(level: Level) -> Outcome:
    """Random multisets and directions; what is found is made as small as it gets."""
    aim = projected.target(projected.printed_shift)

    def refutes(instance: Instance) -> bool:
        margin = aim.margin(instance)
        return margin is not None and float(margin) < 0

    def minimal(instance: Instance) -> Instance:
        return attack.shrink(instance, searches.smaller, refutes)

    candidates = searches.random(level.pick(4000, 200_000), seed=1)
    claim = "sums of random multisets at least sqrt|S| apart"
    return attacked(projected.printed_shift, candidates, claim, minimal=minimal)


def of_sequences(level: Level) -> Outcome:
    """Three sequences of one length, cut down to A as the theorem does it."""
    aim = projected.target(projected.printed_shift, projected.distinct)
    candidates = searches.of_sequences(largest=300)
    claim = "distinct sums for three sequences of two tokens cut down to A of LemB1"
    return attack.outcome(aim, attack.search(aim, candidates), claim)


def equal_cardinalities(level: Level) -> Outcome:
    """The hypothesis that is missing: all multisets of the same cardinality."""
    candidates = searches.random(level.pick(2000, 100_000), seed=2, equal=True)
    return attacked(
        projected.printed_shift, candidates, f"equal cardinalities, {CLAIM}"
    )


def shifted(shift: Shift, level: Level) -> Outcome:
    """The searches that break the printed shift, and the worst directions."""
    most = level.pick(16, 60)
    candidates = chain_of(
        searches.small(),
        searches.random(level.pick(2000, 100_000), seed=1),
        searches.aligned(most),
        searches.meeting(shift, most, 2),
        searches.meeting(shift, most),
    )
    return attacked(shift, candidates)


def repaired(level: Level) -> Outcome:
    """The repaired shift under the same searches."""
    return shifted(projected.repaired_shift, level)


def sharp(level: Level) -> Outcome:
    """The sharp shift under the same searches."""
    return shifted(projected.sharp_shift, level)


def _nearly_sharp(most: int, count: int, size: int) -> int:
    return projected.sharp_shift(most, count, size, Fraction(27, 20) ** 2)


def too_small(level: Level) -> Outcome:
    """With 27/20 in place of sqrt 2 sums of eight multisets meet."""
    shift = _nearly_sharp
    found = attacked(shift, searches.meeting(shift, level.pick(16, 60)))
    point = found.counterexample
    if found.answer is not Answer.FAILS:
        return Outcome(Answer.OPEN, "27/20 was not seen to fail.", found.cases)
    where = ", ".join(f"{k} = {point[k]}" for k in ("N", "M", "v", "c", "f", "sums"))
    sentence = f"With 27/20 in place of sqrt 2 sums meet, for instance {where}."
    return Outcome(Answer.HOLDS, sentence, found.cases)


def equal_proof(level: Level) -> Outcome:
    """Equal cardinalities, one token, or M = 1: the printed construction is right."""
    return chain(
        "equal cardinalities keep their unshifted distance; M = 1 and |S| = 1 hold",
        [proofs.unshifted(level), proofs.printed_alone(level)],
    )


def exist(level: Level) -> Outcome:
    """Counted for all small families: labels as the lemma asks for are common."""
    aim = drawn.target(
        drawn.printed_labels, drawn.spread_union_bound, projected.claimed
    )
    sizes = ((1, 1, 3), (2, 1, 3), (3, 1, 3), (4, 1, 3), (2, 2, 2), (2, 2, 3))
    return drawn.searched(aim, sizes, "success at least 1 - N (N-1) ceil(2 g)/(2 K)")
