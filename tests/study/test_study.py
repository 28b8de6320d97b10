"""A study keeps what it has, does what is missing, and says what went wrong."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest

from memcap.analysis import report, rows
from memcap.core.claims import Verdict
from memcap.core.errors import MemcapError, UnknownNameError
from memcap.data import from_arrays, random_next_token
from memcap.study import PRESETS, Preset, constructed, run
from memcap.study.cells import Cell
from memcap.study.files import load_network
from memcap.study.main import plan
from memcap.study.source import open_source, with_vectors
from memcap.sweeps.records import Store

_REAL_WRITE = report.write
TINY = Preset(name="tiny", constructed=(10, 20, 40), everything=True)


class _Told:
    def __init__(self):
        self.kept, self.begun, self.ended = None, [], []

    def plan(self, costs, kept):
        self.kept = kept

    def begin(self, label):
        self.begun.append(label)

    def end(self, label, sentence):
        self.ended.append(sentence)


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch):
    """Drawing takes longest; the tests that read the report draw it themselves."""
    monkeypatch.setattr(report, "write", lambda folder: folder / "report.html")


@pytest.fixture
def data(tmp_path):
    ds = random_next_token(num_samples=60, length=4, vocab=16, classes=3, seed=1)
    ds.save(tmp_path / "sample.npz")
    return str(tmp_path / "sample.npz")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def test_a_study_constructs_checks_and_reports(data, out, monkeypatch):
    monkeypatch.setattr(report, "write", _REAL_WRITE)
    outcome = run(data, TINY, out)
    assert outcome.passed and outcome.verdict is Verdict.PROVED
    made = [r for r in outcome.records if r.config["kind"] == "constructed"]
    assert [r.config["samples"] for r in made] == [10, 20, 40, 60]
    small = [r for r in outcome.records if r.config["kind"] == "compact"]
    assert [r.config["samples"] for r in small] == [10, 20, 40, 60]
    assert all(r.results["correct"] == r.config["samples"] for r in made + small)
    pairs = zip(small, made, strict=True)
    assert all(4 * a.counts["nonzero"] < 3 * b.counts["nonzero"] for a, b in pairs)
    assert (out / "report.html").exists() and (out / "report.md").exists()


def test_every_network_stands_beside_its_lower_bounds(data, out):
    records = run(data, TINY, out).records
    for row in (*rows.constructed(records), *rows.compact(records)):
        assert row.fewest and row.above == row.nonzero / row.fewest >= 1
        entropy = row.results["entropy_bits"]
        assert row.bits_each == row.counts["total_bits"] / entropy > 1
    last = rows.compact(records)[-1]
    assert f"{last.above:.3g} times the fewest" in report.html(records, ())


def test_every_network_can_be_checked_from_its_folder(data, out):
    for record in run(data, TINY, out).records[1:]:
        network = load_network(out / record.results["folder"])
        again = network.certificate.recheck(network.weights, network.data)
        assert again.verdict is Verdict.PROVED
        assert network.data.num_samples == record.config["samples"]


def test_a_second_run_does_nothing_and_changes_no_byte(data, out):
    run(data, TINY, out)
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    told = _Told()
    assert run(data, TINY, out, told).passed
    assert told.kept == 8 and told.begun == []
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


def test_after_a_torn_record_only_that_network_is_made_again(data, out):
    run(data, TINY, out)
    records = out / "records.jsonl"
    whole = Store(records).records()
    records.write_bytes(records.read_bytes()[:-500])
    told = _Told()
    with pytest.warns(RuntimeWarning, match="cut short"):
        assert run(data, TINY, out, told).passed
    assert told.begun == ["compact, N = 60"]
    assert [r.counts for r in Store(records).records()] == [r.counts for r in whole]


def test_the_same_seed_gives_the_same_networks(data, tmp_path):
    first, again = (run(data, TINY, tmp_path / name).records for name in "ab")
    hashes = [[r.results["weights_sha256"] for r in x[1:]] for x in (first, again)]
    assert hashes[0] == hashes[1]


def test_sizes_are_prefixes_of_one_dataset(data):
    source = open_source(data)
    large = source.prefix(40)
    assert source.prefix(10).sha256 == large.take(slice(10)).sha256


def test_a_failed_cell_is_a_record_and_fails_the_study(data, out, monkeypatch):
    real = constructed.construct

    def construct(name, ds, **options):
        if ds.num_samples == 20:
            raise MemoryError("no room")
        return real(name, ds, **options)

    monkeypatch.setattr(constructed, "construct", construct)
    outcome = run(data, TINY, out)
    assert not outcome.passed
    assert [r.config["samples"] for r in outcome.failed] == [20, 20]
    assert outcome.failed[0].reason.startswith("MemoryError: no room (")
    assert "no room" in report.html(outcome.records, ())
    monkeypatch.undo()
    again = run(data, TINY, out)
    assert again.passed and not again.failed


def test_a_refuted_certificate_fails_the_study(data, out, monkeypatch):
    real = constructed.verify

    def verify(built, ds):
        wrong = (ds.labels + 1) % ds.num_classes
        return real(built, from_arrays(ds.tokens, wrong, num_classes=3))

    monkeypatch.setattr(constructed, "verify", verify)
    outcome = run(data, TINY, out)
    assert outcome.verdict is Verdict.REFUTED and not outcome.passed


def test_interrupting_keeps_what_is_done(data, out, monkeypatch):
    real = Cell.run

    def stop_at_the_third(cell, source, folder):
        if cell.samples == 40:
            raise KeyboardInterrupt
        return real(cell, source, folder)

    monkeypatch.setattr(Cell, "run", stop_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        run(data, TINY, out)
    monkeypatch.undo()
    told = _Told()
    assert run(data, TINY, out, told).passed
    assert told.kept == 4


def test_other_data_in_the_same_folder_are_refused(data, out, tmp_path):
    run(data, replace(TINY, constructed=(10,), everything=False), out)
    other = random_next_token(num_samples=60, length=4, vocab=16, classes=3, seed=2)
    other.save(tmp_path / "other.npz")
    with pytest.raises(MemcapError, match="other data .sample.npz.; give another"):
        run(str(tmp_path / "other.npz"), TINY, out)


def test_unusable_data_and_presets_are_refused(tmp_path, data, out):
    with pytest.raises(UnknownNameError, match="no preset 'huge'; there are quick"):
        run(data, "huge", out)
    from_arrays([[1], [2]], [0, 0]).save(tmp_path / "one.npz")
    with pytest.raises(MemcapError, match="one class only"):
        run(str(tmp_path / "one.npz"), TINY, out)
    assert not out.exists()


def test_contradicting_samples_are_left_out_and_counted(tmp_path, out):
    tokens = [[1, 2], [1, 2], [2, 1], [3, 1], [2, 3]]
    from_arrays(tokens, [0, 1, 0, 1, 1]).save(tmp_path / "clash.npz")
    outcome = run(str(tmp_path / "clash.npz"), TINY, out)
    assert outcome.passed and outcome.records[0].results["dropped"] == 1
    assert outcome.records[-1].config["samples"] == 4


def test_presets_use_what_is_there():
    quick = PRESETS["quick"]
    assert quick.sizes(700) == (50, 100, 200, 400)
    assert quick.sizes(7) == (7,) and quick.trained_sizes(7) == ()
    sizes = quick.sizes(10**9)
    assert all(b == 2 * a for a, b in pairwise(sizes)) and len(sizes) > 9
    assert PRESETS["full"].sizes(81_000)[-1] == 81_000


def test_training_is_planned_only_where_it_is_asked_for(data):
    source = open_source(data)
    kinds = [cell.kind for cell in plan(source, replace(TINY, trained=(8, 16)), 0)]
    written = ["compact"] * 4 + ["constructed"] * 4
    assert sorted(kinds) == written + ["trained"] * 2
    assert sorted(cell.kind for cell in plan(source, TINY, 0)) == written


def test_vectors_are_given_to_words_once_and_for_all(data):
    source = open_source(data)
    small = with_vectors(source.prefix(10), 8, seed=0)
    large = with_vectors(source.prefix(40), 8, seed=0)
    assert small.dim == 8
    assert (large.embedding[: len(small.embedding)] == small.embedding).all()
    assert with_vectors(small, 3, seed=1) is small


def test_a_study_without_training_never_loads_jax(data, out):
    code = (
        "import sys; from memcap.study import run, Preset;"
        "run(sys.argv[1], Preset(name='t', constructed=(10,)), sys.argv[2]);"
        "assert 'jax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, data, str(out)], check=True)


def test_trained_networks_are_checked_too(data, out):
    preset = Preset(
        name="t", constructed=(10,), trained=(10,), widths=(8,), steps=500, seeds=(0,)
    )
    outcome = run(data, preset, out)
    assert outcome.passed
    trained = next(r for r in outcome.records if r.config["kind"] == "trained")
    assert trained.results["verdict"] == "PROVED"
    assert trained.results["arithmetic"].startswith("ball")
    lower = trained.results["lower"]
    assert lower["parameters"] is None and "softmax" in lower["sentence"]
    assert lower["bits_ratio"] == trained.counts["total_bits"] / lower["bits"]
    assert trained.versions["jax"]


def test_training_that_fits_nothing_is_said_to(data, out):
    preset = Preset(
        name="t", constructed=(40,), trained=(40,), widths=(1,), steps=1, seeds=(0,)
    )
    outcome = run(data, preset, out)
    trained = next(r for r in outcome.records if r.config["kind"] == "trained")
    assert trained.results["censored"] and trained.results["verdict"] == ""
    assert outcome.passed
    assert "not checked" in report.html(outcome.records, ())
