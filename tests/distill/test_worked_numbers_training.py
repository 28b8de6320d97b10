"""Chains against bare answers; decoders of a thousand and of ten million numbers."""

import jax
import numpy as np
import pytest

from memcap.distill.networks import decoder_config
from memcap.distill.tasks import task
from memcap.distill.tasks.base import direct, floor, told
from memcap.nn import build, split
from tests.distill.taught_decoders import accuracy, learned

CHAIN = task("modular_chain", modulus=23)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "parameters"),
    [("parity", {"bits": 8}), ("pointer", {"nodes": 6, "hops": 4})],
)
def test_a_chain_is_learned_where_the_bare_answer_is_not(name, parameters):
    made = task(name, **parameters)
    config, found = learned(
        made, 32, 2, 500, 128, lambda task, asked: told(task, asked, "full"), direct
    )
    chain, answer = (accuracy(made, config, one) for one in found)
    print(f"{name}: chain {chain:.3f}, answer {answer:.3f}, floor {floor(made):.3f}")
    # Five standard errors of the floor over 1,000 questions are below .08.
    assert chain > 0.95 and answer < floor(made) + 0.08


@pytest.mark.parametrize(
    ("width", "layers", "least", "most"), [(6, 1, 8e2, 1.2e3), (368, 6, 9e6, 1.1e7)]
)
def test_decoders_from_a_thousand_to_ten_million(width, layers, least, most):
    config = decoder_config(CHAIN, width, layers)
    v, s, d = config.vocab, config.positions, width
    leaves = jax.tree.leaves(split(build(config, rngs=0))[1])
    wanted = 2 * v * d + s * d + d + layers * (12 * d**2 + 2 * d)
    assert config.parameters == wanted == sum(leaf.size for leaf in leaves)
    assert least <= wanted <= most


@pytest.mark.slow
def test_ten_million_numbers_take_a_step():
    config, (found,) = learned(
        CHAIN, 368, 6, 1, 4, lambda task, asked: told(task, asked, "full")
    )
    before = jax.tree.leaves(split(build(config, rngs=1))[1])
    after = jax.tree.leaves(found.parameters)
    assert sum(np.size(leaf) for leaf in after) == config.parameters > 9e6
    # An untrained network is about as unsure as the vocabulary is large.
    assert not found.diverged and 0 < found.loss < 1.5 * np.log(config.vocab)
    moved = [np.abs(a - b).max() for a, b in zip(after, before, strict=True)]
    assert 0 < max(moved) < 1.1 * 3e-3
