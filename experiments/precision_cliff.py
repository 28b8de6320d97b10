"""How many digits of the weights does memorizing take, and what do fewer cost?

Every weight of a network is rounded to k significant binary digits, the forward pass
of the rounded network stays exact, and its labels are compared with those memorized.
Three kinds of network side by side: the compact memorizer, the construction of KS25
(arXiv 2409.17677, Theorem 4.1) and one trained by gradient descent.

    python -m experiments.precision_cliff --size smoke|small|full --out DIR
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import memcap as mc
from experiments.precision_figure import draw, table
from experiments.precision_rounding import decided, longest, rounded_weights
from experiments.recorded import options, recorded
from memcap.analysis import style
from memcap.data.dataset import Dataset
from memcap.model.weights import Weights
from memcap.nn import Config
from memcap.sweeps.provenance import git_commit, now, versions
from memcap.sweeps.records import Record, Store, key_of
from memcap.training import TrainConfig, train

NAME = "precision_cliff"
TRAINED = "trained"


@dataclass(frozen=True, kw_only=True)
class Cliff:
    """One network and the numbers of digits it is rounded to.

    Args:
        network: a construction, or ``trained``.
        samples: N.
        points: most numbers of digits tried, evenly spread; the last ones always.
        hidden: units of a token-wise layer, for a trained network.
        steps: most steps of training.
        seed: of the data and the network.
    """

    network: str
    samples: int
    points: int = 60
    hidden: int = 0
    steps: int = 0
    seed: int = 0

    @property
    def ds(self) -> Dataset:
        """Random sequences of 16 tokens with random labels 0 and 1."""
        return mc.data.random_next_token(
            num_samples=self.samples, length=16, vocab=64, classes=2, seed=self.seed
        )


SMOKE: list[Cliff] = [
    Cliff(network="compact_next_token", samples=60, points=20),
    Cliff(network="next_token", samples=60, points=20),
    Cliff(network=TRAINED, samples=30, points=8, hidden=24, steps=300),
]
SMALL: list[Cliff] = [
    *(Cliff(network="compact_next_token", samples=n) for n in (100, 1_000, 10_000)),
    *(Cliff(network="next_token", samples=n) for n in (100, 1_000)),
    Cliff(network=TRAINED, samples=1_000, hidden=48, steps=3_000),
]
FULL: list[Cliff] = [
    *(Cliff(network="compact_next_token", samples=n, seed=s) for n, s in
      ((100, 0), (1_000, 0), (1_000, 1), (10_000, 0), (10_000, 1), (100_000, 0))),
    *(Cliff(network="next_token", samples=n) for n in (100, 1_000, 10_000)),
    *(Cliff(network=TRAINED, samples=1_000, hidden=q, steps=10_000, seed=s)
      for q in (32, 48, 128) for s in (0, 1)),
]  # fmt: skip
SIZES = {"smoke": SMOKE, "small": SMALL, "full": FULL}


def as_config(run: Cliff) -> dict[str, Any]:
    """The configuration of a run as JSON."""
    return {"experiment": NAME, **asdict(run)}


def network(run: Cliff, ds: Dataset) -> tuple[Weights, dict[str, Any]]:
    """The weights before rounding, and what is known of them."""
    if run.network != TRAINED:
        built = mc.construct(run.network, ds, seed=run.seed)
        return built.weights, {"id_bits": built.report.get("id_bits")}
    # A mean of the tokens, so that the forward pass is rational.
    config = Config(
        vocab=64,
        width=12,
        head_size=12,
        attention="uniform",
        decoder_depth=2,
        hidden=run.hidden,
    )
    settings = TrainConfig(steps=run.steps)
    seeds = (run.seed, run.seed + 1)
    found = train(config, settings, ds, seeds=seeds, learning_rates=(0.01, 0.03))
    return found.weights, {"steps": found.steps}


def digits_tried(most: int, points: int) -> list[int]:
    """Numbers of digits from 1 to `most`, every one of the last three.

    Example:
        >>> digits_tried(10, 4)
        [1, 4, 7, 8, 9, 10]
    """
    spread = np.unique(np.linspace(1, most, min(points, most)).round().astype(int))
    return sorted({*spread.tolist(), *range(max(1, most - 2), most + 1)})


def execute(run: Cliff) -> Record:
    """Build or train, round, and count the labels that are still right."""
    begun, ds = time.perf_counter(), run.ds
    weights, known = network(run, ds)
    certificate = mc.verify(weights, ds)
    most = longest(weights)
    digits = digits_tried(most, run.points)
    correct = [
        int((decided(rounded_weights(weights, k), ds) == ds.labels).sum())
        for k in digits
    ]
    results = known | {
        "verdict": certificate.verdict.value,
        "unrounded": certificate.correct,
        "total": ds.num_labels,
        "commonest": int(np.bincount(ds.labels).max()),
        "longest": most,
        "digits": digits,
        "correct": correct,
        "commit": git_commit(),
    }
    return Record(
        config=as_config(run),
        seed=run.seed,
        results=results,
        counts=asdict(certificate.counts),
        versions=versions(),
        seconds=round(time.perf_counter() - begun, 3),
        time=now(),
    )


def key(run: Cliff) -> str:
    """The key of a run's record."""
    return key_of(as_config(run), run.seed)


def main(arguments: list[str] | None = None) -> tuple[Record, ...]:
    """Run what is not on record yet, print the table, write records and figure."""
    given = options(NAME, __doc__, SIZES).parse_args(arguments)
    runs, store = SIZES[given.size], Store(given.out / f"records/{NAME}.jsonl")
    records = recorded(runs, store, key, execute)
    print(table(records))
    save(records, given.out / "figures")
    return records


def save(records: Sequence[Record], folder: Path) -> None:
    """The figure as PNG and SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    figure = draw(records)
    style.save(figure, folder, NAME)


if __name__ == "__main__":
    main()
