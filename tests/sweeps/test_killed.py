"""kill -9 at any moment, of the driver or of its workers, loses and doubles nothing."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest

from memcap.sweeps.records import Store
from tests.sweeps import fake_sweep
from tests.sweeps.processes import is_worker, lines, start, wait_for, workers_of

CELLS = len(fake_sweep.SWEEP.sizes["small"])

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="children are looked up in /proc"
)


def check(out, whole):
    """Every cell once, and the fits of a run that nothing disturbed."""
    keys = [json.loads(line)["key"] for line in lines(out)]
    assert len(keys) == len(set(keys)) == CELLS
    assert {r.status for r in Store(out / "records.jsonl").records()} == {"done"}
    assert (out / "fits.json").read_bytes() == (whole / "fits.json").read_bytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    assert start(out, 0).wait(60) == 0
    return out


@pytest.mark.parametrize("workers", [0, 2])
def test_a_driver_killed_at_random_goes_on_where_it_was(tmp_path, whole, workers):
    chance = random.Random(workers)
    for _ in range(3):
        before = len(lines(tmp_path))
        process = start(tmp_path, workers)
        wait_for(lambda: len(lines(tmp_path)) > before)  # noqa: B023
        time.sleep(chance.uniform(0, 0.04))
        crew = workers_of(process.pid)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        wait_for(lambda: not any(map(is_worker, crew)))  # noqa: B023
        assert before < len(lines(tmp_path)) < CELLS
    assert start(tmp_path, workers).wait(60) == 0
    check(tmp_path, whole)


def test_a_kill_in_the_middle_of_a_line_costs_that_line(tmp_path, whole):
    path = tmp_path / "records.jsonl"
    chance = random.Random(1)
    for _ in range(3):
        process = start(tmp_path, 0)
        before = len(lines(tmp_path))
        wait_for(lambda: len(lines(tmp_path)) > before + 1)  # noqa: B023
        process.kill()
        process.wait()
        last = path.read_bytes().rstrip(b"\n").rfind(b"\n") + 1
        os.truncate(path, chance.randrange(last, path.stat().st_size))
    assert start(tmp_path, 0).wait(60) == 0
    check(tmp_path, whole)


def test_a_driver_killed_before_it_says_anything(tmp_path, whole):
    chance = random.Random(2)
    for _ in range(3):
        process = start(tmp_path, 0)
        time.sleep(chance.uniform(0, 0.2))
        process.kill()
        process.wait()
    assert start(tmp_path, 2).wait(60) == 0
    check(tmp_path, whole)


def test_killed_workers_are_replaced(tmp_path, whole):
    process = start(tmp_path, 2)
    for count in (1, 8):  # fewer deaths than a single cell is allowed
        wait_for(lambda: len(lines(tmp_path)) >= count)  # noqa: B023
        crew = workers_of(process.pid)
        assert crew
        os.kill(crew[0], signal.SIGKILL)
    assert process.wait(60) == 0
    check(tmp_path, whole)


@pytest.mark.parametrize("workers", [0, 2])
def test_ctrl_c_leaves_no_worker_and_keeps_the_records(tmp_path, whole, workers):
    process = start(tmp_path, workers)
    wait_for(lambda: len(lines(tmp_path)) > 1)
    crew = workers_of(process.pid)
    assert len(crew) == workers
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    assert not any(map(is_worker, crew))
    assert 1 < len(lines(tmp_path)) < CELLS
    assert start(tmp_path, workers).wait(60) == 0
    check(tmp_path, whole)
