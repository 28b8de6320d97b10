"""Recorded experiments of Kajitsuka and Sato 2025, recomputed from their figures.

Trainings are not repeated here: the checks say what the printed numbers show.

References:
    KS25 https://arxiv.org/abs/2409.17677, Appendix H
"""

from memcap.core.refs import Ref
from proofs_check.checks.lower_bounds import published_sizes, published_slopes
from proofs_check.statement import Check, Finding, Kind, Method, Scope, Statement

_TRAINED = "the trainings themselves are not repeated"

_EXP0 = Statement(
    Ref("KS25", "Exp0"),
    Kind.EXPERIMENT,
    "Networks of Appendix H: k feed-forward blocks of 2 slots and 8 units, one uniform "
    "attention, k blocks again; a unit of k is 84 numbers.",
    r"2 (mq + q + qm + m) = 84, \quad m = 2, \; q = 4m",
    ("AdamW, full batch, 1000 epochs, rates tuned", "8 tokens, label at one of them"),
    checks=(
        Check(
            "84 numbers a unit",
            Method.EXHAUSTIVE,
            Scope.CASES,
            published_sizes.unit_size,
        ),
    ),
    unproved="a protocol asserts nothing else",
    findings=(
        Finding(
            "The number of blocks leaves out the parameters around the blocks",
            "slip",
            "#blocks stands for the size of the network.",
            "Input map, attention and output come on top of 84 numbers a block; with a "
            "trained embedding they are the larger part for small #blocks: 28 numbers "
            "at 10 ids without output biases, and 2 more for every further id.",
            "Exponents fitted to #blocks are not exponents of the parameters.",
            ("KS25.Exp3",),
        ),
    ),
)

_EXP1 = Statement(
    Ref("KS25", "Exp1"),
    Kind.EXPERIMENT,
    "Figure 1, MultiNLI with 2000 labels: with more blocks the loss falls to nearly 0 "
    "and the accuracy towards 1.",
    checks=(
        Check("wrong labels", Method.EXHAUSTIVE, Scope.CASES, published_sizes.multinli),
    ),
    unproved=_TRAINED,
    findings=(
        Finding(
            "No network of Figure 1 memorizes by the criterion of Figure 3",
            "slip",
            "Accuracy towards 1 with up to 50 blocks.",
            "The best network, 50 blocks, has 41 of 2000 labels wrong (2.05 %); from "
            "10 to 30 blocks the errors rise, 66, 69, 86. A single block has 157.",
            "Figure 3 counts N labels as memorized below 1 % errors; by that, no size "
            "in Figure 1 memorizes, although 16 blocks are said to suffice for 1700.",
            ("KS25.Exp3",),
        ),
    ),
)

_EXP2 = Statement(
    Ref("KS25", "Exp2"),
    Kind.EXPERIMENT,
    "Figure 2, IMDb with 3000 labels: the same.",
    checks=(
        Check("wrong labels", Method.EXHAUSTIVE, Scope.CASES, published_sizes.imdb),
    ),
    unproved=_TRAINED,
)

_EXP3 = Statement(
    Ref("KS25", "Exp3"),
    Kind.EXPERIMENT,
    "Figure 3, MultiNLI: the smallest number of blocks for N labels grows like sqrt(N) "
    "from 600 to 1400 and sharply after.",
    r"\#\text{blocks} = 1,1,3,3,4,4,5,5,5,8,10,16 \quad (N = 600, 700, \ldots, 1700)",
    ("training error below 0.01", "best of 10 trials"),
    checks=(
        Check("slopes", Method.BALLS, Scope.CASES, published_slopes.slopes),
        Check(
            "distance from 1/2",
            Method.BALLS,
            Scope.CASES,
            published_slopes.far_from_root,
        ),
    ),
    unproved=_TRAINED + "; that sqrt(N) describes them is a reading, see the finding",
    findings=(
        Finding(
            "Figure 3 does not show a square root law",
            "slip",
            "#blocks scales like sqrt(N) from 600 to 1400.",
            "The least-squares exponent over these nine points is 2.08 +- 0.33, over "
            "800 to 1400 it is 1.08 +- 0.16. No ceil(a sqrt(N) + b) gives the numbers "
            "at 600, 700 and 800. With 600 numbers outside the blocks added, the "
            "exponent of the parameters is 0.53 +- 0.06; the paper does not say how "
            "many there are.",
            "The figure neither supports nor contradicts the theorem; total parameters "
            "over several decades of N and several seeds would be needed.",
            ("memcap.Fig3Root",),
        ),
    ),
)

_ROOT = Statement(
    Ref("memcap", "Fig3Root"),
    Kind.EXPERIMENT,
    "For some a and b the smallest numbers of blocks of Figure 3 from 600 to 1400 are "
    "ceil(a sqrt(N) + b).",
    r"\exists a, b \; \forall N : \#\text{blocks}(N) = \lceil a \sqrt{N} + b \rceil",
    ("the numbers are taken as exact",),
    status="derived",
    checks=(
        Check("two differences", Method.BALLS, Scope.CASES, published_slopes.root_law),
    ),
)

_EXP4 = Statement(
    Ref("KS25", "Exp4"),
    Kind.EXPERIMENT,
    "Random vectors, 500 labels: 4 blocks are the smallest number for lengths 10, 100, "
    "1000 and 10000, so capacity may be nearly independent of n.",
    r"\#\text{blocks}(n) = 4, \quad n = 10, 10^2, 10^3, 10^4",
    checks=(Check("slope", Method.BALLS, Scope.CASES, published_slopes.lengths),),
    unproved=_TRAINED,
)

STATEMENTS: tuple[Statement, ...] = (_EXP0, _EXP1, _EXP2, _EXP3, _ROOT, _EXP4)
