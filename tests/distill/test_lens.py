"""Bits learned, bits of traces, bits held."""

from math import log2

import jax
import numpy as np
import pytest

from memcap.core.errors import DataError
from memcap.distill.lens import capacity_lens, learned_bits, trace_cost
from memcap.distill.networks import Trained, decoder_config
from memcap.distill.pool import draw_questions
from memcap.distill.pretraining import Lesson, Recipe, pretrain
from memcap.distill.students import greedy
from memcap.distill.tasks.base import end, told
from memcap.distill.tasks.modular_chain import ModularChain
from memcap.distill.written import even
from memcap.nn import build, split
from memcap.training.bits import BitsCapacity

TASK = ModularChain(modulus=3, operations=3)
ASKED = draw_questions(TASK, 60, 50, seed=0)


@pytest.fixture(scope="module")
def student() -> Trained:
    recipe = Recipe(updates=150, batch=32, warmup=10, learning_rate=1e-2)
    (trained,) = pretrain(TASK, [Lesson(16, 1, "full", 0, 150)], recipe, ASKED, 400)
    return trained


def test_facts_are_known_by_between_nothing_and_all():
    assert learned_bits(3.0, np.zeros(5)) == 15
    assert learned_bits(3.0, np.array([3.0, 9.0, np.inf])) == 0
    assert learned_bits(np.array([1.0, 2.0]), np.array([0.25, 0.5])) == 2.25
    # Rounding may make a probability exceed 1.
    assert learned_bits(1.0, np.array([-1e-9])) == 1
    for prior, losses in ((-1.0, [0.0]), (1.0, [np.nan])):
        with pytest.raises(DataError, match="entropy"):
            learned_bits(prior, np.array(losses))


def test_own_chains_cost_less_than_shuffled_ones(student):
    own = even(TASK, greedy(TASK, student, ASKED.pool))
    shuffled = np.random.default_rng(0).permutation(own)
    costs = [trace_cost(TASK, student.model, ASKED.pool, t) for t in (own, shuffled)]
    assert 0 < costs[0].bits < costs[1].bits
    assert costs[0].tokens == costs[1].tokens


def test_the_cost_is_a_sum_over_chains_whatever_their_number(student):
    gold = told(TASK, ASKED.pool, "full")
    parts = [slice(0, 1), slice(1, 6), slice(6, 60)]
    whole = trace_cost(TASK, student.model, ASKED.pool, gold)
    costs = [trace_cost(TASK, student.model, ASKED.pool[p], gold[p]) for p in parts]
    assert sum(c.bits for c in costs) == pytest.approx(whole.bits, rel=1e-5)
    assert (whole.chains, whole.tokens) == (60, 240)
    assert whole.per_chain == whole.bits / 60 and whole.per_token == whole.bits / 240


def test_a_network_of_zeros_takes_the_entropy_of_its_vocabulary(student):
    config = decoder_config(TASK, 16, 1)
    zeros = jax.tree.map(np.zeros_like, split(build(config, rngs=0))[1])
    even_odds = Trained(config, zeros, 0.0)
    gold = told(TASK, ASKED.pool, "full")
    cost = trace_cost(TASK, even_odds.model, ASKED.pool, gold)
    assert cost.per_token == pytest.approx(log2(config.vocab), rel=1e-6)
    assert end(TASK) == config.vocab - 1


def test_no_chains_cost_nothing(student):
    none = ASKED.pool[:0]
    cost = trace_cost(TASK, student.model, none, none)
    assert (cost.bits, cost.per_chain, cost.per_token) == (0, None, None)


def test_what_a_task_asks_for_beside_what_a_network_holds():
    big = ModularChain(modulus=23, operations=5)
    found = capacity_lens(big, 1000, 103_000, 2.0)
    assert found.held_bits == 206_000 and round(found.cot_bits, 1) == 7178.9
    assert found.direct_bits == pytest.approx(1000 * log2(23))
    assert found.cot_share == found.cot_bits / 206_000
    assert found.direct_share == found.direct_bits / 206_000
    measured = BitsCapacity((), 500.0, (0.0, 0.0), 250, 0.95, (), 0)
    assert capacity_lens(big, 1000, 103_000, measured) == found
    for parameters, rate in ((0, 2.0), (5, 0.0), (5, float("nan"))):
        with pytest.raises(DataError, match="nothing to compare"):
            capacity_lens(big, 10, parameters, rate)
