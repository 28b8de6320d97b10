"""How many parameters does a trained network need for N next-token labels?

The fewest parameters W of a trained network that gets all N labels right, against N at
one length n, and against n at one N; beside them the constructions of the library on
the same data, what KS25 (arXiv 2409.17677) promises, the lower bound, and the laws of
bits a parameter. Attention is uniform: its exact forward pass is rational, and a mean
serves all tokens of a sequence however long. ``full`` has softmax attention as well.

    memcap sweep next_token_scaling --size smoke|small|full --out DIR
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

from experiments.scaling_cells import Cell, bucket, execute
from experiments.scaling_report import save
from memcap.sweeps import Record, Sweep
from memcap.sweeps import main as sweep_main

NAME = "next_token_scaling"
LENGTH, SAMPLES = 8, 64
QUICK = {"steps": 200, "width": 2, "tries": 1}

LOW = (2, 16)
SMOKE = [
    *(
        Cell(scan="samples", samples=n, length=4, seed=seed, ladder=LOW, **QUICK)
        for n, seed in product((16, 32), range(2))
    ),
    Cell(scan="length", samples=16, length=8, ladder=LOW, **QUICK),
]
SMALL = [
    *(
        Cell(scan="samples", samples=n, length=LENGTH, seed=seed, steps=1000)
        for n, seed in product((64, 128, 256, 512), range(3))
    ),
    *(
        Cell(scan="length", samples=SAMPLES, length=n, seed=seed, steps=1000)
        for n, seed in product((4, 16, 64, 256, 1024), range(2))
    ),
    # Steps are ten times as dear as at n = 1024: a ladder of few rungs.
    Cell(
        scan="length",
        samples=SAMPLES,
        length=10_000,
        steps=1000,
        ladder=(8, 32, 128),
        budget=16_000,
    ),
]
# Sized for an hour of a GPU; never run.
FULL = [
    Cell(
        scan=scan,
        samples=samples,
        length=length,
        seed=seed,
        steps=10_000,
        tries=4,
        rates=(0.01, 0.03, 0.1),
        attention=attention,
        budget=2_000_000,
    )
    for attention in ("uniform", "softmax")
    for scan, samples, length in (
        *(("samples", 2**k, 16) for k in range(6, 15)),
        *(("length", 256, n) for n in (4, 10, 32, 100, 316, 1000)),
        *([("length", 256, 10_000)] if attention == "uniform" else []),
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
