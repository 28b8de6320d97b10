"""Do KS25's own trainings show √N? Appendix H again, with seeds and all parameters.

KS25 (arXiv 2409.17677, Appendix H) trains the architecture of its Theorem B.1, two
stacks of narrow blocks around one averaging layer, and reports the loss against the
number of blocks (Figures 1 and 2), the smallest number of blocks for N labels
(Figure 3), and the same for sequences of several lengths. MultiNLI and IMDb are
replaced by Turkish text with labels drawn at random, which leaves nothing to be
guessed, once with a trained embedding, once with fixed vectors, and by random ids.

    python -m experiments.ks25_appendix_h --size smoke|small|full --out DIR
"""

import json
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

from experiments.ks25_appendix_h_figure import curves, smallest
from experiments.ks25_appendix_h_runs import NAME, Cell, Part, Tokens, run
from experiments.ks25_appendix_h_summary import fits, table
from memcap import sweeps
from memcap.analysis import style
from memcap.sweeps import Record, Sweep
from memcap.sweeps.storage import write_whole


def _smallest(
    tokens: Tokens,
    samples: Sequence[int],
    ladder: tuple[int, ...],
    seeds: int,
    **fields: Any,
) -> list[Cell]:
    return [
        Cell(
            part="smallest",
            tokens=tokens,
            samples=n,
            ladder=ladder,
            seed=seed,
            **fields,
        )
        for n, seed in product(samples, range(seeds))
    ]


def _curves(
    samples: int,
    classes: int,
    units: Sequence[int],
    seeds: int,
    arms: Sequence[Tokens] = ("words", "fixed"),
    **fields: Any,
) -> list[Cell]:
    """Best of two trials, as in the paper; no threshold stops them."""
    return [
        Cell(
            part="curve",
            tokens=tokens,
            samples=samples,
            classes=classes,
            ladder=(number,),
            seed=seed,
            trials=2,
            **fields,
        )
        for tokens, number, seed in product(arms, units, range(seeds))
    ]


def _lengths(
    samples: int,
    lengths: Sequence[int],
    ladder: tuple[int, ...],
    seeds: int,
    **fields: Any,
) -> list[Cell]:
    return [
        Cell(
            part="length",
            tokens="uniform",
            samples=samples,
            length=length,
            classes=2,
            ladder=ladder,
            seed=seed,
            **fields,
        )
        for length, seed in product(lengths, range(seeds))
    ]


_SHORT, _LONG = (1, 2, 3, 4, 6, 8), (1, 2, 3, 4, 6, 8, 12, 16)

SMOKE: list[Cell] = [
    *_smallest("ids", (8,), (1, 2), seeds=2, steps=100, trials=2),
    *_curves(16, 2, (1,), seeds=1, arms=("fixed",), steps=50),
    *_lengths(8, (4,), (1,), seeds=1, steps=100, trials=2),
]
SMALL: list[Cell] = [
    *_smallest("words", (600, 1000, 1400, 1700), (1, 2, 3), seeds=2),
    *_smallest("ids", (60, 90, 130, 190, 280), _SHORT, seeds=3),
    *_smallest("more_ids", (400, 560, 780), (1, 2, 4, 8), seeds=2),
    *_smallest("fixed", (30, 45, 65, 95), _SHORT, seeds=3),
    *_smallest("fixed", (65, 95), (1, 2, 4), seeds=2, steps=4000),
    *_curves(400, 3, (1, 4, 10), seeds=2),
    *_lengths(60, (10, 30, 100, 300), (1, 2, 3, 4, 6), seeds=2),
]
# About an hour of one GPU, by estimate.
FULL: list[Cell] = [
    *_smallest("words", range(600, 1701, 100), _LONG, seeds=10, trials=10),
    *_smallest("ids", (90, 130, 190, 280), _LONG, seeds=5, trials=10),
    *_smallest("more_ids", (400, 560, 780, 1100), _LONG, seeds=5, trials=10),
    *_smallest("fixed", (45, 65, 95, 140), _LONG, seeds=5, trials=10),
    *_smallest("fixed", (95, 140), (1, 2, 4, 8), seeds=3, trials=10, steps=20_000),
    *_curves(2000, 3, (1, 10, 20, 30, 40, 50), seeds=3),
    *_curves(3000, 2, (1, 10, 20, 30, 40), seeds=3),
    *_lengths(500, (10, 100, 1000, 10_000), _SHORT, seeds=3, trials=10),
]


def bucket(cell: Cell) -> tuple[Part, Tokens, int, int]:
    """Cells that share compilations, up to the number of words."""
    return cell.part, cell.tokens, cell.samples, cell.length


def finish(records: Sequence[Record], out: Path) -> None:
    """Fits, tables and figures."""
    write_whole(out / "fits.json", json.dumps(fits(records), indent=1) + "\n")
    write_whole(out / "table.md", table(records))
    for name, draw in ((NAME, smallest), (f"{NAME}_curves", curves)):
        figure = draw(records)
        style.save(figure, out, name)


SWEEP = Sweep(
    name=NAME,
    sizes={"smoke": SMOKE, "small": SMALL, "full": FULL},
    run=run,
    bucket=bucket,
    finish=finish,
)


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing, then write fits, tables and figures."""
    return sweeps.main(SWEEP, arguments)


if __name__ == "__main__":
    sys.exit(main())
