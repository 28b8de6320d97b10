"""The tables of the report as plain cells, so that HTML and Markdown say the same."""

from collections.abc import Iterable, Sequence

from memcap.analysis import rows
from memcap.analysis.report.cells import Cell, Table, number, verdict
from memcap.analysis.rows import Row
from memcap.sweeps.records import Record

_COLUMNS = (
    "N",
    "verdict",
    "labels right",
    "non-zero parameters",
    "dense",
    "per sample",
    "fewest possible",
    "times that",
    "depth",
    "width",
    "bits, longest",
    "bits, all",
    "N\u00a0log₂\u00a0C",
    "bits per bit of label",
    "build, s",
    "verify, s",
)


def networks(records: Iterable[Record]) -> Table:
    """The constructed networks, one row per N."""
    return Table(
        "networks",
        "One network a row; “of” gives what the statement allows. Some labelling of "
        "these contexts has no network of ReLU layers and averaging attention with "
        "fewer numbers than “fewest possible” (memcap.Shatter.any_places). N log₂ C "
        "is the content of the labels in bits, which no network goes below.",
        _COLUMNS,
        tuple(_network(row) for row in rows.constructed(records)),
    )


def compact(records: Iterable[Record]) -> Table:
    """The compact networks, one row per N."""
    return Table(
        "compact",
        "The same samples in the smallest networks we know how to write down: hashed "
        "ids, change points, folds. Their width grows with N; the theorem's does not.",
        _COLUMNS,
        tuple(_network(row) for row in rows.compact(records)),
    )


def _network(row: Row) -> tuple[Cell, ...]:
    counts, results = row.counts, row.results
    return (
        number(row.samples),
        verdict(row.verdict),
        Cell(f"{results['correct']:,} / {results['total']:,}", number=True),
        number(row.nonzero),
        number(row.dense),
        number(row.nonzero / row.samples, 3),
        number(row.fewest),
        number(row.above, 3),
        _of(counts["depth"], row.claimed("depth_at_most")),
        _of(counts["width"], row.claimed("width_at_most")),
        _of(counts["max_bits"], row.claimed("bits_at_most")),
        number(counts["total_bits"]),
        number(round(results["entropy_bits"])),
        number(row.bits_each, 3),
        number(results["seconds"]["construct"], 2),
        number(results["seconds"]["verify"], 2),
    )


def _of(found: int, allowed: int | None) -> Cell:
    text = f"{found:,}" if allowed is None else f"{found:,} of {allowed:,}"
    return Cell(text, number=True)


def trained(records: Iterable[Record]) -> Table:
    """The trained networks, one row per N."""
    return Table(
        "trained",
        "The smallest networks that training found, checked label by label in the "
        "arithmetic named. They read each word as a fixed random vector, a table that "
        "is not counted; the constructed networks read its number, and the table of "
        "the compact ones is counted. No lower bound on parameters is known for "
        "softmax attention on given data.",
        (
            "N",
            "verdict",
            "labels right",
            "parameters",
            "per sample",
            "hidden units",
            "depth",
            "all bits",
            "bits per bit of label",
            "arithmetic",
            "seconds",
        ),
        tuple(_trained(row) for row in rows.trained(records)),
    )


def _trained(row: Row) -> tuple[Cell, ...]:
    results = row.results
    return (
        number(row.samples),
        verdict(row.verdict),
        Cell(f"{results['correct']:,} / {results['total']:,}", number=True),
        number(row.nonzero),
        number(row.nonzero / row.samples, 3),
        number(results["hidden"]),
        number(row.counts["depth"]),
        number(row.counts["total_bits"]),
        number(row.bits_each, 3),
        Cell(results["arithmetic"]),
        number(row.record.seconds, 2),
    )


def claims(records: Iterable[Record]) -> Table:
    """Every claim of every network that was written down, with its verdict."""
    return Table(
        "claims",
        "Every claim, what was found, and what the statement says.",
        ("N", "claim", "verdict", "found", "bound", "statement", "in words"),
        tuple(
            (
                number(row.samples),
                Cell(claim["kind"].replace("_", " ")),
                verdict(claim["verdict"]),
                Cell(_short(claim["actual"]), number=True),
                Cell(_short(claim["bound"]), number=True),
                Cell(claim["formula"] or claim["reference"], claim["url"]),
                Cell(claim["sentence"]),
            )
            for row in (*rows.constructed(records), *rows.compact(records))
            for claim in row.results["claims"]
        ),
    )


def _short(text: str | None) -> str:
    if text is None:
        return "–"
    if text.lstrip("-").isdigit():
        return f"{int(text):,}" if len(text) < 16 else f"{len(text)} digits"
    return text if len(text) < 24 else f"{text[:20]}…"


_FOUND = {
    "parameters": "nonzero",
    "depth": "depth",
    "width": "width",
    "bits": "max_bits",
    "total_bits": "total_bits",
}
_SIDE = {"upper": "at most", "lower": "at least"}


def bounds(records: Iterable[Record]) -> Table:
    """Every bound that speaks of the data, at the largest N."""
    built = rows.constructed(records)
    found = built[-1].results["bounds"] if built else ()
    at = f" at N = {built[-1].samples:,}" if built else ""
    return Table(
        "bounds",
        f"What is known of such data{at}, beside the constructed network. “Order” "
        "rows have no constant in the source and are evaluated with constant 1.",
        (
            "quantity",
            "speaks of",
            "direction",
            "value",
            "constructed",
            "statement",
            "in words",
        ),
        tuple(
            (
                Cell(bound["quantity"].replace("_", " ")),
                Cell(bound["setting"].replace("_", " ")),
                Cell(_direction(bound)),
                _value(bound),
                number(_found(built[-1], bound)),
                Cell(bound["id"], bound["url"]),
                Cell(bound["sentence"]),
            )
            for bound in sorted(found, key=lambda row: (row["quantity"], row["id"]))
            if not bound["reason"]
        ),
    )


def _found(row: Row, bound: dict[str, str]) -> int | None:
    # A bound on matching whole distributions is not one on memorizing labels.
    if bound["setting"] == "distributions":
        return None
    return row.counts.get(_FOUND.get(bound["quantity"], ""))


def _direction(bound: dict[str, str]) -> str:
    side = _SIDE.get(bound["side"], bound["side"])
    return f"{side}, order" if bound["direction"] == "order" else side


def _value(bound: dict) -> Cell:
    if bound["float"] is None and bound["log2"] is not None:
        return Cell(f"2^{bound['log2']:.1f}", number=True)
    return number(bound["float"])


def failures(records: Iterable[Record]) -> Table:
    """The runs without a result, each with its reason."""
    return Table(
        "failures",
        "Runs that ended without a result; running the study again repeats them.",
        ("run", "N", "reason"),
        tuple(
            (
                Cell(str(record.config.get("kind", ""))),
                number(record.config.get("samples")),
                Cell(record.reason),
            )
            for record in rows.failed(records)
        ),
    )


def provenance(records: Sequence[Record]) -> Table:
    """Where the numbers come from."""
    head = rows.header(records)
    config, results = (head.config, head.results) if head else ({}, {})
    versions = {
        f"{name} {version}"
        for record in records
        for name, version in record.versions.items()
    }
    times = sorted(record.time for record in records if record.time)
    facts = {
        "data": results.get("source", ""),
        "data, SHA-256": config.get("data_sha256", ""),
        "samples, length, classes, distinct tokens": ", ".join(
            f"{value:,}"
            for value in (
                config.get("samples"),
                config.get("length"),
                config.get("classes"),
                results.get("vocabulary"),
            )
            if value is not None
        ),
        "preset": config.get("preset", ""),
        "seed": str(head.seed) if head else "",
        "command": results.get("command", ""),
        "commit": results.get("git_commit", ""),
        "versions": ", ".join(sorted(versions)),
        "machine": results.get("machine", ""),
        "first and last record": " to ".join(dict.fromkeys((times[0], times[-1])))
        if times
        else "",
        "records": f"{len(records):,}",
    }
    return Table(
        "provenance",
        "Where the numbers come from.",
        ("what", "value"),
        tuple((Cell(name), Cell(text)) for name, text in facts.items() if text),
    )
