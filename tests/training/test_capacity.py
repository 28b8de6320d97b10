"""Searches on ladders find what an oracle hides, count their cost, and say when not."""

from dataclasses import replace
from math import isnan, sqrt

import pytest

from memcap.core.errors import DataError
from memcap.nn import trained_parameters
from memcap.training import (
    Member,
    Outcome,
    TrainConfig,
    bits_capacity,
    max_samples,
    memorized_bits,
    min_parameters,
    train_ensemble,
)
from tests.training.ensembles import QUICK, data, network

LADDER = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89]
STEPS = 10
DS = data(samples=12)


def make(size, seeds=2):
    """The size stands in the number of hidden units, where an oracle reads it."""
    settings = TrainConfig(steps=STEPS, check_every=STEPS)
    config = network(hidden=size)
    return [Member(config, settings, DS, seed=seed) for seed in range(seeds)]


def oracle(correct, steps=STEPS):
    """A trainer whose member of hidden size q and seed s gets ``correct(q, s)``."""

    def train(members):
        return [
            _outcome(member, correct(member.config.hidden, member.seed), steps)
            for member in members
        ]

    return train


def _outcome(member, correct, steps=STEPS, bits=None):
    total = member.ds.num_labels
    bits = float(correct) if bits is None else bits
    done, nan = correct == total, float("nan")
    return Outcome(member, correct, total, nan, bits, bits, steps, done, False, 0.0)


def from_size(least):
    """Success of seed 1 alone from a size on; a label more for a larger network."""
    return oracle(lambda q, seed: 12 if q >= least and seed == 1 else min(q, 8))


@pytest.mark.parametrize("least", LADDER[1:])
@pytest.mark.parametrize("hint", [None, *LADDER])
def test_finds_the_change_of_a_monotone_oracle(least, hint):
    search = min_parameters(make, LADDER, hint=hint, train=from_size(least))
    assert search.status == "found" and search.monotone
    assert search.found == least
    assert search.below == LADDER[LADDER.index(least) - 1]
    assert search.best.member.config.hidden == least and search.best.member.seed == 1
    sizes = [attempt.size for attempt in search.attempts]
    assert len(set(sizes)) == len(sizes) <= 9
    assert (
        search.cost == len(sizes) * 2 * STEPS == sum(a.steps for a in search.attempts)
    )


@pytest.mark.parametrize("most", LADDER[:-1])
@pytest.mark.parametrize("hint", [None, 1, 8, 89])
def test_the_most_samples_are_the_mirror_image(most, hint):
    train = oracle(lambda n, seed: 12 if n <= most else 11)
    search = max_samples(make, LADDER, hint=hint, train=train)
    assert (search.found, search.status) == (most, "found")
    assert search.above == LADDER[LADDER.index(most) + 1] and search.below is None
    if hint is None:
        assert search.attempts[0].size == 1


def test_doubling_steps_and_bisection_in_their_order():
    search = min_parameters(make, LADDER, retries=0, train=from_size(21))
    # Places 0, 1, 3, 7 enclose; 5 and 6 close in.
    assert [a.size for a in search.attempts] == [1, 2, 5, 34, 13, 21]
    assert [a.success for a in search.attempts] == [False] * 3 + [True, False, True]
    assert search.attempts[4].correct == 8 and search.attempts[4].members == 2
    search = min_parameters(make, LADDER, retries=1, train=from_size(21))
    assert [a.size for a in search.attempts][6:] == [8]


def test_a_success_below_a_failure_moves_the_search_and_is_recorded():
    # 13 fails by chance; 8 fits.
    train = oracle(lambda q, seed: 12 if q >= 8 and q != 13 else 6)
    kept = min_parameters(make, LADDER, retries=0, train=train)
    assert (kept.found, kept.below) == (21, 13)
    search = min_parameters(make, LADDER, retries=1, train=train)
    assert (search.found, search.below, search.status) == (8, 5, "found")
    assert not search.monotone
    assert {a.size: a.success for a in search.attempts}[13] is False
    mirrored = oracle(lambda n, seed: 12 if n <= 13 and n != 8 else 6)
    # From 1 the doubling steps meet 2, 5, 34; bisection meets 13 first.
    search = max_samples(make, LADDER, train=mirrored)
    assert (search.found, search.above) == (13, 21)


def test_a_failing_top_is_no_end_if_its_neighbour_fits():
    train = oracle(lambda q, seed: 12 if q in (34, 55) else 1)
    search = min_parameters(make, LADDER[:5] + [34, 55, 89], train=train, hint=89)
    assert search.status == "found" and search.found == 34
    nothing = min_parameters(make, LADDER, train=oracle(lambda q, s: 1), retries=0)
    assert [a.size for a in nothing.attempts] == [1, 2, 5, 34, 89]


def test_the_ends_of_the_ladder_censor():
    never, always = oracle(lambda q, s: 11), oracle(lambda q, s: 12)
    search = min_parameters(make, LADDER, train=never)
    assert (search.status, search.found, search.below) == ("above_ladder", None, 89)
    assert search.best is None
    search = min_parameters(make, LADDER, train=always)
    assert (search.status, search.found, search.below) == ("below_ladder", 1, None)
    assert len(search.attempts) == 1
    search = max_samples(make, LADDER, train=never)
    assert (search.status, search.found, search.above) == ("below_ladder", None, 1)
    assert [a.size for a in search.attempts] == [1, 2]
    search = max_samples(make, LADDER, train=always)
    assert (search.status, search.found, search.above) == ("above_ladder", 89, None)


def test_a_share_of_the_labels_is_enough_if_asked_for():
    train = oracle(lambda q, seed: min(q, 12))
    assert min_parameters(make, LADDER, train=train).found == 13
    assert min_parameters(make, LADDER, threshold=8 / 12, train=train).found == 8


@pytest.mark.parametrize("attempts", range(8))
def test_no_attempt_may_exceed_the_budget(attempts):
    budget = attempts * 2 * STEPS + 1
    search = min_parameters(make, LADDER, budget=budget, train=from_size(21))
    whole = min_parameters(make, LADDER, train=from_size(21))
    assert search.cost <= budget
    assert search.attempts == whole.attempts[:attempts]
    expected = "found" if attempts >= len(whole.attempts) else "budget"
    assert search.status == expected
    assert search.found == (None, None, None, None, 34, 34, 21, 21)[attempts]
    assert search.below == (None, 1, 2, 5, 5, 13, 13, 13)[attempts]


def test_steps_of_a_finisher_are_afforded_first():
    finisher = replace(QUICK, steps=10, finisher="lbfgs", finisher_steps=5)

    def one(size):
        return [Member(network(hidden=size), finisher, DS)]

    assert not min_parameters(one, LADDER, budget=14, train=from_size(1)).attempts
    assert min_parameters(one, LADDER, budget=15, train=from_size(1)).attempts


def test_unusable_input_is_refused_by_name():
    for ladder in ([], [1, 1], [3, 2]):
        with pytest.raises(DataError, match="ladder"):
            min_parameters(make, ladder)
        with pytest.raises(DataError, match="ladder"):
            bits_capacity(make, ladder, parameters=1)
    with pytest.raises(DataError, match="hint = 4"):
        max_samples(make, LADDER, hint=4)
    with pytest.raises(DataError, match="threshold = 0"):
        min_parameters(make, LADDER, threshold=0)
    with pytest.raises(DataError, match=r"make\(1\) gives no members"):
        min_parameters(lambda size: [], LADDER)
    with pytest.raises(DataError, match="parameters = 0"):
        bits_capacity(make, LADDER, parameters=0)


def _bits(table):
    """A trainer that gives a member of N and seed its bits."""

    def train(members):
        return [_outcome(m, 12, bits=table[m.config.hidden][m.seed]) for m in members]

    return train


def test_bits_are_the_maximum_over_n_averaged_over_seeds():
    nan = float("nan")
    table = {1: (10.0, 11.0), 2: (30.0, 20.0), 3: (25.0, nan)}
    found = bits_capacity(make, [1, 2, 3], parameters=5, train=_bits(table))
    assert found.bits == 25.0 and found.bits_per_parameter == 5.0
    assert found.at == (2, 2) and not found.censored
    # Two seeds resampled give 20, 25 and 30; Student's t reaches out to both ends.
    assert found.interval == (20.0, 30.0) and found.interval_per_parameter == (4, 6)
    assert [(p.samples, p.seed) for p in found.points][:3] == [(1, 0), (1, 1), (2, 0)]
    assert isnan(found.points[-1].bits) and found.cost == 6 * STEPS
    rising = bits_capacity(make, [1, 2], parameters=5, train=_bits(table))
    assert rising.censored and rising.bits == 25.0


def test_the_interval_of_many_seeds_is_that_of_the_mean():
    values = [float(100 + seed) for seed in range(30)]

    def many(size):
        return make(size, seeds=30)

    found = bits_capacity(many, [1], parameters=1, train=_bits({1: values}))
    # Standard error of 30 numbers, 0 to 29, times the quantile of Student's t.
    half = 2.045 * sqrt((30**2 - 1) / 12 * 30 / 29) / sqrt(30)
    assert found.interval == pytest.approx((114.5 - half, 114.5 + half), abs=0.4)
    one = bits_capacity(lambda n: make(n, 1), [1], parameters=1, train=_bits({1: [3]}))
    assert one.bits == 3 and all(map(isnan, one.interval))


def test_a_seed_without_bits_or_other_seeds_are_refused():
    nan = float("nan")
    with pytest.raises(DataError, match="seed 1 has no number of bits"):
        bits_capacity(make, [1], parameters=1, train=_bits({1: (1.0, nan)}))
    with pytest.raises(DataError, match="N = 2 has seeds"):
        bits_capacity(
            lambda n: make(n, n), [1, 2], parameters=1, train=_bits({1: [1], 2: [1, 2]})
        )


def test_real_training_finds_a_network_and_its_bits():
    ds = data(samples=12)

    def widths(q):
        config = network(hidden=q)
        settings = replace(QUICK, steps=400)
        return [Member(config, settings, ds, seed, rate) for seed, rate in TRIES]

    search = min_parameters(widths, [1, 4, 16], train=_keeping)
    assert search.found is not None and search.best.finished
    assert search.best.weights is not None
    again = min_parameters(widths, [1, 4, 16], train=_keeping)
    assert again.attempts == search.attempts
    assert again.best.weights.sha256 == search.best.weights.sha256

    def samples(n):
        config = network(width=2, hidden=2)
        return [Member(config, QUICK, data(samples=n), seed) for seed in (0, 1)]

    size = sum(trained_parameters(network(width=2, hidden=2)).values())
    found = bits_capacity(samples, [4, 16], parameters=size)
    for point in found.points:
        assert point.bits <= memorized_bits(point.samples, 2, 0.0)
    assert 0 < found.bits < 16


TRIES = ((0, 0.02), (1, 0.05))


def _keeping(members):
    return train_ensemble(members, keep_weights=True)
