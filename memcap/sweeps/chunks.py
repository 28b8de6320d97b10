"""Chunks: parts of buckets given to one worker, and what becomes of broken ones.

A worker that dies takes down the chunk it held and nothing else. Its unfinished cells
are tried once more together, since the cause may lie outside (memory taken by another
program, a machine handed back); then in halves, until the cells that kill their worker
are alone and have done so `DEATHS` times. An exception is halved at once, as the same
cells would raise it again. So k bad cells among n cost about k log2 n further chunks.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from memcap.sweeps.sweep import Cell

DEATHS = 3

End = Literal["died", "raised", "silent"]


@dataclass(frozen=True)
class Chunk:
    """Cells of one bucket, run by one worker one after the other or side by side.

    Args:
        cells: at least one.
        deaths: how often a worker died over these cells.
    """

    cells: tuple[Cell, ...]
    deaths: int = 0


@dataclass(frozen=True)
class Verdict:
    """What is to be done about the unfinished cells of a chunk.

    Args:
        again: chunks to be tried.
        doomed: cells to be recorded as failed.
    """

    again: tuple[Chunk, ...] = ()
    doomed: tuple[Cell, ...] = ()


def plan(
    cells: Sequence[Cell], bucket: Callable[[Cell], Hashable], workers: int
) -> tuple[Chunk, ...]:
    """Buckets in the order of their first cells, cut so that all workers are busy.

    No chunk holds more than its worker's share of all cells, rounded up: a bucket is
    cut, and compiled once for each part, only where others would have to wait for it.

    Example:
        >>> [chunk.cells for chunk in plan([1, 2, 3, 4, 6, 8], lambda n: n % 2, 2)]
        [(1, 3), (2, 4), (6, 8)]
    """
    buckets: dict[Hashable, list[Cell]] = {}
    for cell in cells:
        buckets.setdefault(bucket(cell), []).append(cell)
    most = -(-len(cells) // max(1, workers))
    return tuple(
        Chunk(part) for members in buckets.values() for part in _cut(members, most)
    )


def _cut(members: Sequence[Cell], most: int) -> list[tuple[Cell, ...]]:
    parts = -(-len(members) // most)
    ends = [i * len(members) // parts for i in range(parts + 1)]
    return [tuple(members[a:b]) for a, b in zip(ends, ends[1:], strict=False)]


def judge(chunk: Chunk, left: Sequence[Cell], end: End) -> Verdict:
    """What to do with the cells that a chunk left unfinished.

    Args:
        chunk: as it was given to the worker.
        left: its cells without a record.
        end: the worker ``died``, `run` ``raised``, or was ``silent`` for too long.

    Example:
        >>> chunk = Chunk((0, 1, 2, 3))
        >>> judge(chunk, [1, 2, 3], "raised").again
        (Chunk(cells=(1,), deaths=0), Chunk(cells=(2, 3), deaths=0))
        >>> judge(chunk, [1, 2, 3], "died").again
        (Chunk(cells=(1, 2, 3), deaths=1),)
        >>> judge(chunk, [3], "raised").doomed
        (3,)
    """
    cells, died = tuple(left), end == "died"
    if not cells:
        return Verdict()
    if len(cells) == 1:
        # Earlier deaths of a larger chunk may be the fault of its other cells.
        deaths = (chunk.deaths if len(chunk.cells) == 1 else 0) + died
        if died and deaths < DEATHS:
            return Verdict(again=(Chunk(cells, deaths),))
        return Verdict(doomed=cells)
    if died and chunk.deaths == 0:
        return Verdict(again=(Chunk(cells, 1),))
    middle = len(cells) // 2
    halves = (cells[:middle], cells[middle:])
    return Verdict(again=tuple(Chunk(half, int(died)) for half in halves))
