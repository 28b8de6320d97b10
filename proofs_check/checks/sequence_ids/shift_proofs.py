"""Why a large enough shift keeps all sums of KS25.LemB2 apart, step by step.

With ``K = N^2 |S| sqrt(pi)``, ``h(x) = ceil(K v_x) = K v_x + t_x``, 0 <= t_x < 1, and e
the difference of two count vectors m and m':

    sum e h = K v.e + sum e t,   |K v.e| >= 2 sqrt(2 |S|) ||e||,   |sum e t| <= ||e||_1

so unshifted sums are more than sqrt|S| apart. A shift c adds ``c (|m| - |m'|)``:
nothing for equal cardinalities, at least c in absolute value for different ones.

The symbol s below is sqrt|S|, so that everything is a polynomial in N, M and s.
"""

from collections.abc import Callable, Iterable

import sympy
from sympy import Expr, Symbol, pi, sqrt

from memcap.core.balls import Ball, less
from proofs_check.methods import identity, rays
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Level, Outcome

N, M, S = sympy.symbols("N M s", positive=True)
K = N**2 * S**2 * sqrt(pi)
REPAIRED = 4 * M * K + S
SHARP = sqrt(2) * M * K + M + S
_ALL: dict[Symbol, int] = {N: 1, M: 1, S: 1}


def _never_negative(expression: Expr, claim: str, starts: dict = _ALL) -> Outcome:
    used = {s: start for s, start in starts.items() if s in expression.free_symbols}
    return rays.positive_beyond(expression, used, claim)


def _sum(terms: Iterable[Expr]) -> Expr:
    return sympy.Add(*terms)


def unshifted(level: Level) -> Outcome:
    """Before the shift all sums are at least sqrt|S| apart."""
    projection = K * sqrt(8 / (pi * S**2)) / N**2
    entries = sympy.symbols("e1:5", positive=True)
    norms = [
        identity.holds(
            k * _sum(x**2 for x in entries[:k]) - _sum(entries[:k]) ** 2,
            _sum((a - b) ** 2 for i, a in enumerate(entries[:k]) for b in entries[:i]),
            f"|S| ||e||^2 - ||e||_1^2 is a sum of squares, |S| = {k}",
        )
        for k in range(2, 5)
    ]
    root = Ball.of(8).sqrt() - 1
    return chain(
        "|sum e h| > (2 sqrt 2 - 1) sqrt|S| ||e|| > sqrt|S|",
        [
            identity.holds(projection, 2 * sqrt(2) * S, "K sqrt(8/(pi |S|))/N^2"),
            *norms,
            link("1 < 2 sqrt 2 - 1", less(1, root)),
        ],
    )


def repaired(level: Level) -> Outcome:
    """With c >= 4 M K + sqrt|S| different cardinalities are at least sqrt|S| apart."""
    return chain(
        "|sum m h| <= M (K + 1) <= 2 M K, so c - 2 (2 M K) >= sqrt|S|",
        [
            _never_negative(K - 1, "K > 1"),
            identity.holds(REPAIRED - 2 * (2 * M * K), S, "c - 4 M K = sqrt|S|"),
        ],
    )


def repaired_labels(level: Level) -> Outcome:
    """1 <= f <= (4 M + 1) K + sqrt|S| + 2."""
    return _label_range(REPAIRED, (4 * M + 1) * K + S + 2)


def sharp(level: Level) -> Outcome:
    """Already c >= sqrt 2 M K + M + sqrt|S| does it."""
    left, right = (sympy.symbols(f"{name}1:5", positive=True) for name in ("m", "w"))
    norms = []
    for k in range(1, 5):
        a, b = left[:k], right[:k]
        mixed = 2 * _sum(x * y for x, y in zip(a, b, strict=True))
        mixed += _sum(2 * x * y for c in (a, b) for i, x in enumerate(c) for y in c[:i])
        e = _sum((x - y) ** 2 for x, y in zip(a, b, strict=True))
        spare = _sum(a) ** 2 + _sum(b) ** 2 - e
        claim = f"|m|^2 + |m'|^2 - ||m - m'||^2 has no negative term, |S| = {k}"
        norms.append(identity.holds(spare, mixed, claim))
    return chain(
        "|sum e h| <= K ||e|| + max(|m|, |m'|) <= sqrt 2 M K + M, so c - that >= "
        "sqrt|S|",
        [
            *norms,
            identity.holds(SHARP - sqrt(2) * M * K - M, S, "what is left is sqrt|S|"),
            _never_negative(REPAIRED - SHARP, "the sharp shift is the smaller one"),
        ],
    )


def sharp_labels(level: Level) -> Outcome:
    """1 <= f <= (sqrt 2 M + 1) K + M + sqrt|S| + 2."""
    return _label_range(SHARP, (sqrt(2) * M + 1) * K + M + S + 2)


def _label_range(shift: Expr, bound: Expr) -> Outcome:
    """The labels of ``ceil(K v_x) + ceil(c)`` lie between 1 and a bound."""
    return chain(
        "-K + c >= 1 and (K + 1) + (c + 1) is the bound",
        [
            _never_negative(shift - K - 1, "c > K + 1"),
            identity.holds(K + 1 + shift + 1, bound, "the largest label"),
        ],
    )


def printed_range(level: Level) -> Outcome:
    """The printed labels are 1 to 4 K, and their sums at most 4 M K."""
    return chain(
        "1 <= -K + (2 K - 1) < f <= (K + 1) + 2 K <= 4 K",
        [_never_negative(K - 1, "K > 1")],
    )


def printed_alone(level: Level) -> Outcome:
    """With M = 1, or one token, the printed shift does what is claimed."""
    return chain(
        "M = 1 leaves sums 0 and f(x), and f >= 2 K - 1 - K >= sqrt|S|; one token has "
        "sums |m| f with f >= 1",
        [
            _never_negative(K - 1 - S, "K - 1 > sqrt|S| for N >= 2", {N: 2, S: 1}),
            _never_negative(K - 1, "K > 1"),
        ],
    )


STEPS: dict[str, Callable[[Level], Outcome]] = {
    "unshifted sums": unshifted,
    "repaired shift": repaired,
    "repaired labels": repaired_labels,
    "sharp shift": sharp,
    "sharp labels": sharp_labels,
    "printed range": printed_range,
    "printed, M = 1": printed_alone,
}
