"""The count behind memcap.Shatter, link by link."""

from fractions import Fraction
from itertools import product
from math import comb
from typing import Any

import sympy

from memcap.core.balls import Ball, Truth, less
from memcap.model.forward import forward
from memcap.theory.bounds import get
from memcap.theory.bounds.shattering import euler, fewest, labellings, places
from proofs_check.checks.lower_bounds.tiny_networks import families
from proofs_check.methods import identity
from proofs_check.methods.rays import nonnegative
from proofs_check.methods.shattering import Family
from proofs_check.statement import Answer, Level, Outcome


def free_scale(level: Level) -> Outcome:
    """c R(z) = R(c z) for c > 0, in both branches of R, and on networks."""
    c, z = sympy.symbols("c z", positive=True)
    branches = tuple(
        identity.holds(sympy.Max(c * x, 0), c * sympy.Max(x, 0), "R(c z) = c R(z)")
        for x in (z, -z)
    )
    cases = 0
    for family in families():
        if "R(w x + b)" not in family.name:
            continue
        for row in product((-2, -1, 1, 3), repeat=2):
            cases += 1
            if not _rescaled(family, row):
                return Outcome(Answer.FAILS, f"{family.name} at {row}.", cases)
    answers = {branch.answer for branch in branches}
    answer = Answer.HOLDS if answers == {Answer.HOLDS} else Answer.FAILS
    return Outcome(answer, f"both branches; {cases} networks unchanged.", cases + 2)


def _rescaled(family: Family, row: tuple[int, ...]) -> bool:
    """Making the number that enters the unit +-1 leaves all outputs as they are."""
    w, b = row
    rest = [3, -2, 5][: family.weights - 2]
    scaled = [Fraction(w, abs(w)), Fraction(b, abs(w)), rest[0] * abs(w), *rest[1:]]
    one = forward(family.record([w, b, *rest]), family.tokens)
    other = forward(family.record(scaled), family.tokens)
    return bool((one == other).all())


def path_degrees(level: Level) -> Outcome:
    """With every unit on or off, outputs are sums of products of different numbers."""
    cases = 0
    for family in families():
        symbols = sympy.symbols(f"w0:{family.weights}", positive=True)
        token = family.tokens[2].reshape(-1).tolist()
        for active in product((0, 1), repeat=_units(family.name)):
            output = _written(family.name, symbols, token, active)
            poly = sympy.Poly(output, *symbols)
            cases += 1
            if poly.total_degree() > family.weights or any(
                max(powers) > 1 for powers, _ in poly.terms()
            ):
                return Outcome(Answer.FAILS, f"{family.name}: {output}", cases)
    sentence = f"{cases} cells of the seven shapes: no number is used twice in a path."
    return Outcome(Answer.HOLDS, sentence, cases)


def _units(name: str) -> int:
    return name.count("R(")


def _written(
    name: str, w: tuple[sympy.Expr, ...], token: list[int], on: tuple[int, ...]
) -> sympy.Expr:
    """The output of a shape in symbols, R replaced by a factor 0 or 1."""
    x = token[0]
    match name:
        case "w x":
            return w[0] * x
        case "w x + b":
            return w[0] * x + w[1]
        case "w1 x1 + w2 x2 + b":
            return w[0] * token[0] + w[1] * token[1] + w[2]
        case "v R(w x + b) + c":
            return w[2] * on[0] * (w[0] * x + w[1]) + w[3]
        case "u (x + v R(w x + b)) + c":
            return w[3] * (x + w[2] * on[0] * (w[0] * x + w[1])) + w[4]
        case "v R(w2 R(w1 x + b1) + b2) + c":
            first = on[1] * (w[0] * x + w[1])
            return w[4] * on[0] * (w[2] * first + w[3]) + w[5]
    left = w[4] * on[0] * (w[0] * x + w[1])
    return left + w[5] * on[1] * (w[2] * x + w[3])


def tree(level: Level) -> Outcome:
    """1 + 2 + ... + 2^(k-1) polynomials a token, then 2^k (1 + G) N in the end."""
    n, g, power = sympy.symbols("N G P", positive=True)
    j, k = sympy.symbols("j k", positive=True, integer=True)
    total: Any = sympy.summation(2**j, (j, 0, k - 1))
    same = identity.holds(total, 2**k - 1, "1 + 2 + .. + 2^(k-1) = 2^k - 1")
    if same.answer is not Answer.HOLDS:
        return same
    last = (power - 1) * n + g * power * n
    # The powers of two: P = 2^k >= 1.
    return nonnegative(
        sympy.expand(power * (1 + g) * n - last),
        {n: 1, g: 1, power: 1},
        "N 2^k (1 + G)",
    )


def best_units(level: Level) -> Outcome:
    """`labellings` takes the best k of all, and grows with W."""
    cases = 0
    for points, layers in product((1, 5, 40, 300), (0, 1, 2)):
        before = None
        for w in range(1, level.pick(24, 80)):
            fast = labellings(96, w, points, 2 * points, 3, layers)
            slow = _all_units(w, points, 2 * points, 3, layers)
            cases += 1
            if not (fast - slow).contains(0):
                return Outcome(Answer.FAILS, f"another best k at W = {w}.", cases)
            if before is not None and less(before, fast) is not Truth.TRUE:
                return Outcome(Answer.FAILS, f"no growth at W = {w}.", cases)
            before = fast
    return Outcome(Answer.HOLDS, f"{cases} values agree and grow.", cases)


def growing(level: Level) -> Outcome:
    """(W + 1 - k)(k + f) - (W - k)(k + f) = k + f, and f >= log2(16 e) > 0."""
    w, k, f = sympy.symbols("W k f", positive=True)
    same = identity.holds((w + 1 - k) * (k + f) - (w - k) * (k + f), k + f, "the step")
    positive = less(0, (euler(64) * 16).log2()) is Truth.TRUE
    return Outcome(same.answer if positive else Answer.FAILS, same.sentence, same.cases)


def _all_units(w: int, points: int, tokens: int, classes: int, layers: int) -> Ball:
    outputs = 1 + classes * (classes - 1) // 2
    free = (euler(96) * (8 * points * outputs)).log2()
    free = free + (euler(96) * (8 * tokens)).log2() * layers
    three = Ball.of(3, 96).log2()
    best = None
    for k in range(w + 1):
        value = three * k + (free + k) * (w - k)
        best = value if best is None else best.maximum(value)
    assert best is not None
    return best


def within_points(level: Level) -> Outcome:
    """The smallest W that passes is at most N, as the lemma needs W <= N."""
    cases = 0
    for points, classes in product(range(1, level.pick(40, 200)), (2, 3, 10)):
        cases += 1
        if fewest(points, points, classes, 0) > points:
            return Outcome(Answer.FAILS, f"N = {points}, C = {classes}.", cases)
    # At W = N, k = 0 alone gives N log2(8 e N (1 + G)) >= N log2 C as 1 + G >= C / 2.
    c = sympy.Symbol("C", positive=True)
    rest = nonnegative(1 + c * (c - 1) / 2 - c / 2, {c: 2}, "1 + C(C-1)/2 >= C/2")
    return Outcome(rest.answer, f"{cases} values; {rest.sentence}", cases + rest.cases)


def free_places(level: Level) -> Outcome:
    """16^W binom(Q, W) <= (64 e (W+4)(W+C)(W+V+2))^W, exactly against balls."""
    worst, cases = None, 0
    for w, inputs, classes in product(range(1, level.pick(12, 40)), (1, 8), (2, 5)):
        rows = (w + 4) * (w + classes) * (w + inputs + 2)
        ways = Ball.of(comb(4 * w * rows, w) << (4 * w), 128).log2()
        slack = places(128, w, inputs, classes) - ways
        cases += 1
        if less(0, slack) is not Truth.TRUE:
            return Outcome(Answer.FAILS, f"W = {w}, V = {inputs}, C = {classes}.")
        worst = min(worst or 99.0, float(slack))
    return Outcome(Answer.HOLDS, f"{cases} sizes.", cases, f"{worst:.3g} bits")


def instances(level: Level) -> Outcome:
    """The bound at N = 10^6 and its ratio to 2 sqrt(N)."""
    texts = []
    for power in (3, 6, 9, 12):
        value = get("memcap.Shatter.points")(num_samples=10**power, classes=2).exact
        texts.append(f"N = 10^{power}: {value:,}")
    return Outcome(Answer.HOLDS, "; ".join(texts) + ".", len(texts))
