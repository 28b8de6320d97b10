"""The engine of many machines: Ray Core, one task a chunk, one record at a time.

Tasks are generators, so a record reaches the driver, which alone writes it, as soon as
its cell is done. Ray's own retries are switched off: they would repeat the whole chunk,
while `chunks.judge` repeats only what is missing and isolates the cells that kill their
worker. With an address (the variable RAY_ADDRESS, or a driver started by ``ray job
submit``) the cluster there is used, else Ray is started on this machine.
"""

import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from memcap.core.errors import MissingPackageError
from memcap.sweeps.chunks import Chunk, End, judge
from memcap.sweeps.records import Record
from memcap.sweeps.sweep import Cell
from memcap.sweeps.worker import Job, environment, fail, perform, reason_of


def tasks(job: Job, chunks: Sequence[Chunk], workers: int = 0) -> Iterator[Record]:
    """Run the chunks as Ray tasks, `workers` at a time (0: as many as there are CPUs).

    MEMCAP_RAY_GPUS, a number such as 1 or 0.25, is what each task asks for of a GPU.

    Raises:
        MissingPackageError: Ray is not installed.
    """
    ray = _connect(workers)
    try:
        yield from _run(ray, job, chunks, workers or _cpus(ray))
    finally:
        ray.shutdown()


@dataclass
class _Task:
    """A chunk at work: its stream of records and the cells not answered yet."""

    stream: Any
    chunk: Chunk
    left: dict[str, Cell] = field(default_factory=dict)


def _run(ray: Any, job: Job, chunks: Sequence[Chunk], workers: int) -> Iterator[Record]:
    gpus = float(os.environ.get("MEMCAP_RAY_GPUS", "0"))
    remote = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=0)(_chunk)
    queue, running = deque(chunks), list[_Task]()
    while queue or running:
        while queue and len(running) < workers:
            chunk = queue.popleft()
            left = {job.key(cell): cell for cell in chunk.cells}
            running.append(_Task(remote.remote(job, chunk.cells), chunk, left))
        ready, _ = ray.wait([t.stream for t in running], num_returns=1)
        task = next(t for t in running if t.stream is ready[0])
        end, told = _next(ray, task.stream)
        if isinstance(told, Record):
            del task.left[told.key]
            yield told
        else:
            running.remove(task)
            yield from _ended(job, task, queue, end, told)


def _next(ray: Any, stream: Any) -> tuple[End, Record | str]:
    """The next message of a task: a record, the reason of an exception, or its end."""
    try:
        return "raised", ray.get(next(stream))
    except StopIteration:
        return "raised", "the run ended without a record of this cell"
    except ray.exceptions.RayError as error:
        return "died", f"{type(error).__name__}, {str(error).splitlines()[0]}"


def _ended(
    job: Job, task: _Task, queue: deque[Chunk], end: End, told: str
) -> Iterator[Record]:
    verdict = judge(task.chunk, tuple(task.left.values()), end)
    queue.extendleft(reversed(verdict.again))
    deaths = task.chunk.deaths + 1
    reason = told if end == "raised" else f"its worker died {deaths} times: {told}"
    for cell in verdict.doomed:
        yield fail(job, cell, reason)


def _chunk(job: Job, cells: Sequence[Cell]) -> Iterator[Record | str]:
    # An exception goes back as its reason: Ray would wrap it in its own traceback.
    try:
        yield from perform(job, cells)
    except Exception as error:
        yield reason_of(error)


def _connect(workers: int) -> Any:
    # Ray 2.60 turns token authentication on and leaves a token in the home folder;
    # a Ray started here serves this machine alone.
    os.environ.setdefault("RAY_AUTH_MODE", "disabled")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise MissingPackageError(
            'engine ray needs Ray: pip install "memcap[ray]".'
        ) from error
    variables = environment() | {"PYTHONPATH": _path()}
    options: dict[str, Any] = {"runtime_env": {"env_vars": variables}}
    if "RAY_ADDRESS" not in os.environ:
        # Without an address Ray would join any cluster that this machine once had.
        options |= {"address": "local", "num_cpus": workers or os.cpu_count()}
        options |= {"include_dashboard": False}
    ray.init(log_to_driver=False, logging_level="WARNING", **options)
    return ray


def _path() -> str:
    """Where the driver finds the experiments, for workers on a shared disk."""
    paths = [os.getcwd(), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    paths += [p for p in sys.path[:1] if os.path.isdir(p)]
    return os.pathsep.join(dict.fromkeys(p for p in paths if p))


def _cpus(ray: Any) -> int:
    return max(1, int(ray.cluster_resources().get("CPU", 1)))
