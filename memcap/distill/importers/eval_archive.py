"""The ``.eval`` archives of inspect-ai: zip files, their entries often zstd-packed."""

import re
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

from memcap.core.errors import DataError, MissingPackageError
from memcap.distill.importers.reading import parse_object, part

# The method number of Zstandard in a zip file; `zipfile` reads it from Python 3.14 on.
ZSTANDARD = 93
# What a damaged or encrypted archive makes `zipfile` raise.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
)
# Of a sample only this is kept; the events would fill the memory.
_KEPT = {
    "id",
    "epoch",
    "input",
    "target",
    "messages",
    "message_refs",
    "scores",
    "error",
    "invalidation",
}
_WHOLE = re.compile(r"samples/[^/]*\.json")
_SHELL = re.compile(r"samples/.*/sample\.json")
_PART = re.compile(r"/messages/(\d+)\.json$")


def read(path: Path) -> dict[str, Any]:
    """The log in an archive, as the ``.json`` form has it.

    Samples are single entries, or split into a shell and numbered parts; of the parts
    only the conversation is read.

    Raises:
        DataError: it is no archive of inspect-ai, or its run never finished.
        MissingPackageError: entries are zstd-packed and nothing here unpacks them.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _log(path, archive)
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist; check the name.") from error
    except _BROKEN as error:
        raise DataError(f"{path} is no readable .eval archive ({error}).") from error


def _log(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    names = archive.namelist()
    if "header.json" not in names:
        raise DataError(
            f"{path} has no header.json: its run never finished, so run it again."
        )
    _check_packing(path, archive)
    log = _entry(path, archive, "header.json")
    whole = [name for name in names if _WHOLE.fullmatch(name)]
    split = [name for name in names if _SHELL.fullmatch(name)]
    samples = [_sample(path, archive, name) for name in whole]
    samples += [_joined(path, archive, name) for name in split]
    return log | {"samples": samples}


def _check_packing(path: Path, archive: zipfile.ZipFile) -> None:
    packed = any(info.compress_type == ZSTANDARD for info in archive.infolist())
    if not packed or sys.version_info >= (3, 14):
        return
    try:
        # The import itself teaches `zipfile` the method.
        import zipfile_zstd  # noqa: F401  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise MissingPackageError(
            f"{path} is packed with zstd, which Python reads from 3.14 on: pip install "
            '"memcap[eval]", or run `inspect log convert --to json`.'
        ) from error


def _entry(path: Path, archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    return parse_object(archive.read(name), f"{path}, entry {name}")


def _sample(path: Path, archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    found = _entry(path, archive, name)
    return {key: part for key, part in found.items() if key in _KEPT}


def _joined(path: Path, archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    """A split sample with its conversation, which the shell gives as ranges."""
    shell = _sample(path, archive, name)
    folder = name.removesuffix("sample.json")
    own = [n for n in archive.namelist() if n.startswith(f"{folder}messages/")]
    numbered = [(int(found[1]), n) for n in own if (found := _PART.search(n))]
    messages: list[Any] = []
    for _, entry in sorted(numbered):
        wrapped = b'{"messages":' + archive.read(entry) + b"}"
        where = f"{path}, entry {entry}"
        found = parse_object(wrapped, where)
        messages += part(found, "messages", where=where, kind=list)
    ranges = shell.get("message_refs") or []
    told = [message for low, high in ranges for message in messages[low:high]]
    return shell | {"messages": told or shell.get("messages")}
