"""The page and the figure of a comparison of evaluation logs."""

import numpy as np
import pytest

from memcap.analysis import style
from memcap.analysis.distill_compare_figure import figure
from memcap.analysis.report.distill_compare import page
from memcap.distill.compare import compare
from memcap.distill.importers import read_all

ITEMS = 200


def _runs(folder, name, right):
    lines = "".join(f"{i},{int(one)}\n" for i, one in enumerate(right))
    (folder / f"{name}.csv").write_text(f"id,correct\n{lines}")
    return list(read_all(folder / f"{name}.csv"))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A gain, a loss, and one that is neither; three seeds of each."""
    folder, rng = tmp_path_factory.mktemp("logs"), np.random.default_rng(0)
    before = rng.random(ITEMS) < 0.5
    after = []
    for name, share in (("gains", 0.4), ("loses", -0.4), ("stays", 0.005)):
        for seed in range(3):
            changed = rng.random(ITEMS) < abs(share) * (1 + 0.1 * seed)
            right = np.where(changed, share > 0, before)
            after += _runs(folder, f"{name}-seed{seed}", right)
    return compare(_runs(folder, "before", before), after, resamples=500)


def test_the_figure_has_a_row_for_every_recipe_in_their_order(found):
    drawn = figure(found)
    (ax,) = drawn.axes
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names == [row.recipe for row in found.recipes]
    top, bottom = ax.get_ylim()[1], ax.get_ylim()[0]
    assert top < 0 < len(names) - 1 < bottom
    low, high = ax.get_xlim()
    for row in found.recipes:
        assert low < row.levels.items.low and row.levels.items.high < high
    assert drawn.get_suptitle() == (
        "Against the undistilled student 1 of 3 recipes show a gain, 1 a loss"
    )
    style.to_png(drawn)
    box, size = drawn.get_tightbbox(), drawn.get_size_inches()
    assert box.x0 >= 0 and box.x1 <= size[0] and box.y0 >= 0 and box.y1 <= size[1]


def test_every_checkpoint_has_a_verdict_and_n_where_it_is_needed(found):
    checkpoints = next(s for s in page(found).sections if s.name == "runs")
    (table,) = checkpoints.tables
    place = {name: i for i, name in enumerate(table.columns)}
    verdicts = {"gains": "gain", "loses": "loss", "stays": "not"}
    for row in table.rows:
        verdict = row[place["verdict"]].text
        assert verdict.split()[0] == verdicts[row[place["recipe"]].text]
        assert (row[place["n needed"]].text == "–") == verdict.startswith(
            ("gain", "loss")
        )
    assert checkpoints.sentences == ("All: prompts not recorded.",)
