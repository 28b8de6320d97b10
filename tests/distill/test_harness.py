"""Texts, task files and the language model that lm-evaluation-harness asks."""

import json
import re
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memcap.core.errors import DataError, MissingPackageError
from memcap.distill.decoding import write
from memcap.distill.harness import TextDecoder, Tokenizer, decoder_lm, write_task
from memcap.distill.harness import lm as harness_lm
from memcap.distill.harness.task_files import FLEXIBLE, STRICT, patterns
from memcap.distill.harness.text_decoder import _windows
from memcap.distill.sequences import prompts
from memcap.distill.tasks.base import end, read_answers
from memcap.distill.tasks.modular_chain import ModularChain
from tests.distill.harness_networks import loud

TASK = ModularChain(modulus=5, operations=2)
WORDS = Tokenizer.of(TASK)


@pytest.fixture(scope="module")
def decoder() -> TextDecoder:
    """It writes SEP, END and tails without an end too."""
    return TextDecoder(*loud(TASK, seed=0), WORDS)


def asked(count: int = 30, seed: int = 0) -> np.ndarray:
    return TASK.questions(count, np.random.default_rng(seed))


def contexts(questions: np.ndarray) -> list[str]:
    return [WORDS.decode(row) for row in prompts(TASK, questions)]


# --- words


@given(st.lists(st.integers(0, WORDS.end)))
def test_text_of_ids_gives_the_ids_back(ids):
    assert WORDS.encode(WORDS.decode(ids)) == ids


@pytest.mark.parametrize("word", ["8", "-1", "03", "x", "²", "1.0", "<SEP>"])
def test_a_word_of_another_task_is_refused(word):
    with pytest.raises(DataError, match="is no word of this task"):
        WORDS.encode(f"1 {word}")


def test_an_id_out_of_range_is_refused():
    with pytest.raises(DataError, match="id 10 is not within 0..9"):
        WORDS.decode([10])


# --- filters and task files


@dataclass(frozen=True)
class Wide:
    """As much of a task as reading answers asks for."""

    answer_length: int
    symbols: int = 12


def read_by(pattern: str, text: str) -> str | None:
    """As the harness's regex filter does with group_select -1."""
    found = re.findall(pattern, text)
    return found[-1] if found else None


@given(
    st.integers(1, 3), st.lists(st.integers(0, 13), min_size=1, max_size=7), st.data()
)
def test_the_strict_filter_reads_the_answer_that_memcap_reads(length, tail, data):
    task: Any = Wide(length)
    words = Tokenizer(task.symbols)
    (answer,) = read_answers(task, np.array([tail]))
    read = read_by(patterns(length)[STRICT], words.decode_tail(np.array(tail)))
    if -1 in answer:
        assert read is None
    else:
        assert read == words.decode(answer)


@pytest.mark.parametrize(
    ("length", "text", "strict", "flexible"),
    [
        (1, "3 11", "11", "11"),
        (1, "3 11 <sep>", "<sep>", "11"),
        (1, "<sep>", "<sep>", None),
        (1, "", None, None),
        (2, "10 3 11", "3 11", "3 11"),
        (2, "3 <sep> 11", "<sep> 11", None),
        (2, "7 3 11 <sep>", "11 <sep>", "3 11"),
        (2, "3", None, None),
    ],
)
def test_filters_by_hand(length, text, strict, flexible):
    found = patterns(length)
    assert read_by(found[STRICT], text) == strict
    assert read_by(found[FLEXIBLE], text) == flexible


def test_items_of_a_task_are_questions_and_right_answers_in_order(tmp_path):
    questions = asked()
    config = write_task(TASK, questions, tmp_path / "new" / "folder")
    lines = config.with_suffix(".jsonl").read_text().splitlines()
    items = [json.loads(line) for line in lines]
    assert [item["id"] for item in items] == list(range(30))
    read = np.array([WORDS.encode(item["question"]) for item in items])
    assert (read == prompts(TASK, questions)).all()
    answers = [WORDS.encode(item["answer"]) for item in items]
    assert answers == TASK.answers(questions).tolist()


def test_a_question_asked_twice_makes_two_documents(tmp_path):
    config = write_task(TASK, np.repeat(asked(1), 2, axis=0), tmp_path)
    lines = config.with_suffix(".jsonl").read_text().splitlines()
    assert len(set(lines)) == 2


def test_a_task_file_names_no_folder_and_tells_the_parameters(tmp_path):
    text = write_task(TASK, asked(), tmp_path, name="chains").read_text()
    assert str(tmp_path) not in text
    assert "test: chains.jsonl" in text
    assert "  modulus: 5\n  operations: 2\n  units: true" in text


def test_unchanged_files_keep_their_time(tmp_path):
    path = write_task(TASK, asked(), tmp_path).with_suffix(".jsonl")
    before = path.stat().st_mtime_ns
    write_task(TASK, asked(), tmp_path)
    assert path.stat().st_mtime_ns == before
    write_task(TASK, asked(seed=1), tmp_path)
    assert path.stat().st_mtime_ns != before


@pytest.mark.parametrize(
    ("questions", "name", "message"),
    [
        (asked(0), None, "without questions"),
        (asked()[:, 1:], None, r"are not \(N, 5\)"),
        (asked(), "a/b", "letters, digits and _"),
    ],
)
def test_what_makes_no_task_is_refused(tmp_path, questions, name, message):
    with pytest.raises(DataError, match=message):
        write_task(TASK, questions, tmp_path, name)


# --- a decoder of texts


def test_continued_texts_are_the_tails_that_the_decoder_writes(decoder):
    questions = asked()
    tails = write(decoder.model, prompts(TASK, questions), decoder.config, end(TASK))
    assert decoder.continued(contexts(questions)) == [*map(WORDS.decode_tail, tails)]


def test_contexts_of_different_lengths_keep_their_places(decoder):
    mixed = ["1 5 2", "3 <sep>", "4 5 0"]
    alone = [decoder.continued([one])[0] for one in mixed]
    assert decoder.continued(mixed) == alone


def test_stops_and_limits_cut_a_text(decoder):
    one = contexts(asked(1))
    (whole,) = decoder.continued(one)
    words = whole.split()
    assert len(words) > 1
    assert decoder.continued(one, most=1) == words[:1]
    cut = decoder.continued(one, until=[words[0]])
    assert cut == [""]


def test_drawn_texts_follow_the_seed(decoder):
    drawn = [
        TextDecoder(decoder.model, decoder.config, WORDS, seed) for seed in (1, 1, 2)
    ]
    same = contexts(asked(1)) * 20
    texts = [one.continued(same, temperature=200) for one in drawn]
    assert texts[0] == texts[1] != texts[2]
    assert len(set(texts[0])) > 1, "rows must draw for themselves"


@pytest.mark.parametrize(
    ("context", "message"),
    [("", "empty context"), ("1 " * 9, "leave no room"), ("hello", "no word")],
)
def test_a_context_that_cannot_be_continued_is_refused(decoder, context, message):
    with pytest.raises(DataError, match=message):
        decoder.continued([context])


def test_a_decoder_of_another_task_is_refused(decoder):
    with pytest.raises(DataError, match="knows 10 ids, the task 14"):
        TextDecoder(decoder.model, decoder.config, Tokenizer(12))


def test_probabilities_of_all_next_words_add_up_to_one(decoder):
    words = [WORDS.decode([number]) for number in range(WORDS.end + 1)]
    scored = decoder.scored([("1 5 2", word) for word in words])
    assert sum(np.exp(score) for score, _ in scored) == pytest.approx(1, abs=1e-6)
    assert [greedy for _, greedy in scored].count(True) == 1
    likeliest = max(range(len(words)), key=lambda number: scored[number][0])
    assert scored[likeliest][1]


def test_a_score_is_that_of_its_parts(decoder):
    (whole,) = decoder.scored([("1 5", "2 6 3")])
    parts = decoder.scored([("1 5", "2"), ("1 5 2", "6"), ("1 5 2 6", "3")])
    assert whole[0] == pytest.approx(sum(score for score, _ in parts), abs=1e-5)
    assert whole[1] == all(greedy for _, greedy in parts)


def test_what_greedy_choice_writes_is_called_greedy(decoder):
    (context,) = contexts(asked(1))
    (text,) = decoder.continued([context])
    other = "0" if text.split()[-1] != "0" else "1"
    worse = " ".join([*text.split()[:-1], other])
    pairs = [(context, one) for one in (text, worse)]
    assert [greedy for _, greedy in decoder.scored(pairs)] == [True, False]


def test_a_text_scored_from_its_start_is_conditioned_on_end(decoder):
    (scored,) = decoder.scored([("", "1 5 2")])
    assert scored == decoder.scored([("<end>", "1 5 2")])[0]
    assert decoder.rolled(["1 5 2", ""]) == [scored[0], 0.0]


def test_a_text_longer_than_the_decoder_reads(decoder):
    size = decoder.config.positions
    assert len(decoder.scored([("1", "2 " * size)])) == 1
    with pytest.raises(DataError, match=f"the decoder has {size} positions"):
        decoder.scored([("1", "2 " * (size + 1))])
    assert decoder.rolled(["2 " * (3 * size + 1)])[0] < 0


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 8))
def test_windows_predict_every_id_once_from_what_stands_before_it(ids, size):
    windows = list(_windows(ids, 99, size))
    assert [x for _, asked in windows for x in asked] == ids
    whole, done = [99, *ids], 0
    for read, wanted in windows:
        done += len(wanted)
        assert len(wanted) <= len(read) <= size
        assert read == whole[max(0, done - size) : done]


def test_none_of_no_texts(decoder):
    assert (decoder.scored([]), decoder.rolled([]), decoder.continued([])) == (
        [],
        [],
        [],
    )


# --- requests of the harness


def test_each_request_has_settings_of_its_own(decoder):
    context = contexts(asked(1))[0]
    (whole,) = decoder.continued([context])
    requests = [
        (context, {"until": ["<end>"], "do_sample": False, "temperature": 2.0}),
        (context, {"until": whole.split()[0]}),
        (context, {"max_gen_toks": 1}),
        (context, {"do_sample": True, "temperature": 0.0}),
    ]
    found = harness_lm.generated(decoder, requests)
    assert found == [whole, "", whole.split()[0], whole]


def test_a_setting_that_would_be_ignored_is_refused(decoder):
    with pytest.raises(DataError, match="'top_p' is not supported"):
        harness_lm.generated(decoder, [("1 <sep>", {"top_p": 0.5})])


def test_the_hash_of_a_model_is_that_of_its_parameters(decoder):
    other, same = (TextDecoder(*loud(TASK, seed), WORDS) for seed in (1, 0))
    info = harness_lm.model_info(decoder)
    assert info["model_num_parameters"] == decoder.config.parameters
    assert info == harness_lm.model_info(same)
    assert info["model_sha"] != harness_lm.model_info(other)["model_sha"]


def test_without_lm_eval_one_sentence_tells_what_to_install(decoder, monkeypatch):
    harness_lm._kind.cache_clear()
    monkeypatch.setitem(sys.modules, "lm_eval", None)
    monkeypatch.delitem(sys.modules, "lm_eval.api.model", raising=False)
    with pytest.raises(MissingPackageError, match=r'pip install "memcap\[harness\]"'):
        decoder_lm(decoder.model, decoder.config, TASK)
    harness_lm._kind.cache_clear()
