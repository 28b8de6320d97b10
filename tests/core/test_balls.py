"""Balls: enclosures that hold, comparisons with three answers, precision restored."""

from fractions import Fraction

import pytest
from flint import ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from memcap.core.balls import Ball, Truth, at_most, decide, equal, floor, less
from memcap.core.errors import DataError, UndecidedError
from memcap.core.exact import SquareRoot

PRECISIONS = st.sampled_from([2, 8, 53, 64, 200])
LEAVES = st.one_of(
    st.integers(-(2**70), 2**70), st.fractions(max_denominator=10**6)
).map(lambda x: (Fraction(x), x))


def _combine(children):
    return st.tuples(st.sampled_from("+-*/mn"), children, children)


TREES = st.recursive(LEAVES, _combine, max_leaves=8)


def _evaluate(tree, precision):
    """Exact value (None where a divisor is 0) and ball of an expression."""
    if len(tree) == 2:
        return tree[0], Ball.of(tree[1], precision)
    operation, left, right = tree
    (a, x), (b, y) = _evaluate(left, precision), _evaluate(right, precision)
    if a is None or b is None or (operation == "/" and b == 0):
        return None, x
    return {
        "+": lambda: (a + b, x + y),
        "-": lambda: (a - b, x - y),
        "*": lambda: (a * b, x * y),
        "/": lambda: (a / b, x / y),
        "m": lambda: (max(a, b), x.maximum(y)),
        "n": lambda: (a**2 - b, x**2 - y),
    }[operation]()


@settings(derandomize=True, deadline=None, max_examples=150)
@given(TREES, PRECISIONS)
def test_a_ball_contains_the_exact_value(tree, precision):
    value, ball = _evaluate(tree, precision)
    if value is None:
        return
    assert ball.contains(value)
    # What a comparison decides is right, at whatever precision.
    assert less(ball, value) is not Truth.TRUE
    assert less(value, ball) is not Truth.TRUE
    assert equal(ball, value) is not Truth.FALSE
    if ball.value.is_finite():
        assert ball.lower <= value <= ball.upper


def test_functions_enclose_what_is_known_of_them():
    for precision in (8, 64, 300):
        two = Ball.of(2, precision)
        assert (two.sqrt() ** 2).contains(2)
        assert two.log().exp().contains(2)
        assert Ball.of(1024, precision).log2().contains(10)
        assert Ball.of(0, precision).exp().contains(1)
        assert Ball.of(SquareRoot(2), precision).lower ** 2 <= 2
        assert Ball.of(SquareRoot(2), precision).upper ** 2 >= 2
        assert (1 / (3 - Ball.of(2, precision)) * -1 + 1).contains(0)
    # 333/106 < pi < 355/113
    assert less(Fraction(333, 106), Ball.pi()) is Truth.TRUE
    assert less(Ball.pi(), Fraction(355, 113)) is Truth.TRUE


def test_contains_is_exact():
    third = Ball.of(Fraction(1, 3), 128)
    assert third.contains(Fraction(1, 3))
    assert not third.contains(Fraction(1, 3) + Fraction(1, 2**100))
    assert third.contains(third.lower) and third.contains(third.upper)
    assert not Ball.of(1).contains(Fraction(2**80 + 1, 2**80))


def test_more_precision_gives_a_smaller_ball():
    roots = [Ball.of(SquareRoot(2), precision) for precision in (32, 64, 128)]
    widths = [root.upper - root.lower for root in roots]
    assert widths[0] > widths[1] > widths[2] > 0
    assert widths[2] < Fraction(1, 2**120)


def test_comparisons_have_three_answers():
    wide = Ball.of(SquareRoot(2), 8)
    inside = (wide.lower + wide.upper) / 2
    assert less(wide, 2) is Truth.TRUE and less(2, wide) is Truth.FALSE
    assert less(wide, inside) is less(inside, wide) is Truth.UNDECIDED
    assert at_most(1, wide) is Truth.TRUE and at_most(wide, 1) is Truth.FALSE
    assert at_most(wide, inside) is Truth.UNDECIDED
    assert equal(wide, 2) is Truth.FALSE
    assert equal(wide, wide) is Truth.UNDECIDED
    assert equal(3, Ball.of(3)) is Truth.TRUE
    assert less(3, Ball.of(3)) is Truth.FALSE and at_most(3, 3) is Truth.TRUE
    assert less(SquareRoot(2), Fraction(3, 2)) is Truth.TRUE


def test_what_is_not_a_number_is_undecided():
    nowhere = Ball.of(-1).sqrt()
    for answer in (less(nowhere, 0), less(0, nowhere), at_most(0, nowhere)):
        assert answer is Truth.UNDECIDED
    assert equal(nowhere, nowhere) is Truth.UNDECIDED
    unbounded = Ball.of(1) / (Ball.of(SquareRoot(2)) - Ball.of(SquareRoot(2)))
    for ball in (nowhere, unbounded, Ball.of(1) / 0):
        assert ball.contains(0) and ball.contains(Fraction(-(10**99), 7))
        with pytest.raises(UndecidedError, match="unbounded"):
            _ = ball.lower
        with pytest.raises(UndecidedError, match="unbounded"):
            _ = ball.upper


@pytest.mark.parametrize("truth", list(Truth))
def test_a_truth_is_not_a_bool(truth):
    with pytest.raises(TypeError, match="three values"):
        bool(truth)
    assert ~~truth is truth


def test_a_truth_is_negated():
    assert ~Truth.TRUE is Truth.FALSE and ~Truth.UNDECIDED is Truth.UNDECIDED


def test_a_ball_has_no_truth_value_and_no_operators():
    ball = Ball.of(1)
    for wrong in (
        lambda: bool(ball),
        lambda: ball < 2,
        lambda: ball <= 2,
        lambda: ball > 0,
        lambda: ball >= 0,
        lambda: ball == 1,
        lambda: ball != 1,
        lambda: 2 > ball,
        lambda: hash(ball),
    ):
        with pytest.raises(TypeError):
            wrong()


def test_decide_raises_the_precision_as_far_as_needed():
    close = Fraction(141421356237309504880168872420969807856967, 10**41)
    asked = []

    def question(precision):
        asked.append(precision)
        return less(close, SquareRoot(2), precision)

    assert decide(question) is Truth.TRUE
    assert close**2 < 2 and asked == [64, 128, 256][: len(asked)] and len(asked) > 1
    assert decide(lambda p: less(SquareRoot(2), SquareRoot(2), p), limit=256) is (
        Truth.UNDECIDED
    )


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 2**200))
def test_floor_of_a_square_root_is_certified(n):
    if SquareRoot(n).rational is not None:
        n += 2 if n == 0 else 1
    whole = floor(lambda p: Ball.of(SquareRoot(n), p))
    assert whole**2 < n < (whole + 1) ** 2


def test_floor_of_negative_and_whole_numbers():
    assert floor(lambda p: -Ball.pi(p)) == -4
    assert floor(lambda p: Ball.of(-3, p)) == -3
    assert floor(lambda p: Ball.of(Fraction(-1, 3), p)) == -1
    # Needs more than the first precision: 10^30 pi has thirty digits before the point.
    assert floor(lambda p: Ball.pi(p) * 10**30) == 3141592653589793238462643383279


@pytest.mark.parametrize(
    "formula",
    [
        lambda p: Ball.of(SquareRoot(2), p) ** 2,
        lambda p: Ball.of(-1, p).sqrt(),
        lambda p: Ball.of(1, p) / 0,
    ],
)
def test_floor_never_guesses(formula):
    with pytest.raises(UndecidedError, match="512 bits"):
        floor(formula, limit=512)


def test_precision_of_flint_is_restored():
    before = ctx.prec
    ball = Ball.of(Fraction(1, 3), 300)
    _ = (ball + 1).log().exp().lower, Ball.pi(500), less(ball, 1, 700)
    assert ctx.prec == before

    def fails(_):
        raise ZeroDivisionError

    for wrong in (
        lambda: ball._apply(fails),
        lambda: Ball.of(float("nan"), 200),
        lambda: ball + "no number",
        lambda: (Ball.of(1, 300) / 0).lower,
    ):
        with pytest.raises((ZeroDivisionError, DataError, UndecidedError)):
            wrong()
        assert ctx.prec == before


def test_operations_keep_the_higher_precision():
    low, high = Ball.of(Fraction(1, 3), 32), Ball.of(Fraction(1, 3), 256)
    assert (low + high).precision == (high + low).precision == 256
    assert (high - high).upper < Fraction(1, 2**200)
    assert Ball.of(high, 64).precision == 256
