"""The fake sweep in a process of its own, and what can be seen of it from outside."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]


FAKE = "tests.sweeps.fake_sweep"


def start(out, workers, engine="local", size="small", module=FAKE, **variables):
    """The fake sweep, or another one, as an experiment module."""
    options = {"size": size, "workers": workers, "engine": engine, "out": out}
    arguments = [word for n, v in options.items() for word in (f"--{n}", str(v))]
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def lines(out):
    """The lines of its record file."""
    path = out / "records.jsonl"
    return path.read_bytes().splitlines() if path.exists() else []


def workers_of(pid):
    """The processes of its spawned workers."""
    with suppress(FileNotFoundError):
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(p) for p in found if is_worker(int(p))]
    return []


def is_worker(pid):
    """Whether a spawned worker of that number is alive."""
    # The resource tracker of multiprocessing is a child as well.
    with suppress(OSError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def wait_for(condition, seconds=20.0):
    """Wait until it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)
