"""Figures and pages of distillation: what they show is what the summary holds."""

import numpy as np
import pytest
from matplotlib.text import Text

from memcap.analysis import distill_figures, distill_lineup, style
from memcap.analysis.distill_lens import lens
from memcap.analysis.distill_rows import check
from memcap.analysis.distill_summary import summarize
from memcap.analysis.report import distill, distill_page
from memcap.core.errors import DataError
from tests.analysis.distill_records import (
    ARMS,
    BELOW,
    EQUAL,
    PEAK,
    TEACHERS,
    record,
    study,
    teacher,
)
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
        "Against the undistilled student 10 of 15 pairs show a gain, 5 a loss"
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
        drawn = [list(np.atleast_1d(line.get_ydata())) for line in ax.lines]
        by_size = sorted(own, key=lambda cell: cell.runs[0].size)
        assert [cell.levels.gain for cell in by_size] in drawn
        assert [run.gain for cell in by_size for run in cell.runs] in drawn


def test_estimands_have_a_panel_each(three):
    figure = distill_figures.estimands(three)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == [f"{arm}:\n{three.estimand(arm)}" for arm in three.arms]
    assert figure.get_suptitle().startswith("Descriptive")


@pytest.fixture(scope="module")
def apart():
    return _apart((0.02, 0.08, 0.05, 0.08, 0.05), sd=0)


def _apart(gains, sd):
    """Five sizes of one style; of the last size a terse one and one that samples."""
    rows, rng = study(gains, seeds=3, sd=sd), np.random.default_rng(0)
    for name, gain in (("terse", -0.06), ("warm", 0.03)):
        style_of = "terse" if name == "terse" else "full"
        own = teacher(TEACHERS[-1], 0.9, style=style_of)
        own |= {"name": name, "temperature": float(name == "warm")}
        rows += [
            record(gain, rng, seed=seed, arm=arm, teacher=own)
            for arm in ARMS
            for seed in range(3)
        ]
    return summarize([check(row) for row in rows])


@pytest.mark.parametrize("draw", ["size", "estimands"])
def test_only_a_series_is_joined_by_a_line(apart, draw):
    figure = DRAWN[draw](apart)
    for ax in figure.axes:
        lines = [ln for ln in ax.lines if ln.get_linestyle() == "-"]
        x = [np.atleast_1d(np.asarray(line.get_xdata(), float)) for line in lines]
        joined = [own for own in x if len(own) == len(TEACHERS)]
        assert joined and all((np.diff(own) > 0).all() for own in joined)
        places = {text.get_text() for text in ax.get_xticklabels()}
        assert {"terse", "warm"} < places and len(places) == len(TEACHERS) + 2
    known = [text.get_text() for text in figure.legends[0].get_texts()]
    assert {"by size: full", "terse", "warm"} < set(known)
    marks = {
        handle.get_marker()
        for handle, text in zip(figure.legends[0].legend_handles, known, strict=True)
        if text in ("terse", "warm")
    }
    assert len(marks) == 2


def test_teachers_that_size_does_not_order_are_not_joined():
    rows = study(PEAK, seeds=2, arms=("all_correct",))
    for row in rows:
        if row["teacher"] and row["teacher"]["parameters"] == TEACHERS[1]:
            row["teacher"] |= {"parameters": TEACHERS[2]}
    summary = summarize([check(row) for row in rows])
    found = distill_lineup.lineup(summary.of("all_correct"))
    assert found.series == () and len(found.apart) == len(TEACHERS)
    assert len(set(found.places.values())) == len(TEACHERS)
    for row in rows:
        if row["teacher"] and row["teacher"]["name"] == f"T{TEACHERS[1]}":
            row["teacher"] |= {"seed": 1}
    again = summarize([check(row) for row in rows]).of("all_correct")
    found = distill_lineup.lineup(again)
    x, gains = distill_lineup.means_by_place(found.lines(again)[0], found)
    assert found.apart == () and x == sorted({*TEACHERS} - {TEACHERS[1]})
    both = [c.levels.gain for c in again if c.runs[0].size == TEACHERS[2]]
    assert len(both) == 2 and sum(both) / 2 in gains


@pytest.mark.parametrize("draw", DRAWN)
def test_nothing_is_cut_at_the_edge(apart, draw):
    figure = DRAWN[draw](apart)
    style.to_png(figure)
    drawn, page = figure.get_tightbbox(), figure.get_size_inches()
    assert drawn.x0 >= 0 and drawn.y0 >= 0
    assert drawn.x1 <= page[0] and drawn.y1 <= page[1]


def test_names_in_the_lens_keep_clear_of_one_another(apart):
    figure = lens(apart, "all_correct")
    style.to_png(figure)
    shown = [t for t in figure.axes[0].texts if t.get_text()]
    assert len(shown) == len(apart.of("all_correct"))
    boxes = [Text.get_window_extent(t) for t in shown]
    boxes.sort(key=lambda box: box.y0)
    for under, over in zip(boxes, boxes[1:], strict=False):
        assert under.y1 <= over.y0 + 1


def test_the_titles_tell_of_shared_means(apart):
    title = distill_figures.estimands(apart).get_suptitle()
    high = f"T{TEACHERS[1]}, T{TEACHERS[3]}"
    assert title == f"Descriptive: {high} share the highest mean under every estimand"


def test_teachers_apart_are_not_said_to_lack_a_test():
    figure = distill_figures.by_size(_apart(EQUAL, sd=0.004), "all_correct")
    (panel,) = (ax.get_title(loc="left") for ax in figure.axes)
    assert panel.endswith("\ngap not detected (flat)")


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
    shown = [distill_lineup.short(s) for s in (999, 6_848, 25_984, 101_120, 2.5e6)]
    assert shown == ["999", "6.85k", "26.0k", "101k", "2.50M"]
