"""Pre-training, checkpoints, distillation and the comparison with before."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from memcap.core.errors import CorruptFileError, ProtocolError
from memcap.distill import arms, checkpoints, pretraining
from memcap.distill.budgets import Budget
from memcap.distill.distillation import Job, distil
from memcap.distill.networks import decoder_config
from memcap.distill.pool import draw_questions
from memcap.distill.pretraining import Lesson, Recipe, pretrain
from memcap.distill.protocol import Scores, packed, paired, unpacked
from memcap.distill.statistics.paired import mcnemar
from memcap.distill.students import Student, measured, undistilled
from memcap.distill.tasks.modular_chain import ModularChain
from memcap.distill.teachers import Teacher, answered, check_names

TASK = ModularChain(modulus=3, operations=3)
ASKED = draw_questions(TASK, 60, 50, seed=0)
RECIPE = Recipe(updates=20, batch=16, warmup=5)
# As many as the questions of the pool: one compilation serves both trainings.
EXAMPLES = 60
STUDENTS = tuple(Student(width=8, layers=1, seed=s, updates=20) for s in (0, 1))


def same(one, two) -> bool:
    leaves = (jax.tree.leaves(x.parameters) for x in (one, two))
    return all((a == b).all() for a, b in zip(*leaves, strict=True))


@pytest.fixture(scope="module")
def starts():
    lessons = [student.lesson for student in STUDENTS]
    networks = pretrain(TASK, lessons, RECIPE, ASKED, EXAMPLES)
    return [
        undistilled(TASK, student, trained, ASKED)
        for student, trained in zip(STUDENTS, networks, strict=True)
    ]


def distilled(starts, arm, updates):
    jobs = [Job(start, arm, Budget(updates, 0.0, 0.0)) for start in starts]
    return distil(TASK, jobs, RECIPE, len(ASKED.pool))


def test_without_a_baseline_there_is_no_gain():
    after = Scores(ASKED.test_hash, np.ones(50, bool))
    with pytest.raises(ProtocolError, match="before distillation"):
        paired(None, after)
    with pytest.raises(ProtocolError, match="different test sets"):
        paired(Scores(ASKED.pool_hash, after.right), after)
    with pytest.raises(ProtocolError, match="different test sets"):
        paired(Scores(ASKED.test_hash, after.right[:9]), after)


def test_items_are_packed_and_unpacked():
    rng = np.random.default_rng(0)
    for count in (1, 7, 8, 9, 64, 1001):
        right = rng.random(count) < 0.5
        np.testing.assert_array_equal(unpacked(packed(right), count), right)
    for text, items in (("ff", 5), ("ff", 9), ("f8f8", 5)):
        with pytest.raises(ValueError, match="does not hold"):
            unpacked(text, items)


def test_the_table_counts_items():
    before = Scores("t", np.array([1, 1, 1, 0, 0, 0, 0], bool))
    table = paired(before, Scores("t", np.array([1, 0, 0, 1, 1, 1, 0], bool)))
    assert (table.both, table.lost, table.won, table.neither) == (1, 2, 3, 1)
    assert table.gain == table.after - table.before == 1 / 7


def test_no_updates_are_no_gain(starts):
    for start, end in zip(
        starts, distilled(starts, arms.gold(TASK, ASKED), 0), strict=True
    ):
        table = paired(start.scores, measured(TASK, end, ASKED))
        assert same(start.trained, end)
        assert (table.gain, table.discordant) == (0, 0) and mcnemar(table).exact == 1


def test_updates_start_from_the_checkpoint_and_lower_the_loss(starts):
    gold = arms.gold(TASK, ASKED)
    one, many = (distilled(starts, gold, updates) for updates in (1, 60))
    for start, near, far in zip(starts, one, many, strict=True):
        leaves = (jax.tree.leaves(x.parameters) for x in (start.trained, near))
        step = max(np.abs(a - b).max() for a, b in zip(*leaves, strict=True))
        # AdamW's first step moves a weight by its rate, a fifth of the peak, and decay.
        assert 0 < step < 1.1 * RECIPE.learning_rate / RECIPE.warmup
        assert far.loss < near.loss and not same(start.trained, far)


def test_equal_data_give_equal_students_and_another_seed_another(starts):
    perfect = arms.gold(TASK, ASKED)
    renamed = replace(perfect, name="all_correct", writer="perfect")
    jobs = [
        Job(start, arm, Budget(10, 0.0, 0.0))
        for start in starts
        for arm in (perfect, renamed)
    ]
    ends = distil(TASK, jobs, RECIPE, len(ASKED.pool))
    assert same(ends[0], ends[1]) and same(ends[2], ends[3])
    assert not same(ends[0], ends[2])


def test_neighbours_do_not_change_a_student(starts):
    gold = arms.gold(TASK, ASKED)
    few = arms.subsampled(TASK, gold, 7, 0)
    alone = distilled(starts[:1], gold, 10)
    jobs = [Job(starts[0], gold, Budget(10, 0.0, 0.0))]
    jobs += [Job(start, few, Budget(25, 0.0, 0.0)) for start in starts]
    assert same(distil(TASK, jobs, RECIPE, len(ASKED.pool))[0], alone[0])


def test_a_small_arm_is_what_it_is_alone(starts):
    # Other arms fill the rows behind its own, which no batch may come from.
    few = arms.subsampled(TASK, arms.gold(TASK, ASKED), 7, 0)
    job = Job(starts[0], few, Budget(10, 0.0, 0.0))
    wide, narrow = (distil(TASK, [job], RECIPE, pool)[0] for pool in (60, 7))
    assert same(wide, narrow)


def test_networks_are_kept_and_read_back(tmp_path, monkeypatch):
    lessons = [Lesson(8, 1, "full", 0, 5), Lesson(8, 1, "terse", 0, 5)]
    first = pretrain(TASK, lessons, RECIPE, ASKED, EXAMPLES, tmp_path)
    monkeypatch.setattr(pretraining, "train_ensemble", None)
    again = pretrain(TASK, lessons, RECIPE, ASKED, EXAMPLES, tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 2
    assert all(
        same(a, b) and a.loss == b.loss for a, b in zip(first, again, strict=True)
    )
    assert not same(*first)


def test_a_broken_network_is_refused(tmp_path):
    (trained,) = pretrain(TASK, [Lesson(8, 1, "full", 0, 2)], RECIPE, ASKED, EXAMPLES)
    path = checkpoints.save(tmp_path, {"a": 1}, trained)
    config = decoder_config(TASK, 8, 1)
    found = checkpoints.load(tmp_path, {"a": 1}, config)
    assert found is not None and same(found, trained)
    assert checkpoints.load(tmp_path, {"a": 2}, config) is None
    with pytest.raises(CorruptFileError, match="delete it"):
        checkpoints.load(tmp_path, {"a": 1}, decoder_config(TASK, 16, 1))
    raw = bytearray(path.read_bytes())
    # A byte of some weights: the archive's own checksum or ours must notice.
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(CorruptFileError, match="delete it"):
        checkpoints.load(tmp_path, {"a": 1}, config)


def test_teachers_write_as_they_are_told():
    plain = Teacher(width=8, layers=1, updates=3)
    (trained,) = pretrain(TASK, [plain.lesson(RECIPE)], RECIPE, ASKED, EXAMPLES)
    greedy = answered(TASK, plain, trained, ASKED.pool)
    noisy = answered(TASK, replace(plain, noise=1.0), trained, ASKED.pool)
    hot, warm = (
        answered(TASK, replace(plain, temperature=9.0, seed=s), trained, ASKED.pool)
        for s in (0, 1)
    )
    written = (greedy.tails != 7).any(axis=1)
    assert (noisy.tails != greedy.tails).any(axis=1).sum() == written.sum()
    assert (hot.tails != greedy.tails).any() and (hot.tails != warm.tails).any()


def test_two_teachers_of_one_name_are_refused():
    check_names([Teacher(width=8), Teacher(width=8, seed=1)])
    with pytest.raises(ProtocolError, match="d8-full is listed 2 times"):
        check_names([Teacher(width=8), Teacher(width=8)])
