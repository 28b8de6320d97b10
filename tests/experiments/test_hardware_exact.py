"""The hardware-exact experiment runs, resumes, and refuses failures."""

from dataclasses import replace

import numpy as np
import pytest

import memcap as mc
from experiments import hardware_exact, hardware_exact_runs
from experiments.hardware_exact_runs import REFUSED, TYPES, Run, as_config, execute
from experiments.hardware_exact_summary import (
    exponent,
    line,
    points,
    promised,
    table,
    widest,
)
from memcap.sweeps.records import Record, Store


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("hardware")
    return out, hardware_exact.main(["--size", "smoke", "--out", str(out)])


def test_smoke_is_right_in_every_type_and_draws(finished):
    out, records = finished
    assert len(records) == len(hardware_exact.smoke())
    built = [r for r in records if r.results["verdict"] != REFUSED]
    for record in built:
        results = record.results
        assert record.status == "done" and results["verdict"] == "PROVED"
        assert results["correct"] == results["total"] == record.config["samples"]
        assert results["significant_bits"] <= record.config["significand"]
    seen = {(r.config["significand"], r.config["form"]) for r in built}
    assert seen >= {(p, form) for p in TYPES for form in ("wide", "deep")}
    assert (out / "figures/hardware_exact.png").stat().st_size > 10_000
    assert "</svg>" in (out / "figures/hardware_exact.svg").read_text()


def test_a_second_run_does_nothing_again(finished, capsys):
    out, records = finished
    assert hardware_exact.main(["--size", "smoke", "--out", str(out)]) == records
    assert "Run(" not in capsys.readouterr().out


def test_a_record_tells_what_the_library_says(finished):
    record = next(r for r in finished[1] if r.config["samples"] == 40)
    run = Run(significand=8, form="wide", samples=40)
    assert record.config == as_config(run)
    built = mc.construct("hardware_exact", run.ds, dtype="bfloat16")
    assert record.counts["nonzero"] == mc.count(built.weights).nonzero
    assert record.results["significant_bits"] == built.report["significance"].bits
    assert run.dtype == "bfloat16" and run.shorter is None
    assert Run(significand=53, form="deep", samples=9).shorter == 24


def test_a_float_pass_with_wrong_labels_ends_the_run(tmp_path, monkeypatch, capsys):
    def wrong(model, ds):
        return 1.0 - ds.labels

    run = Run(significand=24, form="wide", samples=9)
    monkeypatch.setattr(hardware_exact_runs, "_outputs", wrong)
    assert execute(run).reason == "0 of 9 labels right in floats"
    monkeypatch.setitem(hardware_exact.SIZES, "smoke", lambda: (run,))
    with pytest.raises(SystemExit) as stopped:
        hardware_exact.main(["--size", "smoke", "--out", str(tmp_path)])
    assert stopped.value.code == 1
    assert "labels right in floats" in capsys.readouterr().err
    stored = Store(tmp_path / "records/hardware_exact.jsonl").records()
    assert [record.status for record in stored] == ["failed"]


def test_what_is_too_long_for_a_type_is_a_result():
    record = execute(Run(significand=8, form="wide", samples=40, length=49))
    assert record.results["verdict"] == REFUSED and record.status == "done"
    assert "bfloat16" in record.results["sentence"] and not record.counts


def made(p, samples, nonzero):
    results = {"verdict": "PROVED"}
    config = {"significand": p, "form": "wide", "samples": samples}
    return Record(config=config, results=results, counts={"nonzero": nonzero})


def test_exponents_are_those_of_the_records():
    found = points([made(p, 100, 1000 / p) for p in (8, 16, 24, 53)])
    fit = exponent(line(found, "wide", samples=100), "significand")
    assert fit is not None and fit.slope == pytest.approx(-1)
    assert exponent(line(found, "wide", significand=8), "samples") is None
    per_bit = {point.per_bit for point in found.values()}
    assert np.allclose(list(per_bit), 10)


def test_the_comparison_is_made_where_most_budgets_are():
    found = [made(p, 100, 50) for p in (8, 24, 53)] + [made(p, 900, 9) for p in (24,)]
    refused = replace(made(53, 900, 0), results={"verdict": REFUSED}, counts={})
    assert widest(points([*found, refused])) == 100


def test_refused_networks_stand_in_the_table(finished):
    rows = table(finished[1]).splitlines()
    refused = [r for r in finished[1] if r.results["verdict"] == REFUSED]
    assert sum("refused" in row for row in rows) == len(refused)


def test_the_theorem_trades_numbers_for_bits_and_fits_no_float():
    bits, numbers = zip(*(promised(1_000, b) for b in (1, 2, 8, 31)), strict=True)
    assert list(bits) == sorted(bits) and list(numbers) == sorted(numbers)[::-1]
    assert bits[0] > max(TYPES)
