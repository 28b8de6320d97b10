"""How few numbers shatter N points: memcap's own count, and tiny networks against it.

References:
    KS25 https://arxiv.org/abs/2409.17677, Theorem 4.2, Lemma B.4
"""

from memcap.core.refs import Ref
from proofs_check.checks.lower_bounds import counted_patterns, tiny_attacks
from proofs_check.statement import Check, Kind, Method, Scope, Statement
from proofs_check.statements.ks25_sign_vectors import WARREN

_COUNT = (
    Check(
        "free scale",
        Method.EXHAUSTIVE,
        Scope.STEP,
        counted_patterns.free_scale,
        "c R(z) = R(c z) for c > 0, and a unit's output is used only through numbers. "
        "From the first unit to the last, one number that enters each becomes -1, 0 or "
        "1: 3^k choices and W - k variables. Each unit has an entering number of its "
        "own, so k <= W.",
    ),
    Check(
        "paths",
        Method.EXHAUSTIVE,
        Scope.STEP,
        counted_patterns.path_degrees,
        "Where it is settled which units are on, a value is a sum over paths through "
        "the layers; a path passes each layer once, hence no number twice.",
    ),
    Check(
        "tree of active units",
        Method.IDENTITY,
        Scope.STEP,
        counted_patterns.tree,
        "The j-th unit behind an attention layer has one polynomial for each way in "
        "which the earlier ones are active, at every token; a stage's sign vectors "
        "multiply with those of the stages before.",
    ),
    Check(
        "best number of units",
        Method.BALLS,
        Scope.CASES,
        counted_patterns.best_units,
    ),
    Check(
        "W <= N",
        Method.IDENTITY,
        Scope.STEP,
        counted_patterns.within_points,
        "At W = N and k = 0 the count already reaches N log2 C, as it grows in W, so "
        "the smallest W is at most N and the lemma's W <= M is met by adding "
        "constants to the list of polynomials.",
    ),
    Check(
        "growing in W",
        Method.IDENTITY,
        Scope.STEP,
        counted_patterns.growing,
        "With the same k one more number adds k + f > 0, so the maximum grows, and "
        "what no smaller W reaches is a lower bound.",
    ),
)

_NETWORKS = Check(
    "patterns of tiny networks",
    Method.ATTACK,
    Scope.CASES,
    tiny_attacks.attack_patterns,
    "Integer weights make outputs exact; ascent looks for the missing patterns; every "
    "pattern of a set called shattered is confirmed on the network's record.",
)

_SHATTER = Statement(
    Ref("memcap", "Shatter"),
    Kind.THEOREM,
    "ReLU networks of W numbers at fixed places, with A layers of uniform attention, "
    "give N inputs of T tokens in all every labelling with C classes only if N log2 C "
    "<= max_k k log2 3 + (W-k)(k + log2(8eN(1+G)) + A log2(8eT)), G = C(C-1)/2.",
    r"N \log_2 C \le \max_k \, k \log_2 3 + (W-k)"
    r"\left(k + \log_2(8eN(1+G)) + A \log_2(8eT)\right)",
    (
        "token-wise ReLU layers, residual layers, attention with constant weights",
        "no number is shared between places",
    ),
    status="derived",
    checks=(
        *_COUNT,
        _NETWORKS,
        Check("values", Method.BALLS, Scope.CASES, counted_patterns.instances),
    ),
    unproved=WARREN,
)

_PLACES = Statement(
    Ref("memcap", "ShatterAnyPlaces"),
    Kind.THEOREM,
    "The same with W log2(64 e (W+4)(W+C)(W+V+2)) added to the right side holds "
    "wherever the W numbers stand.",
    r"16^W \binom{Q}{W} \le \left(64 e (W+4)(W+C)(W+V+2)\right)^W",
    ("as memcap.Shatter", "V columns of the embedding"),
    status="derived",
    checks=(
        *_COUNT,
        Check(
            "ways to place",
            Method.BALLS,
            Scope.STEP,
            counted_patterns.free_places,
            "binom(Q, W) <= (eQ/W)^W with Q = 4 (W+4) W (W+C) (W+V+2), and 16 kinds a "
            "layer: 16 times 4 is 64. Useless layers, slots, units and heads can be "
            "left out, so W of each are enough.",
        ),
    ),
    unproved=WARREN,
)

STATEMENTS: tuple[Statement, ...] = (_SHATTER, _PLACES)
