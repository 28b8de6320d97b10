"""One square of a heat map: a trained encoder on so many sequences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Any, Literal

import memcap as mc
from memcap.data.dataset import Dataset
from memcap.nn.config import Config
from memcap.sweeps import Record, record_of
from memcap.training import Member, Outcome, TrainConfig, train_ensemble

NAME = "kim_heatmap"
RATES = (0.004, 0.02)

Task = Literal["seq_to_seq", "next_token"]
Knob = Literal["width", "depth"]
Data = Literal["random", "turkish"]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One size of network on one number of sequences.

    Args:
        task: a label for every token (Theorem 3.1) or for a sequence (Theorem 4.1).
        knob: what grows: the ``width`` of one encoder layer, or the ``depth`` at the
            theorem's width of 16: six slots, one head of size 1, 16 hidden units.
        size: slots, or encoder layers.
        samples: N, sequences.
        seed: of the data and of the initial weights.
        steps: of each training, one for every learning rate.
        data: ``random`` ids and labels, or ``turkish`` text, where the label is the
            class of the next word.
        length: n.
        vocab: V, of random ids.
        classes: C.
    """

    task: Task
    knob: Knob
    size: int
    samples: int
    seed: int = 0
    steps: int = 1000
    data: Data = "random"
    length: int = 8
    vocab: int = 64
    classes: int = 4

    @property
    def ds(self) -> Dataset:
        """The data."""
        if self.data == "turkish":
            return _text(self.task, self.samples, self.length, self.classes, self.seed)
        draw = {
            "seq_to_seq": mc.data.random_seq_to_seq,
            "next_token": mc.data.random_next_token,
        }[self.task]
        return draw(self.samples, self.length, self.vocab, self.classes, seed=self.seed)

    def config(self, ds: Dataset) -> Config:
        """The network, with normalization as encoders in use have it."""
        shape: dict[str, Any] = {
            "width": {"width": self.size, "hidden": 4 * self.size},
            "depth": {"width": 6, "hidden": 16, "blocks": self.size},
        }[self.knob]
        if self.knob == "width":
            shape["head_size"] = self.size
        if self.data == "random":
            shape["vocab"] = self.vocab
        return Config.for_dataset(
            ds, **shape, attention="softmax", scale_scores=True, norm="rms"
        )


@cache
def _text(task: Task, samples: int, length: int, classes: int, seed: int) -> Dataset:
    return mc.data.load(
        "turkish",
        task=task,
        num_samples=samples,
        length=length,
        classes=classes,
        seed=seed,
    )


def run(cells: Sequence[Cell]) -> Iterator[Record]:
    """A record for each cell."""
    for cell in cells:
        ds = cell.ds
        config = cell.config(ds)
        settings = TrainConfig(
            steps=cell.steps, warmup=cell.steps // 10, check_every=50
        )
        members = [
            Member(config, settings, ds, seed=cell.seed, learning_rate=rate)
            for rate in RATES
        ]
        trials = [_trial(outcome) for outcome in train_ensemble(members)]
        best = max(trial["correct"] for trial in trials)
        results = {
            "correct": best,
            "total": ds.num_labels,
            "error": 1 - best / ds.num_labels,
            "trials": trials,
            "numerics": settings.numerics,
        }
        sizes = mc.nn.trained_parameters(config)
        counts = {"trained": sum(sizes.values()), "by_part": sizes}
        yield record_of(NAME, cell, results=results, counts=counts)


def _trial(outcome: Outcome) -> dict[str, Any]:
    return {
        "learning_rate": outcome.member.rate,
        "correct": outcome.correct,
        "steps": outcome.steps,
        "diverged": outcome.diverged,
        "loss": outcome.loss if isfinite(outcome.loss) else None,
    }
