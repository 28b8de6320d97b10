"""What the tests of the statements share: verdicts, every check run once a process."""

from collections.abc import Collection, Iterable
from functools import cache
from types import ModuleType

from proofs_check.catalogue import catalogue
from proofs_check.methods import attack
from proofs_check.statement import Answer, Level, Outcome, Verdict, verdict


def identifiers(*modules: ModuleType) -> list[str]:
    """Identifiers of the statements of some modules, in their order."""
    return [row.id for module in modules for row in module.STATEMENTS]


@cache
def outcomes(identifier: str) -> dict[str, Outcome]:
    """Outcomes of all checks of a statement, by name."""
    checks = catalogue()[identifier].checks
    return {check.name: check.run(Level.DEFAULT) for check in checks}


def assert_verdict(
    identifier: str, wanted: Verdict | str, failing: Collection[str] = ()
) -> None:
    """The verdict is the wanted one, and every check answers as it should.

    Of a refuted statement the checks named `failing` fail, all of them if none is
    named; every other check holds. None stays open.
    """
    row, found = catalogue()[identifier], outcomes(identifier)
    said = {name: one.sentence for name, one in found.items()}
    assert verdict(row, found) is Verdict(wanted), said
    refuted = Verdict(wanted) is Verdict.REFUTED
    fails = set(failing or found) if refuted else set()
    answers = {name: one.answer for name, one in found.items()}
    assert answers == {
        name: Answer.FAILS if name in fails else Answer.HOLDS for name in found
    }, said
    assert fails <= set(found)


def refuted(target: attack.Target, candidates: Iterable) -> int:
    """How many candidates refute a claim."""
    found = attack.search(target, candidates)
    assert found.tried and not found.open
    return found.refuted
