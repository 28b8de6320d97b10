"""How many parameters match the next-token laws of n contexts?

Two halves of Madden, Fox and Thrampoulidis (arXiv 2405.13718). The decoder of Theorem
21, whose hidden layer of n units matches n contexts exactly, is solved with 400 digits
and in double precision. And their training protocol: the smallest hidden width m of a
ladder whose loss comes within 1 % of the entropy bound, on text, and on the same
contexts with random positive laws, the worst case that the bound
``k >= n (V - 1)`` of Lemma 9 is about.

    python -m experiments.madden_capacity --size smoke|small|full --out DIR
"""

import sys
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import memcap as mc
from experiments.madden_capacity_data import WORDS, entropy_bound, random_laws, text
from experiments.madden_capacity_figure import figure
from experiments.madden_capacity_solve import solve
from experiments.madden_capacity_summary import summary, table
from memcap.analysis import style
from memcap.sweeps import Record, Sweep
from memcap.sweeps import main as sweep_main
from memcap.sweeps.storage import write_whole
from memcap.training import Member, TrainConfig, train_ensemble

NAME = "madden_capacity"


@dataclass(frozen=True)
class Solve:
    """The theorem's decoder for one draw of contexts and laws; see `solve`."""

    contexts: int
    seed: int = 0
    vocab: int = 16
    length: int = 8
    digits: int = 400
    part: str = "solve"


@dataclass(frozen=True)
class Train:
    """One decoder trained on one corpus.

    Args:
        documents: documents of ten words.
        hidden: m.
        laws: ``text`` or ``random``.
        seed: of corpus and initial weights.
        vocab: V.
        width: d, 8 here and 16 in the paper.
        copies: copies of a document under random laws.
        steps: steps of Adam on all labels.
        learning_rate: largest step size.
    """

    documents: int
    hidden: int
    laws: str = "text"
    seed: int = 0
    vocab: int = 8
    width: int = 8
    copies: int = 16
    steps: int = 2000
    learning_rate: float = 0.01
    part: str = "train"

    @property
    def corpus(self) -> mc.data.Dataset:
        """Its corpus."""
        if self.laws == "text":
            return text(self.documents, self.vocab, self.seed)
        return random_laws(self.documents, self.vocab, self.copies, self.seed)


def config_of(cell: Train) -> mc.nn.Config:
    """One head, one hidden layer read directly, no norm, no skip connection.

    The paper's decoder but for ReLU in place of GELU and attention without biases.
    """
    return mc.nn.Config(
        task="seq_to_seq",
        vocab=cell.vocab,
        classes=cell.vocab,
        width=cell.width,
        head_size=cell.width,
        hidden=cell.hidden,
        feedforward="plain",
        skip=False,
        causal=True,
        scale_scores=True,
        positions=WORDS - 1,
        position_kind="sinusoidal",
    )


def run(cells: Sequence[Solve | Train]) -> Iterator[Record]:
    """Solve or train the cells of one bucket."""
    for cell in cells:
        if isinstance(cell, Solve):
            yield _solved(cell)
    trained = [cell for cell in cells if isinstance(cell, Train)]
    if trained:
        yield from _trained(trained)


def _solved(cell: Solve) -> Record:
    found = solve(cell.contexts, cell.vocab, cell.length, cell.digits, cell.seed)
    results: dict[str, Any] = {
        "log10_error": found.error,
        "log10_condition": found.condition,
        "log10_largest": found.largest,
        "float_error": found.float_error,
    }
    return SWEEP.record(cell, results)


def _trained(cells: Sequence[Train]) -> Iterator[Record]:
    outcomes = train_ensemble([_member(cell) for cell in cells])
    for cell, outcome in zip(cells, outcomes, strict=True):
        ds = outcome.member.ds
        contexts, bound = entropy_bound(ds)
        parts = mc.nn.trained_parameters(config_of(cell))
        results: dict[str, Any] = {
            "contexts": contexts,
            "bound": bound,
            "loss": outcome.loss,
            "excess": outcome.loss / bound - 1,
            "labels": outcome.total,
            "steps": outcome.steps,
            "data": ds.sha256,
            "numerics": outcome.member.settings.numerics,
        }
        counts = parts | {"parameters": sum(parts.values())}
        yield SWEEP.record(cell, results, counts=counts, seconds=outcome.seconds)


def _member(cell: Train) -> Member:
    settings = TrainConfig(
        steps=cell.steps,
        learning_rate=cell.learning_rate,
        schedule="linear",
        check_every=cell.steps,
    )
    return Member(config_of(cell), settings, cell.corpus, seed=cell.seed)


def _bucket(cell: Solve | Train) -> Hashable:
    if isinstance(cell, Solve):
        return cell.contexts
    return config_of(cell), cell.laws, cell.documents, cell.steps


def finish(records: Sequence[Record], out: Path) -> None:
    """Widths, condition numbers, table and figure, from the records alone."""
    write_whole(out / "fits.json", summary(records))
    write_whole(out / "table.md", table(records))
    drawn = figure(records)
    style.save(drawn, out, NAME)


def _solves(contexts: Sequence[int], seeds: int, **fields: Any) -> list[Solve]:
    return [Solve(n, seed, **fields) for n, seed in product(contexts, range(seeds))]


def _trains(
    documents: Sequence[int], ladder: Sequence[int], seeds: int, **fields: Any
) -> list[Train]:
    return [
        Train(count, hidden, laws, seed, **fields)
        for laws, count, hidden, seed in product(
            ("text", "random"), documents, ladder, range(seeds)
        )
    ]


SMOKE = [
    *_solves((2, 4), 2, digits=50),
    *_trains((2,), (8,), 1, vocab=4, copies=8, steps=50),
]
SMALL = [
    *_solves((4, 8, 16, 32), 5),
    *_trains((8, 16), (4, 16, 64, 256), 2),
    *_trains((32,), (4, 16, 64, 256), 1),
]
FULL = [
    *_solves((4, 8, 16, 32, 64), 20, digits=1000),
    *_trains(
        (8, 16, 32, 64, 128),
        (4, 8, 16, 32, 64, 128, 256, 512),
        5,
        width=16,
        vocab=64,
        copies=128,
        steps=50_000,
        learning_rate=0.001,
    ),
]

SWEEP = Sweep(
    name=NAME,
    sizes={"smoke": SMOKE, "small": SMALL, "full": FULL},
    run=run,
    bucket=_bucket,
    finish=finish,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing of a size, then write fits, table and figure."""
    return sweep_main(SWEEP, arguments)


if __name__ == "__main__":
    sys.exit(main())
