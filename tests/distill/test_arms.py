"""Pools, what was written on them, and the sets of data made of it."""

import numpy as np
import pytest

from memcap.core.errors import DataError
from memcap.distill import arms
from memcap.distill.filters import REASONS
from memcap.distill.pool import (
    Questions,
    draw_questions,
    fresh_questions,
    most_questions,
)
from memcap.distill.tasks import task
from memcap.distill.tasks.base import end, told
from memcap.distill.tasks.modular_chain import ModularChain
from memcap.distill.tasks.parity import Parity
from memcap.distill.written import Written, corrupted, even, judge

TASK = ModularChain(modulus=5, operations=3)
ASKED = draw_questions(TASK, 80, 40, seed=0)
END = end(TASK)


def teacher(name: str, noise: float, seed: int = 0, style="full") -> Written:
    """A perfect teacher, spoiled."""
    tails = even(TASK, told(TASK, ASKED.pool, style))
    tails = corrupted(TASK, tails, noise, seed)
    return judge(TASK, name, style, ASKED.pool, tails)


TEACHERS = [teacher("good", 0.1), teacher("fair", 0.4, 1), teacher("poor", 0.8, 2)]


def keys(questions: np.ndarray) -> set[bytes]:
    return {row.tobytes() for row in questions.astype(np.int64)}


def test_pool_and_test_are_disjoint_distinct_and_repeatable():
    assert len(keys(ASKED.pool)) == 80 and len(keys(ASKED.test)) == 40
    assert not keys(ASKED.pool) & keys(ASKED.test)
    again, other = (draw_questions(TASK, 80, 40, seed=s) for s in (0, 1))
    assert (again.pool_hash, again.test_hash) == (ASKED.pool_hash, ASKED.test_hash)
    assert other.pool_hash != ASKED.pool_hash and other.test_hash != ASKED.test_hash
    # A larger pool asks the same test questions.
    assert draw_questions(TASK, 120, 40, seed=0).test_hash == ASKED.test_hash


def test_pretraining_sees_no_held_question():
    rng = np.random.default_rng(0)
    fresh = fresh_questions(TASK, 3000, rng, ASKED.held)
    assert fresh.shape == (3000, 7) and not keys(fresh) & ASKED.held


@pytest.mark.parametrize("sizes", [(0, 4), (12, 5)])
def test_too_many_or_no_questions_are_refused(sizes):
    with pytest.raises(DataError, match="question|fewer"):
        draw_questions(Parity(bits=4), *sizes, seed=0)
    everything = frozenset(r.tobytes() for r in np.indices((2,) * 4).reshape(4, -1).T)
    with pytest.raises(DataError, match="take"):
        fresh_questions(Parity(bits=4), 3, np.random.default_rng(0), everything)


def test_a_world_says_which_of_its_questions_are_too_few():
    for name in ("two_hop", "reversal"):
        pool, test = most_questions(task(name))
        assert draw_questions(task(name), pool, test, seed=0).test.shape[0] == test
        with pytest.raises(DataError, match="training questions are asked for"):
            draw_questions(task(name), pool + 1, test, seed=0)
        with pytest.raises(DataError, match="held-out questions are asked for"):
            draw_questions(task(name), pool, test + 1, seed=0)


def test_noise_hits_its_share_and_changes_one_token_each():
    tails = even(TASK, told(TASK, ASKED.pool, "full"))
    assert (corrupted(TASK, tails, 0.0, 0) == tails).all()
    changed = corrupted(TASK, tails, 1.0, 0) != tails
    assert (changed.sum(axis=1) == 1).all() and changed[:, :3].sum() == 80
    assert 15 < (corrupted(TASK, tails, 0.4, 0) != tails).any(axis=1).sum() < 50
    with pytest.raises(DataError, match="between 0 and 1"):
        corrupted(TASK, tails, 1.5, 0)


def test_false_chains_with_right_answers_are_counted_exactly():
    tails = even(TASK, told(TASK, ASKED.pool, "full"))
    tails[:7, 0] = (tails[:7, 0] + 1) % 5  # spurious
    tails[7:12, 2] = (tails[7:12, 2] + 1) % 5  # wrong
    written = judge(TASK, "t", "full", ASKED.pool, tails)
    assert written.spurious == 7 and written.accuracy == 75 / 80
    by_answer = arms.all_correct(TASK, ASKED, written, "answer")
    by_chain = arms.all_correct(TASK, ASKED, written, "chain")
    assert (by_answer.count, by_answer.spurious_rate) == (75, pytest.approx(7 / 75))
    assert (by_chain.count, by_chain.spurious_rate) == (68, 0.0)
    assert by_answer.dropped["wrong_answer"] == by_chain.dropped["wrong_answer"] == 5
    assert by_chain.dropped["invalid_chain"] == 7


def test_a_tail_that_never_ends_is_too_long_even_if_its_last_token_is_right():
    tails = even(TASK, told(TASK, ASKED.pool, "full"))
    width = tails.shape[1]
    tails[0] = tails[0, 2]
    written = judge(TASK, "t", "full", ASKED.pool, tails)
    arm = arms.all_correct(TASK, ASKED, written)
    assert width == 5 and arm.dropped["too_long"] == 1 and arm.count == 79
    # Redundant chains fill all the room by right.
    assert teacher("r", 0.0, style="redundant").perfect


def test_a_question_asked_twice_with_one_answer_is_a_duplicate():
    twice = Questions(np.repeat(ASKED.pool[:10], 2, axis=0), ASKED.test)
    tails = even(TASK, told(TASK, twice.pool, "full"))
    written = judge(TASK, "t", "full", twice.pool, tails)
    arm = arms.all_correct(TASK, twice, written)
    assert (arm.count, arm.dropped["duplicate"]) == (10, 10)


def test_set_identities():
    own = {t.name: arms.all_correct(TASK, ASKED, t) for t in TEACHERS}
    shared = arms.intersection(TASK, ASKED, TEACHERS)
    matched = arms.count_matched(TASK, ASKED, TEACHERS, seed=3)
    least = min(arm.count for arm in own.values())
    common = set.intersection(*(set(arm.rows.tolist()) for arm in own.values()))
    assert 0 < len(common) < least < own["good"].count
    for name, arm in own.items():
        assert set(shared[name].rows.tolist()) == common
        assert matched[name].count == least
        assert set(matched[name].rows.tolist()) <= set(arm.rows.tolist())
    assert matched["poor"].hash == own["poor"].hash
    for arm in (*own.values(), *shared.values(), *matched.values()):
        assert arm.count + sum(arm.dropped.values()) == 80
        assert tuple(arm.dropped) == REASONS


def test_chains_of_an_intersection_are_the_teachers_own():
    terse = teacher("terse", 0.2, 4, "terse")
    made = arms.intersection(TASK, ASKED, [TEACHERS[0], terse])
    assert (made["good"].questions == made["terse"].questions).all()
    assert made["good"].mean_tokens == 3 and made["terse"].mean_tokens == 2
    assert made["good"].hash != made["terse"].hash


def test_a_seed_chooses_the_subsample():
    arm = arms.all_correct(TASK, ASKED, TEACHERS[0])
    first, again, other = (arms.subsampled(TASK, arm, 20, s) for s in (0, 0, 1))
    assert first.hash == again.hash != other.hash
    assert first.count == 20 and first.dropped["subsampled"] == arm.count - 20
    assert arms.subsampled(TASK, arm, 1000, 0).hash == arm.hash


def test_gold_is_the_whole_pool_and_answers_are_its_ends():
    gold = arms.gold(TASK, ASKED)
    answers = arms.answer_only(TASK, ASKED, teacher("sure", 0.0))
    assert gold.count == answers.count == 80 and sum(gold.dropped.values()) == 0
    assert (answers.tails[:, 0] == gold.tails[:, 2]).all()
    assert (answers.tails[:, 1:] == END).all()
    assert answers.spurious_rate is None and answers.mean_tokens == 1


def test_answers_stand_for_the_questions_of_all_correct():
    arm = arms.answer_only(TASK, ASKED, TEACHERS[2])
    assert arm.rows.tolist() == arms.all_correct(TASK, ASKED, TEACHERS[2]).rows.tolist()
    assert (arm.tails[:, :1] == TASK.answers(arm.questions)).all()


def test_a_mixture_gives_each_question_to_one_teacher():
    full, terse = teacher("full", 0.0), teacher("terse", 0.0, style="terse")
    arm = arms.mixed(TASK, ASKED, full, terse, 0.2, seed=0)
    lengths = (arm.tails != END).sum(axis=1)
    assert arm.count == 80 and (lengths == 3).sum() == 16 and (lengths == 2).sum() == 64
    assert arm.writer == "0.2 full + 0.8 terse" and arm.spurious_rate == 0
    only = arms.mixed(TASK, ASKED, full, terse, 1.0, seed=0)
    assert only.hash == arms.all_correct(TASK, ASKED, full).hash
    with pytest.raises(DataError, match="mixture"):
        arms.mixed(TASK, ASKED, full, terse, 1.2, seed=0)


def test_perfect_teachers_of_one_style_are_told_apart_by_nobody():
    one, two, terse = (
        teacher("one", 0.0),
        teacher("two", 0.0, seed=9),
        teacher("terse", 0.0, style="terse"),
    )
    made = [arms.all_correct(TASK, ASKED, t) for t in (one, two, terse)]
    assert made[0].hash == made[1].hash == arms.gold(TASK, ASKED).hash
    (sentence,) = arms.identical(made)
    assert "one, two" in sentence and "terse," not in sentence
    assert not arms.identical(made[1:])


def test_a_teacher_without_right_answers_leaves_empty_arms():
    tails = even(TASK, (told(TASK, ASKED.pool, "full") + 1) % 5)
    wrong = judge(TASK, "wrong", "full", ASKED.pool, tails)
    arm = arms.all_correct(TASK, ASKED, wrong)
    assert (arm.count, arm.mean_tokens, arm.spurious_rate) == (0, None, None)
    assert arms.intersection(TASK, ASKED, [TEACHERS[0], wrong])["good"].count == 0
    assert arms.answer_only(TASK, ASKED, wrong).count == 0
    with pytest.raises(DataError, match="filter 'answers'"):
        arms.all_correct(TASK, ASKED, wrong, "answers")  # pyright: ignore
