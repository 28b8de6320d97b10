"""Facts a r b are memorized; is b r' a recalled?

The reversal task (arXiv 2504.01928) with one token an entity, at toy size: of the
entities A both directions of every fact are trained, of B only one, and the other is
asked. Control: the inverse answers of A are permuted, so that the facts are as many and
reversal cannot be learned. Two questions: is the untrained direction recalled, and do
true inverses take fewer bits to memorize than permuted ones, as they would where
reversal is learned?

    python -m experiments.reversal --size smoke|small|full --out DIR
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
from experiments.reversal_figure import figure
from experiments.reversal_summary import summary, table
from memcap.analysis import style
from memcap.core.errors import DataError
from memcap.data.reversal import Facts, facts
from memcap.sweeps import Record, Sweep
from memcap.sweeps import main as sweep_main
from memcap.sweeps.storage import write_whole
from memcap.training import Member, TrainConfig, train_ensemble

NAME = "reversal"


@dataclass(frozen=True)
class Cell:
    """One network trained on the facts of one seed.

    Args:
        width: slots of a token's state; one head of that size, twice as many hidden
            units.
        shuffled: whether the inverse answers of A are permuted.
        seed: of facts and initial weights.
        entities: of A.
        held_out: entities of B.
        relations: relation pairs.
        steps: steps of Adam on all facts.
        learning_rate: largest step size.
        weight_decay: decoupled decay.
    """

    width: int
    shuffled: bool = False
    seed: int = 0
    entities: int = 100
    held_out: int = 60
    relations: int = 4
    steps: int = 3000
    learning_rate: float = 0.01
    weight_decay: float = 0.0

    @property
    def facts(self) -> Facts:
        """Its facts."""
        return facts(
            self.entities, self.held_out, self.relations, self.shuffled, self.seed
        )


def config_of(cell: Cell) -> mc.nn.Config:
    """One attention layer and one residual layer over entity and relation."""
    total = cell.entities + cell.held_out
    return mc.nn.Config(
        vocab=total + 2 * cell.relations,
        classes=total,
        width=cell.width,
        head_size=cell.width,
        hidden=2 * cell.width,
        scale_scores=True,
    )


def _member(cell: Cell, drawn: Facts) -> Member:
    settings = TrainConfig(
        steps=cell.steps,
        learning_rate=cell.learning_rate,
        weight_decay=cell.weight_decay,
        check_every=cell.steps,
    )
    return Member(config_of(cell), settings, drawn.train, seed=cell.seed)


def run(cells: Sequence[Cell]) -> Iterator[Record]:
    """Train the cells of one bucket and ask both directions."""
    drawn = [cell.facts for cell in cells]
    members = [_member(cell, own) for cell, own in zip(cells, drawn, strict=True)]
    outcomes = train_ensemble(members, keep_weights=True)
    for cell, own, outcome in zip(cells, drawn, outcomes, strict=True):
        if outcome.weights is None:
            raise DataError(f"{cell} diverged: lower its learning rate.")
        network = mc.nn.from_weights(outcome.weights, "float32")
        ranks = ranks_of(np.asarray(network(own.train.tokens)), own.train.labels)
        asked = ranks_of(np.asarray(network(own.test.tokens)), own.test.labels)
        total = own.train.num_classes
        results: dict[str, Any] = {
            "bits": outcome.bits,
            "data_bits": own.train.num_samples * log2(total),
            "loss": outcome.loss,
            "facts": own.train.num_samples,
            "forward_train": _share(ranks[own.is_seen & ~own.is_inverse]),
            "inverse_train": _share(ranks[own.is_inverse]),
            "one_way_train": _share(ranks[~own.is_seen]),
            "asked": own.test.num_samples,
            "asked_right": int(np.sum(asked == 1)),
            "asked_forward": int(np.sum(~own.test_inverse)),
            "asked_forward_right": int(np.sum(asked[~own.test_inverse] == 1)),
            "reciprocal_rank": float(np.mean(1 / asked)),
            "entities": total,
            "steps": outcome.steps,
            "data": own.train.sha256,
            "numerics": outcome.member.settings.numerics,
        }
        parts = mc.nn.trained_parameters(config_of(cell))
        counts = parts | {"parameters": sum(parts.values())}
        yield SWEEP.record(cell, results, counts=counts, seconds=outcome.seconds)


def ranks_of(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """`[N]` place of the right answer among all, from 1; ties count against it.

    Example:
        >>> ranks_of(np.array([[0.0, 2.0, 1.0], [1.0, 1.0, 0.0]]), np.array([1, 0]))
        array([1, 2])
    """
    own = np.take_along_axis(outputs, labels[:, None], axis=1)
    return np.sum(~(outputs < own), axis=1)


def _share(ranks: np.ndarray) -> float:
    return float(np.mean(ranks == 1))


def finish(records: Sequence[Record], out: Path) -> None:
    """Rates with intervals, table and figure, from the records alone."""
    write_whole(out / "fits.json", summary(records))
    write_whole(out / "table.md", table(records))
    drawn = figure(records)
    style.save(drawn, out, NAME)


def _grid(widths: Sequence[int], seeds: int, **fields: Any) -> list[Cell]:
    return [
        Cell(width, shuffled, seed, **fields)
        for width, shuffled, seed in product(widths, (False, True), range(seeds))
    ]


SMOKE = _grid((4,), 2, entities=12, held_out=6, relations=2, steps=100)
SMALL = _grid((4, 6, 8, 12, 24), 3)
# The smallest size of the paper: 2,500 entities and 6 relations, 3e6 steps there.
FULL = _grid(
    (16, 32, 64, 128),
    5,
    entities=2500,
    held_out=1500,
    relations=6,
    steps=100_000,
    learning_rate=0.003,
)

SWEEP = Sweep(
    name=NAME,
    sizes={"smoke": SMOKE, "small": SMALL, "full": FULL},
    run=run,
    bucket=lambda cell: (config_of(cell), cell.steps),
    finish=finish,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing of a size, then write fits, table and figure."""
    return sweep_main(SWEEP, arguments)


if __name__ == "__main__":
    sys.exit(main())
