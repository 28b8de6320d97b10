"""What a worker does with a chunk, whatever engine it belongs to."""

import os
import platform
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from memcap.core.errors import MemcapError
from memcap.sweeps.progress import heard, tell
from memcap.sweeps.provenance import device, now, versions
from memcap.sweeps.records import Record
from memcap.sweeps.storage import place
from memcap.sweeps.sweep import Cell, Run, failed, key_of_cell

READY = "ready"  # the first message of a worker process
THREADS = "MEMCAP_THREADS"  # loops that `train_ensemble` runs side by side


@dataclass(frozen=True)
class Job:
    """What every worker of a sweep is told; it travels by name.

    Args:
        name: the name of the sweep.
        run: its `run`.
        patience: its `patience`.
        folder: where it is written, as an absolute path or a URL.
    """

    name: str
    run: Run
    patience: float | None = None
    folder: str | None = None

    def key(self, cell: Cell) -> str:
        """The key of the cell's record."""
        return key_of_cell(self.name, cell)


_FOLDER: ContextVar[str | None] = ContextVar("folder", default=None)


def shared_folder() -> Any:
    """The folder of the sweep whose `run` is under way, or None outside of any.

    For files that cells share, such as networks that several start from. Other workers
    write there at the same time, and those of other machines may not see the same disk:
    what is looked for may be missing, and must then be made again.

    Returns:
        a `pathlib.Path`, or an `etils.epath.Path` for a URL.
    """
    folder = _FOLDER.get()
    return None if folder is None else place(folder)


def perform(job: Job, cells: Sequence[Cell]) -> Iterator[Record]:
    """Run the cells; every record is checked and stamped before it goes out.

    Raises:
        MemcapError: `run` gave a record of a cell that it was not given.
        Exception: whatever `run` raises.
    """
    wanted = {job.key(cell): cell for cell in cells}
    begun = time.perf_counter()
    for record in _run(job, cells):
        cell = wanted.pop(record.key, None)
        if cell is None:
            raise MemcapError(
                f"the run of sweep {job.name!r} gave a record of {record.config} with "
                f"seed {record.seed}, which is no cell of its chunk or came twice; "
                "make records with Sweep.record."
            )
        yield _stamped(_storable(job, cell, record), time.perf_counter() - begun)
        begun = time.perf_counter()
    for cell in wanted.values():
        yield fail(job, cell, "the run ended without a record of this cell")


def _run(job: Job, cells: Sequence[Cell]) -> Iterator[Record]:
    # Set around every step: between two of them other code runs in this context.
    records = iter(job.run(cells))
    while True:
        token = _FOLDER.set(job.folder)
        try:
            record = next(records, None)
        finally:
            _FOLDER.reset(token)
        if record is None:
            return
        yield record


def _storable(job: Job, cell: Cell, record: Record) -> Record:
    # Refused here, in the worker, a result that is no JSON costs its own cell only.
    try:
        record.to_line()
    except MemcapError as error:
        return failed(job.name, cell, str(error))
    return record


def _stamped(record: Record, seconds: float) -> Record:
    return replace(
        record,
        versions=record.versions or versions(),
        seconds=record.seconds or round(seconds, 3),
        time=record.time or now(),
        device=record.device or device(),
    )


def fail(job: Job, cell: Cell, reason: str) -> Record:
    """A failed record stamped by this process."""
    return replace(_stamped(failed(job.name, cell, reason), 0.0), seconds=0.0)


def reason_of(error: BaseException) -> str:
    """An exception as the reason of a failure; MEMCAP_DEBUG=1 prints where from."""
    if os.environ.get("MEMCAP_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, MemcapError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def environment() -> dict[str, str]:
    """Environment variables of a worker; those set already are left as they are.

    One thread a worker: the order of sums on a CPU, and so the last bits of a result,
    depends on the number of threads (seen in a decoder of 26,000 parameters). XLA takes
    that number from NPROC alone; XLA_FLAGS and OMP_NUM_THREADS do not reach it.
    Compilation dominates small cells, so compiled programs are kept on disk, also those
    that took less than the second that JAX asks for by default; a cache suits one type
    of machine.
    """
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    wanted = {
        "NPROC": "1",
        THREADS: "1",
        "JAX_COMPILATION_CACHE_DIR": f"{home}/memcap/xla-{platform.machine()}",
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }
    return {name: os.environ.get(name, value) for name, value in wanted.items()}


def prepare_process() -> None:
    """Put on what of `environment` makes this process count as a worker does.

    It may still use the whole machine: the memory of its device, and loops side by
    side. JAX reads these variables when it is imported or first used.
    """
    for name, value in environment().items():
        if not name.startswith(("XLA_", THREADS)):
            os.environ[name] = value


@contextmanager
def worker_environment() -> Iterator[None]:
    """Put on `environment` for the children started meanwhile."""
    before = dict(os.environ)
    os.environ.update(environment())
    try:
        yield
    finally:
        for name in environment():
            if name in before:
                os.environ[name] = before[name]
            else:
                del os.environ[name]


def serve(connection: Connection, job: Job) -> None:
    """The life of a spawned worker: chunks come in, records go out.

    After the records of a chunk goes None, or the reason for which it broke off.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C does
    threading.Thread(target=_leave_with_the_parent, daemon=True).start()
    try:
        connection.send(READY)
        with heard(tell):
            while True:
                cells = connection.recv()
                connection.send(_answer(connection, job, cells))
    except (EOFError, OSError):
        return


def _answer(connection: Connection, job: Job, cells: Sequence[Cell]) -> str | None:
    try:
        for record in perform(job, cells):
            connection.send(record)
    except Exception as error:
        return reason_of(error)
    return None


def _leave_with_the_parent() -> None:
    # After a kill -9 of the parent no worker may go on beside those of the next run.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
