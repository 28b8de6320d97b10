"""What figures and report need of the records, named and sorted by N."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from memcap.sweeps.records import Record


@dataclass(frozen=True)
class Row:
    """A finished network of the study, constructed or trained.

    Args:
        record: the record it was read from.
    """

    record: Record

    @property
    def samples(self) -> int:
        """N, the number of sequences it had to memorize."""
        return self.record.config["samples"]

    @property
    def verdict(self) -> str:
        """``PROVED``, ``REFUTED`` or ``UNDECIDED``; empty where nothing was checked."""
        return self.results.get("verdict", "")

    @property
    def results(self) -> dict[str, Any]:
        """What was measured."""
        return self.record.results

    @property
    def counts(self) -> dict[str, Any]:
        """Parameters, depth, width and bits."""
        return self.record.counts

    @property
    def parts(self) -> dict[str, dict[str, int]]:
        """Counts of each part, in the order in which the network passes them."""
        return {part["part"]: part for part in self.counts["by_part"]}

    @property
    def mostly_fixed(self) -> bool:
        """Whether most parameters sit in parts that do not grow with the network."""
        sized = self.results.get("sized_part")
        return bool(sized) and 2 * self.parts[sized]["nonzero"] < self.nonzero

    @property
    def memorizes(self) -> bool:
        """Whether every label is right."""
        return self.results["correct"] == self.results["total"]

    @property
    def nonzero(self) -> int:
        """Parameters that are not a structural zero."""
        return self.counts["nonzero"]

    @property
    def dense(self) -> int:
        """Entries of the dense matrices of the same shapes."""
        return self.counts["dense"]

    @property
    def fewest(self) -> int | None:
        """The lower bound on parameters, None where none speaks of such a network."""
        return self.results.get("lower", {}).get("parameters")

    @property
    def above(self) -> float | None:
        """Parameters over the lower bound, None where there is none."""
        return self.nonzero / self.fewest if self.fewest else None

    @property
    def bits_each(self) -> float | None:
        """Bits stored for each bit of label, None where that is not on record."""
        bits = self.results.get("lower", {}).get("bits")
        return self.counts["total_bits"] / bits if bits else None

    def claimed(self, kind: str) -> int | None:
        """The smallest bound claimed for a quantity, such as ``bits_at_most``."""
        bounds = [
            int(claim["bound"])
            for claim in self.results.get("claims", ())
            if claim["kind"] == kind
        ]
        return min(bounds, default=None)

    def bound(self, identifier: str) -> float | None:
        """The value of a bound at this row's N, None where it has none."""
        for row in self.results.get("bounds", ()):
            if row["id"] == identifier:
                return row["float"]
        return None


def _of_kind(records: Iterable[Record], kind: str) -> tuple[Row, ...]:
    found = [
        Row(record)
        for record in records
        if record.status == "done" and record.config.get("kind") == kind
    ]
    return tuple(sorted(found, key=lambda row: row.samples))


def constructed(records: Iterable[Record]) -> tuple[Row, ...]:
    """The networks written down by a construction."""
    return _of_kind(records, "constructed")


def compact(records: Iterable[Record]) -> tuple[Row, ...]:
    """The smallest networks that a construction of ours writes down."""
    return _of_kind(records, "compact")


def trained(records: Iterable[Record]) -> tuple[Row, ...]:
    """The networks found by training."""
    return _of_kind(records, "trained")


def failed(records: Iterable[Record]) -> tuple[Record, ...]:
    """The runs that ended without a result."""
    return tuple(record for record in records if record.status == "failed")


def header(records: Iterable[Record]) -> Record | None:
    """The record of the study itself: data, preset, provenance; the latest one."""
    found = [record for record in records if record.config.get("kind") == "study"]
    return found[-1] if found else None
