"""Vardi22: ReLU networks on N separated points, as orders and from below."""

from memcap.core.refs import Ref
from proofs_check.checks.bits import certificates as built
from proofs_check.checks.bits import counting, order_attacks, orders
from proofs_check.checks.sequence_ids import hard_data
from proofs_check.statement import Check, Finding, Kind, Method, Scope, Statement

_POINTS = (
    "N >= 2 points of R^d, norms <= r, pairwise distances >= delta",
    "r >= 1, 0 < delta <= 1",
    "labels in 1..C",
)
_RANGE = "R = 10 N^2 r sqrt(pi d)/delta"
_ABOVE = "From KS25.LemC1 (a row of its own) with V = N, whose R is 20 N^2 r sqrt(pi d)"
_ABOVE += "/delta. "

_ABSTRACT = Statement(
    ref=Ref("Vardi22", "Abs"),
    kind=Kind.THEOREM,
    sentence="N separated points are memorized with about sqrt(N) parameters, which is "
    "optimal up to logarithms.",
    formula=r"W = \tilde{O}(\sqrt{N}), \quad W = \tilde{\Omega}(\sqrt{N})",
    hypotheses=(*_POINTS, "log R and log C at most a constant times log N"),
    checks=(
        Check(
            "parameters from above",
            Method.IDENTITY,
            Scope.STEP,
            orders.parameters_in_root,
            _ABOVE,
        ),
        Check(
            "sizes over a grid",
            Method.ATTACK,
            Scope.CASES,
            order_attacks.attack_parameters,
        ),
    ),
    unproved="That Omega(sqrt N) parameters, up to logarithms, are needed rests on the "
    "bound of the VC dimension (KS25.LemB4) and is not redone here; so does the "
    "optimality at each depth.",
)
_THM31 = Statement(
    ref=Ref("Vardi22", "Thm3.1"),
    kind=Kind.THEOREM,
    sentence="N separated points are memorized in width 12 with this depth and this "
    "many bits in a parameter.",
    formula=r"\text{depth } O(\sqrt{N \log N} + \sqrt{\frac{N}{\log N}} "
    r"\max(\log R, \log C)), \quad \text{bits } O(\log d + \sqrt{\frac{N}{\log N}} "
    r"\max(\log R, \log C))",
    hypotheses=(*_POINTS, _RANGE),
    status="recalled",
    checks=(
        Check(
            "depth 8, bits 3 times",
            Method.IDENTITY,
            Scope.STEP,
            orders.theorem_31,
            _ABOVE + "log R is one more than here.",
        ),
        Check("built networks", Method.CERTIFICATE, Scope.CASES, built.lemma_c1),
        Check(
            "hard data",
            Method.ATTACK,
            Scope.CASES,
            hard_data.memorized("relu_memorizer", hard_data.POINTS),
        ),
    ),
    rests_on=("KS25.LemC1",),
)
_SECTION5 = Statement(
    ref=Ref("Vardi22", "Sec5"),
    kind=Kind.THEOREM,
    sentence="With a depth parameter L of 2 to sqrt N, width of order N/L^2 and depth "
    "of order L memorize N points.",
    formula=r"\text{width } O(\frac{N}{L^2}), \quad \text{depth } O(L \sqrt{\log L} + "
    r"\frac{L}{\sqrt{\log L}} \max(\log R, \log C))",
    hypotheses=(*_POINTS, _RANGE, "2 <= L <= sqrt N"),
    status="recalled",
    checks=(
        Check(
            "depth, constant 6",
            Method.IDENTITY,
            Scope.STEP,
            orders.section_5,
            "ceil(N/L^2) <= 2N/L^2 memorizers of KS25.LemC1 for L^2 points side by "
            "side, each 0 on the points of the others, 12 units each: width at most "
            "24 N/L^2. They share the d weights of the projection, so the parameters "
            "are at most d and 156 a layer and group: 2 x 156 x 6 times "
            "(N/L) sqrt(log L) + (N/(L sqrt(log L))) max(log R, log C), and d.",
        ),
        Check("small terms", Method.ARGUMENT, Scope.STEP, orders.root_log_over_budget),
        Check("built networks", Method.CERTIFICATE, Scope.CASES, built.section_5),
        Check(
            "hard data",
            Method.ATTACK,
            Scope.CASES,
            hard_data.memorized("bounded_depth", hard_data.POINTS),
        ),
    ),
    findings=(
        Finding(
            title="L = 1 has no logarithm",
            sort="slip",
            printed="L in [sqrt N], with log L in a denominator.",
            found="log 1 = 0. For L >= 2 the constants 24 (width) and 6 (depth) do.",
            consequence="Begin at L = 2 or take max(log L, 1).",
        ),
    ),
    rests_on=("KS25.LemC1",),
)
_THM62 = Statement(
    ref=Ref("Vardi22", "Thm6.2"),
    kind=Kind.THEOREM,
    sentence="With a bit budget B, about N/B layers with numbers of about B bits "
    "memorize N points.",
    formula=r"\text{depth} \lesssim \frac{N \sqrt{\log B}}{B} + "
    r"\frac{N}{B \sqrt{\log B}} \max(\log R, \log C)",
    hypotheses=(*_POINTS, "2 <= B <= sqrt N"),
    checks=(
        Check(
            "depth in full",
            Method.IDENTITY,
            Scope.STEP,
            orders.chained_depth_in_full,
            "KS25.LemF1 without further points. " + orders.CHAIN,
        ),
        Check("small terms", Method.ARGUMENT, Scope.STEP, orders.root_log_over_budget),
        Check(
            "depth, constant 9",
            Method.IDENTITY,
            Scope.STEP,
            orders.chained_depth,
            orders.CHAIN,
        ),
        Check("bits, constant 2", Method.IDENTITY, Scope.STEP, orders.chained_bits),
        Check(
            "sizes of whole groups",
            Method.ATTACK,
            Scope.CASES,
            order_attacks.attack_chain,
        ),
    ),
    rests_on=("KS25.LemF1",),
)
_LOWER = Statement(
    ref=Ref("Vardi22", "LB"),
    kind=Kind.THEOREM,
    sentence="A fixed architecture that memorizes every labelling of N points takes at "
    "least N log C bits in all.",
    formula=r"W B \ge N \log C",
    hypotheses=(
        "one architecture for all labellings with C classes",
        "W parameters, each told by at most B bits",
    ),
    status="recalled",
    checks=(
        Check(
            "pigeonhole",
            Method.ARGUMENT,
            Scope.STEP,
            counting.pigeons,
            counting.PIGEONS,
        ),
        Check(
            "numbers of B bits",
            Method.EXHAUSTIVE,
            Scope.CASES,
            counting.numbers_of_few_bits,
            counting.PIGEONS,
        ),
        Check(
            "one word of N bits",
            Method.ATTACK,
            Scope.CASES,
            counting.attack_total_bits,
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_ABSTRACT, _THM31, _SECTION5, _THM62, _LOWER)
