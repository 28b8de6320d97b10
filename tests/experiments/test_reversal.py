"""Reversal: recall of the trained network, and the committed records."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

import memcap as mc
from experiments import reversal
from experiments.reversal import SWEEP, ranks_of
from experiments.reversal_summary import arms, saved, summary, table
from memcap.sweeps import Store, rebuild

COMMITTED = Path(reversal.__file__).parent / "records/reversal"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("reversal")
    assert reversal.main(["--size", "smoke", "--out", str(out)]) == 0
    return out, Store(out / "records.jsonl").records()


@pytest.fixture(scope="module")
def committed():
    return Store(COMMITTED / "records.jsonl").records()


def test_ties_and_nan_count_against_the_answer():
    outputs = np.array([[3.0, 1.0], [1.0, 3.0], [2.0, 2.0], [np.nan, 1.0]])
    assert ranks_of(outputs, np.zeros(4, int)).tolist() == [1, 2, 2, 2]


def test_smoke_writes_records_fits_table_and_figure(finished):
    out, records = finished
    assert {record.key for record in records} == set(SWEEP.cells("smoke"))
    body = json.loads((out / "fits.json").read_text())
    assert len(body["arms"]) == 2 and len(body["true_less_permuted"]) == 1
    assert "permuted" in (out / "table.md").read_text()
    assert (out / "reversal.png").stat().st_size > 20_000
    drawn = (out / "reversal.svg").read_bytes()
    (out / "reversal.svg").unlink()
    rebuild(out)
    assert (out / "reversal.svg").read_bytes() == drawn


def test_recall_is_that_of_the_trained_network(finished):
    """Rates on record agree with the count of right labels that training made."""
    for record in finished[1]:
        found = record.results
        # 12 entities of A and 6 of B in 2 relations: 12, 12 and 6 facts.
        right = 12 * found["forward_train"] + 12 * found["inverse_train"]
        right += 6 * found["one_way_train"]
        assert right == pytest.approx(round(right))
        assert found["facts"] == 30 and found["asked"] == 6
        assert found["asked_right"] <= found["asked"]
        assert 1 / found["entities"] <= found["reciprocal_rank"] <= 1


def test_arms_pool_the_seeds(finished):
    first, second = finished[1][:2]
    made = [
        replace(
            record,
            results=record.results | {"asked_right": right, "asked": 10, "bits": bits},
        )
        for record, right, bits in ((first, 3, 5.0), (second, 2, 7.0))
    ]
    (arm,) = arms(made)
    assert arm.asked == (5, 20) and arm.recall == 0.25
    low, high = arm.interval
    # Wilson: (p + z^2 / 2n -+ z sqrt(p q / n + z^2 / 4 n^2)) / (1 + z^2 / n).
    assert (low, high) == pytest.approx((0.1119, 0.4687), abs=1e-4)
    assert arm.mean("bits") == 6.0 and saved(made) == []
    mixed = [
        replace(
            record,
            config=record.config | {"shuffled": True},
            results=record.results | {"bits": 1.0},
        )
        for record in made
    ]
    ((width, gap, interval),) = saved([*made, *mixed])
    assert (width, gap) == (4, 5.0)
    assert interval == pytest.approx((5 - 12.7062, 5 + 12.7062), abs=1e-3)


def test_the_record_counts_the_parameters_of_the_network(finished):
    cell = next(iter(SWEEP.cells("smoke").values()))
    network = mc.nn.build(reversal.config_of(cell), rngs=0)
    sizes = [np.asarray(x).size for x in mc.nn.parameters(network).values()]
    assert sum(sizes) == finished[1][0].counts["parameters"]


def test_committed_records_are_complete_and_give_the_committed_files(committed):
    assert {record.key for record in committed} == set(SWEEP.cells("small"))
    assert summary(committed) == (COMMITTED / "fits.json").read_text()
    assert table(committed) == (COMMITTED / "table.md").read_text()


def test_what_cannot_be_reversed_is_recalled_by_chance_alone(committed):
    """Control: with the inverses of A permuted, one in |E| answers is right."""
    control = [arm for arm in arms(committed) if arm.shuffled]
    right, asked = (sum(part) for part in zip(*(a.asked for a in control), strict=True))
    (chance,) = {arm.chance for arm in control}
    interval = binomtest(right, asked).proportion_ci(0.95)
    assert len(control) == 5 and interval.low < chance < interval.high
    # A recall of twice chance would have been seen.
    assert interval.high < 2 * chance
