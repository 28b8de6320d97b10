"""How much faster is certifying context ids than evaluating them one by one?

Side by side in one run, on the same rank-one layer (`rank_one_contextual`, n = 8, 64
tokens on a line, no token twice in a sequence) and the same N random sequences:

- *ours*: `memcap.verify`, every id of every context enclosed, all told apart, the
  distance certified;
- *mpmath*: what one would write first, the id of one context after the other at the
  precision that decided ours, sorted and compared; timed on a sample of the sequences
  and scaled to their number (sorting is left unscaled: it is negligible);
- *mpmath, table*: the same with the exponentials of all pairs of tokens looked up.

The two mpmath rows bound no rounding error: they certify nothing. Printed and recorded
as seconds and as ratios; a smallest distance in the sample below the certified one
would be an error and ends the run.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from mpmath.libmp import BACKEND

import memcap as mc
from memcap.core.exact import Number
from memcap.model.contexts import contexts
from memcap.model.fast_forward import token_state
from memcap.model.weights import Attention, Weights

SIZES = {"smoke": (10_000,), "small": (10_000, 100_000), "full": (100_000, 1_000_000)}
TASKS = ("next_token", "seq_to_seq")
VOCAB, LENGTH = 64, 8
# Single contexts that mpmath evaluates before it is scaled.
SAMPLE = 4000
REPEATS = 3


@dataclass(frozen=True)
class Row:
    """One line of the table; seconds are wall-clock."""

    task: str
    num_samples: int
    contexts: int
    verdict: str
    arithmetic: str
    build_seconds: float
    ours_seconds: float
    mpmath_seconds: float
    table_seconds: float
    ratio: float
    ratio_to_table: float
    mpmath_backend: str


class OneByOne:
    """The ids of a rank-one layer on a line with mpmath, one context at a time.

    Args:
        weights: the network, ids in, a slot of one number out.
        tabled: whether all exponentials are taken before.
    """

    def __init__(self, weights: Weights, tabled: bool) -> None:
        layer = weights.layers[-1]
        assert isinstance(layer, Attention)
        (head,) = layer.heads
        state = token_state(weights, np.arange(VOCAB)[:, None])
        maps = (head.query, head.key, head.value, weights.readout)
        rows = [[_mpf(x) for x in state.numbers(map_)[0]] for map_ in maps]
        self.query, self.key, self.value, self.image = rows
        self.c = _mpf(head.output.rows[0].terms[0][1])
        self.table: list[list[Any]] | None = None
        if tabled:
            every = range(VOCAB)
            self.table = [[self._exp(q, x) for x in every] for q in every]

    def __call__(self, query: int, members: list[int]) -> Any:
        """The id of one token among those it sees."""
        if self.table is None:
            weights = [self._exp(query, x) for x in members]
        else:
            weights = [self.table[query][x] for x in members]
        pairs = zip(weights, members, strict=True)
        mixed = sum(weight * self.value[x] for weight, x in pairs)
        return self.image[query] + self.c * mixed / sum(weights)

    def _exp(self, query: int, member: int) -> Any:
        return mpmath.exp(self.query[query] * self.key[member])


def _mpf(value: Number) -> Any:
    exact = Fraction(value)
    return mpmath.mpf(exact.numerator) / exact.denominator


def dataset(task: str, num_samples: int, seed: int = 0) -> mc.Dataset:
    """Random sequences of different tokens, no two with the same contexts."""
    draw = {
        "next_token": mc.data.random_next_token,
        "seq_to_seq": mc.data.random_seq_to_seq,
    }[task]
    return draw(num_samples, LENGTH, VOCAB, 2, seed=seed, duplicates=False)


def timed(function: Callable[[], Any]) -> tuple[Any, float]:
    """What a call returns, and its wall seconds."""
    start = time.perf_counter()
    found = function()
    return found, time.perf_counter() - start


def by_mpmath(
    weights: Weights, ds: mc.Dataset, bits: int, tabled: bool
) -> tuple[float, Any]:
    """Seconds for all contexts, and ln of the smallest distance in the sample."""
    with mpmath.workprec(bits):
        one, before = timed(lambda: OneByOne(weights, tabled))
        # Every id occurs, so the layer numbers the tokens as the data do.
        seen = contexts(ds.tokens, False, ds.task == "next_token")
        chosen = np.linspace(0, seen.size - 1, SAMPLE).astype(int)
        queries, members = seen.query[chosen].tolist(), seen.members[chosen].tolist()

        def closest() -> Any:
            pairs = zip(queries, members, strict=True)
            ids = sorted(one(query, others) for query, others in pairs)
            return min(b - a for a, b in zip(ids, ids[1:], strict=False))

        gap, seconds = timed(closest)
        return before + seconds * seen.size / SAMPLE, mpmath.log(gap)


def measure(task: str, num_samples: int) -> Row:
    """Build once, then time the three."""
    ds = dataset(task, num_samples)
    built, build = timed(lambda: mc.construct("rank_one_contextual", ds))
    repeats = REPEATS if num_samples <= 100_000 else 1
    tries = [timed(lambda: mc.verify(built, ds)) for _ in range(repeats)]
    certificate, ours = tries[0][0], float(np.median([t for _, t in tries]))
    bits = int(certificate.arithmetic.split()[1])
    plain, gap = by_mpmath(built.weights, ds, bits, tabled=False)
    table, same = by_mpmath(built.weights, ds, bits, tabled=True)
    certified = mpmath.log(_mpf(certificate.margin))
    if min(gap, same) < certified - mpmath.mpf(2) ** -30:
        raise ArithmeticError("mpmath found two ids closer than the certified distance")
    return Row(
        task=task,
        num_samples=num_samples,
        contexts=certificate.total,
        verdict=certificate.verdict.value,
        arithmetic=certificate.arithmetic,
        build_seconds=build,
        ours_seconds=ours,
        mpmath_seconds=plain,
        table_seconds=table,
        ratio=plain / ours,
        ratio_to_table=table / ours,
        mpmath_backend=BACKEND,
    )


def main(arguments: list[str] | None = None) -> list[Row]:
    """Run the benchmark; prints a table, writes JSON lines into ``--out``."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.bench_contextual",
        description=(__doc__ or "").split("\n")[0],
    )
    parser.add_argument("--size", choices=tuple(SIZES), default="small")
    parser.add_argument("--out", type=Path, default=None)
    given = parser.parse_args(arguments)
    print(
        f"{'task':>11} {'contexts':>9} {'verdict':>8} {'arithmetic':>11} {'ours s':>8}"
        f" {'mpmath s':>9} {'ratio':>6} {'table s':>8} {'ratio':>6}"
    )
    rows = []
    for num_samples in SIZES[given.size]:
        for task in TASKS:
            row = measure(task, num_samples)
            rows.append(row)
            print(
                f"{row.task:>11} {row.contexts:9,d} {row.verdict:>8} "
                f"{row.arithmetic:>11} {row.ours_seconds:8.2f} "
                f"{row.mpmath_seconds:9.1f} {row.ratio:6.0f} "
                f"{row.table_seconds:8.1f} {row.ratio_to_table:6.1f}",
                flush=True,
            )
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(asdict(row)) + "\n" for row in rows)
        (given.out / "bench_contextual.jsonl").write_text(lines)
    return rows


if __name__ == "__main__":
    main()
