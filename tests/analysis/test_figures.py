"""Figures show what the records say, the same way each time."""

import pytest

from memcap.analysis import figures, style
from memcap.analysis.captions import CAPTIONS
from memcap.core.errors import DataError


@pytest.mark.parametrize("name", figures.FIGURES)
def test_every_figure_is_drawn_the_same_twice_and_has_a_caption(records, name):
    first = style.to_svg(figures.FIGURES[name](records), name)
    again = style.to_svg(figures.FIGURES[name](records), name)
    assert first == again
    assert CAPTIONS[name].endswith(".")


@pytest.mark.parametrize("name", figures.FIGURES)
def test_one_network_is_enough_and_none_is_refused(records, name):
    assert figures.FIGURES[name](records[:2]).get_suptitle()
    with pytest.raises(DataError, match="no constructed network"):
        figures.FIGURES[name](records[5:])


def test_the_curves_are_the_numbers_of_the_records(records):
    ax = figures.parameters(records).axes[0]
    drawn = [line.get_ydata().tolist() for line in ax.lines]
    assert [record.counts["nonzero"] for record in records[1:5]] in drawn
    assert [record.counts["nonzero"] for record in records[5:9]] in drawn
    theory = [r.results["bounds"][0]["float"] for r in records[1:5]]
    assert theory in drawn


def test_the_bars_add_up_to_all_parameters(records):
    ax = figures.parts(records).axes[0]
    tops = [p.get_y() + p.get_height() for p in ax.patches if p.get_x() > 2.5]
    assert max(tops) == records[4].counts["nonzero"]


def test_no_figure_touches_the_settings(records):
    import matplotlib

    before = dict(matplotlib.rcParams)
    figures.bits(records)
    assert dict(matplotlib.rcParams) == before


def test_labels_are_pushed_apart_and_stay_in_order():
    placed = style.spread([0.1, 0.1, 0.12, 0.5, 0.9], 0.06)
    gaps = [b - a for a, b in zip(placed, placed[1:], strict=False)]
    assert min(gaps) >= 0.06 - 1e-12
    assert placed[3:] == [0.5, 0.9]


def test_inline_svg_is_named_and_follows_the_text_colour(records):
    svg = style.to_svg(figures.seconds(records), "seconds")
    body = style.inline(svg, 'verify "all" <labels>')
    assert body.startswith('<svg role="img" aria-label="verify &quot;all&quot; &lt;')
    assert "currentColor" in body and style.INK not in body
    assert "<metadata>" not in body and "DOCTYPE" not in body
