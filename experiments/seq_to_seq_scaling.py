"""How many parameters does a trained network need for a label of every token?

The fewest parameters W of a trained network that gets all nN labels right, against nN,
varying N at one length n and n at one N: KS25 (arXiv 2409.17677, Corollary 4.1 and
Theorem 4.3) has W grow like the root of nN, by either. Beside them the constructions of
the library on the same data, what KS25 promises, the lower bound, and the laws of bits
a parameter. No token occurs twice in a sequence, so that all nN labels are free.
Attention is uniform; ``full`` has softmax attention as well.

    memcap sweep seq_to_seq_scaling --size smoke|small|full --out DIR
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from experiments.scaling_cells import Cell, bucket, execute
from experiments.scaling_report import save
from memcap.sweeps import Record, Sweep
from memcap.sweeps import main as sweep_main

NAME = "seq_to_seq_scaling"
LENGTH, SAMPLES = 4, 32
QUICK = {"steps": 200, "width": 2, "tries": 1, "ladder": (2, 16)}


def cell(scan: str, samples: int, length: int, seed: int = 0, **more: Any) -> Cell:
    """A search on sequences of pairwise different tokens."""
    known = {"task": "seq_to_seq", "vocab": 16, "duplicates": False}
    shape = {"scan": scan, "samples": samples, "length": length, "seed": seed}
    return Cell(**(known | shape | more))


SMOKE = [
    *(cell("samples", n, 4, seed, **QUICK) for n, seed in product((4, 8), range(2))),
    cell("length", 4, 8, **QUICK),
]
SMALL = [
    *(
        cell("samples", n, LENGTH, seed)
        for n, seed in product((16, 32, 64, 128), range(2))
    ),
    *(cell("length", SAMPLES, n, seed) for n, seed in product((2, 3, 8, 12), range(2))),
]
# Sized for an hour of a GPU; never run.
FULL = [
    cell(
        scan,
        samples,
        length,
        seed,
        vocab=256,
        steps=10_000,
        tries=4,
        rates=(0.01, 0.03, 0.1),
        attention=attention,
        budget=2_000_000,
    )
    for attention in ("uniform", "softmax")
    for scan, samples, length in (
        *(("samples", 2**k, 8) for k in range(3, 12)),
        *(("length", 64, 2**k) for k in (1, 2, 4, 5, 6, 7)),
    )
    for seed in range(5)
]


def run(cells: Sequence[Cell]) -> Iterator[Record]:
    """The searches of one bucket."""
    return execute(SWEEP, cells)


def finish(records: Sequence[Record], out: Path) -> None:
    """Fits, table and figure."""
    save(records, out, NAME)


SWEEP = Sweep(
    name=NAME,
    sizes={"smoke": SMOKE, "small": SMALL, "full": FULL},
    run=run,
    bucket=bucket,
    finish=finish,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sweep as its options say."""
    return sweep_main(SWEEP, arguments)


if __name__ == "__main__":
    sys.exit(main())
