"""Depth, bits and parameters of KS25's theorems from those of KS25.LemC1.

With ``m = sqrt(N log2 N)``, ``q = sqrt(N / log2 N)`` and g the larger logarithm of
range and labels, KS25.LemC1 prints the depth ``3 m + 3 q g + 2 q + 6`` (eq. 110) and at
most ``log2 (d R)`` or ``q g + ceil(log2 R)`` or ``q g + 2`` bits. Blocks, points and
bits are whole, though: k = floor(q) >= q/2 points in ``ceil(N/k) <= 2 m + 1`` blocks,
with at most g + 1 bits each. The constants below hold for these larger numbers and
every N >= 2. G is ``max{log2 R, log2 C}`` of the theorem, at least 12 as already
``80 pi 2^5 > 2^12``.
"""

from fractions import Fraction
from itertools import product

import sympy
from sympy import Expr, Rational, Symbol, log, pi, sqrt

from memcap.core.balls import Ball, Truth, at_most, less
from memcap.core.exact import Number
from memcap.theory import bounds
from memcap.theory.bounds import numbers
from memcap.theory.bounds.memorizer import order, order_bits
from proofs_check.checks.sequence_ids.ranges import (
    NEXT_TOKEN_NORM,
    NEXT_TOKEN_RANGE,
    PRINTED_LABELS,
    SETS_RANGE,
    TABLE_RANGE,
    M,
    N,
    d,
    delta,
    exceeds,
    n,
    omega,
    r,
)
from proofs_check.methods import identity, rays
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Answer, Level, Outcome

m, q, G, D, L, a = sympy.symbols("m q G D L a", positive=True)
DEPTH, BITS = 16, 3
# m^2 = N log2 N >= 2, q^2 = N / log2 N >= 1, G >= 12; D = log2 d >= 0.
_STARTS: dict[Symbol, Number] = {m: Fraction(14, 10), q: 1, G: 12, D: 0}


def _positive(expression: Expr, claim: str) -> Outcome:
    used = {x: k for x, k in _STARTS.items() if x in expression.free_symbols}
    return rays.positive_beyond(expression, used, claim)


def whole_depth(log_max: Expr) -> Expr:
    """At least the depth of LemC1's network with whole blocks and bits.

    Its projection takes 2 layers, a block 3, a point 3 for each bit and 2.
    """
    blocks, point_bits = 2 * m + 1, log_max + 1
    return 2 + (3 * blocks + 2) + (3 * q * point_bits + 2 * q + 2)


def least_range(level: Level) -> Outcome:
    """G >= 12 for N >= 2, and m and q are where they are said to be."""
    ones = {n: 1, M: 1, omega: 1, d: 1, r: 1, delta: 1, N: 2}
    least = {
        "ThmB1": NEXT_TOKEN_RANGE.subs(ones),
        "ThmD1": SETS_RANGE.subs(ones),
        "ThmE1": TABLE_RANGE.subs(ones),
    }
    return chain(
        "G >= 12, m >= 1.4, q >= 1, m q = N for N >= 2, as 2^N > N",
        [
            *(
                link(f"R of {name} > 2^12", identity.enclosure(value, {}) > 2**12)
                for name, value in least.items()
            ),
            link("m^2 = N log2 N >= 2 > 1.4^2", Fraction(14, 10) ** 2 < 2),
            identity.holds(
                sqrt(N * L) * sqrt(N / L), N, "sqrt(N log N) sqrt(N/log N) = N"
            ),
        ],
    )


def depth(level: Level) -> Outcome:
    """Two memorizers and averaging between them: at most 16 (m + q G) layers."""
    whole = 2 * whole_depth(G) + 1
    return _positive(
        DEPTH * (m + q * G) - whole, "2 (6m + 3qG + 5q + 9) + 1 < 16 (m + q G)"
    )


def _words() -> list[Outcome]:
    """What the words of both memorizers take, whatever the theorem."""
    wanted = BITS * (D + q * G)
    return [
        _positive(wanted - (D + G), "log2 (d R) <= log2 d + G"),
        _positive(wanted - (q * (G + 1) + G + 1), "q (G + 1) + ceil(log2 R)"),
        _positive(wanted - (q * (G + 1) + 2), "q (G + 1) + 2"),
    ]


def _scale(radius: Expr, points: Expr, dim: Expr | int, apart: Expr | int) -> Expr:
    """3 d r V^2 sqrt(pi) / delta, the scale of KS25.LemC1's projection."""
    return 3 * dim * radius * points**2 * sqrt(pi) / apart


def bits(level: Level) -> Outcome:
    """No parameter of the next-token memorizer has over 3 (log2 d + q G) bits."""
    # Divided by d on both sides: r/delta <= s and d r/delta <= d s.
    encoder = _scale(r, n * N, 1, 1)
    decoder = _scale(NEXT_TOKEN_NORM, N, 3, 1 / n)
    return chain(
        "each of the three terms of LemC1's bits is below 3 (log2 d + q G)",
        [
            exceeds(NEXT_TOKEN_RANGE, encoder, "d R > 3 d r (nN)^2 sqrt(pi)/delta"),
            exceeds(NEXT_TOKEN_RANGE, decoder, "R > 9 r_2 N^2 sqrt(pi) n"),
            *_words(),
        ],
    )


def sets_bits(level: Level) -> Outcome:
    """The same for the two networks of deep sets."""
    return chain(
        "each of the three terms of LemC1's bits is below 3 (log2 d + q G)",
        [
            exceeds(SETS_RANGE, _scale(r, M * N, 1, 1), "d R > 3 d r (NM)^2 sqrt(pi)"),
            exceeds(SETS_RANGE, _scale(M * PRINTED_LABELS, N, 1, 1), "R > 12 pi M N^5"),
            *_words(),
        ],
    )


def table_bits(level: Level) -> Outcome:
    """The same for table and network of the embedding variant."""
    radius = 10 * N**3 * sqrt(pi) * omega
    return chain(
        "table entries and the three terms of LemC1's bits are below 3 (log2 V + q G)",
        [
            exceeds(TABLE_RANGE, _scale(radius, N, 3, 1 / n), "R > 9 r N^2 sqrt(pi) n"),
            exceeds(TABLE_RANGE, PRINTED_LABELS + 1, "R > C_phi: label bits <= G + 1"),
            *_words(),
        ],
    )


def polynomial(level: Level) -> Outcome:
    """With n, C, d, r/delta <= N^a, G <= (5 + 9a/2) log2 N + 12: depth ~O(sqrt N)."""
    power = {n: N**a, d: N**a, r: N**a, delta: 1}
    largest = 400 * sqrt(3) * pi * N ** (5 + Rational(9, 2) * a)
    constant = identity.enclosure(log(400 * sqrt(3) * pi) / log(2), {})
    return chain(
        "depth <= 16 ((6 + 9a/2) sqrt(N log2 N) + 12 sqrt(N/log2 N))",
        [
            identity.holds(
                NEXT_TOKEN_RANGE.subs(power), largest, "R with n = d = r/delta = N^a"
            ),
            link("log2(400 sqrt 3 pi) < 12", constant < 12),
            identity.holds(
                sqrt(N / L) * L, sqrt(N * L), "sqrt(N/log N) log N = sqrt(N log N)"
            ),
        ],
    )


def total_bits(level: Level) -> Outcome:
    """Parameters times bits: m q = N leaves N G, and q^2 G^2 = N G^2 / log2 N."""
    whole = (m + q * G) * (q * G)
    return identity.holds(
        whole.subs({m: sqrt(N * L), q: sqrt(N / L)}),
        N * (G + G**2 / L),
        "(m + q G) q G = N (G + G^2/log2 N)",
    )


_GRID = tuple(
    product(
        (2, 3, 5, 16, 100, 1000, 10**6, 10**9, 10**12),
        (1, 2, 8, 512),
        (1, 6, 768),
        ((1, 1), (1, Fraction(1, 10)), (100, Fraction(1, 10**6))),
        (2, 10**6),
    )
)


def against_bounds(level: Level) -> Outcome:
    """The formulas of memcap stay within the same constants, in balls."""
    worst = {"depth": 0.0, "bits": 0.0}
    for count, length, dim, (radius, apart), classes in _GRID:
        given = {
            "num_samples": count,
            "length": length,
            "dim": dim,
            "r": radius,
            "delta": apart,
            "classes": classes,
        }
        top = bounds.get("KS25.ThmB1.range")(**given).ball().log2()
        top = top.maximum(Ball.of(classes).log2())
        wanted = {
            "depth": Ball.of(order(count, top, 64)) * DEPTH,
            "bits": Ball.of(order_bits(count, dim, top, 64)) * BITS,
        }
        for size, most in wanted.items():
            found = bounds.get(f"KS25.ThmB1.{size}")(**given).ball()
            worst[size] = max(worst[size], float(found / most))
            if at_most(found, most) is not Truth.TRUE:
                return Outcome(Answer.FAILS, f"{size} at {given}.", len(_GRID))
    return Outcome(
        Answer.HOLDS,
        f"For {len(_GRID)} inputs with N from 2 to 10^12 the exact depth is at most "
        f"{worst['depth'] * DEPTH:.3g} (m + q G), the bits at most "
        f"{worst['bits'] * BITS:.3g} (log2 d + q G).",
        2 * len(_GRID),
        f"{1 - max(worst.values()):.3g}",
    )


def _whole(number: int) -> tuple[int, int, dict]:
    """floor(q), ceil(log2 R) and the inputs of LemC1 for N = V points."""
    given = {"num_stored": number, "num_points": number, "dim": 6, "r": 1}
    given |= {"delta": Fraction(1, 10), "classes": 2}
    top = bounds.get("KS25.LemC1.range")(**given)
    root = (number / Ball.of(number).log2()).sqrt()
    step = numbers.ceil(lambda p: top.log2(p))
    return int(root.lower // 1), step, given


def block_size(level: Level) -> Outcome:
    """KS25.LemC1 takes q points of log2 R bits; whole numbers do not always fit."""
    (few, step, small), (many, long, large) = _whole(1000), _whole(10**7)
    bits_of = bounds.get("KS25.LemC1.bits")
    allowed, allowed_many = bits_of(**small).ball(), bits_of(**large).ball()
    layers = bounds.get("KS25.LemC1.depth")(**small).ball()
    used = 2 + (3 * -(-1000 // few) + 2) + (3 * few * step + 2 * few + 2)
    down, up, far = (k * b + 2 for k, b in ((few, step), (few + 1, step), (many, long)))
    return chain(
        "N = V points, d = 6, delta = 1/10, C = 2",
        [
            link(f"N = 1000, {few} points: {down} bits fit", at_most(down, allowed)),
            link(f"{few + 1} points: {up} bits do not", less(allowed, up)),
            link(f"3 layers a block make {used}, above eq. 110", less(layers, used)),
            link(f"N = 10^7: {far} bits do not fit", less(allowed_many, far)),
        ],
    )
