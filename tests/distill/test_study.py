"""A tiny study from first weights to records, killed and resumed."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from memcap.core.errors import CorruptFileError, MemcapError, ProtocolError
from memcap.distill import checkpoints, pretraining, stage, study
from memcap.distill.arms import ARMS, ESTIMANDS
from memcap.distill.filters import REASONS
from memcap.distill.pretraining import Recipe
from memcap.distill.protocol import unpacked
from memcap.distill.records import FIELDS, rows
from memcap.distill.study_cells import Mixture
from memcap.distill.study_config import StudyConfig
from memcap.distill.study_presets import STUDIES
from memcap.distill.tasks.base import told
from memcap.distill.tasks.modular_chain import ModularChain
from memcap.distill.teachers import Teacher
from memcap.distill.written import judge
from memcap.sweeps import driver

TINY = StudyConfig(
    task=ModularChain(modulus=3, operations=2),
    teachers=(
        Teacher(width=8, layers=1),
        Teacher(width=8, layers=1, style="terse"),
        Teacher(width=8, layers=1, noise=0.5),
    ),
    student_widths=(8,),
    student_layers=1,
    student_updates=20,
    seeds=(0, 1),
    arms=ARMS,
    mixtures=(Mixture("d8-L1-full", "d8-L1-terse", 0.5),),
    pilots=(5,),
    pool=40,
    test=30,
    # As many as the questions of the pool: one compilation serves both trainings.
    examples=40,
    pretraining=Recipe(updates=60, batch=8, warmup=5, learning_rate=1e-2),
    distillation=Recipe(updates=6, batch=8, warmup=2, learning_rate=1e-3),
)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    return folder, study.run(TINY, folder)


def timeless(found):
    return [{name: row[name] for name in (*FIELDS, "key")} for row in found]


def keys(config):
    found = study.sweep({"all": config.cells()})
    return [found.key(cell) for cell in config.cells()]


def test_every_cell_has_a_record_with_every_field(done):
    folder, found = done
    # 4 arms of 3 teachers, gold, self, a mixture, a pilot of 3 teachers; 2 seeds
    assert len(found) == len(TINY.cells()) == 2 * (12 + 3 + 3)
    assert all(set(FIELDS) < set(row) for row in found)
    assert [row["key"] for row in found] == keys(TINY)
    assert len({row["key"] for row in found}) == len(found)
    assert {row["arm"] for row in found} == set(ARMS)
    by_key = {row["key"]: row for row in rows(folder)}
    assert [by_key[row["key"]] for row in found] == list(found)
    note = json.loads((folder / "sweep.json").read_text())
    assert (note["sweep"], note["size"]) == ("distillation", TINY.name)


def test_records_agree_with_themselves(done):
    for row in done[1]:
        assert row["estimand"] == ESTIMANDS[row["arm"]]
        assert tuple(sorted(row["dropped"])) == tuple(sorted(REASONS))
        assert row["n_cot"] + sum(row["dropped"].values()) == TINY.pool
        gain = (row["won"] - row["lost"]) / row["items"]
        assert row["after"] - row["before"] == pytest.approx(gain)
        assert row["both"] + row["lost"] == pytest.approx(row["before"] * row["items"])
        assert row["items"] == TINY.test and row["updates"] == 6
        before, after = (
            unpacked(row[f"right_{when}"], TINY.test) for when in ("before", "after")
        )
        assert (before & ~after).sum() == row["lost"]
        assert (before & after).sum() == row["both"]
        assert row["epochs"] == pytest.approx(6 * 8 / row["n_cot"])
        assert row["tokens"] == pytest.approx(48 * (row["mean_cot_tokens"] + 1))
        assert row["trace_cost_bits"] > 0
        assert (row["teacher"] is None) == (row["arm"] in ("gold", "self"))


def test_one_baseline_a_seed(done):
    for seed in TINY.seeds:
        own = [row for row in done[1] if row["student"]["seed"] == seed]
        assert len({row["before"] for row in own}) == 1
        assert len({(r["hashes"]["pool"], r["hashes"]["test"]) for r in own}) == 1
        matched = {r["n_cot"] for r in own if r["arm"] == "count_matched"}
        assert len(matched) == 1
        assert {r["n_cot"] for r in own if r["pilot"] == 5} == {5}


def refuse(*_, **__):
    raise AssertionError("a finished study was prepared again")


def test_a_finished_study_is_not_repeated(done, monkeypatch):
    folder, found = done
    before = (folder / "records.jsonl").read_bytes()
    monkeypatch.setattr(study, "prepare", refuse)
    assert study.run(TINY, folder) == found
    assert (folder / "records.jsonl").read_bytes() == before


def test_a_killed_study_goes_on_with_the_same_numbers(done, tmp_path):
    folder, found = done
    lines = (folder / "records.jsonl").read_bytes().splitlines(keepends=True)
    torn = b"".join(lines[:20]) + lines[20][:100]
    (tmp_path / "records.jsonl").write_bytes(torn)
    with pytest.warns(RuntimeWarning, match="line 21 .* cut short"):
        again = study.run(TINY, tmp_path)
    assert timeless(again) == timeless(found)
    assert (tmp_path / "records.jsonl").read_bytes().startswith(b"".join(lines[:20]))


def test_more_arms_add_records_and_leave_the_old(done, tmp_path):
    folder, found = done
    less = replace(TINY, arms=("all_correct", "gold"), mixtures=(), pilots=())
    few = study.run(less, tmp_path)
    assert {row["key"] for row in few} < {row["key"] for row in found}
    known = {row["key"]: row for row in timeless(found)}
    assert timeless(few) == [known[row["key"]] for row in few]


SPAWNED = """
import sys
from tests.distill.test_study import TINY, less
from memcap.distill import study
study.run(less(), sys.argv[1], workers=2)
"""


def less():
    """A study of two student shapes, so that two workers have something to share."""
    return replace(
        TINY,
        arms=("all_correct", "gold"),
        mixtures=(),
        pilots=(),
        student_widths=(8, 12),
        seeds=(0,),
    )


@pytest.mark.slow
def test_worker_processes_give_the_same_records_and_train_nothing_twice(tmp_path):
    here = study.run(less(), tmp_path / "here")
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SPAWNED, str(tmp_path / "there")],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "NPROC": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    there = {row["key"]: row for row in timeless(rows(tmp_path / "there"))}
    assert timeless(here) == [there[row["key"]] for row in here]
    trained = [line for line in done.stderr.splitlines() if "pre-training" in line]
    shapes = [line.split(":")[0] for line in trained]
    assert len(shapes) == len(set(shapes)) == 2


def test_a_network_that_others_are_at_is_waited_for(tmp_path):
    what = {"shape": 1}
    with checkpoints.claimed(tmp_path, what, wait=False) as first:
        with checkpoints.claimed(tmp_path, what, wait=False) as second:
            assert (first, second) == (True, False)
        with checkpoints.claimed(tmp_path, {"shape": 2}, wait=False) as other:
            assert other
    with checkpoints.claimed(tmp_path, what, wait=False) as third:
        assert third
    with checkpoints.claimed(None, what, wait=False) as nobody:
        assert nobody


def test_a_network_that_was_kept_is_not_trained_again(done, tmp_path, monkeypatch):
    folder, found = done
    (tmp_path / "networks").mkdir()
    for path in (folder / "networks").iterdir():
        (tmp_path / "networks" / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(pretraining, "train_ensemble", refuse)
    few = replace(TINY, arms=("gold",), mixtures=(), pilots=(), seeds=(0,))
    (row,) = study.run(few, tmp_path)
    assert row["after"] == next(r for r in found if r["key"] == row["key"])["after"]


def test_a_broken_network_is_named(done, tmp_path):
    folder, _ = done
    (tmp_path / "networks").mkdir()
    for path in (folder / "networks").glob("*.npz"):
        raw = path.read_bytes()
        (tmp_path / "networks" / path.name).write_bytes(raw[: len(raw) // 2])
    with pytest.raises(MemcapError, match="delete it to train it again"):
        study.run(less(), tmp_path)


def test_keys_depend_on_what_the_numbers_depend_on():
    def key(config, arm):
        labels = [cell.arm for cell in config.cells()]
        return keys(config)[labels.index(arm)]

    fewer = replace(TINY, teachers=TINY.teachers[:2])
    assert key(TINY, "all_correct") == key(fewer, "all_correct")
    assert key(TINY, "intersection") != key(fewer, "intersection")
    assert key(TINY, "gold") == key(replace(TINY, name="other"), "gold")
    for change in ({"keep": "chain"}, {"match": "tokens"}, {"pool": 41}, {"seed": 1}):
        assert key(TINY, "gold") != key(replace(TINY, **change), "gold")


def test_a_configuration_is_json_that_names_its_task():
    cell = TINY.cells()[0]
    text = json.dumps(asdict(cell))
    assert json.loads(text)["setting"]["name"] == "modular_chain"
    assert (cell.seed, cell.label) == (0, "d8L1-s0, all_correct of d8-L1-full")


def test_uneven_updates_and_equal_data_are_told(tmp_path, monkeypatch):
    def perfect_or_wrong(task, teacher, trained, questions):
        tails = told(task, questions, teacher.style)
        wrong = teacher.noise > 0
        tails = (tails + wrong) % task.modulus
        return judge(task, teacher.name, teacher.style, questions, tails)

    one, two = Teacher(width=8, layers=1), Teacher(width=8, layers=1, seed=1)
    terse, wrong = replace(one, style="terse"), replace(one, noise=0.5)
    config = replace(
        TINY,
        match="tokens",
        arms=("gold", "all_correct"),
        mixtures=(),
        pilots=(),
        seeds=(0,),
        teachers=(one, two, terse, wrong),
    )
    monkeypatch.setattr(stage, "answered", perfect_or_wrong)
    with pytest.warns(RuntimeWarning) as caught:
        gold, *taught = study.run(config, tmp_path)
    sentences = [str(warning.message) for warning in caught]
    assert len(sentences) == 2
    assert "d8-L1-full, d8-L1-full-s1 are identical" in sentences[0]
    assert "9 of 'all_correct of d8-L1-terse' are 1.50 times" in sentences[1]
    same = ("after", "lost", "won", "loss", "updates", "tokens", "trace_cost_bits")
    assert all(gold[n] == taught[0][n] == taught[1][n] for n in same)
    assert gold["hashes"] == taught[0]["hashes"] != taught[2]["hashes"]
    assert (gold["updates"], taught[2]["updates"]) == (6, 9)
    assert gold["tokens"] == taught[2]["tokens"] == 144
    _check_untrained(taught[3])


def _check_untrained(row):
    """Nothing to learn from: nothing gained, nothing lost."""
    assert (row["n_cot"], row["updates"], row["loss"]) == (0, 0, None)
    assert row["before"] == row["after"] and row["lost"] == row["won"] == 0
    assert row["trace_cost_bits"] is None and row["mean_cot_tokens"] is None


def test_configurations_are_refused():
    for change, words in (
        ({"arms": ("every",)}, "arm 'every'"),
        ({"keep": "all"}, "filter 'all'"),
        ({"match": "steps"}, "budget 'steps'"),
        ({"mixtures": ()}, "go together"),
        ({"mixtures": (Mixture("a", "b"),)}, "teacher of a mixture 'a'"),
        ({"teachers": (), "mixtures": (), "arms": ("all_correct",)}, "no teacher is"),
        ({"teachers": (Teacher(width=8),) * 2}, "listed 2 times"),
    ):
        with pytest.raises(ProtocolError, match=words):
            replace(TINY, **change)


@pytest.mark.parametrize("name", STUDIES)
def test_presets_name_every_cell_once(name):
    config = STUDIES[name]
    cells = config.cells()
    assert config.name == name and cells
    assert len(set(keys(config))) == len(cells)
    assert len({cell.label for cell in cells}) == len(cells)


def test_rows_made_elsewhere_and_failures(done, tmp_path):
    folder, found = done
    path = tmp_path / "records.jsonl"
    record = json.loads((folder / "records.jsonl").read_text().splitlines()[0])
    plain = {"schema": 1, "task": "mine"}
    lines = [plain, plain, {**record, "status": "failed"}, record]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert rows(path) == rows(tmp_path)
    assert [row["task"] for row in rows(path)] == ["mine", "mine", "modular_chain"]
    with open(path, "a") as stream:
        stream.write('{"schema":2}\n')
    with pytest.raises(CorruptFileError, match="line 5"):
        rows(path)
    with pytest.raises(CorruptFileError, match="is not there"):
        rows(tmp_path / "nowhere")


def test_a_training_that_diverges_fails_its_own_cells(tmp_path):
    wild = replace(TINY.distillation, learning_rate=1e30, clip=None)
    few = replace(TINY, arms=("gold",), mixtures=(), pilots=(), distillation=wild)
    with pytest.raises(MemcapError, match="lower its learning rate"):
        study.run(few, tmp_path)
    outcome = driver.run(study.sweep({"all": few.cells()}), "all", tmp_path)
    assert (len(outcome.records), len(outcome.failed)) == (0, 2)
    assert rows(tmp_path) == ()
