"""A sweep run here and by spawned workers: the same records, failures and fits."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from memcap.core.errors import MemcapError, UnknownNameError
from memcap.sweeps import Sweep, command, driver, shared_folder
from memcap.sweeps.progress import labels
from memcap.sweeps.records import Store
from memcap.sweeps.storage import open_store
from tests.sweeps import fake_sweep
from tests.sweeps.fake_sweep import SWEEP, Cell


@pytest.fixture(autouse=True)
def environment_is_restored(monkeypatch):
    for name in driver.prepare_process.__globals__["environment"]():
        monkeypatch.delenv(name, raising=False)


def bare(folder):
    """Records without what may differ between runs, by key.

    Versions are those of the packages loaded, and other tests load more.
    """
    gone = {"seconds": 0, "time": "", "device": "", "versions": {}}
    return {r.key: replace(r, **gone) for r in open_store(folder).records()}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    out = tmp_path_factory.mktemp("alone")
    assert command.main(SWEEP, ["--out", str(out)]) == 0
    return out


def test_records_hold_what_a_run_is_made_of(alone):
    first = Store(alone / "records.jsonl").records()[0]
    assert first.config == SWEEP.as_config(SWEEP.sizes["smoke"][0])
    assert first.counts and first.versions["memcap"] and first.time and first.device
    assert json.loads((alone / "sweep.json").read_text()) == {
        "sweep": "fake",
        "module": fake_sweep.__name__,
        "size": "smoke",
    }


def test_spawned_workers_give_the_same_records_and_fits(alone, tmp_path):
    assert command.main(SWEEP, ["--workers", "2", "--out", str(tmp_path)]) == 0
    assert bare(tmp_path) == bare(alone)
    fits = (tmp_path / "fits.json").read_bytes()
    assert fits == (alone / "fits.json").read_bytes()
    assert len(json.loads(fits)) == len(SWEEP.sizes["smoke"])


def test_a_second_run_computes_nothing(alone):
    before = (alone / "records.jsonl").read_bytes()
    idle = replace(SWEEP, run=lambda cells: 1 / 0)
    outcome = driver.run(idle, "smoke", alone)
    assert len(outcome.records) == 12 and not outcome.failed
    assert (alone / "records.jsonl").read_bytes() == before


@pytest.mark.parametrize(("workers", "size"), [(0, "bad"), (2, "deadly")])
def test_failures_are_records_with_reasons(tmp_path, workers, size, capfd):
    options = ["--size", size, "--workers", str(workers), "--out", str(tmp_path)]
    assert command.main(SWEEP, options) == 1
    reasons = {r.config["does"]: r.reason for r in bare(tmp_path).values()}
    assert reasons.pop("work") == "" and "width 4 is no good" in reasons["raise"]
    assert "not JSON" in reasons["nan"]
    assert workers == 0 or "died 3 times, at last by signal 9" in reasons["die"]
    assert "FAILED: ValueError: width 4 is no good" in capfd.readouterr().err
    fits = json.loads((tmp_path / "fits.json").read_text())
    assert len(fits) == sum(c.does == "work" for c in SWEEP.sizes[size])


@pytest.mark.parametrize("workers", [0, 2])
def test_cells_share_files_and_say_what_takes_long(tmp_path, workers, capfd):
    options = ["--size", "sharing", "--workers", str(workers), "--out", str(tmp_path)]
    assert command.main(SWEEP, options) == 0
    assert {p.name for p in tmp_path.glob("shared-*")} == {"shared-1", "shared-2"}
    assert {"sharing 1", "sharing 2"} <= set(capfd.readouterr().err.splitlines())
    assert shared_folder() is None


def test_a_cell_may_name_itself():
    named = {"a": SimpleNamespace(label="first"), "b": SimpleNamespace(label="second")}
    assert labels(named, {}) == {"a": "first", "b": "second"}


def test_a_failed_cell_is_tried_once_more_by_the_next_run(tmp_path):
    for runs in (1, 2):
        driver.run(SWEEP, "bad", tmp_path)
        lines = (tmp_path / "records.jsonl").read_text().splitlines()
        assert len(lines) == 2 + 2 * runs
    tried = []

    def mended(cells):
        tried.extend(cells)
        return (SWEEP.record(cell, {"value": 0.0}) for cell in cells)

    outcome = driver.run(replace(SWEEP, run=mended), "bad", tmp_path)
    assert len(outcome.records) == 4 and not outcome.failed
    assert [cell.does for cell in tried] == ["raise", "nan"]


def test_a_worker_without_an_answer_is_stopped(tmp_path):
    impatient = replace(SWEEP, patience=1.0)
    outcome = driver.run(impatient, "hanging", tmp_path, workers=1)
    assert [r.reason for r in outcome.failed] == ["no record within 1 seconds"]
    assert len(outcome.records) == 2


def test_shares_together_are_the_whole(tmp_path):
    first = driver.run(SWEEP, "smoke", tmp_path, share=(0, 2))
    assert first.missing == 6 and not (tmp_path / "fits.json").exists()
    assert driver.run(SWEEP, "smoke", tmp_path, share=(0, 2)).missing == 6
    assert driver.run(SWEEP, "smoke", tmp_path, share=(1, 2)).missing == 0
    assert (tmp_path / "fits.json").exists()


def test_fits_are_rebuilt_from_the_records_alone(alone, tmp_path):
    for name in ("records.jsonl", "sweep.json"):
        (tmp_path / name).write_bytes((alone / name).read_bytes())
    assert driver.is_sweep(tmp_path) and not driver.is_sweep(tmp_path / "none")
    assert len(driver.rebuild(tmp_path).records) == 12
    again = (tmp_path / "fits.json").read_bytes()
    assert again == (alone / "fits.json").read_bytes()


def test_a_record_of_another_cell_is_refused_and_a_missing_one_noticed(tmp_path):
    def strays(cells):
        yield SWEEP.record(replace(cells[0], samples=99), {})

    outcome = driver.run(replace(SWEEP, run=strays), "smoke", tmp_path / "a")
    assert all("no cell of its chunk" in r.reason for r in outcome.failed)
    outcome = driver.run(replace(SWEEP, run=lambda cells: iter(())), "smoke", tmp_path)
    assert {r.reason for r in outcome.failed} == {
        "the run ended without a record of this cell"
    }
    assert len(outcome.failed) == 12 and not (tmp_path / "fits.json").exists()


def test_cells_that_are_alike_are_one(tmp_path):
    twice = replace(SWEEP, sizes={"smoke": [Cell(1), Cell(1), Cell(2)]})
    assert driver.run(twice, "smoke", tmp_path).total == 2


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda out: driver.run(SWEEP, "huge", out), "no size 'huge'; it has smoke"),
        (lambda out: driver.run(SWEEP, "smoke", out, "dask"), "no engine 'dask'"),
        (lambda out: driver.run(SWEEP, "smoke", out, "local", -1), "-1 workers"),
        (lambda out: driver.find("no_such_sweep"), "No module named"),
        (lambda out: driver.find("tests.sweeps.test_sweep_none"), "cannot be import"),
        (lambda out: driver.find("memcap.core.errors"), "defines no SWEEP"),
        (lambda out: driver.rebuild(out), "holds no sweep"),
        (lambda out: command.parse_share("4/4"), "0 <= I < K"),
        (lambda out: Sweep("x", {}, len, len, print), "no sizes"),
        (lambda out: SWEEP.key(Cell(1, pause=float("nan"))), "cannot be a config"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(tmp_path, call, sentence):
    with pytest.raises(MemcapError, match=sentence) as error:
        call(tmp_path)
    assert isinstance(error.value, UnknownNameError) or str(error.value).endswith(".")


def test_a_folder_keeps_to_its_sweep(alone):
    with pytest.raises(MemcapError, match="holds sweep 'fake', not 'other'"):
        driver.run(replace(SWEEP, name="other"), "smoke", alone)
