"""All statements, collected from the files of `proofs_check.statements`."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from memcap.core.errors import UnknownNameError
from proofs_check import statements
from proofs_check.statement import Statement

_IDS = Path(__file__).with_name("statement_ids.txt")


def printed_ids() -> tuple[str, ...]:
    """Identifiers of the statements that must have a row, in the order of the list."""
    lines = _IDS.read_text(encoding="utf-8").split("\n")
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def catalogue() -> dict[str, Statement]:
    """Every statement by its identifier: the printed ones in order, then our own.

    Raises:
        ValueError: an identifier or the name of a check is there twice.
    """
    found: dict[str, Statement] = {}
    for statement in _rows():
        names = [check.name for check in statement.checks]
        if statement.id in found or len(set(names)) < len(names):
            raise ValueError(f"{statement.id} or a check of it is there twice.")
        found[statement.id] = statement
    order = {name: place for place, name in enumerate(printed_ids())}
    ranked = sorted(found, key=lambda name: order.get(name, len(order)))
    return {name: found[name] for name in ranked}


def _rows() -> Iterable[Statement]:
    for module in sorted(info.name for info in iter_modules(statements.__path__)):
        yield from import_module(f"{statements.__name__}.{module}").STATEMENTS


def chosen(only: Iterable[str]) -> dict[str, Statement]:
    """The statements named, or of the papers named; all if none is.

    Raises:
        UnknownNameError: a name is neither a statement nor a paper.

    Example:
        >>> list(chosen(["KS25.LemB1"]))
        ['KS25.LemB1']
    """
    everything, wanted = catalogue(), list(only)
    for name in wanted:
        if not any(_named(name, key) for key in everything):
            near = [key for key in everything if key.startswith(name[:4])]
            known = ", ".join(near) or "run without --only to see all"
            raise UnknownNameError(f"no statement is called {name!r}; {known}.")
    if not wanted:
        return everything
    return {
        key: row
        for key, row in everything.items()
        if any(_named(name, key) for name in wanted)
    }


def _named(name: str, key: str) -> bool:
    return key == name or key.partition(".")[0] == name
