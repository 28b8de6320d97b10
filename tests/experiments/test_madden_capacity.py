"""Next-token capacity: the theorem's system, corpora, bounds and committed records."""

import json
from dataclasses import replace
from fractions import Fraction
from math import log
from pathlib import Path

import numpy as np
import pytest

import memcap as mc
from experiments import madden_capacity
from experiments.madden_capacity import SWEEP, Train
from experiments.madden_capacity_data import entropy_bound, random_laws, text
from experiments.madden_capacity_solve import solve
from experiments.madden_capacity_summary import (
    FIGURE_1,
    FIGURE_2,
    PUBLISHED_CONTEXTS,
    PUBLISHED_VOCAB,
    ladders,
    published,
    sizes,
    slope,
    summary,
    table,
)
from memcap.core.errors import DataError
from memcap.sweeps import Store, rebuild

COMMITTED = Path(madden_capacity.__file__).parent / "records/madden_capacity"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("madden_capacity")
    assert madden_capacity.main(["--size", "smoke", "--out", str(out)]) == 0
    return out, Store(out / "records.jsonl").records()


@pytest.fixture(scope="module")
def committed():
    return Store(COMMITTED / "records.jsonl").records()


def test_smoke_writes_records_fits_table_and_figure(finished):
    out, records = finished
    assert {record.key for record in records} == set(SWEEP.cells("smoke"))
    body = json.loads((out / "fits.json").read_text())
    assert len(body["published"]) == 10 and len(body["solved"]) == 2
    assert "in double precision" in (out / "table.md").read_text()
    assert (out / "madden_capacity.png").stat().st_size > 20_000
    drawn = (out / "madden_capacity.svg").read_bytes()
    (out / "madden_capacity.svg").unlink()
    rebuild(out)
    assert (out / "madden_capacity.svg").read_bytes() == drawn


def test_more_digits_give_a_smaller_error_and_the_same_condition():
    few, many = (solve(6, 5, 4, digits, seed=3) for digits in (40, 80))
    assert few.error < -25 and many.error < few.error - 35
    assert many.condition == pytest.approx(few.condition, abs=1e-6)
    assert few.float_error == many.float_error


def test_too_few_digits_are_refused():
    with pytest.raises(ZeroDivisionError):
        solve(12, 4, 5, 4, seed=0)


def test_one_context_is_matched_in_doubles():
    found = solve(1, 4, 3, 30, seed=0)
    assert found.condition == pytest.approx(0, abs=1e-9)
    assert found.float_error < 1e-14


def test_random_laws_are_positive_on_the_contexts_of_the_text():
    base, drawn = text(6, 8, seed=2), random_laws(6, 8, 16, seed=2)
    assert np.array_equal(
        np.unique(base.tokens, axis=0), np.unique(drawn.tokens, axis=0)
    )
    assert drawn.num_samples == 16 * base.num_samples
    for place in range(drawn.length):
        for row in np.unique(drawn.tokens[:, : place + 1], axis=0):
            own = np.all(drawn.tokens[:, : place + 1] == row, axis=1)
            assert set(drawn.labels[own, place]) == set(range(8))
    assert entropy_bound(base)[0] == entropy_bound(drawn)[0]


def test_text_predicts_its_own_next_words():
    base = text(6, 8, seed=2)
    assert base.length == 9
    assert np.array_equal(base.tokens[:, 1:], base.labels[:, :-1])


def test_too_few_copies_and_an_empty_bound_are_refused():
    with pytest.raises(DataError, match="fewer than 2 V = 16"):
        random_laws(2, 8, 15, seed=0)
    lonely = mc.data.from_arrays([[0, 1]], [[1, 0]], num_classes=2)
    with pytest.raises(DataError, match="take more documents"):
        entropy_bound(lonely)


def test_the_bound_is_the_loss_of_the_empirical_laws():
    tokens, labels = [[0, 0], [0, 0], [0, 1]], [[0, 1], [0, 2], [1, 2]]
    ds = mc.data.from_arrays(tokens, labels, num_classes=3)
    first = 2 * log(3 / 2) + log(3)
    second = 2 * log(2)
    contexts, bound = entropy_bound(ds)
    assert contexts == 3 and bound == pytest.approx((first + second) / 6)


def test_no_network_is_below_its_bound(finished, committed):
    trained = [r for r in (*finished[1], *committed) if r.config["part"] == "train"]
    assert trained
    for record in trained:
        assert record.results["excess"] > -1e-5


def test_parameters_are_those_of_the_paper_but_for_its_attention_biases():
    cell = Train(8, 32, vocab=182, width=16)
    ours = sum(mc.nn.trained_parameters(madden_capacity.config_of(cell)).values())
    theirs = int(mc.bounds.get("Madden24.Exp.parameters")(vocab=182, width=32).value)
    assert theirs == 10550 and ours == theirs - 64


def test_published_parameters_belong_to_powers_of_two():
    """The parameters read out of the figures give whole widths m."""
    for n, v, one, two in zip(
        PUBLISHED_CONTEXTS, PUBLISHED_VOCAB, FIGURE_1, FIGURE_2, strict=True
    ):
        for parameters in (one, two):
            m = Fraction(parameters - 1088 - 17 * v, v + 17)
            assert m.denominator == 1 and int(m).bit_count() == 1
        assert n > v
    assert round(1 / published()[-1]["needed_1"]) == 51


def test_a_ladder_is_found_or_above(finished):
    record = next(r for r in finished[1] if r.config["part"] == "train")
    made = [
        replace(
            record,
            config=record.config | {"hidden": hidden},
            results=record.results | {"excess": excess, "contexts": 10},
            counts={"parameters": 10 * hidden},
        )
        for hidden, excess in ((16, 0.009), (8, 0.01), (4, 0.5))
    ]
    (found,) = ladders(made)
    assert found.widths == (4, 8, 16) and found.found == 2
    assert found.needed == 160 / (10 * 3)
    (above,) = ladders(made[1:])
    assert above.found is None and "> 8" in table(made[1:])


def test_the_slope_of_the_condition(finished):
    solved = [r for r in finished[1] if r.config["part"] == "solve"][:1]
    made = [
        replace(
            solved[0],
            config=solved[0].config | {"contexts": n},
            results=solved[0].results | {"log10_condition": 1.5 * n},
        )
        for n in (4, 8, 16)
    ]
    assert slope(sizes(made)) == pytest.approx(1.5)
    assert sizes(made)[0].interval is None


def test_committed_records_are_complete_and_give_the_committed_files(committed):
    assert {record.key for record in committed} == set(SWEEP.cells("small"))
    assert summary(committed) == (COMMITTED / "fits.json").read_text()
    assert table(committed) == (COMMITTED / "table.md").read_text()
