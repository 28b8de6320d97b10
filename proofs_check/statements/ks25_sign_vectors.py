"""Rows of sign vectors of polynomials: KS25.LemB4 and its affine case.

References:
    KS25 https://arxiv.org/abs/2409.17677, Lemma B.4
    Warren, Lower bounds for approximation by nonlinear manifolds, 1968
    Goldberg and Jerrum, Bounding the Vapnik-Chervonenkis dimension of concept classes
    parameterized by real numbers, 1995
"""

from memcap.core.refs import Ref
from proofs_check.checks.lower_bounds import signs
from proofs_check.statement import Check, Kind, Method, Scope, Statement

WARREN = (
    "KS25.LemB4 for polynomials of degree 2 or more in 2 or more variables, which "
    "rests on Warren's count of components"
)

_LINES = (
    Check(
        "one more form",
        Method.IDENTITY,
        Scope.STEP,
        signs.pascal,
        "The zero set of a further form cuts each face it meets into three, and the "
        "faces it meets are those of an arrangement in it, one dimension less: "
        "f(M, W) <= f(M-1, W) + 2 f(M-1, W-1), which sum_(t<=W) 2^t C(M, t) satisfies "
        "with equality.",
    ),
    Check(
        "sum of binomials",
        Method.ARGUMENT,
        Scope.STEP,
        signs.few_forms,
        "For W <= M: (W/M)^W sum_(t<=W) C(M, t) <= sum_t C(M, t) (W/M)^t = "
        "(1 + W/M)^M <= e^W, and 2^t <= 2^W.",
    ),
)

_LEMB4 = Statement(
    Ref("KS25", "LemB4"),
    Kind.LEMMA,
    "M polynomials of degree at most D in W <= M variables attain at most "
    "(8 e M D / W)^W sign vectors.",
    r"\left|\{\operatorname{sgn}(p_1(x),\ldots,p_M(x))\}\right| \le "
    r"\left(\frac{8 e M D}{W}\right)^W",
    ("W <= M", "three-valued signs -1, 0, 1", "D >= 1"),
    checks=(
        Check(
            "one variable",
            Method.ARGUMENT,
            Scope.STEP,
            signs.one_variable,
            "Signs change at roots only: at most MD roots and MD + 1 gaps between.",
        ),
        *_LINES,
        Check(
            "three signs become two",
            Method.EXHAUSTIVE,
            Scope.STEP,
            signs.two_signs,
            "Take a point for every sign vector and eps below every non-zero value "
            "there. Then p + eps and p - eps, 2M polynomials, vanish at none of the "
            "points and tell the vectors apart, so Warren's (4 e M' D / W)^W with "
            "M' = 2M applies.",
        ),
        Check(
            "families with a known count",
            Method.ATTACK,
            Scope.CASES,
            signs.attack_bound,
            "Sign vectors listed exactly: univariate polynomials by their roots, "
            "products of affine forms by the faces of the arrangement.",
        ),
    ),
    unproved=(
        "for W >= 2 and D >= 2: Warren's count, at most (4 e M D / W)^W components of "
        "the set where none of M polynomials vanishes"
    ),
)

_AFFINE = Statement(
    Ref("memcap", "LemB4affine"),
    Kind.LEMMA,
    "M affine forms in W <= M variables attain at most sum_(t<=W) 2^t binom(M, t) sign "
    "vectors, attained in general position, and at most (2 e M / W)^W.",
    r"\sum_{t \le W} 2^t \binom{M}{t} \le \left(\frac{2 e M}{W}\right)^W",
    ("W <= M",),
    status="derived",
    checks=(
        *_LINES,
        Check(
            "families with a known count",
            Method.ATTACK,
            Scope.CASES,
            lambda level: signs.attack_bound(level, factor=2),
            "Here for all degrees: no listed family exceeds (2eMD/W)^W either.",
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_LEMB4, _AFFINE)
