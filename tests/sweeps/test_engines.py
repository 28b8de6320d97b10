"""Ray and submitit on this machine: the same records as in one process, also after
kill -9, and only the culprits fail."""

import random
import time
from dataclasses import replace
from importlib.util import find_spec

import pytest

from memcap.core.errors import MemcapError, MissingPackageError
from memcap.sweeps import driver
from memcap.sweeps.records import Store
from tests.sweeps.fake_sweep import SWEEP
from tests.sweeps.processes import lines, start, wait_for

LOCALLY = {"MEMCAP_SLURM_EXECUTOR": "local"}


def _needs(package):
    missing = find_spec(package) is None
    return pytest.mark.skipif(missing, reason=f"{package} is not installed")


ENGINES = [
    pytest.param("ray", marks=_needs("ray")),
    pytest.param("slurm", marks=_needs("submitit")),
]


def _bare(out):
    gone = {"seconds": 0, "time": "", "device": "", "versions": {}}
    return {r.key: replace(r, **gone) for r in Store(out / "records.jsonl").records()}


def _run(out, engine, size):
    return start(out, 2, engine, size, **LOCALLY).wait(180)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_two_workers_give_the_records_of_none(tmp_path, engine):
    assert _run(tmp_path / "two", engine, "smoke") == 0
    driver.run(SWEEP, "smoke", tmp_path / "none")
    assert _bare(tmp_path / "two") == _bare(tmp_path / "none")
    fits = (tmp_path / "two" / "fits.json").read_bytes()
    assert fits == (tmp_path / "none" / "fits.json").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_culprits_alone_fail(tmp_path, engine):
    assert _run(tmp_path, engine, "deadly") == 1
    reasons = {r.config["does"]: r.reason for r in _bare(tmp_path).values()}
    assert reasons.pop("work") == "" and "width 4 is no good" in reasons["raise"]
    assert "not JSON" in reasons["nan"] and "died 3 times" in reasons["die"]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_driver_goes_on_where_it_was(tmp_path, engine):
    driver.run(SWEEP, "small", tmp_path / "whole")
    out, chance = tmp_path / "killed", random.Random(engine)
    for _ in range(3):
        before = len(lines(out))
        process = start(out, 2, engine, **LOCALLY)
        wait_for(lambda: len(lines(out)) > before or process.poll() == 0, 60)  # noqa: B023
        time.sleep(chance.uniform(0, 0.04))
        process.kill()
        process.wait()
    assert _run(out, engine, "small") == 0
    assert len(lines(out)) == len(SWEEP.sizes["small"])
    fits = (out / "fits.json").read_bytes()
    assert fits == (tmp_path / "whole" / "fits.json").read_bytes()


@pytest.mark.skipif(find_spec("ray") is not None, reason="ray is installed")
def test_ray_is_asked_for_by_name(tmp_path):
    with pytest.raises(MissingPackageError, match=r'pip install "memcap\[ray\]"'):
        driver.run(SWEEP, "smoke", tmp_path, "ray")


@pytest.mark.skipif(find_spec("submitit") is not None, reason="submitit is installed")
def test_submitit_is_asked_for_by_name(tmp_path):
    with pytest.raises(MissingPackageError, match=r'pip install "memcap\[slurm\]"'):
        driver.run(SWEEP, "smoke", tmp_path, "slurm")


def test_slurm_needs_a_disk():
    from memcap.sweeps.engines import engine
    from memcap.sweeps.worker import Job

    compute = engine("slurm", 1, "gs://bucket/sweep")
    with pytest.raises(MemcapError, match="gs://bucket/sweep is not on a disk"):
        next(compute(Job("fake", SWEEP.run), ()))
