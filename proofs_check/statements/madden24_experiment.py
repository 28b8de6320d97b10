"""Madden24, the experiments: widths recovered from the figures."""

from fractions import Fraction

from experiments.madden_capacity_summary import (
    FIGURE_1,
    FIGURE_2,
    PUBLISHED_CONTEXTS,
    PUBLISHED_VOCAB,
)
from memcap.core.refs import Ref
from proofs_check.statement import (
    Answer,
    Check,
    Finding,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)


def widths(counts: tuple[int, ...]) -> list[Fraction]:
    """m from k = zeta m + 17 (zeta + m) + 1088.

    Example:
        >>> [str(m) for m in widths((10550,))]
        ['32']
    """
    rows = zip(counts, PUBLISHED_VOCAB, strict=False)
    return [Fraction(k - 17 * v - 1088, v + 17) for k, v in rows]


def _recovered(_: Level) -> Outcome:
    ladder = {2**i for i in range(2, 10)}
    first, second = widths(FIGURE_1), widths(FIGURE_2)
    if not set(first) | set(second) <= ladder:
        return Outcome(Answer.FAILS, "A width is none of 4, 8, ..., 512.")
    trained = [
        Fraction(k - v, v + 17) for k, v in zip(FIGURE_2, PUBLISHED_VOCAB, strict=True)
    ]
    if any(m.denominator == 1 for m in trained):
        return Outcome(Answer.OPEN, "Figure 2 may count trained parameters only.")
    sentence = "All 20 points are whole widths: " + "; ".join(
        ", ".join(map(str, values)) for values in (first, second)
    )
    sentence += ". Figure 2 is not whole as a count of trained parameters."
    return Outcome(Answer.HOLDS, sentence, 20)


def _constant_width(_: Level) -> Outcome:
    last = list(zip(PUBLISHED_CONTEXTS, PUBLISHED_VOCAB, FIGURE_1, strict=True))[3:]
    same = all(k == 49 * v + 17 * 32 + 1088 for _, v, k in last)
    n, v, k = last[-1]
    tokens = Fraction(k, v - 1)
    if not same or Fraction(514, 10) > tokens or tokens >= Fraction(515, 10):
        return Outcome(Answer.FAILS, "Another growth.")
    sentence = (
        f"From n = {last[0][0]} to {n} k = 49 zeta + 1632 exactly, m = 32. At n = {n} "
        f"k/(zeta-1) = {float(tokens):.1f}, {float(n / tokens):.1f} times below n."
    )
    return Outcome(Answer.HOLDS, sentence, len(last))


_EXP = Statement(
    Ref("Madden24", "Exp"),
    Kind.EXPERIMENT,
    "The smallest decoders within 1 % (5 %) of the entropy bound on TinyStories have "
    "parameters that grow about linearly in the number of contexts.",
    r"k = \zeta m + 17(\zeta + m) + 1088",
    checks=(
        Check("recovered widths", Method.EXHAUSTIVE, Scope.STEP, _recovered),
        Check("constant width", Method.EXHAUSTIVE, Scope.STEP, _constant_width),
    ),
    unproved="the trainings, which were not repeated at this size",
    findings=(
        Finding(
            "Figure 1 is linear because the vocabulary grows",
            "slip",
            "Parameters grow linearly with contexts, as k = n (zeta-1) suggests.",
            "The width is m = 32 for all points but two (16), so k = 49 zeta + 1632 "
            "follows the vocabulary. At n = 2637 the decoder has 51.4 (zeta-1) "
            "parameters, 51 times fewer than all laws would need. The counts of Figure "
            "2 include the parameters that are frozen there.",
            "Text at 1 % tolerance is far from the worst case; random laws would test "
            "Lemma 9.",
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_EXP,)
