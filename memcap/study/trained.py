"""Trained networks: the smallest that training finds, read off and checked exactly.

Rank-1 softmax attention between a linear input map and one residual feed-forward
layer, whose hidden width is the dial. Words are fixed random vectors: with a trained
embedding the table itself would do the memorizing.
"""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from memcap.certify import verify
from memcap.study.cells import Cell, below, counts_of, outcome
from memcap.study.files import save_network
from memcap.study.presets import Preset
from memcap.study.source import Source, with_vectors
from memcap.sweeps.records import Record

SIZED_PART = "decoder"


def cell(source: Source, samples: int, seed: int, preset: Preset) -> Cell:
    """The cell of the trained network for the first N samples."""
    ds = with_vectors(source.prefix(samples), preset.token_dim, seed)
    settings = asdict(preset)
    config = {
        "kind": "trained",
        "attention": "softmax, rank 1",
        "data": source.name,
        "data_sha256": ds.sha256,
        "samples": samples,
        "length": ds.length,
        "widths": list(settings["widths"]),
        "steps": settings["steps"],
        "seeds": list(settings["seeds"]),
        "learning_rates": list(settings["learning_rates"]),
        "token_dim": settings["token_dim"],
    }
    return Cell("trained", samples, config, seed, 3 + 0.01 * samples**1.45, _work)


def _work(cell: Cell, source: Source, out: Path) -> Record:
    # JAX is loaded here and not before: the rest of a study does without it.
    from memcap.nn import Config
    from memcap.training import TrainConfig, smallest_width

    wanted = cell.config
    ds = with_vectors(source.prefix(cell.samples), wanted["token_dim"], cell.seed)
    network = Config.for_dataset(ds, width=wanted["token_dim"], head_size=1, rank=1)
    search = smallest_width(
        ds,
        network,
        TrainConfig(steps=wanted["steps"]),
        wanted["widths"],
        seeds=wanted["seeds"],
        learning_rates=wanted["learning_rates"],
    )
    best = max(search.rungs, key=lambda rung: (rung.result.correct, -rung.width))
    counts = counts_of(best.result.counts)
    results = _tried(search) | {"hidden": best.width, "sized_part": SIZED_PART}
    if search.censored:
        # Nothing is claimed of a network that does not fit, so nothing is checked.
        unfitted = {"correct": best.result.correct, "total": best.result.total}
        results |= unfitted | {"verdict": "", "arithmetic": "float32", "claims": []}
        return replace(cell.record, results=results, counts=counts)
    certificate = verify(best.result.weights, ds)
    folder = f"certificates/trained-n{ds.length}-N{cell.samples}"
    save_network(out / folder, best.result.weights, ds, certificate)
    results |= outcome(certificate) | {"folder": folder}
    results |= below(certificate, best.result.weights, ds)
    return replace(cell.record, results=results, counts=counts)


def _tried(search: Any) -> dict[str, Any]:
    return {
        "censored": search.censored,
        "tried": [
            {
                "hidden": rung.width,
                "correct": rung.result.correct,
                "steps": rung.result.steps,
                "parameters": rung.result.counts.nonzero,
            }
            for rung in search.rungs
        ],
    }
