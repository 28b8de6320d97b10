"""KS23.Thm1: one layer of hardmax attention is no contextual mapping; from n = 4 on.

A head sees tokens on a line ``x0 + t u`` only through the largest, the smallest or the
mean t, see `memcap.theory.hardmax`. Four tokens leave room for two sets that agree in
all three. Fewer do not, and then hardmax is enough: one head for n = 2, three for
n = 3, two never (`memcap.HardmaxHeads`).
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import sympy

from memcap.core.claims import Verdict
from memcap.core.refs import Ref
from memcap.theory.hardmax import shared_outputs_proof
from proofs_check.checks.attention.hardmax_layers import (
    PAIR,
    hardmax_attack,
    small_layers,
)
from proofs_check.methods.attack import Target, outcome, search
from proofs_check.methods.chain import chain, link
from proofs_check.methods.identity import holds
from proofs_check.statement import (
    Check,
    Finding,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)


def head_reads_a_mean(level: Level) -> Outcome:
    """Scores are affine in t, and a head's output is W_O W_V at the mean of its t."""
    t, shares = sympy.symbols("t1:5"), sympy.symbols("p1:4")
    origin, direction = sympy.symbols("a b")
    # Shares sum to one: the last is what the others leave.
    every = (*shares, 1 - sum(shares))
    pairs = list(zip(every, t, strict=True))
    mixed = sympy.Add(*(p * (origin + s * direction) for p, s in pairs))
    mean = sympy.Add(*(p * s for p, s in pairs))
    parts = [
        holds(mixed, origin + mean * direction, "a coordinate of the mixed keys"),
        link("scores are affine in t", shared_outputs_proof(PAIR).affine),
    ]
    return chain("a head adds W_O W_V (x0 + m u), m the mean of the chosen t", parts)


def slopes_decide(level: Level) -> Outcome:
    """The three signs of beta, for the pair and with any tokens added to both."""
    proof = shared_outputs_proof(PAIR)
    parts = [link(proof.sentence, proof.verdict is Verdict.PROVED)]
    extra, count = sympy.symbols("S k", positive=True)
    sums = [sum(tokens) for tokens in (PAIR.first, PAIR.second)]
    means = [(total + extra) / (4 + count) for total in sums]
    parts.append(holds(means[0], means[1], "the mean with k further tokens of sum S"))
    return chain("largest, smallest and mean t agree for every n >= 4", parts)


Readings = tuple[str, ...]


READS: dict[str, Any] = {
    "max": max,
    "min": min,
    "mean": lambda tokens: Fraction(sum(tokens), len(tokens)),
}


# Positive tokens on a line through zero: beta has one sign for all queries.
FAMILY = ((1, 2, 6), (1, 3, 6), (1, 4, 6), (2, 3, 6), (1, 4, 5))


def collision(readings: Readings, family: Sequence[Sequence[int]]) -> Any:
    """Two sets with a token in common that all heads read alike, or None.

    Example:
        >>> collision(("mean", "max"), FAMILY)
        ((1, 4, 6), (2, 3, 6))
    """
    for one, two in combinations(family, 2):
        alike = all(READS[kind](one) == READS[kind](two) for kind in readings)
        if alike and set(one) & set(two):
            return one, two
    return None


def two_heads_fail(level: Level) -> Outcome:
    """Every choice of what one or two heads read leaves a collision at n = 3."""
    links = [
        link(
            f"heads reading {' and '.join(kinds)} give {found[0]} and {found[1]} one id"
            if (found := collision(kinds, FAMILY))
            else f"heads reading {' and '.join(kinds)} tell all sets apart",
            found is not None,
        )
        for heads in (1, 2)
        for kinds in product(READS, repeat=heads)
    ]
    return chain("one or two heads fail on one family of five sets", links)


def three_heads_suffice(level: Level) -> Outcome:
    """Largest, smallest and mean of at most three different numbers give the set."""
    high, middle, low, other = sympy.symbols("a b c e")
    three = (high + middle + low) / 3
    mid = sympy.solve(three - other, middle)
    two = sympy.solve((high + low) / 2 - other, low)
    parts = [
        link("the mean and the ends give the middle of three", len(mid) == 1),
        holds(mid[0], 3 * other - high - low, "the middle is 3 mean - max - min"),
        holds(two[0], 2 * other - high, "with n = 2 mean and own value give the other"),
    ]
    return chain("three readings give the set for n = 3, the mean for n = 2", parts)


def small_lengths_attack(
    level: Level, readings: Readings = ("max", "min", "mean"), length: int = 3
) -> Outcome:
    """Look for two sets of integers that the readings do not tell apart."""
    top = level.pick(11, 15)
    sets = list(combinations(range(1, top + 1), length))
    pairs = ((a, b) for a, b in combinations(sets, 2) if set(a) & set(b))
    target = Target(
        lambda pair: max(abs(READS[k](pair[0]) - READS[k](pair[1])) for k in readings),
        lambda pair: {"first": str(pair[0]), "second": str(pair[1])},
        strict=True,
    )
    claim = f"{', '.join(readings)} tell sets of {length} of 1..{top} apart"
    return outcome(target, search(target, pairs), claim)


_ROW = Statement(
    Ref("KS23", "Thm1"),
    Kind.THEOREM,
    "One layer of hardmax attention, with any number of heads and any weights, is not "
    "a contextual mapping for all separated sequences.",
    r"F_{HA}(X)_k = F_{HA}(X')_k, \quad V \ne V', \quad n \ge 4",
    ("hardmax shares ties", "sequences of n >= 4 tokens, none repeated"),
    "recalled",
    (
        Check(
            "a head reads one number",
            Method.IDENTITY,
            Scope.STEP,
            head_reads_a_mean,
            "for tokens x0 + t u the shares sum to one, so the head sees one mean of "
            "t.",
        ),
        Check(
            "three slopes",
            Method.ARGUMENT,
            Scope.STEP,
            slopes_decide,
            "the sign of beta depends on the query alone, so at a shared token both "
            "sequences fall under the same case; heads add up, the skip connection "
            "adds the shared token. Tokens added to both sequences leave maximum, "
            "minimum and mean equal, which gives every n >= 4; u is any vector, which "
            "gives every d.",
        ),
        Check("integer heads", Method.ATTACK, Scope.CASES, lambda x: hardmax_attack(x)),
    ),
    findings=(
        Finding(
            "The theorem begins at four tokens",
            "can be sharpened",
            "Hardmax attention in one layer is no contextual mapping, with no word on "
            "the length of the sequences.",
            "The counterexample {1,2,5,6}, {1,3,4,6} needs n >= 4, and no shorter one "
            "exists: for n = 2 one head with zero keys, for n = 3 three heads of rank "
            "1 are a contextual mapping of every separated family without a zero "
            "token. At n = 3 one or two heads fail.",
            "The statement should say n >= 4 for any number of heads, n = 3 for one or "
            "two.",
            ("memcap.HardmaxHeads",),
        ),
    ),
)


_HEADS = Statement(
    Ref("memcap", "HardmaxHeads"),
    Kind.THEOREM,
    "The fewest hardmax heads that make one layer a contextual mapping of every "
    "separated family without a zero token are one for n = 2, three for n = 3, and "
    "none suffice for n >= 4.",
    r"H(2) = 1, \quad H(3) = 3, \quad H(n) = \infty, \; n \ge 4",
    ("hardmax shares ties", "no repeated token, r_min > 0"),
    "derived",
    (
        Check(
            "three heads for n = 3, one for n = 2",
            Method.IDENTITY,
            Scope.STEP,
            three_heads_suffice,
            "v with different v.x, none zero (finitely many hyperplanes to avoid); "
            "heads with scores +-(v.x)(v.x') read the largest and the smallest v.x', "
            "in an order that the query decides, a head without keys the mean. Their "
            "sum with weights 1, l, l^2 differs for different triples unless l is a "
            "root of one of finitely many polynomials; a small factor keeps different "
            "tokens apart through the skip connection.",
        ),
        Check(
            "two heads fail at n = 3",
            Method.EXHAUSTIVE,
            Scope.STEP,
            two_heads_fail,
            "on x = t u with t > 0 the slope is t_k (u^T M u), of one sign for all "
            "queries; a head reads the maximum, the minimum or the mean of all, and "
            "nine choices of two are all.",
        ),
        Check(
            "n >= 4",
            Method.ARGUMENT,
            Scope.STEP,
            slopes_decide,
            "this is KS23.Thm1 with x0 = 0.",
        ),
        Check("the layers themselves", Method.CERTIFICATE, Scope.CASES, small_layers),
        Check(
            "sets of three",
            Method.ATTACK,
            Scope.CASES,
            lambda level: small_lengths_attack(level),
        ),
    ),
)


STATEMENTS: tuple[Statement, ...] = (_ROW, _HEADS)
