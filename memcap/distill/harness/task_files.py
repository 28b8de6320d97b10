"""A test set as a task of lm-evaluation-harness: a YAML file and its questions.

Two filters read an answer out of what a model wrote. ``strict-match`` takes the last
tokens, as `memcap.distill.tasks.base.read_answers` does. ``flexible-extract`` takes the
last numbers, so that a SEP behind the answer does no harm.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.harness.tokenizer import END_WORD, Tokenizer
from memcap.distill.sequences import prompts
from memcap.distill.tasks.base import Task

STRICT = "strict-match"
FLEXIBLE = "flexible-extract"
# To be raised whenever prompts, answers or filters change.
_VERSION = 1

_CONFIG = """\
task: {name}
dataset_path: json
dataset_kwargs:
  data_files:
    test: {data}
test_split: test
output_type: generate_until
num_fewshot: 0
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{answer}}}}"
generation_kwargs:
  until: ["{end}"]
  do_sample: false
filter_list:
{filters}
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
metadata:
{metadata}
"""
_FILTER = """\
  - name: {name}
    filter:
      - function: regex
        regex_pattern: {pattern}
        group_select: -1
      - function: take_first"""


def write_task(
    task: Task, questions: np.ndarray, folder: Path, name: str | None = None
) -> Path:
    """Write a task whose items are the questions, in their order.

    The YAML names the questions' file without its folder, which the harness looks for
    where it is started: ``cd FOLDER``, then ``--include_path . --tasks NAME``.

    Args:
        task: the task, a frozen dataclass of its parameters.
        questions: `[N, question_length]` ids.
        folder: where the files go; it is made if need be.
        name: of the task in the harness; by default ``memcap_`` and the task's name.

    Returns:
        the YAML file ``NAME.yaml``; ``NAME.jsonl`` with the questions is beside it.

    Raises:
        DataError: there are no questions, they are of another length, or the name is
            not one of a file.
    """
    name = name or f"memcap_{task.name}"
    _check(task, questions, name)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    config, data = folder / f"{name}.yaml", folder / f"{name}.jsonl"
    _put(data, "".join(json.dumps(item) + "\n" for item in _items(task, questions)))
    _put(config, _config(task, name, data.name))
    return config


def _check(task: Task, questions: np.ndarray, name: str) -> None:
    if questions.ndim != 2 or questions.shape[1] != task.question_length:
        raise DataError(
            f"questions {questions.shape} are not (N, {task.question_length})."
        )
    if len(questions) == 0:
        raise DataError("a test set without questions tells nothing; give some.")
    if not name.replace("_", "").isalnum():
        raise DataError(
            f"name {name!r} of a task is not made of letters, digits and _ alone."
        )


def _put(path: Path, text: str) -> None:
    # What is unchanged keeps its time, by which the harness knows its cached copy.
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _items(task: Task, questions: np.ndarray) -> list[dict[str, Any]]:
    """Numbered, so that a question asked twice makes two items."""
    tokenizer = Tokenizer.of(task)
    texts = map(tokenizer.decode, prompts(task, questions))
    answers = map(tokenizer.decode, task.answers(questions))
    return [
        {"id": place, "question": question, "answer": answer}
        for place, (question, answer) in enumerate(zip(texts, answers, strict=True))
    ]


def _config(task: Task, name: str, data: str) -> str:
    # A text of JSON is one of YAML too.
    filters = [
        _FILTER.format(name=label, pattern=json.dumps(pattern))
        for label, pattern in patterns(task.answer_length).items()
    ]
    told: dict[str, Any] = {"version": _VERSION, "memcap_task": task.name}
    told |= asdict(task)  # pyright: ignore[reportArgumentType]
    return _CONFIG.format(
        name=name,
        data=data,
        end=END_WORD,
        filters="\n".join(filters),
        metadata="\n".join(f"  {key}: {json.dumps(told[key])}" for key in told),
    )


def patterns(answer_length: int) -> Mapping[str, str]:
    """The regular expression of each filter; its one group is the answer."""
    more = answer_length - 1
    return {
        STRICT: rf"(\S+(?: \S+){{{more}}})$",
        FLEXIBLE: rf"(\d+(?: \d+){{{more}}})(?!.*\d)",
    }
