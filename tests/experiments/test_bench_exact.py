"""The benchmark runs, its verdicts follow from its lines, its rival is exact."""

import json
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import memcap as mc
from experiments import bench_exact as bench
from experiments import bench_exact_bars as bars
from experiments import bench_exact_row as rows
from experiments.bench_exact_integers import OneByOne
from memcap.model.weights import Attention
from tests.model import random_networks as networks


@pytest.mark.parametrize("seed", range(120))
def test_one_by_one_equals_the_reference_pass(seed):
    """Adversarial numbers, every layer it follows, ids and vectors of integers."""
    rng = random.Random(seed)
    weights = networks.network(rng, kinds=("uniform",))
    tokens = networks.tokens(rng, weights, 4, 5)
    if weights.input == "vectors":
        size = weights.embedding.inputs
        tokens = np.random.default_rng(seed).integers(-(2**40), 2**40, (4, 5, size))
    try:
        one = OneByOne(weights, 5)
    except ValueError:
        causal = any(isinstance(x, Attention) and x.causal for x in weights.layers)
        form = (weights.task, weights.decision, weights.positions, causal)
        assert form != ("next_token", "nearest", None, False)
        return
    found = [Fraction(one(row), one.denominator) for row in tokens]
    assert found == mc.forward(weights, tokens).tolist()


@pytest.mark.parametrize("name", bench.CONSTRUCTIONS)
def test_one_by_one_gives_every_label(name):
    ds = mc.data.random_next_token(60, rows.LENGTH, rows.VOCAB, rows.CLASSES)
    one = OneByOne(mc.construct(name, ds).weights, rows.LENGTH)
    found = [Fraction(one(row), one.denominator) for row in ds.tokens]
    assert found == ds.labels.tolist()


def test_a_rival_that_errs_ends_the_run():
    with pytest.raises(ArithmeticError, match="input 1 "):
        rows.rival(lambda i: 0, np.array([0, 1, 0]), 3)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("bench")
    return out, bench.main(["--size", "smoke", "--out", str(out)])


def test_smoke_writes_a_proved_line_a_network_and_size(finished):
    out, lines = finished
    cells = [(line.construction, line.num_samples) for line in lines]
    sizes = bench.SIZES["smoke"]
    assert cells == [(name, n) for name in bench.CONSTRUCTIONS for n in sizes]
    written = (out / "bench_exact.jsonl").read_text().splitlines()
    for line, found in zip(lines, written, strict=True):
        assert json.loads(found) == bench.record(line)
        assert line.verdict == "PROVED"
        assert 0 < line.peak_gib < 8
        one, ours = line.integers_seconds, line.forward_cpu_seconds
        assert line.ratio_to_integers == one * line.num_samples / ours
        cost = line.layer_sample_ns * line.depth * line.num_samples
        assert cost == pytest.approx(1e9 * ours)


def test_bars_are_met_missed_or_not_run(finished):
    line = replace(
        finished[1][0],
        num_samples=100_000,
        build_cpu_seconds=2.0,
        verify_seconds=4.0,
        verify_cpu_seconds=4.0,
    )
    slow = replace(line, verify_seconds=5.5, verdict="REFUTED")
    said = list(bars.verdicts([line]))
    assert len(said) == len(bars.BARS)
    assert said[0] == (
        "met      seconds to verify, N = 100,000: 4.00, at most 5 wanted"
    )
    assert said[1].startswith("not run ") and said[5].startswith("met ")
    said = list(bars.verdicts([slow]))
    assert said[0].startswith("NOT MET ") and said[0].endswith("REFUTED")
    assert said[1].startswith("NOT MET ") and "5.50" in said[1]


def test_growth_finds_the_exponents_of_power_laws(finished):
    first = finished[1][0]
    ladder = [
        replace(first, num_samples=n, depth=n // 10, forward_cpu_seconds=n**1.25)
        for n in (100, 1000, 10_000)
    ]
    said = list(bars.growth(ladder))
    assert "1.25  1.25; least squares in logarithms 1.25" in said[1]
    assert "1.00  1.00; least squares in logarithms 1.00" in said[2]
    assert "-0.75 -0.75; least squares in logarithms -0.75" in said[3]
