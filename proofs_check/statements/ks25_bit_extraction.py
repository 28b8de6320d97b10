"""KS25, Appendix C: the bit-extraction memorizer."""

from functools import partial

from memcap.core.refs import Ref
from proofs_check.checks.bits import certificates as built
from proofs_check.checks.bits import long_words, projection, rounding
from proofs_check.checks.bits import memorizer_sizes as sizes
from proofs_check.statement import Check, Finding, Kind, Method, Scope, Statement

_POINTS = (
    "V points of R^d, norms <= r, pairwise distances >= delta",
    "r >= 1, 0 < delta <= 1",
)
_LINE = "R = 20 r V^2 sqrt(pi d)/delta"

_LEMC2 = Statement(
    ref=Ref("KS25", "LemC2"),
    kind=Kind.LEMMA,
    sentence="An affine map and one ReLU put V separated points on a line with gaps of "
    "at least 2, in the printed range and with the printed bits.",
    formula=r"\text{values in } [0, \frac{10 r V^2 \sqrt{\pi d}}{\delta}], \quad "
    r"\text{bits } \log \frac{3 d r V^2 \sqrt{\pi}}{\delta}",
    hypotheses=_POINTS,
    checks=(
        Check(
            "gaps",
            Method.IDENTITY,
            Scope.STEP,
            projection.gap_identity,
            "KS25.LemG1 (a row of its own) gives a unit v with |v.(x - x')| at least "
            "sqrt(8/(pi d))/V^2 times |x - x'|. Rounding s v to multiples of 2^-p "
            "moves a difference by at most e |x - x'|, e = sqrt d / 2^(p+1). What is "
            "kept is 2/delta per unit of distance, and |x - x'| >= delta.",
        ),
        Check(
            "range",
            Method.BALLS,
            Scope.STEP,
            projection.values_in_range,
            "|w.x| <= r (s + e); a whole shift makes the smallest value lie in [0, 1).",
        ),
        Check(
            "bits of the weights",
            Method.BALLS,
            Scope.STEP,
            projection.weights_are_short,
            projection.BITS,
        ),
        Check(
            "bits of the shift",
            Method.BALLS,
            Scope.STEP,
            projection.shift_is_short,
            projection.BITS,
        ),
        Check(
            "points exactly delta apart",
            Method.ATTACK,
            Scope.CASES,
            projection.attack_gaps,
        ),
        Check(
            "drawn directions",
            Method.CERTIFICATE,
            Scope.CASES,
            built.drawn_projections,
        ),
    ),
    rests_on=("KS25.LemG1",),
)

_LEMC1 = Statement(
    ref=Ref("KS25", "LemC1"),
    kind=Kind.LEMMA,
    sentence="A ReLU network of width 12 gives N of V separated points their labels "
    "and the others 0, with the depth and the bits of eq. 110.",
    formula=r"\text{depth } 2 + (3 \sqrt{N \log N} + 2) + "
    r"(3 \sqrt{\frac{N}{\log N}} \max(\log R, \log C) + 2 \sqrt{\frac{N}{\log N}} + 2)",
    hypotheses=(*_POINTS, "2 <= N <= V", "labels in 1..C", _LINE),
    checks=(
        Check("depths add up", Method.IDENTITY, Scope.STEP, sizes.composition),
        Check(
            "few points",
            Method.BALLS,
            Scope.STEP,
            sizes.few_points,
            "For k = 1 the composed depth is at most 3N + 3 (g + 1) + 8; the margin "
            "has slope 3 (q - 1) > 0 in g, so the least g = log2(20 N^2 sqrt pi) "
            "decides. " + sizes.WHOLE,
        ),
        Check("blocks beyond", Method.ARGUMENT, Scope.STEP, sizes.blocks_stay_large),
        Check("terms in log N", Method.IDENTITY, Scope.STEP, sizes.log_terms),
        Check("many points", Method.BALLS, Scope.STEP, sizes.many_points, sizes.WHOLE),
        Check(
            "words",
            Method.ARGUMENT,
            Scope.STEP,
            sizes.words_fit,
            "The network is LemC2, then LemG3 for two words at once (one indicator, "
            "5 units), then LemG6: width 12. Floors of stored points, at least 2, "
            "differ by 2 and fit into floor(log2 R) + 1 bits, labels into "
            "floor(log2 C) + 1. By LemG3 a further point x gets no word or that of a "
            "block; for each point x_l of it x >= x_l + 2 or x <= x_l - 2, hence "
            "|x - 1/2 - floor(x_l)| >= 3/2 > 1, and as x >= 2 also |x - 1/2 - 0| > 1 "
            "for empty sub-words: LemG6 gives 0. LemC2 with its shift moved by 2 keeps "
            "all values in [2, R) and its bits.",
        ),
        Check("printed values", Method.BALLS, Scope.CASES, sizes.printed_values),
        Check(
            "whole sizes",
            Method.ATTACK,
            Scope.CASES,
            rounding.attack_rounding,
        ),
        Check("built networks", Method.CERTIFICATE, Scope.CASES, built.lemma_c1),
    ),
    findings=(
        Finding(
            title="Eq. 110 holds for whole numbers, but not with k = sqrt(N / log N)",
            sort="slip",
            printed="Blocks of sqrt(N / log N) points and words of "
            "sqrt(N / log N) log R bits, as if both were whole.",
            found="With sqrt(N / log N) rounded to a whole number and log R to whole "
            "bits, the depths and bits of LemG3 and LemG6 exceed eq. 110: N = V = 16 "
            "points on a line, r = 8, delta = 1, where sqrt(N / log N) = 2 is whole "
            "and log R = 16.15 is not. With k = floor((3/4) sqrt(N / log N)), at "
            "least 1, they are within eq. 110 for all parameters, also with lengths "
            "floor(log R) + 1 and floor(log C) + 1. The statement is right as printed.",
            consequence="None for ThmB1, ThmD1, ThmE1, Cor4.1 and LemF1, which use the "
            "statement; a program that rounds k to the nearest number may miss it.",
            also=("memcap.LemC1Rounded", "memcap.LemC1Network"),
        ),
        Finding(
            title="Labels 1..C take floor(log C) + 1 bits",
            sort="slip",
            printed="Labels in [C] are packed into fields of log C bits.",
            found="The label C = 2^j takes j + 1 bits: for C = 2 the label 2 does not "
            "fit into one bit.",
            consequence="None for eq. 110 with the block size above: it has room for "
            "floor(log C) + 1.",
        ),
        Finding(
            title="rho and c are exchanged in Stage III",
            sort="slip",
            printed="Stage III applies LemG6 with rho = log C and c = log R.",
            found="In LemG6 rho belongs to the word of points and c to the word of "
            "labels: rho = log R, c = log C. The numbers depend on max(rho, c) alone.",
            consequence="None.",
        ),
    ),
    rests_on=(
        "KS25.LemC2",
        "KS25.LemG3",
        "KS25.LemG6",
    ),
)

_ROUNDED = Statement(
    ref=Ref("memcap", "LemC1Rounded"),
    kind=Kind.REMARK,
    sentence="LemG3 and LemG6 with sqrt(N / log N) rounded down or up and log R "
    "rounded up stay within the depth and the bits of eq. 110.",
    formula=r"3 \lceil \frac{N}{k} \rceil + 3 k \lceil \log R \rceil + 2 k \le "
    r"3 \sqrt{N \log N} + (3 \log R + 2) \sqrt{\frac{N}{\log N}}",
    hypotheses=("k = floor or ceil of sqrt(N / log N)", "V = N, C <= R"),
    status="derived",
    checks=(
        Check("points of a line", Method.ATTACK, Scope.CASES, rounding.attack_line),
        Check(
            "reference instance",
            Method.EXHAUSTIVE,
            Scope.CASES,
            rounding.reference_instance,
        ),
    ),
)
_NETWORK = Statement(
    ref=Ref("memcap", "LemC1Network"),
    kind=Kind.REMARK,
    sentence="With k = floor(sqrt(N / log N)) and rho = ceil(log R) the longest number "
    "of the network, of k max(rho, c) + 2 bits, is within the printed bits.",
    formula=r"k \lceil \log R \rceil + 2 \le \sqrt{\frac{N}{\log N}} \log R + "
    r"\lceil \log R \rceil",
    hypotheses=("V = N, C <= R",),
    status="derived",
    checks=(
        Check("smallest N", Method.EXHAUSTIVE, Scope.CASES, rounding.smallest_excess),
        Check(
            "a built network",
            Method.CERTIFICATE,
            Scope.CASES,
            long_words.built_network,
            "The points are words of the Reed-Muller code of length 32 and distance 8 "
            "as signs, times 9/50: norms sqrt(32) 9/50 < 1.02, distances at least "
            "sqrt(32) 9/50 >= 1.",
        ),
        Check(
            "the same with k = 27",
            Method.CERTIFICATE,
            Scope.CASES,
            partial(long_words.built_network, block=27),
        ),
    ),
    findings=(
        Finding(
            title="Rounding sqrt(N / log N) down keeps the bits only below N = 15,120",
            sort="can be sharpened",
            printed="Words of sqrt(N / log N) log R bits; how to round is not said.",
            found="Whole fields of ceil(log R) bits make a word of floor(q) of them up "
            "to floor(q) bits too long, q = sqrt(N / log N); the printed ceil(log R) "
            "covers that while q < log R. No data of fewer than 15,120 points exceed "
            "the printed bits, 18,357 points of a code in R^32 do, by one bit. With "
            "k = floor(3q/4) they take 1,001 bits instead of 1,334.",
            consequence="A network with rounded-down k refutes no statement: LemC1 "
            "asks for some network, and the one with k = floor(3q/4) meets it.",
            also=("KS25.LemC1",),
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (
    _LEMC2,
    _LEMC1,
    _ROUNDED,
    _NETWORK,
)
