"""How much faster is the exact evaluator than one input after another?

Side by side in one run, on the same `next_token` network and the same inputs:

- *ours*: `memcap.model.fast_forward`, all N inputs, every output exact;
- *integers*: what one would write first, plain Python integers over one common
  denominator, one input after another, last token only after attention; timed on a
  sample of inputs and scaled to N;
- *rationals*: the reference forward pass on flint rationals, likewise.

All three must give the labels. Printed and recorded as seconds and as ratios.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import lcm
from pathlib import Path

import numpy as np

import memcap as mc
from memcap.model.fast_forward import fast_forward
from memcap.model.weights import Affine, Attention, Weights

SIZES = {"smoke": (200,), "small": (1_000, 10_000), "full": (1_000, 10_000, 100_000)}
SAMPLE = 20
REPEATS = 3


@dataclass(frozen=True)
class Row:
    """One line of the table; seconds are wall-clock, medians where repeated."""

    num_samples: int
    depth: int
    nonzero: int
    max_bits: int
    build_seconds: float
    ours_seconds: float
    integers_seconds: float
    rationals_seconds: float
    ratio_to_integers: float
    ratio_to_rationals: float


class OneByOne:
    """Plain Python integers over one common denominator, for one-slot inputs."""

    def __init__(self, weights: Weights, length: int) -> None:
        maps = [x.map for x in weights.layers if not isinstance(x, Attention)]
        numbers = [x for affine in maps for x in affine.numbers()]
        self.unit = lcm(*(x.denominator for x in numbers)) * length
        self.embedding = self._rows(weights.embedding)
        self.layers = [
            None if isinstance(x, Attention) else self._rows(x.map)
            for x in weights.layers
        ]
        self.readout = self._rows(weights.readout)

    def _rows(self, affine: Affine) -> list:
        return [
            (int(bias * self.unit), [(c, w.numerator, w.denominator) for c, w in terms])
            for bias, terms in affine.rows
        ]

    def __call__(self, tokens: np.ndarray) -> int:
        """The exact output at the last token of one sequence."""
        state = [_run(self.embedding, [int(t) * self.unit]) for t in tokens]
        for rows in self.layers:
            if rows is None:
                mean = sum(slots[0] for slots in state) // len(state)
                state = [[*state[-1][:2], mean]]
            else:
                state = [[max(z, 0) for z in _run(rows, slots)] for slots in state]
        (value,) = _run(self.readout, state[-1])
        assert value % self.unit == 0
        return value // self.unit


def _run(rows: list, slots: list[int]) -> list[int]:
    made = []
    for total, terms in rows:
        for column, top, bottom in terms:
            product = slots[column] * top
            total += product if bottom == 1 else product // bottom
        made.append(total)
    return made


def timed(function: Callable[[], np.ndarray], labels: np.ndarray) -> float:
    """Wall seconds of a call whose result must be the labels."""
    start = time.perf_counter()
    found = function()
    seconds = time.perf_counter() - start
    assert (found == labels).all(), "an evaluator gave a wrong label"
    return seconds


def measure(num_samples: int, seed: int = 0) -> Row:
    """Build once, then time the three evaluators."""
    ds = mc.data.random_next_token(
        num_samples=num_samples, length=16, vocab=64, classes=2, seed=seed
    )
    start = time.perf_counter()
    weights = mc.construct("next_token", ds).weights
    build = time.perf_counter() - start
    sample = np.linspace(0, num_samples - 1, SAMPLE).astype(int)
    inputs, labels = ds.tokens[sample], ds.labels[sample]
    scale = num_samples / SAMPLE
    one = OneByOne(weights, ds.length)
    ours, integers = [], []
    for _ in range(REPEATS):
        ours.append(
            timed(lambda: fast_forward(weights, ds.tokens).numbers(), ds.labels)
        )
        integers.append(
            scale * timed(lambda: np.array([one(x) for x in inputs]), labels)
        )
    rationals = scale * timed(lambda: mc.forward(weights, inputs), labels)
    counts = mc.count(weights)
    ours_median, integers_median = float(np.median(ours)), float(np.median(integers))
    return Row(
        num_samples=num_samples,
        depth=counts.depth,
        nonzero=counts.nonzero,
        max_bits=counts.max_bits,
        build_seconds=build,
        ours_seconds=ours_median,
        integers_seconds=integers_median,
        rationals_seconds=rationals,
        ratio_to_integers=integers_median / ours_median,
        ratio_to_rationals=rationals / ours_median,
    )


def main(arguments: list[str] | None = None) -> list[Row]:
    """Run the benchmark; prints a table, writes JSON lines into ``--out``."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("--out", type=Path, default=None)
    given = parser.parse_args(arguments)
    print(
        f"{'N':>8} {'depth':>6} {'ours s':>8} {'integers s':>11} {'ratio':>7}"
        f" {'rationals s':>12} {'ratio':>7}"
    )
    rows = []
    for num_samples in SIZES[given.size]:
        row = measure(num_samples)
        rows.append(row)
        print(
            f"{row.num_samples:8d} {row.depth:6d} {row.ours_seconds:8.3f} "
            f"{row.integers_seconds:11.1f} {row.ratio_to_integers:7.0f} "
            f"{row.rationals_seconds:12.1f} {row.ratio_to_rationals:7.0f}",
            flush=True,
        )
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(asdict(row)) + "\n" for row in rows)
        (given.out / "bench_exact.jsonl").write_text(lines)
    return rows


if __name__ == "__main__":
    main()
