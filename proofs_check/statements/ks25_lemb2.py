"""KS25.LemB2: its printed construction, what it asserts, and two repairs."""

from memcap.core.refs import Ref
from proofs_check.checks.sequence_ids import label_attacks as attacks
from proofs_check.checks.sequence_ids import random_labels as drawn
from proofs_check.checks.sequence_ids import shift_proofs as proofs
from proofs_check.statement import Check, Finding, Kind, Method, Scope, Statement

_STEP, _CASES = Scope.STEP, Scope.CASES
RANDOM = (
    "Two multisets differ in the count of some token x. Given all other labels, their "
    "sums are closer than g = sqrt|S| for at most ceil(2 g) values of f(x). Over the "
    "N (N-1)/2 pairs the probability of failure is below 1, so some draw succeeds; "
    "f <= floor(4 N^2 |S| sqrt(pi)) bounds the sums by 4 M N^2 |S| sqrt(pi)."
)

PRINTED = Statement(
    Ref("KS25", "LemB2"),
    Kind.LEMMA,
    "As constructed in its proof: f(x) = ceil(N^2 |S| sqrt(pi) v_x) + c with "
    "c = floor(2 N^2 |S| sqrt(pi)) gives N distinct multisets sums that are sqrt|S| "
    "apart.",
    r"f(x) = \lceil N^2 |S| \sqrt{\pi} v_x \rceil "
    r"+ \lfloor 2 N^2 |S| \sqrt{\pi} \rfloor, "
    r"\quad |\sum_x (m(x) - m'(x)) f(x)| \ge \sqrt{|S|}",
    (
        "N distinct finite multisets of at most M elements, S the union of supports",
        "v a unit vector as in KS25.LemG1 for their count vectors",
    ),
    checks=(
        Check("printed range", Method.BALLS, _STEP, proofs.printed_range),
        Check(
            "equal cardinalities, proof",
            Method.BALLS,
            _STEP,
            attacks.equal_proof,
            "The shift adds c (|m| - |m'|) to a difference, which is 0 where "
            "cardinalities are equal: the gap concerns different ones only.",
        ),
        Check("small multisets", Method.ATTACK, _CASES, attacks.small),
        Check("random multisets", Method.ATTACK, _CASES, attacks.random),
        Check("sequences of one length", Method.ATTACK, _CASES, attacks.of_sequences),
        Check(
            "equal cardinalities", Method.ATTACK, _CASES, attacks.equal_cardinalities
        ),
    ),
    findings=(
        Finding(
            "The labels constructed for KS25.LemB2 can collide",
            "fails as printed",
            "Adding the constant c = floor(2 N^2 |S| sqrt(pi)) to all labels keeps the "
            "sums of distinct multisets sqrt|S| apart.",
            "The constant adds c |m| to the sum of m, so differences of multisets of "
            "different cardinality move. Smallest counterexample, N = 2, |S| = 2, "
            "M = 2: m1 = {b}, m2 = {a,a}, v = (-1, 0), which meets the bound of "
            "KS25.LemG1; h = (-14, 0), c = 28, f = (14, 28), and both sums are 28; "
            "v = (-3/5, 4/5) gives f = (20, 40) and 40 twice. "
            "None is smaller: M = 1, |S| = 1 and equal cardinalities are proved. "
            "Sequences of one length do not help, as their restrictions to A have "
            "different cardinalities: for {2,2}, {1,1}, {0,2} the greedy A = (1, 0), "
            "v = (-160/281, 231/281) gives f(1) = 45, f(0) = 90 and sums 0, 90, 90.",
            "The lemma itself is true with its printed label bound, by random labels "
            "(KS25.LemB2exist), so KS25.LemB3, ThmB1, ThmD1 and ThmE1 keep their "
            "constants. An explicit f needs a larger shift: memcap.RepairB2 has a "
            "plain one, memcap.SharpB2 one that cannot be much smaller.",
            ("KS25.LemB2exist", "KS25.LemB2alt", "memcap.RepairB2", "memcap.SharpB2"),
        ),
    ),
)

EXISTS = Statement(
    Ref("KS25", "LemB2exist"),
    Kind.LEMMA,
    "What KS25.LemB2 asserts, without its construction: labels up to "
    "4 N^2 |S| sqrt(pi) exist whose sums are sqrt|S| apart and at most "
    "4 M N^2 |S| sqrt(pi).",
    r"\exists f: S \to [\lceil 4 N^2 |S| \sqrt{\pi} \rceil] \quad "
    r"|\sum_x (m(x) - m'(x)) f(x)| \ge \sqrt{|S|}",
    ("N distinct finite multisets of at most M elements, S the union of supports",),
    checks=(
        Check("bad values", Method.ARGUMENT, _STEP, drawn.few_bad_values, RANDOM),
        Check("union over pairs", Method.BALLS, _STEP, drawn.room, RANDOM),
        Check("all labels counted", Method.EXHAUSTIVE, _CASES, attacks.exist),
    ),
)

REPAIRED = Statement(
    Ref("memcap", "RepairB2"),
    Kind.LEMMA,
    "With a shift c >= 4 M N^2 |S| sqrt(pi) + sqrt|S| the construction of KS25.LemB2 "
    "keeps all sums sqrt|S| apart, with labels up to "
    "(4 M + 1) N^2 |S| sqrt(pi) + sqrt|S| + 2.",
    r"c = \lceil 4 M N^2 |S| \sqrt{\pi} + \sqrt{|S|} \rceil",
    PRINTED.hypotheses,
    "derived",
    checks=(
        Check("unshifted sums", Method.IDENTITY, _STEP, proofs.unshifted),
        Check(
            "repaired shift",
            Method.BALLS,
            _STEP,
            proofs.repaired,
            "Unshifted sums lie in [-2 M K, 2 M K], K = N^2 |S| sqrt(pi). The shift "
            "adds 0 for equal cardinalities, at least c in absolute value else.",
        ),
        Check("repaired labels", Method.BALLS, _STEP, proofs.repaired_labels),
        Check("searches", Method.ATTACK, _CASES, attacks.repaired),
    ),
)

SHARP = Statement(
    Ref("memcap", "SharpB2"),
    Kind.LEMMA,
    "A shift c >= sqrt 2 M N^2 |S| sqrt(pi) + M + sqrt|S| is enough, and sqrt 2 cannot "
    "be replaced by 27/20.",
    r"c = \lceil \sqrt{2} M N^2 |S| \sqrt{\pi} + M + \sqrt{|S|} \rceil",
    PRINTED.hypotheses,
    "derived",
    checks=(
        Check("unshifted sums", Method.IDENTITY, _STEP, proofs.unshifted),
        Check(
            "sharp shift",
            Method.BALLS,
            _STEP,
            proofs.sharp,
            "For e = m - m' the shadow K v.e is at most K ||e|| <= K sqrt(|m|^2 + "
            "|m'|^2), and the roundings, all in [0, 1), add between -|m'| and |m|.",
        ),
        Check("sharp labels", Method.BALLS, _STEP, proofs.sharp_labels),
        Check("searches", Method.ATTACK, _CASES, attacks.sharp),
        Check("27/20 is too little", Method.ATTACK, _STEP, attacks.too_small),
    ),
    findings=(
        Finding(
            "A shift of about a third repairs KS25.LemB2 as well",
            "can be sharpened",
            "c >= 4 M N^2 |S| sqrt(pi) + sqrt|S| repairs the construction.",
            "sqrt 2 in place of 4 is enough, up to M. The worst case is M times one "
            "token against M - 1 times another with v along their difference; there "
            "27/20 in place of sqrt 2 makes sums meet.",
            "Labels are at most (sqrt 2 M + 1) N^2 |S| sqrt(pi) + M + sqrt|S| + 2.",
            ("memcap.RepairB2",),
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (PRINTED, EXISTS, REPAIRED, SHARP)
