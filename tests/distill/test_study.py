"""A tiny study from first weights to records, killed and resumed."""

import json
from dataclasses import replace

import pytest

from memcap.core.errors import CorruptFileError, MemcapError, ProtocolError
from memcap.distill import stage, study
from memcap.distill.arms import ARMS, ESTIMANDS
from memcap.distill.filters import REASONS
from memcap.distill.pretraining import Recipe
from memcap.distill.records import FIELDS, Records
from memcap.distill.study_config import Mixture, StudyConfig
from memcap.distill.study_presets import STUDIES
from memcap.distill.tasks.base import told
from memcap.distill.tasks.modular_chain import ModularChain
from memcap.distill.teachers import Teacher
from memcap.distill.written import judge

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
    # As many as the rows of a distillation: one compilation serves both.
    examples=640,
    pretraining=Recipe(updates=60, batch=8, warmup=5, learning_rate=1e-2),
    distillation=Recipe(updates=6, batch=8, warmup=2, learning_rate=1e-3),
)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    heard = []
    rows = study.run(TINY, folder, lambda *where: heard.append(where))
    return folder, rows, heard


def timeless(rows):
    return [{name: row[name] for name in FIELDS if name != "seconds"} for row in rows]


def test_every_cell_has_a_record_with_every_field(done):
    folder, rows, heard = done
    cells = TINY.cells()
    # 4 arms of 3 teachers, gold, self, a mixture, a pilot of 3 teachers; 2 seeds
    assert len(rows) == len(cells) == 2 * (12 + 3 + 3)
    assert all(set(row) == set(FIELDS) for row in rows)
    assert len({row["key"] for row in rows}) == len(rows)
    assert {row["arm"] for row in rows} == set(ARMS)
    assert heard[-1] == ("distillation", 36, 36)
    lines = (folder / "records.jsonl").read_text().splitlines()
    assert [json.loads(line)["key"] for line in lines] == [row["key"] for row in rows]


def test_records_agree_with_themselves(done):
    for row in done[1]:
        assert row["estimand"] == ESTIMANDS[row["arm"]]
        assert tuple(sorted(row["dropped"])) == tuple(sorted(REASONS))
        assert row["n_cot"] + sum(row["dropped"].values()) == TINY.pool
        gain = (row["won"] - row["lost"]) / row["items"]
        assert row["after"] - row["before"] == pytest.approx(gain)
        assert row["both"] + row["lost"] == pytest.approx(row["before"] * row["items"])
        assert row["items"] == TINY.test and row["updates"] == 6
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


def test_a_finished_study_is_not_repeated(done):
    folder, rows, _ = done
    before = (folder / "records.jsonl").read_bytes()
    heard = []
    assert study.run(TINY, folder, lambda *where: heard.append(where)) == rows
    assert not heard and (folder / "records.jsonl").read_bytes() == before


def test_a_killed_study_goes_on_with_the_same_numbers(done, tmp_path):
    folder, rows, _ = done
    raw = (folder / "records.jsonl").read_bytes()
    lines = raw.splitlines(keepends=True)
    torn = b"".join(lines[:20]) + lines[20][:100]
    (tmp_path / "records.jsonl").write_bytes(torn)
    with pytest.warns(RuntimeWarning, match="line 21 .* cut short"):
        again = study.run(TINY, tmp_path)
    assert timeless(again) == timeless(rows)
    assert (tmp_path / "records.jsonl").read_bytes().startswith(b"".join(lines[:20]))
    assert again[:20] == rows[:20]


def test_more_arms_add_records_and_leave_the_old(done, tmp_path):
    folder, rows, _ = done
    less = replace(TINY, arms=("all_correct", "gold"), mixtures=(), pilots=())
    few = study.run(less, tmp_path)
    assert {row["key"] for row in few} < {row["key"] for row in rows}
    known = {row["key"]: row for row in timeless(rows)}
    assert timeless(few) == [known[row["key"]] for row in few]


def test_keys_depend_on_what_the_numbers_depend_on():
    def key(config, arm):
        return next(config.key(c) for c in config.cells() if c.arm == arm)

    fewer = replace(TINY, teachers=TINY.teachers[:2])
    assert key(TINY, "all_correct") == key(fewer, "all_correct")
    assert key(TINY, "intersection") != key(fewer, "intersection")
    assert key(TINY, "gold") == key(replace(TINY, name="other"), "gold")
    for change in ({"keep": "chain"}, {"match": "tokens"}, {"pool": 41}, {"seed": 1}):
        assert key(TINY, "gold") != key(replace(TINY, **change), "gold")


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
        gold, *rows = study.run(config, tmp_path)
    sentences = [str(warning.message) for warning in caught]
    assert len(sentences) == 2
    assert "d8-L1-full, d8-L1-full-s1 are identical" in sentences[0]
    assert "9 of 'all_correct of d8-L1-terse' are 1.50 times" in sentences[1]
    same = ("after", "lost", "won", "loss", "updates", "tokens", "trace_cost_bits")
    assert all(gold[n] == rows[0][n] == rows[1][n] for n in same)
    assert gold["hashes"] == rows[0]["hashes"] != rows[2]["hashes"]
    assert (gold["updates"], rows[2]["updates"]) == (6, 9)
    assert gold["tokens"] == rows[2]["tokens"] == 144
    _check_untrained(rows[3])


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
    assert len({config.key(cell) for cell in cells}) == len(cells)
    labels = {(cell.student, cell.label) for cell in cells}
    assert len(labels) == len(cells)


def test_a_broken_line_and_a_bad_record_are_refused(done, tmp_path):
    _, rows, _ = done
    records = Records(tmp_path / "records.jsonl")
    with pytest.raises(MemcapError, match="versions"):
        records.append({k: v for k, v in rows[0].items() if k != "versions"})
    with pytest.raises(MemcapError, match="cannot be stored"):
        records.append({**rows[0], "after": float("nan")})
    records.append(rows[0])
    records.append({**rows[0], "after": 0.5})
    assert records.rows() == (rows[0],)
    with open(tmp_path / "records.jsonl", "a") as stream:
        stream.write('{"schema":1}\n')
    with pytest.raises(CorruptFileError, match="line 3"):
        records.rows()
