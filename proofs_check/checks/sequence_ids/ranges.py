"""The range constants R of KS25, composed from their lemmas for all parameters.

KS25.LemC1 turns V points in R^d of norm at most r, delta apart, into a range
``20 r V^2 sqrt(pi d) / delta``. Every R of the theorems is this formula applied to what
the step before leaves behind. Symbols: N sequences of n tokens (M elements), d, r,
delta; t is sqrt(N) and s is ``r sqrt(d) / delta >= 1``, which makes every inequality
one between polynomials.
"""

from collections.abc import Mapping
from fractions import Fraction

import sympy
from sympy import Expr, Integer, Rational, Symbol, pi, sqrt

from memcap.core.balls import Ball, Truth, at_most
from memcap.core.exact import Number
from memcap.theory import bounds
from proofs_check.methods import identity, rays
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Level, Outcome

N, n, d, r, delta, M, V, omega, s, t = sympy.symbols(
    "N n d r delta M V omega s t", positive=True
)
_STARTS: Mapping[Symbol, Number] = {N: 1, n: 1, M: 1, omega: 1, s: 1, t: 1}
PRINTED_LABELS = 4 * N**3 * sqrt(pi)
NEXT_TOKEN_RANGE = 400 * sqrt(3 * d) * n**3 * r * N**5 * pi / delta
NEXT_TOKEN_NORM = 20 * r * n**2 * N**3 * sqrt(pi * d) / delta
TABLE_RANGE = 200 * sqrt(3) * pi * n * N**5 * omega
SETS_RANGE = 80 * M**2 * N**5 * r * pi * sqrt(d) / delta


def lemma_range(radius: Expr, points: Expr, dim: Expr, apart: Expr) -> Expr:
    """20 r V^2 sqrt(pi d) / delta, the R of KS25.LemC1."""
    return 20 * radius * points**2 * sqrt(pi * dim) / apart


def repaired_labels(length: Expr) -> Expr:
    """(4 M + 1) N^3 sqrt(pi) + sqrt N + 2, memcap.RepairB2 with |S| <= N."""
    return (4 * length + 1) * N**3 * sqrt(pi) + sqrt(N) + 2


def exceeds(
    left: Expr,
    right: Expr,
    claim: str,
    starts: Mapping[Symbol, str] | None = None,
) -> Outcome:
    """Left > right for all values of the symbols from their starts upwards.

    Args:
        left: in N, n, M, omega and s or d, r, delta; ``r sqrt(d)/delta`` becomes s.
        right: likewise.
        claim: in words.
        starts: where symbols start, if not at 1.
    """
    given = dict(_STARTS) | {x: Fraction(k) for x, k in (starts or {}).items()}
    # d and delta go to 1 and r to s: every expression here holds them as s only.
    plain = (left - right).subs({d: 1, delta: 1, r: s, N: t**2}, simultaneous=True)
    used = {x: k for x, k in given.items() if x in plain.free_symbols}
    return rays.positive_beyond(plain, used, claim)


def next_token_range(level: Level) -> Outcome:
    """R of the decoder is the printed 400 sqrt(3 d) n^3 r N^5 pi / delta."""
    decoder = lemma_range(NEXT_TOKEN_NORM, N, Integer(3), 1 / n)
    return identity.holds(
        decoder, NEXT_TOKEN_RANGE, "R of KS25.LemC1 on (phi, F, mean)"
    )


def next_token_norm(labels: Expr, named: str, bound: Expr = NEXT_TOKEN_NORM) -> Outcome:
    """The states (phi, F, mean) are within the norm that enters R.

    Args:
        labels: the largest label; phi and the mean of phi are at most this.
        named: the labels in words.
        bound: the norm claimed.
    """
    projected = lemma_range(r, n * N, d, delta) / 2
    claim = f"10 r (nN)^2 sqrt(pi d)/delta, and {named} twice, are within the norm"
    return exceeds(bound**2, projected**2 + 2 * labels**2, claim)


def next_token_norms(level: Level) -> Outcome:
    """All three kinds of labels keep the printed norm, for all n and N."""
    return chain(
        "phi^2 + F^2 + mean^2 < (20 r n^2 N^3 sqrt(pi d)/delta)^2 for all n, N >= 1",
        [
            next_token_norm(PRINTED_LABELS, "4 N^3 sqrt(pi)"),
            next_token_norm(repaired_labels(n), "(4n+1) N^3 sqrt(pi) + sqrt N + 2"),
            next_token_norm(N**2, "N^2"),
        ],
    )


def inner_ranges(level: Level) -> Outcome:
    """R is at least R and C of the encoder, with either labels."""
    encoder = lemma_range(r, n * N, d, delta)
    return chain(
        "R >= max{R_1, C_1, R_2}",
        [
            exceeds(NEXT_TOKEN_RANGE, encoder, "R > 20 r (nN)^2 sqrt(pi d)/delta"),
            exceeds(NEXT_TOKEN_RANGE, PRINTED_LABELS + 1, "R > ceil(4 N^3 sqrt(pi))"),
            exceeds(NEXT_TOKEN_RANGE, repaired_labels(n) + 1, "R > repaired labels"),
        ],
    )


def smaller_next_token_range(level: Level) -> Outcome:
    """With labels up to N^2 a range with N^4 in place of N^5 is enough."""
    norm = Rational(11) * r * n**2 * N**2 * sqrt(pi * d) / delta
    whole = lemma_range(norm, N, Integer(3), 1 / n)
    return chain(
        "labels up to N^2: R = 220 sqrt(3 d) n^3 r N^4 pi/delta",
        [
            next_token_norm(N**2, "N^2", norm),
            identity.holds(
                whole, 220 * sqrt(3 * d) * n**3 * r * N**4 * pi / delta, "R"
            ),
        ],
    )


def encoder_constants(level: Level) -> Outcome:
    """KS25.LemB3: C_phi, R_phi and the bound of the sums from KS25.LemB2 and LemC1."""
    size = Symbol("A", positive=True)
    labels = 4 * N**2 * size * sqrt(pi)
    printed = 20 * r * (N * M) ** 2 * sqrt(pi * d) / delta
    return chain(
        "LemB2 with |S| = |A| <= N and LemC1 with V = N M points",
        [
            identity.holds(labels.subs(size, N), PRINTED_LABELS, "C_phi at |A| = N"),
            identity.holds(M * PRINTED_LABELS, 4 * M * N**3 * sqrt(pi), "largest sum"),
            identity.holds(lemma_range(r, N * M, d, delta), printed, "R_phi"),
        ],
    )


def sets_ranges(level: Level) -> Outcome:
    """KS25.ThmD1: the printed 80 from labels up to 4 N^3 sqrt(pi), sums 1 apart."""
    rho = lemma_range(M * PRINTED_LABELS, N, Integer(1), Integer(1))
    phi = lemma_range(r, N * M, d, delta)
    return chain(
        "R_rho = 80 M N^5 pi, and R >= max{R_phi, C_phi, R_rho}",
        [
            identity.holds(rho, 80 * M * N**5 * pi, "R_rho"),
            exceeds(SETS_RANGE, phi, "R > R_phi"),
            exceeds(SETS_RANGE, PRINTED_LABELS + 1, "R > C_phi"),
            identity.holds(SETS_RANGE, rho * M * r * sqrt(d) / delta, "R = M s R_rho"),
        ],
    )


def sets_range_with(labels: Expr, factor: int, starts: Mapping[Symbol, str]) -> Outcome:
    """Whether `factor` M^2 N^5 pi holds the range of the sums of given labels."""
    rho = lemma_range(M * labels, N, Integer(1), Integer(1))
    claim = f"{factor} M^2 N^5 pi > 20 M C_phi N^2 sqrt(pi)"
    bound = factor * M**2 * N**5 * pi
    return exceeds(bound, rho, claim, starts)


def repaired_sets_range(level: Level) -> Outcome:
    """The repaired shift needs 105 in place of 80, and 104 is too little."""
    rho = lemma_range(M * repaired_labels(M), N, Integer(1), Integer(1))
    at = {N: Integer(2), M: Integer(1)}
    needed = identity.enclosure(rho / (M**2 * N**5 * pi), at)
    return chain(
        "with the shift of memcap.RepairB2 R needs 105 for N >= 2, not 104",
        [
            # t = sqrt N starts just below sqrt 2.
            sets_range_with(repaired_labels(M), 105, {t: "1414/1000"}),
            link(
                f"at N = 2, M = 1 it takes {needed.str(5, radius=False)}", needed > 104
            ),
        ],
    )


def table_norms(level: Level) -> Outcome:
    """KS25.ThmE1: (f, x, mean) within 10 N^3 sqrt(pi) V, or n times that."""
    bound = 10 * N**3 * sqrt(pi) * omega

    def within(whole: Expr, labels: Expr, claim: str) -> Outcome:
        return exceeds(whole**2, 2 * labels**2 + omega**2, claim)

    return chain(
        "2 f^2 + V^2 < (10 N^3 sqrt(pi) V)^2",
        [
            within(bound, PRINTED_LABELS + 1, "labels up to 4 N^3 sqrt(pi) + 1"),
            within(n * bound, repaired_labels(n), "repaired labels, n times the norm"),
            within(2 * N**2 * omega, N**2, "labels up to N^2: norm 2 N^2 V"),
        ],
    )


def table_range(level: Level) -> Outcome:
    """KS25.ThmE1: the range needs one n; two n as printed are more than enough."""
    bound = 10 * N**3 * sqrt(pi) * omega
    derived = lemma_range(bound, N, Integer(3), 1 / n)
    random = lemma_range(2 * N**2 * omega, N, Integer(3), 1 / n)
    return chain(
        "R = 200 sqrt(3) pi n V N^5 suffices, hence the printed n^2, r = delta = 1",
        [
            identity.holds(derived, TABLE_RANGE, "R with labels up to 4 N^3 sqrt(pi)"),
            exceeds(n * TABLE_RANGE + 1, TABLE_RANGE, "n^2 in place of n is no less"),
            identity.holds(
                random, 40 * sqrt(3 * pi) * n * N**4 * omega, "R with labels up to N^2"
            ),
        ],
    )


def instances(level: Level) -> Outcome:
    """The numbers at N = 1000, n = 8, d = 6, r = 1, delta = 1/10."""
    given = {
        "num_samples": 1000,
        "length": 8,
        "dim": 6,
        "r": 1,
        "delta": Rational(1, 10),
    }
    exact = {**given, "delta": "1/10"}
    at = {N: 1000, n: 8, M: 8, d: 6, r: 1, delta: Rational(1, 10)}
    rows = {
        "KS25.ThmB1.range": (NEXT_TOKEN_RANGE, {"classes": 2}),
        "KS25.LemB3.range": (lemma_range(r, N * M, d, delta), {}),
    }
    links = []
    for name, (formula, more) in rows.items():
        ours = identity.enclosure(formula, at)
        theirs = bounds.get(name)(**exact, **more).ball(256)
        same = Ball(ours, 256) - theirs
        near = at_most(same * same, Ball.of(1)) is Truth.TRUE
        links.append(link(f"{name} = {ours.str(4, radius=False)}", near))
    labels = bounds.get("KS25.LemB3.labels")(**exact, label_bound="printed").exact
    links.append(link(f"C_phi = {labels:,}", labels == 7_089_815_404))
    return chain("the formulas of memcap and of this file agree", links)
