"""The operator on arrays, tracers and balls: identities, gradients, extreme values."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from memcap.core.balls import Ball, Truth, less
from memcap.core.errors import DataError
from memcap.core.exact import SquareRoot
from memcap.theory import boltzmann

VECTORS = (
    [0],
    [3, 3, 3],
    [-5, 0, 5],
    [Fraction(1, 3), Fraction(-2, 7), 4, 4],
    [10**6, 10**6 - 1, -(10**6)],
)


def plain(vector):
    """The definition in floats, for small entries."""
    powers = np.exp(np.array(vector, dtype=float))
    shares = powers / powers.sum()
    return shares, float(shares @ np.array(vector, dtype=float))


def test_the_definition_on_small_entries():
    vector = np.array([0.3, -1.2, 2.5, 0.3])
    shares, value = plain(vector)
    assert boltzmann.operator(vector) == pytest.approx(value, rel=1e-15)
    assert boltzmann.entropy(vector) == pytest.approx(-(shares * np.log(shares)).sum())
    derivative = shares * (1 + vector - value)
    assert boltzmann.gradient(vector) == pytest.approx(derivative, rel=1e-14)


def test_identities_in_symbols():
    sympy = pytest.importorskip("sympy")
    a = sympy.symbols("a1:4", real=True)
    total = sum(sympy.exp(x) for x in a)
    shares = [sympy.exp(x) / total for x in a]
    boltz = sum(x * p for x, p in zip(a, shares, strict=True))
    lse = sympy.log(total)
    entropy = -sum(
        p * (x - lse) for x, p in zip(a, shares, strict=True)
    )  # ln p_i = a_i - lse
    assert sympy.simplify(boltz - (lse - entropy)) == 0
    for x, p in zip(a, shares, strict=True):
        derivative = sympy.diff(boltz, x)
        assert sympy.simplify(derivative - p * (1 + x - boltz)) == 0
        assert sympy.simplify(derivative - p * (1 + (x - lse) + entropy)) == 0


@pytest.mark.parametrize("vector", VECTORS)
def test_identities_in_balls(vector):
    boltz = boltzmann.operator(vector, precision=200)
    lse = boltzmann.log_sum_exp(vector, precision=200)
    entropy = boltzmann.entropy(vector, precision=200)
    difference = lse - entropy - boltz
    assert difference.contains(0)
    assert less(difference.maximum(-difference), Fraction(1, 2**170)) is Truth.TRUE
    slopes = boltzmann.gradient(vector, precision=200)
    total = sum(slopes, Ball.of(-1, 200))
    assert total.contains(0)
    logarithms = [Ball.of(x, 200) - lse for x in vector]
    for slope, log_share in zip(slopes, logarithms, strict=True):
        other = log_share.exp() * (log_share + entropy + 1)
        assert (slope - other).contains(0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_results_lie_at_the_ball(dtype):
    rng = np.random.default_rng(0)
    for scale in (1, 30, 1e4):
        x = rng.uniform(-scale, scale, size=7).astype(dtype)
        ball = float(boltzmann.operator(list(x), precision=128))
        found = boltzmann.operator(x)
        assert found.dtype == dtype
        assert abs(float(found) - ball) <= 8 * np.finfo(dtype).eps * scale


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_values_stay_finite(dtype):
    largest = np.finfo(dtype).max
    x = np.array([[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [largest / 2, 0, 1]], dtype=dtype)
    assert np.isfinite(boltzmann.gradient(x)).all()
    assert boltzmann.operator(x).tolist() == [1e4, -1e4, float(dtype(largest / 2))]
    assert boltzmann.entropy(x)[0] == 0
    assert boltzmann.entropy(x)[1] == pytest.approx(np.log(3), rel=1e-6)


def test_absent_entries_and_axes():
    x = np.array([[1.0, -np.inf], [2.5, 0.5]])
    assert boltzmann.operator(x)[0] == 1
    assert boltzmann.gradient(x)[0].tolist() == [1, 0]
    assert boltzmann.operator(x, axis=0)[1] == 0.5
    assert boltzmann.operator(x, axis=0).shape == (2,)
    assert boltzmann.gradient(x, axis=0)[0, 1] == 0


def test_exact_entries_of_every_kind():
    objects = np.array([Fraction(1, 2), 3], dtype=object)
    assert str(boltzmann.operator(objects)) == str(boltzmann.operator((0.5, 3)))
    roots = boltzmann.operator([SquareRoot(9), Ball.of(Fraction(1, 2))], precision=64)
    assert (roots - boltzmann.operator([Fraction(1, 2), 3])).contains(0)
    assert boltzmann.operator([7, 7], precision=300).precision == 300


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([], "undefined"),
        (["x"], "not an exact number"),
        ([float("nan")], "not a finite number"),
        (np.array([1, 2]), "cast it to a float"),
        (np.array(1.0), "no vector"),
        (np.zeros((2, 0)), "no vector"),
        (5, "neither an array nor a list"),
    ],
)
def test_what_is_refused(entries, words):
    with pytest.raises(DataError, match=words):
        boltzmann.operator(entries)
    with pytest.raises(DataError, match="axis 2"):
        boltzmann.operator([1, 2], axis=2)


def test_no_framework_is_imported():
    code = (
        "import sys, memcap.theory.boltzmann, memcap.theory.hardmax; "
        "print(sorted({'jax', 'flax', 'sympy'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]"
