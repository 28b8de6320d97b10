"""Distilled students against themselves before."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from memcap.core.errors import DataError, ProtocolError
from memcap.distill.compare import compare
from memcap.distill.importers import Item, Run
from memcap.distill.recipes import over_seeds_p
from memcap.distill.statistics import (
    PairedTable,
    capacity_gap,
    mcnemar,
    newcombe,
    wilson,
)

WORKED = PairedTable(both=123, lost=26, won=54, neither=97)


def run(scores, model="student", prompt="p", **changes):
    items = tuple(
        Item(str(i), float(s), 1, None, None, prompt) for i, s in enumerate(scores)
    )
    values = {"task": "sums", "filter": "none", "metric": "correct", "items": items}
    return Run(**({"source": "plain", "model": model} | values | changes))


def worked():
    cells = (WORKED.both, WORKED.lost, WORKED.won, WORKED.neither)
    before, after = np.repeat([1, 1, 0, 0], cells), np.repeat([1, 0, 1, 0], cells)
    return run(before), run(after, "distilled")


def seeds(recipe, accuracies, items=200):
    """Runs of one recipe, right on so many of the first items."""
    return [
        run(np.arange(items) < round(share * items), f"{recipe}-seed{i}", seed=i)
        for i, share in enumerate(accuracies)
    ]


def test_the_worked_table():
    before, after = worked()
    row = compare(before, [after]).rows[0]
    assert (row.before, row.after) == (149 / 300, 177 / 300)
    assert row.comparison.mcnemar == mcnemar(WORKED)
    assert row.comparison.newcombe == newcombe(WORKED)
    assert row.comparison.bca.low == pytest.approx(0.0367, abs=0.005)
    assert row.detected and row.notes == ()
    assert row.sentence.startswith("distilled: gain +0.093 detected; 95 % CI [0.0")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=30))
def test_a_run_against_itself(scores):
    same = run(scores)
    row = compare(same, [same], resamples=200).rows[0]
    assert row.comparison.gain == 0 and row.comparison.p == row.adjusted == 1
    assert not row.detected and "not detected" in row.sentence


def test_the_baseline_is_compulsory():
    for base in (None, []):
        with pytest.raises(ProtocolError, match="no run before distillation"):
            compare(base, [run([1])])
    with pytest.raises(ProtocolError, match="no distilled run"):
        compare(run([1]), [])


@pytest.mark.parametrize("name", ["source", "task", "filter", "metric"])
def test_what_must_agree(name):
    with pytest.raises(
        ProtocolError, match=f"student has {name} .* has {name} 'other'"
    ):
        compare(run([1, 0]), [run([1, 0], "after", **{name: "other"})])


def test_items_must_agree_unless_the_rest_is_left_out():
    before, after = run([1, 0, 1, 0]), run([1, 1, 1], "after")
    with pytest.raises(ProtocolError, match="1 item is in student only and 0 in"):
        compare(before, [after])
    found = compare(before, [after], allow_intersection=True)
    assert (found.items, found.left_out) == (3, 1)
    assert found.rows[0].comparison.gain == pytest.approx(1 / 3)
    assert "not in all runs and left out: 1 item" in found.warnings[0]
    lone = run([1], "after", items=(Item("x", 1.0),))
    with pytest.raises(ProtocolError, match="no item in common"):
        compare(before, [lone], allow_intersection=True)


@pytest.mark.parametrize("swapped", [False, True])
def test_items_without_a_score_are_told_from_items_that_were_not_asked(swapped):
    whole = run([1, 0, 1, 0])
    scored = tuple(item for item in whole.items if item.id != "3")
    lacking = run([], "after", items=scored, unscored=("3",))
    pair = (lacking, whole) if swapped else (whole, lacking)
    with pytest.raises(ProtocolError, match="after holds '3' without a score"):
        compare(pair[0], [pair[1]])
    absent = run([], "after", items=scored)
    with pytest.raises(ProtocolError, match="such as '3'; score the same items"):
        compare(whole, [absent])


def test_one_item_is_not_items():
    before, after = run([1]), run([0], "after", prompt="q")
    found = compare(before, [after], [run([1], "teacher")])
    assert "prompt changed on 1 of 1 item" in found.rows[0].notes
    assert found.teachers[0].sentence.startswith("Teacher teacher: 1.000 on 1 item;")
    assert mcnemar(PairedTable(0, 1, 0, 0)).sentence.startswith("1 item lost and 0")


def test_all_rows_have_the_same_items():
    before = run([1, 0, 1, 0])
    runs = [run([1, 1, 1], "a"), run([0, 0, 0, 1], "b")]
    found = compare(before, runs, allow_intersection=True)
    assert [row.comparison.items for row in found.rows] == [3, 3]
    assert {row.before for row in found.rows} == {2 / 3}


def test_the_order_of_items_does_not_matter():
    before, after = worked()
    shuffled = run([], items=after.items[::-1], model="distilled")
    assert compare(before, [shuffled]).rows[0].comparison == (
        compare(before, [after]).rows[0].comparison
    )


def test_one_id_for_two_documents_is_refused():
    before = run([], items=(Item("0", 1.0, 1, "d1", "t"),))
    for other in (("d2", "t"), ("d1", "u")):
        after = run([], "after", items=(Item("0", 1.0, 1, *other),))
        with pytest.raises(ProtocolError, match="'0' .* are different documents"):
            compare(before, [after])


def test_notes_on_unequal_terms():
    before = run([1, 0], settings={"n-shot": "5", "limit": "2"})
    items = (Item("0", 1.0, 2, None, None, "q"), Item("1", 0.0, 1, None, None, "p"))
    after = run([], "after", items=items, settings={"n-shot": "0", "limit": "2"})
    assert compare(before, [after]).rows[0].notes == (
        "prompt changed on 1 of 2 items",
        "settings differ: n-shot",
        "answers per item differ",
    )
    blind = run([1, 0], "after", prompt=None)
    assert compare(run([1, 0]), [blind]).rows[0].notes == ("prompts not recorded",)


def test_seeds_are_grouped_by_name_or_as_told():
    base = run(np.arange(200) < 60)
    runs = [*seeds("from-7b", [0.4, 0.45]), *seeds("from-72b", [0.5, 0.52, 0.54])]
    found = compare(base, runs, resamples=500)
    assert [row.recipe for row in found.recipes] == ["from-7b", "from-72b"]
    assert [row.levels.runs for row in found.recipes] == [2, 3]
    told = {one.model: "all" for one in runs[:3]}
    with pytest.raises(ProtocolError, match="recipe all has two runs"):
        compare(base, runs, recipes=told)
    told = {one.model: "all" for one in (runs[0], runs[1], runs[4])}
    found = compare(base, runs, recipes=told, resamples=500)
    assert {row.recipe: row.levels.runs for row in found.recipes} == {
        "all": 3,
        "from-72b": 2,
    }
    with pytest.raises(DataError, match="'nobody' is no distilled run"):
        compare(base, runs, recipes={"nobody": "all"})


def test_a_recipe_needs_seeds_and_items():
    base = run(np.arange(200) < 60)
    one, many = seeds("one", [0.6]), seeds("many", [0.60, 0.62, 0.64])
    wild = seeds("wild", [0.31, 0.9, 0.32])
    found = compare(base, [*one, *many, *wild], resamples=500)
    by_name = {row.recipe: row for row in found.recipes}
    assert by_name["one"].p is None and not by_name["one"].detected
    assert "one run, no spread" in by_name["one"].sentence
    assert by_name["many"].detected and "gain detected" in by_name["many"].sentence
    # Every checkpoint of it gains, but its runs differ too much for a claim on it.
    assert not by_name["wild"].detected and by_name["wild"].levels.items.excludes_zero
    assert "direction not detected" in by_name["wild"].sentence
    assert found.recipe_family is not None and len(found.recipe_family.rows) == 2
    assert len(found.run_family.rows) == 7


def test_p_over_seeds_is_students():
    gains = [0.1, 0.3, -0.05]
    assert over_seeds_p(gains) == pytest.approx(float(ttest_1samp(gains, 0).pvalue))
    assert over_seeds_p([0.0, 0.0]) == over_seeds_p([0.1, 0.1]) == 1


def test_holm_can_undo_a_finding():
    base = run([1] * 50 + [0] * 50)
    gained = run([1] * 57 + [0] * 43, "gained")
    alone = compare(base, [gained]).rows[0]
    assert alone.detected and alone.adjusted == alone.comparison.p < 0.05
    others = [run([1] * 50 + [0] * (49 - i) + [1] * (1 + i), f"x{i}") for i in range(4)]
    row = compare(base, [gained, *others]).rows[0]
    assert row.adjusted > 0.05 > row.comparison.p and not row.detected
    assert "gain +0.070 not detected" in row.sentence and "after Holm" in row.sentence


def test_each_seed_has_its_own_run_before():
    bases = [run([1, 0, 0, 0], "s-seed0", seed=0), run([1, 1, 0, 0], "s-seed1", seed=1)]
    after = [run([1, 1, 1, 0], "t-seed1", seed=1), run([1, 1, 0, 0], "t-seed0", seed=0)]
    found = compare(bases, after)
    assert [row.base.seed for row in found.rows] == [1, 0]
    assert [row.comparison.gain for row in found.rows] == [0.25, 0.25]
    with pytest.raises(ProtocolError, match="seed 2, of which there is no run before"):
        compare(bases, [run([1, 1, 0, 0], "t-seed2", seed=2)])
    with pytest.raises(ProtocolError, match="a seed of its own"):
        compare([bases[0], bases[0]], after)


def test_one_run_given_twice_is_not_two_seeds():
    base, after = worked()
    with pytest.raises(ProtocolError, match="give every run once"):
        compare(base, [after, after])
    renamed = run([item.score for item in after.items], "distilled-seed9", seed=9)
    found = compare(base, [after, renamed], resamples=200)
    assert "agree on every item; is it one run?" in found.warnings[-1]


def test_teachers_are_scored_on_the_same_items():
    base, after = worked()
    teacher = run([1] * 290 + [0] * 10, "teacher")
    row = compare(base, [after], [teacher], resamples=200).teachers[0]
    assert row.accuracy == 290 / 300 and row.interval == wilson(290, 300)
    partial = run([], "teacher", items=teacher.items[:10])
    row = compare(base, [after], [partial], resamples=200).teachers[0]
    assert row.items == 10 and row.notes == ("lacks 290 of 300 items",)
    with pytest.raises(ProtocolError, match="task"):
        compare(base, [after], [run([1] * 300, "teacher", task="other")])


def test_the_gap_over_teachers():
    base = run(np.arange(200) < 40)
    shares = {1: (0.5, 0.52, 0.54), 3: (0.6, 0.62, 0.64), 7: (0.66, 0.68, 0.7)}
    shares[14] = (0.55, 0.57, 0.59)
    runs = [one for size, own in shares.items() for one in seeds(f"from-{size}b", own)]
    sizes = {f"from-{size}b": float(size) for size in shares}
    gap = compare(base, runs, sizes=sizes, resamples=200).gap
    assert gap.test is not None and gap.test.teacher == 7
    # Gains are the scores less one number, so the test is that of the scores.
    scores = capacity_gap(list(shares), list(shares.values()))
    assert gap.test.p == pytest.approx(scores.p, abs=1e-6)
    assert gap.recipes == ("from-1b", "from-3b", "from-7b", "from-14b")


def test_a_gap_that_cannot_be_tested_says_why():
    base = run(np.arange(200) < 40)
    runs = [one for name in "abc" for one in seeds(name, [0.5, 0.6])]
    alike = [one for i, name in enumerate("abc") for one in seeds(name, [0.5 + i / 10])]
    few = compare(base, runs, sizes={"a": 1, "b": 2}, resamples=200).gap
    assert few.test is None and "three teachers; given: 2" in few.sentence
    single = compare(base, alike, sizes={"a": 1, "b": 2, "c": 3}, resamples=200).gap
    assert "2 runs of each teacher, a has one" in single.sentence
    tied = compare(base, runs, sizes={"a": 1, "b": 2, "c": 2}, resamples=200).gap
    assert "teachers of one size" in tied.sentence
    with pytest.raises(DataError, match="'d' is no recipe"):
        compare(base, runs, sizes={"d": 1}, resamples=200)


def test_the_same_seed_gives_the_same_numbers():
    before, after = worked()
    assert compare(before, [after], seed=3) == compare(before, [after], seed=3)
