"""Lower bounds: their instances, their order, and complete small cases."""

from fractions import Fraction
from itertools import product
from math import comb, e, log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import memcap as mc
from memcap.core.exact import bits
from memcap.theory.bounds import get
from memcap.theory.bounds.ks25_hardmax import log_patterns
from memcap.theory.bounds.least import least
from memcap.theory.bounds.shattering import fewest, labellings, places

COUNTED = ("memcap.Shatter.points", "memcap.Shatter", "memcap.Shatter.any_places")


def value(name, count, length=16, classes=2, vocab=64):
    given = dict(num_samples=count, length=length, classes=classes, vocab=vocab)
    return get(name)(**given).exact


def plain_count(w, k, points, tokens, layers):
    """The inequality of the derivation once more, in floats."""
    free = log2(16 * e * points) + layers * log2(8 * e * tokens)
    return k * log2(3) + (w - k) * (k + free)


@pytest.mark.parametrize("layers", [0, 1, 3])
@pytest.mark.parametrize("points", [5, 300, 20_000])
def test_the_best_number_of_units_is_the_best_of_all(points, layers):
    for w in (1, 2, 7, 60, 150):
        counts = [plain_count(w, k, points, 4 * points, layers) for k in range(w + 1)]
        found = labellings(64, w, points, 4 * points, 2, layers)
        assert float(found) == pytest.approx(max(counts), rel=1e-12)


@pytest.mark.parametrize("points", [1, 2, 40, 1000, 10**5, 10**9])
def test_fewest_is_the_first_that_passes(points):
    for inputs in (None, 64):
        w = fewest(points, 8 * points, 2, 1, inputs)

        def there(size, inputs=inputs):
            more = 0 if inputs is None else float(places(64, size, inputs, 2))
            return float(labellings(64, size, points, 8 * points, 2, 1)) + more

        assert there(w) >= points
        assert w == 1 or there(w - 1) < points


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 10**12), st.integers(0, 10**9), st.sampled_from([2, 3, 16]))
def test_more_samples_never_need_fewer_numbers(count, more, classes):
    for name in (*COUNTED, "memcap.Shatter.every_token"):
        few = value(name, count, classes=classes)
        assert few <= value(name, count + more, classes=classes)
    assert (
        value(COUNTED[2], count) <= value(COUNTED[1], count) <= value(COUNTED[0], count)
    )


def test_the_count_is_about_twice_the_root():
    for name in COUNTED:
        assert 1.99e6 < value(name, 10**12) <= 2 * 10**6
    explicit = float(get("KS25.Thm4.2.explicit")(num_samples=10**6))
    assert value("KS25.Thm4.2.counted", 10**6) > 30 * explicit


def test_a_unit_gives_no_more_dichotomies_than_counted():
    """Every labelling that v R(w x + b) > 1/2 gives N points, from the ends it has."""
    xs = np.arange(1, 9)
    grid = np.array([Fraction(i, 4) for i in range(-40, 41)], float)
    w, b = (a.ravel() for a in np.meshgrid(grid, grid))
    hidden = np.maximum(w[:, None] * xs + b[:, None], 0)
    found = {row.tobytes() for v in (-8, 1, 8) for row in v * hidden > 0.5}
    # Half lines to the left and to the right, all and none: 2 N in all.
    assert len(found) == 2 * len(xs)
    assert log2(len(found)) <= float(labellings(64, 3, len(xs), len(xs)))


@pytest.mark.parametrize("count", [3, 5])
def test_all_labellings_written_down_take_as_many_numbers(count):
    """The largest network over all 2^N labellings, and all of them at fixed places."""
    tokens = np.arange(count)[:, None]
    sizes = []
    for labels in product((0, 1), repeat=count):
        ds = mc.data.from_arrays(tokens, list(labels))
        sizes.append(mc.count(mc.construct("compact_next_token", ds).weights).nonzero)
    assert max(sizes) >= value("memcap.Shatter", count, length=1)


@pytest.mark.parametrize("digits", [1, 2, 3, 4, 5])
def test_values_of_so_many_digits(digits):
    top = 1 << digits
    wide = {
        Fraction(p, 1 << s) for p in range(-top, top + 1) for s in range(digits + 1)
    }
    wide |= {Fraction(p, q) for p in range(-top, top + 1) for q in range(1, top)}
    held = {x for x in wide if bits(x) <= digits}
    assert top <= len(held) <= (3 * digits + 2) << digits


def test_numbers_of_bounded_length():
    one = get("Gen.Count.words")(num_samples=1000, classes=2, longest=10)
    assert one.exact == Fraction(200, 3)  # 32 * 2^10 values are 15 bits
    four = get("Gen.Count.words")(num_samples=1000, classes=4, longest=10)
    assert four.exact == 2 * one.exact
    assert get("Gen.Count")(num_samples=7, classes=4).exact == 14


@pytest.mark.parametrize(("count", "length"), [(10**6, 1), (1000, 16), (10**4, 128)])
def test_the_hard_attention_chain(count, length):
    closed = float(get("KS25.Thm4.3")(num_samples=count, length=length))
    whole = get("KS25.Thm4.3.least")(num_samples=count, length=length).exact

    def middle(w):
        return 3 * w * w * log2(48 * e * length**3 * count)

    assert middle(whole) >= length * count > middle(whole - 1)
    assert closed < whole
    shape = dict(dim=1, slots=1, head_size=1, heads=1, hidden=1)
    exact = get("KS25.Thm4.3.blocks")(num_samples=count, length=length, **shape).exact
    # The chain allows W blocks; a block of the smallest shape has 8 parameters.
    assert exact > whole and (exact - 2) % 8 == 0
    depth = (exact - 2) // 8
    needed = float(log_patterns(64, count, length, **shape, depth=depth))
    fewer = float(log_patterns(64, count, length, **shape, depth=depth - 1))
    assert fewer < count * length <= needed


def test_block_counts_stay_within_the_chain():
    """Sign vectors of all questions together, against W' log2(48 e n^3 N)."""
    for count, length, depth in product((50, 10**4), (2, 7), (1, 5, 40)):
        shape = dict(dim=2, slots=3, head_size=1, heads=2, hidden=4)
        total = float(log_patterns(64, count, length, **shape, depth=depth))
        block, before, exponents = 4 * 3 * 2 + 2 * 3 * 4 + 7, 6, 0
        for block_number in range(1, depth + 1):
            exponents += before + 12 + 6 + block_number * block
            before = 6 + block_number * block
        exponents += before + 3
        assert total <= exponents * log2(48 * e * length**3 * count)
        assert exponents <= 3 * (before + 3) ** 2


def test_least_of_a_late_test():
    assert [least(lambda w, t=t: w >= t) for t in range(1, 40)] == list(range(1, 40))
    assert comb(10, 5) == least(lambda w: w >= 252)
