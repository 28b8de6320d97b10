"""KS25, Appendix F: the memorizer with a limited number of bits."""

from memcap.core.refs import Ref
from proofs_check.checks.bits import certificates as built
from proofs_check.checks.bits import orders
from proofs_check.checks.sequence_ids import hard_data
from proofs_check.statement import Check, Finding, Kind, Method, Scope, Statement

_POINTS = (
    "V points of R^d, norms <= r, pairwise distances >= delta",
    "r >= 1, 0 < delta <= 1",
)
_LINE = "R = 20 r V^2 sqrt(pi d)/delta"

_LEMF1 = Statement(
    ref=Ref("KS25", "LemF1"),
    kind=Kind.LEMMA,
    sentence="With a budget B of 2 to sqrt N a network of width 13 does the same in "
    "about N/B layers with numbers of about B bits.",
    formula=r"\text{depth} \lesssim \frac{N \sqrt{\log B}}{B} + "
    r"\frac{N}{B \sqrt{\log B}} \max(\log R, \log C), \quad "
    r"\text{bits} \lesssim \log d + \frac{B}{\sqrt{\log B}} \max(\log R, \log C)",
    hypotheses=(*_POINTS, "labels in 1..C", "2 <= B <= sqrt N", _LINE),
    checks=(
        Check(
            "depth in full",
            Method.IDENTITY,
            Scope.STEP,
            orders.chained_depth_in_full,
            orders.CHAIN,
        ),
        Check("small terms", Method.ARGUMENT, Scope.STEP, orders.root_log_over_budget),
        Check(
            "depth, constant 9",
            Method.IDENTITY,
            Scope.STEP,
            orders.chained_depth,
            orders.CHAIN,
        ),
        Check(
            "bits, constant 2",
            Method.IDENTITY,
            Scope.STEP,
            orders.chained_bits,
            "log(3 d r V^2 sqrt(pi)/delta) = log R + log(3 sqrt d/20) <= g + log d.",
        ),
        Check("built networks", Method.CERTIFICATE, Scope.CASES, built.lemma_f1),
        Check(
            "hard data",
            Method.ATTACK,
            Scope.CASES,
            hard_data.memorized("limited_bits", hard_data.POINTS),
        ),
    ),
    findings=(
        Finding(
            title="B = 1 has no logarithm",
            sort="slip",
            printed="B in [sqrt N], so B = 1 as well, with log B in a denominator.",
            found="log 1 = 0. For B >= 2 the constants 9 (depth) and 2 (bits) do.",
            consequence="Begin at B = 2 or take max(log B, 1).",
        ),
    ),
    rests_on=("KS25.LemC1",),
)

_THMF1 = Statement(
    ref=Ref("KS25", "ThmF1"),
    kind=Kind.THEOREM,
    sentence="With a budget B of 2 to sqrt N a transformer of width 15 with one "
    "attention layer memorizes N sequences in about N/B layers and B bits.",
    formula=r"R = \frac{400 \sqrt{3 d} n^3 r N^5 \pi}{\delta}, \quad "
    r"\text{depth} \lesssim \frac{N \sqrt{\log B}}{B} + "
    r"\frac{N}{B \sqrt{\log B}} \max(\log R, \log C)",
    hypotheses=(
        "N consistent sequences of n tokens, token-wise (r, delta)-separated",
        "r >= 1, 0 < delta <= 1",
        "labels in 1..C",
        "2 <= B <= sqrt N",
    ),
    checks=(
        Check("range", Method.IDENTITY, Scope.STEP, orders.transformer_range),
        Check(
            "norms and ranges",
            Method.IDENTITY,
            Scope.STEP,
            orders.transformer_norms,
            orders.AVERAGE,
        ),
        Check(
            "depth, constant 19",
            Method.IDENTITY,
            Scope.STEP,
            orders.two_chains,
            orders.AVERAGE + " The bits are those of the longer chain: constant 2.",
        ),
        Check("built transformers", Method.CERTIFICATE, Scope.CASES, built.theorem_f1),
        Check(
            "hard data",
            Method.ATTACK,
            Scope.CASES,
            hard_data.memorized("limited_bits_transformer", hard_data.NEXT_TOKEN),
        ),
    ),
    rests_on=(
        "KS25.LemF1",
        "KS25.LemB1",
        "KS25.LemB2alt",
        "KS25.LemG1",
    ),
)


STATEMENTS: tuple[Statement, ...] = (_LEMF1, _THMF1)
