"""Engines by name; each is imported only when it is asked for."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from memcap.core.errors import MemcapError, UnknownNameError
from memcap.sweeps.chunks import Chunk
from memcap.sweeps.records import Record
from memcap.sweeps.worker import Job

Engine = Callable[[Job, Sequence[Chunk]], Iterator[Record]]
NAMES = ("local", "ray", "slurm")


def engine(name: str, workers: int, folder: Any) -> Engine:
    """An engine: a job and its chunks to records, in any order.

    Args:
        name: ``local``, ``ray`` or ``slurm``.
        workers: see `driver.run`.
        folder: where the sweep is written; ``slurm`` exchanges files there.

    Raises:
        MemcapError: an unknown engine, or a negative number of workers.
    """
    if workers < 0:
        raise MemcapError(f"there cannot be {workers} workers; give 0 or more.")
    if name == "local":
        from memcap.sweeps import engine_local

        if workers == 0:
            return engine_local.in_process
        return partial(engine_local.spawned, workers=workers)
    if name == "ray":
        from memcap.sweeps import engine_ray

        return partial(engine_ray.tasks, workers=workers)
    if name == "slurm":
        from memcap.sweeps import engine_submitit

        return partial(engine_submitit.jobs, workers=workers, folder=folder)
    raise UnknownNameError(f"there is no engine {name!r}; take {', '.join(NAMES)}.")
