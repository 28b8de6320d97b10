"""The engine of Slurm sites: submitit, one job array over the chunks.

Each job appends to a record file of its own under OUT/parts, which must lie on a disk
that all nodes share; the driver reads those files as they grow and merges them. So the
driver may be killed: jobs that Slurm has started go on, and the next driver begins by
merging what they left. Cells that such jobs still hold then may be computed twice; one
record of each is kept. Ctrl-C cancels the jobs.

What Slurm is asked for stands in MEMCAP_SLURM, in the names of submitit's
`update_parameters`: ``MEMCAP_SLURM="timeout_min=120 slurm_partition=cpu"``.
MEMCAP_SLURM_EXECUTOR=local runs the jobs on this machine, to try them out.
"""

import os
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from memcap.core.errors import MemcapError, MissingPackageError
from memcap.sweeps.chunks import Chunk, End, judge
from memcap.sweeps.records import Record, Store
from memcap.sweeps.storage import is_url
from memcap.sweeps.sweep import Cell
from memcap.sweeps.worker import Job, fail, perform, reason_of, worker_environment

_PAUSE = 0.5  # seconds between two looks at the shared disk


def jobs(
    job: Job, chunks: Sequence[Chunk], workers: int, folder: Any
) -> Iterator[Record]:
    """Run the chunks as a job array, `workers` at a time (0: 256).

    Raises:
        MissingPackageError: submitit is not installed.
        MemcapError: `folder` is a URL.
    """
    if is_url(folder):
        raise MemcapError(
            f"engine slurm exchanges files through its folder, and {folder} is not on "
            "a disk; give a folder that all nodes share."
        )
    parts = _Parts(Path(folder).resolve() / "parts")
    yield from parts.new()
    waiting = _without(job, chunks, parts.seen)
    while waiting:
        array = _Array(job, waiting, parts, workers)
        try:
            yield from array.follow()
        finally:
            array.cancel()
        waiting = array.again
    parts.remove()


def _without(job: Job, chunks: Sequence[Chunk], seen: set[str]) -> list[Chunk]:
    """The chunks without the cells that have a record already."""
    left = [tuple(c for c in k.cells if job.key(c) not in seen) for k in chunks]
    return [Chunk(cells) for cells in left if cells]


class _Parts:
    """The record files of the jobs, read on from where the last look ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.seen: set[str] = set()
        self._ends: dict[Path, int] = {}

    def new(self) -> Iterator[Record]:
        """Records written since the last look; a line without its end is left."""
        for path in sorted(self.folder.glob("*.jsonl")):
            begin = self._ends.get(path, 0)
            with open(path, "rb") as stream:
                stream.seek(begin)
                whole = stream.read().rpartition(b"\n")[0]
            for line in whole.splitlines():
                yield from self.once(Record.from_line(line.decode("ascii")))
            self._ends[path] = begin + len(whole) + bool(whole)

    def once(self, record: Record) -> Iterator[Record]:
        """The record, unless it was given out before."""
        if record.key not in self.seen:
            self.seen.add(record.key)
            yield record

    def remove(self) -> None:
        """Delete the files read; their records are in the store."""
        for path in self._ends:
            path.unlink(missing_ok=True)


class _Array:
    """A job array and the chunks that its broken jobs leave to a further one."""

    def __init__(
        self, job: Job, chunks: Sequence[Chunk], parts: _Parts, workers: int
    ) -> None:
        self.job, self.parts = job, parts
        self.again: list[Chunk] = []
        executor = _executor(parts.folder / "logs", workers)
        paths = [parts.folder / f"{uuid.uuid4().hex}.jsonl" for _ in chunks]
        with worker_environment():
            handles = executor.map_array(
                _job, [job] * len(chunks), [c.cells for c in chunks], paths
            )
        self.running: list[tuple[Any, Chunk]] = list(zip(handles, chunks, strict=True))

    def follow(self) -> Iterator[Record]:
        """Records as they appear on the shared disk, until all jobs have ended."""
        while self.running:
            time.sleep(_PAUSE)
            over = [pair for pair in self.running if pair[0].done()]
            yield from self.parts.new()
            for pair in over:
                self.running.remove(pair)
                yield from self._ended(*pair)

    def _ended(self, handle: Any, chunk: Chunk) -> Iterator[Record]:
        error = handle.exception()
        end: End = "died"
        reason = f"its job died {chunk.deaths + 1} times, see {handle.paths.stdout}"
        if error is None:
            # What a network disk does not show yet is in the answer of the job.
            records, told = handle.result()
            for record in records:
                yield from self.parts.once(record)
            end, reason = "raised", told
        left = [c for c in chunk.cells if self.job.key(c) not in self.parts.seen]
        verdict = judge(chunk, left, end)
        self.again += verdict.again
        for cell in verdict.doomed:
            yield fail(self.job, cell, reason)

    def cancel(self) -> None:
        """Cancel what has not ended."""
        for handle, _ in self.running:
            handle.cancel(check=False)


def _job(job: Job, cells: Sequence[Cell], path: Path) -> tuple[tuple[Record, ...], str]:
    """What a Slurm job does; a job started again by Slurm goes on where it was."""
    store = Store(path)
    left = [cell for cell in cells if job.key(cell) not in store.keys()]
    reason = ""
    try:
        for record in perform(job, left):
            store.append(record)
    except Exception as error:
        reason = reason_of(error)
    return store.records(), reason


def _executor(logs: Path, workers: int) -> Any:
    try:
        import submitit  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise MissingPackageError(
            'engine slurm needs submitit: pip install "memcap[slurm]".'
        ) from error
    cluster = os.environ.get("MEMCAP_SLURM_EXECUTOR") or "slurm"
    executor = submitit.AutoExecutor(logs, cluster=cluster)
    options: dict[str, Any] = {"timeout_min": 60, "name": "memcap"}
    if cluster == "slurm":
        options |= {"slurm_array_parallelism": workers or 256}
    executor.update_parameters(**options | _settings())
    return executor


def _settings() -> dict[str, Any]:
    """MEMCAP_SLURM as arguments: whole numbers are numbers, the rest is text."""
    settings: dict[str, Any] = {}
    for word in os.environ.get("MEMCAP_SLURM", "").split():
        name, equals, value = word.partition("=")
        if not equals:
            raise MemcapError(f"MEMCAP_SLURM takes name=value pairs, not {word!r}.")
        settings[name] = int(value) if value.isdecimal() else value
    return settings
