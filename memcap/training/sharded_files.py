"""Checkpoints of one large training: whole, or not there.

A file is written beside its place and then renamed, so that a kill at any moment leaves
the last whole one. Numbers are stored as they are.
"""

import hashlib
import json
import os
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np

from memcap.core.errors import CorruptFileError, DataError, MemcapError
from memcap.data.dataset import Dataset
from memcap.nn import Config
from memcap.training.config import TrainConfig

_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A training after some steps.

    Args:
        parameters: `[P]` all parameters, filled up with zeros.
        first: `[P]` first moments.
        second: `[P]` second moments.
        step: steps taken.
        curve: triples of step, loss and labels right.
    """

    parameters: np.ndarray
    first: np.ndarray
    second: np.ndarray
    step: int
    curve: tuple[tuple[int, float, int], ...]


def identity(config: Config, settings: TrainConfig, ds: Dataset, shards: int) -> str:
    """SHA-256 of all that decides the numbers, devices not among it."""
    told = {
        "schema": _SCHEMA,
        "config": asdict(config),
        "settings": asdict(settings),
        "data": ds.sha256,
        "shards": shards,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def write(path: Path, name: str, found: Checkpoint) -> None:
    """Store a checkpoint; of several processes, the first one does.

    Raises:
        MemcapError: the file cannot be written.
    """
    if jax.process_index() != 0:
        return
    beside = path.with_name(path.name + ".writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(beside, "wb") as stream:
            np.savez(stream, **_arrays(name, found))
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise MemcapError(f"cannot write {path}: {error.strerror}.") from error


def _arrays(name: str, found: Checkpoint) -> dict[str, Any]:
    steps, losses, rights = zip(*found.curve, strict=True)
    return {
        "identity": np.array(name),
        "parameters": found.parameters,
        "first": found.first,
        "second": found.second,
        "step": np.array(found.step),
        "curve_steps": np.array(steps),
        "curve_losses": np.array(losses, dtype=np.float64),
        "curve_rights": np.array(rights),
    }


def read(path: Path, name: str) -> Checkpoint | None:
    """The checkpoint of that identity; None where there is no file.

    Raises:
        CorruptFileError: the file is damaged.
        DataError: it is of another training.
    """
    if not path.exists():
        return None
    try:
        # NumPy would leave the file of a broken archive open.
        with open(path, "rb") as stream, np.load(stream) as stored:
            arrays = {key: stored[key] for key in stored.files}
        found, whose = _checkpoint(arrays), str(arrays["identity"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise CorruptFileError(
            f"{path} is not a checkpoint ({error}); delete it to start anew."
        ) from error
    if whose != name:
        raise DataError(
            f"{path} is the checkpoint of another network, training, data or number of "
            "shards; name another file, or delete it to start anew."
        )
    return found


def _checkpoint(arrays: dict[str, np.ndarray]) -> Checkpoint:
    columns = (arrays[f"curve_{name}"].tolist() for name in _COLUMNS)
    return Checkpoint(
        arrays["parameters"],
        arrays["first"],
        arrays["second"],
        int(arrays["step"]),
        tuple(zip(*columns, strict=True)),
    )


_COLUMNS = ("steps", "losses", "rights")
