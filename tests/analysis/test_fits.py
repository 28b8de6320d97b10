"""A known exponent comes back; what has no slope is refused."""

import numpy as np
import pytest

from memcap.analysis.fits import power_law
from memcap.core.errors import DataError


@pytest.mark.parametrize("slope", [0.5, 1.0, 2.08])
def test_an_exact_power_law_is_recovered(slope):
    x = [100.0 * 2**i for i in range(6)]
    fit = power_law(x, [7 * v**slope for v in x])
    assert fit.slope == pytest.approx(slope, abs=1e-9)
    assert fit.at(333.0) == pytest.approx(7 * 333.0**slope, rel=1e-9)
    assert fit.interval[1] - fit.interval[0] < 1e-6


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    x = np.geomspace(10, 10**4, 12)
    covered = 0
    for _ in range(200):
        # The noise grows along the ladder, which plain least squares ignores.
        noise = rng.normal(size=12) * np.linspace(0.02, 0.4, 12)
        low, high = power_law(x.tolist(), (x**0.6 * np.exp(noise)).tolist()).interval
        covered += low <= 0.6 <= high
    assert 170 <= covered <= 199


def test_the_interval_is_hc3_by_its_formula():
    x, y = np.log([2.0, 3, 5, 9, 20]), np.array([1.0, 1.7, 1.9, 3.1, 3.9])
    design = np.stack([np.ones(5), x], axis=1)
    bread = np.linalg.inv(design.T @ design)
    residual = y - design @ (bread @ design.T @ y)
    leverage = np.einsum("ij,jk,ik->i", design, bread, design)
    meat = design.T @ np.diag((residual / (1 - leverage)) ** 2) @ design
    half_width = 3.182446305284263 * np.sqrt((bread @ meat @ bread)[1, 1])
    fit = power_law(np.exp(x).tolist(), np.exp(y).tolist())
    assert (fit.interval[1] - fit.interval[0]) / 2 == pytest.approx(half_width)


def test_few_points_are_said_to_be_few():
    x = [1.0, 2.0, 4.0]
    assert "rough" in power_law(x, [1.0, 2.1, 3.9]).sentence
    many = [float(i) for i in range(1, 20)]
    assert "rough" not in power_law(many, many).sentence


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1.0, 2.0], [1.0, 2.0], "three different sizes, not 2"),
        ([1.0, 1.0, 2.0, 2.0], [1.0] * 4, "three different sizes, not 2"),
        ([1.0, 2.0, 3.0], [1.0, 0.0, 2.0], "0.0 has no logarithm"),
        ([1.0, 2.0, -3.0], [1.0, 1.0, 2.0], "-3.0 has no logarithm"),
        ([1.0, 2.0, 3.0], [1.0, float("nan"), 2.0], "nan has no logarithm"),
        ([1.0, 2.0, 3.0], [1.0, 2.0], "3 values of x"),
    ],
)
def test_what_has_no_slope_is_refused(x, y, message):
    with pytest.raises(DataError, match=message):
        power_law(x, y)
