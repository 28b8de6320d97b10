"""Options of many words, and commands that reproduce a report."""

import html
import json
import re
import shlex

import numpy as np
import pytest
from typer.testing import CliRunner

from memcap.cli.main import app
from memcap.cli.spelling import repeated
from memcap.distill.statistics import wilson


def _memcap(*words):
    return CliRunner().invoke(app, ["distill", *map(str, words)])


@pytest.fixture
def logs(tmp_path, monkeypatch):
    """A student before, three seeds of a recipe, and two teachers, on one task."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    before = rng.random(100) < 0.4
    right = {"base": before, "a": rng.random(100) < 0.7, "b b": rng.random(100) < 0.8}
    right |= {f"rec-seed{s}": before | (rng.random(100) < 0.3) for s in range(3)}
    for name, own in right.items():
        rows = "".join(f"{i},{int(x)},my task,x\n" for i, x in enumerate(own))
        (tmp_path / f"{name}.csv").write_text(f"id,correct,task,filter\n{rows}")
    return right


@pytest.mark.parametrize(
    "words",
    [
        ("--teachers", "a.csv", "b b.csv"),
        ("--teachers", "a.csv", "--teachers", "b b.csv"),
        ("--teachers=a.csv", "b b.csv"),
        ("--teachers", "a.csv", "b b.csv", "--common"),
    ],
)
def test_all_words_after_teachers_are_teachers(logs, words):
    done = _memcap("compare", "base.csv", "rec-seed0.csv", *words, "--json")
    rows = json.loads(done.stdout)["rows"]
    kinds = [row["kind"] for row in rows]
    assert kinds.count("run") == 1 and kinds.count("teacher") == 2


def test_a_student_behind_teachers_is_missed_and_not_mistaken(logs):
    done = _memcap("compare", "base.csv", "--teachers", "a.csv", "rec-seed0.csv")
    assert done.exit_code == 2 and "distilled" in done.stderr.lower()


def test_an_option_without_words_is_left_to_the_parser():
    options = ["--teachers"]
    assert repeated(["--teachers"], options) == ["--teachers"]
    words = ["--out", "o", "x", "--teachers", "--json"]
    assert repeated(words, options) == words


def test_sizes_of_teachers_may_follow_one_option(logs):
    words = ("rec-seed0.csv", "--teacher-size", "rec=1", "other=2")
    assert "'other' is no recipe" in _memcap("compare", "base.csv", *words).stderr


def test_a_screen_takes_its_teachers_the_same_way(logs):
    done = _memcap("screen", "base.csv", "--teachers", "a.csv", "b b.csv", "--json")
    assert done.exit_code == 0, done.stderr
    assert '"b b"' in done.stdout and '"a"' in done.stdout


def test_teachers_are_told_with_their_intervals(logs):
    words = ("base.csv", "rec-seed0.csv", "--teachers", "a.csv", "b b.csv")
    shown = _memcap("compare", *words).stdout
    for name in ("a", "b b"):
        right = int(logs[name].sum())
        found = wilson(right, 100)
        assert (
            f"Teacher {name}: {right / 100:.3f} on 100 items; "
            f"95 % CI [{found.low:.3f}, {found.high:.3f}] by Wilson." in shown
        )


@pytest.mark.parametrize(
    ("name", "words", "page"),
    [
        (
            "compare",
            ("base.csv", "rec-seed0.csv", "rec-seed1.csv", "--teachers", "a.csv")
            + ("b b.csv", "--teacher-size", "rec=5", "--task", "my task", "--filter")
            + ("x", "--metric", "correct", "--common"),
            "report.html",
        ),
        (
            "screen",
            ("base.csv", "--teachers", "a.csv", "b b.csv", "--task", "my task")
            + ("--filter", "x", "--metric", "correct", "--common", "--gap", "0.2")
            + ("--between", "best_worst", "--no-floor-check"),
            "screen.html",
        ),
    ],
)
def test_a_report_is_made_again_by_the_command_it_names(logs, name, words, page):
    done = _memcap(name, *words, "--out", "out put")
    assert done.exit_code == 0, done.stderr
    with open(f"out put/{page}", encoding="utf-8") as file:
        first = file.read()
    (command,) = re.findall(rf"memcap distill {name} base[^<]*", first)
    told = shlex.split(html.unescape(command))
    options = {word for word in words if word.startswith("--")}
    assert options | {"--out"} == {word for word in told if word.startswith("--")}
    again = CliRunner().invoke(app, told[1:])
    assert again.exit_code == 0, again.stderr
    with open(f"out put/{page}", encoding="utf-8") as file:
        assert file.read() == first
