"""Append-only files: kills, broken lines, two writers."""

import json

import pytest

from memcap.core.errors import CorruptFileError, MemcapError
from memcap.core.journal import Journal


def test_a_torn_last_line_is_told_once_and_cut_off(tmp_path):
    path = tmp_path / "new" / "lines.jsonl"
    journal = Journal(path, json.loads)
    assert not list(journal.read()) and journal.size == 0
    assert journal.append("[1]") == journal.size == 4
    with open(path, "ab") as stream:
        stream.write(b"[2")
    with pytest.warns(RuntimeWarning, match="line 2 .* cut short"):
        assert list(journal.read()) == [[1]]
    assert list(journal.read()) == [[1]]
    journal.append("[3]")
    assert path.read_bytes() == b"[1]\n[3]\n"


def test_a_whole_last_line_without_its_end_stays(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b"[1]\n[2]")
    journal = Journal(path, json.loads)
    assert list(journal.read()) == [[1], [2]]
    journal.append("[3]")
    assert list(journal.read()) == [[1], [2], [3]]


def test_a_broken_line_elsewhere_is_refused(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b"[1]\n[2\n[3]\n")
    with pytest.raises(CorruptFileError, match="line 2"):
        list(Journal(path, json.loads).read())


def test_a_condition_holds_a_line_back(tmp_path):
    journal = Journal(tmp_path / "lines.jsonl", json.loads)
    journal.append("[1]")
    assert journal.append("[1]", unless=lambda: [1] in journal.read()) == 0
    assert list(journal.read()) == [[1]]


def test_a_folder_is_no_file(tmp_path):
    journal = Journal(tmp_path, json.loads)
    with pytest.raises(CorruptFileError, match="cannot be read"):
        list(journal.read())
    with pytest.raises(MemcapError, match="cannot write"):
        journal.append("[1]")
