"""The harness itself on decoders of memcap, and logs that it wrote.

What needs lm_eval is skipped without it; the logs in the fixtures are always read.
"""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memcap.core.errors import DataError
from memcap.distill.decoding import write
from memcap.distill.harness import (
    TextDecoder,
    Tokenizer,
    decoder_lm,
    evaluate,
    write_task,
)
from memcap.distill.harness.task_files import STRICT
from memcap.distill.harness.text_decoder import _windows
from memcap.distill.importers import lm_eval
from memcap.distill.sequences import positions, prompts
from memcap.distill.tasks.base import end, right_answers
from memcap.distill.tasks.modular_chain import ModularChain
from tests.distill import harness_networks
from tests.distill.harness_networks import loud

TASK = ModularChain(modulus=5, operations=2)
WORDS = Tokenizer.of(TASK)
FIXTURES = Path(__file__).parent / "fixtures" / "lm_eval_real"
NAMES = ("teacher", "student-before", "student-after")


# --- the harness itself


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    """lm_eval, with its copies of data in a folder of the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_DATASETS_CACHE", str(tmp_path_factory.mktemp("datasets")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield pytest.importorskip("lm_eval")


def test_the_harness_and_memcap_agree_on_every_item(harness, tmp_path):
    model, config = loud(TASK, seed=0)
    questions = TASK.questions(60, np.random.default_rng(0))
    run = evaluate(model, config, TASK, questions, tmp_path, name="a/b-seed1")
    tails = write(model, prompts(TASK, questions), config, end(TASK))
    own = right_answers(TASK, questions, tails)
    assert 0 < own.sum() < 60
    assert run.accuracy[STRICT] == own.mean()
    assert run.results.parent == tmp_path / "a__b-seed1"
    lines = [json.loads(line) for line in run.samples.read_text().splitlines()]
    strict = [line for line in lines if line["filter"] == STRICT]
    assert [line["exact_match"] for line in strict] == own.tolist()
    texts = [line["resps"][0][0] for line in strict]
    assert texts == [*map(WORDS.decode_tail, tails)]
    assert len(set(texts)) > 10
    (imported,) = lm_eval.read_all(tmp_path, filter=STRICT, metric="exact_match")
    assert imported.accuracy == pytest.approx(own.mean(), abs=1e-12)
    assert (imported.model, imported.seed) == ("a/b-seed1", 1)
    assert imported.warnings == ()


def test_a_multiple_choice_task_asks_for_likelihoods(harness, tmp_path):
    from lm_eval.tasks import TaskManager

    model, config = loud(TASK, seed=0)
    decoder = TextDecoder(model, config, WORDS)
    questions = TASK.questions(30, np.random.default_rng(0))
    path = write_task(TASK, questions, tmp_path).with_suffix(".jsonl")
    choices = [str(value) for value in range(TASK.modulus)]
    task = {
        "task": "choice",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(path)}},
        "test_split": "test",
        "output_type": "multiple_choice",
        "doc_to_text": "{{question}}",
        "doc_to_target": "{{answer}}",
        "doc_to_choice": choices,
        "metric_list": [{"metric": "acc"}],
    }
    found = harness.simple_evaluate(
        model=decoder_lm(model, config, TASK),
        tasks=[task],
        task_manager=TaskManager(include_defaults=False),
    )
    contexts = map(WORDS.decode, prompts(TASK, questions))
    rows = [decoder.scored([(c, x) for x in choices]) for c in contexts]
    best = np.array([[score for score, _ in row] for row in rows]).argmax(axis=1)
    right = best == TASK.answers(questions)[:, 0]
    assert 0 < right.sum() < 30
    assert found["results"]["choice"]["acc,none"] == right.mean()


def test_the_harness_is_told_when_it_could_not_write(harness, tmp_path):
    model, config = loud(TASK, seed=0)
    (tmp_path / "name").write_text("in the way of the folder")
    questions = TASK.questions(3, np.random.default_rng(0))
    with pytest.raises(DataError, match="the harness could not write"):
        evaluate(model, config, TASK, questions, tmp_path, name="name")


def test_windows_are_those_of_the_harness(harness):
    from lm_eval.utils import get_rolling_token_windows, make_disjoint_window

    for count in range(1, 20):
        ids = list(range(count))
        theirs = list(get_rolling_token_windows(ids, 99, 6, 1))
        assert list(_windows(ids, 99, 6)) == theirs
        assert [make_disjoint_window(one)[1] for one in theirs] == [
            asked for _, asked in _windows(ids, 99, 6)
        ]


# --- logs that the harness wrote


def logged(name: str, filter: str) -> list[dict[str, Any]]:
    (path,) = (FIXTURES / f"memcap__{name}").glob("samples_*.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line for line in lines if line["filter"] == filter]


@pytest.mark.parametrize("name", NAMES)
def test_memcap_judges_the_logged_texts_as_the_harness_did(name):
    task, lines = harness_networks.TASK, logged(name, STRICT)
    words, width = Tokenizer.of(task), positions(task)
    questions, tails = [], []
    for line in lines:
        questions.append(words.encode(line["doc"]["question"])[:-1])
        tail = words.encode(line["resps"][0][0])
        tails.append(tail + [words.end] * (width - len(tail)))
    asked = np.array(questions)
    assert (asked == harness_networks.questions(len(lines), seed=1)).all()
    own = right_answers(task, asked, np.array(tails))
    assert own.tolist() == [line["exact_match"] == 1 for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_hashes_of_logged_lines_are_those_of_their_texts(name):
    for line in logged(name, STRICT):
        document = json.dumps(line["doc"], indent=2, ensure_ascii=False)
        assert line["doc_hash"] == sha256(document.encode()).hexdigest()
        prompt = line["arguments"]["gen_args_0"]["arg_0"]
        assert line["prompt_hash"] == sha256(prompt.encode()).hexdigest()
        assert line["target_hash"] == sha256(line["target"].encode()).hexdigest()


def test_logged_runs_are_imported_as_they_are():
    runs = {
        name: lm_eval.read_all(
            FIXTURES / f"memcap__{name}", filter=STRICT, metric="exact_match"
        )[0]
        for name in NAMES
    }
    for name, run in runs.items():
        scores = [line["exact_match"] for line in logged(name, STRICT)]
        assert [item.score for item in run.items] == scores
        assert run.warnings == ()
        assert run.model == f"memcap/{name}"
    before, after = runs["student-before"], runs["student-after"]
    assert before.settings == after.settings
    for one, other in zip(before.items, after.items, strict=True):
        assert (one.id, one.document, one.prompt) == (
            other.id,
            other.document,
            other.prompt,
        )
    assert after.accuracy > before.accuracy


@pytest.mark.parametrize("name", NAMES)
def test_the_logs_were_made_without_torch(name):
    (path,) = (FIXTURES / f"memcap__{name}").glob("results_*.json")
    told = json.loads(path.read_text())
    assert told["pretty_env_info"] == "N/A (torch not installed)"
    assert told["transformers_version"] == "N/A"


def test_the_logs_name_no_folder_of_the_machine_that_made_them():
    for path in FIXTURES.rglob("*.json*"):
        assert not re.search(r"(?<![\w<])/(?:\w+/)+\w+", path.read_text()), path
