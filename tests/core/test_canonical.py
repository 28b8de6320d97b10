"""One text for each record, and files that are whole or untouched."""

import json

import pytest

from memcap.core import canonical
from memcap.core.errors import CorruptFileError, MemcapError


def test_one_spelling_whatever_the_order_of_keys():
    first = canonical.dumps({"b": 1, "a": [True, None, "ü"], "c": {"y": 1, "x": 2}})
    second = canonical.dumps({"c": {"x": 2, "y": 1}, "a": [True, None, "ü"], "b": 1})
    assert first == second == '{"a":[true,null,"\\u00fc"],"b":1,"c":{"x":2,"y":1}}'
    assert json.loads(first)["a"][2] == "ü"


@pytest.mark.parametrize(
    "value",
    [1.0, {"a": 0.5}, [[1, (2, float("nan"))]], {"a": {"b": [float("inf")]}}],
)
def test_floats_are_refused(value):
    with pytest.raises(TypeError, match="float"):
        canonical.dumps(value)


def test_what_json_has_not_is_refused():
    for value in ({1, 2}, b"x", object()):
        with pytest.raises(TypeError):
            canonical.dumps([value])


def test_known_hash():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert canonical.sha256("") == canonical.sha256(b"") == empty
    assert canonical.sha256("a") == canonical.sha256(b"a") != empty


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "deep" / "er" / "file.json"
    canonical.write_atomically(path, "old")
    canonical.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in path.parent.iterdir()] == ["file.json"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_parent_that_is_a_file_is_refused(tmp_path):
    blocker = tmp_path / "blocker"
    blocker.write_text("a file")
    with pytest.raises(MemcapError, match="cannot write"):
        canonical.write_atomically(blocker / "file.json", "x")
    assert blocker.read_text() == "a file"


def test_a_target_that_is_a_folder_is_refused(tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "inside").write_text("kept")
    with pytest.raises(MemcapError, match="cannot write"):
        canonical.write_atomically(tmp_path / "target", "x")
    assert (tmp_path / "target" / "inside").read_text() == "kept"
    assert [p.name for p in tmp_path.iterdir()] == ["target"]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file.json"
    canonical.write_atomically(path, "old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(canonical.os, "fsync", full)
    with pytest.raises(MemcapError, match="No space left"):
        canonical.write_atomically(path, "new and longer")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.json"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1,]", b"\xff\xfe", "ü".encode(), b"[" * 100_000, b"1" * 5000],
)
def test_what_is_not_json_is_refused(tmp_path, content):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(CorruptFileError, match="file.json"):
        canonical.read_json(path)


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(CorruptFileError, match="does not exist"):
        canonical.read_json(tmp_path / "nothing.json")
    with pytest.raises(CorruptFileError, match="not readable"):
        canonical.read_json(tmp_path)
