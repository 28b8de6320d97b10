"""The runs of the rank-one experiment: what is fixed, and what is measured."""

import time
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import memcap as mc
from experiments.one_layer_arms import ARMS, TABLE, config, start, theoretical
from experiments.one_layer_data import (
    Labels,
    Text,
    as_vectors,
    windows,
    word_alone,
    word_vectors,
)
from experiments.one_layer_ids import certified, score_spread, seen
from memcap.model.counting import Count
from memcap.sweeps.provenance import git_commit, now, versions
from memcap.sweeps.records import Record
from memcap.training import TrainConfig, train

NAME = "one_layer_rank_one"


@dataclass(frozen=True, kw_only=True)
class Trained:
    """One arm on one set of windows, all seeds and learning rates together."""

    arm: str
    labels: Labels
    samples: int
    hidden: int
    vocab: int = 32
    dim: int = 8
    seeds: int = 6
    steps: int = 3000
    rates: tuple[float, ...] = (0.03, 0.1)

    @property
    def text(self) -> Text:
        """The windows."""
        return Text(labels=self.labels, vocab=self.vocab, samples=self.samples)


@dataclass(frozen=True, kw_only=True)
class Ids:
    """What the theoretical layers tell apart, for several draws of word vectors."""

    labels: Labels
    vocab: int
    samples: int | None = None
    dim: int = 8
    seeds: int = 6

    @property
    def text(self) -> Text:
        """The windows."""
        return Text(labels=self.labels, vocab=self.vocab, samples=self.samples)


@dataclass(frozen=True, kw_only=True)
class Constructed:
    """The certified memorizer of KS23.Cor1, for one draw of word vectors."""

    labels: Labels
    samples: int
    vocab: int = 32
    dim: int = 8

    @property
    def text(self) -> Text:
        """The windows."""
        return Text(labels=self.labels, vocab=self.vocab, samples=self.samples)


Run = Trained | Ids | Constructed


def as_config(run: Run) -> dict[str, Any]:
    """The configuration of a run as JSON, with its kind."""
    fields = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(run).items()}
    return {"experiment": NAME, "kind": type(run).__name__.lower(), **fields}


def measure_trained(run: Trained) -> tuple[dict[str, Any], dict[str, Any]]:
    """Train the arm for every seed and rate; results and counts."""
    arm, ds = ARMS[run.arm], windows(run.text)
    found = train(
        config(arm, ds, run.dim, run.hidden),
        TrainConfig(steps=run.steps, until="all"),
        ds,
        seeds=range(run.seeds),
        learning_rates=run.rates,
        start=partial(start, arm, run.text, run.dim),
        frozen=(TABLE, *arm.frozen),
    )
    correct = {
        f"{rate:g}": [x.correct for x in found.runs if x.learning_rate == rate]
        for rate in run.rates
    }
    best = found.runs[found.best]
    vectors = word_vectors(len(ds.names), run.dim, best.seed)
    results = {
        "correct": correct,
        "total": found.total,
        "steps": found.steps,
        "word_alone": word_alone(ds),
        "best_told_float32": seen(found.weights, ds).told,
        "best_score_spread": score_spread(found.weights, vectors),
    }
    return results, counts_of(found.counts)


def measure_ids(run: Ids) -> tuple[dict[str, Any], dict[str, Any]]:
    """Exact and float separation of the theoretical layers, one entry a seed."""
    ds = windows(run.text)
    draws = []
    for seed in range(run.seeds):
        vectors = as_vectors(ds, run.dim, seed)
        fitted = theoretical(run.text, run.dim, seed, "data")
        printed = theoretical(run.text, run.dim, seed, "printed")
        draw = certified(fitted, vectors)
        table = word_vectors(len(ds.names), run.dim, seed)
        draw["score_spread"] = score_spread(fitted, table)
        for name, weights in (("frozen", fitted), ("printed", printed)):
            for arithmetic in ("float32", "float64"):
                what = seen(weights, vectors, arithmetic)
                draw[f"{name}_{arithmetic}"] = asdict(what)
        draws.append(draw)
    results = {
        "samples": ds.num_samples,
        "words": len(set(ds.tokens.ravel().tolist())),
        "word_alone": word_alone(ds),
        "draws": draws,
    }
    return results, {}


def measure_constructed(run: Constructed) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the whole network down and have it certified."""
    ds = as_vectors(windows(run.text), run.dim, seed=0)
    certificate = mc.verify(built := mc.construct("rank_one_memorizer", ds), ds)
    results = {
        "verdict": certificate.verdict.value,
        "correct": certificate.correct,
        "total": certificate.total,
        "hidden": built.report["contexts"],
        "weights_sha256": certificate.weights_sha256,
    }
    return results, counts_of(certificate.counts)


def counts_of(counts: Count) -> dict[str, Any]:
    """Counts without the word vectors, which are data here."""
    parts = {name: asdict(part) for name, part in counts.by_part.items()}
    table = parts.pop(TABLE)
    return {
        "nonzero": counts.nonzero - table["nonzero"],
        "dense": counts.dense - table["dense"],
        "factored": counts.factored - table["nonzero"],
        "max_bits": max(part["max_bits"] for part in parts.values()),
        "total_bits": counts.total_bits - table["total_bits"],
        "by_part": parts,
    }


def execute(run: Run) -> Record:
    """Do one run."""
    begun = time.perf_counter()
    if isinstance(run, Trained):
        results, counts = measure_trained(run)
    elif isinstance(run, Ids):
        results, counts = measure_ids(run)
    else:
        results, counts = measure_constructed(run)
    return Record(
        config=as_config(run),
        results=results | {"commit": git_commit()},
        counts=counts,
        versions=versions(),
        seconds=round(time.perf_counter() - begun, 3),
        time=now(),
    )
