"""Exact numbers: length, text in one spelling, square roots compared by square."""

from fractions import Fraction
from itertools import product
from math import inf, isqrt, nan

import numpy as np
import pytest
from flint import fmpq, fmpz
from hypothesis import given, settings
from hypothesis import strategies as st

from memcap.core.errors import DataError
from memcap.core.exact import SquareRoot, bits, exact, from_text, to_flint, to_text

EDGES = [0, 1, 2, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64]
EDGES += [-x for x in EDGES] + [2**200]
INTEGERS = st.one_of(
    st.integers(), st.integers(-(2**70), 2**70), st.sampled_from(EDGES)
)
NUMBERS = st.one_of(
    INTEGERS,
    st.builds(Fraction, INTEGERS, st.integers(1, 2**80)),
    st.builds(lambda p, k: Fraction(p, 1 << k), INTEGERS, st.integers(0, 300)),
).map(exact)
DERANDOMIZED = settings(derandomize=True, deadline=None, max_examples=200)


@DERANDOMIZED
@given(NUMBERS)
def test_text_is_read_back(value):
    found = from_text(to_text(value))
    assert found == value and type(found) is type(value)
    assert to_text(value).isascii()


@DERANDOMIZED
@given(st.text("0123456789abcdefx/^-+_ 2", max_size=8))
def test_a_text_is_refused_or_the_only_one(text):
    try:
        value = from_text(text)
    except DataError:
        return
    assert to_text(value) == text


@pytest.mark.parametrize("value", EDGES)
def test_edge_values(value):
    assert from_text(to_text(value)) == value
    assert exact(value) is value or exact(value) == value
    assert int(to_flint(value)) == value
    assert to_text(value).startswith(("0x", "-0x")) == (abs(value) >= 2**63)
    third = Fraction(value, 3) if value % 3 else Fraction(value * 3 + 1, 3)
    assert from_text(to_text(third)) == third


def test_examples_of_texts():
    assert to_text(2**63 - 1) == "9223372036854775807"
    assert to_text(2**63) == "0x8000000000000000"
    assert to_text(1 - 2**63) == "-9223372036854775807"
    assert to_text(-(2**63)) == "-0x8000000000000000"
    assert to_text(Fraction(-3, 8)) == "-3/2^3"
    assert to_text(Fraction(1, 3 * 2**63)) == "1/0x18000000000000000"


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "+1", "01", "00", "-0", "-01", "1_0", "_1", "1 ", " 1", "1\n"),
        *("0x1", "0X8000000000000000", "0x08000000000000000", "0b1", "0o7", "1e3"),
        *("9223372036854775808", "-9223372036854775808", "0x800000000000000A"),
        *("1.0", "1.5", ".5", "nan", "inf", "Infinity", "None", "True", "١", "２"),
        *("2/4", "1/1", "4/2", "0/3", "1/-2", "1/0", "-1/-3", "1/2", "1/4", "/2", "1/"),
        *("1/2^0", "1/2^-1", "1/2^01", "1/2^+1", "2/2^1", "1/2^", "1/2^1_0", "1/2^ 1"),
        *("1/3/2", "1//3", "1/2^2^1", "1/0x3", "1/3_3", "2^3", "1/ 3", "3^2"),
        *("1/2^999999999999999999999", "1/2^99999999999", "1/2^268435457"),
        *("9" * 5000, "1/" + "9" * 5000, "1/2^" + "9" * 5000),
    ],
)
def test_other_spellings_are_refused(text):
    with pytest.raises(DataError):
        from_text(text)


@pytest.mark.parametrize("value", [None, 1, 1.0, True, b"1", ["1"], {"1": 1}])
def test_only_texts_are_read(value):
    with pytest.raises(DataError, match="not a text"):
        from_text(value)


@DERANDOMIZED
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_the_dyadic_numbers_they_are(value):
    found = exact(value)
    assert found == value and float(found) == value
    assert found.denominator & (found.denominator - 1) == 0
    assert type(found) is (int if value == int(value) else Fraction)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int8(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.float32(0.1), Fraction(13421773, 2**27)),
        (np.float16(0.5), Fraction(1, 2)),
        (-0.0, 0),
        (5e-324, Fraction(1, 2**1074)),
        (Fraction(6, 3), 2),
        (fmpz(2**70), 2**70),
        (fmpq(4, 6), Fraction(2, 3)),
        (fmpq(4, 2), 2),
        ("-7/2^3", Fraction(-7, 8)),
    ],
)
def test_every_number_type_enters_exactly(value, expected):
    found = exact(value)
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize(
    "value",
    [nan, inf, -inf, np.float32(nan), np.float64(inf)]
    + [True, False, np.True_, None, 1j, [1], (1, 2), b"1", object()],
)
def test_what_is_no_number_is_refused(value):
    with pytest.raises(DataError):
        exact(value)


def test_bits_by_hand():
    lengths = {0: 0, 1: 1, 7: 3, 8: 4, 2**63 - 1: 63, 2**63: 64, 2**64: 65}
    for value, length in lengths.items():
        assert bits(value) == bits(-value) == length
    # 101.1 in binary has three digits before the point and one after it.
    assert bits(Fraction(11, 2)) == 4
    assert bits(Fraction(1, 2**100)) == 100
    assert bits(Fraction(-5, 3)) == 3 + 2


@DERANDOMIZED
@given(INTEGERS, st.integers(0, 90))
def test_bits_of_a_dyadic_number_are_its_written_digits(top, shift):
    value = exact(Fraction(top, 1 << shift))
    digits = bits(value)
    places = value.denominator.bit_length() - 1
    # Both parts fit into their places, and no fewer places would do.
    assert abs(value) < 2 ** (digits - places)
    assert digits == places or abs(value) >= 2 ** (digits - places - 1)


@DERANDOMIZED
@given(st.fractions(min_value=0), st.fractions())
def test_square_roots_are_ordered_as_reals(square, other):
    root = SquareRoot(square)
    # sqrt(s) < x exactly when x > 0 and s < x^2, and likewise for the others.
    assert (root < other) == (other > 0 and square < other**2)
    assert (root > other) == (other < 0 or square > other**2)
    assert (root == other) == (other >= 0 and square == other**2)
    assert (root <= other) == (not root > other)
    assert (root >= other) == (not root < other)
    assert (other < root) == (root > other) and (other == root) == (root == other)


def test_square_roots_against_the_nearest_floats():
    for n in range(2, 60):
        if isqrt(n) ** 2 == n:
            continue
        below, above = np.nextafter(n**0.5, [0, np.inf]).tolist()
        root = SquareRoot(n)
        assert below < root < above
        assert root != n**0.5
        assert (root < n**0.5) == (Fraction(n**0.5) ** 2 > n)


def test_square_roots_among_each_other():
    squares = [0, Fraction(1, 3), 1, Fraction(9, 4), 2, 2**130 + 1]
    for a, b in product(squares, repeat=2):
        left, right = SquareRoot(a), SquareRoot(b)
        assert (left < right, left == right) == (a < b, a == b)
        assert left != right or hash(left) == hash(right)
    assert {SquareRoot(9), 3} == {3}
    assert SquareRoot(Fraction(4, 9)).rational == Fraction(2, 3)
    assert SquareRoot(2).rational is None


def test_square_root_of_a_negative_number_is_refused():
    with pytest.raises(DataError, match="no real square root"):
        SquareRoot(-1)


def test_square_root_as_a_float_beyond_the_range_of_its_square():
    assert float(SquareRoot(Fraction(1, 10**400))) == 1e-200
    assert float(SquareRoot(10**400)) == 1e200
    assert float(SquareRoot(0)) == 0.0
    for n in (2, 3, 10, Fraction(1, 7)):
        assert float(SquareRoot(n)) == pytest.approx(float(n) ** 0.5, rel=1e-15)


def test_numbers_of_many_thousand_digits():
    # str and int refuse more than 4,300 decimal digits.
    for value in (10**5000, -(10**5000), Fraction(1, 10**5000), Fraction(7, 2**20000)):
        assert from_text(to_text(value)) == value
