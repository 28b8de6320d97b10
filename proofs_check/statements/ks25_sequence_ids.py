"""KS25.LemB1 to LemB3 and LemG1: what gives every sequence an id of its own."""

from functools import partial

from memcap.core.refs import Ref
from proofs_check.checks.sequence_ids import built, distinguishing, projection, ranges
from proofs_check.checks.sequence_ids import random_labels as drawn
from proofs_check.checks.sequence_ids.encoder_attack import attack_encoders
from proofs_check.checks.sequence_ids.projection_attack import attack_sharper
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
from proofs_check.statements.ks25_lemb2 import RANDOM

_STEP, _CASES = Scope.STEP, Scope.CASES


def at_most(bound: int, level: Level) -> Outcome:
    """At most N + `bound` tokens tell N multisets apart, for all N up to 4."""
    claim = f"|A| <= N {bound:+d}" if bound else "|A| <= N"
    return distinguishing.exhaustive(lambda number: number + bound, claim)


def counted(level: Level) -> Outcome:
    """Labels from [N^2], all of them counted for small families."""
    aim = drawn.target(drawn.square_labels, drawn.union_bound)
    claim = "success at least 1/2 + 1/(2N) with N^2 labels"
    sizes = drawn.many_pairs() + level.pick((), ((4, 2, 3), (3, 2, 3)))
    return drawn.searched(aim, sizes, claim)


_BLOCKS = (
    "Multisets that agree on A form blocks. As long as a block holds two multisets, "
    "some token tells these apart; taking it into A splits the block and joins none. "
    "From one block for empty A to N blocks there are at most N - 1 such steps."
)

_LEMB1 = Statement(
    Ref("KS25", "LemB1"),
    Kind.LEMMA,
    "N distinct multisets stay distinct when restricted to some set A of at most N "
    "tokens.",
    r"|A| \le N, \quad m_i|_A \ne m_j|_A \text{ for } i \ne j",
    ("N distinct finite multisets",),
    checks=(
        Check(
            "one block more",
            Method.ARGUMENT,
            _STEP,
            distinguishing.one_more_block,
            _BLOCKS,
        ),
        Check("up to four multisets", Method.EXHAUSTIVE, _CASES, partial(at_most, 0)),
        Check("the greedy set", Method.EXHAUSTIVE, _CASES, distinguishing.greedy),
    ),
    findings=(
        Finding(
            "N - 1 tokens are enough, and sometimes necessary",
            "can be sharpened",
            "|A| <= N.",
            "|A| <= N - 1: blocks of multisets that agree on A grow in number from 1 "
            "to N. The multisets {x_1}, .., {x_N} need N - 1 tokens. For sets this is "
            "a theorem of Bondy (1972).",
            "The encoder stores N - 1 points; the orders stay.",
            ("memcap.SharpB1",),
        ),
    ),
)

_SHARPB1 = Statement(
    Ref("memcap", "SharpB1"),
    Kind.LEMMA,
    "N distinct multisets stay distinct on N - 1 tokens, and N singletons need that "
    "many.",
    r"|A| \le N - 1",
    _LEMB1.hypotheses,
    "derived",
    checks=(
        Check(
            "one block more",
            Method.ARGUMENT,
            _STEP,
            distinguishing.one_more_block,
            _BLOCKS,
        ),
        Check("singletons", Method.ARGUMENT, _STEP, distinguishing.singletons),
        Check("up to four multisets", Method.EXHAUSTIVE, _CASES, partial(at_most, -1)),
    ),
)

_LEMB2ALT = Statement(
    Ref("KS25", "LemB2alt"),
    Kind.LEMMA,
    "Labels drawn uniformly from [N^2] give N distinct multisets distinct sums with "
    "probability above 1/2.",
    r"P(\text{all sums distinct}) \ge 1 - \frac{N - 1}{2 N} > \frac{1}{2}",
    ("N distinct finite multisets, S the union of supports",),
    "derived",
    checks=(
        Check(
            "one bad value",
            Method.ARGUMENT,
            _STEP,
            drawn.few_bad_values,
            "Given the other labels the sums of two multisets that differ at x agree "
            "for at most one value of f(x): P <= 1/N^2 for each of N (N-1)/2 pairs.",
        ),
        Check("one half", Method.IDENTITY, _STEP, drawn.half),
        Check("all labels counted", Method.EXHAUSTIVE, _CASES, counted),
    ),
)

_LEMB3 = Statement(
    Ref("KS25", "LemB3"),
    Kind.LEMMA,
    "A network of width 12 equals f on A and 0 on all other tokens, with C_phi = "
    "ceil(4 N^3 sqrt(pi)), R_phi = 20 r (N M)^2 sqrt(pi d)/delta, and sums "
    "(4 M N^3 sqrt(pi), 1)-separated.",
    r"\phi(x) = f(x) \text{ on } A, \; 0 \text{ else}, \quad "
    r"R_\phi = \frac{20 r (N M)^2 \sqrt{\pi d}}{\delta}",
    (
        "N distinct multisets of at most M tokens",
        "element-wise (r, delta)-separated, r >= 1, 0 < delta <= 1",
    ),
    checks=(
        Check("labels", Method.BALLS, _STEP, drawn.room, RANDOM),
        Check("constants", Method.IDENTITY, _STEP, ranges.encoder_constants),
        Check("instances", Method.BALLS, _CASES, ranges.instances),
        Check("encoders", Method.CERTIFICATE, _CASES, built.encoder_values),
        Check("encoders of hard sets", Method.ATTACK, _CASES, attack_encoders),
    ),
    findings=(
        Finding(
            "KS25.LemB3 keeps its constants although LemB2's labels collide",
            "slip",
            "The proof takes the labels of KS25.LemB2 on restrictions to A.",
            "Restrictions differ in cardinality, where those labels can collide. "
            "Labels as the lemma asks for exist (KS25.LemB2exist), so C_phi and R_phi "
            "stand; with labels up to N^2 (KS25.LemB2alt) C_phi is N^2, and with the "
            "repaired shift about M times the printed one. R_phi is free of labels.",
            "Only the word 'constructed' is lost: f is found by drawing, each draw "
            "succeeding with probability above 1/2.",
            ("KS25.LemB2exist", "KS25.LemB2alt", "memcap.RepairB2"),
        ),
    ),
    rests_on=(
        "KS25.LemC1",
        "KS25.LemB1",
        "KS25.LemB2exist",
    ),
)

_PROJECTION_CHECKS = (
    Check(
        "density",
        Method.IDENTITY,
        _STEP,
        projection.density,
        "The density of a coordinate is (1-t^2)^((d-3)/2)/w_d, at most 1/w_d for "
        "d >= 3; w_d decreases in d.",
    ),
    Check("union over pairs", Method.IDENTITY, _STEP, projection.union),
    Check("d = 1 and d = 2", Method.BALLS, _STEP, projection.low_dimensions),
    Check(
        "every direction of the plane",
        Method.ATTACK,
        _CASES,
        projection.in_plane,
        "In the plane the best direction halves the widest gap between differences.",
    ),
    Check("directions drawn", Method.CERTIFICATE, _CASES, projection.drawn),
)
_PROJECTION = (
    "For finite X in R^d some unit vector v shortens no difference by more than "
    "sqrt(8/(pi d))/|X|^2."
)
_FORMULA = (
    r"\frac{1}{|X|^2} \sqrt{\frac{8}{\pi d}} \|x - x'\| \le |v^T (x - x')| "
    r"\le \|x - x'\|"
)

_LEMG1 = Statement(
    Ref("KS25", "LemG1"),
    Kind.LEMMA,
    _PROJECTION,
    _FORMULA,
    ("X finite in R^d, d >= 1",),
    checks=_PROJECTION_CHECKS,
    findings=(
        Finding(
            "The projection lemma has a factor pi/2 to spare",
            "can be sharpened",
            "|v.(x - x')| >= sqrt(8/(pi d)) ||x - x'||/|X|^2.",
            "For d >= 3 the same union bound gives sqrt(2 pi/(d-1))/(|X| (|X|-1)), "
            "more than pi/2 times as much (memcap.SharpG1). In the plane the best "
            "ratio is at least sin(pi/(|X| (|X|-1))), about 2.8 times the printed one.",
            "R in KS25.LemC1 and LemC2 can be divided by pi/2; only log R matters.",
            ("memcap.SharpG1",),
        ),
    ),
)

_PARK = Statement(
    Ref("Park21", "Lem13"),
    Kind.LEMMA,
    _PROJECTION,
    _FORMULA,
    _LEMG1.hypotheses,
    "recalled",
    checks=_PROJECTION_CHECKS,
    rests_on=("KS25.LemG1",),
)

_SHARPG1 = Statement(
    Ref("memcap", "SharpG1"),
    Kind.LEMMA,
    "For d >= 3 and |X| >= 2 some unit vector v shortens no difference by more than "
    "sqrt(2 pi/(d-1))/(|X| (|X|-1)).",
    r"|v^T (x - x')| \ge \frac{1}{|X| (|X| - 1)} \sqrt{\frac{2 \pi}{d - 1}} \|x - x'\|",
    ("X finite in R^d, d >= 3, |X| >= 2",),
    "derived",
    checks=(
        _PROJECTION_CHECKS[0],
        Check("union over pairs", Method.IDENTITY, _STEP, projection.sharper_union),
        Check("spread points", Method.ATTACK, _CASES, attack_sharper),
    ),
)

STATEMENTS: tuple[Statement, ...] = (
    _LEMB1,
    _SHARPB1,
    _LEMB2ALT,
    _LEMB3,
    _LEMG1,
    _PARK,
    _SHARPG1,
)
