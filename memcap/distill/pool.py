"""The questions of a study.

The pool is answered by every teacher, the test set by every student before and after
its distillation. They share no question, and no network is pre-trained on either.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from memcap.core.canonical import sha256
from memcap.core.errors import DataError
from memcap.distill.tasks.base import Task, World

# Rounds of drawing before a task counts as too small for so many questions.
_ROUNDS = 50


@dataclass(frozen=True, eq=False)
class Questions:
    """Two disjoint sets of different questions.

    Args:
        pool: `[N, question_length]`, answered by the teachers.
        test: `[M, question_length]`, on which students are measured.
    """

    pool: np.ndarray = field(repr=False)
    test: np.ndarray = field(repr=False)

    @property
    def pool_hash(self) -> str:
        """SHA-256 of the pool."""
        return hash_of(self.pool)

    @property
    def test_hash(self) -> str:
        """SHA-256 of the test set."""
        return hash_of(self.test)

    @property
    def held(self) -> frozenset[bytes]:
        """Both sets, one key a question."""
        return frozenset(_keys(self.pool)) | frozenset(_keys(self.test))


def hash_of(*arrays: np.ndarray) -> str:
    """SHA-256 of arrays of ids: their shapes and their numbers, whatever their type."""
    parts = (str(a.shape).encode() + a.astype("<i8").tobytes() for a in arrays)
    return sha256(b"".join(parts))


def draw_questions(task: Task, pool: int, test: int, seed: int) -> Questions:
    """Draw both sets; the same seed gives the same questions.

    Of a world, which has only so many questions, the pool comes from those for
    training and the test set from the held-out probes.

    Args:
        task: the task.
        pool: N.
        test: M.
        seed: of the draws.

    Raises:
        DataError: a size is below 1, or the task has too few questions.
    """
    if min(pool, test) < 1:
        raise DataError(f"a pool of {pool} and a test set of {test} need a question.")
    sources = [np.random.default_rng([seed, which]) for which in (0, 1)]
    if isinstance(task, World):
        kept = _some(task.train_questions(), pool, sources[0], "training")
        asked = _some(_held_out(task), test, sources[1], "held-out")
        return Questions(kept, asked)
    asked = _different(task, test, sources[1], frozenset())
    return Questions(_different(task, pool, sources[0], _keys(asked)), asked)


def fresh_questions(
    task: Task, count: int, rng: np.random.Generator, held: frozenset[bytes]
) -> np.ndarray:
    """`[count, question_length]` questions for pre-training, none of them held.

    They may repeat. A world is trained on all its questions for training.

    Raises:
        DataError: nearly all questions of the task are held.
    """
    if isinstance(task, World):
        own = task.train_questions()
        return own[rng.integers(0, len(own), count)]
    found: list[np.ndarray] = []
    for _ in range(_ROUNDS):
        drawn = task.questions(count, rng)
        free = [i for i, key in enumerate(_keys(drawn)) if key not in held]
        found.append(drawn[free])
        if sum(map(len, found)) >= count:
            return np.concatenate(found)[:count]
    raise _too_few(task, count)


def _different(
    task: Task, count: int, rng: np.random.Generator, held: Iterable[bytes]
) -> np.ndarray:
    """Different questions, none of them held."""
    seen, found = set(held), []
    for _ in range(_ROUNDS):
        drawn = task.questions(count, rng)
        for key, question in zip(_keys(drawn), drawn, strict=True):
            if key not in seen:
                seen.add(key)
                found.append(question)
        if len(found) >= count:
            return np.stack(found[:count])
    raise _too_few(task, count)


def _held_out(world: World) -> np.ndarray:
    probes = [p for name, p in world.probes().items() if name.startswith("held_out")]
    if not probes:
        raise DataError("the world has no held-out probe to be the test set.")
    return np.concatenate(probes)


def most_questions(task: Task) -> tuple[int, int] | None:
    """Questions a world has for pool and test set; None where there is no end to them.

    Example:
        >>> from memcap.distill import task
        >>> most_questions(task("parity")) is None
        True
    """
    if not isinstance(task, World):
        return None
    return len(task.train_questions()), len(_held_out(task))


def _some(
    questions: np.ndarray, count: int, rng: np.random.Generator, what: str
) -> np.ndarray:
    if count > len(questions):
        raise DataError(
            f"{count} {what} questions are asked for, but this world has "
            f"{len(questions)}; ask for fewer, or take a world of more entities."
        )
    return questions[np.sort(rng.permutation(len(questions))[:count])]


def _keys(questions: np.ndarray) -> list[bytes]:
    return [row.tobytes() for row in questions.astype("<i8")]


def _too_few(task: Task, count: int) -> DataError:
    return DataError(
        f"{_ROUNDS} draws of {task.name} gave fewer than {count} new questions; take "
        "fewer, or a task with longer ones."
    )
