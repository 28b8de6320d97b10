"""Does one rank-1 softmax layer memorize with the theorem's own v and kappa?

KS23 (arXiv 2307.14023) proves that one softmax layer of rank one tells all contexts
apart, writing down the projection v and the scale kappa, and reports a trained layer
with near-perfect training accuracy. Here both stand side by side on token-labelled real
text: v and kappa frozen at their theoretical values, started there, or trained from
random, against rank two, full rank and no scores at all. All arms see the same fixed
random word vectors and have the same residual ReLU layer and readout behind them, both
trained; the constructed, certified memorizer is the yardstick. Beside it: how many
contexts the theoretical layer separates exactly, in float64 and in float32.

    python -m experiments.one_layer_rank_one --size smoke|small|full --out DIR
"""

from itertools import product
from pathlib import Path
from typing import Any

from experiments.one_layer_arms import ARMS
from experiments.one_layer_data import Labels
from experiments.one_layer_figure import draw
from experiments.one_layer_runs import (
    NAME,
    Constructed,
    Ids,
    Run,
    Trained,
    as_config,
    execute,
)
from experiments.one_layer_summary import table
from experiments.recorded import options, recorded
from memcap.analysis import style
from memcap.sweeps.records import Record, Store, key_of


def _trained(
    labels: Labels, samples: tuple[int, ...], hidden: tuple[int, ...], **fields: Any
) -> list[Run]:
    return [
        Trained(arm=arm, labels=labels, samples=n, hidden=q, **fields)
        for n, q, arm in product(samples, hidden, ARMS)
    ]


SMOKE: list[Run] = [
    Ids(labels="next", vocab=16, seeds=2),
    Constructed(labels="next", vocab=16, samples=20),
    *_trained("next", (20,), (16,), vocab=16, seeds=2, steps=60, rates=(0.03,)),
]
SMALL: list[Run] = [
    *(Ids(labels="next", vocab=vocab) for vocab in (8, 12, 16, 20, 24, 32, 48)),
    *(Ids(labels="next", vocab=32, samples=n) for n in (40, 80, 160)),
    Ids(labels="class", vocab=32, samples=160),
    *(Constructed(labels="next", samples=n) for n in (40, 80, 160)),
    Constructed(labels="class", samples=160),
    *_trained("next", (40, 80, 160), (32, 128)),
    *_trained("class", (160,), (32, 128)),
]
FULL: list[Run] = [
    *(
        Ids(labels="next", vocab=vocab, seeds=20)
        for vocab in (8, 12, 16, 20, 24, 32, 48, 64)
    ),
    *(
        Ids(labels=labels, vocab=32, samples=n, seeds=20)
        for labels, n in product(("class", "next"), (40, 80, 160))
    ),
    *(
        Constructed(labels=labels, samples=n)
        for labels, n in product(("class", "next"), (40, 80, 160))
    ),
    *_trained("next", (40, 80, 160), (32, 64, 128, 256), seeds=20, steps=20000),
    *_trained("class", (40, 80, 160), (32, 64, 128, 256), seeds=20, steps=20000),
]
SIZES = {"smoke": SMOKE, "small": SMALL, "full": FULL}


def key(run: Run) -> str:
    """The key of a run's record."""
    return key_of(as_config(run))


def main(arguments: list[str] | None = None) -> tuple[Record, ...]:
    """Run what is not on record yet, print the table, write records and figure."""
    given = options(NAME, __doc__, SIZES).parse_args(arguments)
    runs, store = SIZES[given.size], Store(given.out / f"records/{NAME}.jsonl")
    records = recorded(runs, store, key, execute)
    print(table(records))
    save(records, given.out / "figures")
    return records


def save(records: tuple[Record, ...], folder: Path) -> None:
    """The figure as PNG and SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    figure = draw(records)
    style.save(figure, folder, NAME)


if __name__ == "__main__":
    main()
