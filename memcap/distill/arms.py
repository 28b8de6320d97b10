"""The data a student is distilled on, one arm for each question asked of a teacher.

| arm | content |
|---|---|
| ``all_correct`` | every chain of this teacher that passes the filter |
| ``intersection`` | its chains for the questions that all teachers solve |
| ``count_matched`` | its correct chains, subsampled to the smallest teacher's count |
| ``gold`` | the generator's own chains for the whole pool |
| ``self`` | the student's own correct chains before distillation |
| ``answer_only`` | the questions of ``all_correct``, answers without chains |
| ``mixed`` | correct chains of two teachers in a proportion |

``all_correct`` and ``intersection`` answer different questions (`ESTIMANDS`), so their
numbers do not belong in one table. ``all_correct`` changes how many chains there are,
which and how good at once; the arms after it take this apart.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.filters import REASONS, Filter, Reason, verdicts
from memcap.distill.pool import Questions, hash_of
from memcap.distill.tasks.base import Style, Task, direct, told
from memcap.distill.written import Written, even, lengths_of

ArmName = Literal[
    "all_correct",
    "intersection",
    "count_matched",
    "gold",
    "self",
    "answer_only",
    "mixed",
]
ARMS: tuple[ArmName, ...] = get_args(ArmName)
# Arms that every teacher has one of.
OF_A_TEACHER = ("all_correct", "intersection", "count_matched", "answer_only")
# Arms whose data depend on the answers of all teachers.
RELATIVE = ("intersection", "count_matched")

ESTIMANDS: Mapping[ArmName, str] = {
    "all_correct": "deployment utility",
    "intersection": "teachability at equal questions",
    "count_matched": "utility at equal count",
    "gold": "upper reference",
    "self": "effect of more training alone",
    "answer_only": "effect of answers without chains",
    "mixed": "deployment utility of a mixture",
}


@dataclass(frozen=True, eq=False)
class Arm:
    """Questions and tails to learn from, and what was left out.

    Args:
        name: which arm.
        writer: name of the teacher, or of whoever wrote.
        rows: `[n]` places in the pool, increasing.
        questions: `[n, question_length]`.
        tails: `[n, t]`, END behind the last token.
        valid: `[n]` whether the chains are; None where there are none.
        dropped: questions left out, by reason; with n they make up the pool.
        mean_tokens: of a tail, END not counted.
    """

    name: ArmName
    writer: str
    rows: np.ndarray = field(repr=False)
    questions: np.ndarray = field(repr=False)
    tails: np.ndarray = field(repr=False)
    valid: np.ndarray | None = field(repr=False)
    dropped: Mapping[Reason, int]
    mean_tokens: float | None

    @property
    def count(self) -> int:
        """The number n of examples."""
        return len(self.rows)

    @property
    def spurious_rate(self) -> float | None:
        """Share of chains that are not valid; None where there are none."""
        if self.valid is None or not self.count:
            return None
        return float((~self.valid).mean())

    @property
    def hash(self) -> str:
        """SHA-256 of questions and tails."""
        return hash_of(self.questions, self.tails)


def all_correct(
    task: Task, questions: Questions, written: Written, by: Filter = "answer"
) -> Arm:
    """Every chain that passes the filter."""
    reasons = verdicts(task, questions.pool, written, by)
    rows = np.array([i for i, reason in enumerate(reasons) if reason is None], int)
    dropped: Counter[Reason] = Counter(r for r in reasons if r is not None)
    return _arm("all_correct", task, questions, written, rows, dropped)


def intersection(
    task: Task,
    questions: Questions,
    teachers: Sequence[Written],
    by: Filter = "answer",
) -> dict[str, Arm]:
    """For each teacher its chains for the questions that all of them solve."""
    own = {one.name: all_correct(task, questions, one, by) for one in teachers}
    shared = set.intersection(*(set(arm.rows.tolist()) for arm in own.values()))
    rows = np.array(sorted(shared), int)
    return {
        name: _fewer(task, arm, "intersection", rows, "not_shared")
        for name, arm in own.items()
    }


def count_matched(
    task: Task,
    questions: Questions,
    teachers: Sequence[Written],
    seed: int,
    by: Filter = "answer",
) -> dict[str, Arm]:
    """For each teacher as many of its correct chains as the smallest has.

    Args:
        task: the task.
        questions: the pool.
        teachers: what they wrote on it.
        seed: of the subsample, which teachers with equal sets share.
        by: see `verdicts`.
    """
    own = {one.name: all_correct(task, questions, one, by) for one in teachers}
    least = min(arm.count for arm in own.values())
    return {
        name: subsampled(task, arm, least, seed, "count_matched")
        for name, arm in own.items()
    }


def subsampled(
    task: Task, arm: Arm, count: int, seed: int, name: ArmName | None = None
) -> Arm:
    """At most so many examples of an arm, drawn without replacement."""
    order = np.random.default_rng([seed, 3]).permutation(arm.count)
    rows = arm.rows[np.sort(order[:count])]
    return _fewer(task, arm, name or arm.name, rows, "subsampled")


def gold(task: Task, questions: Questions, style: Style = "full") -> Arm:
    """The generator's chains for the whole pool."""
    tails = told(task, questions.pool, style)
    sure = np.ones(len(tails), bool)
    written = Written("gold", style, tails, sure, sure, sure)
    return _arm("gold", task, questions, written, np.arange(len(tails)), {})


def own_correct(
    task: Task, questions: Questions, written: Written, by: Filter = "answer"
) -> Arm:
    """What the student wrote before its distillation, where it passes the filter."""
    return replace(all_correct(task, questions, written, by), name="self")


def answer_only(
    task: Task, questions: Questions, written: Written, by: Filter = "answer"
) -> Arm:
    """The questions of ``all_correct`` with their answers alone."""
    arm = all_correct(task, questions, written, by)
    tails = even(task, direct(task, arm.questions))
    mean = float(task.answer_length) if arm.count else None
    return replace(arm, name="answer_only", tails=tails, valid=None, mean_tokens=mean)


def mixed(
    task: Task,
    questions: Questions,
    first: Written,
    second: Written,
    share: float,
    seed: int,
    by: Filter = "answer",
) -> Arm:
    """Chains of two teachers: each question goes to one, `share` of them to the first.

    A question that its teacher does not solve is dropped, even if the other one does.

    Args:
        task: the task.
        questions: the pool.
        first: what the first teacher wrote.
        second: what the second wrote.
        share: of the first, between 0 and 1.
        seed: of the lots.
        by: see `verdicts`.

    Raises:
        DataError: the share is out of range.
    """
    if not 0 <= share <= 1:
        raise DataError(f"share = {share} of a mixture is not between 0 and 1.")
    size = len(questions.pool)
    lots = np.zeros(size, bool)
    chosen = np.random.default_rng([seed, 4]).permutation(size)
    lots[chosen[: round(share * size)]] = True
    name = f"{share:g} {first.name} + {1 - share:g} {second.name}"
    pick = [np.where(_wide(lots, one), one, two) for one, two in _pairs(first, second)]
    written = Written(name, first.style, *pick)
    return replace(all_correct(task, questions, written, by), name="mixed")


def _pairs(first: Written, second: Written) -> list[tuple[np.ndarray, np.ndarray]]:
    names = ("tails", "right", "valid", "ended")
    return [(getattr(first, name), getattr(second, name)) for name in names]


def _wide(lots: np.ndarray, values: np.ndarray) -> np.ndarray:
    return lots[:, None] if values.ndim == 2 else lots


def _arm(
    name: ArmName,
    task: Task,
    questions: Questions,
    written: Written,
    rows: np.ndarray,
    dropped: Mapping[Reason, int],
) -> Arm:
    tails = even(task, written.tails[rows])
    return Arm(
        name=name,
        writer=written.name,
        rows=rows,
        questions=questions.pool[rows],
        tails=tails,
        valid=written.valid[rows],
        dropped={reason: dropped.get(reason, 0) for reason in REASONS},
        mean_tokens=_mean_tokens(task, tails),
    )


def _fewer(task: Task, arm: Arm, name: ArmName, rows: np.ndarray, why: Reason) -> Arm:
    """An arm cut down to some of its rows."""
    kept = np.isin(arm.rows, rows)
    tails = arm.tails[kept]
    return replace(
        arm,
        name=name,
        rows=arm.rows[kept],
        questions=arm.questions[kept],
        tails=tails,
        valid=None if arm.valid is None else arm.valid[kept],
        dropped={**arm.dropped, why: arm.dropped[why] + int((~kept).sum())},
        mean_tokens=_mean_tokens(task, tails),
    )


def _mean_tokens(task: Task, tails: np.ndarray) -> float | None:
    return float(lengths_of(task, tails).mean()) if len(tails) else None


def identical(arms: Sequence[Arm]) -> tuple[str, ...]:
    """`same_data` of arms of one name, one for each teacher."""
    return same_data(arms[0].name, {arm.writer: arm.hash for arm in arms})


def same_data(arm: str, hashes: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for every group of writers whose data agree bit for bit.

    Perfect teachers of one style all write the gold chain. Students then cannot tell
    them apart, and no capacity gap can show, whatever their sizes.

    Args:
        arm: the arm.
        hashes: of the data of each writer.
    """
    groups: dict[str, list[str]] = {}
    for writer, data in hashes.items():
        groups.setdefault(data, []).append(writer)
    return tuple(
        f"the data of {', '.join(names)} are identical in arm '{arm}': give "
        "these teachers different styles or temperatures, or leave all but one out."
        for names in groups.values()
        if len(names) > 1
    )
