"""Allen-Zhu and Li 2024: bits of knowledge in biographies, and measured laws.

References:
    AZ24 https://arxiv.org/abs/2404.05405
"""

from memcap.core.refs import Ref
from proofs_check.checks.lower_bounds import published_bits
from proofs_check.statement import Check, Kind, Method, Scope, Statement

_FORMULA = Statement(
    Ref("AZ24", "Formula"),
    Kind.DEFINITION,
    "N biographies hold N log2(N0/e^p1) + N log2(S0/e^p2) bits of knowledge after the "
    "losses p1, p2, with N0 = 400 * 400 * 1000 names (27.25 bits) and S0 = "
    "2 (12 * 28 * 200) 200 * 300 * 100 * 263 values (47.59 bits).",
    r"N \log_2 \frac{N_0}{e^{p_1}} + N \log_2 \frac{S_0}{e^{p_2}}",
    status="recalled",
    checks=(
        Check("N0 and S0", Method.BALLS, Scope.STEP, published_bits.biography_bits),
        Check(
            "memcap's calculator",
            Method.BALLS,
            Scope.CASES,
            published_bits.biography_formula,
        ),
    ),
    unproved="that the generator of the data has these sizes",
)

_ABS = Statement(
    Ref("AZ24", "Abs"),
    Kind.EXPERIMENT,
    "Trained to 1000 exposures a parameter holds about 2 bits of knowledge, in int8 as "
    "well, 0.7 in int4, about 1 after 100 exposures.",
    checks=(
        Check(
            "bits that are there",
            Method.ARGUMENT,
            Scope.CASES,
            published_bits.within_states,
            "By Gen.Count a parameter of b stored bits holds at most b.",
        ),
    ),
    unproved="the trainings themselves are not repeated",
)

STATEMENTS: tuple[Statement, ...] = (_FORMULA, _ABS)
