"""The record itself: refusals, certified rounding, huge values, the table."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memcap.core.balls import Ball, Truth, at_most, less
from memcap.core.errors import DataError, HypothesisError, UnknownNameError
from memcap.core.exact import SquareRoot
from memcap.theory.bounds import available, get, table
from memcap.theory.bounds.inputs import GLOSSARY

POINTS = dict(num_stored=100, num_points=200, dim=3, r=1, delta=1, classes=2)
SEQUENCES = dict(num_samples=100, length=4, dim=3, r=1, delta=1, classes=2, vocab=9)
DIRECTIONS = {"upper", "lower", "order", "measured"}


@pytest.mark.parametrize("bound", available().values(), ids=lambda bound: bound.id)
def test_every_bound_is_well_formed(bound):
    assert bound.id.startswith(bound.ref.id)
    assert bound.direction in DIRECTIONS
    assert bound.status in {"stated", "derived", "recalled"}
    assert bound.sentence.endswith(".")
    assert set(bound.inputs) | set(bound.defaults) <= set(GLOSSARY)
    with pytest.raises(HypothesisError, match=bound.inputs[0]):
        bound()


def test_names_the_constructions_rely_on():
    for part in ("depth", "bits", "width", "range"):
        assert get(f"KS25.LemC1.{part}")(**POINTS).floor() >= 12
        assert get(f"KS25.ThmB1.{part}")(**SEQUENCES).floor() >= 14


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"num_stored": 1}, "num_stored >= 2"),
        ({"num_points": 99}, "num_stored <= num_points"),
        ({"r": Fraction(1, 2)}, "r >= 1"),
        ({"delta": 2}, "delta <= 1"),
        ({"delta": 0}, "delta > 0"),
        ({"dim": 0}, "dim to be an integer >= 1"),
        ({"dim": 2.5}, "dim to be an integer >= 1"),
        ({"classes": True}, "classes to be a finite number"),
        ({"r": float("nan")}, "r to be a finite number"),
        ({"radius": 1}, "inputs named"),
        ({"classes": None}, "it was not given"),
    ],
)
def test_refusals_name_the_hypothesis(change, words):
    with pytest.raises(HypothesisError, match=words) as caught:
        get("KS25.LemC1.depth")(**{**POINTS, **change})
    assert str(caught.value).startswith("KS25.LemC1 needs")


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("KS25.ThmB1.depth", {**SEQUENCES, "num_samples": 1}),
        ("KS25.ThmB1.depth", {**SEQUENCES, "label_bound": "smaller"}),
        ("KS25.LemF1.depth", {**POINTS, "bit_budget": 11}),
        ("KS25.LemB4", dict(polynomials=2, degree=1, parameters=3)),
        ("KS23.Thm2.ln_delta", dict(vocab=3, length=1, dim=1, eps=1, r_min=1, r=1)),
        ("KS23.Thm2.ln_delta", dict(vocab=3, length=2, dim=1, eps=3, r_min=1, r=1)),
        ("KS23.Thm2.ln_delta", dict(vocab=3, length=2, dim=1, eps=1, r_min=2, r=1)),
        ("Vardi22.Sec5.width", {**SEQUENCES, "depth": 11}),
        ("Madden24.Lem9.samples", dict(parameters=5, vocab=1)),
        ("Mahdavi24.Table1", dict(num_samples=5, length=4, dim=3)),
        ("Dana24.Thm1.samples", dict(heads=1, head_size=3, dim=2)),
        ("WD26.Abs", dict(num_samples=5, delta=1)),
        (
            "Dana24.Cor2",
            dict(heads=9, head_size=2, dim=2, vocab=3, num_samples=10),
        ),
    ],
)
def test_statements_refuse_what_they_do_not_cover(name, inputs):
    known = {key: value for key, value in inputs.items() if key in GLOSSARY}
    with pytest.raises(HypothesisError):
        get(name)(**known)


def test_an_unknown_name_lists_its_neighbours():
    with pytest.raises(UnknownNameError, match=r"KS25\.LemC1\.depth"):
        get("KS25.LemC9")
    with pytest.raises(UnknownNameError, match="Madden24"):
        get("nothing")


def test_unused_inputs_are_passed_over_and_not_recorded():
    value = get("KS25.Thm4.3")(**SEQUENCES)
    assert dict(value.inputs) == {"num_samples": 100, "length": 4}


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 10**9), st.integers(1, 10**6))
def test_bounds_grow_with_the_number_of_samples(count, more):
    total = count + more
    for name in ("KS25.LemC1.depth", "KS25.LemC1.range"):
        fewer = get(name)(**{**POINTS, "num_stored": count, "num_points": count})
        larger = get(name)(**{**POINTS, "num_stored": total, "num_points": total})
        assert at_most(fewer.ball(128), larger.ball(128)) is Truth.TRUE
    for name in ("KS25.ThmB1.depth", "KS25.Thm4.3", "KS25.Cor4.1.parameters"):
        fewer = get(name)(**{**SEQUENCES, "num_samples": count})
        larger = get(name)(**{**SEQUENCES, "num_samples": total})
        assert at_most(fewer.ball(128), larger.ball(128)) is Truth.TRUE


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 10**40),
    st.integers(2, 10**6),
    st.fractions(min_value=Fraction(1, 10**6), max_value=1).filter(bool),
)
def test_rounding_is_certified(count, classes, delta):
    inputs = dict(dim=3, r=1, delta=delta, classes=classes)
    for part in ("depth", "bits", "range"):
        value = get(f"KS25.LemC1.{part}")(num_stored=count, num_points=count, **inputs)
        ball = value.ball(1024)
        assert at_most(value.floor(), ball, 1024) is Truth.TRUE
        assert less(ball, value.floor() + 1, 1024) is Truth.TRUE
        assert value.ceil() == value.floor() + 1


def test_rounding_of_rational_values():
    half = get("Gen.Cover")(num_samples=5)
    assert (half.exact, half.floor(), half.ceil()) == (Fraction(5, 2), 2, 3)
    whole = get("KS25.Thm4.2")(num_samples=10**40)
    assert whole.exact == whole.floor() == whole.ceil() == 10**20


def test_values_beyond_floats_keep_their_logarithm():
    huge = get("KS25.LemB4")(polynomials=10**6, degree=10, parameters=10**5)
    row = huge.to_row()
    assert row["float"] is None and float(huge) == float("inf")
    assert row["log2"] == pytest.approx(float(huge.log2()))
    assert 10**5 * 11 < row["log2"] < 10**5 * 12
    json.dumps(row)


def test_a_negative_value_has_no_logarithm():
    value = get("KS23.Thm2.ln_delta")(vocab=3, length=2, dim=2, eps=1, r_min=1, r=1)
    assert value.to_row()["log2"] is None
    with pytest.raises(DataError, match="not positive"):
        value.log2()


def test_precision_is_what_was_asked_for():
    value = get("KS25.LemC1.depth")(**POINTS)
    ball = value.ball(512)
    assert float(ball.value.rad()) < 2.0**-480
    assert value.exact is None and isinstance(value.value, Ball)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 10**7),
    st.integers(1, 500),
    st.integers(2, 1000),
    st.integers(1, 64),
)
def test_no_lower_bound_exceeds_an_upper_bound(count, length, classes, dim):
    rows = table(count, length, classes, dim, vocab=50)
    for task in ("next_token", "seq_to_seq"):
        settings_of = {"next_token": {"next_token", "points"}}.get(task, {task})
        sizes = [
            row
            for row in rows
            if row.bound.quantity == "parameters"
            and row.bound.setting in settings_of
            and not row.reason
        ]
        lower = [float(row) for row in sizes if row.bound.direction == "lower"]
        upper = [float(row) for row in sizes if row.bound.direction == "upper"]
        assert lower and upper and max(lower) <= min(upper)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 10**7), st.integers(1, 100), st.integers(2, 1000))
def test_total_bits_of_the_construction_reach_the_counting_bound(
    count, length, classes
):
    inputs = {**SEQUENCES, "num_samples": count, "length": length, "classes": classes}
    total = get("KS25.ThmB1.total_bits")(**inputs).ball().lower
    assert total >= get("Gen.Count")(**inputs).ball().upper


def test_the_table_keeps_statements_that_do_not_apply():
    rows = {row.bound.id: row for row in table(1000, length=8, dim=6)}
    assert rows["Zhang17.Thm1"].exact == 2006
    mute = rows["KS25.ThmE1.depth"]
    assert mute.value is None and "vocab" in mute.reason
    assert mute.to_row()["value"] is None
    with pytest.raises(DataError, match="no value here"):
        mute.floor()
    named = {row.bound.id: row for row in table(1000, length=8, dim=6, vocab=64)}
    assert named["KS25.ThmE1.depth"].value is not None


def test_the_table_of_one_task_speaks_of_that_task():
    assert {row.bound.setting for row in table(10, task="seq_to_seq")} == {"seq_to_seq"}
    settings_of = {row.bound.setting for row in table(10, task="next_token")}
    assert "seq_to_seq" not in settings_of and "next_token" in settings_of
    with pytest.raises(DataError, match="unknown"):
        table(10, task="translation")


def test_the_table_takes_any_scale_of_tokens():
    small = {row.bound.id: row for row in table(100, r=Fraction(1, 9), delta=7)}
    unit = {row.bound.id: row for row in table(100)}
    assert float(small["KS25.LemC1.depth"]) == float(unit["KS25.LemC1.depth"])
    rooted = table(100, r=SquareRoot(3), delta=SquareRoot(Fraction(1, 3)))
    found = {row.bound.id: row for row in rooted}["KS25.LemC1.depth"]
    assert not found.reason and found.floor() > unit["KS25.LemC1.depth"].floor()


def test_a_table_for_nothing_gives_reasons_only():
    rows = table(0)
    assert rows and all(row.reason for row in rows if "num" in str(row.bound.inputs))


def test_every_row_can_be_written_as_json():
    rows = [row.to_row() for row in table(10**9, length=16, classes=10, dim=8)]
    assert json.loads(json.dumps(rows)) == rows
    assert {"id", "reference", "url", "sentence", "status"} <= set(rows[0])
