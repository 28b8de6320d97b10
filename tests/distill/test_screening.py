"""Logs through the screens: exact gaps, intervals of a chosen best, refusals."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memcap.core.errors import DataError, ProtocolError
from memcap.distill.importers import Item, Run
from memcap.distill.screening import CAUTION, judge
from memcap.distill.screening_logs import measured
from memcap.distill.screens import GAPS
from memcap.distill.statistics import (
    PairedScores,
    PairedTable,
    guard,
    largest_gap,
    newcombe,
)


def _run(model, task, scores, **changes):
    items = tuple(Item(str(i), float(score)) for i, score in enumerate(scores))
    made = {"source": "plain", "filter": "none", "metric": "correct", **changes}
    return Run(model=model, task=task, items=items, **made)


def _scored(model, task, right, items=20):
    return _run(model, task, [1.0] * right + [0.0] * (items - right))


def _logs(table):
    """Runs of a table: task, and the right answers of student and teachers."""
    students = [_scored("student", task, row[0]) for task, row in table.items()]
    teachers = [
        _scored(f"teacher-{j}", task, right)
        for task, row in table.items()
        for j, right in enumerate(row[1:])
    ]
    return students, teachers


TABLE = {"wide": (4, 10, 18), "narrow": (9, 10, 11), "worse": (16, 5, 6)}


def test_accuracies_and_gaps_are_exact():
    tasks, lacking = measured(*_logs(TABLE))
    assert [task.name for task in tasks] == ["wide", "narrow", "worse"] and not lacking
    wide, _, worse = tasks
    assert wide.scores.teachers == (Fraction(1, 2), Fraction(9, 10))
    assert wide.gap("teacher_student") == Fraction(7, 10)
    assert wide.best == ("teacher-1", 0.9) and wide.worst == ("teacher-0", 0.5)
    assert worse.gap("teacher_student") == Fraction(-1, 2)
    assert worse.gap("best_worst") == Fraction(1, 20)


def test_a_gap_that_is_just_wide_enough_is_kept():
    # 14/20 - 8/20: as floats less than 0.3.
    assert 14 / 20 - 8 / 20 < 0.3
    tasks, _ = measured(*_logs({"even": (8, 14), "less": (9, 14)}))
    found = judge(tasks, threshold=Fraction("0.3"))
    assert found.screen.kept == ("even",)
    assert "below 0.3 (best teacher less student)" in found.screen.dropped["less"]


tables = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(*[st.integers(0, 20)] * 4),
    min_size=1,
)
thresholds = st.fractions(-1, 1, max_denominator=40)


@settings(deadline=None, max_examples=25)
@given(tables, thresholds, thresholds, st.sampled_from(GAPS))
def test_what_is_kept_shrinks_and_nothing_is_lost(table, one, two, between):
    tasks, _ = measured(*_logs(table))
    asked = {"between": between, "floor": False}
    assert judge(tasks, **asked).screen.kept == tuple(table)
    low, high = (judge(tasks, threshold=t, **asked) for t in sorted((one, two)))
    assert set(high.screen.kept) <= set(low.screen.kept)
    assert {*low.screen.kept, *low.screen.dropped} == set(table)
    for task in tasks:
        kept = task.name in low.screen.kept
        assert kept == (task.gap(between) >= min(one, two))
    nothing = judge(tasks, threshold=Fraction(0), between="best_worst", floor=False)
    assert nothing.screen.kept == tuple(table)


def test_an_unknown_floor_is_said_and_drops_nothing():
    students, teachers = _logs({"known": (10, 11), "unknown": (0, 0)})
    tasks, _ = measured(students, teachers, floors={"known": Fraction(1, 2)})
    found = judge(tasks)
    assert found.screen.kept == ("unknown",)
    assert "0.500" in found.screen.dropped["known"]
    assert any("unknown and not checked on 1 of 2" in one for one in found.sentences)
    unchecked = judge(tasks, floor=False)
    assert unchecked.screen.kept == ("known", "unknown")
    assert not any("floor" in one for one in unchecked.sentences)


def test_every_screening_warns_of_choosing_late():
    tasks, _ = measured(*_logs(TABLE))
    for threshold in (None, Fraction(3, 10)):
        assert judge(tasks, threshold=threshold).sentences[-1] == CAUTION


def test_a_task_may_be_called_by_a_word_that_claims_too_much():
    names = {"professional_law": (5, 9), "optimal_moves": (5, 5)}
    tasks, _ = measured(*_logs(names))
    found = judge(tasks, threshold=Fraction(1, 10), unscreened={"a_law": "no run"})
    assert any("a_law: no run" in one for one in found.sentences)
    floors = {"optimal_moves": Fraction(0)}
    half, _ = measured(*_logs(names), floors=floors)
    assert any("(professional_law)" in one for one in judge(half).sentences)
    for claim in (found.conclusion, CAUTION, *judge(tasks).sentences[:1]):
        assert guard(claim) == claim


def test_a_task_that_a_run_lacks_is_named_and_not_screened():
    students, teachers = _logs(TABLE)
    tasks, lacking = measured(students[:2], teachers[1:])
    assert [task.name for task in tasks] == ["narrow"]
    assert lacking == {"wide": "no run of teacher-0", "worse": "no run of student"}
    said = judge(tasks, unscreened=lacking).sentences
    assert any("Not screened: wide: no run of teacher-0" in one for one in said)


def test_different_items_are_refused_until_the_common_ones_are_asked_for():
    students, teachers = _logs({"sums": (5, 9)})
    teachers[0] = _scored("teacher-0", "sums", 9, items=12)
    with pytest.raises(ProtocolError, match="task sums: 8 items are in student only"):
        measured(students, teachers)
    (task,), _ = measured(students, teachers, allow_intersection=True)
    assert task.scores.items == 12 and task.left_out == 8
    assert task.scores.student == Fraction(5, 12)
    assert any("not in all runs and left out: 8 items" in note for note in task.notes)


def test_two_students_are_two_rows():
    students, teachers = _logs({"sums": (5, 9)})
    both = [*students, _scored("other", "sums", 7)]
    tasks, _ = measured(both, teachers)
    assert [task.name for task in tasks] == ["sums, student", "sums, other"]
    assert [task.gap("teacher_student") for task in tasks] == [
        Fraction(1, 5),
        Fraction(1, 10),
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s, t: ([], t), "there is no student"),
        (lambda s, t: (s, []), "there is no teacher"),
        (lambda s, t: (s, [*t, t[0]]), "2 runs on wide are of a teacher"),
        (lambda s, t: (s, [_scored("t", "other", 3)]), "no task in common"),
        (
            lambda s, t: (s, [_run("t", "wide", [1.0] * 20, filter="strict")]),
            "task wide: student has filter 'none'",
        ),
    ],
)
def test_what_cannot_be_screened_is_refused(change, words):
    with pytest.raises(ProtocolError, match=words):
        measured(*change(*_logs(TABLE)))


def test_floors_of_no_task_are_refused():
    with pytest.raises(DataError, match="floor for 'wid'.*wide, narrow, worse"):
        measured(*_logs(TABLE), floors={"wid": Fraction(1, 2)})
    with pytest.raises(DataError, match="not between 0 and 1"):
        measured(*_logs(TABLE), floors={"wide": Fraction(5)})


def test_points_are_not_shares():
    tasks, _ = measured(*_logs(TABLE))
    with pytest.raises(DataError, match=r"30 points are 0\.30"):
        judge(tasks, threshold=Fraction(30))


def test_one_pair_has_the_interval_of_newcombe():
    rng = np.random.default_rng(0)
    before = (rng.random(90) < 0.4).tolist()
    after = (rng.random(90) < 0.7).tolist()
    pair = PairedScores.of(before, after)
    found, plain = largest_gap([pair]), newcombe(PairedTable.of(pair))
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))
    turned = PairedScores.of(after, before)
    ways = [largest_gap([one], both_ways=True) for one in (pair, turned)]
    assert (ways[0].low, ways[0].high) == pytest.approx((ways[1].low, ways[1].high))
    assert ways[0].low == pytest.approx(plain.low)


def test_fractional_scores_have_an_interval_too():
    rng = np.random.default_rng(1)
    before, more = rng.integers(0, 3, 200) / 4, rng.integers(0, 3, 200) / 4
    pair = PairedScores.of(before.tolist(), (before + more).tolist())
    found = largest_gap([pair])
    assert 0.2 < found.low < more.mean() < found.high < 0.3
    assert "BCa" in found.method


def _students_and_teachers(rng, truths, items=120):
    """Scores with the same difficulty for all models, which correlates them."""
    hard = rng.random(items)
    keep = rng.random((len(truths), items)) < 0.5
    own = np.where(keep, hard, rng.random((len(truths), items)))
    return own < np.array(truths)[:, None]


def test_the_interval_holds_though_the_best_was_chosen_by_looking():
    # Five equal teachers, 0.1 above the student: the best gap is 0.1, and looks larger.
    rng = np.random.default_rng(2)
    truths = (0.4, *[0.5] * 5)
    ours = naive = spread = 0
    studies = 150
    for _ in range(studies):
        student, *teachers = _students_and_teachers(rng, truths)
        pairs = [PairedScores.of(student, teacher) for teacher in teachers]
        found = largest_gap(pairs)
        ours += found.low <= 0.1 <= found.high
        alone = largest_gap([max(pairs, key=lambda pair: pair.gain)])
        naive += alone.low <= 0.1 <= alone.high
        among = [
            PairedScores.of(teachers[i], teachers[j])
            for i in range(5)
            for j in range(i + 1, 5)
        ]
        spread += largest_gap(among, both_ways=True).low <= 0
    # Three standard errors of 0.95 over 150 studies are 0.053.
    assert ours >= (0.95 - 0.053) * studies
    assert spread >= (0.95 - 0.053) * studies
    assert naive < ours
