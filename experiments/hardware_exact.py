"""How many numbers does a memorizer need whose float forward pass is exact?

Networks built for a type: no number on the way has more than the type's p significant
bits, so that the plain forward pass in float64, float32 or bfloat16 gives every label.
Each is proved exactly, run in its type by Flax, and run in the next shorter type with
rounded weights. Beside them the exponent of KS25 (arXiv 2409.17677, Lemma F.1 and
Theorem F.1): N / B numbers of about B bits. A network that is not PROVED, or wrong in
its type, makes the program end with exit code 1.

    python -m experiments.hardware_exact --size smoke|small|full --out DIR
"""

import argparse
import sys
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


def main(arguments: list[str] | None = None) -> tuple[Record, ...]:
    """Run what is not on record yet, print the table, write records and figure.

    Raises:
        SystemExit: with code 1 where a label is not proved or wrong in the type.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m experiments.{NAME}",
        description=(__doc__ or "").split("\n")[0],
    )
    parser.add_argument("--size", choices=tuple(SIZES), default="small")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for records/ and figures/"
    )
    given = parser.parse_args(arguments)
    runs, store = SIZES[given.size](), Store(given.out / f"records/{NAME}.jsonl")
    for run in runs:
        if key_of(as_config(run), run.seed) not in store.keys():
            store.append(record := execute(run))
            print(f"{record.seconds:.1f} s  {run}", flush=True)
    wanted = {key_of(as_config(run), run.seed) for run in runs}
    records = tuple(record for record in store.records() if record.key in wanted)
    stop_at_failures(records)
    print(table(records))
    save(records, given.out / "figures")
    return records


def stop_at_failures(records: Sequence[Record]) -> None:
    """End with exit code 1 if any network is wrong; refused ones are results."""
    failed = [record for record in records if record.status == "failed"]
    for record in failed:
        print(f"{record.config}: {record.reason}", file=sys.stderr)
    if failed:
        raise SystemExit(1)


def save(records: Sequence[Record], folder: Path) -> None:
    """The figure as PNG and SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    figure = draw([r for r in records if r.results["verdict"] != REFUSED])
    (folder / f"{NAME}.png").write_bytes(style.to_png(figure))
    (folder / f"{NAME}.svg").write_text(style.to_svg(figure, NAME))


if __name__ == "__main__":
    main()
