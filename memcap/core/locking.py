"""An exclusive lock on an open file, so that two processes may share what it guards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

try:
    import fcntl
except ImportError:  # no advisory locks on this system: one process at a time
    fcntl = None


@contextmanager
def exclusive(stream: IO[bytes], wait: bool = True) -> Iterator[bool]:
    """Hold the file alone; the lock goes with the process, even a killed one.

    Args:
        stream: an open file.
        wait: for whoever holds it; otherwise go on without it.

    Yields:
        whether the lock is held.
    """
    if fcntl is None:
        yield True
        return
    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
