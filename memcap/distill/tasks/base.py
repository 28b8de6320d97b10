"""A task: questions, chains of thought that lead to their answers, and a verifier.

A sequence is a question, SEP, a tail, END, and padding of more END. In a chain the tail
is the running states; its last `answer_length` tokens are the answer. In the direct
form the tail is the answer alone. All states are ids below `symbols`; SEP and END are
the two behind them.

Styles set the granularity of a chain: ``terse`` tells every second step (and the
answer), ``full`` every step, ``redundant`` every step twice. A step is one state, or
as many tokens as the task says.

Most tasks ask fresh questions for ever. A world has as many as it has facts, and says
which are for training and which for tests.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import log2
from typing import Literal, Protocol, get_args, runtime_checkable

import numpy as np

from memcap.core.errors import DataError

Style = Literal["terse", "full", "redundant"]
STYLES: tuple[Style, ...] = get_args(Style)


class Task(Protocol):
    """What every task offers; tasks are frozen dataclasses of their parameters."""

    @property
    def name(self) -> str:
        """Its name in the registry."""
        ...

    @property
    def symbols(self) -> int:
        """Ids of questions and states; SEP and END come behind them."""
        ...

    @property
    def question_length(self) -> int:
        """Tokens of a question, SEP not counted."""
        ...

    @property
    def states(self) -> int:
        """Most states of a full chain, the answer among them."""
        ...

    @property
    def step_length(self) -> int:
        """Tokens of one step of the chain before the answer."""
        ...

    @property
    def answer_length(self) -> int:
        """Tokens of the answer, the last ones of every tail."""
        ...

    def questions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """`[count, question_length]` ids."""
        ...

    def chain(self, questions: np.ndarray) -> np.ndarray:
        """`[count, states]` the states of full chains; END behind the last one."""
        ...

    def answers(self, questions: np.ndarray) -> np.ndarray:
        """`[count, answer_length]` the right answers."""
        ...

    def floors(self) -> Mapping[str, Fraction | float]:
        """Accuracy of guessing: ``uniform``, ``majority`` and named shortcuts."""
        ...

    @property
    def step_table(self) -> Sequence[tuple[int, int]]:
        """(inputs, outputs) of each kind of step; nothing where steps are look-ups."""
        ...

    @property
    def answer_values(self) -> int:
        """Values an answer can have."""
        ...


@runtime_checkable
class World(Protocol):
    """What a task with finitely many questions offers besides.

    Its `questions` are drawn from those for training, and its floors are theirs.
    """

    def train_questions(self) -> np.ndarray:
        """`[F, question_length]` all questions for training."""
        ...

    def probes(self) -> Mapping[str, np.ndarray]:
        """Named sets of questions; those called ``held_out...`` are never trained."""
        ...


@runtime_checkable
class Judged(Protocol):
    """What a task offers that accepts other chains than the gold one."""

    def valid(self, tails: np.ndarray, gold: np.ndarray) -> np.ndarray:
        """`[N]` whether tails are as good as gold ones; END behind the last token."""
        ...


def cot_table_bits(task: Task) -> float:
    """Bits of the one-step function as a table: inputs times log2 of the outputs.

    An upper bound: the table is taken as arbitrary, while a ring or a group is not.
    """
    return sum((inputs * log2(outputs) for inputs, outputs in task.step_table), 0.0)


def direct_table_bits(task: Task, items: int) -> float:
    """Bits to memorize the answers of so many training questions."""
    return items * log2(task.answer_values)


def separator(task: Task) -> int:
    """SEP, between question and tail."""
    return task.symbols


def end(task: Task) -> int:
    """END, behind the tail."""
    return task.symbols + 1


def vocabulary(task: Task) -> int:
    """V: symbols, SEP and END."""
    return task.symbols + 2


def longest_tail(task: Task) -> int:
    """Most tokens of a tail of any style: every step twice, the answer once."""
    return 2 * task.states - task.answer_length


def floor(task: Task) -> float:
    """The accuracy that learning nothing but a shortcut reaches, whichever is best."""
    return float(max(task.floors().values()))


def told(task: Task, questions: np.ndarray, style: Style) -> np.ndarray:
    """Gold chains in a style.

    Args:
        task: the task.
        questions: `[N, question_length]`.
        style: how much is told.

    Returns:
        `[N, t]` tails; END behind the last token of each.

    Raises:
        DataError: there is no such style.
    """
    return in_style(task, task.chain(questions), style)


def in_style(task: Task, states: np.ndarray, style: Style) -> np.ndarray:
    """Full chains told in another style; the last states, the answer, always stay.

    Args:
        task: the task.
        states: `[N, t]` full chains, END behind the last state of each.
        style: how much is told.
    """
    if style not in STYLES:
        raise DataError(f"style {style!r} is not one of {', '.join(STYLES)}.")
    if style == "full":
        return states
    stop = end(task)
    lengths = (states != stop).sum(axis=1)
    body = np.maximum(lengths - task.answer_length, 0)[:, None]
    places = np.arange(states.shape[1])[None, :]
    # Steps before the answer, counted from it; the first one may be cut short.
    steps = (body - 1 - places) // task.step_length
    kept = (places < lengths[:, None]) & ((places >= body) | (steps % 2 == 1))
    if style == "terse":
        rows = [row[own] for row, own in zip(states, kept, strict=True)]
    else:
        ends = zip(states, lengths, body[:, 0], strict=True)
        rows = [_twice(row[:n], m, task.step_length) for row, n, m in ends]
    return _padded(rows, stop, states.dtype)


def _twice(row: np.ndarray, body: int, step: int) -> np.ndarray:
    """Every step twice, then the answer."""
    first = row[: body % step]
    steps = np.repeat(row[len(first) : body].reshape(-1, step), 2, axis=0).ravel()
    return np.concatenate([first, first, steps, row[body:]])


def _padded(rows: list[np.ndarray], stop: int, dtype: np.dtype) -> np.ndarray:
    made = np.full((len(rows), max(map(len, rows), default=1)), stop, dtype)
    for own, row in zip(made, rows, strict=True):
        own[: len(row)] = row
    return made


def direct(task: Task, questions: np.ndarray) -> np.ndarray:
    """`[N, answer_length]` tails without a chain."""
    return task.answers(questions)


def read_answers(task: Task, tails: np.ndarray) -> np.ndarray:
    """The last tokens before END of each tail.

    Returns:
        `[N, answer_length]` ids; -1 where a tail is too short. A tail without END ends
        with its last token.
    """
    stop = end(task)
    ended = (tails == stop).any(axis=1)
    lengths = np.where(ended, (tails == stop).argmax(axis=1), tails.shape[1])
    places = lengths[:, None] - task.answer_length + np.arange(task.answer_length)
    found = np.take_along_axis(tails, np.maximum(places, 0), axis=1)
    return np.where(places >= 0, found, -1)


def right_answers(task: Task, questions: np.ndarray, tails: np.ndarray) -> np.ndarray:
    """`[N]` whether the answer of each tail is right, however it was reached."""
    return (read_answers(task, tails) == task.answers(questions)).all(axis=1)


def valid_chains(
    task: Task, questions: np.ndarray, tails: np.ndarray, style: Style
) -> np.ndarray:
    """`[N]` whether each tail is the gold chain in that style, token by token.

    The states of most tasks are determined by the question, so that a chain is valid
    exactly when it equals the gold one. A judged task decides itself.
    """
    gold = told(task, questions, style)
    width = max(gold.shape[1], tails.shape[1]) + 1
    gold, tails = (_cut(one, width, end(task)) for one in (gold, tails))
    if isinstance(task, Judged):
        return task.valid(tails, gold)
    return (gold == tails).all(axis=1)


def _cut(tails: np.ndarray, width: int, stop: int) -> np.ndarray:
    """Padded with END to a width; whatever follows the first END becomes END."""
    padded = np.full((len(tails), width), stop, tails.dtype)
    padded[:, : tails.shape[1]] = tails
    return np.where(np.cumsum(padded == stop, axis=1) > 0, stop, padded)


def check_parameter(name: str, value: object, least: int) -> None:
    """Refuse a parameter of a task that is no integer of at least `least`.

    Raises:
        DataError: so it is.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise DataError(f"{name} = {value!r} is not an integer >= {least}.")
