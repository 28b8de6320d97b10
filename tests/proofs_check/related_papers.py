"""What the tests of the rows of other papers share: every check runs once."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from proofs_check import statements
from proofs_check.methods import attack
from proofs_check.statement import Level, Outcome, Statement, Verdict, verdict

_PAPERS = ("dana24", "kim23", "madden24", "mahdavi24", "other_papers")
ROWS: dict[str, Statement] = {
    row.id: row
    for info in iter_modules(statements.__path__)
    if info.name.startswith(_PAPERS)
    for row in import_module(f"{statements.__name__}.{info.name}").STATEMENTS
}


@cache
def outcomes(identifier: str) -> dict[str, Outcome]:
    """Outcomes of all checks of a row."""
    return {check.name: check.run(Level.DEFAULT) for check in ROWS[identifier].checks}


def judged(identifier: str) -> Verdict:
    """The verdict on a row."""
    return verdict(ROWS[identifier], outcomes(identifier))


def refuted(target: attack.Target, candidates: Iterable) -> int:
    """How many candidates refute a claim."""
    found = attack.search(target, candidates)
    assert found.tried and not found.open
    return found.refuted
