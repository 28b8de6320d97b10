"""Morris et al. 2025: memorized bits, measured bits a parameter, membership law.

References:
    Morris25 https://arxiv.org/abs/2505.24832v3
"""

from memcap.core.refs import Ref
from proofs_check.checks.lower_bounds import membership, published_bits
from proofs_check.statement import Check, Finding, Kind, Method, Scope, Statement

_MEM = Statement(
    Ref("Morris25", "Mem"),
    Kind.DEFINITION,
    "N uniform sequences of S tokens from V hold N S log2 V bits; what a model "
    "memorized is that less its code length of them.",
    r"\operatorname{mem} = N S \log_2 V - \sum_x -\log_2 p(x)",
    checks=(
        Check("704 bits", Method.ARGUMENT, Scope.CASES, published_bits.memorized_bits),
        Check(
            "no gain on fresh data",
            Method.EXHAUSTIVE,
            Scope.CASES,
            published_bits.code_length,
        ),
    ),
)

_EXP = Statement(
    Ref("Morris25", "Exp"),
    Kind.EXPERIMENT,
    "Trained on random sequences, GPT-2 networks hold about 3.64 bits a parameter; the "
    "table's means are 3.51 in bf16 and 3.83 in fp32.",
    checks=(
        Check("means", Method.ARGUMENT, Scope.CASES, published_bits.table_means),
        Check("headline", Method.ARGUMENT, Scope.CASES, published_bits.headline),
    ),
    unproved="the trainings themselves are not repeated",
    findings=(
        Finding(
            "3.64 bits is not the mean of the table",
            "slip",
            "About 3.64 bits a parameter, from a figure.",
            "The sixteen bf16 values have mean 3.5125 and run from 2.86 to 3.94, six "
            "of them above 3.64; the fp32 values have mean 3.8262.",
            "As a law for one size, 3.64 has an error of up to 0.78 bits within the "
            "table it summarizes.",
        ),
    ),
)

_F1 = Statement(
    Ref("Morris25", "F1"),
    Kind.EXPERIMENT,
    "The F1 score of membership inference is 1/2 (1 + c1 sigma(c2 (Capacity/|D| + "
    "c3))) with c = (1.34, -0.034, -33.14); six predictions are tabulated.",
    r"F_1 = \frac{1}{2}\left(1 + c_1 \sigma\left(c_2 \left("
    r"\frac{\text{Capacity}}{|D|} + c_3\right)\right)\right)",
    ("Capacity is 3.642 bits a parameter", "|D| is the number of samples"),
    checks=(
        Check("its own table", Method.BALLS, Scope.CASES, membership.printed_law),
        Check("direction", Method.BALLS, Scope.CASES, membership.printed_direction),
        Check("limit", Method.BALLS, Scope.CASES, membership.printed_limit),
    ),
    findings=(
        Finding(
            "The membership law is printed with its arguments permuted",
            "fails as printed",
            "F1 = 1/2 (1 + c1 sigma(c2 (Capacity/|D| + c3))), c = (1.34, -0.034, "
            "-33.14).",
            "As printed F1 rises with the data, in any unit, towards 1.006, and is "
            "0.8346 where 0.55 is tabulated. With 1/2 (1 + c1 sigma(c3 (|D|/|theta| + "
            "c2))), samples over parameters, all six predictions come out (0.5505, "
            "0.7516, 0.9514 twice); of 24 ways to arrange constants and ratio it is "
            "the only one.",
            "The table was computed with the other form; the conclusion that F1 falls "
            "to chance for large data stands.",
            ("memcap.F1",),
        ),
    ),
)

_REPAIRED = Statement(
    Ref("memcap", "F1"),
    Kind.EXPERIMENT,
    "1/2 (1 + c1 sigma(c3 (|D|/|theta| + c2))) rounds to all six tabulated predictions "
    "and is the only arrangement of constants and ratio that does.",
    r"F_1 = \frac{1}{2}\left(1 + c_1 \sigma\left(c_3 \left("
    r"\frac{|D|}{|\theta|} + c_2\right)\right)\right)",
    ("|D| is the number of samples, |theta| that of the parameters",),
    status="derived",
    checks=(
        Check("six predictions", Method.BALLS, Scope.STEP, membership.repaired_law),
        Check("only arrangement", Method.EXHAUSTIVE, Scope.STEP, membership.only_order),
        Check("falls to chance", Method.BALLS, Scope.CASES, membership.falls_to_half),
        Check("observations", Method.ARGUMENT, Scope.CASES, membership.observed),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_MEM, _EXP, _F1, _REPAIRED)
