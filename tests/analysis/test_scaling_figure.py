"""The figure shows the points, the laws, the theory, and says what is undecided."""

from math import log

import pytest

from memcap.analysis import scaling_figure, style
from memcap.analysis.scaling_bootstrap import Resampling
from memcap.analysis.scaling_fits import compare
from memcap.core.errors import DataError
from tests.analysis.scaling_data import SHORT, known, laddered

LINES = {"theorem": lambda n: 40 * n**0.5}


@pytest.fixture(scope="module")
def points():
    cut = laddered(lambda n: n**0.5 * log(n), 0.2, 0, SHORT, rungs=(9, 13))
    return [*cut, *known(lambda n: n**0.5 * log(n), 0.2, 1, SHORT, seeds=1)]


@pytest.fixture(scope="module")
def found(points):
    return compare(points, Resampling(seed=0, resamples=200), symbol="nN")


def test_drawn_the_same_twice(found, points):
    one, two = (
        style.to_svg(scaling_figure.growth(found, points, LINES), "growth")
        for _ in range(2)
    )
    assert one == two


def test_every_point_and_line_is_there(found, points):
    ax = scaling_figure.growth(found, points, LINES).axes[0]
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    for kind, number in found.points.items():
        assert number > 0
        middles = [p.middle for p in points if p.censoring == kind]
        assert list(drawn[kind]) == middles
    curves = [
        line.get_ydata().tolist() for line in ax.lines if len(line.get_xdata()) == 64
    ]
    assert len(curves) == len(LINES) + len(found.fits)
    for fit in found.fits:
        assert any(y[-1] == pytest.approx(fit.at(found.sizes[1])) for y in curves)
    assert any(y[0] == pytest.approx(40 * SHORT[0] ** 0.5) for y in curves)
    arrows = [text for text in ax.texts if text.arrow_patch is not None]
    assert len(arrows) == found.points["above"] + found.points["below"]


def test_the_caption_carries_counts_and_verdict(found):
    text = scaling_figure.caption(found, LINES)
    assert text.endswith(found.verdict)
    assert "(nN)^1/2 log(nN)" in text and "Grey: theorem." in text
    assert f"failed on the whole ladder ({found.points['above']})" in text
    assert f"{found.exponent.value:.2f}" in scaling_figure.takeaway(found)


def test_other_points_than_those_compared_are_refused(found, points):
    with pytest.raises(DataError, match="pass the points that were compared"):
        scaling_figure.growth(found, points[1:], LINES)
