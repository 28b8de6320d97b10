"""How many examples does one multi-head attention layer memorize by training?

    python -m experiments.mahdavi_heads --size smoke|small|full --out DIR

Mahdavi, Liao and Thrampoulidis (arXiv 2306.02010, Theorem 1) guarantee
``H (min(n, d_h) - 1) + 1`` examples to H heads of size d_h on sequences of n tokens.
Here the largest memorized T* is searched on a ladder, against H, n and d_h, with
contexts drawn for each example (``fresh``) and with one context for all (``shared``).

As in the paper's experiments: tokens are uniform in [0,1]^d, 100 random classes, a
linear embedding, sinusoidal positions, one value a head, no skip connection and a
linear readout. Otherwise: the query is the last of the n tokens and one of its own
keys, which Theorem 1 allows; it starts from other random weights; the readout has a
bias; sizes are those of the cell.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

import memcap as mc
from experiments.mahdavi_heads_figure import finish
from memcap.data import Dataset
from memcap.nn import Config, trained_parameters
from memcap.sweeps import Record, Sweep, main
from memcap.training import Member, TrainConfig, max_samples

NAME = "mahdavi_heads"
CONTEXTS = ("fresh", "shared")
# The paper's sweeps, for heads as for length.
PRINTED = (1, 5, 10, 20, 30, 40, 50, 60)


@dataclass(frozen=True)
class Cell:
    """One search.

    Args:
        heads: H.
        length: n, the query included.
        head_size: d_h.
        context: ``fresh`` or ``shared``.
        seed: of data and initial weights.
        dim: d, of tokens and of states.
        classes: C.
        steps: most steps of a training.
        learning_rate: largest step size.
        batch_size: examples of a step, or None for all.
        per_octave: rungs of the ladder of T for a factor 2.
        least: smallest T.
        most: largest T.
    """

    heads: int
    length: int
    head_size: int
    context: str
    seed: int
    dim: int = 8
    classes: int = 100
    steps: int = 1500
    learning_rate: float = 0.03
    batch_size: int | None = None
    per_octave: int = 2
    least: int = 4
    most: int = 1024

    @property
    def guaranteed(self) -> int:
        """H (min(n, d_h) - 1) + 1."""
        value = mc.bounds.get("Mahdavi24.Thm1.samples")(
            heads=self.heads, length=self.length, head_size=self.head_size
        )
        return int(float(value))


def ladder(cell: Cell) -> list[int]:
    """T from least to most with a constant ratio, rounded."""
    rungs = [cell.least]
    while rungs[-1] < cell.most:
        rungs.append(round(cell.least * 2 ** (len(rungs) / cell.per_octave)))
    return rungs


def examples(cell: Cell, samples: int) -> Dataset:
    """T contexts of n - 1 tokens, each followed by a query of its own.

    Those of one cell are nested: fewer are the first ones of more.
    """
    generators = np.random.default_rng([cell.seed, 1]).spawn(3)
    own = 1 if cell.context == "shared" else samples
    context = generators[0].random((own, cell.length - 1, cell.dim))
    query = generators[1].random((samples, 1, cell.dim))
    shape = (samples, cell.length - 1, cell.dim)
    return mc.data.from_arrays(
        np.concatenate([np.broadcast_to(context, shape), query], axis=1),
        generators[2].integers(0, cell.classes, samples),
        num_classes=cell.classes,
    )


def network(cell: Cell) -> Config:
    """One attention layer between a linear embedding and a linear readout."""
    return Config(
        dim=cell.dim,
        classes=cell.classes,
        width=cell.dim,
        heads=cell.heads,
        head_size=cell.head_size,
        value_size=1,
        skip=False,
        encoder_depth=0,
        decoder_depth=0,
        positions=cell.length,
        position_kind="sinusoidal",
        scale_scores=True,
    )


def member(cell: Cell, samples: int) -> Member:
    """The network to be trained on T examples."""
    settings = TrainConfig(
        steps=cell.steps,
        learning_rate=cell.learning_rate,
        batch_size=cell.batch_size,
        check_every=min(cell.steps, 100),
    )
    return Member(network(cell), settings, examples(cell, samples), seed=cell.seed)


def run(cells: Sequence[Cell]) -> Iterator[Record]:
    """One search a cell; compilations are shared where T is met again."""
    for cell in cells:
        begun = perf_counter()
        rungs = ladder(cell)
        # Training holds several times what is guaranteed.
        start = max(
            rung for rung in rungs if rung <= max(rungs[0], 4 * cell.guaranteed)
        )
        search = max_samples(lambda t, c=cell: [member(c, t)], rungs, hint=start)
        results = {
            "guaranteed": cell.guaranteed,
            "found": search.found,
            "above": search.above,
            "status": search.status,
            "monotone": search.monotone,
            "cost": search.cost,
            "attempts": [
                [a.size, a.correct, a.total, a.success, a.steps]
                for a in search.attempts
            ],
            "numerics": member(cell, rungs[0]).settings.numerics,
        }
        counts = trained_parameters(network(cell))
        seconds = round(perf_counter() - begun, 3)
        yield SWEEP.record(cell, results, counts=counts, seconds=seconds)


def grid(seeds: int, shapes: Sequence[tuple[int, int, int]], **fields) -> list[Cell]:
    """Every shape (H, n, d_h) with both contexts and all seeds."""
    return [
        Cell(*shape, context, seed, **fields)
        for shape in dict.fromkeys(shapes)
        for context in CONTEXTS
        for seed in range(seeds)
    ]


def axes(
    heads: Sequence[int], lengths: Sequence[int], sizes: Sequence[int], at: tuple
) -> list[tuple[int, int, int]]:
    """The shapes that differ from `at` in one of H, n and d_h."""
    h, n, s = at
    return [
        *((x, n, s) for x in heads),
        *((h, x, s) for x in lengths),
        *((h, n, x) for x in sizes),
    ]


SMOKE = grid(1, [(2, 4, 4)], dim=4, classes=4, steps=300, per_octave=1, most=8)
SMALL = grid(3, axes((1, 2, 4, 8), (2, 4, 8), (1, 2, 8), at=(4, 8, 8)))
# The paper's sizes and number of steps: about a day on one GPU; never run.
FULL = grid(
    6,
    axes(PRINTED, PRINTED[1:], (10, 20, 32, 48, 64), at=(20, 32, 64)),
    dim=64,
    steps=50_000,
    learning_rate=1e-3,
    batch_size=256,
    least=500,
    most=128_000,
)

SWEEP = Sweep(
    name=NAME,
    sizes={"smoke": SMOKE, "small": SMALL, "full": FULL},
    run=run,
    bucket=lambda cell: (cell.heads, cell.length, cell.head_size, cell.steps),
    finish=finish,
)

if __name__ == "__main__":
    sys.exit(main(SWEEP))
