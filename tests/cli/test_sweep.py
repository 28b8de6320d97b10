"""``memcap sweep`` and ``memcap report`` on its folder."""

import json

import pytest
from typer.testing import CliRunner

from memcap.cli.main import app

FAKE = "tests.sweeps.fake_sweep"


@pytest.fixture(autouse=True)
def environment_is_restored(monkeypatch):
    monkeypatch.setattr("memcap.sweeps.driver.prepare_process", lambda: None)


def _memcap(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_a_sweep_runs_and_is_rebuilt(tmp_path):
    made = _memcap("sweep", FAKE, "--out", tmp_path)
    assert made.exit_code == 0, made.stderr
    assert made.stdout == f"12 of 12 cells are done: {tmp_path}\n"
    fits = (tmp_path / "fits.json").read_bytes()
    (tmp_path / "fits.json").unlink()
    again = _memcap("report", tmp_path)
    assert again.exit_code == 0 and again.stdout == made.stdout
    assert (tmp_path / "fits.json").read_bytes() == fits
    assert "12 of 12" in _memcap("sweep", FAKE, "--out", tmp_path).stderr


def test_failed_cells_are_exit_code_one_in_both(tmp_path):
    made = _memcap("sweep", FAKE, "--size", "bad", "--workers", 1, "--out", tmp_path)
    assert made.exit_code == 1 and made.stdout.count("failed: ") == 2
    assert _memcap("report", tmp_path).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("no_such",), "cannot be imported as experiments.no_such"),
        ((FAKE, "--size", "huge"), "has no size 'huge'"),
        ((FAKE, "--engine", "dask"), "no engine 'dask'"),
        ((FAKE, "--share", "2/2"), "a share is I/K"),
    ],
)
def test_unusable_input_is_one_sentence(tmp_path, arguments, sentence):
    result = _memcap("sweep", *arguments, "--out", tmp_path)
    assert result.exit_code == 2 and sentence in result.stderr
    assert result.stderr.count("\n") == 1 and not (tmp_path / "records.jsonl").exists()


def test_a_broken_note_is_told(tmp_path):
    (tmp_path / "sweep.json").write_text(json.dumps({"sweep": "fake"}))
    result = _memcap("report", tmp_path)
    assert result.exit_code == 2 and "does not say which sweep" in result.stderr


def test_an_interrupt_says_how_to_go_on(tmp_path, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("memcap.sweeps.driver.run", stop)
    result = _memcap("sweep", FAKE, "--out", tmp_path)
    assert result.exit_code == 130 and "the same command goes on" in result.stderr
