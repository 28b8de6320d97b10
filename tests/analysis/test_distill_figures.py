"""Figures and pages of distillation: what they show is what the summary holds."""

import pytest

from memcap.analysis import distill_figures, style
from memcap.analysis.distill_lens import lens
from memcap.analysis.distill_rows import check
from memcap.analysis.distill_summary import summarize
from memcap.analysis.report import distill, distill_page
from memcap.core.errors import DataError
from tests.analysis.distill_records import BELOW, EQUAL, PEAK, TEACHERS, study
from tests.analysis.test_report import _Balance

STUDENTS = (6_848, 25_984, 101_120)


def _summary(*arguments, **changes):
    return summarize([check(one) for one in study(*arguments, **changes)])


@pytest.fixture(scope="module")
def three():
    gains = dict(zip(STUDENTS, (BELOW, PEAK, EQUAL), strict=True))
    return _summary(gains, students=STUDENTS)


@pytest.fixture(scope="module")
def page(three):
    return distill.page(three.runs)


@pytest.fixture(scope="module")
def html(page):
    return distill_page.html(page)


DRAWN = {
    "map": lambda summary: distill_figures.gain_map(summary, "all_correct"),
    "size": lambda summary: distill_figures.by_size(summary, "all_correct"),
    "estimands": distill_figures.estimands,
    "lens": lambda summary: lens(summary, "all_correct"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_is_drawn_the_same_twice(three, name):
    first = style.to_svg(DRAWN[name](three), name)
    assert first == style.to_svg(DRAWN[name](three), name)


def test_the_map_tells_every_gain_its_sign_and_its_interval(three):
    figure = distill_figures.gain_map(three, "all_correct")
    shown = [text.get_text() for text in figure.axes[0].texts]
    for cell in three.of("all_correct"):
        sign = {1: "▲", -1: "▼", 0: "·"}[cell.direction]
        assert f"{sign} {cell.levels.gain:+.3f}" in shown
        ends = cell.levels.seeds
        assert f"[{ends.low:+.3f}, {ends.high:+.3f}]" in shown
    assert figure.get_suptitle() == (
        "10 of 15 pairs gain over the undistilled student, 5 lose"
    )


def test_colours_follow_the_sign():
    assert distill_figures._shade(0.0) == (1.0, 1.0, 1.0)
    red, _, blue = distill_figures._shade(1.0)
    assert blue > red
    red, _, blue = distill_figures._shade(-1.0)
    assert red > blue


def test_the_title_is_the_verdict_of_the_gap_test(three):
    title = distill_figures.by_size(three, "all_correct").get_suptitle()
    assert title.startswith("Capacity gap detected in 1 of 3") and "25,984" in title
    flat = distill_figures.by_size(
        _summary(EQUAL, arms=("all_correct",)), "all_correct"
    ).get_suptitle()
    assert flat == "Capacity gap not detected (flat)"
    alone = distill_figures.by_size(
        _summary(PEAK, seeds=1, arms=("all_correct",)), "all_correct"
    )
    assert alone.get_suptitle().endswith("was not tested")


def test_the_curve_is_the_means_and_the_dots_are_the_runs(three):
    figure = distill_figures.by_size(three, "all_correct")
    for ax, student in zip(figure.axes, three.students, strict=True):
        own = [c for c in three.of("all_correct") if c.student == student]
        drawn = [list(line.get_ydata()) for line in ax.lines]
        by_size = sorted(own, key=lambda cell: cell.runs[0].size)
        assert [cell.levels.gain for cell in by_size] in drawn
        assert [run.gain for cell in by_size for run in cell.runs] in drawn


def test_estimands_have_a_panel_each(three):
    figure = distill_figures.estimands(three)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == [f"{arm}:\n{three.estimand(arm)}" for arm in three.arms]
    assert figure.get_suptitle().startswith("Descriptive")


def test_an_arm_that_was_not_run_is_refused():
    summary = _summary(PEAK, seeds=2, arms=("all_correct",))
    with pytest.raises(DataError, match="the arms are: all_correct"):
        distill_figures.gain_map(summary, "intersection")


def test_more_than_four_students_leave_panels_for_four():
    students = (1_000, 2_000, 3_000, 4_000, 5_000)
    gains = dict.fromkeys(students, EQUAL)
    arms = ("all_correct",)
    summary = _summary(gains, students=students, seeds=2, arms=arms)
    assert len(distill_figures.by_size(summary, "all_correct").axes) == 4


@pytest.mark.parametrize(("gains", "seeds"), [(PEAK, 3), (EQUAL, 1), (BELOW, 2)])
def test_the_page_is_one_well_formed_file_without_scripts(gains, seeds):
    runs = [check(one) for one in study(gains, seeds=seeds, arms=("all_correct",))]
    page = distill_page.html(distill.page(runs))
    parser = _Balance()
    parser.feed(page)
    assert parser.open == [] and parser.sources == []
    assert "<script" not in page and "@import" not in page and "url(http" not in page
    assert len(parser.ids) == len(set(parser.ids))
    assert page.startswith("<!doctype html>")


def test_the_page_opens_with_the_conclusion_then_the_baseline(three, page, html):
    assert page.conclusion == three.conclusion
    places = [
        html.index(part)
        for part in ('id="conclusion"', "Baseline: 15 undistilled", "Estimand: deploy")
    ]
    assert places == sorted(places)
    for word, _ in page.glossary:
        assert f"<dt>{word}</dt>" in html


def test_no_table_holds_two_estimands(three, page):
    gains = [t for s in page.sections for t in s.tables if t.name.startswith("gains-")]
    assert [t.name for t in gains[:3]] == [f"gains-{arm}" for arm in three.arms]
    for t in gains[:3]:
        assert len(t.rows) == len(STUDENTS) * len(TEACHERS)
        assert all(len(row) == len(t.columns) for row in t.rows)


def test_the_wording_of_a_null_result_is_that_of_the_protocol():
    runs = [check(one) for one in study(EQUAL, arms=("all_correct",))]
    text = distill_page.html(distill.page(runs)).lower()
    assert "not detected" in text and "95 % ci [" in text and "n needed" in text
    for phrase in ("no gap", "no difference", "no effect", "no gain"):
        assert phrase not in text


def test_names_in_records_cannot_write_html():
    runs = study(PEAK, seeds=2, arms=("all_correct",))
    for one in runs:
        one["task"] = "<b>chains</b>"
    page = distill_page.html(distill.page([check(one) for one in runs]))
    assert "&lt;b&gt;chains" in page and "<b>chains" not in page


def test_sizes_are_short():
    shown = [distill_figures._short(s) for s in (999, 6_848, 25_984, 101_120, 2.5e6)]
    assert shown == ["999", "6.85k", "26.0k", "101k", "2.50M"]
