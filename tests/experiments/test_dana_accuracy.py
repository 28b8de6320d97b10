"""The accuracy experiment runs; published values, slopes and claims are right."""

import json
from pathlib import Path

import numpy as np
import pytest

import memcap as mc
from experiments import dana_accuracy
from experiments.dana_accuracy import SWEEP, Cell, associations, network
from experiments.dana_accuracy_figure import finish
from experiments.dana_accuracy_published import ROWS, Shape
from experiments.dana_accuracy_summary import (
    held,
    of_row,
    per_head,
    points,
    published,
    summary,
)
from memcap.sweeps import Store, main

RECORDS = Path(dana_accuracy.__file__).parent / "records/dana_accuracy"
FILES = ("fits.json", "table.md", "dana_accuracy.png", "dana_accuracy.svg")


def test_smoke_runs_and_files_are_a_function_of_the_records(tmp_path):
    out = tmp_path / "out"
    assert main(SWEEP, ["--size", "smoke", "--out", str(out)]) == 0
    records = Store(out / "records.jsonl").records()
    assert [record.key for record in records] == list(SWEEP.cells("smoke"))
    again = tmp_path / "again"
    again.mkdir()
    finish(records, again)
    for name in FILES:
        assert (out / name).read_bytes() == (again / name).read_bytes()


def _record(heads, correct, seed, **fields):
    cell = Cell(50, 10, 10, heads, seed, **fields)
    results = {"guaranteed": cell.guaranteed, "correct": correct, "total": 2500}
    return SWEEP.record(cell, results, counts={"all": 3})


def test_means_intervals_and_slopes_by_hand():
    # 98 of 100 stored pairs are more than the 50 in 2500 that guesses get.
    pairs = ((1, 148), (6, 638), (11, 1128))
    records = [_record(heads, right, 0) for heads, right in pairs]
    found = points([*records, _record(1, 248, 1), _record(1, 9, 0, steps=5)])
    row = of_row(found, ROWS["d10"])
    assert [point.shape.heads for point in row] == [1, 6, 11]
    assert len(row[0].accuracy) == 2 and row[1].interval is None
    # Student's t with one degree of freedom: 12.706; both values lie 0.02 off.
    reach = 12.706 * 0.02
    assert row[0].interval == pytest.approx((0.0792 - reach, 0.0792 + reach), 1e-3)
    assert per_head({p.shape: p.accuracy[0] for p in row}) == pytest.approx(100)
    assert held(50, 1) == pytest.approx(2500)


def test_published_rows_and_the_guarantee():
    assert published(Shape(50, 10, 10, 16)) == [0.6852]
    assert published(Shape(50, 10, 10, 20)) == [0.8044, 0.8087]
    found = {name: per_head(ROWS[name].accuracy) for name in ("d10", "d5", "d2")}
    assert found["d10"] == pytest.approx(93, abs=1)
    assert found["d5"] == pytest.approx(18.5, abs=0.5)
    assert Cell(50, 10, 10, 20).guaranteed == pytest.approx(0.10232)
    assert Cell(50, 5, 10, 20).guaranteed is None
    for row in ROWS.values():
        for shape, accuracy in row.accuracy.items():
            cell = Cell(**vars(shape))
            assert cell.guaranteed is None or cell.guaranteed < accuracy


def test_the_network_is_attention_alone_and_has_the_papers_parameters():
    cell = Cell(10, 2, 2, 5)
    weights = mc.nn.to_weights(mc.nn.build(network(cell), rngs=0))
    (layer,) = weights.layers
    assert layer.residual and len(layer.heads) == 5
    printed = cell.dim * (2 + 2 * cell.vocab + 4 * cell.head_size * cell.heads)
    counted = mc.nn.trained_parameters(network(cell))
    assert sum(counted.values()) == printed + cell.vocab


def test_associations_are_all_pairs_once():
    ds = associations(7, seed=3)
    assert ds.num_samples == len(np.unique(ds.tokens, axis=0)) == 49
    assert ds.labels.max() < ds.num_classes == 7
    assert (associations(7, seed=4).labels != ds.labels).any()


def test_committed_records_are_complete_and_above_the_guarantee():
    records = {r.key: r for r in Store(RECORDS / "records.jsonl").records()}
    cells = SWEEP.cells("small")
    assert set(records) == set(cells)
    ordered = [records[key] for key in cells]
    committed = json.loads((RECORDS / "fits.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(summary(ordered)))
    for point in points(ordered):
        assert point.guaranteed is not None and point.mean > point.guaranteed
