"""Yun20 and WD26: a count of layers that is recalled, and an abstract."""

from fractions import Fraction
from itertools import product

import memcap as mc
from memcap.core.balls import Ball, Truth, less
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


def _look_up(level: Level) -> Outcome:
    """Pairs of a grid sequence and a position, counted one by one."""
    cases = 0
    for inverse, n, d in product((2, 3), (1, 2, level.pick(2, 3)), (1, 2)):
        grid = list(product(range(inverse), repeat=d))
        pairs = sum(n for _ in product(grid, repeat=n))
        bound = mc.bounds.get("Yun20.Layers.depth")
        value = bound(length=n, dim=d, delta=Fraction(1, inverse)).ball(128)
        if not value.contains(pairs) or pairs != n * len(grid) ** n:
            return Outcome(Answer.FAILS, f"Another count for n = {n}, d = {d}.")
        cases += 1
    sentence = "n / delta^(d n) is n |V|^n with |V| = delta^(-d) tokens on the grid."
    return Outcome(Answer.HOLDS, sentence, cases)


def _not_the_quoted(_: Level) -> Outcome:
    """|V|^d against n |V|^n."""
    pairs = [(v, n, d) for v, n, d in product((2, 4, 9), (2, 3, 4), (1, 2, 3, 8))]
    below = sum(v**d < n * v**n for v, n, d in pairs)
    sentence = (
        f"|V|^d is smaller than n |V|^n in {below} of {len(pairs)} cases and larger in "
        f"{len(pairs) - below}: exponents are lengths, not dimensions."
    )
    mixed = 0 < below < len(pairs)
    return Outcome(Answer.HOLDS if mixed else Answer.OPEN, sentence, len(pairs))


_YUN = Statement(
    Ref("Yun20", "Thm"),
    Kind.THEOREM,
    "Selective shifts on a grid of step delta take about n / delta^(d n) layers, one "
    "for each token of each sequence; |V|^d layers are quoted as well.",
    r"\frac{n}{\delta^{dn}}",
    status="recalled",
    checks=(
        Check("grid", Method.EXHAUSTIVE, Scope.CASES, _look_up),
        Check("the quoted count", Method.EXHAUSTIVE, Scope.CASES, _not_the_quoted),
    ),
    unproved="the construction: the text was not at hand",
    findings=(
        Finding(
            "Two layer counts are quoted for the same construction",
            "slip",
            "About n / delta^(d n) layers, or |V|^d.",
            "The first is n |V|^n with |V| = delta^(-d) tokens: one layer for each "
            "pair of a sequence and a position, a look-up table. |V|^d has the "
            "dimension in the exponent and is neither that nor the number of tokens.",
            "Comparisons of depth with this construction should name the count used.",
        ),
    ),
)


def _networks(level: Level) -> Outcome:
    """W^2 L^2 / (N log2(1/delta)) of memorizers with every label proved."""
    ratios = []
    for samples in (30, 100, level.pick(300, 1000)):
        ds = mc.data.random_next_token(samples, 1, samples, 2, seed=samples)
        built = mc.construct("relu_memorizer", ds)
        if mc.verify(built, ds).correct != samples:
            return Outcome(Answer.FAILS, f"A label is wrong at N = {samples}.")
        size = mc.count(built.weights)
        # Ids 0, ..., N - 1 scaled to a unit interval are 1/(N - 1) apart.
        delta_bits = Ball.of(samples - 1).log2()
        product_squared = (size.width * size.depth) ** 2
        ratio = Ball.of(product_squared) / (delta_bits * samples)
        if less(1, ratio) is not Truth.TRUE:
            return Outcome(Answer.OPEN, f"N = {samples}: below the order with 1.")
        ratios.append(float(ratio))
    sentence = (
        "(W L)^2 / (N log2(1/delta)) of built networks: "
        + ", ".join(f"{value:.0f}" for value in ratios)
        + "."
    )
    return Outcome(Answer.HOLDS, sentence, len(ratios), f"{min(ratios):.4g}")


_WD = Statement(
    Ref("WD26", "Abs"),
    Kind.THEOREM,
    "Width and depth that memorize N points delta apart satisfy W^2 L^2 of order N "
    "log(1/delta), and no less.",
    r"W^2 L^2 = O\left(N \log \frac{1}{\delta}\right)",
    checks=(Check("built networks", Method.CERTIFICATE, Scope.CASES, _networks),),
    unproved="both directions: only the abstract is at hand, and constants are hidden",
)

STATEMENTS: tuple[Statement, ...] = (_YUN, _WD)
