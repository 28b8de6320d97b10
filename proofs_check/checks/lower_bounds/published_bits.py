"""Bits a parameter and bits of knowledge, recomputed from the printed numbers."""

from collections.abc import Iterator
from fractions import Fraction

from experiments.morris_bits_summary import LAW, PUBLISHED
from memcap.core.balls import Ball, Truth, less
from memcap.theory.bounds import get
from memcap.theory.bounds.morris25 import NAMES, VALUES
from proofs_check.checks.lower_bounds.published_slopes import rounds_to
from proofs_check.statement import Answer, Level, Outcome

_PRECISION = 128


def _column(column: int) -> list[Fraction]:
    return [Fraction(str(x)) for row in PUBLISHED.values() for x in row[column]]


def table_means(level: Level) -> Outcome:
    """Bits a parameter: means 3.51 and 3.83, recomputed from sixteen values each."""
    texts = []
    for column, name, printed in ((1, "bf16", "3.51"), (2, "fp32", "3.83")):
        values = _column(column)
        mean = sum(values, Fraction(0)) / len(values)
        ends = f"{float(min(values))} to {float(max(values))}"
        texts.append(f"{name}: mean {float(mean):.4f}, {ends}")
        if not rounds_to(Ball.of(mean, _PRECISION), printed):
            return Outcome(Answer.FAILS, f"not {printed}: {texts[-1]}.")
    return Outcome(Answer.HOLDS, "; ".join(texts) + ".", 32)


def headline(level: Level) -> Outcome:
    """How the 3.64 bits of Figure 6 stand to the sixteen bf16 values of the table."""
    law, values = Fraction(str(LAW)), _column(1)
    above = sum(x > law for x in values)
    mean = sum(values, Fraction(0)) / len(values)
    answer = Answer.HOLDS if mean < law and above == 6 else Answer.FAILS
    sentence = (
        f"{above} of {len(values)} bf16 values lie above {float(law)}; their mean is "
        f"{float(law - mean):.3f} below it."
    )
    return Outcome(answer, sentence, len(values))


def memorized_bits(level: Level) -> Outcome:
    """N S log2 V: 704 bits a sequence of 64 tokens from 2048, exactly."""
    found = get("Morris25.Mem")(num_samples=1, length=64, vocab=2048).exact
    answer = Answer.HOLDS if found == 704 == 64 * 11 and 2**11 == 2048 else Answer.FAILS
    return Outcome(answer, f"64 * 11 = {found} bits, as 2048 = 2^11.")


def code_length(level: Level) -> Outcome:
    """-log2 q of uniform data is on average at least log2 of the outcomes, all small q.

    So no fixed model gains on fresh uniform data, and N S log2 V - NLL is what the
    training data put in.
    """
    smallest, cases = None, 0
    for outcomes in (2, 3, 4):
        for total in range(outcomes + 1, level.pick(11, 16)):
            for parts in _compositions(total, outcomes):
                if len(set(parts)) == 1:
                    continue
                logs = [Ball.of(Fraction(total, p), 96).log2() for p in parts]
                mean = sum(logs, Ball.of(0, 96)) / outcomes
                slack = mean - Ball.of(outcomes, 96).log2()
                cases += 1
                if less(0, slack) is not Truth.TRUE:
                    return Outcome(Answer.FAILS, f"q = {parts} / {total}.", cases)
                smallest = min(smallest or 9.0, float(slack))
    return Outcome(Answer.HOLDS, f"{cases} distributions.", cases, f"{smallest:.3g}")


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(1, total - parts + 2):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def biography_bits(level: Level) -> Outcome:
    """log2 N0 = 27.25 and log2 S0 = 47.59, from the printed products."""
    names, values = (Ball.of(x, _PRECISION).log2() for x in (NAMES, VALUES))
    own = 400 * 400 * 1000, 2 * (12 * 28 * 200) * 200 * 300 * 100 * 263
    right = own == (NAMES, VALUES)
    right = right and rounds_to(names, "27.25") and rounds_to(values, "47.59")
    sentence = (
        f"N0 = {NAMES:,} is {float(names):.4f} bits, S0 = {VALUES:,} is "
        f"{float(values):.4f} bits."
    )
    return Outcome(Answer.HOLDS if right else Answer.FAILS, sentence, 2)


def biography_formula(level: Level) -> Outcome:
    """The calculator against the printed sum, losses of 0, 1 and 2 nats."""
    two = Ball.of(2, _PRECISION).log()
    for samples, name_loss, value_loss in ((1, 0, 0), (10, 1, 2), (1000, 2, 1)):
        found = get("AZ24.Formula")(
            num_samples=samples, name_loss=name_loss, value_loss=value_loss
        ).ball(_PRECISION)
        names = NAMES / Ball.of(name_loss, _PRECISION).exp()
        values = VALUES / Ball.of(value_loss, _PRECISION).exp()
        wanted = (names.log() + values.log()) * samples / two
        if not (found - wanted).contains(0):
            return Outcome(Answer.FAILS, f"N = {samples}.")
    return Outcome(Answer.HOLDS, "three cases agree in balls.", 3)


def within_states(level: Level) -> Outcome:
    """2 bits a parameter in int8, 0.7 in int4, against the 8 and 4 that are stored."""
    shares = Fraction(2) / 8, Fraction(7, 10) / 4
    answer = Answer.HOLDS if max(shares) <= 1 else Answer.FAILS
    sentence = f"shares of the stored bits: {float(shares[0])}, {float(shares[1])}."
    return Outcome(answer, sentence, 2)
