"""``memcap distill screen``: what is kept, what is refused, what is written."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from memcap.cli.main import app
from tests.analysis.distill_records import PEAK, study

REAL = Path(__file__).parents[1] / "distill" / "fixtures"
# Right answers of 200: student, small teacher, large teacher.
RIGHT = {
    "dates": (80, 110, 170),
    "sums": (100, 120, 150),
    "lies": (101, 98, 104),
    "dyck": (150, 60, 70),
}
MODELS = ("student", "small", "large")
ROW = {
    *("name", "task", "student", "items", "left_out", "accuracy", "teachers"),
    *("worst_teacher", "best_teacher", "floor", "above_floor", "kept", "reason"),
    *("teacher_student_gap", "teacher_student_low", "teacher_student_high"),
    *("best_worst_gap", "best_worst_low", "best_worst_high", "notes"),
}


def _memcap(*arguments):
    result = CliRunner().invoke(app, ["distill", "screen", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def _json(*arguments):
    done = _memcap(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def logs(tmp_path, monkeypatch):
    """Four tasks in one file a model; the folder is the working one."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for place, model in enumerate(MODELS):
        rows = ["id,correct,task"]
        for task, right in RIGHT.items():
            answers = rng.permutation(200) < right[place]
            rows += [f"{i},{int(one)},{task}" for i, one in enumerate(answers)]
        (tmp_path / f"{model}.csv").write_text("\n".join(rows))
    return ("student.csv", "--teachers", "small.csv", "--teachers", "large.csv")


def test_help_teaches_by_example_and_exit_code():
    shown = _memcap("--help").stdout
    assert "memcap distill screen base/ --teachers" in shown and "Exit code" in shown
    assert "screen" in CliRunner().invoke(app, ["distill", "--help"]).stdout


def test_screening_loads_no_jax(logs, tmp_path):
    code = (
        "import sys, json; from memcap.cli.main import app; "
        "from typer.testing import CliRunner; "
        "calls = json.loads(sys.argv[1]); "
        "codes = [CliRunner().invoke(app, call).exit_code for call in calls]; "
        "assert codes == [0] * len(calls), codes; "
        "assert not {'jax', 'flax', 'optax'} & set(sys.modules)"
    )
    given = [str(tmp_path / one) if ".csv" in one else one for one in logs]
    calls = [
        ["--help"],
        ["distill", "--help"],
        ["distill", "screen", *given, "--out", str(tmp_path / "out")],
    ]
    command = [sys.executable, "-c", code, json.dumps(calls)]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[2])


def test_without_a_gap_every_task_is_kept_and_unknown_floors_are_told(logs):
    found = _json(*logs)
    assert found["kept"] == list(RIGHT) and found["threshold"] is None
    shown = _memcap(*logs).stdout
    assert shown.startswith("4 of 4 tasks kept")
    assert "floor is unknown and not checked on every task" in shown
    assert "before any student is distilled" in shown


def test_dropped_tasks_have_their_reason(logs):
    floors = ("--floor", "lies=1/2", "--floor", "sums=0.2")
    found = _json(*logs, "--gap", "0.25", *floors)
    assert found["kept"] == ["dates", "sums"]
    assert "floor 0.500" in found["dropped"]["lies"]
    assert found["dropped"]["dyck"].startswith("gap -0.400 is below 0.25 (best teacher")
    shown = _memcap(*logs, "--gap", "0.25", *floors).stdout
    assert "dropped: no score is above the floor 0.500" in shown
    unchecked = _json(*logs, "--gap", "0", *floors, "--no-floor-check")
    assert unchecked["kept"] == ["dates", "sums", "lies"]


def test_a_gap_between_teachers_is_another_screen(logs):
    among = _json(*logs, "--gap", "0", "--between", "best_worst")
    assert among["kept"] == list(RIGHT)
    among = _json(*logs, "--gap", "0.3", "--between", "best_worst")
    assert among["kept"] == ["dates"]  # 170/200 - 110/200, exactly 30 points


def test_json_has_its_schema(logs):
    found = _json(*logs, "--gap", "0.3")
    assert found["schema"] == 1 and found["between"] == "teacher_student"
    assert set(found) == {
        *("schema", "threshold", "between", "floor_checked", "kept", "dropped"),
        *("unscreened", "rows", "sentences", "warnings"),
    }
    assert all(set(row) == ROW for row in found["rows"])
    dates = found["rows"][0]
    assert dates["teachers"] == {"small": 0.55, "large": 0.85}
    assert dates["teacher_student_gap"] == 0.45 and dates["floor"] is None
    low, high = dates["teacher_student_low"], dates["teacher_student_high"]
    assert 0.3 < low < 0.45 < high < 0.6
    for row in found["rows"]:
        assert row["kept"] == (row["reason"] is None) == (row["name"] in found["kept"])
        assert row["best_worst_low"] >= 0


def test_the_report_holds_figure_table_and_rows(logs, tmp_path):
    done = _memcap(*logs, "--gap", "0.3", "--floor", "lies=1/2", "--out", "out")
    assert done.stdout.strip().endswith("screen.html")
    page = (tmp_path / "out" / "screen.html").read_text()
    assert "1 of 4 tasks kept" in page and "<svg" in page and "http-equiv" not in page
    assert "--gap 0.3 --between teacher_student --floor lies=1/2" in page
    assert (tmp_path / "out" / "figures" / "screen.png").stat().st_size > 10_000
    table = (tmp_path / "out" / "screen.csv").read_text()
    rows = list(csv.DictReader(table.splitlines()))
    assert [row["task"] for row in rows if row["kept"] == "True"] == ["dates"]
    assert set(rows[0]) == {"schema", *ROW}
    kept = json.loads((tmp_path / "out" / "screen.json").read_text())["kept"]
    assert kept == ["dates"]
    again = _memcap(*logs, "--gap", "0.3", "--floor", "lies=1/2", "--out", "again")
    assert again.exit_code == 0
    told = page.replace("--out out", "--out again")
    assert (tmp_path / "again" / "screen.html").read_text() == told


def test_a_study_is_read_from_its_records(tmp_path):
    lines = "".join(json.dumps(one) + "\n" for one in study(PEAK, seeds=2))
    (tmp_path / "records.jsonl").write_text(lines)
    found = _json(tmp_path, "--gap", "0.5", "--between", "best_worst")
    (row,) = found["rows"]
    assert row["best_teacher"] == "T25984" and row["worst_teacher"] == "T6848"
    assert row["best_worst_gap"] == 0.46 and not row["kept"]
    assert row["floor"] == 0.237 and row["above_floor"] is True
    assert row["best_worst_low"] is None
    assert _json(tmp_path / "records.jsonl", "--gap", "0.46")["kept"] == [row["name"]]
    done = _memcap(tmp_path, "--teachers", "large.csv")
    assert done.exit_code == 2 and "--teachers is for logs" in done.stderr


def test_logs_of_a_harness_with_different_tasks(tmp_path):
    logs = REAL / "lm_eval"
    found = _json(
        *(logs / "base", "--teachers", logs / "tuned"),
        *("--task", "sums", "--task", "parity_mc", "--filter", "none"),
        *("--filter", "sums=strict-match", "--metric", "exact_match"),
        *("--metric", "parity_mc=acc", "--floor", "parity_mc=1/2"),
    )
    assert [row["task"] for row in found["rows"]] == ["sums", "parity_mc"]
    assert found["rows"][0]["items"] == 12
    # 8 of 8 right: 0.5 above the floor, where 3 errors are 0.53.
    assert found["dropped"]["parity_mc"].startswith("no score is above the floor")


def test_different_items_are_refused_until_the_common_ones_are_asked_for(
    logs, tmp_path
):
    lines = (tmp_path / "large.csv").read_text().split("\n")
    (tmp_path / "large.csv").write_text("\n".join(lines[:-50]))
    done = _memcap(*logs)
    assert done.exit_code == 2 and "task dyck: 50 items" in done.stderr
    done = _memcap(*logs, "--common")
    assert done.exit_code == 0
    assert "not in all runs and left out: 50 items" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("student.csv",), "there is no teacher"),
        (("student.csv", "--teachers", "no.csv"), "no.csv does not exist"),
        (("student.csv", "--teachers", "other.csv"), "no task in common"),
        (("*", "--floor", "date=0.5"), "floor for 'date', which is no task"),
        (("*", "--floor", "0.5"), "--floor 0.5 is not TASK=SCORE"),
        (("*", "--floor", "dates=half"), "--floor dates: half is no number"),
        (("*", "--floor", "dates=25"), "score 25 is not between 0 and 1"),
        (("*", "--gap", "30"), "30 points are 0.30"),
        (("*", "--gap", "wide"), "--gap wide is no number"),
        (("*", "--between", "mean"), "gap 'mean' is not one of"),
        (("*", "--task", "chess"), "there is no task 'chess'"),
        (("*", "--metric", "dates=acc"), "name every task to be read with --task"),
        (("*", "--filter", "a", "--filter", "b"), "given as a and b; give one"),
        (("*", "--teachers", "small.csv"), "2 runs on dates are of a teacher called"),
    ],
)
def test_unusable_input_is_one_sentence(logs, tmp_path, arguments, words):
    (tmp_path / "other.csv").write_text("id,correct,task\n1,1,chess\n")
    head = logs if arguments[0] == "*" else arguments[:1]
    done = _memcap(*head, *arguments[1:], "--out", "out")
    assert done.exit_code == 2, done.stdout
    assert done.stdout == "" and words in done.stderr
    assert done.stderr.startswith("memcap: ") and done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
