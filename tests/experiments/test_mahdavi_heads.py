"""The search over heads runs and resumes; its points and claims are right by hand."""

import json
from math import exp, log, sqrt
from pathlib import Path

import numpy as np
import pytest

import memcap as mc
from experiments import mahdavi_heads
from experiments.mahdavi_heads import SWEEP, Cell, examples, ladder, member, network
from experiments.mahdavi_heads_figure import finish
from experiments.mahdavi_heads_summary import along, points, slope, summary
from memcap.sweeps import Store, main
from memcap.training import train_ensemble

RECORDS = Path(mahdavi_heads.__file__).parent / "records/mahdavi_heads"
FILES = ("fits.json", "table.md", "mahdavi_heads.png", "mahdavi_heads.svg")


def test_smoke_runs_and_files_are_a_function_of_the_records(tmp_path):
    out = tmp_path / "out"
    assert main(SWEEP, ["--size", "smoke", "--out", str(out)]) == 0
    records = Store(out / "records.jsonl").records()
    assert [record.key for record in records] == list(SWEEP.cells("smoke"))
    for record in records:
        for size, correct, total, success, _ in record.results["attempts"]:
            assert size == total and success == (correct == total)
    again = tmp_path / "again"
    again.mkdir()
    finish(records, again)
    for name in FILES:
        assert (out / name).read_bytes() == (again / name).read_bytes()


def _record(heads, found, seed, context="fresh", status="found"):
    cell = Cell(heads, 8, 8, context, seed)
    results = {
        "guaranteed": cell.guaranteed,
        "found": found,
        "status": status,
        "monotone": True,
    }
    return SWEEP.record(cell, results, counts={"all": 7 * heads})


def test_means_intervals_and_exponents_by_hand():
    found = points(
        [
            *(
                _record(heads, 10 * heads, seed)
                for heads in (1, 2, 4)
                for seed in (0, 1)
            ),
            _record(8, 11, 0),
            _record(8, 44, 1),
        ]
    )
    assert [point.guaranteed for point in found] == [8, 15, 29, 57]
    row = along(found, "heads", "fresh")
    fit = slope(row[:3], "heads")
    assert fit is not None and fit.slope == pytest.approx(1)
    assert row[3].mean == pytest.approx(22)
    # Student's t with one degree of freedom: 12.706; both logs lie log 2 off.
    reach = 12.706 * log(2) * sqrt(2) / sqrt(2)
    low, high = 22 * exp(-reach), 22 * exp(reach)
    # The T found is up to a factor sqrt 2 below the largest one memorized.
    assert row[3].interval == pytest.approx((low, high * sqrt(2)), 1e-3)
    assert row[3].parameters == 56


def test_a_ladder_that_ends_too_early_gives_no_interval_and_no_slope():
    records = [_record(heads, 10 * heads, seed) for heads in (1, 2) for seed in (0, 1)]
    records += [_record(4, 40, 0, status="above_ladder"), _record(4, 30, 1)]
    records += [_record(8, None, 0, status="below_ladder"), _record(8, 30, 1)]
    row = along(points(records), "heads", "fresh")
    assert (row[2].above, row[2].interval) == (1, None)
    assert (row[3].below, row[3].found) == (1, (Cell.least, 30))
    assert slope(row, "heads") is None


def test_examples_are_nested_and_share_a_context_when_told():
    cell = Cell(2, 5, 3, "shared", 4)
    few, many = examples(cell, 6), examples(cell, 9)
    assert (few.tokens == many.tokens[:6]).all() and (
        few.labels == many.labels[:6]
    ).all()
    assert (few.tokens[:, :4] == few.tokens[0, :4]).all()
    assert len(np.unique(few.tokens[:, 4], axis=0)) == 6
    fresh = examples(Cell(2, 5, 3, "fresh", 4), 6)
    assert len(np.unique(fresh.tokens.reshape(-1, fresh.dim), axis=0)) == 30
    assert ladder(Cell(1, 2, 1, "fresh", 0, least=4, most=16)) == [4, 6, 8, 11, 16]


def test_the_layer_is_that_of_the_theorem():
    """H heads of size d_h, one value each, no skip connection, no feed-forward."""
    cell = Cell(3, 4, 2, "fresh", 0)
    weights = mc.nn.to_weights(mc.nn.build(network(cell), rngs=0))
    (layer,) = weights.layers
    assert not layer.residual and len(layer.heads) == 3
    assert {(x.query.outputs, x.value.outputs) for x in layer.heads} == {(2, 1)}
    bound = mc.bounds.get("Mahdavi24.Thm1.parameters")
    counted = mc.nn.trained_parameters(network(cell))["attention"]
    assert counted == float(bound(heads=3, dim=8, head_size=2, value_dim=1))


def test_committed_records_are_complete_and_the_files_theirs(tmp_path):
    records = {r.key: r for r in Store(RECORDS / "records.jsonl").records()}
    cells = SWEEP.cells("small")
    assert set(records) == set(cells)
    ordered = [records[key] for key in cells]
    assert {record.status for record in ordered} == {"done"}
    committed = json.loads((RECORDS / "fits.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(summary(ordered)))


@pytest.mark.slow
def test_a_committed_search_is_trained_again():
    """T well below what two heads were said to hold, and three times the guarantee."""
    cell = Cell(2, 8, 8, "fresh", 0)
    records = {r.key: r for r in Store(RECORDS / "records.jsonl").records()}
    assert records[SWEEP.key(cell)].results["found"] > 45 == 3 * cell.guaranteed
    (held,) = train_ensemble([member(cell, 45)])
    assert held.finished and held.correct == held.total == 45
