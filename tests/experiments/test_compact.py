"""The compact experiment and the precision cliff run, resume, and refuse failures."""

from dataclasses import replace
from fractions import Fraction
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

import memcap as mc
from experiments import compact, compact_runs, precision_cliff
from experiments.compact_runs import Built, as_config, execute
from experiments.compact_summary import (
    MAIN,
    PRINTED,
    Point,
    bound,
    crossing,
    points,
    slope,
)
from experiments.precision_figure import enough, predicted
from experiments.precision_rounding import (
    decided,
    longest,
    rounded,
    rounded_weights,
    significant,
)
from memcap.analysis.travel import travel
from memcap.model.weights import Affine, Weights
from memcap.sweeps.records import Store, key_of

RECORDS = Path(compact.__file__).parent / "records"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("compact")
    return out, compact.main(["--size", "smoke", "--out", str(out)])


def test_smoke_proves_every_network_and_draws(finished):
    out, records = finished
    assert len(records) == len(compact.SMOKE)
    for record in records:
        results = record.results
        assert record.status == "done" and results["verdict"] == "PROVED"
        assert results["correct"] == results["total"] == results["labels"]
    assert len((out / "records/compact.jsonl").read_text().splitlines()) == len(records)
    for name in ("compact", "compact_bits"):
        assert (out / f"figures/{name}.png").stat().st_size > 10_000
        assert "</svg>" in (out / f"figures/{name}.svg").read_text()


def test_a_second_run_does_nothing_again(finished, capsys):
    out, records = finished
    assert compact.main(["--size", "smoke", "--out", str(out)]) == records
    assert "Built(" not in capsys.readouterr().out


def test_a_network_with_a_wrong_label_ends_the_run(tmp_path, monkeypatch, capsys):
    def wrong(name, ds, **options):
        built = mc.construct(name, ds, **options)
        return replace(
            built, weights=replace(built.weights, readout=_zero(built.weights.readout))
        )

    class Broken:
        Verdict, data, verify = mc.Verdict, mc.data, staticmethod(mc.verify)
        construct = staticmethod(wrong)

    monkeypatch.setattr(compact_runs, "mc", Broken)
    monkeypatch.setitem(
        compact.SIZES, "smoke", [Built(construction="next_token", samples=9)]
    )
    with pytest.raises(SystemExit) as stopped:
        compact.main(["--size", "smoke", "--out", str(tmp_path)])
    assert stopped.value.code == 1
    assert "REFUTED" in capsys.readouterr().err
    # A failed run does not count as done: the next call tries it again.
    assert not Store(tmp_path / "records/compact.jsonl").keys()


def _zero(readout):
    return Affine.build(readout.inputs, [{}])


def _point(samples, *numbers):
    return Point(MAIN, samples, {"nonzero": np.array(numbers, float)})


def test_intervals_slopes_and_crossings_by_hand():
    exact = [_point(n, 20 * sqrt(n), 20 * sqrt(n)) for n in (100, 1000, 10_000)]
    fit = slope(exact, "nonzero")
    assert fit is not None and fit.slope == pytest.approx(0.5)
    assert crossing(exact, float) == pytest.approx(400)
    assert crossing(exact, lambda n: n / 100) is None
    low, high = _point(10, 1, 2, 3).interval("nonzero")
    # Student's t with 2 degrees of freedom: 4.303.
    assert (low, high) == pytest.approx(
        (2 - 4.303 / sqrt(3), 2 + 4.303 / sqrt(3)), 1e-3
    )
    assert _point(10, 7).interval("nonzero") is None


def test_committed_records_are_complete_proved_and_between_the_bounds():
    records = Store(RECORDS / "compact.jsonl").records()
    keys = {key_of(as_config(run), run.seed) for run in compact.SMALL}
    assert {record.key for record in records} == keys
    assert all(record.results["verdict"] == "PROVED" for record in records)
    found = points(records)
    for point in (*found[MAIN], *found[PRINTED]):
        numbers = point.counts["nonzero"]
        assert numbers.min() > bound("memcap.Shatter.any_places", point.samples)
        assert numbers.max() < bound("KS25.ThmB1.parameters", point.samples)
    fit = slope(found[MAIN], "nonzero")
    assert fit is not None and 0.49 < fit.interval[0] < fit.interval[1] < 0.53
    below = crossing(found[MAIN], float)
    assert below is not None and 422 < below < 562


SMALL_CELLS = [run for run in compact.SMALL if run.samples <= 1000]


@pytest.mark.parametrize("name", sorted({run.construction for run in compact.SMALL}))
def test_committed_records_are_what_the_constructions_give(name):
    """Every small cell of every construction, so that no change goes unnoticed."""
    records = {r.key: r for r in Store(RECORDS / "compact.jsonl").records()}
    runs = [run for run in SMALL_CELLS if run.construction == name]
    assert runs
    for run in runs:
        committed = records[key_of(as_config(run), run.seed)]
        fresh = execute(run)
        assert fresh.counts == committed.counts
        for hashed in ("weights_sha256", "data_sha256"):
            assert fresh.results[hashed] == committed.results[hashed]


def test_rounding_is_to_the_nearest_with_so_many_digits():
    values = [Fraction(1, 3), Fraction(-22, 7), 1000003, -5, Fraction(1, 1 << 70)]
    for value in values:
        for digits in (1, 2, 5, 24):
            near = rounded(value, digits)
            assert significant(near) <= digits
            assert abs(near - value) <= abs(value) / 2**digits
    assert [rounded(9, k) for k in (1, 2, 3, 4)] == [8, 8, 8, 9]
    assert rounded(15, 2) == 16 and rounded(0, 3) == 0


def test_rounding_to_the_longest_weight_changes_nothing():
    ds = mc.data.random_next_token(
        num_samples=40, length=4, vocab=16, classes=2, seed=0
    )
    weights = mc.construct("compact_next_token", ds).weights
    most = longest(weights)
    assert rounded_weights(weights, most) == weights != rounded_weights(weights, 2)
    assert (decided(weights, ds) == ds.labels).all()


def test_a_tie_is_no_decision():
    ds = mc.data.from_arrays([[1], [2]], [0, 1])
    one = Affine.dense([[1]])
    half = Weights("next_token", "vectors", one, (), Affine.dense([[0.5]]))
    assert decided(half, ds).tolist() == [-1, 1]
    both = Weights("next_token", "vectors", one, (), Affine.dense([[1], [1]]), "argmax")
    assert decided(both, ds).tolist() == [-1, -1]


def test_the_cliff_runs_and_ends_at_the_longest_weight(tmp_path, monkeypatch):
    constructed = [run for run in precision_cliff.SMOKE if run.network != "trained"]
    monkeypatch.setitem(precision_cliff.SIZES, "smoke", constructed)
    records = precision_cliff.main(["--size", "smoke", "--out", str(tmp_path)])
    assert (tmp_path / "figures/precision_cliff.png").stat().st_size > 10_000
    for record in records:
        results = record.results
        assert results["verdict"] == "PROVED"
        assert results["digits"][-1] == results["longest"]
        assert results["correct"][-1] == results["total"] == 60
        assert results["correct"][0] < 60
    assert enough(records[1]) == records[1].results["longest"]


@pytest.mark.slow
def test_the_cliff_of_a_trained_network(tmp_path):
    records = precision_cliff.main(["--size", "smoke", "--out", str(tmp_path)])
    results = records[-1].results
    assert results["unrounded"] == results["total"] and enough(records[-1]) < 12


def test_committed_cliffs_are_where_the_layout_says():
    records = Store(RECORDS / "precision_cliff.jsonl").records()
    runs = precision_cliff.SMALL
    keys = {key_of(precision_cliff.as_config(run), run.seed) for run in runs}
    assert {record.key for record in records} == keys
    for record in records:
        digits, most = enough(record), record.results["longest"]
        if record.config["network"] == "next_token":
            assert digits == most
            # One digit fewer and not a single stored label is left.
            assert record.results["correct"][-2] <= record.results["commonest"]
        expected = predicted(record)
        if expected is not None and record.config["samples"] == 10_000:
            assert most - 10 < digits <= most
            found = np.array(record.results["correct"]) / record.results["total"]
            assert np.abs(found - expected).max() < 0.04


def test_a_journey_ends_at_the_label():
    ds = mc.data.random_next_token(num_samples=12, length=3, vocab=6, classes=2, seed=3)
    weights = mc.construct("compact_next_token", ds).weights
    for tokens, label in zip(ds.tokens, ds.labels, strict=True):
        stops = travel(weights, tokens)
        assert len(stops) == len(weights.layers) + 1
        ((read, _),) = weights.readout.rows[0].terms
        assert stops[-1].state[read] == label
