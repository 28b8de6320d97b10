"""``gs://`` addresses on replaced file systems, so that nothing leaves this machine.

A URL goes through `etils.epath` to fsspec, where its file system is replaced: by one in
memory, or by a folder.
"""

from etils.epath import backend
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.memory import MemoryFileSystem

URL = "gs://bucket/sweep"


class Memory(MemoryFileSystem):
    protocol = ("gs",)
    store = {}
    pseudo_dirs = [""]


class Folder(DirFileSystem):
    """A folder whose files have gs:// addresses."""

    @classmethod
    def _strip_protocol(cls, path):
        return str(path).removeprefix("gs://")


def serve(monkeypatch, opened):
    """Let `opened()` be the file system of every URL."""
    name = "_get_filesystem"
    monkeypatch.setattr(backend._FileSystemSpecBackend, name, lambda *_: opened())


def in_memory(monkeypatch):
    """An empty bucket in memory; its URL."""
    serve(monkeypatch, Memory)
    Memory.store.clear()
    Memory.pseudo_dirs[:] = [""]
    return URL
