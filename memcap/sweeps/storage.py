"""Where a sweep keeps its records: a local folder, or an object store by URL.

A local folder holds one file, ``records.jsonl``, appended to. An object store knows no
append: there each record is one object, ``records/KEY.json``, written whole or not at
all. Both refuse to replace a finished record, and in both a kill at any moment costs
at most the record being written.

URLs (gs://, s3://, az://, hf://) are opened through `etils.epath`, the path library of
the JAX ecosystem (Orbax and Flax stand on it, so it is installed already); it finds
the file system in fsspec, whose packages are the extra ``cloud``.
"""

import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from memcap.core.canonical import write_atomically
from memcap.core.errors import MemcapError, MissingPackageError
from memcap.sweeps.records import Record, Store


class AbstractStore(Protocol):
    """What `Store` and `ObjectStore` have in common."""

    def records(self) -> tuple[Record, ...]:
        """One record per key."""
        ...

    def keys(self) -> frozenset[str]:
        """Keys of the finished records."""
        ...

    def append(self, record: Record) -> bool:
        """Add a record unless its key is finished already."""
        ...


class ObjectStore:
    """One object a record under a URL.

    Args:
        root: the folder ``records`` as an `etils.epath.Path`.
    """

    def __init__(self, root: Any) -> None:
        self.root = root
        self._known: dict[str, Record] | None = None

    def records(self) -> tuple[Record, ...]:
        """All records, read side by side, in the order of their keys."""
        if not self.root.exists():
            return ()
        paths = sorted(p for p in self.root.iterdir() if p.name.endswith(".json"))
        with ThreadPoolExecutor(16) as pool:
            found = [r for r in pool.map(_read, paths) if r is not None]
        self._known = {record.key: record for record in found}
        return tuple(found)

    def keys(self) -> frozenset[str]:
        """Keys of the finished records, as far as this process has seen them."""
        if self._known is None:
            self.records()
        known = self._known or {}
        return frozenset(k for k, r in known.items() if r.status == "done")

    def append(self, record: Record) -> bool:
        """Write the record's object unless it is finished already.

        Two processes that finish the same cell at the same moment write the same
        object: the last one stays, and there is still one record of the key.
        """
        line = record.to_line()
        path = self.root / f"{record.key}.json"
        old = _read(path) if path.exists() else None
        if old is not None and old.status == "done":
            return False
        self.root.mkdir(parents=True, exist_ok=True)
        path.write_text(line)
        self._known = {**(self._known or {}), record.key: record}
        return True


def _read(path: Any) -> Record | None:
    try:
        return Record.from_line(path.read_text())
    except ValueError as error:
        warnings.warn(
            f"{path} is not a record ({error}); it is left out and its run is "
            "repeated.",
            RuntimeWarning,
            stacklevel=2,
        )
        return None


def is_url(out: str | Path) -> bool:
    """Whether the place is not on a local disk.

    Example:
        >>> is_url("gs://bucket/sweep"), is_url("out/sweep")
        (True, False)
    """
    return "://" in str(out)


def place(out: str | Path) -> Any:
    """The folder as a path: `pathlib` for a local one, `etils.epath` for a URL.

    Raises:
        MissingPackageError: the packages for that URL are not installed.
    """
    if not is_url(out):
        return Path(out)
    try:
        from etils import epath

        path = epath.Path(str(out))
        path.exists()  # loads the file system of the URL
    except ImportError as error:
        raise MissingPackageError(
            f'{out} needs further packages: pip install "memcap[cloud]" ({error}).'
        ) from error
    except ValueError as error:
        raise MemcapError(f"{out} cannot be opened: {error}.") from error
    return path


def open_store(folder: Any) -> AbstractStore:
    """The store of a folder given by `place`."""
    if is_url(folder):
        return ObjectStore(folder / "records")
    return Store(folder / "records.jsonl")


def write_whole(path: Any, content: str | bytes) -> None:
    """Write a file so that a kill leaves the old one or the new one."""
    if not is_url(path):
        write_atomically(path, content)
    elif isinstance(content, bytes):  # an object appears when it is whole
        path.write_bytes(content)
    else:
        path.write_text(content)


@contextmanager
def local_folder(folder: Any) -> Iterator[Path]:
    """A local folder to write into; for a URL its files are uploaded afterwards."""
    if not is_url(folder):
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as name:
        local = Path(name)
        yield local
        for file in sorted(path for path in local.rglob("*") if path.is_file()):
            target = folder / file.relative_to(local).as_posix()
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
