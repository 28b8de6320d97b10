"""KS25.Thm4.1, its corollary and remarks, and the variants with one averaging layer."""

from fractions import Fraction
from functools import partial

from memcap.core.refs import Ref
from proofs_check.checks.sequence_ids import arguments, built, hard_data, ranges, sizes
from proofs_check.checks.sequence_ids import random_labels as drawn
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
HYPOTHESES = (
    "N >= 2 sequences of n tokens in R^d, token-wise (r, delta)-separated, r >= 1, "
    "0 < delta <= 1",
    "labels in [C], equal where last tokens and multisets are equal",
)


def next_token_networks(level: Level) -> Outcome:
    """Built and certified networks of the theorem."""
    return built.certified("next_token", built.next_token_data, level)


def states_apart(level: Level) -> Outcome:
    """The states behind the averaging layer of real data, 1/n apart."""
    return built.state_gap(lambda length: Fraction(1, length), level)


_LABELS = Check("labels", Method.BALLS, _STEP, drawn.room, RANDOM)
_STATES = Check(
    "states 1/n apart",
    Method.ARGUMENT,
    _STEP,
    arguments.states_apart,
    "Different contexts differ in the last token, and then F differs by 2 at least, or "
    "in the multiset, and then the integer sums of phi differ by 1, the means by 1/n.",
)
_WIDTH = Check(
    "width",
    Method.ARGUMENT,
    _STEP,
    arguments.width,
    "KS25.LemC1 gives width 12 for phi. Beside it FF_1 computes F, a value of "
    "KS25.LemC2, which is not negative and so passes every ReLU in one unit; the mean "
    "takes one slot. FF_2 is KS25.LemC1 on the states.",
)
_DEPTH = (
    Check("where m, q and G are", Method.BALLS, _STEP, sizes.least_range),
    Check("depth", Method.BALLS, _STEP, sizes.depth),
)
_CONSTANTS = Finding(
    "The hidden constants are 16 for the depth and 3 for the bits",
    "can be sharpened",
    "Depth and bits up to constants.",
    "With the network of KS25.LemC1, whole blocks and whole bits, depth <= "
    "16 (sqrt(N log2 N) + sqrt(N/log2 N) max{log2 R, log2 C}) and bits <= 3 (log2 d + "
    "sqrt(N/log2 N) max{log2 R, log2 C}) for all N >= 2.",
    "The theorem can be stated with numbers.",
)
_SURVIVES = Finding(
    "KS25.ThmB1 keeps its printed R whatever labels the proof takes",
    "can be sharpened",
    "R = 400 sqrt(3d) n^3 r N^5 pi/delta, from labels whose sums can collide.",
    "The norm 20 r n^2 N^3 sqrt(pi d)/delta of the states holds for all n, N >= 1 with "
    "labels up to 4 N^3 sqrt(pi), which exist (KS25.LemB2exist), and with the repaired "
    "shift. With labels up to N^2 R = 220 sqrt(3d) n^3 r N^4 pi/delta is enough.",
    "The theorem is safe; only the construction of f in its proof has to change.",
    ("KS25.LemB2", "KS25.LemB2exist", "KS25.LemB2alt"),
)
_SLIPS = Finding(
    "Three slips around the proof of KS25.ThmB1",
    "slip",
    "Eq. 47 lists the values of the encoder without 0; a line reads "
    "R >= max{log R_1, log C_1, log R_2}; blocks hold sqrt(N/log N) points.",
    "The encoder is 0 off A, so 0 belongs to the list; R >= max{R_1, C_1, R_2} is "
    "meant, and true. The block size has to be rounded down: with N = V = 1000, d = 6, "
    "delta = 1/10 the word of 10 points fits the printed bits, the one of 11 does not. "
    "Even so whole blocks of whole bits go beyond the explicit formulas: 3 layers a "
    "block make 1226 layers there, eq. 110 says 1217.9, and at N = V = 10^7 the words "
    "take 37,337 bits, the formula allows 36,956.9. With three quarters of that many "
    "points KS25.LemC1 holds as printed.",
    "None for the orders: the constants 16 and 3 include the rounding.",
)

_THMB1 = Statement(
    Ref("KS25", "ThmB1"),
    Kind.THEOREM,
    "A token-wise network, one uniform attention layer and a token-wise network of "
    "width 14, with depth and bits of order sqrt(N) up to logarithms, map N sequences "
    "to their labels.",
    r"\text{depth} \lesssim \sqrt{N \log N} + \sqrt{\frac{N}{\log N}} "
    r"\max\{\log R, \log C\}, \quad R = \frac{400 \sqrt{3d} n^3 r N^5 \pi}{\delta}",
    HYPOTHESES,
    checks=(
        _LABELS,
        _STATES,
        _WIDTH,
        Check("R composed", Method.IDENTITY, _STEP, ranges.next_token_range),
        Check("norm of the states", Method.BALLS, _STEP, ranges.next_token_norms),
        Check("inner ranges", Method.BALLS, _STEP, ranges.inner_ranges),
        *_DEPTH,
        Check("bits", Method.BALLS, _STEP, sizes.bits),
        Check("smaller R", Method.BALLS, _CASES, ranges.smaller_next_token_range),
        Check("instances", Method.BALLS, _CASES, ranges.instances),
        Check("formulas", Method.BALLS, _CASES, sizes.against_bounds),
        Check("block size", Method.BALLS, _CASES, sizes.block_size),
        Check("networks", Method.CERTIFICATE, _CASES, next_token_networks),
        Check("any order", Method.CERTIFICATE, _CASES, built.any_order),
        Check(
            "hard data",
            Method.ATTACK,
            _CASES,
            hard_data.memorized("next_token", hard_data.NEXT_TOKEN),
        ),
        Check("states of data", Method.ATTACK, _CASES, states_apart),
    ),
    findings=(_SURVIVES, _CONSTANTS, _SLIPS),
    rests_on=(
        "KS25.LemC1",
        "KS25.LemB1",
        "KS25.LemB2exist",
    ),
)

_THM41 = Statement(
    Ref("KS25", "Thm4.1"),
    Kind.THEOREM,
    "KS25.ThmB1 informally: the depth is of order sqrt(N) up to logarithms while n, C "
    "and r/delta are polynomial in N.",
    r"\text{depth} = \tilde{O}(\sqrt{N})",
    (*HYPOTHESES, "n, C, r/delta and d at most N^a"),
    checks=(
        *_DEPTH,
        Check("R of a power of N", Method.IDENTITY, _STEP, sizes.polynomial),
        Check("networks", Method.CERTIFICATE, _CASES, next_token_networks),
    ),
    findings=(
        Finding(
            "The dimension has to be polynomial in N as well",
            "slip",
            "Depth ~O(sqrt N) while n, C and r/delta are polynomial in N.",
            "R contains sqrt(d): log d enters the depth as log(r/delta) does. With n, "
            "C, d, r/delta <= N^a the depth is at most "
            "16 ((6 + 9a/2) sqrt(N log2 N) + 12 sqrt(N/log2 N)).",
            "None in practice; ~O has to hide log d, or d be bounded.",
        ),
    ),
    rests_on=("KS25.ThmB1",),
)

_COR41 = Statement(
    Ref("KS25", "Cor4.1"),
    Kind.COROLLARY,
    "With a label for every token, width 14 and depth and bits of order sqrt(nN) up to "
    "logarithms are enough.",
    r"\text{depth} = \tilde{O}(\sqrt{n N})",
    (HYPOTHESES[0], "equal labels where tokens and multisets are equal"),
    checks=(
        Check(
            "n N examples",
            Method.ARGUMENT,
            _STEP,
            arguments.same_contexts,
            "Every token in turn becomes the last; uniform attention and token-wise "
            "layers do not see the order, so one network labels all of them.",
        ),
        *_DEPTH,
        Check(
            "one network",
            Method.CERTIFICATE,
            _CASES,
            arguments.one_network_for_all_tokens,
        ),
        Check(
            "networks",
            Method.CERTIFICATE,
            _CASES,
            partial(built.certified, "seq_to_seq", built.token_data),
        ),
        Check(
            "hard data",
            Method.ATTACK,
            _CASES,
            hard_data.memorized("seq_to_seq", hard_data.TOKENWISE),
        ),
    ),
    findings=(
        Finding(
            "Only the decoder of KS25.Cor4.1 has to see n N points",
            "can be sharpened",
            "The corollary applies the theorem to n N examples.",
            "The multisets are still N, so the encoder is that of N sequences, "
            "~O(sqrt N); the built networks do this.",
            "Half of the depth stays ~O(sqrt N).",
        ),
    ),
    rests_on=("KS25.ThmB1",),
)

STATEMENTS: tuple[Statement, ...] = (_THM41, _THMB1, _COR41)
