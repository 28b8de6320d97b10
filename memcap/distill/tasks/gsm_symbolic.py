"""Arithmetic word problems with rationales, from the package reasoning-gym.

The problems are templates of grade-school mathematics with names and numbers drawn
(gsm_symbolic). Only those are kept whose rationale recomputes exactly; the chain is its
arithmetic, without the prose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from importlib import import_module

import numpy as np

from memcap.core.errors import DataError, MissingPackageError
from memcap.distill.tasks.base import check_parameter
from memcap.distill.tasks.gsm_steps import (
    Step,
    field,
    read_step,
    steps_of,
    told_step,
)
from memcap.distill.tasks.worlds import drawn, likeliest_answer

# Printable ASCII, and the currencies of the problems.
ALPHABET = "".join(map(chr, range(32, 127))) + "€£"
# The same words end every question.
_SUFFIX = " Give the result as your final answer. Do not include units."


def rationales(count: int, seed: int) -> list[tuple[str, str, str]]:
    """Questions, rationales and answers of so many problems.

    Raises:
        MissingPackageError: reasoning-gym is not installed.
    """
    try:
        gym = import_module("reasoning_gym")
    except ImportError as error:
        raise MissingPackageError(
            "the task gsm_symbolic comes with the package reasoning-gym; "
            "pip install reasoning-gym."
        ) from error
    problems = gym.create_dataset("gsm_symbolic", size=count, seed=seed)
    return [
        (one["question"], one["metadata"]["answer_cot"], one["answer"])
        for one in problems
    ]


@dataclass(frozen=True)
class GsmSymbolic:
    """A question in characters; steps ``a op b = c`` and the answer in fields.

    A field has `width` characters, its number at the right end, so that steps and
    answers have one length. Questions are filled up with blanks in front.

    Args:
        problems: drawn; four in five have a sound rationale, and somewhat over half
            of all remain.
        longest: characters of a question; problems with more are left out.
        steps: most steps; problems with more are left out.
        width: characters of a number; problems with longer ones are left out.
        trained: share of the problems that are trained.
        seed: of problems and split.
    """

    problems: int = 2000
    longest: int = 300
    steps: int = 6
    width: int = 6
    trained: float = 0.8
    seed: int = 0

    name = "gsm_symbolic"
    symbols = len(ALPHABET)

    def __post_init__(self) -> None:
        for name in ("problems", "longest", "steps", "width"):
            check_parameter(name, getattr(self, name), 1)
        check_parameter("seed", self.seed, 0)
        if not 0 < self.trained <= 1:
            raise DataError(f"trained = {self.trained} is no positive share up to 1.")

    @property
    def question_length(self) -> int:
        """Characters of the longest question allowed."""
        return self.longest

    @property
    def answer_length(self) -> int:
        """A field."""
        return self.width

    @property
    def step_length(self) -> int:
        """Three fields, the operation and ``=``."""
        return 3 * self.width + 2

    @property
    def states(self) -> int:
        """Most steps and the answer."""
        return self.steps * self.step_length + self.width

    @cached_property
    def _chains(self) -> dict[str, str]:
        """Question -> tail, of the problems that are kept, in a drawn order."""
        kept = {}
        for text, rationale, answer in rationales(self.problems, self.seed):
            question = text.removesuffix(_SUFFIX)
            tail = self._tail(question, rationale, answer)
            if tail is not None:
                kept[question.rjust(self.longest)] = tail
        if not kept:
            raise DataError(
                f"none of {self.problems} problems is kept; draw more, or allow longer "
                "questions, more steps or wider fields."
            )
        order = np.random.default_rng(self.seed).permutation(len(kept))
        items = list(kept.items())
        return dict(items[place] for place in order)

    def _tail(self, question: str, rationale: str, answer: str) -> str | None:
        """None where the problem is left out."""
        if len(question) > self.longest or not set(question) <= set(ALPHABET):
            return None
        steps = steps_of(rationale, answer)
        if steps is None or len(steps) > self.steps:
            return None
        parts = [told_step(step, self.width) for step in steps]
        parts.append(field(steps[-1].result, self.width))
        return "".join(map(str, parts)) if None not in parts else None

    @cached_property
    def _asked(self) -> np.ndarray:
        return np.stack([_ids(text) for text in self._chains])

    @property
    def _trained_count(self) -> int:
        return max(1, round(self.trained * len(self._chains)))

    def train_questions(self) -> np.ndarray:
        """`[F, longest]` the problems for training."""
        return self._asked[: self._trained_count]

    def probes(self) -> Mapping[str, np.ndarray]:
        """Problems for training, and those held out."""
        return {
            "trained": self.train_questions(),
            "held_out": self._asked[self._trained_count :],
        }

    def questions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """`[count, longest]` drawn from those for training."""
        return drawn(self.train_questions(), count, rng)

    def chain(self, questions: np.ndarray) -> np.ndarray:
        """`[count, states]` characters of steps and answer.

        Raises:
            DataError: a question is no problem of this world.
        """
        made = np.full((len(questions), self.states), self.symbols + 1)
        for row, tail in zip(made, map(self._told, questions), strict=True):
            row[: len(tail)] = _ids(tail)
        return made

    def _told(self, question: np.ndarray) -> str:
        text = _text(question)
        if text not in self._chains:
            raise DataError(f"{text.strip()!r} is no problem of this world.")
        return self._chains[text]

    def answers(self, questions: np.ndarray) -> np.ndarray:
        """`[count, width]` the answers."""
        tails = "".join(self._told(one)[-self.width :] for one in questions)
        return _ids(tails).reshape(len(questions), self.width)

    def read(self, tail: np.ndarray) -> list[Step] | None:
        """The steps of one tail; None where it is not told in steps and an answer.

        They may be false: `Step.holds` recomputes them.
        """
        text = _text(tail[: _length(tail, self.symbols + 1)])
        body = text[: len(text) - self.width]
        if len(text) < self.width or len(body) % self.step_length:
            return None
        places = range(0, len(body), self.step_length)
        steps = [read_step(body[i : i + self.step_length], self.width) for i in places]
        return None if None in steps else [step for step in steps if step]

    def valid(self, tails: np.ndarray, gold: np.ndarray) -> np.ndarray:
        """`[N]` every step recomputes, is the gold one, and the answer is right.

        The terms of sums and products may change places.
        """
        return np.array(
            [self._is_valid(*pair) for pair in zip(tails, gold, strict=True)], bool
        )

    def _is_valid(self, tail: np.ndarray, gold: np.ndarray) -> bool:
        stop = self.symbols + 1
        length = _length(gold, stop)
        if _length(tail, stop) != length:
            return False
        answer = slice(length - self.width, length)
        steps, right = self.read(tail), self.read(gold)
        if steps is None or right is None or (tail[answer] != gold[answer]).any():
            return False
        same = [one.canonical for one in steps] == [one.canonical for one in right]
        return same and all(one.holds for one in steps)

    def floors(self) -> Mapping[str, Fraction | float]:
        """Any answer that comes up; the most frequent one."""
        return {
            "uniform": Fraction(1, self.answer_values),
            "majority": likeliest_answer(self.answers(self.train_questions())),
        }

    @cached_property
    def _steps(self) -> set[Step]:
        tails = self.chain(self._asked)
        return {step for tail in tails for step in self.read(tail) or ()}

    @property
    def step_table(self) -> Sequence[tuple[int, int]]:
        """The different operations that come up, and their results."""
        return [(len(self._steps), len({step.result for step in self._steps}))]

    @property
    def answer_values(self) -> int:
        """Different answers."""
        return len({tail[-self.width :] for tail in self._chains.values()})


def _ids(text: str) -> np.ndarray:
    return np.array([ALPHABET.index(one) for one in text], np.int64)


def _text(ids: np.ndarray) -> str:
    """The characters of ids; NUL, which is in no problem, for SEP and END."""
    return "".join(ALPHABET[i] if 0 <= i < len(ALPHABET) else "\0" for i in ids)


def _length(tail: np.ndarray, stop: int) -> int:
    stops = np.flatnonzero(tail == stop)
    return int(stops[0]) if len(stops) else len(tail)
