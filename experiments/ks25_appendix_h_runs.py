"""The trainings of KS25's Appendix H: climb a ladder of blocks until one fits."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from math import isfinite
from typing import Any, Literal

import numpy as np

import memcap as mc
from memcap.data.dataset import Dataset
from memcap.nn.config import Config
from memcap.sweeps import Record, record_of
from memcap.training import Member, Outcome, TrainConfig, train_ensemble
from memcap.training.protocols import kajitsuka_sato

NAME = "ks25_appendix_h"
# Of the random-length test, and here of every token that is fixed beforehand.
DIM = 6
IDS = {"ids": 64, "more_ids": 256}
# Draws of text differ by some words; one size of table saves compilations.
_ROWS = 512

Tokens = Literal["words", "ids", "more_ids", "fixed", "uniform"]
Part = Literal["curve", "smallest", "length"]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A search for the smallest number of blocks, or one number of blocks.

    Args:
        part: Figures 1 and 2 (``curve``), Figure 3 (``smallest``) or the test with
            sequences of several lengths (``length``).
        tokens: ``words`` of Turkish text, 64 random ``ids`` or 256 (``more_ids``), all
            with a trained embedding; words with a ``fixed`` random vector of six
            numbers each; or ``uniform`` vectors of six numbers that never recur.
        samples: N.
        ladder: numbers of blocks, tried in this order up to the first success.
        length: n.
        classes: C; labels are drawn evenly and independently of the tokens.
        seed: of data, initial weights and trials; of text, a smaller N is the beginning
            of a larger one.
        trials: pairs of learning rate and warm-up tried with each number of blocks.
        steps: of each trial.
        threshold: a trial succeeds if its share of wrong labels is below.
    """

    part: Part
    tokens: Tokens
    samples: int
    ladder: tuple[int, ...]
    length: int = 8
    classes: int = 3
    seed: int = 0
    trials: int = 4
    steps: int = 1000
    threshold: float = 0.01

    @property
    def ds(self) -> Dataset:
        """The data."""
        rng = np.random.default_rng([self.seed, 1])
        labels = rng.integers(self.classes, size=self.samples)
        rng = np.random.default_rng([self.seed, 2])
        if self.tokens == "uniform":
            tokens = rng.random((self.samples, self.length, DIM))
        elif vocab := IDS.get(self.tokens):
            size = (self.samples, self.length, vocab, self.classes)
            tokens = mc.data.random_next_token(*size, seed=self.seed).tokens
        else:
            tokens = _text(self.samples, self.length, self.seed)
        if self.tokens == "fixed":
            tokens = rng.random((int(tokens.max()) + 1, DIM))[tokens]
        return mc.data.from_arrays(tokens, labels, num_classes=self.classes)

    def config(self, units: int, ds: Dataset) -> Config:
        """The network; one output and squared error for `uniform` tokens."""
        fields: dict[str, Any] = {}
        if self.tokens == "words":
            fields["vocab"] = -(-(int(ds.tokens.max()) + 1) // _ROWS) * _ROWS
        if vocab := IDS.get(self.tokens):
            fields["vocab"] = vocab
        if self.tokens == "uniform":
            fields["decision"] = "nearest"
        return mc.nn.ks25_appendix_h(units, ds, **fields)

    def settings(self, units: int) -> list[TrainConfig]:
        """The trials: step sizes from 0.003 to 0.1, warm-ups up to a fifth."""
        rng = np.random.default_rng([self.seed, 3, self.samples, self.length, units])
        found = []
        for _ in range(self.trials):
            rate = float(10 ** rng.uniform(-2.5, -1))
            warmup = int(rng.integers(self.steps // 5 + 1))
            found.append(replace(kajitsuka_sato(rate, warmup), steps=self.steps))
        return found

    def succeeds(self, correct: int) -> bool:
        """Whether so many right labels are enough."""
        return self.samples - correct < self.threshold * self.samples


@cache
def _text(samples: int, length: int, seed: int) -> np.ndarray:
    return mc.data.load("turkish", num_samples=samples, length=length, seed=seed).tokens


def run(cells: Sequence[Cell]) -> Iterator[Record]:
    """A record for each cell."""
    for cell in cells:
        yield searched(cell)


def searched(cell: Cell) -> Record:
    """Climb the ladder of a cell.

    Every rung below the first success is tried and failed, so that "smallest" needs no
    monotony, and the smallest number for a looser threshold is on record as well.
    """
    ds, attempts = cell.ds, []
    for units in cell.ladder:
        attempts.append(attempt(cell, ds, units))
        if attempts[-1]["success"]:
            break
    last = attempts[-1]
    failed = [a["units"] for a in attempts if not a["success"]]
    found = last["units"] if last["success"] else None
    status = "above_ladder" if found is None else "found" if failed else "below_ladder"
    results = {
        "attempts": attempts,
        "found": found,
        "below": failed[-1] if failed else None,
        "status": status,
        "cost": sum(t["steps"] for a in attempts for t in a["trials"]),
        "words": len(np.unique(ds.tokens)) if ds.has_ids else None,
        "numerics": cell.settings(1)[0].numerics,
    }
    return record_of(NAME, cell, results=results, counts=last["parameters"])


def attempt(cell: Cell, ds: Dataset, units: int) -> dict[str, Any]:
    """All trials with one number of blocks."""
    config = cell.config(units, ds)
    members = [
        Member(config, settings, ds, seed=1000 * cell.seed + trial)
        for trial, settings in enumerate(cell.settings(units))
    ]
    trials = [_trial(outcome) for outcome in train_ensemble(members)]
    best = max(trial["correct"] for trial in trials)
    return {
        "units": units,
        "parameters": mc.nn.trained_parameters(config),
        "correct": best,
        "total": cell.samples,
        "success": cell.succeeds(best),
        "trials": trials,
    }


def _trial(outcome: Outcome) -> dict[str, Any]:
    settings = asdict(outcome.member.settings)
    numbers = {"loss": outcome.loss, "bits": outcome.best_bits}
    return {
        **{name: settings[name] for name in ("learning_rate", "warmup")},
        "correct": outcome.correct,
        "steps": outcome.steps,
        "diverged": outcome.diverged,
        **{name: x if isfinite(x) else None for name, x in numbers.items()},
    }
