"""Run the checks of statements, side by side in processes, and judge."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from multiprocessing import get_context

from proofs_check.catalogue import catalogue
from proofs_check.statement import (
    Answer,
    Level,
    Outcome,
    Scope,
    Statement,
    Verdict,
    verdict,
)


@dataclass(frozen=True, slots=True)
class Timed:
    """What a check found, and the seconds it took."""

    outcome: Outcome
    seconds: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement with the outcomes of its checks by name, and the verdict.

    Args:
        statement: the statement.
        checks: outcomes by name.
        verdict: the verdict.
        lacks: statements it rests on that are not proved.
    """

    statement: Statement
    checks: Mapping[str, Timed]
    verdict: Verdict
    lacks: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Time of all its checks."""
        return sum(check.seconds for check in self.checks.values())

    @property
    def cases(self) -> int:
        """Cases of all its checks."""
        return sum(check.outcome.cases for check in self.checks.values())

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        return _sentence(self)


def run(
    statements: Mapping[str, Statement],
    level: Level,
    workers: int,
    tell: Callable[[str, str], None] = lambda identifier, name: None,
) -> Iterator[Judged]:
    """Check statements; each is handed out as soon as its last check is done.

    Args:
        statements: some of the catalogue.
        level: how much time a check may take.
        workers: processes; 1 stays in this one.
        tell: called with identifier and name after every check.
    """
    found: dict[str, dict[str, Timed]] = {name: {} for name in statements}
    for row in statements.values():
        if not row.checks:
            yield judged(row, {})
    for identifier, name, timed in _outcomes(statements, level, workers):
        found[identifier][name] = timed
        tell(identifier, name)
        row = statements[identifier]
        if len(found[identifier]) == len(row.checks):
            yield judged(row, found[identifier])


def judged(row: Statement, checks: Mapping[str, Timed]) -> Judged:
    """A statement and what its checks say of it, in the order of its checks."""
    ordered = {check.name: checks[check.name] for check in row.checks}
    outcomes = {name: timed.outcome for name, timed in ordered.items()}
    return Judged(row, ordered, verdict(row, outcomes))


def settled(done: Sequence[Judged], known: Mapping[str, Verdict]) -> list[Judged]:
    """Let PROVED stand only where everything it rests on is PROVED.

    Args:
        done: statements as their own checks judge them.
        known: verdicts of statements that are not among them.

    Raises:
        ValueError: statements rest on one another in a circle.
    """
    rows = {judged.statement.id: judged for judged in done}
    final: dict[str, Judged] = {}

    def settle(name: str, above: tuple[str, ...]) -> Verdict:
        if name in above:
            raise ValueError(f"{' -> '.join((*above, name))} is a circle.")
        if name not in rows:
            return known.get(name, Verdict.UNDECIDED)
        if name not in final:
            row = rows[name]
            under = {x: settle(x, (*above, name)) for x in row.statement.rests_on}
            lacks = tuple(x for x, v in under.items() if v is not Verdict.PROVED)
            falls = lacks and row.verdict is Verdict.PROVED
            changes = {"verdict": Verdict.UNDECIDED} if falls else {}
            final[name] = replace(row, lacks=lacks, **changes)
        return final[name].verdict

    for name in rows:
        settle(name, ())
    return [final[judged.statement.id] for judged in done]


def check(identifier: str, name: str, level: Level) -> Timed:
    """Run one check of the catalogue; a crash is an open answer that says so."""
    row = catalogue()[identifier]
    run = next(check.run for check in row.checks if check.name == name)
    start = time.perf_counter()
    try:
        outcome = run(level)
    except Exception as error:  # one broken check must not take the others along
        sentence = f"The check stopped: {type(error).__name__}: {error}"
        outcome = Outcome(Answer.OPEN, sentence, 0)
    return Timed(outcome, time.perf_counter() - start)


def _outcomes(
    statements: Mapping[str, Statement], level: Level, workers: int
) -> Iterator[tuple[str, str, Timed]]:
    jobs = [
        (key, check.name) for key, row in statements.items() for check in row.checks
    ]
    if workers == 1:
        for key, name in jobs:
            yield key, name, check(key, name, level)
        return
    # Forked processes and JAX do not go together.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        waiting: dict[Future[Timed], tuple[str, str]] = {
            pool.submit(check, key, name, level): (key, name) for key, name in jobs
        }
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield *waiting.pop(future), future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _sentence(row: Judged) -> str:
    statement, outcomes = row.statement, [x.outcome for x in row.checks.values()]
    if row.verdict is Verdict.NOT_CHECKED:
        return statement.not_checked
    if row.verdict is Verdict.PROVED:
        return _proof(row)
    wanted = Answer.FAILS if row.verdict is Verdict.REFUTED else Answer.OPEN
    told = [x.sentence for x in outcomes if x.answer is wanted]
    if row.verdict is Verdict.UNDECIDED:
        if not told:
            told = [f"Held in {_number(row.cases, 'case')}."]
        if statement.unproved:
            told.append(f"Not proved: {statement.unproved.rstrip('.')}.")
        if row.lacks:
            told.append(f"It rests on {', '.join(row.lacks)}, not proved here.")
    return " ".join(told)


def _proof(row: Judged) -> str:
    checks = row.statement.checks
    steps = sum(check.scope is Scope.STEP for check in checks)
    told = f"{_number(steps, 'step')} of a proof hold{'' if steps > 1 else 's'}"
    if further := len(checks) - steps:
        told += f", and so {'do' if further > 1 else 'does'} "
        told += _number(further, "further check")
    told += f": {_number(row.cases, 'case')}."
    under = row.statement.rests_on
    return f"{told} It rests on {', '.join(under)}." if under else told


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' if count != 1 else ''}"
