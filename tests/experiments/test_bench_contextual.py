"""The benchmark runs, its rows are certified, and its rival computes the same ids."""

import json

import mpmath
import numpy as np
import pytest

import memcap as mc
from experiments import bench_contextual as bench


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("bench")
    return out, bench.main(["--size", "smoke", "--out", str(out)])


def test_smoke_writes_one_proved_row_a_task(finished):
    out, rows = finished
    assert [row.task for row in rows] == list(bench.TASKS)
    assert [row.contexts for row in rows] == [10_000, 80_000]
    assert {row.verdict for row in rows} == {"PROVED"}
    lines = (out / "bench_contextual.jsonl").read_text().splitlines()
    assert [json.loads(line)["contexts"] for line in lines] == [10_000, 80_000]


def test_ratios_are_those_of_the_seconds(finished):
    for row in finished[1]:
        assert row.ratio == row.mpmath_seconds / row.ours_seconds
        assert row.ratio_to_table == row.table_seconds / row.ours_seconds


@pytest.mark.parametrize("tabled", [False, True])
def test_one_by_one_gives_the_ids_of_the_layer(tabled):
    ds = bench.dataset("seq_to_seq", 60)
    assert len(np.unique(ds.tokens)) == bench.VOCAB
    weights = mc.construct("rank_one_contextual", ds).weights
    ids = mc.forward(weights, ds.tokens[:3], "ball", precision=300)[:, :, 0]
    with mpmath.workprec(300):
        one = bench.OneByOne(weights, tabled)
        for row, balls in zip(ds.tokens[:3].tolist(), ids, strict=True):
            for query, ball in zip(row, balls, strict=True):
                off = mpmath.mpf(ball.value.str(80, radius=False)) - one(query, row)
                assert abs(off) < mpmath.mpf(10) ** -70
