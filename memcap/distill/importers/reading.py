"""Reading the files of a harness, with one sentence on what is wrong with them."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from memcap.core.errors import DataError
from memcap.data.files import read_text

# The end of the names of lm-evaluation-harness and lighteval: the time of the run.
DATED = re.compile(r"_(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)$")


def dated(path: Path) -> str:
    """The time in the name of a file; empty without one.

    Example:
        >>> dated(Path("results_2026-11-23T10-49-17.424106.json"))
        '2026-11-23T10-49-17.424106'
    """
    found = DATED.search(path.stem)
    return found[1] if found else ""


def choose(what: str, given: str | None, found: Iterable[str], where: object) -> str:
    """The one that was asked for, or the only one.

    Raises:
        DataError: it is not there, or there are several and none was asked for.

    Example:
        >>> choose("filter", None, ["none"], "samples.jsonl")
        'none'
    """
    names = sorted(set(found))
    if not names:
        raise DataError(f"{where}: there is no {what}.")
    if given is None and len(names) == 1:
        return names[0]
    if given in names:
        return str(given)
    wrong = "" if given is None else f"there is no {what} '{given}'; "
    if len(names) == 1:
        raise DataError(f"{where}: {wrong}the only {what} is {names[0]}.")
    raise DataError(
        f"{where}: {wrong}choose one of the {what}s {', '.join(names)} before looking "
        "at the scores."
    )


def as_text(values: Mapping[str, Any]) -> dict[str, str]:
    """Fields as text, objects as sorted JSON; those without a value are left out.

    Example:
        >>> as_text({"limit": None, "n-shot": 5, "task": "sums"})
        {'n-shot': '5', 'task': 'sums'}
    """
    return {
        name: value
        if isinstance(value, str)
        else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
        for name, value in values.items()
        if value is not None
    }


_NOUNS = {Mapping: "an object", list: "a list", str: "a text"}


def checked(value: Any, kind: type, where: str) -> Any:
    """A value of a log, which must be an object (`Mapping`), a list or a text.

    Raises:
        DataError: it is something else; the message begins with `where`.

    Example:
        >>> checked(["a"], list, "results.json: 'tasks'")
        ['a']
    """
    if isinstance(value, kind):
        return value
    shown = json.dumps(value, default=str)[:40]
    raise DataError(
        f"{where} is {shown}, not {_NOUNS[kind]}; the file was changed or another "
        "program wrote it, so evaluate again."
    )


def part(
    record: Mapping[str, Any],
    *names: str,
    where: object,
    kind: type = Mapping,
    null: bool = False,
) -> Any:
    """A part of an object by the names that lead to it; empty where one is absent.

    Args:
        record: the object.
        names: one below the other.
        where: the file, for a message.
        kind: what the part must be; what is above it must be objects.
        null: whether null stands for a part that is absent.

    Raises:
        DataError: it is something else; the message names the file and the part.

    Example:
        >>> part({"versions": {"sums": "2"}}, "versions", "sums", where="", kind=str)
        '2'
        >>> part({"versions": {}}, "n-shot", "sums", where="results.json")
        {}
    """
    value: Any = record
    for place, name in enumerate(names, start=1):
        wanted = kind if place == len(names) else Mapping
        if name not in value or (null and value[name] is None):
            return {} if kind is Mapping else kind()
        path = ".".join(names[:place])
        value = checked(value[name], wanted, f"{where}: '{path}'")
    return value


def read_object(path: Path) -> dict[str, Any]:
    """A JSON file that holds an object; NaN is allowed.

    Raises:
        DataError: the file is missing or holds something else.
    """
    return parse_object(read_text(path), str(path))


def parse_object(text: str | bytes, where: str) -> dict[str, Any]:
    """A JSON text that holds an object.

    Raises:
        DataError: it does not; the message begins with `where`.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{where} is not JSON ({error}); the file may be cut off."
        ) from error
    if not isinstance(value, dict):
        raise DataError(f"{where} holds no JSON object.")
    return value


def read_lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """The objects of a JSONL file with the numbers of their lines.

    Raises:
        DataError: a line is not an object; the message names it.
    """
    # Only a newline ends a line: texts may hold the other separators of Unicode.
    lines = enumerate(read_text(path).split("\n"), start=1)
    return [
        (number, parse_object(line, f"{path}, line {number}"))
        for number, line in lines
        if line.strip()
    ]
