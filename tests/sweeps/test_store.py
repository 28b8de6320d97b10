"""The store loses nothing but the line being written when the process was killed."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from memcap.core.errors import CorruptFileError, MemcapError
from memcap.sweeps import records
from memcap.sweeps.records import Record, Store


def _record(number, **changes):
    return replace(Record(config={"n": number}, results={"x": number / 3}), **changes)


def _filled(path, count=3):
    store = Store(path)
    for number in range(count):
        assert store.append(_record(number))
    return store


def test_records_come_back_as_they_went_in(tmp_path):
    store = _filled(tmp_path / "records.jsonl")
    again = Store(store.path)
    assert again.records() == tuple(_record(number) for number in range(3))
    assert again.keys() == {_record(number).key for number in range(3)}


def test_a_missing_file_is_an_empty_store(tmp_path):
    store = Store(tmp_path / "none.jsonl")
    assert store.records() == () and store.keys() == frozenset()
    assert not store.path.exists()


def test_a_finished_key_is_not_written_again(tmp_path):
    store = _filled(tmp_path / "records.jsonl")
    before = store.path.read_bytes()
    assert not store.append(_record(1, results={"x": 7}, time="later"))
    assert not Store(store.path).append(_record(1, status="failed", reason="no"))
    assert store.path.read_bytes() == before


def test_seed_and_configuration_make_the_key_and_nothing_else():
    assert _record(1).key == _record(1, seconds=5.0, time="noon", results={}).key
    assert _record(1).key != _record(1, seed=1).key != _record(2, seed=1).key


def test_a_failed_run_may_be_tried_again(tmp_path):
    store = Store(tmp_path / "records.jsonl")
    store.append(_record(0, status="failed", reason="out of memory"))
    assert store.keys() == frozenset()
    assert store.append(_record(0))
    assert [r.status for r in Store(store.path).records()] == ["done"]


@pytest.mark.parametrize("cut", [1, 30, 100])
def test_a_torn_last_line_costs_only_itself(tmp_path, cut):
    store = _filled(tmp_path / "records.jsonl")
    raw = store.path.read_bytes()
    last = raw.rstrip(b"\n").rfind(b"\n") + 1
    store.path.write_bytes(raw[: last + cut])
    torn = Store(store.path)
    with pytest.warns(RuntimeWarning, match="line 3 .* cut short"):
        assert torn.records() == (_record(0), _record(1))
    with pytest.warns(RuntimeWarning, match="cut short"):
        assert Store(store.path).append(_record(2))
    assert store.path.read_bytes() == raw


def test_a_whole_last_line_without_its_newline_is_kept(tmp_path):
    store = _filled(tmp_path / "records.jsonl")
    store.path.write_bytes(store.path.read_bytes()[:-1])
    again = Store(store.path)
    assert len(again.records()) == 3
    again.append(_record(3))
    assert [r.config["n"] for r in Store(store.path).records()] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"{not json", "line 2"),
        (b"[1]", "not a JSON object"),
        (b'{"schema":99}', "schema is 99"),
        (b'{"schema":1,"key":"k","config":{},"colour":1}', "colour"),
        (b'{"schema":1,"key":"k","config":{"n":1}}', "not the hash"),
        (b'{"schema":1,"key":"k","config":{"n":NaN}}', "holds NaN"),
        (b"\xff\xfe", "line 2"),
    ],
)
def test_a_broken_middle_line_is_refused_by_number(tmp_path, broken, reason):
    store = _filled(tmp_path / "records.jsonl")
    lines = store.path.read_bytes().splitlines(keepends=True)
    store.path.write_bytes(lines[0] + broken + b"\n" + lines[2])
    with pytest.raises(CorruptFileError, match="line 2 .* delete that line") as error:
        Store(store.path).records()
    assert reason in str(error.value)
    with pytest.raises(CorruptFileError):
        Store(store.path).append(_record(5))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, object()])
def test_what_json_cannot_hold_is_refused_before_anything_is_written(tmp_path, value):
    store = Store(tmp_path / "records.jsonl")
    with pytest.raises(MemcapError, match="cannot be stored"):
        store.append(_record(0, results={"loss": value}))
    assert not store.path.exists()


def test_a_folder_in_place_of_the_file_is_one_sentence(tmp_path):
    with pytest.raises(MemcapError, match="cannot"):
        Store(tmp_path).append(_record(0))


_WRITER = """
import sys
from memcap.sweeps.records import Record, Store
store = Store(sys.argv[1])
for n in range(int(sys.argv[2]), 10**6):
    store.append(Record(config={"n": n}, results={"pad": "x" * 2000}))
    print(n, flush=True)
"""


def test_kill_9_loses_nothing_that_was_reported(tmp_path):
    path = tmp_path / "records.jsonl"
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), "0"], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    reported = [int(writer.stdout.readline()) for _ in range(20)][-1]
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    raw = path.read_bytes()
    path.write_bytes(raw[: raw.rfind(b"\n") + 1])
    kept = [record.config["n"] for record in Store(path).records()]
    assert kept == list(range(len(kept))) and len(kept) > reported


def test_two_writers_of_one_file_do_not_tear_each_other(tmp_path):
    path = tmp_path / "records.jsonl"
    code = _WRITER.replace("10**6", "int(sys.argv[2]) + 30")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), start], stdout=subprocess.DEVNULL
        )
        for start in ("0", "1000")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(records.Store(path).records()) == 60
