"""A log that is not laid out as its harness writes it is refused by file and field."""

import copy
import json

import pytest

from memcap.core.errors import DataError
from memcap.distill.importers import lm_eval, read, read_all
from memcap.distill.importers.reading import part
from tests.distill import test_importers_inspect_ai as inspect_ai
from tests.distill.test_importers_lm_eval import line, write

RESULTS = {
    "results": {"sums": {"exact_match,none": 0.5}},
    "config": {"model": "hf"},
    "configs": {"sums": {}},
    "versions": {"sums": 1},
    "n-shot": {"sums": 0},
    "n-samples": {"sums": {"original": 2, "effective": 2}},
    "higher_is_better": {"sums": {"exact_match": True}},
    "group_subtasks": {"all": ["sums"]},
    "task_hashes": {},
}


def changed(content, path, value):
    """A copy of a JSON object with another value at a path."""
    made = copy.deepcopy(content)
    owner = made
    for name in path[:-1]:
        owner = owner[name]
    owner[path[-1]] = value
    return made


def refusal(path, **choice):
    with pytest.raises(DataError) as error:
        read(path, **choice)
    said = str(error.value)
    # The last resort of `read_all` names no field.
    assert str(path) in said and "is not laid out" not in said
    assert said.endswith("again.") and "\n" not in said
    return said


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("eval", "task"), None, "'eval.task' is null, not a text"),
        (("eval", "model"), "", "has no 'eval.model'"),
        (("eval", "config"), [1], "'eval.config' is [1], not an object"),
        (("eval", "packages"), "x", "'eval.packages' is \"x\", not an object"),
        (("eval", "dataset"), 3, "'eval.dataset' is 3, not an object"),
        (("plan",), "solve", "'plan' is \"solve\", not an object"),
        (("results", "scores"), {}, "'results.scores' is {}, not a list"),
        (("results", "scores", 0), None, "one of 'results.scores' is null"),
        (("samples",), {"0": {}}, "'samples' is {\"0\": {}}, not a list"),
        (("samples", 1), None, "sample 2 is null, not an object"),
        (("samples", 1, "id"), None, "sample 2 has no 'id'"),
        (("samples", 1, "scores"), "x", "sample 2: 'scores' is \"x\", not an object"),
        (("samples", 1, "scores", "match"), None, "'scores.match' is null"),
        (("samples", 1, "messages"), "hi", "'messages' is \"hi\", not a list"),
        (("samples", 1, "messages", 0), "hi", "one of 'messages' is \"hi\""),
    ],
)
def test_inspect_ai(tmp_path, path, value, words):
    content = changed(inspect_ai.log(), path, value)
    assert words in refusal(
        inspect_ai.save(tmp_path / "log.json", content), metric="match"
    )


def test_a_log_may_leave_out_what_is_not_needed(tmp_path):
    content = inspect_ai.log()
    for name in ("plan", "results", "stats"):
        content[name] = None
    content["eval"] |= {"config": None, "packages": None, "dataset": None}
    for sample in content["samples"]:
        del sample["messages"]
    file = inspect_ai.save(tmp_path / "log.json", content)
    assert read(file, metric="match").accuracy == 1 / 3


def test_split_messages_of_an_archive_are_a_list(tmp_path):
    content = changed(inspect_ai.log(), ("samples", 0, "messages", 0), None)
    file = inspect_ai.pack(tmp_path / "log.eval", content, split=True)
    assert "sample 1: one of 'messages' is null" in refusal(file, metric="match")


@pytest.mark.parametrize("value", [None, 5, "x", []])
@pytest.mark.parametrize("name", RESULTS)
def test_results_of_lm_eval(tmp_path, name, value):
    write(tmp_path, [line(0), line(1, 0.0)], RESULTS)
    assert read(tmp_path).accuracy == 0.5
    write(tmp_path, [line(0), line(1, 0.0)], RESULTS | {name: value})
    said = refusal(tmp_path)
    assert f".json: '{name}' is {json.dumps(value)}, not an object" in said


@pytest.mark.parametrize("name", ["results", "configs", "n-samples"])
def test_results_of_one_task_of_lm_eval(tmp_path, name):
    write(tmp_path, [line()], RESULTS | {name: {"sums": 7}})
    assert f"'{name}.sums' is 7, not an object" in refusal(tmp_path)


def test_groups_of_lm_eval(tmp_path):
    write(tmp_path, [line()], RESULTS | {"group_subtasks": {"all": [["sums"]]}})
    assert "a task of 'group_subtasks.all' is [\"sums\"]" in refusal(
        tmp_path, task="all"
    )
    write(tmp_path, [line()], RESULTS | {"group_subtasks": {"all": ["all"]}})
    # Only the last resort sees a group that holds itself.
    with pytest.raises(DataError, match="is not laid out as lm_eval writes it"):
        read_all(tmp_path, task="all")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"metrics": 5}, "line 2: 'metrics' is 5, not a list"),
        ({"metrics": "exact_match"}, "'metrics' is \"exact_match\", not a list"),
        ({"metrics": [["a"]]}, "one of 'metrics' is [\"a\"], not a text"),
        ({"metrics": ["f1"]}, "line 2 has no value for f1"),
        ({"doc_hash": 5}, "'doc_hash' is 5, not a text"),
        ({"arguments": {"gen_args_0": ["p"]}}, "'arguments.gen_args_0' is [\"p\"]"),
    ],
)
def test_lines_of_lm_eval(tmp_path, change, words):
    file = write(tmp_path, [line(0), line(1, **change)])
    assert words in refusal(file)


def test_lm_eval_may_write_null_for_what_a_line_lacks(tmp_path):
    file = write(tmp_path, [line(0, metrics=None, doc_hash=None, arguments=None)])
    (run,) = lm_eval.read_all(file)
    assert run.metric == "exact_match" and run.join == "document"


def test_a_part_is_named_by_its_path():
    assert part({"a": {"b": None}}, "a", "b", where="f", kind=list, null=True) == []
    with pytest.raises(DataError, match=r"f: 'a\.b' is null, not a list"):
        part({"a": {"b": None}}, "a", "b", where="f", kind=list)
    with pytest.raises(DataError, match="f: 'a' is 1, not an object"):
        part({"a": 1}, "a", "b", where="f", kind=list)
