"""Training data for TRL: prompt-completion and stepwise JSONL.

A completion is ``<think>CHAIN</think>ANSWER``. TRL's `SFTTrainer` cuts sequences from
the right at ``max_length``, 1,024 tokens unless told otherwise; a chain that is longer
loses its answer without a word, so long ones are counted here.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from memcap.core.canonical import write_atomically
from memcap.core.errors import DataError
from memcap.data.files import read_text

# The default of TRL's SFTTrainer.
MAX_LENGTH = 1024
OPEN, CLOSE = "<think>", "</think>"
Form = Literal["standard", "conversational", "stepwise"]


@dataclass(frozen=True, slots=True)
class Example:
    """A question with a chain of thought.

    Args:
        question: the prompt.
        steps: of the chain, in order; empty for an answer alone.
        answer: what the chain ends in.
        verdicts: for each step whether it is valid; None where nobody checked.
        right: whether the answer is right, however it was reached; None if unknown.

    Raises:
        DataError: question or answer is blank, a step holds a tag of the chain or a
            line break, or there is not one verdict a step.

    Example:
        >>> Example("2+2=", ("2+2 is 4",), "4").completion
        '<think>2+2 is 4</think>4'
    """

    question: str
    steps: tuple[str, ...]
    answer: str
    verdicts: tuple[bool, ...] | None = None
    right: bool | None = None

    def __post_init__(self) -> None:
        if not self.question.strip() or not self.answer.strip():
            raise DataError(
                f"example {self.question!r} with answer {self.answer!r} has a blank "
                "part; give both."
            )
        for text in (*self.steps, self.answer):
            if OPEN in text or CLOSE in text:
                raise DataError(
                    f"{text!r} holds a tag that marks the chain; take it out."
                )
        if any("\n" in step for step in self.steps):
            raise DataError(
                f"a step of example {self.question!r} has a line break, which ends a "
                "step; split it."
            )
        if self.verdicts is not None and len(self.verdicts) != len(self.steps):
            raise DataError(
                f"example {self.question!r} has {len(self.verdicts)} verdicts on "
                f"{len(self.steps)} steps; give one a step."
            )

    @property
    def completion(self) -> str:
        """The chain between its tags and the answer; the answer alone without one."""
        if not self.steps:
            return self.answer
        return f"{OPEN}{chr(10).join(self.steps)}{CLOSE}{self.answer}"


@dataclass(frozen=True, slots=True)
class Export:
    """Lines for a trainer, with what to mind.

    Args:
        lines: JSON objects, one an example.
        longest: tokens of the longest prompt and completion, or a bound on them.
        warnings: what would go wrong with the defaults of the trainer.
    """

    lines: tuple[str, ...] = field(repr=False)
    longest: int
    warnings: tuple[str, ...]

    def write(self, path: Path) -> None:
        """Write the lines as JSONL."""
        write_atomically(path, "".join(f"{line}\n" for line in self.lines))


def export(
    examples: Iterable[Example],
    form: Form = "standard",
    *,
    count_tokens: Callable[[str], int] | None = None,
    max_length: int = MAX_LENGTH,
) -> Export:
    """Lines of one of TRL's types of data set.

    ``standard`` has ``prompt`` and ``completion`` as text, ``conversational`` as lists
    of messages, ``stepwise`` has ``prompt``, ``completions`` and ``labels``.

    Args:
        examples: at least one; stepwise ones need verdicts.
        form: the type.
        count_tokens: of the student's tokenizer. Without it the bytes stand for the
            tokens, of which a byte-level tokenizer never makes more.
        max_length: where the trainer will cut.

    Raises:
        DataError: there are no examples, the form is unknown, or stepwise examples
            lack steps or verdicts.

    Example:
        >>> export([Example("2+2=", (), "4")]).lines
        ('{"prompt": "2+2=", "completion": "4"}',)
    """
    if form not in _FORMS:
        raise DataError(f"form {form!r} is not one of {', '.join(_FORMS)}.")
    chosen = list(examples)
    if not chosen:
        raise DataError("there are no examples to export.")
    made = [_FORMS[form](example) for example in chosen]
    lengths = [_length(example, count_tokens) for example in chosen]
    return Export(
        lines=tuple(json.dumps(one, ensure_ascii=False) for one in made),
        longest=max(lengths),
        warnings=_warnings(lengths, count_tokens is not None, max_length),
    )


def read(path: Path) -> tuple[Example, ...]:
    """The examples of a file that `export` wrote, in any of its forms.

    Raises:
        DataError: a line has another form; the message names it.
    """
    lines = read_text(path).rstrip("\n").split("\n")
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(_example(json.loads(line)))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise DataError(
                f"{path}, line {number} is no prompt and completion ({error})."
            ) from error
    return tuple(found)


def _standard(example: Example) -> dict[str, Any]:
    return {"prompt": example.question, "completion": example.completion}


def _conversational(example: Example) -> dict[str, Any]:
    return {
        "prompt": [{"role": "user", "content": example.question}],
        "completion": [{"role": "assistant", "content": example.completion}],
    }


def _stepwise(example: Example) -> dict[str, Any]:
    if example.verdicts is None or example.right is None or not example.steps:
        raise DataError(
            f"example {example.question!r} has no verdicts on its steps or its answer; "
            "verify the chain, or export prompt and completion."
        )
    return {
        "prompt": example.question,
        "completions": [*example.steps, example.answer],
        # A false chain can end in a right answer, so the last label is its own.
        "labels": [*example.verdicts, example.right],
    }


_FORMS: dict[str, Callable[[Example], dict[str, Any]]] = {
    "standard": _standard,
    "conversational": _conversational,
    "stepwise": _stepwise,
}


def _example(value: Any) -> Example:
    if "completions" in value:
        *steps, answer = value["completions"]
        *verdicts, right = value["labels"]
        return Example(value["prompt"], tuple(steps), answer, tuple(verdicts), right)
    prompt, completion = value["prompt"], value["completion"]
    if isinstance(prompt, list):
        prompt, completion = prompt[0]["content"], completion[0]["content"]
    if not completion.startswith(OPEN):
        return Example(prompt, (), completion)
    chain, answer = completion.removeprefix(OPEN).split(CLOSE)
    return Example(prompt, tuple(chain.split("\n")), answer)


def _length(example: Example, count_tokens: Callable[[str], int] | None) -> int:
    text = example.question + example.completion
    return count_tokens(text) if count_tokens else len(text.encode("utf-8"))


def _warnings(
    lengths: Sequence[int], counted: bool, max_length: int
) -> tuple[str, ...]:
    long = sum(length > max_length for length in lengths)
    if not long:
        return ()
    whose = f"{long} of {len(lengths)} examples"
    found = f"{max(lengths)} tokens" if counted else f"up to {max(lengths)} tokens"
    may = "lose" if counted else "may lose"
    return (
        f"{whose} are longer than max_length = {max_length} ({found}) and {may} their "
        f"answer; set max_length of the trainer to at least {max(lengths)}.",
    )
