"""Bits, counting and Cover's dichotomies: bounds that hold for any architecture.

References:
    KS25 https://arxiv.org/abs/2409.17677, Section 2
    Cover, Geometrical and statistical properties of systems of linear inequalities
    with applications in pattern recognition, 1965
"""

from memcap.core.refs import Ref
from proofs_check.checks.lower_bounds import counting, cover, tables
from proofs_check.checks.lower_bounds.shattered_line import line
from proofs_check.statement import Check, Finding, Kind, Method, Scope, Statement

_BITS = Statement(
    Ref("Gen", "Bits"),
    Kind.DEFINITION,
    "The bits of a model are the digits of its longest number, and all numbers "
    "together have at most parameters times as many.",
    r"\text{total bits} \le \text{parameters} \cdot \max_i \operatorname{bits}(w_i)",
    checks=(
        Check(
            "sum and maximum",
            Method.EXHAUSTIVE,
            Scope.STEP,
            counting.adding_up,
            "A further number adds its length to the left side and at least as much "
            "to the right side, so induction covers lists of any length.",
        ),
        Check("memcap's digits", Method.EXHAUSTIVE, Scope.CASES, counting.written_out),
    ),
)

_SHATTER = Statement(
    Ref("Gen", "Shatter"),
    Kind.DEFINITION,
    "Inputs are shattered if every labelling of them is given by some numbers in the "
    "network.",
    r"\forall y \; \exists \theta \; \forall i : f_\theta(x_i) = y_i",
    checks=(
        Check(
            "points on a line",
            Method.EXHAUSTIVE,
            Scope.CASES,
            line,
            "Sign patterns seen with integer weights are compared with the complete "
            "list of dichotomies that the arrangement of the points gives.",
        ),
    ),
)

_COUNT = Statement(
    Ref("Gen", "Count"),
    Kind.REMARK,
    "A model that gives N inputs every labelling with C classes takes at least C^N "
    "states, which are N log2 C bits.",
    r"2^{\text{total bits}} \ge C^N",
    ("bits are the logarithm of the number of states of all parameters",),
    status="derived",
    checks=(
        Check(
            "pigeonhole",
            Method.EXHAUSTIVE,
            Scope.STEP,
            counting.pigeonhole,
            "A setting of the numbers gives one labelling; choosing one setting for "
            "each labelling is injective, whatever the sizes.",
        ),
        Check(
            "logarithms",
            Method.BALLS,
            Scope.STEP,
            counting.from_states,
            "log2 grows, so at least C^N states are at least N log2 C bits.",
        ),
        Check(
            "tables and tiny networks",
            Method.ATTACK,
            Scope.CASES,
            tables.attack_count,
            "All settings over a grid are run; those that give every labelling are "
            "candidates. A table meets the count exactly, so nothing stronger is true.",
        ),
    ),
)

_DIGITS = Statement(
    Ref("memcap", "CountDigits"),
    Kind.REMARK,
    "Counted as digits, signs and places left out, the largest of the models that give "
    "every labelling has at least N log2 C bits.",
    r"\max_y \sum_i \operatorname{bits}(w_i(y)) \ge N \log_2 C",
    ("digits as in `memcap.core.exact.bits`: no sign, no point, nothing for zero",),
    status="derived",
    checks=(
        Check(
            "tables with entries -1, 0, 1",
            Method.EXHAUSTIVE,
            Scope.CASES,
            tables.digits_of_tables,
        ),
    ),
    findings=(
        Finding(
            "Digits without signs are fewer bits than counting asks for",
            "fails as printed",
            "The total bits of every constructed model are at least N log2 C, bits "
            "being the digits of its numbers.",
            "A number of b digits has more than 2^b values: its sign, the place of its "
            "point and its being zero are not among the digits. A table of four "
            "entries -1, 0, 1 labels four ids with three classes in all 81 ways and "
            "never holds more than 6 digits, 4 log2 3 = 6.34.",
            "Measured total bits must not be set against N log2 C alone; with at most "
            "(3b + 2) 2^b values a number (memcap.Words) the comparison is right.",
            ("memcap.Words", "Gen.Count"),
        ),
    ),
)

_WORDS = Statement(
    Ref("memcap", "Words"),
    Kind.LEMMA,
    "At most (3b + 2) 2^b numbers have at most b digits, so P numbers at fixed places "
    "that give every labelling satisfy N log2 C <= P log2((3b + 2) 2^b).",
    r"N \log_2 C \le P \log_2\left((3b+2) 2^b\right)",
    ("the places of the P numbers do not depend on the labels",),
    status="derived",
    checks=(
        Check(
            "sum over lengths",
            Method.ARGUMENT,
            Scope.STEP,
            counting.length_sum,
            "Dyadic numbers: b + 1 places of the point with fewer than 2^(b+1) signed "
            "integers. Others: t digits split among numerator and denominator, t - 2 "
            "ways with 2^(t-2) each and a sign. The t add up to "
            "(b - 3) 2^b + 4, as from b - 1 to b that grows by (b - 2) 2^(b-1).",
        ),
        Check(
            "pigeonhole",
            Method.EXHAUSTIVE,
            Scope.STEP,
            counting.pigeonhole,
            "P such numbers have at most ((3b + 2) 2^b)^P states.",
        ),
        Check("numbers listed", Method.ATTACK, Scope.CASES, counting.listed_values),
        Check("built networks", Method.CERTIFICATE, Scope.CASES, tables.built_networks),
    ),
)

_COVER = Statement(
    Ref("Gen", "Cover"),
    Kind.THEOREM,
    "A homogeneous threshold unit of d weights gives N points in general position "
    "2 sum_(k<d) binom(N-1, k) dichotomies, half of all exactly at N = 2d: two bits a "
    "weight, as a threshold.",
    r"C(N,d) = 2 \sum_{k<d} \binom{N-1}{k}, \quad C(2d,d) = \frac{1}{2} 2^{2d}",
    ("every d of the points are linearly independent",),
    status="recalled",
    checks=(
        Check(
            "recursion",
            Method.IDENTITY,
            Scope.STEP,
            cover.recursion,
            "A further point splits exactly those cells that its hyperplane meets, and "
            "the hyperplane carries the arrangement of the others in one dimension "
            "less; so C(N+1, d) = C(N, d) + C(N, d-1), with C(1, d) = 2.",
        ),
        Check(
            "half at N = 2d",
            Method.IDENTITY,
            Scope.STEP,
            cover.half,
            "The d terms of the sum pair with the d others of the row of 2^(2d-1).",
        ),
        Check(
            "the share falls",
            Method.ARGUMENT,
            Scope.STEP,
            cover.falling,
            "By the recursion the share falls by C(N-1, d-1)/2^N >= 0 with a further "
            "point, so it is at least 1/2 up to N = 2d and less from 2d + 1 on.",
        ),
        Check(
            "dichotomies listed",
            Method.EXHAUSTIVE,
            Scope.CASES,
            cover.enumeration,
            "All cells of small central arrangements, from their rays, exactly.",
        ),
        Check("memcap's calculators", Method.EXHAUSTIVE, Scope.CASES, cover.calculator),
        Check("two bits are no cap", Method.EXHAUSTIVE, Scope.CASES, cover.no_cap),
    ),
    findings=(
        Finding(
            "Two bits a weight is a threshold, not a cap",
            "slip",
            "A perceptron stores two bits a weight.",
            "At N = 2d points half of all dichotomies can be had. The logarithm of "
            "their number goes on growing with N: in the plane, 9 points already have "
            "18 > 2^4 dichotomies. All dichotomies can be had only for N <= d.",
            "Capacity in bits needs the number of points beside it; measured bits a "
            "parameter are not bounded by 2 through Cover's count.",
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_BITS, _SHATTER, _COUNT, _DIGITS, _WORDS, _COVER)
