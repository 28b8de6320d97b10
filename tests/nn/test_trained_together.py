"""Every kind of network through the training code that knows none of them."""

import numpy as np
import pytest

import memcap as mc
from memcap.core.errors import WeightsError
from memcap.nn import Config, SeparableConfig, ks25_appendix_h
from memcap.training import TrainConfig
from memcap.training.ensemble import train_ensemble
from memcap.training.outcomes import Member

DS = mc.data.random_next_token(num_samples=12, length=3, vocab=6, classes=2, seed=0)
SETTINGS = TrainConfig(steps=300, check_every=50, learning_rate=0.03, warmup=10)
HARDMAX = {"attention": "hardmax", "head_size": 4, "causal": True}


@pytest.mark.parametrize(
    "config",
    [
        Config.for_dataset(DS, blocks=2, position_kind="sinusoidal", positions=3),
        Config.for_dataset(DS, blocks=2, norm="rms", scale_scores=True, positions=3),
        Config.for_dataset(DS, hardmax_gradient="straight_through", **HARDMAX),
        SeparableConfig.for_dataset(DS, nodes=6, rank=8),
    ],
)
def test_an_ensemble_trains_it(config):
    members = [Member(config=config, settings=SETTINGS, ds=DS, seed=s) for s in (0, 1)]
    outcomes = train_ensemble(members)
    assert max(outcome.correct for outcome in outcomes) == 12
    assert outcomes[0].loss != outcomes[1].loss


def test_annealing_is_told_how_far_the_training_is():
    # At the last check hardmax is exact; the same scores without annealing stay put.
    ways = ("none", "annealed")
    members = [
        Member(
            config=Config.for_dataset(DS, hardmax_gradient=way, **HARDMAX),
            settings=TrainConfig(steps=60, check_every=60, warmup=0),
            ds=DS,
            seed=5,
        )
        for way in ways
    ]
    none, annealed = train_ensemble(members, keep_weights=True)
    queries = [outcome.weights.layers[0].heads[0].query for outcome in (none, annealed)]
    drawn = mc.nn.to_weights(mc.nn.build(members[0].config, rngs=5))
    assert queries[0] == drawn.layers[0].heads[0].query != queries[1]
    outputs = mc.forward(annealed.weights, DS.tokens, arithmetic="exact")
    right = int((np.argmax(outputs.astype(float), axis=1) == DS.labels).sum())
    assert right == annealed.correct


def test_ks25_appendix_h_trains():
    member = Member(config=ks25_appendix_h(3, DS), settings=SETTINGS, ds=DS)
    (outcome,) = train_ensemble([member], keep_weights=True)
    parts = mc.count(outcome.weights).by_part
    assert parts["encoder"].dense + parts["decoder"].dense == 84 * 3
    assert outcome.correct > 8


@pytest.mark.parametrize(
    "config",
    [Config.for_dataset(DS, norm="rms"), SeparableConfig.for_dataset(DS)],
)
def test_what_has_no_exact_record_is_not_kept(config):
    few = TrainConfig(steps=1, check_every=1, warmup=0)
    member = Member(config=config, settings=few, ds=DS)
    with pytest.raises(WeightsError, match="the exact record does not hold"):
        train_ensemble([member], keep_weights=True)
