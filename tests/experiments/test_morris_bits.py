"""Bits of random sequences: data, ceiling, summaries and the committed records."""

import json
from dataclasses import replace
from math import log2
from pathlib import Path

import numpy as np
import pytest

import memcap as mc
from experiments import morris_bits, morris_bits_summary
from experiments.morris_bits import LADDER, SWEEP, Cell, most_bits, sequences
from experiments.morris_bits_summary import PUBLISHED, series, summary, table
from memcap.sweeps import Store, rebuild

COMMITTED = Path(morris_bits.__file__).parent / "records/morris_bits"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("morris_bits")
    assert morris_bits.main(["--size", "smoke", "--out", str(out)]) == 0
    return out, Store(out / "records.jsonl").records()


@pytest.fixture(scope="module")
def committed():
    return Store(COMMITTED / "records.jsonl").records()


def test_smoke_writes_records_fits_table_and_figure(finished):
    out, records = finished
    assert {record.key for record in records} == set(SWEEP.cells("smoke"))
    assert json.loads((out / "fits.json").read_text())["published"] == 3.64
    assert "bits a parameter" in (out / "table.md").read_text()
    assert (out / "morris_bits.png").stat().st_size > 20_000
    assert "</svg>" in (out / "morris_bits.svg").read_text()


def test_bits_are_the_data_less_the_code_and_below_the_ceiling(finished):
    for record in finished[1]:
        found, config = record.results, record.config
        labels = config["samples"] * config["length"]
        assert found["labels"] == labels
        data = labels * log2(config["vocab"])
        assert found["data_bits"] == data
        code = labels * found["loss"] / np.log(2)
        assert found["bits"] == pytest.approx(data - code)
        assert found["bits"] < found["most_bits"] < data


def test_the_network_predicts_every_next_token():
    cell = Cell(3, seed=5, length=4, vocab=8)
    ds = sequences(cell)
    assert ds.task == "seq_to_seq" and ds.num_classes == 8
    assert ds.tokens[:, 0].tolist() == [8, 8, 8]
    assert np.array_equal(ds.tokens[:, 1:], ds.labels[:, :-1])
    assert morris_bits.config_of(cell).causal
    assert sequences(replace(cell, seed=6)).sha256 != ds.sha256


def test_no_model_exceeds_the_ceiling():
    """The empirical law itself, which has the shortest code, attains it."""
    labels = np.array([[0, 1, 2], [0, 1, 2], [3, 3, 3], [1, 0, 0]])
    code = 2 * -log2(2 / 4) + 2 * -log2(1 / 4)
    assert most_bits(labels, 4) == pytest.approx(4 * 3 * 2 - code)
    distinct = np.arange(8)[:, None]
    assert most_bits(distinct, 8) == 0


def test_capacity_is_the_mean_of_the_maxima(finished):
    one = finished[1][0]
    bits = {(4, 0): 30, (4, 1): 10, (16, 0): 20, (16, 1): 40}
    made = [
        replace(
            one,
            config=one.config | {"samples": n, "seed": seed},
            seed=seed,
            results=one.results | {"bits": value, "data_bits": 12.0 * n},
        )
        for (n, seed), value in bits.items()
    ]
    (found,) = series(made)
    parameters = one.counts["parameters"]
    assert found.per_parameter == pytest.approx(35 / parameters)
    low, high = found.interval
    # Student's t with one degree of freedom: 12.706 times 10 / 2.
    assert high - low == pytest.approx(2 * 12.706 * 5 / parameters, rel=1e-3)
    assert found.at == (4, 16) and found.censored
    assert found.expected(found.points[0]) == 35
    assert found.points[0].data_bits == 48
    assert series(made[:-1])[0].points[-1].samples == 4


def test_parameters_are_counted_on_the_network():
    config = morris_bits.config_of(Cell(4))
    network = mc.nn.build(config, rngs=0)
    sizes = [np.asarray(x).size for x in mc.nn.parameters(network).values()]
    assert sum(sizes) == sum(mc.nn.trained_parameters(config).values())


def test_published_values_lie_around_the_published_law():
    for sizes, half, single in PUBLISHED.values():
        assert len(sizes) == len(half) == len(single) == 4
        assert list(sizes) == sorted(sizes)
    half = np.mean([row for _, row, _ in PUBLISHED.values()])
    single = np.mean([row for _, _, row in PUBLISHED.values()])
    assert round(half, 2) == 3.51
    assert round(single, 2) == 3.83
    assert morris_bits_summary.LAW == 3.64


@pytest.mark.parametrize("size, folder", [("small", ""), ("long", "_long")])
def test_committed_records_are_complete_and_give_the_committed_files(size, folder):
    folder = COMMITTED.with_name(COMMITTED.name + folder)
    records = Store(folder / "records.jsonl").records()
    assert {record.key for record in records} == set(SWEEP.cells(size))
    assert summary(records) == (folder / "fits.json").read_text()
    assert table(records) == (folder / "table.md").read_text()


def test_committed_capacity_rises_with_the_steps_and_plateaus(committed):
    found = series(committed)
    rates = [each.per_parameter for each in found]
    assert rates == sorted(rates) and rates[-1] < 3.64
    for each in found:
        for point in each.points:
            assert np.all(point.bits <= point.most_bits)
    assert {point.samples for point in found[0].points} == set(LADDER)


def test_a_draw_is_trained_alone_as_in_company(committed):
    """The record of a cell does not depend on the cells beside it."""
    cells = list(SWEEP.cells("smoke").values())[:2]
    both = list(morris_bits.run(cells))
    (alone,) = morris_bits.run(cells[1:])
    assert alone.results == both[1].results


def test_fits_can_be_made_again(finished):
    out, _ = finished
    before = (out / "morris_bits.svg").read_bytes()
    (out / "morris_bits.svg").unlink()
    rebuild(out)
    assert (out / "morris_bits.svg").read_bytes() == before
