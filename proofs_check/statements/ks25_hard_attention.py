"""Rows of hard attention: KS25.Thm4.3, its sharper chain, and what must be counted.

References:
    KS25 https://arxiv.org/abs/2409.17677, Theorems 4.3, B.3
"""

from fractions import Fraction

from memcap.core.refs import Ref
from proofs_check.checks.lower_bounds import hard_chain, one_number, tiny_attacks
from proofs_check.statement import (
    Check,
    Finding,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)
from proofs_check.statements.ks25_sign_vectors import WARREN

_AT_FIRST = (
    Check(
        "degrees",
        Method.IDENTITY,
        Scope.STEP,
        hard_chain.degrees,
        "Where all earlier choices are settled, shares are constants and units are on "
        "or off, so states are polynomials in the parameters.",
    ),
    Check("scores compared", Method.IDENTITY, Scope.STEP, hard_chain.number_of_scores),
    Check(
        "weighted mean inequality",
        Method.BALLS,
        Scope.STEP,
        hard_chain.log_below_line,
        "x - 1 - ln x is convex with its minimum 0 at 1, hence true beyond the boxes. "
        "Summed with weights v_i at x = a_i / A, A = sum v_i a_i / V, the right side "
        "is 0 for any number of terms.",
    ),
    Check(
        "few questions",
        Method.BALLS,
        Scope.STEP,
        hard_chain.few_questions,
        "A stage with M < w questions has 3^M <= (8eD)^M answers; its exponent is M. "
        "The paper applies the lemma there without its hypothesis W <= M.",
    ),
    Check(
        "growing in the exponent",
        Method.IDENTITY,
        Scope.STEP,
        hard_chain.growing,
        "So V <= W' may be replaced by W' up to 8S; beyond, the maximum 8S log2 e is "
        "below W' log2 e.",
    ),
)

_MEAN = Check(
    "the mean with other weights",
    Method.ATTACK,
    Scope.CASES,
    hard_chain.attack_mean,
)

_THM43 = Statement(
    Ref("KS25", "Thm4.3"),
    Kind.THEOREM,
    "A hard-attention transformer that labels all tokens of N sequences of pairwise "
    "different tokens in every way has W = Omega(sqrt(nN / log(nN))), with constants "
    "W >= sqrt(nN / (9 log2(48 e n N))).",
    r"nN \le W' \log_2(48 e n^3 N) \le 3 W' \log_2(48 e n N), \quad W' \le 3 W^2",
    (
        "hard attention, ties shared",
        "every matrix entry is a parameter",
        "all tokens of all sequences differ",
    ),
    checks=(
        *_AT_FIRST,
        Check(
            "S <= 6 n^3 N W'",
            Method.IDENTITY,
            Scope.STEP,
            hard_chain.question_sum,
            "Expanded in the excesses over 1 of d, m, H, s, q, L no coefficient is "
            "negative; n <= n^3 was used.",
        ),
        Check("W' <= 3 W^2", Method.IDENTITY, Scope.STEP, hard_chain.exponent_sum),
        Check("the logarithm", Method.IDENTITY, Scope.STEP, hard_chain.logarithms),
        _MEAN,
        Check("instances", Method.BALLS, Scope.CASES, hard_chain.instances),
        Check(
            "tiny networks",
            Method.ATTACK,
            Scope.CASES,
            tiny_attacks.attack_hard,
            "Networks that do label their tokens in every way, each pattern confirmed "
            "by an exact forward pass; one is the smallest block there is.",
        ),
    ),
    unproved=WARREN,
    findings=(
        Finding(
            "The chain of Theorem 4.3 loses a factor of 5 to 6",
            "can be sharpened",
            "n N <= W' log(48 e n^3 N) with W' <= 3 W^2.",
            "S <= n^3 N W' and W' <= W^2/4 + W/2 hold for all shapes, so "
            "W >= 2 sqrt(nN / log2(8 e n^3 N)) - 1. The instances 64.2, 9.2 and 72.2 "
            "become 404.1, 48.2 and 362.6.",
            "Same order, hence the theorem stands; calculators may use the larger "
            "bound.",
            ("memcap.HardCount",),
        ),
        Finding(
            "Lemma B.4 is used where it need not apply",
            "slip",
            "Every stage has at most (8 e M D / w)^w answers.",
            "The lemma asks for w <= M, and is false without that: one form in 21 "
            "variables has 3 signs, more than (8e/21)^21 = 2.08. A stage with fewer "
            "questions than variables has at most 3^M <= (8eD)^M answers, and the "
            "chain then goes through with the same result.",
            "None for the theorem; the proof needs the case.",
            ("KS25.LemB4",),
        ),
        Finding(
            "Fixed numbers have to be counted",
            "slip",
            "W is the number of parameters.",
            "W' <= 3 W^2 needs L <= W, so numbers that stay the same in all labellings "
            "count too. If only those that change counted, one number, read digit by "
            "digit, would shatter any N: all labellings of 7 points run exactly.",
            "State that all entries count, or let depth enter the bound.",
        ),
    ),
)


def _sharper_sum(level: Level) -> Outcome:
    return hard_chain.question_sum(level, factor=1)


def _sharper_square(level: Level) -> Outcome:
    return hard_chain.exponent_sum(level, Fraction(1, 4), Fraction(1, 2))


_HARD = Statement(
    Ref("memcap", "HardCount"),
    Kind.THEOREM,
    "Under the hypotheses of KS25.Thm4.3, n N <= (W^2/4 + W/2) log2(8 e n^3 N), so "
    "W >= 2 sqrt(nN / log2(8 e n^3 N)) - 1.",
    r"W \ge 2 \sqrt{\frac{nN}{\log_2(8 e n^3 N)}} - 1",
    (
        "as KS25.Thm4.3",
        "all blocks have one shape, with at least one head and one unit",
    ),
    status="derived",
    checks=(
        *_AT_FIRST,
        Check(
            "S <= n^3 N W'",
            Method.IDENTITY,
            Scope.STEP,
            _sharper_sum,
            "Expanded in the excesses over 1 of d, m, H, s, q, L no coefficient is "
            "negative; n <= n^3 was used.",
        ),
        Check("W' <= W^2/4 + W/2", Method.IDENTITY, Scope.STEP, _sharper_square),
        Check("the square", Method.IDENTITY, Scope.STEP, hard_chain.quadratic),
        _MEAN,
        Check("gain on the instances", Method.BALLS, Scope.CASES, hard_chain.gains),
        Check(
            "the smallest block",
            Method.ATTACK,
            Scope.CASES,
            tiny_attacks.attack_sharper,
        ),
    ),
    unproved=WARREN,
)

_CHANGING = Statement(
    Ref("memcap", "OnlyChanging"),
    Kind.REMARK,
    "KS25.Thm4.3 with its constant 9 also holds if W counts only the numbers that "
    "change from labelling to labelling.",
    r"nN \le 9 W_{\text{changing}}^2 \log_2(48 e nN)",
    status="derived",
    checks=(
        Check(
            "one number for 131 labels",
            Method.CERTIFICATE,
            Scope.CASES,
            one_number.changing_numbers,
            "The networks for different labellings differ in one bias; each labelling "
            "is run exactly, all of them for up to 7 points. For any N: r is a "
            "multiple of 2^-N in [0, 1), so 2^N r - 2^(N-1) + 1 is at least 1 if "
            "r >= 1/2 and at most 0 else, and the gate adds the id's digit once.",
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_THM43, _HARD, _CHANGING)
