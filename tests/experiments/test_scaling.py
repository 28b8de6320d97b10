"""The scaling sweeps search, verify, fit, and go on after SIGKILL as if nothing was."""

import json
import signal
from dataclasses import asdict, replace
from math import inf
from pathlib import Path

import pytest

import memcap as mc
from experiments import next_token_scaling, scaling_cells, seq_to_seq_scaling
from experiments.scaling_cells import LADDER, Cell
from experiments.scaling_figure import takeaway
from experiments.scaling_report import (
    bounds_of,
    comparison_of,
    constructed,
    fits,
    point_of,
    size_of,
    table,
)
from memcap.analysis.scaling_results import Comparison
from memcap.sweeps import Record, Store
from tests.sweeps.processes import lines, start, wait_for

RECORDS = Path(scaling_cells.__file__).parent / "records"
MODULES = {m.NAME: m for m in (next_token_scaling, seq_to_seq_scaling)}


@pytest.fixture(scope="module")
def searched():
    """Two cells of one shape; all of smoke runs in the slow test below."""
    cells = next_token_scaling.SMOKE[:2]
    assert len({next_token_scaling.bucket(cell) for cell in cells}) == 1
    return dict(zip(cells, next_token_scaling.run(cells), strict=True))


def test_a_search_is_on_record_and_what_it_found_is_proved(searched):
    for cell, record in searched.items():
        assert record.key == next_token_scaling.SWEEP.key(cell)
        results = record.results
        sizes = [attempt["size"] for attempt in results["attempts"]]
        assert set(sizes) <= set(cell.ladder) and len(set(sizes)) == len(sizes)
        assert results["cost"] == sum(a["steps"] for a in results["attempts"])
        known = results["hidden"]
        for end, success in (("failing", False), ("succeeding", True)):
            if known[end] is not None:
                (own,) = (a for a in results["attempts"] if a["size"] == known[end])
                assert own["success"] is success
                assert results["parameters"][end] == cell.parameters(known[end])
        assert results["found"]["verdict"] == "PROVED"
        assert record.counts["dense"] == results["parameters"]["succeeding"]
        for name in scaling_cells.CONSTRUCTED["next_token"]:
            assert constructed(record, name) > 0
        assert Record.from_line(record.to_line()).key == record.key


def test_fits_and_figure_are_functions_of_the_records(searched, tmp_path):
    made = []
    for stamp in ("one", "two"):
        out = tmp_path / stamp
        out.mkdir()
        moved = [replace(r, time=stamp, device=stamp) for r in searched.values()]
        next_token_scaling.finish(moved, out)
        made.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert made[0] == made[1]
    name = next_token_scaling.NAME
    assert set(made[0]) == {"fits.json", "table.md", f"{name}.png", f"{name}.svg"}
    assert len(made[0][f"{name}.png"]) > 10_000


def test_parameters_by_hand():
    cell = Cell(scan="samples", samples=64, length=8)
    # Embedding 8x4, values and outputs 4x4, 4 -> q -> 4 with biases, readout 4 -> 2.
    assert cell.parameters(3) == 32 + 32 + (4 * 3 + 3 + 3 * 4 + 4) + 10
    assert cell.hint == 1 and replace(cell, samples=100).hint == 3
    other = replace(cell, seed=1)
    assert cell.draw != other.draw != replace(other, length=9).draw
    assert not (cell.ds.labels == other.ds.labels).all()


def test_token_labels_are_all_free():
    for cell in seq_to_seq_scaling.SMALL:
        assert cell.ds.num_labels == cell.labels == cell.samples * cell.length
        assert len(set(cell.ds.contexts().ravel().tolist())) == cell.labels


def _record(scan, size, failing, succeeding, seed=0, **fields):
    """A record of a search as it would be, without the search."""
    task = fields.pop("task", "next_token")
    config = asdict(Cell(scan=scan, samples=64, length=8, seed=seed, task=task))
    results = {
        "labels": size,
        "status": "found",
        "monotone": True,
        "fixed": 50,
        "parameters": {"failing": failing, "succeeding": succeeding},
        "attempts": [],
        "constructed": {
            name: {"verdict": "PROVED", "nonzero": 7}
            for name in scaling_cells.CONSTRUCTED[task]
        },
    }
    config["length" if scan == "length" else "samples"] = size
    return Record(config=config, seed=seed, results=results | fields)


def test_ends_of_ladders_become_censored_points():
    assert point_of(_record("samples", 9, 70, 90), "samples").censoring == "interval"
    point = point_of(_record("samples", 9, 70, None), "samples")
    assert (point.low, point.high) == (70, inf)
    point = point_of(_record("samples", 9, None, 90), "samples", fixed=False)
    assert (point.low, point.high) == (0, 40)
    assert point_of(_record("samples", 9, None, None), "samples") is None
    # Lengths are what next-token searches are plotted against, labels otherwise.
    assert size_of(_record("length", 4, 70, 90), "length") == 4
    both = _record("length", 4, 70, 90, task="seq_to_seq", labels=256)
    assert size_of(both, "length") == 256


def test_exponents_of_laws_that_are_known():
    linear = [
        _record("samples", n, 50 + 3 * n, 50 + 4 * n, seed)
        for n in (64, 128, 256, 512, 1024)
        for seed in range(3)
    ]
    flat = [_record("length", n, 300, 310, s) for n in (4, 64, 1024) for s in range(3)]
    own = comparison_of(linear, "samples", fixed=False)
    assert isinstance(own, Comparison)
    assert own.exponent.low <= 1 <= own.exponent.high
    # A constant part of W makes the exponent smaller.
    whole = comparison_of(linear, "samples")
    assert isinstance(whole, Comparison) and whole.exponent.value < 0.99
    independent = comparison_of(flat, "length")
    assert isinstance(independent, Comparison)
    assert independent.exponent.low <= 0 <= independent.exponent.high
    assert independent.fit("N^0").weight > 0.5 > independent.fit("log N").weight
    said = takeaway(linear + flat)
    assert "$N^{" in said and "$n^{" in said and "hidden part" in said
    assert "reason" in fits(linear[:3])["samples"]["all parameters"]
    assert "too few" in takeaway(linear[:3])


def test_bounds_and_constructions_of_a_record():
    record = _record("samples", 1024, 70, 90)
    assert constructed(record, "next_token") == 7
    record.results["constructed"]["next_token"] = {"verdict": "REFUTED", "nonzero": 7}
    assert constructed(record, "next_token") is None
    bounds = bounds_of(record)
    assert bounds["fewest possible"] == 19
    printed = mc.bounds.get("KS25.ThmB1.parameters")(
        num_samples=1024, length=8, dim=1, r=7, delta=1, classes=2
    )
    assert bounds["KS25, printed"] == pytest.approx(float(printed.ball(64).lower))
    assert "| 1,024 | 8 |" in table([record])


@pytest.mark.parametrize("name", MODULES)
def test_sizes_have_every_scan_and_distinct_cells(name):
    for size, cells in MODULES[name].SWEEP.sizes.items():
        assert {cell.scan for cell in cells} == {"samples", "length"}
        assert len(MODULES[name].SWEEP.cells(size)) == len(cells)
        for cell in cells:
            assert set(cell.ladder) <= set(LADDER)


def stripped(out):
    """The records without what a machine and a moment add."""
    kept = {}
    for line in lines(out):
        record = json.loads(line)
        for field in ("time", "device", "seconds"):
            del record[field]
        kept[record["key"]] = record
    return kept


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_killed_three_times_and_two_workers_give_the_same(name, tmp_path):
    module, cells = f"experiments.{name}", MODULES[name].SMOKE
    whole, killed, two = (tmp_path / word for word in ("whole", "killed", "two"))
    assert start(whole, 0, size="smoke", module=module).wait(300) == 0
    for _ in range(3):
        before = len(lines(killed))
        process = start(killed, 0, size="smoke", module=module)
        wait_for(lambda: len(lines(killed)) > before, 120)  # noqa: B023
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert len(lines(killed)) < len(cells) and not (killed / "fits.json").exists()
    assert start(killed, 0, size="smoke", module=module).wait(300) == 0
    assert start(two, 2, size="smoke", module=module).wait(300) == 0
    assert len(lines(killed)) == len(cells)
    assert stripped(killed) == stripped(whole) == stripped(two)
    for other in (killed, two):
        for written in ("fits.json", "table.md", f"{name}.svg"):
            assert (other / written).read_bytes() == (whole / written).read_bytes()


@pytest.mark.parametrize("name", [n for n in MODULES if (RECORDS / n).exists()])
def test_committed_records_are_complete_and_what_they_found_is_proved(name):
    out, sweep = RECORDS / name, MODULES[name].SWEEP
    records = {r.key: r for r in Store(out / "records.jsonl").records()}
    assert set(records) == set(sweep.cells("small"))
    ordered = [records[key] for key in sweep.cells("small")]
    for record in ordered:
        found = record.results.get("found")
        if found is not None:
            assert found["verdict"] == "PROVED"
            assert found["correct"] == record.results["labels"]
        bounds = bounds_of(record)
        for built in scaling_cells.CONSTRUCTED[record.config["task"]]:
            assert bounds["fewest possible"] < constructed(record, built)
            assert constructed(record, built) < bounds["KS25, printed"]
    assert json.loads((out / "fits.json").read_text()) == json.loads(
        json.dumps(fits(ordered))
    )
    assert (out / "table.md").read_text() == table(ordered)
