"""The heat maps: squares, frontier and orders, and the committed records."""

import json
from math import log2, sqrt
from pathlib import Path

import numpy as np
import pytest

import memcap as mc
from experiments import kim_heatmap
from experiments.kim_heatmap_figure import edges, fitting, takeaway
from experiments.kim_heatmap_runs import RATES, Cell
from experiments.kim_heatmap_summary import Map, fits, maps_of, table
from memcap.sweeps import Record, Store

FOLDER = Path(kim_heatmap.__file__).parent / "records/kim_heatmap"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("kim")
    return out, kim_heatmap.main(["--size", "smoke", "--out", str(out)])


def test_smoke_runs_resumes_and_draws(finished):
    out, code = finished
    records = Store(out / "records.jsonl").records()
    assert code == 0 and len(records) == len(kim_heatmap.SMOKE)
    assert (out / "kim_heatmap.png").stat().st_size > 10_000
    written = (out / "fits.json").read_text()
    assert json.loads(written) == json.loads(json.dumps(fits(records)))
    lines = (out / "records.jsonl").read_text()
    assert kim_heatmap.main(["--size", "smoke", "--out", str(out)]) == 0
    assert (out / "records.jsonl").read_text() == lines


def _square(size, samples, error, seed=0, task="seq_to_seq"):
    config = {"task": task, "knob": "width", "data": "random"}
    config |= {"size": size, "samples": samples, "length": 8}
    config |= {"vocab": 64, "classes": 4}
    counts = {"trained": 100 * size}
    return Record(config=config, seed=seed, results={"error": error}, counts=counts)


SQUARES = [
    _square(1, 8, 0.2),
    _square(2, 8, 0.0),
    _square(1, 16, 0.5),
    _square(2, 16, 0.02),
    _square(1, 8, 0.0, seed=1),
    _square(2, 8, 0.0, seed=1),
    _square(1, 16, 0.3, seed=1),
    _square(2, 16, 0.008, seed=1),
]


def test_squares_are_means_and_points_are_brackets():
    (one,) = maps_of(SQUARES)
    assert one.errors == pytest.approx(np.array([[0.1, 0.4], [0.0, 0.014]]))
    assert one.parameters == [100, 200]
    kinds = [(p.size, p.censoring) for p in one.points]
    assert kinds == [(8, "interval"), (8, "below"), (16, "above"), (16, "interval")]
    assert (one.points[0].low, one.points[0].high) == (100, 200)
    # 0.014 is not below 0.01.
    assert fitting(one) == [(8, 200)]
    assert "unfitted" in fits(SQUARES)[0]["growth"]


def test_the_orders_are_those_of_the_bounds():
    (sequences,) = maps_of([_square(1, 100, 0.0, task="next_token")])
    # Theorem 4.1 by hand: n + V + sqrt(N log2 N).
    assert sequences.bound(100) == pytest.approx(8 + 64 + sqrt(100 * log2(100)))
    (tokens,) = maps_of([_square(1, 100, 0.0)])
    given = {"num_samples": 100, "length": 8, "dim": 1, "r": 64, "delta": 1}
    stated = mc.bounds.get("Kim23.Thm3.1")(**given, classes=4)
    assert tokens.bound(100) == pytest.approx(float(stated))
    # 800 labels of two bits at two bits a number.
    assert (tokens.fewest(100), sequences.fewest(100)) == (800, 100)


def test_takeaway_and_edges_by_hand():
    # A network of 100 s numbers fits 8 s sequences: between 100 N / 16 and 100 N / 8.
    rows = [
        _square(s, n, 0.0 if n <= 8 * s else 0.5, seed)
        for s in (1, 2, 4, 8, 16)
        for n in (16, 32, 64, 128)
        for seed in (0, 1)
    ]
    (one,) = maps_of(rows)
    assert fitting(one) == [(16, 200), (32, 400), (64, 800), (128, 1600)]
    assert takeaway([one]).startswith("Parameters needed: $N^{1.00}$")
    few = Map("seq_to_seq", "width", "random", tuple(rows[:1]))
    assert takeaway([few]) == "Parameters needed: not fitted"
    assert edges([3]) == [1.5, 6]


def test_networks_of_both_knobs():
    cell = Cell(task="seq_to_seq", knob="depth", size=3, samples=8)
    config = cell.config(cell.ds)
    # The theorem's width: max(m, s H, q) = 16.
    assert (config.width, config.hidden, config.inner_size) == (6, 16, 1)
    assert (config.blocks, config.attention) == (3, "softmax")
    cell = Cell(task="next_token", knob="width", size=5, samples=8, data="turkish")
    config = cell.config(cell.ds)
    assert (config.width, config.hidden, config.head_size) == (5, 20, 5)
    assert cell.ds.labels.shape == (8,) and config.classes == 4


def test_committed_records_are_complete_and_say_what_the_readme_says():
    cells = kim_heatmap.SWEEP.cells("small")
    stored = {r.key: r for r in Store(FOLDER / "records.jsonl").records()}
    assert stored.keys() == cells.keys()
    records = [stored[key] for key in cells]
    assert all(record.status == "done" for record in records)
    assert all(len(r.results["trials"]) == len(RATES) for r in records)
    assert (FOLDER / "table.md").read_text() == table(records)
    assert json.loads((FOLDER / "fits.json").read_text()) == fits(records)
