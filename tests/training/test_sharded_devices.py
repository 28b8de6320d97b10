"""Many virtual devices and several processes give the numbers of few."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

LIMIT = 240


def start(told, devices=8):
    # Fewer threads than virtual devices need can wait for each other for ever.
    environment = os.environ | {
        "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
        "NPROC": "16",
        "JAX_PLATFORMS": "cpu",
    }
    # jax.distributed ignores SIGTERM, so that only SIGKILL ends what hangs.
    limit = ["timeout", "-k", "5", str(LIMIT)]
    command = [*limit, sys.executable, "-m", "tests.training.sharded_worker"]
    return subprocess.Popen(
        [*command, json.dumps(told)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process):
    out, error = process.communicate(timeout=LIMIT + 10)
    assert process.returncode == 0, error[-2000:]
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def numbers(found):
    return found["curve"], found["digest"]


def test_one_device_gives_the_bits_of_eight():
    one, eight = finish(start({"devices": [1, 8], "steps": 20}))
    assert [found["devices"] for found in (one, eight)] == [1, 8]
    assert numbers(one) == numbers(eight)
    assert eight["curve"][-1][1] < eight["curve"][0][1]


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_two_processes_of_four_devices_are_one_of_eight(dtype):
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    told = {"devices": [8], "processes": 2, "port": port, "dtype": dtype}
    both = [start(told | {"process": i}, devices=4) for i in range(2)]
    split = [found for process in both for found in finish(process)]
    one, four, eight = finish(start({"devices": [1, 4, 8], "dtype": dtype}))
    assert [found["processes"] for found in (*split, eight)] == [2, 2, 1]
    assert numbers(split[0]) == numbers(split[1]) == numbers(eight)
    assert numbers(one) == numbers(four) == numbers(eight)


@pytest.mark.slow
def test_killed_and_resumed_on_other_devices_it_ends_the_same(tmp_path):
    path = tmp_path / "large.npz"
    told = {"steps": 400}
    (straight,) = finish(start(told | {"devices": [8]}))
    process = start(told | {"devices": [8], "checkpoint": str(path)})
    while not path.exists() and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    resumed, again = finish(start(told | {"devices": [1, 4], "checkpoint": str(path)}))
    assert 0 < resumed["resumed"] < straight["steps"]
    assert numbers(resumed) == numbers(straight)
    # A finished training is read, not repeated.
    assert again["resumed"] == straight["steps"]
    assert numbers(again) == numbers(straight)
