"""The engine of one machine: in this process, or in spawned worker processes.

Workers are plain processes with a pipe each rather than a process pool: a pool breaks
as a whole when one worker dies and does not say over which cells; a pipe that closes
names the chunk, and records arrive one by one instead of when a chunk is done.
Processes are spawned, never forked: a fork after JAX was used deadlocks.
"""

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from memcap.core.errors import MemcapError
from memcap.sweeps.chunks import Chunk, End, judge
from memcap.sweeps.records import Record
from memcap.sweeps.sweep import Cell
from memcap.sweeps.worker import (
    READY,
    Job,
    fail,
    perform,
    reason_of,
    serve,
    worker_environment,
)

STARTS = 5  # worker processes in a row that may die before they are ready


def in_process(job: Job, chunks: Sequence[Chunk]) -> Iterator[Record]:
    """Run the chunks here, one after the other."""
    queue = deque(chunks)
    while queue:
        chunk = queue.popleft()
        left = {job.key(cell): cell for cell in chunk.cells}
        try:
            for record in perform(job, chunk.cells):
                del left[record.key]
                yield record
        except Exception as error:
            verdict = judge(chunk, tuple(left.values()), "raised")
            queue.extendleft(reversed(verdict.again))
            for cell in verdict.doomed:
                yield fail(job, cell, reason_of(error))


def spawned(job: Job, chunks: Sequence[Chunk], workers: int) -> Iterator[Record]:
    """Run the chunks on workers of this machine; dead workers are replaced.

    Cells over which a worker died are tried again as `chunks.judge` says; a worker
    that gave no record for `job.patience` seconds is killed. Leaving the iterator
    kills all workers.

    Raises:
        MemcapError: no worker can be started.
    """
    crew = _Crew(job, chunks)
    try:
        while crew.busy():
            crew.employ(workers)
            for worker in crew.ready():
                yield from crew.hear(worker)
            for worker in crew.silent():
                worker.process.kill()
                reason = f"no record within {job.patience:g} seconds"
                yield from crew.end(worker, "silent", reason)
    finally:
        crew.dismiss()


class _Worker:
    """A spawned process, its chunk, and the cells it has not answered yet."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, job))
        with worker_environment():
            self.process.start()
        # Ours must be the only open end here, or its death would not close the pipe.
        theirs.close()
        self.started = False
        self.chunk: Chunk | None = None
        self.left: dict[str, Cell] = {}
        self.heard = time.monotonic()

    def give(self, job: Job, chunk: Chunk) -> None:
        """Hand over a chunk; a worker dead already is noticed at its pipe."""
        self.chunk = chunk
        self.left = {job.key(cell): cell for cell in chunk.cells}
        self.heard = time.monotonic()
        try:
            self.connection.send(chunk.cells)
        except OSError:
            pass

    def cause(self) -> str:
        """Why the process ended."""
        code = self.process.exitcode
        if code is not None and code < 0:
            return f"signal {-code}, {signal.strsignal(-code)}"
        return f"exit code {code}"


class _Crew:
    """The workers and the chunks that wait for them."""

    def __init__(self, job: Job, chunks: Sequence[Chunk]) -> None:
        self.job, self.queue = job, deque(chunks)
        self.workers: dict[Connection, _Worker] = {}
        self.failed_starts = 0

    def busy(self) -> bool:
        """Whether anything is left to do."""
        return bool(self.queue) or any(w.chunk for w in self.workers.values())

    def employ(self, most: int) -> None:
        """Give chunks to idle workers, and start workers while there are chunks."""
        for worker in self.workers.values():
            if self.queue and worker.started and worker.chunk is None:
                worker.give(self.job, self.queue.popleft())
        starting = sum(not w.started for w in self.workers.values())
        while len(self.workers) < most and starting < len(self.queue):
            worker = _Worker(self.job)
            self.workers[worker.connection] = worker
            starting += 1

    def ready(self) -> list[_Worker]:
        """Workers that have said something or died; waits half a second at most."""
        heard = wait(list(self.workers), timeout=0.5)
        return [w for c, w in self.workers.items() if c in heard]

    def hear(self, worker: _Worker) -> Iterator[Record]:
        """One message of a worker, or its death."""
        try:
            message: Any = worker.connection.recv()
        except (EOFError, OSError):
            yield from self._bury(worker)
            return
        worker.heard = time.monotonic()
        if message == READY:
            worker.started, self.failed_starts = True, 0
        elif isinstance(message, Record):
            del worker.left[message.key]
            yield message
        elif message is None:
            worker.chunk = None
        else:
            yield from self.end(worker, "raised", message)

    def _bury(self, worker: _Worker) -> Iterator[Record]:
        worker.process.join()
        if not worker.started:
            self.failed_starts += 1
            if self.failed_starts >= STARTS:
                raise MemcapError(
                    f"worker processes cannot be started ({worker.cause()}); their own "
                    "messages are above, and --workers 0 runs without any."
                )
        deaths = 1 + (worker.chunk.deaths if worker.chunk else 0)
        reason = f"its worker died {deaths} times, at last by {worker.cause()}"
        yield from self.end(worker, "died", reason)

    def silent(self) -> list[_Worker]:
        """Workers that have kept a chunk for too long without a record."""
        if self.job.patience is None:
            return []
        then = time.monotonic() - self.job.patience
        return [w for w in self.workers.values() if w.chunk and w.heard < then]

    def end(self, worker: _Worker, end: End, reason: str) -> Iterator[Record]:
        """A chunk ended before its cells did, and unless `raised` its worker too."""
        chunk, left = worker.chunk or Chunk(()), tuple(worker.left.values())
        verdict = judge(chunk, left, end)
        self.queue.extendleft(reversed(verdict.again))
        worker.chunk, worker.left = None, {}
        if end != "raised":
            worker.process.join()
            del self.workers[worker.connection]
            worker.connection.close()
        for cell in verdict.doomed:
            yield fail(self.job, cell, reason)

    def dismiss(self) -> None:
        """Kill all workers and wait for them."""
        for worker in self.workers.values():
            worker.process.kill()
        for worker in self.workers.values():
            worker.process.join()
