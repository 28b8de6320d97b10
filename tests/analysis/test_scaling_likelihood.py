"""The maximum of the censored likelihood, against other ways to find it."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.stats import norm

from memcap.analysis.scaling_likelihood import maximise
from memcap.analysis.scaling_models import FREE, MODELS, ROOT
from memcap.analysis.scaling_points import Point, logs
from memcap.core.errors import DataError
from tests.analysis.scaling_data import known, laddered


def straightforward(data, model):
    """Negative logarithm of the likelihood in (t, log s), as the text has it."""

    def value(theta):
        s = np.exp(theta[-1])
        line = model.offset(data.x) + model.design(data.x) @ theta[:-1]
        total = 0.0
        for low, high, mean in zip(data.low, data.high, line, strict=True):
            if low == high:
                total += norm.logpdf(low, mean, s)
            else:
                total += np.log(norm.cdf(high, mean, s) - norm.cdf(low, mean, s))
        return -total

    return value


def mixed(seed):
    points = laddered(lambda n: 3 * n**0.6, 0.3, seed, rungs=(9, 14))
    points += known(lambda n: 3 * n**0.6, 0.3, seed + 1, seeds=1)
    assert {point.censoring for point in points} == {
        "exact",
        "interval",
        "above",
        "below",
    }
    return logs(points)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_newton_finds_what_a_general_optimizer_finds(model):
    data = mixed(0)
    found = maximise(data, model, np.ones((1, len(data.x))))
    theta = np.append(found.coefficients[0], np.log(found.scatter[0]))
    value = straightforward(data, model)
    assert value(theta) == pytest.approx(-found.log_likelihood[0], rel=1e-10)
    # From another place; Nelder-Mead uses no derivatives.
    options = {"maxiter": 20000, "maxfev": 20000, "xatol": 1e-9, "fatol": 1e-12}
    with np.errstate(divide="ignore"):
        other = minimize(value, theta + 0.05, method="Nelder-Mead", options=options)
    assert other.fun == pytest.approx(value(theta), abs=1e-8)
    assert other.x == pytest.approx(theta, abs=1e-4)


def test_without_censoring_it_is_least_squares():
    data = logs(known(lambda n: 5 * n**0.7, 0.2, seed=3))
    found = maximise(data, FREE, np.ones((1, len(data.x))))
    ols = sm.OLS(data.middle, sm.add_constant(data.x)).fit()
    assert found.coefficients[0] == pytest.approx(ols.params, rel=1e-9)
    assert found.log_likelihood[0] == pytest.approx(ols.llf, rel=1e-12)
    assert found.scatter[0] == pytest.approx(np.sqrt(ols.ssr / len(data.x)), rel=1e-8)


def test_a_weight_of_two_is_the_point_twice():
    points = laddered(lambda n: 3 * n**0.6, 0.3, 7, rungs=(9, 14))
    data, twice = logs(points), logs([*points, points[5], points[9]])
    weights = np.ones((3, len(data.x)))
    ordered = sorted(points, key=lambda p: (p.size, p.low, p.high, p.group))
    at = [ordered.index(points[i]) for i in (5, 9)]
    weights[1, at] += 1
    found = maximise(data, FREE, weights)
    direct = maximise(twice, FREE, np.ones((1, len(twice.x))))
    assert found.coefficients[1] == pytest.approx(direct.coefficients[0], abs=1e-6)
    assert found.log_likelihood[1] == pytest.approx(direct.log_likelihood[0])
    # Those maximised beside it are not touched by it.
    assert found.coefficients[0].tolist() == found.coefficients[2].tolist()


def test_a_line_inside_all_intervals_has_likelihood_one():
    points = [Point.between(4**k, 2**k / 1.5, 2**k * 1.5, group=k) for k in range(1, 8)]
    data = logs(points)
    found = maximise(data, ROOT, np.ones((1, 7)))
    assert found.log_likelihood[0] == pytest.approx(0, abs=1e-9)
    assert found.coefficients[0, 0] == pytest.approx(0, abs=1e-9)


def test_scatter_never_falls_below_rounding_to_whole_numbers():
    data = logs([Point.exact(2**k, 100 * 2**k, group=k) for k in range(1, 8)])
    found = maximise(data, FREE, np.ones((1, 7)))
    assert found.scatter[0] == pytest.approx(1 / (12**0.5 * 12800))
    assert found.coefficients[0, 1] == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Point.exact(1, 5, group=0), "size = 1 is not above 1"),
        (lambda: Point.exact(10, 0, group=0), "says nothing that has a logarithm"),
        (lambda: Point(10, 0, float("inf"), 0), "leave the point out"),
        (lambda: Point.between(10, 8, 4, group=0), "between 8 and 4 at size 10"),
        (lambda: Point.between(10, 8, 8, group=0), "both fails and succeeds"),
        (lambda: Point.exact(10, float("nan"), group=0), "no interval"),
    ],
)
def test_points_that_say_nothing_are_refused(make, message):
    with pytest.raises(DataError, match=message):
        make()
