"""Constants for the orders of KS25.LemF1, ThmF1 and of Vardi22, in symbols.

Letters: ``lam = log2 B`` (or log2 L) for B >= 2, ``l = log2 N``, ``q = sqrt(N/l)``,
``g = max(log2 R, log2 C)``. A quantity known to be at least c is written ``c + s`` with
a symbol s >= 0, so that sympy can see signs.
"""

from fractions import Fraction

import sympy

from memcap.core.balls import Ball
from proofs_check.methods import identity, piecewise
from proofs_check.statement import Answer, Level, Outcome

_S, _T, _U, _V = sympy.symbols("s t u v", nonnegative=True)
_ROOT2 = sympy.sqrt(2)

CHAIN = (
    "Each of the ceil(N/B^2) <= 2N/B^2 groups is a memorizer of LemC1 for B^2 points; "
    "the points of the other groups are at least 2 away on the common line, so it is 0 "
    "there, and one more slot adds the labels up: width 12 + 1. The projection is made "
    "once. LemC1 gives each group eq. 110 less the two layers of the projection. "
    "sqrt(log2 B)/B falls from 1/2 at B = 2 on, and g >= log2(20 N^2 sqrt pi) > 9 for "
    "N >= B^2 >= 4."
)


def chained_depth_in_full(level: Level) -> Outcome:
    """The constant times the order less the chain's depth, multiplied out."""
    n, b, lam, g, k = sympy.symbols("N B lam g K", positive=True)
    order = n * sympy.sqrt(lam) / b + n * g / (b * sympy.sqrt(lam))
    layers = _layers(b, lam, g) - 2
    left = (k * order - 2 - 2 * n / b**2 * layers) * b * sympy.sqrt(lam) / n
    right = (
        k * (lam + g)
        - 6 * _ROOT2 * lam
        - _ROOT2 * (3 * g + 2)
        - (8 / b + 2 * b / n) * sympy.sqrt(lam)
    )
    return identity.holds(left, right, "K D less the depth of the chain, scaled")


def _layers(b: sympy.Symbol, lam: sympy.Symbol, g: sympy.Symbol) -> sympy.Expr:
    """Eq. 110 for B^2 points."""
    q, blocks = b / sympy.sqrt(2 * lam), b * sympy.sqrt(2 * lam)
    return 2 + (3 * blocks + 2) + (3 * q * g + 2 * q + 2)


def chained_depth(level: Level = Level.DEFAULT, constant: int = 9) -> Outcome:
    """What is left is positive: (8/B + 2B/N) sqrt(lam) <= 10 sqrt(lam)/B <= 5."""
    lam, g = 1 + _S, 9 + _T
    left = constant * (lam + g) - 6 * _ROOT2 * lam - _ROOT2 * (3 * g + 2) - 5
    name = f"depth of the chain within {constant} times the order"
    return piecewise.positive({name: left}, "LemF1")


def root_log_over_budget(level: Level) -> Outcome:
    """sqrt(log2 B)/B <= 1/2 for B >= 2."""
    b = sympy.Symbol("b", positive=True)
    square = sympy.log(b) / b**2
    slope = sympy.simplify(sympy.diff(square, b) * b**3 - (1 - 2 * sympy.log(b)))
    # 1 - 2 ln B < 0 from B = 2 on.
    falls = (Ball.of(2).log() * 2 - 1).lower > 0
    answer = Answer.HOLDS if slope == 0 and falls else Answer.OPEN
    return Outcome(answer, "log2 B / B^2 falls from B = 2 on, where it is 1/4.", 2)


def chained_bits(level: Level) -> Outcome:
    """Bits of the chain within twice log d + (B/sqrt lam) g; u = B/sqrt(lam) >= 2."""
    u, g = 2 + _S, 9 + _T
    facts = {
        "weights of the projection, g + log d": 2 * u * g - g,
        "words, q g + ceil(log R) with q = u/sqrt 2": 2 * u * g
        - u * g / _ROOT2
        - g
        - 1,
    }
    return piecewise.positive(facts, "LemF1, bits")


AVERAGE = (
    "As in KS25.ThmB1: KS25.LemB1 gives at most N tokens A that tell the multisets "
    "apart, KS25.LemB2alt labels of at most N^2 on A with different sums (both are "
    "rows of their own). FF_1 is LemF1 on the at most nN tokens with these labels, and "
    "keeps the projected token F (13 + 1 slots, one free); averaging adds the mean "
    "of the labels. Two contexts differ in the last token, then F by 2, or in the sum "
    "of labels, an integer, then the mean by 1/n. The norms are those of the "
    "inequality. FF_2 is LemF1 on N points of R^3, 1/n apart: width 13. Both ranges "
    "and N^2 are at most R, so each chain is within 9 times the order and both "
    "with the attention layer within 19."
)


def transformer_range(level: Level) -> Outcome:
    """The printed R of the theorem is the decoder's range."""
    d, r, delta, n, number = sympy.symbols("d r delta n N", positive=True)
    radius = 20 * r * n**2 * number**3 * sympy.sqrt(sympy.pi * d) / delta
    decoder = 20 * radius * number**2 * sympy.sqrt(sympy.pi * 3) * n
    printed = 400 * sympy.sqrt(3 * d) * n**3 * r * number**5 * sympy.pi / delta
    return identity.holds(decoder, printed, "R of ThmF1 is that of the decoder")


def transformer_norms(level: Level) -> Outcome:
    """Norms within the decoder's radius; R above the encoder's range and N^2.

    ``S = r sqrt(d)/delta >= 1``; 1.7 < sqrt pi < 2, sqrt 2 < 3/2, sqrt 3 pi > 1.
    """
    n, number, size = 1 + _S, 1 + _T, 1 + _U
    token = 10 * n**2 * number**2 * size
    kept = (20 * n**2 * number**3 * size - token) * sympy.Rational(17, 10)
    reach = 400 * n**3 * number**5 * size
    left = {
        "radius less the norm of (label, F, mean)": kept
        - sympy.Rational(3, 2) * number**2,
        "R less the encoder's range": reach - 40 * n**2 * number**2 * size,
        "R less N^2": reach - number**2,
    }
    root = Ball.pi().sqrt()
    if (root - Fraction(17, 10)).lower <= 0 or (2 - root).lower <= 0:
        return Outcome(Answer.OPEN, "the bounds of sqrt pi are wrong.", 1)
    return piecewise.positive(left, "ThmF1")


def two_chains(level: Level = Level.DEFAULT, constant: int = 19) -> Outcome:
    """9 D + 9 D + 1 <= 19 D: D = (N/B)(sqrt(lam) + g/sqrt(lam)) >= 2."""
    order = (2 + _S) * (1 + _T)
    left = constant * order - 18 * order - 1
    return piecewise.positive({"one layer of attention": left}, "ThmF1, depth")


def theorem_31(level: Level = Level.DEFAULT, constant: int = 8) -> Outcome:
    """LemC1 with V = N within 8 times the order of depth, 3 times that of bits.

    Its R is twice that of Theorem 3.1, so g <= g' + 1; q >= 11/8 (least at N = 3),
    l >= 1, g' >= log2(40 sqrt pi) > 6.
    """
    roots = [Ball.of(n, 128) / Ball.of(n, 128).log2() for n in (2, 3, 4)]
    least_q = min(x.lower for x in roots) > Fraction(11, 8) ** 2
    least_g = (Ball.pi(128).sqrt() * 40).log2().lower > 6
    if not (least_q and least_g):
        return Outcome(Answer.OPEN, "the least q or g is smaller than assumed.", 2)
    q, log, g = sympy.Rational(11, 8) + _S, 1 + _T, 6 + _U
    depth = 3 * q * log + 2 + 2 + 3 * q * (g + 1) + 2 * q + 2
    word = q * (g + 1) + (g + 2)
    facts = {
        f"depth within {constant} times": constant * (q * log + q * g) - depth,
        "words within 3 times": 3 * q * g - word,
        "weights of the projection, g' + log d, within 3 times": 3 * q * g - g,
    }
    return piecewise.positive(facts, "Theorem 3.1")


def section_5(level: Level = Level.DEFAULT, constant: int = 6) -> Outcome:
    """A group's depth within 6 times the order, its R twice that printed.

    Times sqrt(lam)/L the depth is 3 sqrt 2 lam + (3 g + 2)/sqrt 2 + 6 sqrt(lam)/L with
    g <= g' + 1, and sqrt(lam)/L <= 1/2.
    """
    lam, g = 1 + _S, 8 + _T
    depth = 3 * _ROOT2 * lam + (3 * (g + 1) + 2) / _ROOT2 + 3
    left = constant * (lam + g) - depth
    name = f"depth of a group within {constant} times the order"
    return piecewise.positive({name: left}, "Section 5")


def parameters_in_root(level: Level) -> Outcome:
    """With g <= a l the dense count is within (156 (11 + 3a) + 25) (d + sqrt(N l)).

    Eq. 110 is 3 q l + 3 q g + 2 q + 6 layers of 12 units, 156 numbers each; the first
    and the last layer add 12 d + 13. q l = sqrt(N l) >= q >= 11/8.
    """
    q, log, a, d = sympy.Rational(11, 8) + _S, 1 + _T, 1 + _U, 1 + _V
    depth = 3 * q * log + 3 * q * a * log + 2 * q + 6
    bound = (156 * (11 + 3 * a) + 25) * (d + q * log)
    left = bound - 156 * depth - 12 * d - 13
    return piecewise.positive({"parameters": left}, "Vardi22, abstract")
