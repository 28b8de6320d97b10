"""Logs of inspect-ai, real ones and repacked ones."""

import importlib.util
import json
import sys
import zipfile
from pathlib import Path

import pytest

from memcap.core.errors import DataError, MissingPackageError
from memcap.distill.importers import read, recognise

REAL = Path(__file__).parent / "fixtures" / "inspect_ai"
UNPACKS = sys.version_info >= (3, 14) or bool(importlib.util.find_spec("zipfile_zstd"))
needs_zstd = pytest.mark.skipif(not UNPACKS, reason="zstd needs zipfile-zstd")


def log(**changes):
    return json.loads((REAL / "base.json").read_text("utf-8")) | changes


def save(path, content):
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def pack(path, content, split=False):
    """The log as a `.eval` archive that every Python unpacks."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        header = {name: part for name, part in content.items() if name != "samples"}
        archive.writestr("header.json", json.dumps(header))
        for one in content["samples"]:
            name = f"samples/{one['id']}_epoch_{one['epoch']}"
            if not split:
                archive.writestr(f"{name}.json", json.dumps(one))
                continue
            shell = {n: part for n, part in one.items() if n != "messages"}
            parts = one["messages"]
            archive.writestr(
                f"{name}/sample.json", json.dumps(shell | {"message_refs": [[0, 2]]})
            )
            for i, part in enumerate(parts):
                archive.writestr(f"{name}/messages/{i}.json", json.dumps([part]))
    return path


def test_letters_become_numbers():
    run = read(REAL / "base.json", metric="graded")
    assert [item.score for item in run.items] == [1, 0.5, 1, 0.5, 0, 0]
    # The accuracy that the harness states is the mean of these.
    assert run.warnings == () and run.accuracy == 0.5
    assert (run.model, run.task, run.join) == ("mockllm/base", "doubling", "id")
    assert run.settings["epochs"] == "1"
    assert "Answer with a number" in run.settings["plan"]
    assert read(REAL / "base.json", metric="match").accuracy == 1 / 3


def test_two_scorers_leave_a_choice():
    with pytest.raises(DataError, match="scorers graded, match"):
        read(REAL / "base.json")


@pytest.mark.parametrize("split", [False, True])
def test_an_archive_says_what_the_text_says(tmp_path, split):
    text = read(REAL / "base.json", metric="graded")
    packed = read(pack(tmp_path / "log.eval", log(), split), metric="graded")
    assert packed.items == text.items and packed.settings == text.settings


@needs_zstd
def test_real_archives():
    whole = read(REAL / "tuned.eval", metric="graded")
    split = read(REAL / "chunked.eval", metric="graded")
    assert whole.items == split.items and whole.unscored == ("d5",)
    assert whole.accuracy == 4 / 5
    assert "not scored and left out" in whole.warnings[0]
    twice = read(REAL / "two_epochs.eval", metric="graded")
    assert {item.n for item in twice.items} == {2}
    assert [item.score for item in twice.items] == [0.5, 0, 0.25, 0, 0, 0]
    assert twice.warnings == ()


@pytest.mark.skipif(UNPACKS, reason="this Python unpacks zstd")
def test_zstd_without_an_unpacker_names_both_remedies():
    with pytest.raises(MissingPackageError, match=r"memcap\[eval\].*inspect log conv"):
        read(REAL / "tuned.eval", metric="graded")


def test_epochs_are_averaged_within_the_item(tmp_path):
    content = log()
    for one in log()["samples"]:
        one["epoch"] = 2
        one["scores"]["match"]["value"] = "C"
        content["samples"].append(one)
    run = read(save(tmp_path / "log.json", content), metric="match")
    assert [item.score for item in run.items] == [1, 0.5, 1, 0.5, 0.5, 0.5]
    assert {item.n for item in run.items} == {2}


def test_examples_shown_belong_to_the_prompt(tmp_path):
    shown = log()
    for one in shown["samples"]:
        extra = {"role": "assistant", "content": "42", "source": "input"}
        one["messages"].insert(1, extra)
    text = json.dumps(shown)
    first = read(save(tmp_path / "a.json", shown), metric="match")
    second = read(save(tmp_path / "b.json", log()), metric="match")
    assert all(
        old.prompt != new.prompt
        for old, new in zip(first.items, second.items, strict=True)
    )
    other = json.loads(text.replace('"42"', '"43"'))
    third = read(save(tmp_path / "c.json", other), metric="match")
    assert first.items[0].prompt != third.items[0].prompt


def test_unscored_answers_are_not_wrong(tmp_path):
    content = log()
    content["samples"][0]["scores"]["match"]["value"] = float("nan")
    content["samples"][1]["error"] = {"message": "timeout"}
    run = read(save(tmp_path / "log.json", content), metric="match")
    assert run.unscored == ("d0", "d1") and run.accuracy == 1 / 4


@pytest.mark.parametrize(
    "value, score",
    [("N", 0), (True, 1), ("yes", 1), ("0.25", 0.25), (0.75, 0.75), ("?", 0)],
)
def test_other_values(tmp_path, value, score):
    content = log()
    content["samples"][0]["scores"]["match"]["value"] = value
    run = read(save(tmp_path / "log.json", content), metric="match")
    assert run.items[0].score == score
    assert any("taken for 0" in text for text in run.warnings) == (value == "?")
    # The mean no longer is what the log states, unless the value was a C before.
    assert any("states accuracy" in text for text in run.warnings) == (score != 1)


def test_values_by_key_and_lists(tmp_path):
    content = log()
    for one in content["samples"]:
        one["scores"]["match"]["value"] = {"form": 1, "sum": 0}
        one["scores"]["graded"]["value"] = [1, 0]
    file = save(tmp_path / "log.json", content)
    assert read(file, metric="match.form").accuracy == 1
    with pytest.raises(DataError, match="list of scores"):
        read(file, metric="graded")


@pytest.mark.parametrize("status", ["started", "cancelled", "error"])
def test_only_success_is_read(tmp_path, status):
    with pytest.raises(DataError, match=f"status '{status}'"):
        read(save(tmp_path / "log.json", log(status=status)), metric="match")


def test_what_else_is_refused(tmp_path):
    file = tmp_path / "log.json"
    with pytest.raises(DataError, match="marked invalid"):
        read(save(file, log(invalidated=True)), metric="match")
    with pytest.raises(DataError, match="log_samples"):
        read(save(file, log(samples=[])), metric="match")
    with pytest.raises(DataError, match="sample 'd0' twice in epoch 1"):
        read(save(file, log(samples=log()["samples"] * 2)), metric="match")
    other = log()["samples"][0] | {"epoch": 2, "input": "3 * 1 = ?"}
    with pytest.raises(DataError, match="item 'd0' belong to different documents"):
        read(save(file, log(samples=[*log()["samples"], other])), metric="match")
    with zipfile.ZipFile(tmp_path / "log.eval", "w") as archive:
        archive.writestr("_journal/start.json", "{}")
    with pytest.raises(DataError, match="never finished"):
        read(tmp_path / "log.eval", metric="match")
    (tmp_path / "bad.eval").write_bytes(b"no archive")
    with pytest.raises(DataError, match=r"no readable .eval"):
        read(tmp_path / "bad.eval", metric="match")


def test_a_folder_with_two_logs_of_one_run(tmp_path):
    for name in "ab":
        save(tmp_path / f"{name}.json", log())
    assert recognise(tmp_path) == "inspect_ai"
    with pytest.raises(DataError, match="holds 2 logs of mockllm/base on doubling"):
        read(tmp_path, metric="match")
