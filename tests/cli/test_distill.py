"""``memcap distill``: three commands, their exit codes, and what they load."""

import json
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from memcap.cli.main import app
from memcap.sweeps.storage import place
from tests.analysis.distill_records import BELOW, EQUAL, PEAK, study
from tests.sweeps.buckets import in_memory


def _memcap(*arguments):
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def _is_one_sentence(done, words):
    assert done.exit_code == 2, done.stderr
    assert done.stdout == "" and words in done.stderr
    assert done.stderr.startswith("memcap: ") and done.stderr.count("\n") == 1


def _store(folder, records):
    lines = "".join(json.dumps(one) + "\n" for one in records)
    (folder / "records.jsonl").write_text(lines)
    return folder


def _log(folder, name, right):
    rows = "".join(f"{i},{int(one)}\n" for i, one in enumerate(right))
    (folder / f"{name}.csv").write_text(f"id,correct\n{rows}")
    return folder / f"{name}.csv"


@pytest.fixture
def logs(tmp_path):
    """One student before, and two recipes of three seeds: a gain and a loss."""
    rng = np.random.default_rng(0)
    before = rng.random(400) < 0.5
    made = {"before": _log(tmp_path, "before", before)}
    for name, share in (("strong", 0.45), ("weak", -0.35)):
        for seed in range(3):
            changed = rng.random(400) < abs(share) + 0.02 * seed
            after = np.where(changed, share > 0, before)
            made[f"{name}-seed{seed}"] = _log(tmp_path, f"{name}-seed{seed}", after)
    return made


@pytest.mark.parametrize("command", ["run", "compare", "advise"])
def test_every_command_teaches_by_example_and_exit_code(command):
    shown = _memcap("distill", command, "--help")
    assert shown.exit_code == 0
    assert f"memcap distill {command} " in shown.stdout and "Exit code" in shown.stdout


def test_help_lists_the_commands_and_says_what_it_is_measured_against():
    shown = _memcap("distill", "--help").stdout
    assert "against the student before it" in shown
    assert all(name in shown for name in ("run", "compare", "advise"))


def test_comparing_and_advising_load_no_jax(tmp_path, logs):
    _store(tmp_path, study(PEAK, seeds=2, arms=("all_correct",)))
    code = (
        "import sys; from memcap.cli.main import app; from typer.testing import "
        "CliRunner; import json; "
        "calls = json.loads(sys.argv[1]); "
        "codes = [CliRunner().invoke(app, call).exit_code for call in calls]; "
        "assert codes == [0] * len(calls), codes; "
        "assert not {'jax', 'flax', 'optax'} & set(sys.modules)"
    )
    calls = [
        ["distill", "compare", str(logs["before"]), str(logs["strong-seed0"])]
        + ["--out", str(tmp_path / "out")],
        ["distill", "advise", str(tmp_path)],
    ]
    subprocess.run([sys.executable, "-c", code, json.dumps(calls)], check=True)


def test_a_comparison_finds_the_gain_and_the_loss(logs, tmp_path):
    after = [path for name, path in logs.items() if name != "before"]
    done = _memcap(
        "distill", "compare", logs["before"], *after, "--out", tmp_path / "out"
    )
    assert done.exit_code == 0, done.stderr
    assert "1 of 2 recipes gain, 1 lose and 0 are not told" in done.stdout
    page = (tmp_path / "out" / "report.html").read_text()
    assert "1 of 2 recipes gain, 1 lose" in page and "Baseline" in page
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"comparison.json", "comparison.csv", "comparison.md"} <= names


def test_a_comparison_with_itself_finds_nothing(logs):
    done = _memcap("distill", "compare", logs["before"], logs["before"])
    assert done.exit_code == 0, done.stderr
    assert "0 of 1 checkpoints gain, 0 lose" in done.stdout
    assert "not detected" in done.stdout and "n needed" in done.stdout


def test_rows_as_json_hold_the_counts(logs):
    done = _memcap("distill", "compare", logs["before"], logs["weak-seed0"], "--json")
    found = json.loads(done.stdout)
    (run,) = [row for row in found["rows"] if row["kind"] == "run"]
    assert run["won"] == 0 and run["lost"] > 50
    assert run["gain"] == pytest.approx(-run["lost"] / 400)


def test_the_gap_is_tested_where_sizes_are_given(logs):
    after = [path for name, path in logs.items() if name != "before"]
    sizes = ("--teacher-size", "strong=7", "--teacher-size", "weak=1")
    done = _memcap("distill", "compare", logs["before"], *after, *sizes)
    assert "capacity gap not tested: it needs the sizes of three" in done.stdout


def test_different_items_are_refused_until_the_common_ones_are_asked_for(
    logs, tmp_path
):
    fewer = _log(tmp_path, "fewer", [1] * 300)
    done = _memcap("distill", "compare", logs["before"], fewer)
    _is_one_sentence(done, "score the same items")
    done = _memcap("distill", "compare", logs["before"], fewer, "--common")
    assert done.exit_code == 0 and "300 items" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("compare", "no.csv", "nor.csv"), "no.csv does not exist"),
        (("compare", "before.csv", "before.csv", "--teacher-size", "x"), "RECIPE=SIZE"),
        (("compare", "before.csv", "before.csv", "--filter", "x"), "filter"),
        (("compare", "before.csv", "before.csv", "--metric", "x"), "metric"),
        (("advise", "nowhere"), "is not there"),
        (("run", "--size", "huge", "--out", "o"), "no size 'huge'"),
        (("run", "--task", "chess", "--out", "o"), "no task 'chess'"),
    ],
)
def test_unusable_input_is_one_sentence(logs, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    _is_one_sentence(_memcap("distill", *arguments), words)
    assert not (tmp_path / "o").exists()


def test_a_record_without_its_baseline_is_refused(tmp_path):
    runs = study(PEAK, seeds=2, arms=("all_correct",))
    runs[3]["before"] = None
    done = _memcap("distill", "advise", _store(tmp_path, runs))
    _is_one_sentence(done, "record 4 of")
    assert "before distillation" in done.stderr


def test_the_advice_says_when_teachers_are_not_told_apart(tmp_path):
    runs = study(EQUAL, seeds=3, sd=0.02, arms=("all_correct",), pilots=(300, 1000))
    shown = _memcap("distill", "advise", _store(tmp_path, runs)).stdout
    assert "the 5 teachers are not told apart" in shown
    assert shown.count("T25984") >= 3


def test_the_advice_takes_the_peak_and_never_a_loss(tmp_path):
    shown = _memcap("distill", "advise", _store(tmp_path, study(PEAK, seeds=4))).stdout
    assert "T25984 is highest" in shown and "Take it." in shown
    assert "the only size of data" in shown
    shown = _memcap("distill", "advise", _store(tmp_path, study(BELOW, seeds=4))).stdout
    assert "Keep the undistilled student" in shown and "Take it." not in shown


def test_advice_as_json_is_a_curve_a_teacher(tmp_path):
    runs = study(PEAK, seeds=3, arms=("all_correct",), pilots=(300, 1000))
    shown = _memcap("distill", "advise", _store(tmp_path, runs), "--json").stdout
    rows = [json.loads(line) for line in shown.splitlines()]
    assert len(rows) == 15 and {row["traces"] for row in rows} == {300, 1000, 3000}
    for traces in (300, 1000, 3000):
        shares = [row["best"] for row in rows if row["traces"] == traces]
        assert sum(shares) == pytest.approx(1)


@pytest.fixture
def tiny(monkeypatch):
    """A smoke study of seconds."""
    from dataclasses import replace

    from memcap.distill import study_presets
    from memcap.distill.pretraining import Recipe

    made = replace(
        study_presets.SMOKE,
        teachers=study_presets.SMOKE.teachers[:2],
        seeds=(0,),
        arms=("all_correct", "gold"),
        pool=40,
        test=40,
        examples=40,
        student_updates=4,
        pretraining=Recipe(updates=6, batch=8),
        distillation=Recipe(updates=4, batch=8, warmup=1),
    )
    monkeypatch.setitem(study_presets.STUDIES, "smoke", made)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the data of:RuntimeWarning")
def test_a_run_writes_records_and_report_and_is_not_repeated(tmp_path, tiny):
    out = tmp_path / "out"
    first = _memcap("distill", "run", "--out", out)
    assert first.exit_code == 0, first.stderr
    assert "Against the student before distillation" in first.stdout
    records, page = ((out / f).read_bytes() for f in ("records.jsonl", "report.html"))
    again = _memcap("distill", "run", "--out", out)
    assert "pre-training" in first.stderr and "pre-training" not in again.stderr
    assert (out / "records.jsonl").read_bytes() == records
    assert b"memcap distill run --size smoke" in page
    assert _memcap("report", out).stdout == again.stdout == first.stdout
    assert (out / "report.html").read_bytes() == page


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the data of:RuntimeWarning")
def test_a_run_may_be_kept_in_a_bucket(monkeypatch, tiny):
    url = in_memory(monkeypatch)
    first = _memcap("distill", "run", "--out", url)
    assert first.exit_code == 0, first.stderr
    assert first.stdout.splitlines()[-1] == f"{url}/report.html"
    names = {path.name for path in (place(url) / "networks").iterdir()}
    assert len(names) == 3 and all(name.endswith(".npz") for name in names)
    page = (place(url) / "report.html").read_bytes()
    assert _memcap("report", url).stdout == first.stdout
    assert (place(url) / "report.html").read_bytes() == page


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the data of:RuntimeWarning")
@pytest.mark.parametrize("task", ["two_hop", "reversal"])
def test_a_world_gives_what_questions_it_has(tmp_path, tiny, monkeypatch, task):
    from dataclasses import replace

    from memcap.distill import study_presets

    many = replace(study_presets.STUDIES["smoke"], pool=10**6, test=10**6)
    monkeypatch.setitem(study_presets.STUDIES, "smoke", many)
    done = _memcap("distill", "run", "--task", task, "--out", tmp_path)
    assert done.exit_code == 0, done.stderr
    assert f"--size smoke --task {task}" in (tmp_path / "report.html").read_text()


def test_an_interrupt_says_how_to_go_on(tmp_path, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("memcap.distill.study.run", stop)
    done = _memcap("distill", "run", "--out", tmp_path)
    assert done.exit_code == 130 and "the same command goes on" in done.stderr
