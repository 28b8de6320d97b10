"""Planted laws are recovered, and what data cannot decide is said to be undecided."""

import json
from math import log

import numpy as np
import pytest

from memcap.analysis.scaling_bootstrap import Resampling, interval
from memcap.analysis.scaling_enclosure import exponents, widest
from memcap.analysis.scaling_fits import compare
from memcap.analysis.scaling_models import FREE, MODELS, ROOT
from memcap.analysis.scaling_points import Point, logs
from memcap.analysis.scaling_results import rounded
from memcap.analysis.scaling_verdict import Scope, Standing, verdict
from memcap.core.errors import DataError
from tests.analysis.scaling_data import SHORT, SIZES, known, laddered, on_ladder

HOW = Resampling(seed=0, resamples=400)


def power(b):
    return lambda n: 4 * n**b


def root_log(n):
    return n**0.5 * log(n)


@pytest.mark.parametrize("b", [0.3, 0.5, 0.6, 1.0, 1.4])
@pytest.mark.parametrize("measure", [known, laddered])
def test_planted_exponents_lie_in_their_intervals(b, measure):
    found = compare(measure(power(b), 0.1, seed=1), HOW).exponent
    assert found.low <= b <= found.high
    assert found.low <= found.value <= found.high
    assert found.high - found.low < 0.2


def test_ends_of_the_ladder_do_not_bend_the_exponent():
    # A third of the points lie above the ladder; taken at its top they would flatten.
    points = laddered(power(0.8), 0.2, seed=2, seeds=5, rungs=(0, 17))
    found = compare(points, HOW)
    assert found.points["above"] >= len(points) // 4
    assert found.exponent.low <= 0.8 <= found.exponent.high
    cut = [Point.exact(point.size, point.middle, group=point.group) for point in points]
    assert compare(cut, HOW).exponent.high < 0.8


@pytest.mark.parametrize(
    ("law", "best"), [(power(0.5), "N^1/2"), (root_log, "N^1/2 log N"), (power(1), "N")]
)
def test_a_long_precise_ladder_decides_among_the_fixed_models(law, best):
    sizes = tuple(4.0**k for k in range(2, 14))
    found = compare(known(law, 0.03, seed=3, sizes=sizes), HOW)
    fixed = [fit for fit in found.fits if not fit.free]
    assert max(fixed, key=lambda fit: fit.weight).name == best
    assert all(fit.weight < 1e-6 for fit in fixed if fit.name != best)
    assert "too short" not in found.verdict and f"agree with {best} " in found.verdict
    assert "are ruled out" in found.verdict


def test_a_short_ladder_cannot_tell_the_logarithm_from_an_exponent():
    found = compare(known(root_log, 0.1, seed=4, sizes=SHORT), HOW)
    free = found.fit("N^b")
    assert min(found.fit("N^1/2 log N").weight, free.weight) > 0.05
    assert "too short to tell" in found.verdict
    assert "N^1/2 log N (weight" in found.verdict
    assert f"N^{free.exponent:.2f} (weight" in found.verdict


def test_no_listed_exponent_is_said_when_none_fits():
    found = compare(known(power(0.75), 0.03, seed=5), HOW)
    assert found.verdict.startswith("No fixed exponent that was compared fits")


def test_noise_decides_nothing():
    found = compare(known(power(0.6), 1.5, seed=6, sizes=SHORT), HOW)
    assert "apart" in found.verdict and "ruled out" not in found.verdict


def test_the_same_points_give_the_same_bytes_in_any_order():
    points = laddered(root_log, 0.2, seed=7, rungs=(6, 14))
    first = json.dumps(compare(points, HOW).as_dict(), allow_nan=False)
    assert json.dumps(compare(points[::-1], HOW).as_dict()) == first
    other = compare(points, Resampling(seed=1, resamples=400))
    assert other.exponent.value == compare(points, HOW).exponent.value
    assert other.exponent.low != compare(points, HOW).exponent.low


def test_weights_are_those_of_the_criterion():
    found = compare(known(power(0.6), 0.3, seed=8), HOW)
    assert sum(fit.weight for fit in found.fits) == pytest.approx(1, abs=1e-5)
    for fit in found.fits:
        q = 3 if fit.free else 2
        expected = -2 * fit.log_likelihood + 2 * q + 2 * q * (q + 1) / (24 - q - 1)
        assert fit.aicc == pytest.approx(expected, rel=1e-5)
        ratio = np.exp((found.fits[0].aicc - fit.aicc) / 2)
        assert fit.weight == pytest.approx(found.fits[0].weight * ratio, rel=1e-3)


def test_fits_are_evaluated_as_their_formula_says():
    found = compare(known(root_log, 0.1, seed=9), HOW)
    fit = found.fit("N^1/2 log N")
    assert fit.at(100.0) == pytest.approx(np.exp(fit.intercept) * 10 * log(100))
    with pytest.raises(DataError, match="no model 'N\\^2'"):
        found.fit("N^2")


def test_a_scatter_that_no_interval_shows_is_covered_by_all_lines_that_pass():
    # Bars of a factor 4: every exponent whose line passes through them is possible.
    points = [Point.between(n, n**0.5 / 2, n**0.5 * 2, group=str(n)) for n in SIZES]
    found = compare(points, HOW).exponent
    half = log(2) / (log(SIZES[-1] / SIZES[0]) / 2)
    assert exponents(logs(points), FREE) == pytest.approx((0.5 - half, 0.5 + half))
    assert found.enclosed and found.value == pytest.approx(0.5)
    assert (found.low, found.high) == (rounded(0.5 - half), rounded(0.5 + half))


def test_two_searches_on_both_sides_of_a_rung_show_scatter():
    # W <= 8 for one draw and W > 8 for the other: no line has both inside.
    both = [Point.between(n, 8, 16, group=f"up/{n}") for n in SIZES]
    both += [Point.between(n, 4, 8, group=f"down/{n}") for n in SIZES]
    assert widest(logs(both[: len(SIZES)]), FREE) is not None
    assert widest(logs(both), FREE) is None
    assert widest(logs(known(power(0.5), 0.1, seed=0)), FREE) is None


def test_points_of_one_group_are_drawn_together():
    # Seeds with exponents of their own: points alone would look far too sure.
    rng = np.random.default_rng(10)
    own = rng.normal(0.6, 0.1, size=8)
    points = [
        Point.exact(n, 100 * (n / 700) ** b, group=i)
        for i, b in enumerate(own)
        for n in SIZES
    ]
    low, high = interval(logs(points), FREE, HOW)
    apart = [Point.exact(p.size, p.high, group=f"{p.group}/{p.size}") for p in points]
    closer = interval(logs(apart), FREE, HOW)
    assert high - low > 1.5 * (closer[1] - closer[0])
    assert low <= own.mean() <= high


def coverage(draw, runs, resamples):
    hits = 0
    for run in range(runs):
        data = logs(draw(run))
        low, high = interval(data, FREE, Resampling(seed=run, resamples=resamples))
        hits += low <= 0.6 <= high
    return hits


def test_the_interval_covers_about_as_often_as_it_says():
    # 60 runs at 95 %: fewer than 52 hits happen once in 200 times.
    assert coverage(lambda run: known(power(0.6), 0.2, run, SHORT), 60, 200) >= 52


@pytest.mark.slow
@pytest.mark.parametrize(
    "draw",
    [
        lambda run: known(power(0.6), 0.15, run),
        lambda run: known(power(0.6), 0.15, run, seeds=1),
        lambda run: laddered(power(0.6), 0.3, run, ratio=2.0),
        lambda run: laddered(power(0.6), 0.3, run, ratio=1.25),
        lambda run: laddered(power(0.6), 0.3, run, rungs=(0, 15)),
    ],
    ids=["known", "one seed", "coarse ladder", "fine ladder", "cut ladder"],
)
def test_coverage_of_every_kind_of_censoring(draw):
    # 400 runs at 95 %: outside 364 to 396 once in about 300 times on each side.
    assert 364 <= coverage(draw, 400, 400) <= 396


def test_refusals():
    points = known(power(0.6), 0.1, seed=0)
    with pytest.raises(DataError, match="on 5 points; measure at least 6"):
        compare(points[:5], HOW)
    with pytest.raises(DataError, match="both sides at 2 sizes"):
        compare(points[:6], HOW)
    with pytest.raises(DataError, match="include 'N\\^b'"):
        compare(points, HOW, models=MODELS[:3])
    with pytest.raises(DataError, match="names of their own"):
        compare(points, HOW, models=(*MODELS, ROOT))
    one = [Point.exact(point.size, point.high, group=0) for point in points]
    with pytest.raises(DataError, match="1 groups are too few"):
        compare(one, HOW)
    with pytest.raises(DataError, match="take at least 100"):
        Resampling(seed=0, resamples=10)
    with pytest.raises(DataError, match="level = 1"):
        Resampling(seed=0, level=1.0)


def test_a_rung_is_open_below_and_closed_above():
    point = on_ladder(10.0, 64, 2.0, (0, 5), 0)
    assert (point.low, point.high) == (8, 16)
    assert on_ladder(40.0, 64, 2.0, (0, 5), 0).censoring == "above"
    assert on_ladder(0.7, 64, 2.0, (0, 5), 0).censoring == "below"


@pytest.mark.parametrize("weight, rivals", [(0.6, True), (0.4, False)])
def test_a_free_exponent_rivals_its_fixed_case_where_it_has_more_weight(weight, rivals):
    scope = Scope("N", 10, 100, low=0.4, high=0.6, level=0.95, groups=20)
    standings = [
        Standing(ROOT, "N^1/2", 1 - weight),
        Standing(FREE, "N^0.52", weight),
    ]
    said = verdict(standings, scope, evidence=20)
    assert ("too short to tell" in said) == rivals
    assert ("agree with N^1/2 (weight 0.60)" in said) != rivals
