"""Object stores keep one object a record, with the same rules as the local file."""

from dataclasses import replace

import pytest
from fsspec.implementations.local import LocalFileSystem

from memcap.core.errors import MissingPackageError
from memcap.sweeps import driver
from memcap.sweeps.records import Record
from memcap.sweeps.storage import local_folder, open_store, place
from tests.sweeps.buckets import Folder, in_memory, serve
from tests.sweeps.fake_sweep import SWEEP


@pytest.fixture
def bucket(monkeypatch):
    return in_memory(monkeypatch)


def _record(number, **changes):
    return replace(Record(config={"n": number}, results={"x": number / 3}), **changes)


def _store(url):
    return open_store(place(url))


def test_records_come_back_as_they_went_in(bucket):
    assert _store(bucket).records() == () and _store(bucket).keys() == frozenset()
    for number in range(3):
        assert _store(bucket).append(_record(number))
    found = {r.key: r for r in _store(bucket).records()}
    assert found == {_record(n).key: _record(n) for n in range(3)}
    assert _store(bucket).keys() == found.keys()
    assert {p.name for p in place(f"{bucket}/records").iterdir()} == {
        f"{key}.json" for key in found
    }


def test_a_finished_record_stays_and_a_failed_one_may_be_mended(bucket):
    store = _store(bucket)
    assert store.append(_record(0, status="failed", reason="no memory"))
    assert store.keys() == frozenset()
    assert store.append(_record(0)) and store.keys() == {_record(0).key}
    assert not store.append(_record(0, results={"x": 7}))
    assert not _store(bucket).append(_record(0, status="failed", reason="no"))
    assert _store(bucket).records() == (_record(0),)


def test_a_torn_object_is_told_and_written_again(bucket):
    store = _store(bucket)
    store.append(_record(0))
    path = place(bucket) / "records" / f"{_record(0).key}.json"
    path.write_text(path.read_text()[:20])
    with pytest.warns(RuntimeWarning, match="is not a record"):
        assert _store(bucket).keys() == frozenset()
    with pytest.warns(RuntimeWarning, match="is not a record"):
        assert _store(bucket).append(_record(0))
    assert _store(bucket).records() == (_record(0),)


def test_files_written_locally_are_uploaded(bucket):
    with local_folder(place(bucket)) as local:
        (local / "figures").mkdir()
        (local / "figures" / "a.svg").write_bytes(b"<svg/>")
    assert (place(bucket) / "figures" / "a.svg").read_bytes() == b"<svg/>"


@pytest.mark.parametrize("workers", [0, 2])
def test_a_sweep_on_a_bucket_stops_goes_on_and_is_rebuilt(bucket, tmp_path, workers):
    driver.run(SWEEP, "smoke", tmp_path)

    def breaking(cells):
        yield from SWEEP.run(cells[:2])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        driver.run(replace(SWEEP, run=breaking), "smoke", bucket)
    assert len(_store(bucket).keys()) == 2
    outcome = driver.run(SWEEP, "smoke", bucket, workers=workers)
    assert len(outcome.records) == 12 and driver.is_sweep(bucket)
    fits = place(bucket) / "fits.json"
    assert fits.read_bytes() == (tmp_path / "fits.json").read_bytes()
    fits.unlink()
    driver.rebuild(bucket)
    assert fits.read_bytes() == (tmp_path / "fits.json").read_bytes()


def test_missing_packages_are_named(monkeypatch):
    def missing():
        raise ImportError("install gcsfs")

    serve(monkeypatch, missing)
    with pytest.raises(MissingPackageError, match=r"memcap\[cloud\].*gcsfs"):
        place("gs://bucket/sweep")


def test_each_record_is_a_file_of_a_bucket_that_is_a_folder(tmp_path, monkeypatch):
    files = Folder(path=str(tmp_path), fs=LocalFileSystem())
    serve(monkeypatch, lambda: files)
    assert driver.run(SWEEP, "smoke", "gs://bucket/sweep").missing == 0
    assert len(list((tmp_path / "bucket/sweep/records").iterdir())) == 12
    assert (tmp_path / "bucket/sweep/fits.json").exists()
