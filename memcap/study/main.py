"""How many parameters does a transformer need to memorize a text? Read this first."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from memcap.analysis import report, rows
from memcap.analysis.report import summary
from memcap.core.claims import Verdict
from memcap.core.errors import MemcapError
from memcap.study import constructed, presets, trained
from memcap.study.cells import Cell
from memcap.study.presets import Preset
from memcap.study.progress import Progress, Silent
from memcap.study.source import Source, open_source
from memcap.sweeps import provenance
from memcap.sweeps.records import Record, Store


@dataclass(frozen=True)
class Outcome:
    """What a study came to.

    Args:
        verdict: REFUTED if any network is, PROVED if all that were checked are.
        records: everything that is stored.
        report: path of the HTML page.
    """

    verdict: Verdict
    records: tuple[Record, ...]
    report: Path

    @property
    def failed(self) -> tuple[Record, ...]:
        """The cells that ended without a result."""
        return rows.failed(self.records)

    @property
    def passed(self) -> bool:
        """Whether every cell has a result and every network checked is proved."""
        return not self.failed and self.verdict is Verdict.PROVED


def run(
    data: str,
    preset: str | Preset,
    out: Path | str,
    progress: Progress | None = None,
    seed: int = 0,
) -> Outcome:
    """Memorize longer and longer beginnings of a text, and report what it takes.

    For each size N a network is constructed and every label of it checked in exact
    arithmetic; for small N networks are trained as well. Each network is one line of
    ``records.jsonl``. A second run with the same `out` does only what is missing.

    Args:
        data: name or file, see `memcap.data.load`.
        preset: how far to go, see `PRESETS`.
        out: folder for records, networks, figures and report.
        progress: is told of every cell.
        seed: of constructions and token vectors.

    Returns:
        verdict, records and the path of the report.

    Raises:
        MemcapError: the data, the preset or the folder cannot be used.
    """
    out, progress = Path(out), progress or Silent()
    preset = preset if isinstance(preset, Preset) else presets.get(preset)
    source = open_source(data)
    store = Store(out / "records.jsonl")
    _introduce(store, _header(source, preset, data, out, seed))
    cells = plan(source, preset, seed)
    _run_missing(cells, source, store, out, progress)
    page = report.write(out)
    records = store.records()
    return Outcome(summary.verdict(records), records, page)


def plan(source: Source, preset: Preset, seed: int) -> tuple[Cell, ...]:
    """Every cell of the study, the short ones first."""
    there = source.full.num_samples
    cells = [
        constructed.cell(source, n, seed, name)
        for n in preset.sizes(there)
        for name in (constructed.NAME, constructed.COMPACT)
    ]
    cells += [
        trained.cell(source, n, seed, preset) for n in preset.trained_sizes(there)
    ]
    return tuple(sorted(cells, key=lambda cell: cell.cost))


def _run_missing(
    cells: Sequence[Cell], source: Source, store: Store, out: Path, progress: Progress
) -> None:
    finished = store.keys()
    missing = [cell for cell in cells if cell.record.key not in finished]
    progress.plan([cell.cost for cell in missing], kept=len(cells) - len(missing))
    for cell in missing:
        progress.begin(cell.label)
        record = cell.run(source, out)
        store.append(record)
        progress.end(cell.label, _sentence(record))


def _sentence(record: Record) -> str:
    if record.status == "failed":
        return f"FAILED: {record.reason}"
    results, counts = record.results, record.counts
    word = results["verdict"] or "not fitted"
    return (
        f"{word}: {results['correct']:,}/{results['total']:,} labels, "
        f"{counts['nonzero']:,} parameters, {record.seconds:.1f} s"
    )


def _header(source: Source, preset: Preset, data: str, out: Path, seed: int) -> Record:
    ds = source.full
    arguments = ["study", "--preset", preset.name, "--data", data, "--out", str(out)]
    seeds = ["--seed", str(seed)] if seed else []
    config = {
        "kind": "study",
        "preset": preset.name,
        "data": source.name,
        "data_sha256": ds.sha256,
        "samples": ds.num_samples,
        "length": ds.length,
        "classes": ds.num_classes,
    }
    results = {
        "source": ds.source or source.name,
        "vocabulary": len(ds.points),
        "dropped": source.dropped,
        "command": shlex.join(["memcap", *arguments, *seeds]),
        "git_commit": provenance.git_commit(),
        "machine": provenance.machine(),
    }
    return Record(
        config=config,
        seed=seed,
        results=results,
        versions=provenance.versions(),
        time=provenance.now(),
    )


def _introduce(store: Store, header: Record) -> None:
    for record in store.records():
        old = record.config.get("data_sha256")
        if record.config.get("kind") == "study" and old != header.config["data_sha256"]:
            raise MemcapError(
                f"{store.path} holds a study of other data ({record.config['data']}); "
                "give another --out."
            )
    store.append(header)
