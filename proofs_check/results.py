"""Results as data: rows for JSON, and the comparison with what is expected."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from memcap.core.canonical import write_atomically
from memcap.core.errors import CorruptFileError
from memcap.sweeps import provenance
from proofs_check.runner import Judged
from proofs_check.statement import Level, Verdict

_EXPECTED = Path(__file__).with_name("expected.json")
Expected = dict[str, dict[str, Any]]


def row(judged: Judged) -> dict[str, Any]:
    """All that is known of a statement, as plain values."""
    statement = judged.statement
    return {
        "id": statement.id,
        "url": statement.ref.url,
        "kind": statement.kind.value,
        "sentence": statement.sentence,
        "formula": statement.formula,
        "hypotheses": list(statement.hypotheses),
        "status": statement.status,
        "verdict": judged.verdict.value,
        "why": judged.sentence,
        "unproved": statement.unproved,
        "rests_on": list(statement.rests_on),
        "cases": judged.cases,
        "seconds": round(judged.seconds, 3),
        "checks": [
            {
                "name": check.name,
                "method": check.method.value,
                "scope": check.scope.value,
                "argument": check.argument,
                "answer": judged.checks[check.name].outcome.answer.value,
                "found": judged.checks[check.name].outcome.sentence,
                "cases": judged.checks[check.name].outcome.cases,
                "margin": judged.checks[check.name].outcome.margin,
                "counterexample": dict(
                    judged.checks[check.name].outcome.counterexample
                ),
                "seconds": round(judged.checks[check.name].seconds, 3),
            }
            for check in statement.checks
        ],
        "findings": [
            {
                "title": finding.title,
                "sort": finding.sort,
                "printed": finding.printed,
                "found": finding.found,
                "consequence": finding.consequence,
                "also": list(finding.also),
            }
            for finding in statement.findings
        ],
    }


def record(
    rows: Iterable[Judged], level: Level, wanted: int, surprises: list[str]
) -> dict[str, Any]:
    """The whole run; `complete` is false where it was interrupted."""
    made = [row(judged) for judged in rows]
    return {
        "about": {
            "versions": provenance.versions(),
            "commit": provenance.git_commit(),
            "machine": provenance.machine(),
            "time": provenance.now(),
            "level": level.value,
            "complete": len(made) == wanted,
        },
        "unexpected": surprises,
        "statements": made,
    }


def save(path: Path, value: Any) -> None:
    """Write JSON so that a kill leaves the old file or the new one."""
    write_atomically(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def summary(judged: Judged) -> dict[str, Any]:
    """The verdict and the answer of every check, which is what is expected."""
    answers = {k: timed.outcome.answer.value for k, timed in judged.checks.items()}
    return {"verdict": judged.verdict.value, "checks": answers}


def expected(path: Path = _EXPECTED) -> Expected:
    """The committed verdicts.

    Raises:
        CorruptFileError: the file is missing or no JSON object.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CorruptFileError(
            f"{path} cannot be read ({error}); check it out again."
        ) from error
    if not isinstance(found, dict):
        raise CorruptFileError(f"{path} holds no object; check it out again.")
    return found


def verdicts(known: Expected) -> dict[str, Verdict]:
    """The expected verdict of every statement."""
    return {name: Verdict(entry["verdict"]) for name, entry in known.items()}


def accept(rows: Iterable[Judged], path: Path = _EXPECTED) -> None:
    """Make these verdicts the expected ones; those of other statements stay."""
    known = expected(path) if path.exists() else {}
    save(path, known | {judged.statement.id: summary(judged) for judged in rows})


def surprises(rows: Iterable[Judged], known: Mapping[str, Any]) -> list[str]:
    """A sentence for every verdict or answer that differs from the expected one."""
    found = []
    for judged in rows:
        name, is_now = judged.statement.id, summary(judged)
        was = known.get(name)
        if was is None:
            found.append(f"{name}: {judged.verdict.value}, and nothing is expected.")
        elif was["verdict"] != is_now["verdict"]:
            found.append(
                f"{name}: {judged.verdict.value}, expected {was['verdict']}. "
                f"{judged.sentence}"
            )
        elif was != is_now:
            found.append(f"{name}: {_difference(was['checks'], judged)}")
    return found


def _difference(was: Mapping[str, str], judged: Judged) -> str:
    told = [
        f"check {name!r}: {timed.outcome.answer.value}, expected "
        f"{was.get(name, 'no such check')}. {timed.outcome.sentence}"
        for name, timed in judged.checks.items()
        if was.get(name) != timed.outcome.answer.value
    ]
    gone = [f"check {name!r} is gone." for name in was if name not in judged.checks]
    return " ".join(told + gone)
