"""Networks as files, one ``.npz`` each, named by the hash of how they were made.

The folder may be a path or a URL, as `memcap.sweeps.storage.place` gives it.
"""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from memcap.core.canonical import sha256
from memcap.core.errors import CorruptFileError
from memcap.core.locking import exclusive
from memcap.distill.networks import Trained
from memcap.nn import DecoderConfig, build, split
from memcap.sweeps.storage import is_url, write_whole

_SCHEMA = 1


def name_of(made: Mapping[str, Any]) -> str:
    """The file of a network that was made in this way.

    Args:
        made: everything its numbers depend on, JSON values only.
    """
    text = json.dumps({"schema": _SCHEMA, **made}, sort_keys=True, allow_nan=False)
    return f"{sha256(text)}.npz"


def save(folder: Any, made: Mapping[str, Any], trained: Trained) -> Any:
    """Write a network, whole or not at all.

    Args:
        folder: need not exist.
        made: see `name_of`.
        trained: the network.
    """
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(trained.parameters)]
    arrays = {f"p{i}": leaf for i, leaf in enumerate(leaves)}
    buffer = io.BytesIO()
    np.savez(
        buffer,
        allow_pickle=False,
        loss=np.float64(trained.loss),
        made=np.str_(json.dumps(made, sort_keys=True)),
        sha256=np.str_(_content(leaves, trained.loss)),
        **arrays,
    )
    path = folder / name_of(made)
    write_whole(path, buffer.getvalue())
    return path


@contextmanager
def claimed(folder: Any, what: Mapping[str, Any], wait: bool) -> Iterator[bool]:
    """Make something in the name of all processes that share a disk.

    Where there is no disk to agree on, everybody makes what it needs.

    Args:
        folder: where it is kept; None, or a URL, knows no claims.
        what: JSON values that tell it from other things.
        wait: for whoever is at it; otherwise go on without the claim.

    Yields:
        whether it is ours; look again for what others have made in the meantime.
    """
    if folder is None or is_url(folder):
        yield True
        return
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / f".{name_of(what)}.lock"
    with open(lock, "ab") as stream, exclusive(stream, wait) as ours:
        yield ours


def load(folder: Any, made: Mapping[str, Any], config: DecoderConfig) -> Trained | None:
    """Read a network back; None if it was never written.

    Raises:
        CorruptFileError: the file is not what was written.
    """
    path = folder / name_of(made)
    if not path.exists():
        return None
    like, shape = jax.tree.flatten(split(build(config, rngs=0))[1])
    try:
        raw = io.BytesIO(path.read_bytes())
        with np.load(raw, allow_pickle=False) as file:
            leaves = [file[f"p{i}"] for i in range(len(like))]
            loss, written = float(file["loss"]), str(file["sha256"])
    except Exception as error:  # whatever a broken archive raises
        raise _corrupt(path) from error
    fits = [a.shape for a in leaves] == [np.shape(a) for a in like]
    if not fits or written != _content(leaves, loss):
        raise _corrupt(path)
    return Trained(config, jax.tree.unflatten(shape, leaves), loss)


def _content(leaves: list[np.ndarray], loss: float) -> str:
    parts = [f"{a.shape}{a.dtype}".encode() + a.tobytes() for a in leaves]
    return sha256(b"".join([*parts, np.float64(loss).tobytes()]))


def _corrupt(path: Any) -> CorruptFileError:
    return CorruptFileError(
        f"{path} is not the network that was written; delete it to train it again."
    )
