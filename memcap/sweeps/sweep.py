"""A sweep: its cells, how one bucket of them is run, and what their records become."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from memcap.core.errors import MemcapError, UnknownNameError
from memcap.sweeps.records import Record, key_of

Cell = Any
Run = Callable[[Sequence[Cell]], Iterator[Record]]


def as_config(name: str, cell: Cell) -> dict[str, Any]:
    """The configuration of a cell as JSON: the fields of its dataclass and the sweep.

    Example:
        >>> @dataclass(frozen=True)
        ... class Cell:
        ...     samples: int
        >>> as_config("demo", Cell(4))
        {'experiment': 'demo', 'samples': 4}
    """
    return {"experiment": name, **asdict(cell)}


def seed_of(cell: Cell) -> int:
    """The cell's `seed`, or 0 if it has none."""
    return getattr(cell, "seed", 0)


def key_of_cell(name: str, cell: Cell) -> str:
    """The key of the record that the cell is to give."""
    try:
        return key_of(as_config(name, cell), seed_of(cell))
    except (TypeError, ValueError) as error:
        raise MemcapError(
            f"{cell!r} of sweep {name!r} cannot be a configuration: {error}; a cell "
            "is a frozen dataclass of JSON values."
        ) from error


@dataclass(frozen=True)
class Sweep:
    """Cells in sizes, the run of one bucket, and the fits of all records.

    `run`, the cells and, for `finish` on its own, the module that holds the sweep are
    sent to other processes by name: define them at the top of a module and bind the
    sweep there to the name ``SWEEP``.

    Args:
        name: the module ``experiments.NAME``, or any dotted module path, that holds it.
        sizes: ``smoke``, ``small``, ``full`` (or others) to cells: frozen dataclasses
            of JSON values, in the order of the report. A field or property `seed` is
            the seed of the record, `label` what the progress calls it.
        run: the cells of one bucket, or of a part of one, to their records. Each
            record is yielded as soon as it is known, in any order; its configuration
            and seed are those of the cell (`record` makes one). The record of a cell
            must not depend on the cells beside it: after an interruption they are
            others. What it raises fails only cells that raise on their own as well.
            Files that cells share have a place, see `worker.shared_folder`.
        bucket: cells that share compilations share a bucket.
        finish: writes fits, tables and figures into a folder: a function of the
            finished records, in the order of the cells, and of nothing else. Failed
            cells are not among them; they stay in the store and are reported.
        patience: seconds that a spawned worker may take for one record before it is
            stopped and the cell is failed; None waits forever.

    Raises:
        MemcapError: a sweep without sizes.
    """

    name: str
    sizes: Mapping[str, Sequence[Cell]]
    run: Run
    bucket: Callable[[Cell], Hashable]
    finish: Callable[[Sequence[Record], Path], None]
    patience: float | None = None

    def __post_init__(self) -> None:
        if not self.sizes:
            raise MemcapError(
                f"sweep {self.name!r} has no sizes; give it at least one."
            )

    def cells(self, size: str) -> dict[str, Cell]:
        """The cells of a size by the keys of their records; each cell once.

        Raises:
            UnknownNameError: the sweep has no such size.
        """
        if size not in self.sizes:
            raise UnknownNameError(
                f"sweep {self.name!r} has no size {size!r}; it has "
                f"{', '.join(self.sizes)}."
            )
        return {self.key(cell): cell for cell in self.sizes[size]}

    def as_config(self, cell: Cell) -> dict[str, Any]:
        """`as_config` under the name of this sweep."""
        return as_config(self.name, cell)

    def key(self, cell: Cell) -> str:
        """The key of the record that the cell is to give."""
        return key_of_cell(self.name, cell)

    def record(self, cell: Cell, results: dict[str, Any], **fields: Any) -> Record:
        """The record of a cell; `fields` are further fields of `Record`.

        Versions, time, device and seconds are filled in by the engine if left out.
        """
        return record_of(self.name, cell, results=results, **fields)


def record_of(name: str, cell: Cell, **fields: Any) -> Record:
    """A record with the configuration and the seed of a cell."""
    return Record(config=as_config(name, cell), seed=seed_of(cell), **fields)


def failed(name: str, cell: Cell, reason: str, **fields: Any) -> Record:
    """The record of a cell that failed."""
    return record_of(name, cell, status="failed", reason=reason, **fields)
