"""An exclusive lock on an open file, so that two processes may share one store."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

try:
    import fcntl
except ImportError:  # no advisory locks on this system: one process at a time
    fcntl = None


@contextmanager
def exclusive(stream: IO[bytes]) -> Iterator[None]:
    """Hold the file alone; the lock goes with the process, even a killed one."""
    if fcntl is None:
        yield
        return
    fcntl.flock(stream.fileno(), fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
