"""``memcap report`` on the folder of a distillation study."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from memcap.analysis.report import distill
from memcap.cli import report
from memcap.cli.main import app
from memcap.distill import study
from memcap.sweeps import Record
from tests.analysis import distill_records

ROWS = distill_records.study(
    distill_records.PEAK, seeds=2, arms=("all_correct",), references=False
)


@pytest.fixture
def folder(tmp_path):
    """What a study leaves behind, but for its networks and its page."""
    note = {"sweep": study.NAME, "module": "no.such.module", "size": "smoke"}
    (tmp_path / "sweep.json").write_text(json.dumps(note))
    lines = [
        Record(config={"n": n}, results=row, versions=row["versions"]).to_line()
        for n, row in enumerate(ROWS)
    ]
    (tmp_path / "records.jsonl").write_text("".join(lines))
    return tmp_path


def _report(folder):
    return CliRunner().invoke(app, ["report", str(folder)])


def test_the_name_is_that_of_the_study():
    assert report.DISTILLATION == study.NAME


def test_a_study_of_distillation_is_reported_as_its_run_does(folder):
    done = _report(folder)
    assert done.exit_code == 0, done.stderr
    said, page = done.stdout.splitlines()
    assert said.startswith("Against the student before distillation, 0 of 5 pairs")
    assert page == str(folder / "report.html")
    first = (folder / "report.html").read_bytes()
    assert (folder / "figures" / "size-all_correct.png").is_file()
    command = distill.command_of("smoke")
    ((path, conclusion),) = distill.write(folder, command)
    assert (str(path), conclusion) == (page, said) and path.read_bytes() == first


def test_failed_distillations_are_exit_code_one(folder):
    bad = Record(config={"n": -1}, status="failed", reason="it diverged.")
    with open(folder / "records.jsonl", "a") as stream:
        stream.write(bad.to_line())
    done = _report(folder)
    assert done.exit_code == 1 and "1 of 11 distillations failed" in done.stderr
    assert (folder / "report.html").is_file()


def test_a_folder_without_records_is_one_sentence(folder):
    (folder / "records.jsonl").unlink()
    done = _report(folder)
    assert done.exit_code == 2 and "records.jsonl is not there" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_report_loads_no_jax(folder):
    code = (
        "import sys; from memcap.cli.main import app; from typer.testing import "
        "CliRunner; done = CliRunner().invoke(app, ['report', sys.argv[1]]); "
        "assert done.exit_code == 0, done.output; "
        "assert not {'jax', 'flax', 'optax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)
