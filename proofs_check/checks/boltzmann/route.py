"""Where the Boltzmann operator falls and where it is concave in one entry.

With s = a_i - boltz(a) the derivative is p (1 + s), the second derivative
p (2 (1 - p) + s (1 - 2 p)). As boltz = logsumexp - H >= max a - ln n, an entry below
max a - ln n - c has s < -c and p < e^{-c}/n, which settles c = 1 and c = 3.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import sympy

from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import Number, exact
from proofs_check.checks.boltzmann import definition
from proofs_check.methods import attack as shooting
from proofs_check.methods import identity
from proofs_check.methods.ascent import descend
from proofs_check.methods.boxes import holds_on
from proofs_check.methods.chain import chain, link
from proofs_check.methods.crossing import crossing
from proofs_check.statement import Answer, Check, Level, Method, Outcome, Scope

_BITS = 128
_MOST = 6
Gaps = tuple[Number, ...]
Shape = Literal["falls", "concave"]


def entropy_at_most(_: Level) -> Outcome:
    """H(p) <= ln n: ln t >= 1 - 1/t at t = n p_i, weighted and summed."""
    t, n, p = sympy.symbols("t n p", positive=True)
    tangent = sympy.log(t) - 1 + 1 / t
    slope = identity.holds(
        sympy.diff(tangent, t), (t - 1) / t**2, "the slope of ln t - 1 + 1/t"
    )
    at_one = identity.holds(tangent.subs(t, 1), sympy.Integer(0), "its value at 1")
    # sum p_i (1 - 1/(n p_i)) = sum p_i - n/n, term by term.
    term = identity.holds(p * (1 - 1 / (n * p)), p - 1 / n, "a term of the sum")
    whole = identity.holds(
        p * (sympy.log(n) + sympy.log(p)), p * sympy.log(n * p), "a term of ln n - H"
    )
    return chain("H(p) <= ln n", [slope, at_one, term, whole])


def falls_below(level: Level) -> Outcome:
    """s < -1 makes p (1 + s) negative."""
    return chain("The derivative is p (1 + s)", [definition.gradient(level)])


def concave_below(level: Level) -> Outcome:
    """s < -3 and p < 1/4 make the second derivative negative."""

    def margin(p: Ball, excess: Ball) -> Ball:
        return -(2 * (1 - p) - (excess + 3) * (1 - 2 * p))

    # e^{-3}/2 < 1/40; the margin grows with the excess, as 1 - 2 p > 0.
    box = {"p": (Fraction(0), Fraction(1, 40)), "excess": (Fraction(0), Fraction(1))}
    negative = holds_on(
        margin, box, "-(2 (1 - p) + s (1 - 2 p)) > 0, s <= -3, p <= 1/40"
    )
    small = link("e^-3 < 1/20", less(Ball.of(-3, _BITS).exp(), Fraction(1, 20)))
    return chain("Concave where s < -3", [definition.curvature(level), negative, small])


def margin_at(shape: Shape, offset: Number, gaps: Gaps) -> Ball | None:
    """How far the sign is from being wrong, of the entry gaps[0] below the largest.

    Args:
        shape: which claim.
        offset: the claim is about entries below max - ln n - offset.
        gaps: distances of all entries but the largest from it.
    """
    n, x = len(gaps) + 1, gaps[0]
    if less(Ball.of(n, _BITS).log() + offset, x, _BITS) is not Truth.TRUE:
        return None
    return sign(shape, gaps)


def sign(shape: Shape, gaps: Gaps) -> Ball:
    """Minus 1 + s, or minus 2 (1 - p) + s (1 - 2 p), of the entry gaps[0] below."""
    x = gaps[0]
    weights = [Ball.of(-g, _BITS).exp() for g in gaps]
    total = sum(weights, Ball.of(1, _BITS))
    mean = sum((w * g for w, g in zip(weights, gaps, strict=True)), Ball.of(0)) / total
    p, s = weights[0] / total, mean - x
    if shape == "falls":
        return -(1 + s)
    return -(2 * (1 - p) + s * (1 - 2 * p))


def _describe(gaps: Gaps) -> dict[str, str]:
    entries = ", ".join(str(-g) for g in (0, *gaps))
    return {"a": f"({entries})", "entry": str(-gaps[0])}


def _drawn(offset: Number, count: int) -> Iterator[Gaps]:
    rng = np.random.default_rng(31)
    for n in range(2, _MOST + 1):
        least = Fraction(int(float(Ball.of(n).log() + offset) * 64) + 1, 64)
        for near in range(0, 160):
            yield (least + Fraction(near, 64), *([Fraction(5, 4)] * (n - 2)))
        for _ in range(count):
            rest = rng.integers(0, 320, size=n - 2).tolist()
            yield (
                least + Fraction(int(rng.integers(0, 200)), 64),
                *(Fraction(x, 64) for x in rest),
            )


def _descended(shape: Shape, offset: Number, starts: int) -> Iterator[Gaps]:
    """Ends of the descent on the margin; an entry's weight is 0 where it is absent."""
    rng = np.random.default_rng(37)
    sizes = rng.integers(2, _MOST + 1, size=starts)
    present = np.arange(_MOST - 1)[None, :] < sizes[:, None] - 1
    free = rng.uniform(0.2, 1.6, size=present.shape)
    rows = np.concatenate([free, present], axis=1)
    for row in descend(_float_margin(shape, float(offset)), rows, steps=200):
        n = int(row[_MOST - 1 :].round().sum()) + 1
        least = float(Ball.of(n).log() + offset)
        gaps = row[: n - 1] ** 2 + np.array([least + 2.0**-9] + [0.0] * (n - 2))
        yield tuple(exact(round(float(g) * 1024) / 1024) for g in gaps)


def _float_margin(shape: Shape, offset: float) -> Any:
    def margin(row: Any) -> Any:
        import jax
        import jax.numpy as jnp

        present = jax.lax.stop_gradient(row[_MOST - 1 :])
        least = jnp.log(jnp.sum(present) + 1.0) + offset
        gaps = row[: _MOST - 1] ** 2
        gaps = gaps.at[0].add(least)
        weights = present * jnp.exp(-gaps)
        total = 1.0 + jnp.sum(weights)
        p, s = weights[0] / total, jnp.sum(weights * gaps) / total - gaps[0]
        if shape == "falls":
            return -(1.0 + s)
        return -(2.0 * (1.0 - p) + s * (1.0 - 2.0 * p))

    return margin


def attack(shape: Shape, offset: Number, level: Level = Level.DEFAULT) -> Outcome:
    """Look for an entry below max - ln n - offset where the sign is wrong."""
    target = shooting.Target(
        lambda gaps: margin_at(shape, offset, gaps), _describe, strict=True
    )
    candidates = [*_drawn(offset, level.pick(300, 4000))]
    candidates += _descended(shape, offset, level.pick(64, 512))
    found = shooting.search(target, candidates)
    word = "decreasing" if shape == "falls" else "concave"
    claim = f"{word} in every entry below max - ln n - {offset}"

    def shorter(gaps: Gaps) -> Iterator[Gaps]:
        for i in range(1, len(gaps)):
            yield gaps[:i] + gaps[i + 1 :]
        coarse = max(Fraction(g).denominator for g in gaps)
        for power in (2**k for k in range(coarse.bit_length() - 1)):
            yield tuple(exact(Fraction(round(g * power), power)) for g in gaps)

    def minimal(gaps: Gaps) -> Gaps:
        return shooting.shrink(gaps, shorter, lambda g: _refutes(shape, offset, g))

    return shooting.outcome(target, found, claim, minimal=minimal)


def _refutes(shape: Shape, offset: Number, gaps: Gaps) -> bool:
    margin = margin_at(shape, offset, gaps)
    return margin is not None and margin.upper <= 0


def turning_points() -> tuple[Number, Number]:
    """Rationals just below x - ln 2 at the maximum of x/(e^x+1) and its inflection."""
    turns = []
    for shape in ("falls", "concave"):
        found = crossing(lambda x, s=shape: sign(s, (x,)), 1, 3, bits=30)
        assert found is not None
        offset = (Ball.of(found.low, _BITS) - Ball.of(2, _BITS).log()).lower
        turns.append(Fraction(int(offset * 10_000), 10_000))
    return turns[0], turns[1]


def concave_below_two(_: Level) -> Outcome:
    """3 may be 2: 1 - 3 e^{-2} exceeds 2 e^{-2} / (1 - e^{-2})."""
    theta, n = sympy.symbols("theta n", positive=True)
    part = theta * sympy.log(theta) + 1 - theta
    q = Ball.of(-2, _BITS).exp()
    slack = 1 - 3 * q - 2 * q / (1 - q)
    return chain(
        "Concave below max - ln n - 2",
        [
            identity.holds(sympy.diff(part, theta), sympy.log(theta), "the slope"),
            identity.holds(
                (1 - theta / n) - (1 - 1 / n), (1 - theta) / n, "the tangent's part"
            ),
            link("1 - 3 e^-2 > 2 e^-2 / (1 - e^-2)", less(0, slack)),
        ],
    )


def least_offsets(_: Level) -> Outcome:
    """Offsets below which each claim fails already for two entries."""
    falls, concave = turning_points()
    both = []
    pairs: tuple[tuple[Shape, Number], ...] = (("falls", falls), ("concave", concave))
    for shape, offset in pairs:
        # Between the offset and the turning point the sign is still the wrong one.
        x = Ball.of(2, _BITS).log() + offset
        at = Fraction(int(x.upper * 2**20) + 1, 2**20)
        both.append(_refutes(shape, offset, (at,)))
    answer = Answer.HOLDS if all(both) else Answer.OPEN
    sentence = (
        f"For n = 2 the offset 1 cannot be replaced by {float(falls)}, nor 3 by "
        f"{float(concave)}: the operator still rises, or is convex, just below."
    )
    return Outcome(answer, sentence, 2)


CHECKS = (
    Check(
        "H(p) <= ln n",
        Method.ARGUMENT,
        Scope.STEP,
        entropy_at_most,
        "ln t - 1 + 1/t falls up to t = 1, where it is 0, and rises from there; so "
        "ln n - H = sum p_i ln(n p_i) >= sum (p_i - 1/n) = 0. Hence boltz(a) = "
        "logsumexp(a) - H >= max a - ln n, and s = a_i - boltz(a) < -c.",
    ),
    Check("decreasing", Method.IDENTITY, Scope.STEP, falls_below),
    Check(
        "concave",
        Method.BALLS,
        Scope.STEP,
        concave_below,
        "p_i <= e^{a_i - max a} < e^{-3}/n, and n >= 2, as for n = 1 no entry is below "
        "the largest. The margin rises with -s because 1 - 2 p > 0, so excess up to 1 "
        "is enough.",
    ),
    Check(
        "attack on decreasing",
        Method.ATTACK,
        Scope.CASES,
        lambda level: attack("falls", 1, level),
    ),
    Check(
        "attack on concave",
        Method.ATTACK,
        Scope.CASES,
        lambda level: attack("concave", 3, level),
    ),
    Check(
        "3 may be 2",
        Method.ARGUMENT,
        Scope.CASES,
        concave_below_two,
        "Concave where s < -2 - 2 p/(1 - 2 p). Let theta = n p, below e^{-2} for an "
        "entry below max - ln n - 2. By ln t >= 1 - 1/t for the other entries, ln n - "
        "H >= p ln(n p) + (1 - p) - (1 - 1/n) = (theta ln theta + 1 - theta)/n, which "
        "falls with theta and so exceeds (1 - 3 e^{-2})/n; 2 p/(1 - 2 p) is at most "
        "2 e^{-2}/(n (1 - e^{-2})), as p <= e^{-2}/2. And s < -2 - (ln n - H).",
    ),
    Check("how far the offsets can fall", Method.BALLS, Scope.CASES, least_offsets),
)
