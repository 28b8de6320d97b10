"""KS25.LemB1 to LemB3 and LemG1: verdicts, counterexamples, and false variants."""

from fractions import Fraction
from itertools import chain, combinations
from math import ceil, floor

import pytest

from memcap.core.balls import Ball
from proofs_check.checks.sequence_ids import distinguishing, projection
from proofs_check.checks.sequence_ids import label_attacks as attacks
from proofs_check.checks.sequence_ids import label_searches as searches
from proofs_check.checks.sequence_ids import projected_labels as projected
from proofs_check.checks.sequence_ids import random_labels as drawn
from proofs_check.checks.sequence_ids import shift_proofs as proofs
from proofs_check.checks.sequence_ids.projected_labels import Instance
from proofs_check.methods import attack
from proofs_check.methods.rays import positive_beyond
from proofs_check.statement import Answer, Verdict
from proofs_check.statements import ks25_lemb2, ks25_sequence_ids
from tests.proofs_check.verdicts import assert_verdict, identifiers, outcomes

VERDICTS = {
    "KS25.LemB1": Verdict.PROVED,
    "memcap.SharpB1": Verdict.PROVED,
    "KS25.LemB2": Verdict.REFUTED,
    "KS25.LemB2exist": Verdict.PROVED,
    "memcap.RepairB2": Verdict.PROVED,
    "memcap.SharpB2": Verdict.PROVED,
    "KS25.LemB2alt": Verdict.PROVED,
    "KS25.LemB3": Verdict.PROVED,
    "KS25.LemG1": Verdict.PROVED,
    "Park21.Lem13": Verdict.PROVED,
    "memcap.SharpG1": Verdict.PROVED,
}


# Of the lemma as printed only the attacks on unequal cardinalities fail.
FAILING = {"small multisets", "random multisets", "sequences of one length"}


def test_every_row_is_here():
    assert set(identifiers(ks25_lemb2, ks25_sequence_ids)) == set(VERDICTS)


@pytest.mark.parametrize("name", VERDICTS)
def test_verdicts(name):
    assert_verdict(name, VERDICTS[name], FAILING if name == "KS25.LemB2" else ())


def by_hand(counts, v):
    """f and the sums of the printed construction, in balls of 200 bits."""
    number, size = len(counts), len(v)
    stretch = Ball.pi(200).sqrt() * (number * number * size)
    h = [ceil((stretch * x).lower) for x in v]
    assert h == [ceil((stretch * x).upper) for x in v]
    c = floor((stretch * 2).lower)
    assert c == floor((stretch * 2).upper)
    f = [x + c for x in h]
    return f, [sum(k * y for k, y in zip(m, f, strict=True)) for m in counts]


def direction_is_allowed(counts, v):
    """KS25.LemG1 for the count vectors: both inequalities, squared, with 3 < pi < 4."""
    assert sum(x * x for x in v) == 1
    for left, right in combinations(counts, 2):
        e = [a - b for a, b in zip(left, right, strict=True)]
        inner = sum(k * x for k, x in zip(e, v, strict=True)) ** 2
        norm = sum(k * k for k in e)
        assert inner <= norm
        # 8 / 3 is more than 8 / pi.
        assert inner >= Fraction(8, 3) / len(v) * norm / len(counts) ** 4
    return True


@pytest.mark.parametrize(
    ("counts", "v", "labels", "sums"),
    [
        ([(2, 0), (0, 1)], (Fraction(-3, 5), Fraction(4, 5)), [20, 40], [40, 40]),
        ([(0, 1), (2, 0)], (Fraction(-1), Fraction(0)), [14, 28], [28, 28]),
        (
            # {2,2}, {1,1}, {0,2} cut down to A = (1, 0)
            [(0, 0), (2, 0), (0, 1)],
            (Fraction(-160, 281), Fraction(231, 281)),
            [45, 90],
            [0, 90, 90],
        ),
    ],
)
def test_the_counterexamples_hold_by_hand(counts, v, labels, sums):
    assert len(set(counts)) == len(counts) and direction_is_allowed(counts, v)
    assert by_hand(counts, v) == (labels, sums)


def test_the_searches_find_them():
    small = outcomes("KS25.LemB2")["small multisets"].counterexample
    assert (small["v"], small["c"], small["f"]) == ("(-1, 0)", "28", "(14, 28)")
    assert small["sums"] == "(28, 28)" and small["|S|"] == small["N"] == "2"
    rows = outcomes("KS25.LemB2")["sequences of one length"].counterexample
    assert [rows[f"X{i}"] for i in (1, 2, 3)] == ["(2, 2)", "(1, 1)", "(0, 2)"]
    assert (rows["A"], rows["sums"]) == ("(1, 0)", "(0, 90, 90)")
    least = outcomes("KS25.LemB2")["random multisets"].counterexample
    assert least["|S|"] == least["N"] == least["M"] == "2"


def test_the_direction_of_the_reference_is_found_too():
    aim = projected.target()
    found = [
        instance
        for instance in searches.small(counts=(2,), most=2, largest=5)
        if (aim.margin(instance) or 0) == -2
    ]
    assert Instance(((0, 1), (2, 0)), (Fraction(-3, 5), Fraction(4, 5))) in found


def refutes(shift):
    candidates = chain(
        searches.small(most=2),
        searches.aligned(),
        searches.meeting(shift, 16, 2),
        searches.meeting(shift),
    )
    return attacks.attacked(shift, candidates).answer is Answer.FAILS


@pytest.mark.parametrize("factor", [1, Fraction(6, 5), Fraction(13, 10)])
def test_too_small_a_repair_is_refuted(factor):
    assert refutes(lambda m, n, s: projected.repaired_shift(m, n, s, factor))


@pytest.mark.parametrize("factor", [1, Fraction(5, 4), Fraction(27, 20)])
def test_too_small_a_sharp_shift_is_refuted(factor):
    assert refutes(lambda m, n, s: projected.sharp_shift(m, n, s, factor**2))


def test_the_printed_shift_is_refuted_where_the_repairs_are_not():
    assert refutes(projected.printed_shift)
    assert not refutes(projected.repaired_shift)
    assert not refutes(projected.sharp_shift)


def test_two_in_place_of_four_is_no_false_variant():
    """2 M K + sqrt|S| is above the sharp shift as soon as N >= 2."""
    assert not refutes(lambda m, n, s: projected.repaired_shift(m, n, s, 2))
    # K >= 4 sqrt(pi), so (2 - sqrt 2) M K exceeds M.
    twice = 2 * proofs.M * proofs.K + proofs.S
    starts = {proofs.N: 2, proofs.M: 1, proofs.S: 1}
    found = positive_beyond(twice - proofs.SHARP, starts, "2 M K")
    assert found.answer is Answer.HOLDS


def test_without_the_condition_on_v_equal_cardinalities_come_too_close():
    v = (Fraction(20, 29), Fraction(21, 29))
    instance = Instance(((1, 0), (0, 1)), v)
    assert not projected.admissible(instance)
    assert instance.sums(projected.printed_shift) == (38, 39)
    # 1 is less than sqrt 2, and no shift changes it.
    low, high = instance.sums(projected.repaired_shift)
    assert high - low == 1


def test_fewer_tokens_than_n_minus_1_are_refuted():
    found = distinguishing.exhaustive(lambda number: number - 2, "N - 2", most=3)
    assert found.answer is Answer.FAILS
    held = distinguishing.exhaustive(lambda number: number - 1, "N - 1")
    assert held.answer is Answer.HOLDS and held.margin == "0"


def test_fewer_random_labels_are_refuted():
    sizes = drawn.many_pairs()
    claimed = drawn.target(lambda n, s: n, lambda n, s, k: Fraction(1, 2))
    found = drawn.searched(claimed, sizes, "N labels")
    assert found.answer is Answer.FAILS
    assert found.counterexample["success"] == "2/9"
    none = drawn.target(lambda n, s: n - 1, lambda n, s, k: Fraction(1, 10**9))
    singles = drawn.searched(none, ((2, 2, 1), (3, 3, 1)), "N - 1 labels")
    assert singles.answer is Answer.FAILS


def test_fewer_labels_are_not_spread():
    sizes = ((2, 2, 2),)
    aim = drawn.target(
        lambda n, s: n, lambda n, s, k: Fraction(1, 10**9), projected.claimed
    )
    assert drawn.searched(aim, sizes, "N labels").answer is Answer.FAILS


def planes(ratio, points):
    aim = projection.plane_target(ratio)
    return attack.outcome(aim, attack.search(aim, points), "ratio").answer


def test_false_ratios_are_refuted():
    pairs = projection.grid_points((2,), 3)
    four = planes(lambda n, d: projection.printed(n, d) * 4, pairs)
    assert four is Answer.FAILS
    hexagons = list(projection.random_points(6, 800, 1))
    linear = planes(lambda n, d: projection.printed(n, d) * n, hexagons)
    assert linear is Answer.FAILS
    assert planes(projection.printed, hexagons) is Answer.HOLDS


def test_a_third_more_is_no_false_variant_of_the_ratio():
    """The printed constant has a factor pi/2 to spare, so 1.3 is still true."""
    points = projection.grid_points((2, 3, 4), 4)
    more = planes(lambda n, d: projection.printed(n, d) * Fraction(13, 10), points)
    assert more is Answer.HOLDS


def test_best_ratio_of_known_figures():
    square = ((0, 0), (0, 1), (1, 0), (1, 1))
    best, lines = projection.best_in_plane(square)
    # Four directions 45 degrees apart: sin(22.5 degrees).
    assert lines == 4 and (best * best * 4 - 2 + Ball.of(2).sqrt()).contains(0)
    assert float(projection.best_in_plane(((0, 0), (3, 4)))[0]) == 1
