"""Summaries find what was planted, and refuse what the protocol forbids."""

import numpy as np
import pytest

from memcap.analysis.distill_advice import advise
from memcap.analysis.distill_levels import over_items
from memcap.analysis.distill_rows import check, read
from memcap.analysis.distill_summary import summarize
from memcap.core.errors import CorruptFileError, DataError, ProtocolError
from memcap.distill.statistics import newcombe
from tests.analysis.distill_records import BELOW, EQUAL, PEAK, STUDENT, record, study

THREE = (6_848, 25_984, 101_120)
ONE_ARM = ("all_correct",)


def _runs(records):
    return [check(one) for one in records]


def _summary(*arguments, **changes):
    return summarize(_runs(study(*arguments, **changes)))


def _series(summary, arm="all_correct"):
    return next(one for one in summary.series if one.arm == arm)


def test_a_planted_peak_is_a_gap_for_its_teacher():
    summary = _summary(PEAK)
    for arm in summary.arms:
        found = _series(summary, arm).gap
        assert found is not None and found.label == "gap detected"
        assert found.teacher == 25_984
        assert found.lead == pytest.approx(0.06, abs=0.01)
    assert "gap is detected in 1 of 1" in summary.conclusion


def test_equal_teachers_are_flat_and_the_text_claims_no_absence():
    summary = _summary(EQUAL, arms=ONE_ARM)
    assert _series(summary).verdict == "flat"
    said = _series(summary).sentence
    assert "not detected" in said and "95 % CI [" in said and "n needed" in said
    assert "no gap" not in (said + summary.conclusion).lower()
    family = _series(summary).adjacent
    assert family is not None and not any(row.detected for row in family.rows)


def test_degradation_below_the_baseline_is_a_loss_and_the_advice_says_keep():
    summary = _summary(BELOW, arms=ONE_ARM)
    assert [cell.direction for cell in summary.of("all_correct")] == [-1] * 5
    assert summary.advice.startswith("Keep the undistilled student")
    assert "show a gain and 5 a loss" in summary.conclusion
    assert _series(summary).verdict == "censored-high"


def test_the_gain_is_after_less_before_and_self_gains_nothing():
    summary = _summary(PEAK)
    for cell in summary.cells:
        gains = [run["after"] - run["before"] for run in cell.runs]
        assert cell.levels.gain == pytest.approx(np.mean(gains), abs=1e-12)
    own = next(cell for cell in summary.cells if cell.arm == "self")
    assert own.direction == 0 and own.verdict == "not detected"


def test_a_student_against_itself_has_gain_0_and_p_1():
    rng = np.random.default_rng(0)
    same = {"after": 0.4, "before": 0.4, "lost": 0, "won": 0, "both": 800}
    runs = _runs(record(0.0, rng, seed=s, arm="self", **same) for s in range(3))
    cell = summarize(runs).cells[0]
    assert (cell.levels.gain, cell.p, cell.adjusted) == (0.0, 1.0, 1.0)


def test_items_of_several_runs_are_not_counted_several_times():
    runs = _runs(study(EQUAL, seeds=5, arms=ONE_ARM, references=False))
    cell = [run for run in runs if run.source == "T6848"]
    one, all_five = over_items(cell[:1]), over_items(cell)
    assert one == newcombe(cell[0].table)
    widths = [own.high - own.low for own in (one, all_five)]
    # Pooling 5 x n items would shrink the interval by the root of 5.
    assert widths[1] == pytest.approx(widths[0], rel=0.1)


def test_one_seed_claims_nothing_about_recipes():
    summary = _summary(PEAK, seeds=1)
    assert {cell.direction for cell in summary.cells} == {0}
    assert {one.verdict for one in summary.series} == {"gap not tested"}
    assert any(text.startswith("Few seeds") for text in summary.warnings)


def test_holm_is_inside_the_arms_of_one_student():
    summary = _summary(PEAK, students=THREE[:2])
    for student, family in summary.families:
        own = [cell for cell in summary.cells if cell.student == student]
        assert len(family.rows) == len(own) == 17
        assert all((c.adjusted or 0) >= (c.p or 0) for c in own)


@pytest.mark.parametrize("harm", ["absent", "null"])
def test_no_baseline_is_refused(harm):
    one = record(0.1, np.random.default_rng(0), seed=0, arm="gold")
    if harm == "absent":
        del one["before"]
    else:
        one["before"] = None
    with pytest.raises(ProtocolError, match="before distillation"):
        check(one)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": 2}, "schema 2"),
        ({"after": 0.9}, "counts say"),
        ({"both": 5_000}, "cannot be"),
        ({"lost": -1}, "cannot be"),
        ({"updates": None}, "lacks 'updates'"),
    ],
)
def test_records_that_contradict_themselves_are_refused(change, words):
    one = record(0.1, np.random.default_rng(0), seed=0, arm="gold") | change
    with pytest.raises(CorruptFileError, match=words):
        check(one)


def test_settings_and_repeated_seeds_are_not_mixed():
    runs = study(PEAK, seeds=2)
    other = [one | {"filter": "chain"} for one in runs[:3]]
    with pytest.raises(ProtocolError, match="mix 2 settings"):
        summarize(_runs([*runs, *other]))
    with pytest.raises(DataError, match="two runs with the same seeds"):
        summarize(_runs([*runs, runs[0] | {"key": "other"}]))


def test_unequal_updates_are_told():
    runs = study(PEAK, arms=ONE_ARM, seeds=3)
    assert not summarize(_runs(runs)).warnings
    longer = [r | {"updates": 410} if r["arm"] == "gold" else r for r in runs]
    (said,) = summarize(_runs(longer)).warnings
    assert "410 of 'gold'" in said and "updates matched" in said


def test_identical_data_are_told_once():
    runs = study(PEAK, arms=ONE_ARM, seeds=3)
    same = {"pool": "p", "test": "t", "data": "d"}
    for one in runs:
        if one["teacher"] and one["teacher"]["parameters"] > 50_000:
            one["hashes"] = same
    (said,) = summarize(_runs(runs)).warnings
    assert said.startswith("Identical data: T101120, T57408 gave")


def test_a_score_at_the_floor_is_told():
    runs = study(PEAK, arms=ONE_ARM, accuracy=(0.35,) * 5, seeds=3)
    for one in runs:
        one["floors"] = {"shortcut": 0.36}
    (said,) = summarize(_runs(runs)).warnings
    assert said.startswith("Floor not exceeded") and "0.360" in said


def test_collinear_terms_are_not_ranked():
    note = _summary(PEAK).trends.regression_note
    assert "strongest term not named" in note and "VIF" in note


def test_a_singular_mixed_model_is_refused_in_a_sentence():
    trends = _summary(PEAK).trends
    assert trends.mixed is None
    assert trends.mixed_note.startswith("Mixed model not fitted: ")


def _planted(seed_sd=0.0):
    """Gain 0.2 a unit of the teacher's accuracy, and what the student's seed adds."""
    rng = np.random.default_rng(3)
    offsets = np.random.default_rng(4).normal(0, seed_sd, 6)
    runs = study(EQUAL, seeds=6)
    kept = []
    for one in runs:
        if one["teacher"] is None:
            continue
        accuracy = float(rng.uniform(0.5, 1.0))
        offset = offsets[one["student"]["seed"]] if seed_sd else 0
        gain = 0.2 * accuracy - 0.1 + offset + rng.normal(0, 0.002)
        gain = round(gain * 2_000)
        right = round(one["before"] * 2_000)
        lost = 50 + max(-gain, 0)
        counts = {"lost": lost, "won": lost + gain, "both": right - lost}
        after = (counts["both"] + counts["won"]) / 2_000
        teacher = one["teacher"] | {"accuracy": accuracy}
        changed = {"teacher": teacher, "trace_cost_bits_per_token": None}
        kept.append(one | counts | changed | {"after": after})
    return summarize(_runs(kept)).trends


def test_the_planted_term_is_found_where_the_design_separates():
    found = _planted()
    assert "trace cost, bits per token" in found.left_out
    assert found.regression is not None and found.regression.strongest is not None
    assert found.regression.strongest.name == "teacher accuracy"
    assert found.regression.strongest.estimate == pytest.approx(0.2, abs=0.02)


def test_the_mixed_model_tells_what_the_seed_adds_from_the_teacher():
    found = _planted(seed_sd=0.03).mixed
    assert found is not None and found.strongest is not None
    assert found.strongest.name == "teacher accuracy"
    assert found.strongest.estimate == pytest.approx(0.2, abs=0.01)
    assert found.seeds == 6 and found.share > 0.9


def test_without_what_the_seed_adds_there_is_no_mixed_model_to_read():
    found = _planted()
    assert found.mixed is None and found.mixed_note.startswith("Mixed model not fitted")


def test_a_line_through_best_teachers_needs_three_interior_students():
    two = {THREE[0]: PEAK, THREE[1]: PEAK, THREE[2]: BELOW}
    note = _summary(two, students=THREE, arms=ONE_ARM).trends
    assert note.law is None and "2 of 3 students" in note.law_note
    three = dict.fromkeys(THREE, PEAK)
    found = _summary(three, students=THREE, arms=ONE_ARM).trends
    assert found.law is not None and found.law.licensed == ("law",)


def test_a_teacher_of_another_style_does_not_stand_in_the_line():
    runs = study(dict.fromkeys(THREE, PEAK), students=THREE, arms=ONE_ARM)
    largest = [r for r in runs if r["teacher"] and r["teacher"]["name"] == "T101120"]
    terse = [
        {**r, "key": f"terse-{r['key']}", "teacher": r["teacher"] | other}
        for r in largest
        for other in [{"name": "terse", "style": "terse"}]
    ]
    found = summarize(_runs([*runs, *terse]))
    assert found.trends.law == summarize(_runs(runs)).trends.law is not None
    assert [one.several for one in found.series] == [True, False] * 3


def test_every_student_has_the_shape_of_its_curve_in_words():
    gains = {THREE[0]: PEAK, THREE[1]: EQUAL}
    found = _summary(gains, students=THREE[:2], arms=ONE_ARM).trends.shapes
    assert found[0].startswith("Student of 6,848 parameters: interior peak of the")
    assert found[1].startswith("Student of 25,984 parameters: flat, ")
    (said,) = _summary(PEAK, arms=ONE_ARM, seeds=1).trends.shapes
    assert "shape not fitted: teacher 6848 has 1 run" in said


def test_pilots_take_no_part_in_the_summary():
    plain, piloted = study(PEAK, seeds=3), study(PEAK, seeds=3, pilots=(300,))
    assert len(piloted) > len(plain)
    assert len(_summary(PEAK, seeds=3, pilots=(300,)).runs) == len(plain)


def test_equal_teachers_are_not_told_apart_in_a_pilot():
    (found,) = advise(_runs(study(EQUAL, seeds=4, sd=0.02, pilots=(300, 1_000))))
    assert sorted(found.selections) == [300, 1_000, 3_000]
    assert not found.separated and "are not told apart" in found.sentence
    assert "n needed" in found.sentence
    for one in found.selections.values():
        assert sum(one.probabilities) == pytest.approx(1)


def test_over_many_pilots_equal_teachers_are_chosen_equally_and_rarely_separated():
    shares, separated = np.zeros(5), 0
    for seed in range(40):
        runs = study(
            EQUAL, seeds=3, sd=0.02, arms=ONE_ARM, rng_seed=seed,
            references=False,
        )  # fmt: skip
        (found,) = advise(_runs(runs))
        shares += found.selections[3_000].probabilities
        separated += found.separated
    assert np.all(np.abs(shares / 40 - 0.2) < 0.15)
    # 5 % of 40 are 2; eight or more have probability below 0.001.
    assert separated <= 7


def test_the_peak_is_recommended_and_the_loss_is_not():
    (found,) = advise(_runs(study(PEAK, pilots=(300, 1_000))))
    assert found.leader == "T25984" and found.separated and not found.close
    assert "Take it." in found.sentence
    (found,) = advise(_runs(study(BELOW, pilots=(300, 1_000))))
    assert found.leader == "T101120" and "Keep the undistilled" in found.sentence


def test_a_shift_of_all_runs_of_a_seed_does_not_hide_a_difference():
    calm = _runs(study(PEAK, sd=0.002, arms=ONE_ARM, references=False))
    rng = np.random.default_rng(1)
    shift = {seed: rng.normal(0, 0.05) for seed in range(5)}
    moved = []
    for run in calm:
        one = dict(run.record)
        more = round(shift[run.seed] * one["items"])
        won = one["won"] + max(more, 0)
        lost = one["lost"] + max(-more, 0)
        both = round(one["before"] * one["items"]) - lost
        after = (both + won) / one["items"]
        moved.append(one | {"won": won, "lost": lost, "both": both, "after": after})
    (found,) = advise(_runs(moved))
    (still,) = advise(calm)
    assert found.behind == pytest.approx(still.behind, abs=1e-6)


def test_an_arm_that_was_not_run_is_named_with_those_that_were():
    runs = _runs(study(PEAK, arms=ONE_ARM, seeds=2))
    with pytest.raises(DataError, match="the arms are: all_correct, gold, self"):
        advise(runs, "intersection")


def test_files_without_records_say_what_to_do(tmp_path):
    with pytest.raises(CorruptFileError, match="is not there"):
        read(tmp_path)
    (tmp_path / "records.jsonl").write_text("")
    with pytest.raises(CorruptFileError, match="holds no records"):
        read(tmp_path)


def test_students_are_named_by_their_parameters():
    assert _summary(PEAK, seeds=2).students == (f"{STUDENT:,} parameters",)
