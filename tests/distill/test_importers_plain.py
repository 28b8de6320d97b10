"""Tables of one's own, and telling which harness wrote a path."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from memcap.core.errors import DataError
from memcap.distill.importers import Item, Run, read, read_all, recognise
from memcap.distill.importers.answers import Answer, items_of

REAL = Path(__file__).parent / "fixtures"


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_and_jsonl_say_the_same(tmp_path):
    table = "id,correct,prompt_hash\na,1,x\nb,0.5,\nc,false,z\n"
    rows = [("a", 1, "x"), ("b", 0.5, None), ("c", False, "z")]
    names = ("id", "correct", "prompt_hash")
    lines = [json.dumps(dict(zip(names, row, strict=True))) for row in rows]
    first = read(write(tmp_path / "student.csv", table), task="sums")
    second = read(write(tmp_path / "student.jsonl", "\n".join(lines)), task="sums")
    assert first.items == second.items
    assert [item.score for item in first.items] == [1, 0.5, 0]
    assert [item.prompt for item in first.items] == ["x", None, "z"]
    assert (first.model, first.task, first.filter) == ("student", "sums", "none")


def test_seeds_are_runs_and_filters_a_choice(tmp_path):
    text = "id,correct,filter,seed\na,1,x,0\na,0,x,1\na,0,y,0\n"
    path = write(tmp_path / "student.csv", text)
    runs = read_all(path, filter="x")
    assert [(run.seed, run.accuracy) for run in runs] == [(0, 1), (1, 0)]
    assert [run.label for run in runs] == ["student, seed 0", "student, seed 1"]
    with pytest.raises(DataError, match="filters x, y"):
        read_all(path)
    with pytest.raises(DataError, match="holds 2 runs"):
        read(path, filter="x")


def test_tasks_may_be_a_column(tmp_path):
    text = "id,correct,task,filter\na,1,sums,x\nb,0,sums,x\na,0,dates,y\n"
    path = write(tmp_path / "student.csv", text)
    assert read(path, task="sums").accuracy == 0.5
    assert read(path, task="dates").filter == "y"
    with pytest.raises(DataError, match="no task 'date'.*dates, sums"):
        read(path, task="date")
    both = write(tmp_path / "both.csv", text.replace(",y", ",x"))
    assert [(run.task, len(run.items)) for run in read_all(both)] == [
        ("sums", 2),
        ("dates", 1),
    ]


@pytest.mark.parametrize(
    "text, words",
    [
        ("id,correct\na,1\na,1\n", "line 3: item 'a' stands in line 2 already"),
        ("id,correct\na,\n", "line 2 has no 'correct'"),
        ("name,correct\na,1\n", "no column 'id'; its header holds 'name'"),
        ("id,correct\na,maybe\n", "no number for one item"),
        ("id,correct\na,2\n", "is not in"),
        ("id,correct\na,inf\n", "is not in"),
        ("id,correct\na,1,2\n", "more cells"),
        ("id,correct,seed\na,1,one\n", "no whole number"),
        ("id,correct\n", "no rows"),
        ("id,score\na,1\n", "has no column 'correct'; its header holds 'id', 'score'"),
        ("ID,Correct\na,1\n", "holds 'ID', 'Correct': name .* in lower case"),
        ("id;correct\na;1\n", "separate its cells with commas, not ';'"),
        ("id\tcorrect\na\t1\n", "separate its cells with commas, not"),
        ("id,correct,correct\na,1,0\n", "has 2 columns 'correct'; keep one"),
        ("id,correct,note, note\na,1,,\n", "has 2 columns 'note'; keep one"),
        ("id,correct\na,nan\n", "no scored item"),
        ('id,correct\n"a,1\n', "mend the quotes"),
    ],
)
def test_what_is_refused(tmp_path, text, words):
    with pytest.raises(DataError, match=words):
        read(write(tmp_path / "student.csv", text))


def test_spaces_around_the_names_of_columns_do_not_matter(tmp_path):
    run = read(write(tmp_path / "s.csv", " id, correct , filter\na,1,x\nb, 0,x\n"))
    assert [(item.id, item.score) for item in run.items] == [("a", 1.0), ("b", 0.0)]
    assert run.filter == "x" and run.warnings == ()


def test_the_only_filter_is_named_as_such(tmp_path):
    with pytest.raises(DataError, match=r"no filter 'x'; the only filter is none\.$"):
        read(write(tmp_path / "s.csv", "id,correct\na,1\n"), filter="x")


def test_columns_that_are_not_read_are_named(tmp_path):
    run = read(write(tmp_path / "s-seed4.csv", "id,correct,note\na,1,x\nb,nan,y\n"))
    assert run.warnings[0] == "columns not read: note"
    assert run.warnings[1] == "not scored and left out: 1 item, such as 'b'"
    assert run.unscored == ("b",) and run.seed == 4


def test_who_wrote_it(tmp_path):
    assert recognise(REAL / "lm_eval" / "base") == "lm_eval"
    assert recognise(REAL / "inspect_ai") == "inspect_ai"
    assert recognise(REAL / "inspect_ai" / "base.json") == "inspect_ai"
    assert recognise(REAL / "lighteval" / "base.json") == "lighteval"
    assert recognise(REAL / "lighteval" / "base.parquet") == "lighteval"
    for name, text in (("a.json", "{}"), ("b.jsonl", '{"x": 1}'), ("c.txt", "hm")):
        with pytest.raises(DataError, match="no harness is known to have written"):
            recognise(write(tmp_path / name, text))
    with pytest.raises(DataError, match="no harness is known"):
        recognise(tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        recognise(tmp_path / "nothing")
    (tmp_path / "log.eval").write_bytes(b"PK")
    write(tmp_path / "samples_a.jsonl", "{}")
    with pytest.raises(DataError, match="inspect_ai and lm_eval"):
        recognise(tmp_path)


def test_answers_to_one_item_become_one_item():
    nan = float("nan")
    answers = [Answer("a", 1), Answer("b", nan), Answer("a", nan), Answer("a", 0)]
    items, unscored = items_of(answers)
    assert items == (Item("a", 0.5, 2),) and unscored == ("b",)


def test_a_run_refuses_two_items_of_one_name():
    with pytest.raises(DataError, match="item 'a' 2 times"):
        Run("plain", "m", "t", "none", "correct", (Item("a", 1.0), Item("a", 0.0)))


def test_nothing_here_needs_jax():
    code = (
        "import sys; import memcap.distill.compare, memcap.distill.exporters; "
        "sys.exit('jax' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
