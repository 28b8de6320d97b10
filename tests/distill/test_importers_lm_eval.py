"""Files of lm-evaluation-harness, real ones and handmade ones."""

import json
from pathlib import Path

import pytest

from memcap.core.errors import DataError, ProtocolError
from memcap.distill.compare import compare
from memcap.distill.importers import lm_eval, read, read_all, recognise
from memcap.distill.importers.answers import digest
from memcap.distill.importers.lm_eval_lines import document_hash, target_hash

REAL = Path(__file__).parent / "fixtures" / "lm_eval"
DATE = "2026-11-23T10-49-17.424106"
VECTOR = {
    "doc_hash": "edaf74cb42d59f0348555168663adfcca74e3236c79d4a0a10d88e825a6bb898",
    "prompt_hash": "55cbff19ca5a714e7e2bbea7332fe930cf00065346c4cea42efe8837a6e3875f",
    "target_hash": "28dae7c8bde2f3ca608f86d0e16a214dee74c74bee011cdfdd46bc04b655bc14",
}
TASK_HASH = "f7d53c7bf33bf35070bed76683ea0994d882cf257b88efd2c3c298e14ffafe7c"


def line(i=0, score=1.0, filter="none", **changes):
    """A line as older releases wrote it, without hashes and names of metrics."""
    return {
        "doc_id": i,
        "doc": {"question": f"{i}+1="},
        "target": str(i + 1),
        "arguments": {"gen_args_0": {"arg_0": f"{i}+1=\nAnswer:", "arg_1": {}}},
        "resps": [["1"]],
        "filtered_resps": ["1"],
        "filter": filter,
        "exact_match": score,
    } | changes


def write(folder, lines, results=None, task="sums"):
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"samples_{task}_{DATE}.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    if results is not None:
        told = folder / f"results_{DATE}.json"
        told.write_text(json.dumps(results), encoding="utf-8")
    return file


def test_the_hash_vector():
    vector = {"question": "85+30=", "answer": "115"}
    assert document_hash(vector) == VECTOR["doc_hash"]
    assert digest("85+30=\nAnswer:") == VECTOR["prompt_hash"]
    assert target_hash(115) == target_hash("115") == VECTOR["target_hash"]


def test_the_task_hash_of_the_vector_is_checked(tmp_path):
    lines = [line(**VECTOR)]
    write(tmp_path, lines, {"results": {}, "task_hashes": {"sums": TASK_HASH}})
    assert read(tmp_path).warnings == ()
    broken = {"results": {}, "task_hashes": {"sums": TASK_HASH[::-1]}}
    write(tmp_path, lines, broken)
    assert "do not have the hash" in read(tmp_path).warnings[0]


def test_hashes_are_computed_where_a_release_left_them_out(tmp_path):
    full = read(REAL / "base", task="sums", filter="strict-match")
    file = next((REAL / "base").rglob("samples_sums*"))
    lines = [json.loads(one) for one in file.read_text("utf-8").splitlines()]
    for one in lines:
        for name in (*VECTOR, "metrics"):
            del one[name]
    bare = read(write(tmp_path, lines), filter="strict-match")
    assert bare.items == full.items and bare.join == "document"
    assert "settings are unknown" in bare.warnings[0]


@pytest.mark.parametrize(
    "filter, right", [("strict-match", 6), ("flexible-extract", 8)]
)
def test_real_output_gives_the_scores_it_states(filter, right):
    run = read(REAL / "base", task="sums", filter=filter)
    assert len(run.items) == 12 and run.accuracy == right / 12 and run.whole
    assert (run.model, run.metric, run.join) == ("toy/base", "exact_match", "document")
    # Neither the task hash nor the mean nor the number of items is doubted.
    assert run.warnings == ()
    assert run.settings["n-shot"] == "0" and run.settings["version"] == "1.0"
    assert run.provenance["model_args"] == '{"pretrained": "toy/base", "wrong": 3}'


def test_a_group_pools_the_items_of_its_tasks(tmp_path):
    lines = [line(i, i % 2) for i in range(4)]
    write(tmp_path, lines, task="a")
    results = {"results": {}, "group_subtasks": {"all": ["inner", "b"], "inner": ["a"]}}
    write(tmp_path, [line(9, 1.0)], results, task="b")
    run = read(tmp_path, task="all")
    assert [item.id for item in run.items] == ["a:0", "a:1", "a:2", "a:3", "b:9"]
    assert run.accuracy == 3 / 5
    assert [r.task for r in read_all(tmp_path)] == ["a", "b"]
    with pytest.raises(DataError, match="has no lines with filter 'none'"):
        read(REAL / "base", task="arithmetic_toy", filter="none", metric="acc")


def test_choices_are_left_to_the_reader():
    with pytest.raises(DataError, match="filters flexible-extract, strict-match"):
        read(REAL / "base", task="sums")
    with pytest.raises(DataError, match="no filter 'x'; choose one of the filters"):
        read(REAL / "base", task="sums", filter="x")
    with pytest.raises(DataError, match="metrics acc, brier_score"):
        read(REAL / "base", task="parity_mc")
    with pytest.raises(DataError, match="no task 'mod'; choose one of the tasks"):
        read(REAL / "base", task="mod")
    with pytest.raises(DataError, match="better when lower"):
        read(REAL / "base", task="parity_mc", metric="brier_score")


def test_a_metric_over_the_whole_task_has_no_score_for_an_item():
    file = next((REAL / "base").rglob("samples_parity_mc*"))
    with pytest.raises(DataError, match="no number for one item"):
        lm_eval.lm_eval_lines.answer(lm_eval.lm_eval_lines.read(file)[0], "brier_score")


@pytest.mark.parametrize("name", ["described_*.json", "samples_*.jsonl"])
def test_the_other_layout_from_either_file(name):
    path = next((REAL / "described").glob(name))
    run = read(path, filter="strict-match")
    assert recognise(path) == "lm_eval"
    assert (run.model, run.task, len(run.items)) == ("toy/tuned", "sums", 1)
    assert run.settings["limit"] == "1.0" and run.warnings == ()


def test_appended_lines_are_refused_by_document(tmp_path):
    lines = [line(0), line(1), line(0)]
    with pytest.raises(DataError, match="line 3: document 0 stands there twice"):
        read(write(tmp_path, lines))
    both = [line(0, filter="a"), line(0, filter="b")]
    assert len(read(write(tmp_path, both), filter="a").items) == 1


def test_the_order_of_ranks_does_not_matter(tmp_path):
    ordered = [line(i, float(i < 3)) for i in range(12)]
    before = read(write(tmp_path / "before", ordered))
    after = read(write(tmp_path / "after", ordered[1::2] + ordered[::2]))
    found = compare(before, [after]).rows[0].comparison
    assert found.gain == 0 and found.p == 1
    assert found.mcnemar is not None and found.mcnemar.table.both == 3


def test_a_changed_prompt_is_said_and_a_changed_task_refused(tmp_path):
    before = read(write(tmp_path / "a", [line(i) for i in range(4)]))
    asked = {"arguments": {"gen_args_0": {"arg_0": "else"}}}
    after = read(write(tmp_path / "b", [line(i, **asked) for i in range(4)]))
    row = compare(before, [after]).rows[0]
    assert "prompt changed on 4 of 4 items" in row.sentence
    other = [line(i, target="0") for i in range(4)]
    with pytest.raises(ProtocolError, match="no item in common"):
        compare(before, [read(write(tmp_path / "c", other))])


def test_documents_that_repeat_are_matched_in_order_and_counted(tmp_path):
    twins = [line(i, float(i == 1), doc={"q": 1}, target="1") for i in (0, 1, 10)]
    run = read(write(tmp_path, twins))
    found = compare(run, [run])
    assert found.items == 3 and found.rows[0].comparison.mcnemar is not None
    assert found.rows[0].comparison.mcnemar.table.discordant == 0
    assert "3 items repeat a document" in found.warnings[-1]


def test_doubts_about_edited_samples(tmp_path):
    results = {
        "results": {"sums": {"alias": "sums", "exact_match,none": 1.0}},
        "n-samples": {"sums": {"original": 3, "effective": 3}},
    }
    write(tmp_path, [line(0), line(1, 0.0)], results)
    warnings = " ".join(read(tmp_path).warnings)
    assert "state exact_match 1, samples give 0.5" in warnings
    assert "state n = 3, samples have 2" in warnings


def test_an_unscored_document_is_left_out_and_a_score_off_scale_refused(tmp_path):
    run = read(write(tmp_path, [line(0), line(1, float("nan"))]))
    assert run.unscored == ("1",) and len(run.items) == 1
    with pytest.raises(DataError, match=r"item '0' has exact_match = 34.2"):
        read(write(tmp_path, [line(0, 34.2)]))
    assert read(write(tmp_path, [line(0, "1.0")])).accuracy == 1


def test_without_documents_the_id_has_to_do(tmp_path):
    bare = line(0)
    del bare["doc"]
    run = read(write(tmp_path, [bare]))
    assert run.join == "id" and "matched by doc_id alone" in run.warnings[-1]


def test_two_evaluations_of_one_task_leave_a_choice(tmp_path):
    write(tmp_path / "a", [line(0)])
    write(tmp_path / "b", [line(0)])
    with pytest.raises(DataError, match="holds sums 2 times; give one of"):
        read(tmp_path)
    assert read(tmp_path / "a").task == "sums"


def test_results_without_samples_name_the_remedy(tmp_path):
    told = tmp_path / f"results_{DATE}.json"
    told.write_text(json.dumps({"results": {}, "versions": {}}), encoding="utf-8")
    for path in (told, tmp_path):
        with pytest.raises(DataError, match="--log_samples"):
            read(path)


def test_a_file_cut_off_names_its_line(tmp_path):
    file = write(tmp_path, [line(0), line(1)])
    file.write_text(file.read_text("utf-8")[:-40], encoding="utf-8")
    with pytest.raises(DataError, match="line 2 is not JSON"):
        read(file)
