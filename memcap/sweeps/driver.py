"""A sweep from its missing cells to its report.

The driver alone writes records, whatever engine computes them: one writer needs no
agreement between machines about locks, which network disks do not keep reliably and
object stores do not have. It writes each record as it arrives.
"""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from memcap.core.errors import MemcapError
from memcap.sweeps import progress
from memcap.sweeps.chunks import Chunk, plan
from memcap.sweeps.engines import engine
from memcap.sweeps.records import Record
from memcap.sweeps.storage import (
    AbstractStore,
    is_url,
    local_folder,
    open_store,
    place,
    write_whole,
)
from memcap.sweeps.sweep import Cell, Sweep
from memcap.sweeps.worker import Job, prepare_process

NOTE = "sweep.json"


@dataclass(frozen=True)
class Outcome:
    """What became of a sweep.

    Args:
        total: cells of the size.
        records: the finished records, in the order of the cells.
        failed: the failed ones, likewise.
    """

    total: int
    records: tuple[Record, ...]
    failed: tuple[Record, ...]

    @property
    def missing(self) -> int:
        """Cells without a record: left to other shares, or not run yet."""
        return self.total - len(self.records) - len(self.failed)


def run(
    sweep: Sweep,
    size: str,
    out: str | Path,
    engine_name: str = "local",
    workers: int = 0,
    share: tuple[int, int] = (0, 1),
) -> Outcome:
    """Run the cells that have no finished record in `out`, then finish.

    Args:
        sweep: the sweep.
        size: one of its sizes.
        out: a local folder or a URL.
        engine_name: ``local``, ``ray`` or ``slurm``.
        workers: processes, or tasks at a time; 0 runs in this process (``local``) or
            takes what there is (``ray``, ``slurm``).
        share: (i, k): only every k-th chunk, from the i-th on; for k drivers that
            write to one object store.

    Returns:
        all records of the size, whichever run they came from.

    Raises:
        MemcapError: the folder belongs to another sweep, or cannot be used.
    """
    cells, folder = sweep.cells(size), place(out)
    _note(sweep, size, folder)
    store = open_store(folder)
    there = store.keys() & cells.keys()
    if workers == 0 and engine_name == "local":
        prepare_process()
    mine = _share(sweep, tuple(cells.values()), share)
    left = [cell for cell in mine if sweep.key(cell) not in there]
    chunks = plan(left, sweep.bucket, workers)
    job = Job(sweep.name, sweep.run, sweep.patience, _absolute(folder))
    _work(job, chunks, cells, store, engine(engine_name, workers, folder), len(there))
    outcome = _outcome(cells, folder)
    if outcome.missing == 0:  # or another share is still at work
        _write(sweep, outcome, folder)
    return outcome


def _absolute(folder: Any) -> str:
    return str(folder if is_url(folder) else folder.resolve())


def _share(
    sweep: Sweep, cells: Sequence[Cell], share: tuple[int, int]
) -> tuple[Cell, ...]:
    # Planned over all cells, done or not, so that all drivers cut alike.
    i, k = share
    chunks = plan(cells, sweep.bucket, k)[i::k]
    return tuple(cell for chunk in chunks for cell in chunk.cells)


def _work(
    job: Job,
    chunks: tuple[Chunk, ...],
    cells: dict[str, Cell],
    store: AbstractStore,
    compute: Any,
    kept: int,
) -> None:
    configs = {key: vars(cell) for key, cell in cells.items()}
    names = progress.labels(cells, configs)
    # Closing the iterator is what ends the workers, also after Ctrl-C.
    with progress.follow(names, kept) as bar, closing(compute(job, chunks)) as records:
        for record in records:
            if store.append(record) and record.key in cells:
                bar.end(record)


def finish(sweep: Sweep, size: str, folder: Any) -> Outcome:
    """Fits, tables and figures from the records in `folder` alone."""
    outcome = _outcome(sweep.cells(size), folder)
    _write(sweep, outcome, folder)
    return outcome


def _outcome(cells: dict[str, Cell], folder: Any) -> Outcome:
    found = {r.key: r for r in open_store(folder).records() if r.key in cells}
    ordered = [found[key] for key in cells if key in found]
    return Outcome(
        total=len(cells),
        records=tuple(r for r in ordered if r.status == "done"),
        failed=tuple(r for r in ordered if r.status == "failed"),
    )


def _write(sweep: Sweep, outcome: Outcome, folder: Any) -> None:
    if outcome.records:
        with local_folder(folder) as local:
            sweep.finish(outcome.records, local)


def rebuild(out: str | Path) -> Outcome:
    """`finish` for a folder that says itself which sweep it holds.

    Raises:
        MemcapError: it does not, or that sweep cannot be imported.
    """
    folder = place(out)
    note = _read_note(folder)
    if note is None:
        raise MemcapError(f"{out} holds no sweep: there is no {NOTE} in it.")
    return finish(load(note["module"]), note["size"], folder)


def is_sweep(out: str | Path) -> bool:
    """Whether the folder holds a sweep."""
    return bool((place(out) / NOTE).exists())


def find(name: str) -> Sweep:
    """The sweep of ``experiments.NAME``, or of a dotted module path.

    The current folder is searched as well, as `python -m` does.

    Raises:
        MemcapError: there is no such module, it fails to import, or it has no SWEEP.
    """
    return load(name if "." in name else f"experiments.{name}")


def load(path: str) -> Sweep:
    """The sweep of a module by its full name; see `find`."""
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        module = import_module(path)
    except ImportError as error:
        raise MemcapError(
            f"the sweep cannot be imported as {path}: {error}; run this in the folder "
            "that holds experiments/, or give a dotted module path."
        ) from error
    sweep = vars(module).get("SWEEP")
    if not isinstance(sweep, Sweep):
        raise MemcapError(f"module {path} defines no SWEEP, so it is no sweep.")
    return sweep


def by_name(sweep: Sweep) -> Sweep:
    """The same sweep from its module's own name where that runs as ``__main__``.

    What is defined in ``__main__`` has no name that another machine could import.
    """
    main = sys.modules["__main__"]
    if vars(main).get("SWEEP") is not sweep or main.__spec__ is None:
        return sweep
    return load(main.__spec__.name)


def _home(sweep: Sweep) -> str:
    """The module that binds the sweep to SWEEP, or an empty text."""
    for name, module in tuple(sys.modules.items()):
        if getattr(module, "__dict__", {}).get("SWEEP") is sweep:
            return name
    return ""


def _note(sweep: Sweep, size: str, folder: Any) -> None:
    old = _read_note(folder)
    if old is not None and old["sweep"] != sweep.name:
        raise MemcapError(
            f"{folder} holds sweep {old['sweep']!r}, not {sweep.name!r}; choose "
            "another folder."
        )
    old_module = (old or {}).get("module")
    module = _home(sweep) or old_module or f"experiments.{sweep.name}"
    note = {"sweep": sweep.name, "module": module, "size": size}
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / NOTE, json.dumps(note, indent=1) + "\n")


def _read_note(folder: Any) -> dict[str, str] | None:
    try:
        note = json.loads((folder / NOTE).read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise MemcapError(f"{folder / NOTE} is not JSON: {error}.") from error
    if not isinstance(note, dict) or not {"sweep", "module", "size"} <= note.keys():
        raise MemcapError(f"{folder / NOTE} does not say which sweep the folder holds.")
    return note
