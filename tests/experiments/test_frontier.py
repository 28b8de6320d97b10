"""The frontier runs, resumes, reads the compact records; its crossings are right."""

import json
from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

import memcap as mc
from experiments import frontier, frontier_laws
from experiments.compact_summary import MAIN, Point
from experiments.frontier_laws import LINES, MORRIS, ONE, PRINTED, TWO, Law, crossing
from experiments.frontier_runs import Run, as_config, execute
from experiments.frontier_summary import (
    FLOAT32,
    FLOAT64,
    LEARNED,
    NAMES,
    bits_a_number,
    crossings,
    summary,
    unplaced,
)
from experiments.frontier_table import table
from memcap.sweeps.records import Store, key_of

RECORDS = Path(frontier.__file__).parent / "records"
EXACT = [run for run in frontier.SMOKE if run.network != "trained"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("frontier")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(frontier.SIZES, "smoke", EXACT)
        return out, frontier.main(["--size", "smoke", "--out", str(out)])


def test_smoke_writes_records_tables_and_figure(finished):
    out, records = finished
    assert len(records) == len(EXACT)
    for record in records:
        assert record.results["verdict"] == "PROVED"
        assert record.counts["nonzero"] >= record.results["fewest"] >= 1
        assert record.counts["max_bits"] <= 53
    body = json.loads((out / "records/frontier.json").read_text())
    assert {row["network"] for row in body["measured"]} >= {"compact", NAMES[FLOAT64]}
    assert "| compact |" in (out / "records/frontier.md").read_text()
    assert (out / "figures/frontier.png").stat().st_size > 20_000
    assert "</svg>" in (out / "figures/frontier.svg").read_text()


def test_a_second_run_does_nothing_again(finished, capsys, monkeypatch):
    out, records = finished
    monkeypatch.setitem(frontier.SIZES, "smoke", EXACT)
    assert frontier.main(["--size", "smoke", "--out", str(out)]) == records
    assert "seed 0\n" not in capsys.readouterr().out


def test_a_failure_ends_the_program(finished):
    _, records = finished
    with pytest.raises(SystemExit, match="1"):
        frontier.refuse_failures([replace(records[0], status="failed", reason="no")])


def test_a_refusal_is_on_record_and_draws_no_point(monkeypatch):
    def refuse(*_, **__):
        raise mc.HypothesisError(
            mc.constructions.available()["hardware_exact"].ref, "short ids", "long ones"
        )

    monkeypatch.setattr(mc, "construct", refuse)
    record = execute(Run(network="float32", samples=20))
    assert record.results["verdict"] == "REFUSED" and not record.counts
    found = frontier.frontier([], [record])
    assert FLOAT32 not in found
    assert unplaced([record]) == [("float32", 20, record.reason)]


@pytest.mark.slow
def test_training_finds_a_network_or_says_that_none_fits():
    found = execute(frontier.SMOKE[-1])
    assert found.results["verdict"] == "PROVED"
    none = execute(replace(frontier.SMOKE[-1], steps=1, widths=(1,)))
    assert none.results["verdict"] == "CENSORED" and not none.counts
    series = frontier.frontier([], [found, none])
    assert list(series) == [LEARNED] and len(series[LEARNED]) == 1


@pytest.mark.parametrize("line", LINES)
def test_crossings_of_formulas_are_exact(line):
    at = crossing(PRINTED, line)
    assert at is not None
    assert PRINTED(at) <= line(at) and PRINTED(at - 1) > line(at - 1)


def test_crossings_of_simple_laws():
    root = Law("root", "upper", "50 sqrt N", lambda n, precision: 50 * round(sqrt(n)))
    assert crossing(root, ONE) == pytest.approx(2500, abs=50)
    assert crossing(ONE, TWO) is None
    assert crossing(MORRIS, ONE) == frontier_laws.FIRST


def _row(series, sizes, law):
    counts = ("nonzero", "dense", "depth", "width", "max_bits", "total_bits")
    return [Point(series, n, {q: np.array([law(n)]) for q in counts}) for n in sizes]


def test_crossings_of_measured_rows_say_how_they_were_found():
    sizes = (100, 316, 1000, 3162)
    found = {
        MAIN: _row(MAIN, sizes, lambda n: 25 * sqrt(n)),
        FLOAT64: _row(FLOAT64, sizes, lambda n: 1.5 * n),
    }
    made = {(c.what, c.line): c for c in crossings(found)}
    one = made["compact", ONE.name]
    assert one.how == "interpolated" and one.at == pytest.approx(625, rel=0.01)
    far = made["compact", MORRIS.name]
    assert far.how == "extrapolated by N^0.50"
    assert far.at == pytest.approx((25 * 3.64) ** 2, rel=0.01)
    # Floats hold bounded bits: their few labels a number are not carried on.
    slow = _row(FLOAT64, sizes, lambda n: 5 * n**0.9)
    rows = {(c.what, c.line): c for c in crossings({FLOAT64: slow})}
    bounded = rows[NAMES[FLOAT64], MORRIS.name]
    assert bounded.at is None and bounded.how == "above at all measured sizes"
    assert made[NAMES[FLOAT64], ONE.name].at is None
    both = made["compact", NAMES[FLOAT64]]
    assert both.at == pytest.approx((25 / 1.5) ** 2, rel=0.01)


def test_every_formula_speaks_and_lower_bounds_are_below_what_was_built():
    compact = Store(frontier.COMPACT).records()
    found = frontier.frontier(compact, Store(RECORDS / "frontier.jsonl").records())
    for law in frontier_laws.EVERY:
        assert all(law(10**k) > 0 for k in (2, 6, 12))
    for row in found.values():
        for point in row:
            assert point.mean("nonzero") > frontier_laws.FEWEST(point.samples)
            assert point.mean("nonzero") < PRINTED(point.samples)


def test_the_committed_tables_are_those_of_the_committed_records():
    own = Store(RECORDS / "frontier.jsonl").records()
    keys = {key_of(as_config(run), run.seed) for run in frontier.SMALL}
    assert {record.key for record in own} == keys
    found = frontier.frontier(Store(frontier.COMPACT).records(), own)
    body = json.loads((RECORDS / "frontier.json").read_text())
    assert body == json.loads(json.dumps(summary(found, own)))
    assert (RECORDS / "frontier.md").read_text() == table(found, own) + "\n"


def test_small_exact_networks_come_out_again():
    own = {r.key: r for r in Store(RECORDS / "frontier.jsonl").records()}
    for run in frontier.SMALL:
        if run.network != "trained" and run.samples <= 316 and run.seed == 0:
            fresh = execute(run)
            stored = own[key_of(as_config(run), run.seed)]
            assert fresh.counts == stored.counts
            assert fresh.results["data_sha256"] == stored.results["data_sha256"]


def test_bits_a_number():
    assert bits_a_number(728, 200) == 3.64
