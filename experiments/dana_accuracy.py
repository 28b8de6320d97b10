"""How many associations does attention alone hold after training?

    python -m experiments.dana_accuracy --size smoke|small|full --out DIR

Dana, Pydi and Chevaleyre (arXiv 2411.10115, Corollary 2) guarantee H heads of size d_h
on V tokens of dimension d an accuracy of ``1/V + (1 - 1/V)(H d_h + d)/T0`` on
T0 associations. As in their experiments these are all V^2 pairs of tokens (S = 2), each
with one random next token, and the network is one attention layer with its skip
connection between embedding with positions and readout: no feed-forward layer.

Replicated is the repository's protocol of the scaling runs, not the one of the text:
Adam, 64 x 64 steps on batches of 256. Differences: the step size falls linearly from
0.03 to 0, not from 0.1 to 0.005 (one cell of ``small`` starts from 0.1, and is worse);
scores are divided by sqrt(d_h); initial weights are ours; the readout has a bias, V
numbers more than the paper counts. The text's protocol, ten million pairs in batches of
1024 at 1e-3, is part of ``full``.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np

import memcap as mc
from experiments.dana_accuracy_figure import finish
from experiments.dana_accuracy_published import ROWS, Shape
from memcap.data import Dataset
from memcap.nn import Config, trained_parameters
from memcap.sweeps import Record, Sweep, main
from memcap.training import Member, TrainConfig, train_ensemble

NAME = "dana_accuracy"


@dataclass(frozen=True)
class Cell:
    """One training.

    Args:
        vocab: V, the paper's N.
        dim: d.
        head_size: d_h.
        heads: H.
        seed: of labels and initial weights.
        steps: steps of the training.
        batch_size: pairs of a step, drawn with replacement.
        learning_rate: step size at the start.
        schedule: ``linear`` to 0 or ``constant``.
    """

    vocab: int
    dim: int
    head_size: int
    heads: int
    seed: int = 0
    steps: int = 64 * 64
    batch_size: int = 256
    learning_rate: float = 0.03
    schedule: str = "linear"

    @property
    def guaranteed(self) -> float | None:
        """The accuracy of Corollary 2, which is said of d_h <= d alone."""
        if self.head_size > self.dim:
            return None
        value = mc.bounds.get("Dana24.Cor2")(
            vocab=self.vocab,
            num_samples=self.vocab**2,
            heads=self.heads,
            head_size=self.head_size,
            dim=self.dim,
        )
        return float(value)


def associations(vocab: int, seed: int) -> Dataset:
    """All V^2 pairs, each with a random next token."""
    first, second = np.divmod(np.arange(vocab**2), vocab)
    labels = np.random.default_rng([seed, vocab]).integers(0, vocab, vocab**2)
    return mc.data.from_arrays(
        np.stack([first, second], axis=1), labels, num_classes=vocab
    )


def network(cell: Cell) -> Config:
    """Attention with its skip connection, and nothing else."""
    return Config(
        vocab=cell.vocab,
        classes=cell.vocab,
        width=cell.dim,
        heads=cell.heads,
        head_size=cell.head_size,
        encoder_depth=0,
        decoder_depth=0,
        positions=2,
        scale_scores=True,
    )


def member(cell: Cell) -> Member:
    """The network to be trained on its associations."""
    settings = TrainConfig(
        steps=cell.steps,
        learning_rate=cell.learning_rate,
        warmup=0,
        schedule=cell.schedule,  # pyright: ignore[reportArgumentType]
        batch_size=cell.batch_size,
        check_every=max(1, cell.steps // 16),
    )
    data = associations(cell.vocab, cell.seed)
    return Member(network(cell), settings, data, seed=cell.seed)


def run(cells: Sequence[Cell]) -> Iterator[Record]:
    """One training a cell; cells of one shape share a compilation."""
    for cell in cells:
        begun = perf_counter()
        (outcome,) = train_ensemble([member(cell)])
        results = {
            "guaranteed": cell.guaranteed,
            "correct": outcome.correct,
            "total": outcome.total,
            "loss": None if outcome.diverged else outcome.loss,
            "steps": outcome.steps,
            "diverged": outcome.diverged,
            "numerics": outcome.member.settings.numerics,
        }
        counts = trained_parameters(network(cell))
        seconds = round(perf_counter() - begun, 3)
        yield SWEEP.record(cell, results, counts=counts, seconds=seconds)


def grid(rows: dict[str, int], **fields) -> list[Cell]:
    """The shapes of published rows, each with so many seeds; a shape once."""
    seeds: dict[Shape, int] = {}
    for name, count in rows.items():
        for shape in ROWS[name].accuracy:
            seeds[shape] = max(count, seeds.get(shape, 0))
    return [
        Cell(**asdict(shape), seed=seed, **fields)
        for shape, count in seeds.items()
        for seed in range(count)
    ]


SMOKE = [Cell(10, 2, 2, 1, seed, steps=64) for seed in (0, 1)]
# The last cell is the repository's first step size, for what it does here.
SMALL = [
    *grid({"d10": 2, "d2": 3, "d5": 2}),
    Cell(50, 10, 10, 16, learning_rate=0.1),
]
# An hour of one GPU: five repetitions as in the repository, and the text's protocol.
FULL = [
    *grid(dict.fromkeys(ROWS, 5)),
    *grid(
        {"d10": 2},
        steps=10_000,
        batch_size=1024,
        learning_rate=1e-3,
        schedule="constant",
    ),
]

SWEEP = Sweep(
    name=NAME,
    sizes={"smoke": SMOKE, "small": SMALL, "full": FULL},
    run=run,
    bucket=lambda cell: (cell.vocab, cell.dim, cell.head_size, cell.heads),
    finish=finish,
)

if __name__ == "__main__":
    sys.exit(main(SWEEP))
