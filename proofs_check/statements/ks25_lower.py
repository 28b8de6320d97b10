"""Lower bounds of Kajitsuka and Sato 2025: Lemma B.4, Theorems 4.2 and 4.3.

References:
    KS25 https://arxiv.org/abs/2409.17677, Theorems 4.2, 4.3, B.2, B.3, Lemma B.4
"""

from memcap.core.refs import Ref
from proofs_check.checks.lower_bounds import constant_sequences
from proofs_check.statement import Check, Finding, Kind, Method, Scope, Statement
from proofs_check.statements.ks25_sign_vectors import WARREN

_THM42 = Statement(
    Ref("KS25", "Thm4.2"),
    Kind.THEOREM,
    "A transformer that shatters N sequences, each of one repeated token, has at least "
    "about sqrt(N) parameters.",
    r"W = \Omega(\sqrt{N})",
    ("all n tokens of a sequence are equal", "the label is read at the last token"),
    checks=(
        Check(
            "attention is linear",
            Method.IDENTITY,
            Scope.STEP,
            constant_sequences.shares_sum,
            "Shares add up to 1 for any scores and any n: softmax divides by the sum, "
            "hardmax shares 1/|I| among |I| keys. So attention adds W_O W_V z, with no "
            "more parameters, and any such transformer is a ReLU network here.",
        ),
        Check(
            "attention executed",
            Method.EXHAUSTIVE,
            Scope.CASES,
            constant_sequences.executed,
        ),
        Check(
            "at least sqrt(N)/3",
            Method.BALLS,
            Scope.STEP,
            constant_sequences.third,
            "Counted with every constant in memcap.RootN; Omega holds with 1/3.",
        ),
        Check(
            "tiny networks",
            Method.ATTACK,
            Scope.CASES,
            constant_sequences.attack_root,
        ),
    ),
    unproved=WARREN,
    findings=(
        Finding(
            "The constant of Theorem 4.2 can be written down",
            "can be sharpened",
            "Omega(sqrt N), through a VC dimension of O(W^2).",
            "W >= 2 sqrt(N) - log2(48 e N), and W >= sqrt(N)/3 for every N, for any "
            "kind of attention: one number that enters each unit can be made -1, 0 or "
            "1, values are sums over paths, and Lemma B.4 counts along the tree of "
            "active units.",
            "At N = 10^6 at least 1,974 parameters are needed; Theorem 4.3 at n = 1 "
            "gives 64.2.",
            ("memcap.RootN", "memcap.Shatter"),
        ),
    ),
)

_ROOT = Statement(
    Ref("memcap", "RootN"),
    Kind.THEOREM,
    "Whoever shatters N sequences of one repeated token has W >= 2 sqrt(N) - "
    "log2(48 e N) numbers, and W >= sqrt(N)/3 for every N.",
    r"W \ge 2\sqrt{N} - \log_2(48 e N), \quad W \ge \frac{\sqrt{N}}{3}",
    ("numbers stand at fixed places", "any attention, ReLU layers"),
    status="derived",
    checks=(
        Check(
            "square completed",
            Method.IDENTITY,
            Scope.STEP,
            constant_sequences.square,
            "So N <= (W + log2(48 e N))^2 / 4 whatever the number k of units.",
        ),
        Check(
            "at least sqrt(N)/3",
            Method.BALLS,
            Scope.STEP,
            constant_sequences.third,
            "Up to N = 64 by the count itself; from there 2u - log2(48 e u^2) >= u/3 "
            "with u = sqrt(N) >= 8, on boxes up to 256 and by its slope "
            "5/3 - 2/(u ln 2) > 2/3 beyond.",
        ),
        Check(
            "memcap's calculators",
            Method.BALLS,
            Scope.CASES,
            constant_sequences.calculators,
        ),
        Check(
            "tiny networks",
            Method.ATTACK,
            Scope.CASES,
            constant_sequences.attack_root,
        ),
    ),
    unproved=WARREN,
)

STATEMENTS: tuple[Statement, ...] = (
    _THM42,
    _ROOT,
)
