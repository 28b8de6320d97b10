"""One entrance for data: shipped names, and files by their suffix."""

import io
import json
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from memcap.core.canonical import dumps, write_atomically
from memcap.core.errors import CorruptFileError, DataError
from memcap.data import corpora
from memcap.data.arguments import at_least, generator
from memcap.data.dataset import Dataset, Task, from_arrays
from memcap.data.files import read_bytes
from memcap.data.naming import renumber
from memcap.data.tables import load_csv as load_csv
from memcap.data.tables import load_jsonl as load_jsonl

_ARRAYS = ("tokens", "labels", "embedding", "num_classes", "about")
_ABOUT = {"class_names", "names", "sha256", "source"}
# What numpy and zipfile raise on a damaged archive, or on one with Python objects.
_BROKEN = (
    ValueError,
    OSError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
SUFFIXES = (".npz", ".jsonl", ".csv", ".conllu", ".txt")


def load(
    name_or_file: str | Path,
    *,
    task: Task | None = None,
    num_samples: int | None = None,
    length: int | None = None,
    seed: int | None = None,
    classes: int | None = None,
) -> Dataset:
    """Load shipped data by name, or a file by its suffix.

    Names are those of `memcap.data.available`. Files are ``.npz``, ``.jsonl`` and
    ``.csv`` with samples, ``.conllu`` and ``.txt`` with text; a name goes before a
    file. Data made of text are consistent, hold each context once, and number their
    words from 0 in the order in which the chosen samples bring them.

    Args:
        name_or_file: the name or the path.
        task: ``next_token`` or ``seq_to_seq``. Text gives either, ``next_token``
            unless told; a file of samples has its own and is refused if it differs.
        num_samples: N; all if left out.
        length: n; for text 8 unless told. A file of samples has its own.
        seed: None takes the first N samples. With a seed N are drawn at random, such
            that a smaller N with the same seed gives the beginning of a larger one.
        classes: C. Text keeps the C - 1 most frequent classes and calls the rest
            "other" if there are more (8 for plain text unless told, all for the
            rest); a file of samples is given C classes, at least those it uses.

    Returns:
        the dataset.

    Raises:
        UnknownNameError: neither a name nor a file of a known suffix.
        DataError: the file is unusable or holds fewer samples; says which and why.
        MissingPackageError: the package that ships the data is not installed.

    Example:
        >>> ds = load("turkish-web", num_samples=3, length=2)
        >>> ds.tokens.tolist(), ds.names
        ([[0, 1], [1, 2], [2, 3]], ('Burda', 'da', 'öylemi', 'yoksa'))
    """
    if task not in (None, "next_token", "seq_to_seq"):
        raise DataError(f"task {task!r} is neither 'next_token' nor 'seq_to_seq'.")
    name = str(name_or_file)
    path, suffix = Path(name_or_file), Path(name_or_file).suffix.lower()
    if name in corpora.available() or suffix not in SUFFIXES:
        full = corpora.shipped(name, task, length, classes)
        return renumber(choose(full, num_samples, seed))
    if suffix in (".conllu", ".txt"):
        read = corpora.conllu_file if suffix == ".conllu" else corpora.text_file
        return renumber(choose(read(path, task, length, classes), num_samples, seed))
    return choose(_samples_file(path, suffix, task, length, classes), num_samples, seed)


def _samples_file(
    path: Path, suffix: str, task: Task | None, length: int | None, classes: int | None
) -> Dataset:
    if suffix == ".npz":
        ds = load_npz(path, classes)
    elif suffix == ".csv":
        ds = load_csv(path, classes, length)
    else:
        ds = load_jsonl(path, classes)
    if task not in (None, ds.task):
        raise DataError(f"{path} holds {ds.task} data; leave out task = {task!r}.")
    if length not in (None, ds.length):
        raise DataError(
            f"{path} has sequences of {ds.length} tokens; leave out length = {length}."
        )
    return ds


def choose(ds: Dataset, num_samples: int | None, seed: int | None) -> Dataset:
    """The first N samples, or with a seed N random ones; see `load`.

    Raises:
        DataError: there are fewer than N samples; the message says how many.
    """
    if num_samples is None:
        return ds
    size = at_least("num_samples", num_samples, 1)
    if size > ds.num_samples:
        raise DataError(
            f"{ds.source or 'the data'}: only {ds.num_samples} samples are there, "
            f"{size} are asked for; lower num_samples."
        )
    if seed is None:
        return ds.take(slice(size))
    return ds.take(generator(seed).permutation(ds.num_samples)[:size])


def save_npz(ds: Dataset, path: str | Path) -> None:
    """Write a dataset to an ``.npz`` file; equal datasets give equal bytes.

    The file holds the arrays ``tokens``, ``labels``, ``num_classes`` and, where there
    is one, ``embedding``, as plain numbers; ``about`` is UTF-8 JSON with the source,
    the names and the hash.

    Raises:
        DataError: the name does not end in .npz.
        MemcapError: the folder cannot be written to.
    """
    if Path(path).suffix.lower() != ".npz":
        raise DataError(f"{path} must end in .npz.")
    about = {
        "class_names": list(ds.class_names),
        "names": list(ds.names),
        "sha256": ds.sha256,
        "source": ds.source,
    }
    arrays: dict[str, Any] = {
        "tokens": ds.tokens,
        "labels": ds.labels,
        "num_classes": np.int64(ds.num_classes),
        "about": np.frombuffer(dumps(about).encode("ascii"), dtype=np.uint8),
    }
    if ds.embedding is not None:
        arrays["embedding"] = ds.embedding
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    write_atomically(Path(path), stream.getvalue())


def load_npz(path: str | Path, classes: int | None = None) -> Dataset:
    """Read what `save_npz` wrote, or any ``.npz`` with ``tokens`` and ``labels``.

    Args:
        path: the file; nothing in it is ever executed.
        classes: C; by default what the file says, else as many as the labels need.

    Raises:
        DataError: the file is missing, broken, or holds something else.
        CorruptFileError: the arrays are not those that were saved.
    """
    arrays = _read_arrays(Path(path))
    about = _about(Path(path), arrays.pop("about", None))
    digest = about.pop("sha256", None)
    stored = _num_classes(Path(path), arrays.pop("num_classes", None))
    try:
        ds = from_arrays(
            arrays["tokens"],
            arrays["labels"],
            num_classes=stored if classes is None else classes,
            embedding=arrays.get("embedding"),
            **{"source": Path(path).name, **about},
        )
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    saved = replace(ds, num_classes=stored or ds.num_classes)
    if digest not in (None, saved.sha256):
        raise CorruptFileError(
            f"{path} does not hold the data it was saved with; save it again."
        )
    return ds


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    stream = io.BytesIO(read_bytes(path))
    if not zipfile.is_zipfile(stream):
        raise DataError(f"{path} is not a whole .npz file; save or copy it again.")
    try:
        with np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except _BROKEN as error:
        raise DataError(f"{path} is a broken .npz file ({error}).") from error
    unknown = sorted(set(arrays) - set(_ARRAYS))
    if unknown or not {"tokens", "labels"} <= set(arrays):
        raise DataError(
            f"{path} holds {', '.join(sorted(arrays)) or 'nothing'}; expected tokens "
            "and labels, and at most embedding and num_classes beside them."
        )
    return arrays


def _num_classes(path: Path, stored: np.ndarray | None) -> int | None:
    if stored is None:
        return None
    if stored.size != 1 or stored.dtype.kind not in "iu":
        raise DataError(f"{path}: num_classes must be one integer.")
    return int(stored.item())


def _about(path: Path, raw: np.ndarray | None) -> dict[str, Any]:
    if raw is None:
        return {}
    try:
        about = json.loads(raw.tobytes())
        texts = [about["source"], *about["names"], *about["class_names"]]
        if set(about) == _ABOUT and all(isinstance(text, str) for text in texts):
            return about
    except (ValueError, KeyError, TypeError):
        pass
    raise DataError(f"{path}: the entry `about` is not what memcap writes; drop it.")
