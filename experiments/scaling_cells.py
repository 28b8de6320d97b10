"""The cells of the scaling sweeps: the fewest parameters of a trained net that fits.

A cell is one draw of data. Networks with one attention layer and one hidden layer of q
units are trained for a ladder of q, each with several initial weights and learning
rates, and searched for the smallest q that gets every label right. What is found is
verified on its exact weights. The constructions of the library stand beside it on the
same data.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import memcap as mc
from memcap.core.errors import MemcapError
from memcap.data.dataset import Dataset
from memcap.sweeps import Record, Sweep

LADDER = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
CONSTRUCTED = {
    "next_token": ("compact_next_token", "next_token"),
    "seq_to_seq": ("compact_seq_to_seq", "seq_to_seq"),
}
PRINTED = {
    "next_token": "KS25.ThmB1.parameters",
    "seq_to_seq": "KS25.Cor4.1.parameters",
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One search.

    Args:
        scan: ``samples`` or ``length``, which of the two is varied.
        samples: N, sequences.
        length: n.
        seed: of the draw of data and of the initial weights.
        task: ``next_token`` or ``seq_to_seq``.
        vocab: V.
        classes: C.
        width: m.
        attention: as in `memcap.nn.Config`.
        ladder: hidden units q to be searched.
        steps: most steps of a try.
        tries: initial weights tried for each learning rate.
        rates: learning rates.
        duplicates: whether a token may occur twice in a sequence.
        budget: most steps of all tries of a search.
    """

    scan: str
    samples: int
    length: int
    seed: int = 0
    task: str = "next_token"
    vocab: int = 8
    classes: int = 2
    width: int = 4
    attention: str = "uniform"
    ladder: tuple[int, ...] = LADDER
    steps: int = 1000
    tries: int = 2
    rates: tuple[float, ...] = (0.03, 0.1)
    duplicates: bool = True
    budget: int | None = None

    @property
    def draw(self) -> int:
        """Seed of data and weights: cells share none, so that they are independent."""
        words = (self.task, self.vocab, self.classes, self.samples, self.length)
        text = repr((*words, self.seed)).encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:3])

    @property
    def labels(self) -> int:
        """N, or nN where every token has a label."""
        return self.samples * (self.length if self.task == "seq_to_seq" else 1)

    @property
    def ds(self) -> Dataset:
        """Random sequences with random labels."""
        made = getattr(mc.data, f"random_{self.task}")
        shape = (self.samples, self.length, self.vocab, self.classes)
        return made(*shape, seed=self.draw, duplicates=self.duplicates)

    def config(self, hidden: int) -> Any:
        """The network with q hidden units."""
        return mc.nn.Config(
            task=self.task,  # pyright: ignore[reportArgumentType]
            vocab=self.vocab,
            classes=self.classes,
            width=self.width,
            head_size=self.width,
            attention=self.attention,  # pyright: ignore[reportArgumentType]
            hidden=hidden,
        )

    def parameters(self, hidden: int) -> int:
        """W: all numbers that training moves."""
        return sum(mc.nn.trained_parameters(self.config(hidden)).values())

    @property
    def hint(self) -> int:
        """First rung with a parameter for each label, where searches begin."""
        enough = (q for q in self.ladder if self.parameters(q) >= self.labels)
        return next(enough, self.ladder[-1])


def bucket(cell: Cell) -> tuple:
    """Cells whose tokens have one shape share compilations."""
    shape = (cell.task, cell.samples, cell.length, cell.vocab, cell.width)
    return (*shape, cell.attention, cell.classes, len(cell.rates))


def execute(sweep: Sweep, cells: Sequence[Cell]) -> Iterator[Record]:
    """Search every cell, verify what was found, construct beside it."""
    for cell in cells:
        begun = time.perf_counter()
        ds = cell.ds
        results, counts = _searched(cell, ds)
        results["constructed"] = {
            name: _constructed(name, ds) for name in CONSTRUCTED[cell.task]
        }
        seconds = round(time.perf_counter() - begun, 3)
        yield sweep.record(cell, results, counts=counts, seconds=seconds)


def _searched(cell: Cell, ds: Dataset) -> tuple[dict[str, Any], dict[str, Any]]:
    from memcap.training import TrainConfig, min_parameters, train_ensemble

    settings = TrainConfig(steps=cell.steps, check_every=50, warmup=20)
    search = min_parameters(
        partial(_members, cell, settings, ds),
        cell.ladder,
        budget=cell.budget,
        hint=cell.hint,
        train=partial(train_ensemble, keep_weights=True),
    )
    results: dict[str, Any] = {
        "labels": ds.num_labels,
        "status": search.status,
        "monotone": search.monotone,
        "cost": search.cost,
        "attempts": [_plain(asdict(attempt)) for attempt in search.attempts],
        "hidden": _ends(search.below, search.found),
        "parameters": _ends(*map(partial(_size, cell), (search.below, search.found))),
        "fixed": _fixed(cell),
        "numerics": settings.numerics,
        "data_sha256": ds.sha256,
    }
    if search.best is None or search.best.weights is None:
        return results, {}
    results["found"], counts = _verified(search.best, ds)
    return results, counts


def _members(cell: Cell, settings: Any, ds: Dataset, hidden: int) -> list[Any]:
    from memcap.training import Member

    config = cell.config(hidden)
    seeds = range(cell.draw, cell.draw + cell.tries)
    return [
        Member(config, settings, ds, seed, rate)
        for seed in seeds
        for rate in cell.rates
    ]


def _verified(best: Any, ds: Dataset) -> tuple[dict[str, Any], dict[str, Any]]:
    """The verdict on the exact weights of a try, and their counts."""
    certificate = mc.verify(best.weights, ds)
    found = {
        "verdict": certificate.verdict.value,
        "correct": certificate.correct,
        "arithmetic": certificate.arithmetic,
        "weights_sha256": certificate.weights_sha256,
        "seed": best.member.seed,
        "learning_rate": best.member.rate,
        "steps": best.steps,
    }
    return found, asdict(certificate.counts)


def _ends(failing: int | None, succeeding: int | None) -> dict[str, int | None]:
    return {"failing": failing, "succeeding": succeeding}


def _size(cell: Cell, hidden: int | None) -> int | None:
    return None if hidden is None else cell.parameters(hidden)


def _fixed(cell: Cell) -> int:
    """Parameters that do not come with hidden units; the last bias is among them."""
    more = cell.parameters(2) - cell.parameters(1)
    return cell.parameters(1) - more


def _plain(attempt: dict[str, Any]) -> dict[str, Any]:
    # A record holds no NaN: a search all of whose tries diverge has no bits.
    bits = attempt["bits"]
    return {**attempt, "bits": round(bits, 6) if bits == bits else None}


def _constructed(name: str, ds: Dataset) -> dict[str, Any]:
    """Counts and verdict of a construction, or why there is none."""
    try:
        built = mc.construct(name, ds)
    except MemcapError as error:
        return {"reason": str(error)}
    certificate = mc.verify(built, ds)
    counts = certificate.counts
    return {
        "verdict": certificate.verdict.value,
        "nonzero": counts.nonzero,
        "dense": counts.dense,
        "total_bits": counts.total_bits,
    }
