"""How many numbers does a memorizer need whose float forward pass is exact?

Networks built for a type: no number on the way has more than the type's p significant
bits, so that the plain forward pass in float64, float32 or bfloat16 gives every label.
Each is proved exactly, run in its type by Flax, and run in the next shorter type with
rounded weights. Beside them the exponent of KS25 (arXiv 2409.17677, Lemma F.1 and
Theorem F.1): N / B numbers of about B bits. A network that is not PROVED, or wrong in
its type, makes the program end with exit code 1.

    python -m experiments.hardware_exact --size smoke|small|full --out DIR
"""

from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path

import memcap as mc
from experiments.hardware_exact_figure import draw
from experiments.hardware_exact_runs import (
    NAME,
    REFUSED,
    TYPES,
    Run,
    as_config,
    execute,
)
from experiments.hardware_exact_summary import table
from experiments.recorded import options, recorded, refuse_failures
from memcap.analysis import style
from memcap.sweeps.records import Record, Store, key_of

FORMS = ("wide", "deep")
BETWEEN = (16, 20, 32, 40)


def between() -> tuple[int, ...]:
    """Budgets between the types, where the construction takes any p."""
    options = mc.constructions.available()["hardware_exact"].options
    return BETWEEN if "significand" in options else ()


def _runs(
    significands: Iterable[int], samples: Iterable[int], seeds: int
) -> tuple[Run, ...]:
    return tuple(
        Run(significand=p, form=form, samples=n, seed=seed)
        for p, form, n, seed in product(significands, FORMS, samples, range(seeds))
    )


def smoke() -> tuple[Run, ...]:
    """Seconds."""
    return _runs(TYPES, (10, 40), 1) + _runs(between()[:1], (40,), 1)


def small() -> tuple[Run, ...]:
    """Minutes."""
    ladder = _runs(TYPES, (100, 300, 1_000), 2) + _runs(TYPES, (3_000,), 1)
    return ladder + _runs(between(), (1_000,), 1)


def full() -> tuple[Run, ...]:
    """An hour or more."""
    samples = (30, 100, 300, 1_000, 3_000, 10_000)
    return _runs(TYPES, samples, 5) + _runs(between(), samples, 5)


SIZES = {"smoke": smoke, "small": small, "full": full}


def key(run: Run) -> str:
    """The key of a run's record."""
    return key_of(as_config(run), run.seed)


def main(arguments: list[str] | None = None) -> tuple[Record, ...]:
    """Run what is not on record yet, print the table, write records and figure.

    Raises:
        SystemExit: with code 1 where a label is not proved or wrong in the type.
    """
    given = options(NAME, __doc__, SIZES).parse_args(arguments)
    runs, store = SIZES[given.size](), Store(given.out / f"records/{NAME}.jsonl")
    records = recorded(runs, store, key, execute)
    refuse_failures(records)
    print(table(records))
    save(records, given.out / "figures")
    return records


def save(records: Sequence[Record], folder: Path) -> None:
    """The figure as PNG and SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    figure = draw([r for r in records if r.results["verdict"] != REFUSED])
    style.save(figure, folder, NAME)


if __name__ == "__main__":
    main()
