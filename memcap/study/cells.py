"""The cells of a study: one network each, from its configuration to its record."""

import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from memcap.core.errors import MemcapError
from memcap.study.lower import lower
from memcap.study.source import Source
from memcap.sweeps import provenance
from memcap.sweeps.records import Record

Work = Callable[["Cell", Source, Path], Record]


@dataclass(frozen=True)
class Cell:
    """One network to be made and checked.

    Args:
        kind: ``constructed`` or ``trained``.
        samples: N.
        config: everything the result depends on, JSON values only.
        seed: seed of construction or of the token vectors.
        cost: guessed seconds, for the progress bar only.
        work: makes the record.
    """

    kind: str
    samples: int
    config: dict[str, Any]
    seed: int
    cost: float
    work: Work

    @property
    def label(self) -> str:
        """Kind and size, for people."""
        return f"{self.kind}, N = {self.samples:,}"

    @property
    def record(self) -> Record:
        """The record to be filled; it has the cell's key."""
        return Record(config=self.config, seed=self.seed)

    def run(self, source: Source, out: Path) -> Record:
        """Do the work; an error becomes a failed record with its reason."""
        start = time.perf_counter()
        try:
            record = self.work(self, source, out)
        except Exception as error:
            record = replace(self.record, status="failed", reason=_reason(error))
        return replace(
            record,
            seconds=round(time.perf_counter() - start, 3),
            time=provenance.now(),
            versions=provenance.versions(),
        )


def _reason(error: Exception) -> str:
    if isinstance(error, MemcapError):
        return str(error)
    # Not foreseen: say where, so that it can be reported.
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return f"{type(error).__name__}: {error} ({where})."


def counts_of(counts: Any) -> dict[str, Any]:
    """A `Count` as plain values, its parts as a list to keep their order."""
    plain = asdict(counts)
    parts = plain["by_part"].items()
    return plain | {"by_part": [{"part": name, **part} for name, part in parts]}


def checked_claims(certificate: Any) -> list[dict[str, Any]]:
    """Every claim of a certificate as plain values, with its link."""
    return [
        {
            "kind": checked.claim.kind.value,
            "bound": str(checked.claim.bound),
            "actual": None if checked.actual is None else str(checked.actual),
            "verdict": checked.verdict.value,
            "sentence": checked.sentence,
            "reference": checked.claim.ref.id,
            "url": checked.claim.ref.url,
            "formula": checked.claim.formula,
        }
        for checked in certificate.claims
    ]


def below(certificate: Any, weights: Any, ds: Any) -> dict[str, Any]:
    """The lower bounds that speak of a network, as plain values."""
    return {"lower": asdict(lower(weights, ds, certificate.counts))}


def outcome(certificate: Any) -> dict[str, Any]:
    """What a certificate says, as plain values."""
    return {
        "verdict": certificate.verdict.value,
        "correct": certificate.correct,
        "total": certificate.total,
        "margin": float(certificate.margin),
        "arithmetic": certificate.arithmetic,
        "claims": checked_claims(certificate),
        "weights_sha256": certificate.weights_sha256,
        "data_sha256": certificate.data_sha256,
        "sentence": certificate.sentence,
    }
