"""A small decoder learns to tell word problems, and what it writes is judged."""

import numpy as np
import pytest

from memcap.distill.pool import draw_questions
from memcap.distill.pretraining import Lesson, Recipe, pretrain
from memcap.distill.students import greedy
from memcap.distill.tasks import task
from memcap.distill.tasks.base import end, right_answers, told, valid_chains


def unigram_entropy(tails: np.ndarray, stop: int) -> float:
    """Nats a token, END counted once a tail, of predicting each by its share."""
    told_ids = tails[tails != stop]
    ids = np.concatenate([told_ids, np.full(len(tails), stop)])
    shares = np.unique(ids, return_counts=True)[1] / len(ids)
    return float(-(shares * np.log(shares)).sum())


@pytest.mark.slow
def test_a_small_decoder_of_word_problems():
    pytest.importorskip("reasoning_gym")
    made = task("gsm_symbolic", problems=1000, longest=180, steps=3)
    questions = draw_questions(made, pool=64, test=32, seed=0)
    recipe = Recipe(updates=120, batch=32, warmup=20)
    lesson = Lesson(width=32, layers=2, style="full", seed=0, updates=120)
    (trained,) = pretrain(made, [lesson], recipe, questions, examples=1000)
    gold = told(made, made.train_questions(), "full")
    assert trained.loss < 0.7 * unigram_entropy(gold, end(made))
    for asked in (questions.pool, questions.test):
        tails = greedy(made, trained, asked)
        steps = [made.read(tail) for tail in tails]
        # It tells steps in their form long before they are the right ones.
        assert sum(one is not None for one in steps) > len(asked) / 2
        right = right_answers(made, asked, tails)
        chains = valid_chains(made, asked, tails, "full")
        assert (right | ~chains).all(), "a valid chain ends with the right answer"
