"""How large an encoder fits how many sequences, and does the theorem's line bound it?

Kim, Kim and Mozafari (ICLR 2023) draw heat maps of the training error of encoder-only
transformers over the number of examples and the size of the network, for token
classification and for sequence classification, beside their Theorems 3.1 and 4.1. Here
the same maps with random labels, which cannot be guessed, over the width of one layer
and over the depth at the width of the theorem, with the orders of both theorems, the
smallest network that fits, and the exponent that it grows with.

    python -m experiments.kim_heatmap --size smoke|small|full --out DIR
"""

import json
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

from experiments.kim_heatmap_figure import maps
from experiments.kim_heatmap_runs import NAME, Cell, Knob, Task, run
from experiments.kim_heatmap_summary import fits, table
from memcap import sweeps
from memcap.analysis import style
from memcap.sweeps import Record, Sweep
from memcap.sweeps.storage import write_whole


def _map(
    task: Task,
    knob: Knob,
    samples: Sequence[int],
    sizes: Sequence[int],
    seeds: int,
    **fields: Any,
) -> list[Cell]:
    return [
        Cell(task=task, knob=knob, samples=n, size=size, seed=seed, **fields)
        for size, n, seed in product(sizes, samples, range(seeds))
    ]


_WIDTHS, _DEPTHS = (2, 3, 4, 6, 8, 12, 16, 24), (1, 2, 4, 8, 16)
_DOUBLING = tuple(2**k for k in range(3, 12))

SMOKE: list[Cell] = [
    *_map("seq_to_seq", "width", (4,), (2, 4), seeds=1, steps=100),
    *_map("next_token", "width", (4, 8), (2,), seeds=1, steps=100),
]
SMALL: list[Cell] = [
    *_map(
        "seq_to_seq", "width", _DOUBLING[:5], (2, 3, 4, 6, 8, 12), seeds=2, steps=600
    ),
    *_map("seq_to_seq", "depth", _DOUBLING[:4], (1, 2, 4), seeds=2, steps=600),
    *_map("next_token", "width", _DOUBLING[2:6], (2, 3, 4, 6), seeds=2, steps=600),
]
# About an hour of one GPU, by estimate.
FULL: list[Cell] = [
    *_map("seq_to_seq", "width", _DOUBLING, _WIDTHS, seeds=3, steps=2000),
    *_map("seq_to_seq", "depth", _DOUBLING, _DEPTHS, seeds=3, steps=2000),
    *_map("next_token", "width", _DOUBLING, _WIDTHS, seeds=3, steps=2000),
    *_map("next_token", "depth", _DOUBLING, _DEPTHS, seeds=3, steps=2000),
    *_map(
        "seq_to_seq", "width", _DOUBLING, _WIDTHS, seeds=3, steps=2000, data="turkish"
    ),
]


def bucket(cell: Cell) -> tuple[str, ...]:
    """Cells that share a compilation."""
    shape = (cell.task, cell.knob, cell.size, cell.samples, cell.data)
    return tuple(map(str, shape))


def finish(records: Sequence[Record], out: Path) -> None:
    """Fits, table and figure."""
    write_whole(out / "fits.json", json.dumps(fits(records), indent=1) + "\n")
    write_whole(out / "table.md", table(records))
    figure = maps(records)
    style.save(figure, out, NAME)


SWEEP = Sweep(
    name=NAME,
    sizes={"smoke": SMOKE, "small": SMALL, "full": FULL},
    run=run,
    bucket=bucket,
    finish=finish,
)


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing, then write fits, table and figure."""
    return sweeps.main(SWEEP, arguments)


if __name__ == "__main__":
    sys.exit(main())
