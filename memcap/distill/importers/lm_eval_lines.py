"""Lines of a samples file of lm-evaluation-harness: one document under one filter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from memcap.core.errors import DataError
from memcap.distill.importers.answers import Answer, as_score, digest
from memcap.distill.importers.reading import checked, part, read_lines

_NOT_METRICS = {
    "doc_id",
    "doc",
    "target",
    "arguments",
    "resps",
    "filtered_resps",
    "filter",
    "metrics",
    "doc_hash",
    "prompt_hash",
    "target_hash",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line, its hashes computed where an older release left them out.

    Args:
        number: of the line in its file.
        id: index of the document in its split.
        filter: how the answer was read off.
        scores: what each metric says.
        document: hash of the document; None where the line has none.
        target: hash of the target.
        prompt: hash of the first argument of the first request.
    """

    number: int
    id: str
    filter: str
    scores: Mapping[str, Any] = field(repr=False)
    document: str | None
    target: str | None
    prompt: str | None


def read(path: Path) -> list[Line]:
    """All lines of a file.

    Raises:
        DataError: the file is not one of samples; the message names the line.
    """
    return [_line(path, number, value) for number, value in read_lines(path)]


def _line(path: Path, number: int, value: Mapping[str, Any]) -> Line:
    if "doc_id" not in value:
        raise DataError(
            f"{path}, line {number} has no doc_id; give a samples file of "
            "lm-evaluation-harness."
        )
    where = f"{path}, line {number}"
    named = part(value, "metrics", where=where, kind=list, null=True)
    names = [checked(name, str, f"{where}: one of 'metrics'") for name in named]
    names = names or [name for name in value if name not in _NOT_METRICS]
    missing = [name for name in names if name not in value]
    if missing:
        raise DataError(f"{where} has no value for {missing[0]}; evaluate again.")

    def told(name: str) -> str:
        return part(value, name, where=where, kind=str, null=True)

    return Line(
        number=number,
        id=str(value["doc_id"]),
        filter=str(value.get("filter", "none")),
        scores={name: value[name] for name in names},
        document=told("doc_hash") or _hash(value, "doc", document_hash),
        target=told("target_hash") or _hash(value, "target", target_hash),
        prompt=told("prompt_hash") or _prompt_of(value, where),
    )


def _hash(value: Mapping[str, Any], name: str, method: Any) -> str | None:
    return method(value[name]) if name in value else None


def _prompt_of(value: Mapping[str, Any], where: str) -> str | None:
    if not isinstance(value.get("arguments"), Mapping):
        return None
    first = part(value, "arguments", "gen_args_0", where=where).get("arg_0")
    return None if first is None else digest(str(first))


def document_hash(document: Any) -> str:
    """How the harness hashes a document.

    Example:
        >>> document_hash({"question": "85+30=", "answer": "115"})[:16]
        'edaf74cb42d59f03'
    """
    return digest(json.dumps(document, indent=2, ensure_ascii=False))


def target_hash(target: Any) -> str:
    """How the harness hashes a target.

    Example:
        >>> target_hash(115)[:16]
        '28dae7c8bde2f3ca'
    """
    return digest(str(target))


def task_hash(lines: list[Line]) -> str:
    """The hash of a task over all lines of its file, in their order."""
    parts = [(line.document, line.prompt, line.target) for line in lines]
    return digest("".join(part or "" for line in parts for part in line))


def only(lines: list[Line], filter: str, path: Path) -> list[Line]:
    """The lines of one filter, each document once.

    Raises:
        DataError: a document occurs twice, or the filter is missing.
    """
    found: dict[str, Line] = {}
    for line in lines:
        if line.filter != filter:
            continue
        if line.id in found:
            raise DataError(
                f"{path}, line {line.number}: document {line.id} stands there twice "
                f"with filter {filter} (first in line {found[line.id].number}, "
                f"doc_hash {str(line.document)[:12]}); the file was appended to, so "
                "keep the lines of one evaluation."
            )
        found[line.id] = line
    if not found:
        raise DataError(f"{path} has no lines with filter '{filter}'.")
    return list(found.values())


def answer(line: Line, metric: str, prefix: str = "") -> Answer:
    """The score of one line under one metric.

    Raises:
        DataError: the line lacks the metric, or it is no number for one document.
    """
    name = f"{prefix}{line.id}"
    if metric not in line.scores:
        raise DataError(f"document {name} has no metric {metric}.")
    score = as_score(line.scores[metric], f"document {name}")
    return Answer(name, score, line.document, line.target, line.prompt)
