"""Sizes and final errors of KS25's networks, from the printed numbers."""

from collections.abc import Mapping
from fractions import Fraction

from experiments.ks25_appendix_h_published import IMDB, MULTINLI, UNIT
from proofs_check.statement import Answer, Level, Outcome


def unit_size(level: Level) -> Outcome:
    """84 numbers a unit: by formula, by memcap's sizes, and counted on networks."""
    from memcap.model.counting import count
    from memcap.nn.convert import to_weights
    from memcap.nn.presets import ks25_appendix_h
    from memcap.nn.sizes import trained_parameters
    from memcap.nn.transformer import Transformer

    m, q = 2, 8
    if 2 * (m * q + q + q * m + m) != UNIT:
        return Outcome(Answer.FAILS, "the formula gives another number.")
    for units in range(1, 51):
        parts = trained_parameters(ks25_appendix_h(units=units, vocab=10))
        if parts["encoder"] + parts["decoder"] != UNIT * units:
            return Outcome(Answer.FAILS, f"{units} units have {parts}.")
    counted = [
        count(to_weights(Transformer(ks25_appendix_h(units=u, vocab=10), rngs=0))).dense
        for u in (1, 2, 3)
    ]
    steps = {b - a for a, b in zip(counted, counted[1:], strict=False)}
    answer = Answer.HOLDS if steps == {UNIT} else Answer.FAILS
    sentence = f"84 k for k = 1..50; drawn networks of 1, 2, 3 units hold {counted}."
    return Outcome(answer, sentence, 53)


def final_errors(
    table: Mapping[int, tuple[float, float]], samples: int
) -> dict[int, int]:
    """Wrong labels by number of blocks.

    Raises:
        ValueError: an accuracy is not within half a digit of a share of the labels.
    """
    wrong = {}
    for blocks, (_, accuracy) in table.items():
        share = Fraction(str(accuracy))
        right = round(share * samples)
        if abs(Fraction(right, samples) - share) > Fraction(1, 20_000):
            raise ValueError(f"{accuracy} is no share of {samples} labels.")
        wrong[blocks] = samples - right
    return wrong


def _meets(wrong: Mapping[int, int], samples: int) -> list[int]:
    """Blocks with a training error below 0.01, the criterion of Figure 3."""
    return [blocks for blocks, errors in wrong.items() if 100 * errors < samples]


def multinli(level: Level) -> Outcome:
    """Figure 1: wrong labels; no model meets the criterion of Figure 3."""
    wrong = final_errors(MULTINLI, 2000)
    falling = list(wrong.values()) == sorted(wrong.values(), reverse=True)
    met = _meets(wrong, 2000)
    right = min(wrong.values()) == wrong[50] == 41 and not met and not falling
    sentence = (
        f"wrong labels of 2000 by blocks: {wrong}; the best is 2.05 %; below 1 %: "
        f"{met or 'none'}; falling throughout: {falling}."
    )
    return Outcome(Answer.HOLDS if right else Answer.FAILS, sentence, len(wrong))


def imdb(level: Level) -> Outcome:
    """Figure 2: wrong labels; the loss is not monotone either."""
    wrong = final_errors(IMDB, 3000)
    losses = [loss for loss, _ in IMDB.values()]
    falling = losses == sorted(losses, reverse=True)
    met = _meets(wrong, 3000)
    right = met == [10, 20, 30, 40] and not falling
    sentence = (
        f"wrong labels of 3000 by blocks: {wrong}; below 1 % with {met} blocks; loss "
        f"falling throughout: {falling}."
    )
    return Outcome(Answer.HOLDS if right else Answer.FAILS, sentence, len(wrong))
