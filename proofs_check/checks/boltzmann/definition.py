"""The Boltzmann operator itself: its identities, in symbols, for any number of entries.

Whatever the other entries are, boltz(a) as a function of one entry x = a_i is

    boltz = (C + x e^x) / Z,   Z = A + e^x,   A = sum e^{a_j},   C = sum a_j e^{a_j},

both sums over j != i. So an identity in the four symbols A, C, x and a shift c is one
for all n. The same identities are written out in full for n = 2, 3, 4.
"""

from fractions import Fraction

import numpy as np
import sympy

from memcap.core.balls import Ball
from memcap.theory import boltzmann
from proofs_check.methods import identity
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Answer, Check, Level, Method, Outcome, Scope

A, C, X, SHIFT, LOW = sympy.symbols("A C x c m", positive=True)
Z = A + sympy.exp(X)
P = sympy.exp(X) / Z
BOLTZ = (C + X * sympy.exp(X)) / Z
LOG_SUM = sympy.log(Z)
# -sum p_j ln p_j with ln p_j = a_j - ln Z, the terms j != i collected in A and C.
ENTROPY = -(C - LOG_SUM * A) / Z - P * (X - LOG_SUM)


def gradient(_: Level) -> Outcome:
    """d boltz / d a_i = p_i (1 + a_i - boltz) = p_i (1 + ln p_i + H(p)), any n."""
    slope = sympy.diff(BOLTZ, X)
    plain = identity.holds(slope, P * (1 + X - BOLTZ), "the derivative, plainly")
    printed = P * (1 + X - LOG_SUM + ENTROPY)
    return chain(
        "The derivative for every n",
        [plain, identity.holds(slope, printed, "the derivative as printed")],
    )


def curvature(_: Level) -> Outcome:
    """The second derivative is p (2 (1 - p) + (a_i - boltz) (1 - 2 p)), any n."""
    claimed = P * (2 * (1 - P) + (X - BOLTZ) * (1 - 2 * P))
    return identity.holds(
        sympy.diff(BOLTZ, X, 2), claimed, "The second derivative for every n"
    )


def shift(_: Level) -> Outcome:
    """boltz(a + c) = boltz(a) + c, any n."""
    grown = sympy.exp(SHIFT)
    moved = {A: A * grown, C: (C + SHIFT * A) * grown, X: X + SHIFT}
    return identity.holds(
        BOLTZ.subs(moved, simultaneous=True), BOLTZ + SHIFT, "The shift for every n"
    )


def entropy(_: Level) -> Outcome:
    """boltz = logsumexp - H, any n."""
    return identity.holds(LOG_SUM - ENTROPY, BOLTZ, "boltz = logsumexp - H, every n")


def value_range(_: Level) -> Outcome:
    """boltz - m is the weighted mean of the a_j - m, any n and m."""
    mean = ((C - LOW * A) + (X - LOW) * sympy.exp(X)) / Z
    return identity.holds(BOLTZ - LOW, mean, "boltz - m = sum p_j (a_j - m)")


def few_entries(_: Level) -> Outcome:
    """All of it with every entry written out, for n = 2, 3, 4."""
    links = []
    for n in (2, 3, 4):
        # a_i = ln u_i makes every expression rational in u and ln u.
        u = sympy.symbols(f"u1:{n + 1}", positive=True)
        total = sympy.Add(*u)
        value = sympy.Add(*(x * sympy.log(x) for x in u)) / total
        logs = [sympy.log(x) - sympy.log(total) for x in u]
        spread = -sympy.Add(*(x / total * y for x, y in zip(u, logs, strict=True)))
        slope = u[0] * sympy.diff(value, u[0])
        printed = u[0] / total * (1 + logs[0] + spread)
        links += [
            identity.holds(slope, printed, f"the derivative, n = {n}"),
            identity.holds(sympy.log(total) - spread, value, f"entropy form, n = {n}"),
        ]
    return chain("Written out", links)


def _plainly(values: list[Fraction], bits: int) -> tuple[Ball, Ball, list[Ball]]:
    """boltz, H and the gradient straight from the definition, without a shift."""
    powers = [Ball.of(x, bits).exp() for x in values]
    total = sum(powers[1:], powers[0])
    weights = [power / total for power in powers]
    terms = [w * x for w, x in zip(weights, values, strict=True)]
    value = sum(terms[1:], terms[0])
    parts = [-(w * w.log()) for w in weights]
    spread = sum(parts[1:], parts[0])
    return value, spread, [w * (w.log() + 1 + spread) for w in weights]


def implementation(level: Level) -> Outcome:
    """memcap's balls and arrays against the definition."""
    rng, bits, cases = np.random.default_rng(5), 128, level.pick(200, 3000)
    widest = 0.0
    for _ in range(cases):
        drawn = rng.integers(-640, 640, size=int(rng.integers(1, 9))).tolist()
        values = [Fraction(x, 64) for x in drawn]
        value, spread, slopes = _plainly(values, bits)
        given = [
            boltzmann.operator_ball(values, bits),
            boltzmann.entropy_ball(values, bits),
            *boltzmann.gradient_ball(values, bits),
        ]
        for ours, theirs in zip([value, spread, *slopes], given, strict=True):
            if not (ours - theirs).contains(0):
                point = {"a": ", ".join(map(str, values))}
                return Outcome(
                    Answer.FAILS, f"memcap differs at {point['a']}.", cases, "", point
                )
            widest = max(widest, abs(float((ours - theirs).upper)))
        array = boltzmann.operator(np.array([float(x) for x in values]))
        if abs(float(array) - float(value)) > 1e-12 * (1 + abs(float(value))):
            return Outcome(Answer.OPEN, f"float arrays are off at {values}.", cases)
    close = link(f"all values within {widest:.2g}", widest < 1e-30)
    return chain(f"memcap against the definition, {cases} vectors", [close])


CHECKS = (
    Check(
        "derivative",
        Method.IDENTITY,
        Scope.STEP,
        gradient,
        "The other entries enter only through the sums A and C, free symbols here, so "
        "the identity holds for every n.",
    ),
    Check("shift", Method.IDENTITY, Scope.STEP, shift),
    Check("entropy form", Method.IDENTITY, Scope.STEP, entropy),
    Check(
        "range",
        Method.IDENTITY,
        Scope.STEP,
        value_range,
        "With m the smallest entry all terms are >= 0, with m the largest all are "
        "<= 0; so min a <= boltz(a) <= max a and |boltz(a)| <= r.",
    ),
    Check("written out for n = 2, 3, 4", Method.IDENTITY, Scope.CASES, few_entries),
    Check("memcap computes it", Method.BALLS, Scope.CASES, implementation),
)
