"""Sign patterns that tiny networks give, set against the bounds that forbid more."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from memcap.core.balls import Ball
from memcap.core.exact import Number
from memcap.theory.bounds.shattering import euler, labellings
from proofs_check.checks.lower_bounds.tiny_networks import families, hard_family
from proofs_check.methods import attack
from proofs_check.methods.shattering import (
    Seen,
    climb,
    confirmed,
    largest,
    seen,
    values,
)
from proofs_check.statement import Level, Outcome


class Patterns(NamedTuple):
    """How many patterns a network gave N points, each confirmed exactly."""

    name: str
    weights: int
    points: int
    patterns: int


@cache
def measured(level: Level) -> list[Patterns]:
    """Patterns of the tiny networks on 1 to 8 points."""
    made = []
    for family in families():
        drawn = values(family, level.pick(150_000, 1_500_000))
        _, first_missed = largest(family, drawn)
        for inputs in range(1, len(family.tokens) + 1):
            found = seen(family, drawn, inputs)
            if inputs == first_missed.inputs:
                found = climb(family, found)
            if inputs > first_missed.inputs or confirmed(family, found):
                size = len(found.witnesses)
                made.append(Patterns(family.name, family.weights, inputs, size))
    return made


def attack_patterns(level: Level, share: Number = 1) -> Outcome:
    """log2 of the patterns seen against the count; `share` scales the count down."""

    def margin(one: Patterns) -> Ball | None:
        if one.weights > one.points:
            return None
        bound = labellings(96, one.weights, one.points, one.points) * share
        return bound - Ball.of(one.patterns, 96).log2()

    def describe(one: Patterns) -> Mapping[str, str]:
        return {
            "network": one.name,
            "W": str(one.weights),
            "N": str(one.points),
            "patterns": str(one.patterns),
        }

    aimed = attack.Target(margin, describe)
    tried = measured(level)
    found = attack.search(aimed, tried)
    full = {p.name: p.points for p in tried if p.patterns == 1 << p.points}
    made = attack.outcome(aimed, found, "no more patterns than counted")
    sizes = "; ".join(f"{name}: {points}" for name, points in full.items())
    sentence = f"{made.sentence} Largest sets shattered: {sizes}."
    return Outcome(made.answer, sentence, made.cases, made.margin, made.counterexample)


@cache
def hard_patterns(level: Level) -> Seen:
    """The largest set of tokens the smallest hard-attention block was seen to shatter.

    Every pattern is confirmed by the exact forward pass of the network.
    """
    family = hard_family()
    best, _ = largest(family, values(family, level.pick(200_000, 2_000_000)))
    assert best is not None and confirmed(family, best)
    return best


def attack_hard(level: Level, factor: Number = 9) -> Outcome:
    """n N <= factor W^2 log2(48 e n N) on networks that shatter all their tokens."""
    best = hard_patterns(level)
    tried = [
        ("w x, no block", 1, 1),
        ("w x + b, no block", 2, 2),
        ("one block with every size 1", 10, best.points),
    ]

    def margin(one: tuple[str, int, int]) -> Ball:
        _, w, tokens = one
        return (euler(96) * (48 * tokens)).log2() * (factor * w * w) - tokens

    def describe(one: tuple[str, int, int]) -> Mapping[str, str]:
        return {"network": one[0], "W": str(one[1]), "n N": str(one[2])}

    aimed = attack.Target(margin, describe)
    found = attack.search(aimed, tried)
    return attack.outcome(aimed, found, f"n N <= {factor} W^2 log2(48 e n N)")


def attack_sharper(
    level: Level, square: Number = Fraction(1, 4), linear: Number = Fraction(1, 2)
) -> Outcome:
    """n N <= (square W^2 + linear W) log2(8 e n^3 N) on the smallest block, W = 10."""
    best = hard_patterns(level)
    length, weights = 2, 10

    def margin(tokens: int) -> Ball:
        logarithm = (euler(96) * (8 * length**2 * tokens)).log2()
        return logarithm * (square * weights**2 + linear * weights) - tokens

    aimed = attack.Target(margin, lambda t: {"W": str(weights), "n N": str(t)})
    found = attack.search(aimed, range(length, best.points + 1, length))
    return attack.outcome(aimed, found, "n N <= (W^2/4 + W/2) log2(8 e n^3 N)")
