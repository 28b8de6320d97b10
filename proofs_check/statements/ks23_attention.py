"""KS23.Thm2: one softmax head of rank one is a contextual mapping, and Thm2s.

The constants are derived again from two lemmas with rows of their own:

    KS25.LemG1   a unit v with |v.(x - x')| >= g |x - x'|, g^2 = 8 / (pi d (V+1)^4), on
                 the tokens and 0
    KS23.Lem1    boltz tells sets of n numbers in [-r, r] apart by (ln n)^2 e^{-2r} if
                 they are more than s = 2 ln n + 3 apart

and then attacked on tokens of one dimension, where ids can be enclosed however close.
"""

from memcap.core.refs import Ref
from proofs_check.checks.attention.constants import (
    calculators,
    different_tokens,
    instances,
    same_token,
    sharp_pieces,
    sharp_skip,
    spacing,
)
from proofs_check.checks.attention.line_attack import attack, certificates, hypotheses
from proofs_check.checks.attention.plane_attack import attack_in_plane
from proofs_check.methods.rank_one import SHARP
from proofs_check.statement import (
    Check,
    Finding,
    Kind,
    Method,
    Scope,
    Statement,
)

_HYPOTHESES = (
    "tokens (r_min, r_max, eps)-separated",
    "no token twice in a sequence",
    "n >= 2",
)


_UNIT = "v is KS25.LemG1's for the tokens and 0; "


_SKIP = Check(
    "different tokens and norms",
    Method.IDENTITY,
    Scope.STEP,
    different_tokens,
    "the head reads a mean of numbers |v.x| < r_max, so it moves an id by less than "
    "c r_max; r_min < r_max and eps < 2 r_max (two tokens of norm below r_max) give "
    "r_max^2 / (eps r_min) > 1/2, V >= n because no token repeats, and "
    "e^{-2 r_B} < 1. With n = 1 delta is 0 and a set is its token.",
)


_NEEDED = Check(
    "hypotheses",
    Method.BALLS,
    Scope.CASES,
    hypotheses,
    "a zero query has equal scores in every head of every softmax layer without biases "
    "and reads the mean, so sets of one mean that hold 0 are not told apart; a "
    "difference that changes its sign vanishes in between.",
)


_THM2 = Statement(
    Ref("KS23", "Thm2"),
    Kind.THEOREM,
    "One softmax head with rank-1 weights and a skip connection is an (r, delta)-"
    "contextual mapping with the printed r and delta.",
    r"r = r_{\max} + \frac{\epsilon}{4}, \quad \delta = \frac{2 (\log n)^2 \epsilon^2 "
    r"r_{\min}}{r_{\max}^2 (|V|+1)^4 (2 \log n + 3) \pi d} \exp\left(-\frac{(|V|+1)^4 "
    r"(2 \log n + 3) \pi d r_{\max}^2}{4 \epsilon r_{\min}}\right)",
    _HYPOTHESES,
    "recalled",
    (
        Check(
            "spacing of the scores",
            Method.IDENTITY,
            Scope.STEP,
            spacing,
            _UNIT
            + "scores of query x_k differ by kappa |v.x_k| |v.(x - x')| > kappa g^2 "
            "r_min eps and are below kappa r_max^2 = r_B by Cauchy and Schwarz; "
            "W_K = u v^T, W_Q = u' v^T, W_V = u'' v^T with u^T u' = kappa and "
            "W_O = c w u''^T / |u''|^2 have rank 1 for every s >= 1.",
        ),
        Check("same token, different sets", Method.IDENTITY, Scope.STEP, same_token),
        _SKIP,
        Check("calculators", Method.BALLS, Scope.CASES, calculators),
        Check("recorded instances", Method.BALLS, Scope.CASES, instances),
        Check("built layers", Method.CERTIFICATE, Scope.CASES, certificates),
        Check("tokens on a line", Method.ATTACK, Scope.CASES, lambda x: attack(x)),
        Check(
            "tokens in the plane",
            Method.ATTACK,
            Scope.CASES,
            lambda x: attack_in_plane(x),
            "three tokens and v follow the gradient of the logarithmic margin.",
        ),
        _NEEDED,
    ),
    findings=(
        Finding(
            "Repeated tokens do no harm",
            "can be sharpened",
            "No token may stand twice in a sequence.",
            "The condition 2 ln n + 3 on the scores keeps even multisets apart: boltz "
            "differs by 0.9 D e^{-D} / n^2, so the same weights, with the same delta "
            "as long as n <= |V|, are a contextual mapping of sequences with "
            "repetitions.",
            "The hypothesis can be dropped; it is needed where the spacing is lowered "
            "to 2 (KS23.Thm2s).",
            ("memcap.Thm2repeats", "memcap.MultisetBoltzmann"),
        ),
        Finding(
            "W_O may be twice as large",
            "can be sharpened",
            "||W_O u''|| = eps / (4 r_max).",
            "With ||W_O u''|| = f eps / (4 r_max), 1 <= f < 2, different tokens stay "
            "eps (1 - f/2) apart, delta grows by f and r is r_max + f eps/4. With "
            "f = 21/10 the ids of the tokens 1 and -1 of one sequence coincide for an "
            "eps near 1.905.",
            "None for the theorem; the quarter is a choice, the half is the limit.",
        ),
    ),
    rests_on=(
        "KS25.LemG1",
        "KS23.Lem1",
    ),
)


_THM2S = Statement(
    Ref("KS23", "Thm2s"),
    Kind.THEOREM,
    "With the sharper Boltzmann lemma scores need only be 2 apart, whatever n, and "
    "delta does not depend on n.",
    r"\kappa_s = \frac{(|V|+1)^4 \pi d}{4 \epsilon r_{\min}}, \quad \delta_s = "
    r"\frac{\epsilon}{4 \kappa_s r_{\max}^2} 0.52 (2 r_B - 2.363) e^{2 - 2 r_B}",
    _HYPOTHESES,
    "derived",
    (
        Check(
            "spacing and pieces of delta",
            Method.IDENTITY,
            Scope.STEP,
            sharp_pieces,
            _UNIT
            + "its bound 0.52 (D - delta - 0.363) e^{delta - D} falls in D and grows "
            "in delta beyond D = delta + 1.363, so D = 2 r_B and delta = 2 are the "
            "worst; 2 r_B > (pi/4) (n+1)^4 as in KS23.Thm2.",
        ),
        Check(
            "different tokens and norms",
            Method.IDENTITY,
            Scope.STEP,
            lambda level: sharp_skip(level),
            _SKIP.argument,
        ),
        Check("calculators", Method.BALLS, Scope.CASES, calculators),
        Check(
            "tokens on a line",
            Method.ATTACK,
            Scope.CASES,
            lambda level: attack(level, SHARP),
        ),
        _NEEDED,
    ),
    rests_on=(
        "KS25.LemG1",
        "KS23.LemS",
    ),
)


STATEMENTS: tuple[Statement, ...] = (_THM2, _THM2S)
