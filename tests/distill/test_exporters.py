"""Training data for TRL, and tables that read back to the same rows."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memcap.core.errors import DataError
from memcap.distill.compare import compare
from memcap.distill.exporters import Example, Row, dump, export, load, rows_of, trl
from memcap.distill.exporters.schema import COLUMNS
from memcap.distill.importers import Item, Run

FORMS = ("markdown", "csv", "json")
CHAIN = Example("2+3+4=", ("2+3=5", "5+4=9"), "9", (True, True), True)


def test_the_three_types():
    made = {
        form: json.loads(export([CHAIN], form).lines[0])
        for form in ("standard", "conversational", "stepwise")
    }
    chain = "<think>2+3=5\n5+4=9</think>9"
    assert made["standard"] == {"prompt": "2+3+4=", "completion": chain}
    assert made["conversational"] == {
        "prompt": [{"role": "user", "content": "2+3+4="}],
        "completion": [{"role": "assistant", "content": chain}],
    }
    assert made["stepwise"] == {
        "prompt": "2+3+4=",
        "completions": ["2+3=5", "5+4=9", "9"],
        "labels": [True, True, True],
    }


def test_a_false_chain_may_end_in_a_right_answer():
    spurious = replace(CHAIN, verdicts=(True, False), right=True)
    made = json.loads(export([spurious], "stepwise").lines[0])
    assert made["labels"] == [True, False, True]


@pytest.mark.parametrize("form", ["standard", "conversational", "stepwise"])
def test_examples_survive_the_file(tmp_path, form):
    examples = [CHAIN, replace(CHAIN, question="soru \u2028 é", steps=("ü", "9"))]
    bare = [replace(one, verdicts=None, right=None) for one in examples]
    export(examples, form).write(tmp_path / "data.jsonl")
    assert trl.read(tmp_path / "data.jsonl") == tuple(
        examples if form == "stepwise" else bare
    )


def test_answers_alone_have_no_chain(tmp_path):
    alone = Example("2+2=", (), "4")
    assert alone.completion == "4"
    export([alone]).write(tmp_path / "data.jsonl")
    assert trl.read(tmp_path / "data.jsonl") == (alone,)


def test_long_chains_are_counted():
    long = Example("q", ("x" * 1100,), "9")
    found = export([CHAIN, long])
    assert "1 of 2 examples" in found.warnings[0] and "may lose" in found.warnings[0]
    assert found.longest == len(f"q{long.completion}")
    assert export([CHAIN]).warnings == ()
    assert export([long], count_tokens=lambda text: 1024).warnings == ()
    counted = export([long], count_tokens=lambda text: 1025).warnings[0]
    assert "(1025 tokens) and lose" in counted and "at least 1025" in counted
    assert export([long], max_length=2000).warnings == ()


@pytest.mark.parametrize(
    "values, words",
    [
        ((" ", (), "4"), "blank"),
        (("q", (), ""), "blank"),
        (("q", ("</think>",), "4"), "tag"),
        (("q", (), "<think>4"), "tag"),
        (("q", ("a\nb",), "4"), "line break"),
        (("q", ("a", "b"), "4", (True,)), "1 verdicts on 2 steps"),
    ],
)
def test_examples_that_are_refused(values, words):
    with pytest.raises(DataError, match=words):
        Example(*values)


def test_exports_that_are_refused(tmp_path):
    with pytest.raises(DataError, match="no examples"):
        export([])
    with pytest.raises(DataError, match="no verdicts"):
        export([replace(CHAIN, right=None)], "stepwise")
    with pytest.raises(DataError, match="not one of standard"):
        export([CHAIN], "preference")  # pyright: ignore[reportArgumentType]
    (tmp_path / "bad.jsonl").write_text('{"text": "x"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="line 1 is no prompt"):
        trl.read(tmp_path / "bad.jsonl")


def run(scores, model, **changes):
    items = tuple(Item(str(i), float(s)) for i, s in enumerate(scores))
    known = {"settings": {"n-shot": "5"}, "provenance": {"date": "1|2\n3"}}
    return Run("plain", model, "sums", "none", "correct", items, **(known | changes))


def comparison():
    base = run([1, 0, 0, 0], "student")
    half = run([1, 0.5, 0.5, 0], "half")
    runs = [run([1, 1, 0, i], f"from-7b-seed{i}", seed=i) for i in (0, 1)]
    return compare(base, [half, *runs], [run([1, 1, 1, 1], "teacher")], resamples=200)


def test_a_comparison_has_a_row_for_each_part():
    rows = rows_of(comparison(), {"from-7b": 7.0})
    kinds = ["run"] * 3 + ["recipe"] * 2 + ["teacher"]
    assert [row.kind for row in rows] == kinds
    seeded = rows[1]
    assert (seeded.recipe, seeded.seed, seeded.teacher_size) == ("from-7b", 0, 7.0)
    assert (seeded.items, seeded.lost, seeded.won, seeded.gain) == (4, 0, 1, 0.25)
    assert seeded.settings == '{"n-shot": "5"}' and seeded.p == 1
    # A fractional score has no discordant counts, and one run no spread.
    assert rows[0].lost is None and rows[0].newcombe_low is None
    assert rows[3].seeds_high == float("inf") and rows[3].p is None
    assert rows[4].runs == 2 and rows[4].p is not None
    assert rows[5].after == 1.0 and rows[5].before is None


@pytest.mark.parametrize("form", FORMS)
def test_a_comparison_survives_its_table(form):
    rows = rows_of(comparison(), {"from-7b": 7.0})
    assert load(dump(rows, form), form) == rows
    assert load(dump([], form), form) == ()


texts = st.none() | st.text('a|\\\n\r", \u2028', max_size=8)
numbers = st.none() | st.floats(allow_nan=False)
awkward = st.builds(
    Row,
    kind=st.just("run"),
    task=st.sampled_from(["a|b", "\\", "\\|", " a ", '""x', "a,b\n", "\r\n"]),
    model=st.just("m"),
    notes=texts.filter(lambda text: text != '""'),
    gain=numbers,
    items=st.none() | st.integers(),
)


@pytest.mark.parametrize("form", FORMS)
@given(rows=st.lists(awkward, max_size=3))
def test_any_row_survives(form, rows):
    assert load(dump(rows, form), form) == tuple(rows)


@pytest.mark.parametrize("form", FORMS)
def test_tampered_tables_are_refused(form):
    row = Row(kind="run", task="sums", model="m", items=3, gain=0.5)
    text = dump([row], form)
    schema = {"markdown": ("| 1 |", "| 2 |"), "csv": ("\n1,", "\n2,")}
    old, new = schema.get(form, ('"schema": 1', '"schema": 2'))
    with pytest.raises(DataError, match="has schema 2; this version reads 1"):
        load(text.replace(old, new), form)
    with pytest.raises(DataError, match="unknown column guess"):
        load(text.replace("items", "guess"), form)
    with pytest.raises(DataError, match="gain = 'half' cannot be read"):
        load(text.replace("0.5", '"half"' if form == "json" else "half"), form)
    with pytest.raises(DataError):
        load("no table", form)


def test_no_cell_is_nan_and_no_form_is_guessed():
    row = Row(kind="run", task="sums", model="m", gain=float("nan"))
    with pytest.raises(DataError, match="no number for gain"):
        dump([row], "csv")
    with pytest.raises(DataError, match="not one of markdown"):
        dump([], "html")  # pyright: ignore[reportArgumentType]
    with pytest.raises(DataError, match="not one of markdown"):
        load("", "html")  # pyright: ignore[reportArgumentType]


def test_csv_and_json_have_every_column():
    row = Row(kind="run", task="sums", model="m")
    assert dump([row], "csv").split("\r\n")[0] == "schema," + ",".join(COLUMNS)
    assert list(json.loads(dump([row], "json"))["rows"][0]) == list(COLUMNS)
    assert dump([row], "markdown").startswith("| schema | kind | task | model |\n")
