"""KS25's remarks on its upper bound, deep sets and the embedding variant."""

from collections.abc import Iterator
from functools import partial

from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from proofs_check.checks.sequence_ids import arguments, built, hard_data, ranges, sizes
from proofs_check.checks.sequence_ids import random_labels as drawn
from proofs_check.statement import (
    Check,
    Finding,
    Kind,
    Level,
    Method,
    Scope,
    Statement,
)
from proofs_check.statements.ks25_lemb2 import RANDOM

_STEP, _CASES = Scope.STEP, Scope.CASES
_LABELS = Check("labels", Method.BALLS, _STEP, drawn.room, RANDOM)
_DEPTH = (
    Check("where m, q and G are", Method.BALLS, _STEP, sizes.least_range),
    Check("depth", Method.BALLS, _STEP, sizes.depth),
)


def _id_data(level: Level) -> Iterator[tuple[Dataset, dict]]:
    for ds, options in built.next_token_data(level):
        if ds.has_ids:
            yield ds, options


def _remark(
    number: str,
    sentence: str,
    formula: str,
    checks: tuple[Check, ...],
    unproved: str = "",
    rests_on: tuple[str, ...] = (),
) -> Statement:
    return Statement(
        Ref("KS25", f"Rem{number}"),
        Kind.REMARK,
        sentence,
        formula,
        checks=checks,
        unproved=unproved,
        rests_on=rests_on,
    )


_REMARKS = (
    _remark(
        "3.1",
        "The linear maps before and after can be dropped at the price of a number of "
        "parameters linear in d.",
        "",
        (
            Check(
                "linear in d", Method.CERTIFICATE, _CASES, arguments.linear_in_dimension
            ),
        ),
        "networks without these maps were not built; where d enters with them is shown",
    ),
    _remark(
        "4.3",
        "About d + sqrt(N) parameters suffice, and no fewer than d do.",
        r"\tilde{O}(d + \sqrt{N})",
        (
            Check(
                "every coordinate needs a weight",
                Method.ARGUMENT,
                _STEP,
                arguments.coordinates,
                "Without a weight on coordinate j the tokens 0 and e_j go to the same "
                "state; data may ask for different labels of them.",
            ),
            *_DEPTH,
            Check(
                "linear in d", Method.CERTIFICATE, _CASES, arguments.linear_in_dimension
            ),
        ),
        rests_on=("KS25.ThmB1",),
    ),
    _remark(
        "4.4",
        "The total number of bits, about N up to logarithms, is optimal: there are 2^N "
        "labelings.",
        r"W \cdot \text{bits} = \tilde{O}(N)",
        (
            Check("parameters times bits", Method.IDENTITY, _STEP, sizes.total_bits),
            Check("labelings", Method.ARGUMENT, _STEP, arguments.labelings),
            Check("built networks", Method.CERTIFICATE, _CASES, arguments.bits_needed),
        ),
        rests_on=("KS25.ThmB1",),
    ),
    _remark(
        "4.5",
        "Two attention layers with one aggregate token leave in every token the mean "
        "that full uniform attention leaves, through 6n + 2 connections.",
        r"2 (3 n + 1) = O(n)",
        (
            Check("star of the aggregate", Method.IDENTITY, _STEP, arguments.star),
            Check(
                "networks",
                Method.CERTIFICATE,
                _CASES,
                partial(built.certified, "sparse_seq_to_seq", built.token_data),
            ),
        ),
    ),
    _remark(
        "4.6",
        "A label for every token takes at least nN bits.",
        r"2^B \ge 2^{n N}",
        (
            Check(
                "labelings",
                Method.ARGUMENT,
                _STEP,
                arguments.labelings,
                "With all nN tokens different every labeling is consistent; B bits are "
                "at most 2^B networks.",
            ),
        ),
    ),
)

_THMD1 = Statement(
    Ref("KS25", "ThmD1"),
    Kind.THEOREM,
    "Networks phi and rho of width 12 map N multisets of at most M elements to their "
    "labels, with R = 80 M^2 N^5 r pi sqrt(d)/delta.",
    r"\rho(\sum_k \phi(x_k)) = y, \quad R = \frac{80 M^2 N^5 r \pi \sqrt{d}}{\delta}",
    (
        "N >= 2 distinct multisets of at most M tokens in R^d",
        "element-wise (r, delta)-separated, r >= 1, 0 < delta <= 1",
    ),
    checks=(
        _LABELS,
        Check("ranges", Method.BALLS, _STEP, ranges.sets_ranges),
        *_DEPTH,
        Check("bits", Method.BALLS, _STEP, sizes.sets_bits),
        Check("repaired shift", Method.BALLS, _CASES, ranges.repaired_sets_range),
        Check(
            "networks",
            Method.CERTIFICATE,
            _CASES,
            partial(built.certified, "deep_sets", built.sets_data),
        ),
        Check(
            "hard data",
            Method.ATTACK,
            _CASES,
            hard_data.memorized("deep_sets", hard_data.SETS),
        ),
    ),
    findings=(
        Finding(
            "The 80 of KS25.ThmD1 is right, its derivation is not",
            "slip",
            "R_rho = 80 M N^5 pi, from labels up to 4 N^3 sqrt(pi) of KS25.LemB2.",
            "Cardinalities differ here, so the sums of the constructed labels can "
            "collide. Labels up to 4 N^3 sqrt(pi) whose sums differ exist all the same "
            "(KS25.LemB2exist), and give R_rho = 80 M N^5 pi as printed; with labels "
            "up to N^2 R_rho is 20 M N^4 sqrt(pi). Only an explicit f by "
            "memcap.RepairB2 needs more: 105 in place of 80 for N >= 2, and not 104.",
            "The theorem stands as printed once f is drawn instead of constructed.",
            ("KS25.LemB2", "KS25.LemB2exist", "memcap.RepairB2"),
        ),
    ),
    rests_on=(
        "KS25.LemC1",
        "KS25.LemB1",
        "KS25.LemB2exist",
    ),
)

_THME1 = Statement(
    Ref("KS25", "ThmE1"),
    Kind.THEOREM,
    "An embedding table with columns (f(x), x, 0), averaging and one decoder map N "
    "sequences of ids below V to their labels; printed "
    "R = 200 sqrt(3) n^2 r N^5 V pi/delta, read with r = delta = 1.",
    r"R = 200 \sqrt{3} n^2 N^5 V \pi",
    ("N >= 2 sequences of n token ids in [V]", "consistent labels in [C]"),
    checks=(
        _LABELS,
        Check(
            "states 1/n apart",
            Method.ARGUMENT,
            _STEP,
            arguments.states_apart,
            "Different ids differ by 1 at least, sums of f by 1, means by 1/n.",
        ),
        Check("norm of the states", Method.BALLS, _STEP, ranges.table_norms),
        Check("R composed", Method.BALLS, _STEP, ranges.table_range),
        *_DEPTH,
        Check("bits", Method.BALLS, _STEP, sizes.table_bits),
        Check(
            "networks",
            Method.CERTIFICATE,
            _CASES,
            partial(built.certified, "embedding", _id_data),
        ),
        Check(
            "hard data",
            Method.ATTACK,
            _CASES,
            hard_data.memorized("embedding", hard_data.IDS),
        ),
    ),
    findings=(
        Finding(
            "r and delta do not occur in KS25.ThmE1, and one n is enough",
            "slip",
            "R = 200 sqrt(3) n^2 r N^5 V pi/delta.",
            "Ids are integers: there is no r and no delta. States have norms up to "
            "10 N^3 sqrt(pi) V and are 1/n apart, so R = 200 sqrt(3) pi n V N^5 with "
            "labels up to 4 N^3 sqrt(pi); n^2 is what the repaired shift needs, and "
            "labels up to N^2 give 40 sqrt(3 pi) n V N^4.",
            "The theorem holds with r = delta = 1; its R is a factor n too large.",
            ("KS25.LemB2exist", "memcap.RepairB2"),
        ),
    ),
    rests_on=(
        "KS25.LemC1",
        "KS25.LemB1",
        "KS25.LemB2exist",
    ),
)

STATEMENTS: tuple[Statement, ...] = (*_REMARKS, _THMD1, _THME1)
