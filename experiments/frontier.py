"""Where is the capacity frontier? Bits a number stores, from N = 10^2 to 10^12.

Theorems as printed, networks written down for the data, networks that floats run
exactly, trained networks, the laws of the literature, and lower bounds, for N random
sequences of 16 tokens over 64 ids with two labels. Compact networks and the fitted
theorem are read from the records of `experiments.compact`.

    python -m experiments.frontier --size smoke|small|full --out DIR
"""

import json
from collections.abc import Sequence
from pathlib import Path

from experiments.frontier_figure import draw
from experiments.frontier_runs import NAME, Run, as_config, execute, trained
from experiments.frontier_summary import frontier, summary
from experiments.frontier_table import table
from experiments.recorded import options, recorded, refuse_failures
from memcap.analysis import style
from memcap.sweeps.records import Record, Store, key_of

COMPACT = Path(__file__).parent / "records" / "compact.jsonl"


def _exact(samples: Sequence[int], seeds: int) -> list[Run]:
    return [
        Run(network=dtype, samples=n, seed=seed)
        for n in samples
        for dtype in ("float64", "float32")
        for seed in range(seeds)
    ]


SMOKE = [*_exact((50, 100), 1), trained(40, 1500, widths=(4, 8, 16))]
SMALL = [
    *_exact((100, 316, 1000, 3162), 3),
    *_exact((10_000,), 1),
    *(trained(n, 3000, seed) for n in (100, 178, 316) for seed in range(3)),
]
FULL = [
    *_exact((100, 316, 1000, 3162, 10_000), 10),
    *_exact((31_623, 100_000), 1),
    *(
        trained(n, 10_000, seed)
        for n in (100, 178, 316, 562, 1000, 1778)
        for seed in range(5)
    ),
]
SIZES = {"smoke": SMOKE, "small": SMALL, "full": FULL}


def key(run: Run) -> str:
    """The key of a run's record."""
    return key_of(as_config(run), run.seed)


def main(arguments: list[str] | None = None) -> tuple[Record, ...]:
    """Run what is not on record yet, print the tables, write records and figure.

    Raises:
        SystemExit: with code 1 where a network is not PROVED.
    """
    parser = options(NAME, __doc__, SIZES)
    parser.add_argument(
        "--compact", type=Path, default=COMPACT, help="records of experiments.compact"
    )
    given = parser.parse_args(arguments)
    runs, store = SIZES[given.size], Store(given.out / f"records/{NAME}.jsonl")
    records = recorded(runs, store, key, execute)
    refuse_failures(records)
    report(records, Store(given.compact).records(), given.out)
    return records


def report(own: Sequence[Record], compact: Sequence[Record], out: Path) -> None:
    """Tables as text and JSON, and the figure as PNG and SVG."""
    found = frontier(compact, own)
    text = table(found, own)
    print(text)
    (out / f"records/{NAME}.md").write_text(text + "\n")
    body = json.dumps(summary(found, own), indent=1, allow_nan=False)
    (out / f"records/{NAME}.json").write_text(body + "\n")
    folder = out / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    figure = draw(found)
    style.save(figure, folder, NAME)


if __name__ == "__main__":
    main()
