"""Bits, counting, Cover's dichotomies and sign patterns: verdicts and planted slips."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy

from memcap.core.errors import DataError
from memcap.model.counting import count
from memcap.model.forward import forward
from proofs_check.checks.lower_bounds import (
    counted_patterns,
    counting,
    cover,
    tables,
    tiny_attacks,
    tiny_networks,
)
from proofs_check.methods import arrangements, rays, shattering
from proofs_check.statement import Answer, Level
from proofs_check.statements import lower_bounds, shattering_experiments
from tests.proofs_check.verdicts import assert_verdict, identifiers, outcomes

MODULES = (lower_bounds, shattering_experiments)
WANTED = {
    "Gen.Bits": "PROVED",
    "Gen.Shatter": "UNDECIDED",
    "Gen.Count": "PROVED",
    "memcap.CountDigits": "REFUTED",
    "memcap.Words": "PROVED",
    "Gen.Cover": "PROVED",
    "memcap.Shatter": "UNDECIDED",
    "memcap.ShatterAnyPlaces": "UNDECIDED",
}
D = Level.DEFAULT


def test_every_row_is_expected():
    assert set(identifiers(*MODULES)) == set(WANTED)


@pytest.mark.parametrize("identifier", WANTED)
def test_verdicts(identifier):
    assert_verdict(identifier, WANTED[identifier])


def test_a_table_meets_the_count_so_nothing_more_is_true():
    assert tables.attack_count(D).margin == "0"
    more_classes = tables.attack_count(D, more_classes=1)
    more_samples = tables.attack_count(D, more_samples=1)
    assert more_classes.answer is more_samples.answer is Answer.FAILS
    point = more_samples.counterexample
    needed = int(point["C"]) ** (int(point["N"]) + 1)
    assert int(point["states"]) < needed
    one_less = counting.pigeonhole(D, spare=-1)
    assert one_less.answer is Answer.FAILS


def test_digits_of_a_table_are_recounted():
    """4 ids, 3 classes: every labelling comes out, and six digits are the most."""
    point = outcomes("memcap.CountDigits")[
        "tables with entries -1, 0, 1"
    ].counterexample
    assert (point["N"], point["most digits"]) == ("4", "6")
    ids, digits, labellings = np.arange(4)[:, None], [], set()
    for entries in product((-1, 0, 1), repeat=4):
        net = tables.table(4, entries, 1)
        labellings.add(tuple(forward(net, ids).tolist()))
        digits.append(count(net).total_bits)
    assert len(labellings) == 3**4 > 2 ** max(digits) == 2**6


def test_too_few_values_of_b_digits():
    assert counting.listed_values(D, factor=1).answer is Answer.FAILS
    assert counting.values_of_length(5) == 261 > (5 + 2) << 5


def test_planted_slips_in_the_count_of_dichotomies():
    assert cover.half(D, points_per_weight=3).answer is Answer.FAILS
    slip = cover.enumeration(D, missing=1)
    assert slip.answer is Answer.FAILS
    n, d = int(slip.counterexample["N"]), int(slip.counterexample["d"])
    assert int(slip.counterexample["found"]) > arrangements.cell_count(n - 1, d)
    assert cover.enumeration(D).margin == cover.enumeration(D, sign=-1).margin == "0"


@pytest.mark.parametrize(("count_", "dim"), [(4, 2), (6, 3), (7, 2)])
def test_cells_against_random_directions(count_, dim):
    rng = np.random.default_rng(7)
    points = np.array(arrangements.drawn(rng, count_, dim))
    there = arrangements.cells(points.tolist())
    signs = np.sign(rng.integers(-(10**4), 10**4, size=(20_000, dim)) @ points.T)
    found = {tuple(row) for row in signs.tolist() if 0 not in row}
    assert found <= there and len(there) == arrangements.cell_count(count_, dim)
    assert all(tuple(-s for s in signs) in there for signs in there)


def test_faces_against_a_grid():
    forms = [[1, 0, 0], [0, 1, 0], [1, 1, -2]]
    xs = [Fraction(i, 3) for i in range(-12, 13)]
    found = {
        tuple(int(np.sign(a * x + b * y + c)) for a, b, c in forms)
        for x in xs
        for y in xs
    }
    assert found == arrangements.faces(forms)
    with pytest.raises(DataError, match="general position"):
        arrangements.faces([[1, 0, 0], [0, 1, 0], [1, 1, 0]])


def test_a_negative_polynomial_is_noticed():
    x, y = sympy.symbols("x y")
    holds = rays.nonnegative(x * y - x - y + 1, {x: 1, y: 1}, "holds")
    assert holds.answer is Answer.HOLDS
    fails = rays.nonnegative(x - 3 * y + 1, {x: 1, y: 1}, "fails")
    assert dict(fails.counterexample) == {"x": "1", "y": "1"}
    # Positive, but not by its coefficients.
    undecided = rays.nonnegative((x - y) ** 2, {x: 0, y: 0}, "a square")
    assert undecided.answer is Answer.OPEN


@pytest.mark.parametrize("family", list(tiny_networks.families()), ids=lambda f: f.name)
def test_families_are_their_records(family):
    rng = np.random.default_rng(2)
    drawn = rng.integers(-9, 10, size=(20, family.weights))
    fast = family.outputs(drawn, family.tokens)
    for row, outputs in zip(drawn.tolist(), fast.tolist(), strict=True):
        exact = forward(family.record(row), family.tokens)
        assert exact.reshape(-1).tolist() == outputs


def test_the_hard_block_is_its_record():
    family = tiny_networks.hard_family()
    drawn = np.random.default_rng(3).integers(-5, 6, size=(40, 10))
    fast = family.outputs(drawn, family.tokens)
    for row, outputs in zip(drawn.tolist(), fast.tolist(), strict=True):
        exact = forward(family.record(row), family.tokens).reshape(-1).tolist()
        # Outputs are doubled where a tie would halve them.
        assert [2 * y for y in exact] == outputs


def test_a_wrong_pattern_is_not_confirmed():
    family = next(tiny_networks.families())
    found = shattering.seen(family, shattering.values(family, 100), 1)
    swapped = dict(
        zip(found.witnesses, reversed(found.witnesses.values()), strict=True)
    )
    assert shattering.confirmed(family, found)
    assert not shattering.confirmed(family, shattering.Seen(1, 1, swapped))


def test_a_twentieth_of_the_count_is_too_little():
    slip = tiny_attacks.attack_patterns(D, share=Fraction(1, 20))
    assert slip.answer is Answer.FAILS


def test_links_of_the_count():
    for link in (counted_patterns.best_units, counted_patterns.free_places):
        assert link(D).answer is Answer.HOLDS
