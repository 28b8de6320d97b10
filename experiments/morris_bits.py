"""How many bits of uniform random sequences does a parameter hold?

The protocol of Morris et al. 2025 (arXiv 2505.24832): a causal decoder is trained on
every next token of N sequences of S tokens drawn uniformly from V. What it saves of the
``N S log2 V`` bits of the data, ``N S log2 V - NLL``, is memorized; the most over N is
the capacity. Published: 3.64 bits a parameter from 1e5 to 2e7 parameters, after a
million steps of 2048 sequences. Here: thousands of parameters and of steps, S = 16,
V = 32.

    python -m experiments.morris_bits --size smoke|small|long|full --out DIR
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import log2
from pathlib import Path
from typing import Any

import numpy as np

import memcap as mc
from experiments.morris_bits_figure import figure
from experiments.morris_bits_summary import summary, table
from memcap.analysis import style
from memcap.sweeps import Record, Sweep
from memcap.sweeps import main as sweep_main
from memcap.sweeps.storage import write_whole
from memcap.training import Member, TrainConfig, train_ensemble

NAME = "morris_bits"


@dataclass(frozen=True)
class Cell:
    """One network trained on one draw of sequences.

    Args:
        samples: N.
        seed: of the data, the initial weights and the batches.
        width: slots of a token's state; two heads of half of it, four times as many
            hidden units.
        blocks: attention layers, each with a token-wise layer.
        length: S.
        vocab: V.
        steps: steps of Adam, the step size falling linearly to nothing.
        batch: sequences a step.
        learning_rate: largest step size.
    """

    samples: int
    seed: int = 0
    width: int = 8
    blocks: int = 2
    length: int = 16
    vocab: int = 32
    steps: int = 4000
    batch: int = 32
    learning_rate: float = 0.02


def sequences(cell: Cell) -> mc.data.Dataset:
    """Uniform sequences as inputs and next tokens.

    The input is a start token, number V, and all tokens but the last; the labels are
    all tokens. So the first token is paid for as well, as in the paper.
    """
    rng = np.random.default_rng(cell.seed)
    drawn = rng.integers(0, cell.vocab, (cell.samples, cell.length))
    start = np.full((cell.samples, 1), cell.vocab)
    inputs = np.concatenate([start, drawn[:, :-1]], axis=1)
    return mc.data.from_arrays(
        inputs, drawn, num_classes=cell.vocab, source=f"uniform, seed {cell.seed}"
    )


def most_bits(labels: np.ndarray, vocab: int) -> float:
    """What no model can exceed on these sequences, whatever its size.

    A model gives a law over sequences that does not know which of them is asked for,
    so ``NLL >= N H``, H the entropy of the empirical law: N log2 N for N distinct
    sequences.

    Example:
        >>> most_bits(np.array([[0, 1], [1, 1]]), 2)
        2.0
    """
    samples, length = labels.shape
    counts = np.unique(labels, axis=0, return_counts=True)[1]
    entropy = -float(np.sum(counts / samples * np.log2(counts / samples)))
    return samples * (length * log2(vocab) - entropy)


def config_of(cell: Cell) -> mc.nn.Config:
    """A decoder with positions, scaled scores and RMS norm."""
    return mc.nn.Config(
        task="seq_to_seq",
        vocab=cell.vocab + 1,
        classes=cell.vocab,
        width=cell.width,
        heads=2,
        head_size=cell.width // 2,
        hidden=4 * cell.width,
        blocks=cell.blocks,
        causal=True,
        positions=cell.length,
        norm="rms",
        scale_scores=True,
    )


def _member(cell: Cell) -> Member:
    settings = TrainConfig(
        steps=cell.steps,
        learning_rate=cell.learning_rate,
        schedule="linear",
        batch_size=cell.batch,
        check_every=cell.steps,
    )
    return Member(config_of(cell), settings, sequences(cell), seed=cell.seed)


def run(cells: Sequence[Cell]) -> Iterator[Record]:
    """Train the cells of one bucket."""
    outcomes = train_ensemble([_member(cell) for cell in cells])
    for cell, outcome in zip(cells, outcomes, strict=True):
        parts = mc.nn.trained_parameters(config_of(cell))
        labels = outcome.member.ds.labels
        results: dict[str, Any] = {
            "bits": outcome.bits,
            "data_bits": outcome.total * log2(cell.vocab),
            "most_bits": most_bits(labels, cell.vocab),
            "loss": outcome.loss,
            "correct": outcome.correct,
            "labels": outcome.total,
            "steps": outcome.steps,
            "data": outcome.member.ds.sha256,
            "numerics": outcome.member.settings.numerics,
        }
        counts = parts | {"parameters": sum(parts.values())}
        yield SWEEP.record(cell, results, counts=counts, seconds=outcome.seconds)


def finish(records: Sequence[Record], out: Path) -> None:
    """Capacities, table and figure, from the records alone."""
    write_whole(out / "fits.json", summary(records))
    write_whole(out / "table.md", table(records))
    drawn = figure(records)
    style.save(drawn, out, NAME)


def _grid(samples: Sequence[int], seeds: int, **fields: Any) -> list[Cell]:
    return [Cell(n, seed, **fields) for n, seed in product(samples, range(seeds))]


LADDER = (32, 64, 128, 256, 512)
SMOKE = _grid((4, 16), 2, width=4, blocks=1, length=4, vocab=8, steps=200, batch=8)
SMALL = [
    *_grid(LADDER, 3, steps=1000),
    *_grid(LADDER, 3, steps=4000),
    *_grid(LADDER[1:], 3, steps=16_000),
]
# One N near the maximum, four times as long as the longest of SMALL: a minute each.
LONG = _grid((256,), 3, steps=64_000)
# Batches fill a GPU; 2 layers of width 32 to 128 are sizes that the paper prints.
_WIDE = {"length": 64, "vocab": 2048, "batch": 2048, "learning_rate": 0.003}
FULL = [
    *_grid(LADDER, 5, steps=100_000, batch=256),
    *_grid([2 * n for n in LADDER], 5, width=16, steps=100_000, batch=256),
    *_grid([256, 512, 1024, 2048], 5, width=32, steps=100_000, **_WIDE),
]

SWEEP = Sweep(
    name=NAME,
    sizes={"smoke": SMOKE, "small": SMALL, "long": LONG, "full": FULL},
    run=run,
    bucket=lambda cell: (
        cell.samples,
        cell.width,
        cell.blocks,
        cell.length,
        cell.batch,
    ),
    finish=finish,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing of a size, then write fits, table and figure."""
    return sweep_main(SWEEP, arguments)


if __name__ == "__main__":
    sys.exit(main())
