"""How few numbers memorize N labels, and how many bits do they take?

The smallest explicit memorizers of the library, for next-token and
sequence-to-sequence labels with 2, 4 and 16 classes, beside the construction of KS25
(arXiv 2409.17677, Theorem 4.1) with constants fitted to the data, what that theorem
promises, the lower bounds, and the bits-per-parameter laws of trained models. Every
network is checked by the exact forward pass of its weights; a run that is not PROVED
makes the program end with exit code 1.

    python -m experiments.compact --size smoke|small|full --out DIR
"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

from experiments.compact_figure import bits, parameters
from experiments.compact_runs import NAME, SEQ_TO_SEQ, Built, as_config, execute
from experiments.compact_summary import CROSSING, LADDER, table
from experiments.recorded import options, recorded, refuse_failures
from memcap.analysis import style
from memcap.sweeps.records import Record, Store, key_of

COMPACT, PRINTED = "compact_next_token", "next_token"


def _runs(
    construction: str,
    samples: Sequence[int],
    seeds: int,
    classes: int = 2,
    length: int = 16,
) -> list[Built]:
    return [
        Built(
            construction=construction,
            samples=n,
            classes=classes,
            seed=seed,
            length=length,
        )
        for n, seed in product(samples, range(seeds))
    ]


def _sweep(ladder: tuple[int, ...], seeds: int, wide_seeds: int) -> list[Built]:
    """All constructions; the last rung of the dearer ones with `wide_seeds` seeds."""
    runs = _runs(COMPACT, ladder, seeds) + _runs(PRINTED, ladder, min(seeds, 3))
    for classes in (4, 16):
        runs += _runs(COMPACT, ladder[:-1], min(seeds, 3), classes)
        runs += _runs(COMPACT, ladder[-1:], wide_seeds, classes)
    return runs


def _tokens(ladder: Sequence[int], seeds: int) -> list[Built]:
    rounded = [n // 8 * 8 for n in ladder]
    return _runs(SEQ_TO_SEQ, rounded, seeds, classes=4, length=8)


SMOKE: list[Built] = [
    *_sweep((50, 100, 200), seeds=2, wide_seeds=1),
    *_tokens((48, 96, 200), seeds=1),
]
SMALL: list[Built] = [
    *_sweep(LADDER, seeds=5, wide_seeds=1),
    *_runs(COMPACT, CROSSING, seeds=5),
    *_tokens(LADDER[:-1], seeds=3),
]
FULL: list[Built] = [
    *_sweep((*LADDER, 316_228, 1_000_000), seeds=20, wide_seeds=5),
    *_runs(COMPACT, CROSSING, seeds=20),
    *_tokens(LADDER, seeds=10),
]
SIZES = {"smoke": SMOKE, "small": SMALL, "full": FULL}


def key(run: Built) -> str:
    """The key of a run's record."""
    return key_of(as_config(run), run.seed)


def main(arguments: list[str] | None = None) -> tuple[Record, ...]:
    """Run what is not on record yet, print the table, write records and figure.

    Raises:
        SystemExit: with code 1 where a network is not PROVED.
    """
    given = options(NAME, __doc__, SIZES).parse_args(arguments)
    runs, store = SIZES[given.size], Store(given.out / f"records/{NAME}.jsonl")
    records = recorded(runs, store, key, execute)
    refuse_failures(records)
    print(table(records))
    save(records, given.out / "figures")
    return records


def save(records: Sequence[Record], folder: Path) -> None:
    """The figures as PNG and SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in ((NAME, parameters), (f"{NAME}_bits", bits)):
        figure = draw(records)
        style.save(figure, folder, name)


if __name__ == "__main__":
    main()
