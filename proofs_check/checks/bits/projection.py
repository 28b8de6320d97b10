"""KS25.LemC2: rounding a direction of KS25.LemG1 keeps gaps of 2, and is short.

    p = floor(log2 sqrt d),  e = sqrt d / 2^(p+1)  in [1/2, 1),
    s = V^2 sqrt(pi d / 8) (2/delta + e),  w = round(2^p s v) / 2^p

All sizes are divided by ``r S`` with ``S = V^2 sqrt(pi d) / delta``, or by
``r sqrt(d) S``, which leaves delta, e, 1/S and 1/sqrt d in bounded boxes. V >= 2; one
point needs no direction.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import sympy
from flint import arb, ctx

from memcap.core.balls import Ball
from memcap.core.exact import Number
from proofs_check.methods import attack, boxes, identity
from proofs_check.statement import Level, Outcome

# 1/S <= 1/(4 sqrt pi) < 1/7, and 1/(sqrt(2) S) < 1/10, for V >= 2, delta <= 1.
_INVERSE, _INVERSE_PLANE = Fraction(1, 7), Fraction(1, 10)
_BOX = {"delta": (0, 1), "e": (Fraction(1, 2), 1)}

BITS = (
    "A number n / 2^p with |n| <= 2^p s + 1/2 takes at most LEN(n) <= log2(2^(p+1) s + "
    "1) bits, or p if it is below 1; 2^(p+1) s = d (V^2 sqrt(pi)/delta) (2 + delta e)/"
    "(e sqrt 8). The shift ceil(r (s + e)), plus 2 in LemC1, takes log2 of twice it."
)


def gap_identity(level: Level) -> Outcome:
    """The scaled bound of LemG1 less the rounding is 2/delta, per unit of distance."""
    d, delta, number, e = sympy.symbols("d delta V e", positive=True)
    s = number**2 * sympy.sqrt(sympy.pi * d / 8) * (2 / delta + e)
    kept = s * sympy.sqrt(8 / (sympy.pi * d)) / number**2 - e
    return identity.holds(kept, 2 / delta, "the gap per unit of distance")


def values_in_range(level: Level) -> Outcome:
    """2 r (s + e) + 3 <= 10 r S: values of LemC2, and with 2 added of LemC1."""

    def margin(delta: Ball, e: Ball, inverse: Ball) -> Ball:
        return 10 - (delta * e + 2) / Ball.of(2).sqrt() - inverse * (e * 2 + 3)

    box = _BOX | {"inverse": (0, _INVERSE)}
    return boxes.holds_on(
        margin, box, "the values stay within 10 r V^2 sqrt(pi d)/delta"
    )


def weights_are_short(level: Level) -> Outcome:
    """2^(p+1) s + 1 <= 3 d r V^2 sqrt(pi) / delta."""

    def margin(delta: Ball, e: Ball, inverse: Ball) -> Ball:
        return 3 - (delta * e + 2) / (e * Ball.of(8).sqrt()) - inverse

    box = _BOX | {"inverse": (0, _INVERSE)}
    return boxes.holds_on(margin, box, "the weights are as short as printed")


def shift_is_short(level: Level) -> Outcome:
    """2 (r (s + e) + 3) <= 3 d r V^2 sqrt(pi) / delta, d >= 2; at d = 1, e = 1/2."""

    def margin(delta: Ball, e: Ball, root: Ball, inverse: Ball) -> Ball:
        return 3 - (delta * e + 2) * root / Ball.of(2).sqrt() - inverse * (e * 2 + 6)

    line = {"delta": (0, 1), "e": (Fraction(1, 2),) * 2, "root": (1, 1)}
    found = boxes.holds_on(
        margin, line | {"inverse": (0, _INVERSE)}, "the shift is short for d = 1"
    )
    if found.counterexample or not found.margin:
        return found
    # 1/sqrt 2 < 71/100.
    plane = _BOX | {"root": (0, Fraction(71, 100)), "inverse": (0, _INVERSE_PLANE)}
    return boxes.holds_on(margin, plane, "the shift is as short as printed")


def attack_gaps(
    level: Level = Level.DEFAULT, scale: Number = 1, distance: Number = 1
) -> Outcome:
    """Two points exactly delta apart, the direction as bad as LemG1 allows.

    Args:
        level: how many candidates.
        scale: factor of s; 1 as in the lemma.
        distance: the points are at least `distance` times delta apart.
    """
    target = attack.Target(
        margin=lambda at: _gap_less_2(*at, scale=scale, distance=distance),
        describe=lambda at: {
            "x - x'": _vector(at[0]),
            "v": _vector(at[1]),
            "delta": str(at[2]),
        },
    )
    found = attack.search(target, _pairs(level.pick(600, 5000), distance))
    claim = f"gaps of 2, scale {scale} s, points {distance} delta apart"
    return attack.outcome(target, found, claim)


def _vector(entries: Sequence[Number]) -> str:
    return "(" + ", ".join(f"{float(x):.6g}" for x in entries) + ")"


def _pairs(number: int, distance: Number) -> Iterator[tuple]:
    rng = np.random.default_rng(2)
    for _ in range(number):
        root = int(rng.integers(1, 6))
        dim = root * root
        delta = Fraction(1, int(rng.integers(1, 12)))
        # All signs equal in size: rounding errors of one sign add up fully.
        signs = rng.choice([-1, 1], dim).tolist()
        difference = [x * delta * distance / root for x in signs]
        # A hair above the smallest |v.(x - x')| that LemG1 promises.
        least = _lemma_g1(dim) * (1 + Fraction(1, 10 ** int(rng.integers(1, 7))))
        drawn = rng.integers(-99, 100, dim).tolist()
        along = sum(s * x for s, x in zip(signs, drawn, strict=True)) / Fraction(dim)
        across = [Fraction(x) - along * s for x, s in zip(drawn, signs, strict=True)]
        length = sum(x * x for x in across)
        size = Fraction(1, 2 + int(length**0.5 * 1.1)) if length else 0
        v = [least * s / root + x * size for s, x in zip(signs, across, strict=True)]
        yield difference, v, delta


def _lemma_g1(dim: int) -> Fraction:
    """sqrt(8 / (pi d)) / V^2 for V = 2, rounded up."""
    with ctx.workprec(128):
        value = (arb(8) / (arb.pi() * dim)).sqrt() / 4
    return Fraction(Ball(value, 128).upper)


def _gap_less_2(
    difference: Sequence[Fraction],
    v: Sequence[Fraction],
    delta: Fraction,
    scale: Number,
    distance: Number,
) -> Number | None:
    dim = len(v)
    squared = sum(x * x for x in difference)
    along = sum(a * b for a, b in zip(v, difference, strict=True))
    close = along**2 < _lemma_g1(dim) ** 2 * squared
    if squared < (delta * distance) ** 2 or close or sum(x * x for x in v) > 1:
        return None
    weights = rounded_direction(v, delta, 2, scale)
    return abs(sum(w * x for w, x in zip(weights, difference, strict=True))) - 2


def rounded_direction(
    v: Sequence[Fraction], delta: Fraction, number: int, scale: Number = 1
) -> list[Fraction]:
    """The weights w; s is taken at the upper end of a narrow ball."""
    dim = len(v)
    p = (dim.bit_length() - 1) // 2
    root = Ball.of(dim, 128).sqrt()
    e = root / (1 << (p + 1))
    s = (Ball.pi(128) * dim / 8).sqrt() * (e + 2 / delta) * (number**2)
    factor = Fraction(s.upper) * scale * (1 << p)
    return [Fraction(round(factor * x), 1 << p) for x in v]
