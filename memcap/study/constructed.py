"""Constructed networks: write down, check, save, and compare with every bound.

Two of each size: the theorem's own network, and the smallest one we know.
"""

import time
from dataclasses import replace
from math import log2
from pathlib import Path
from typing import Any

import numpy as np

from memcap.certify import verify
from memcap.constructions import construct
from memcap.data.dataset import Dataset
from memcap.study.cells import Cell, below, counts_of, outcome
from memcap.study.files import save_network
from memcap.study.source import Source
from memcap.sweeps.records import Record
from memcap.theory import bounds

NAME = "next_token"
COMPACT = "compact_next_token"


def cell(source: Source, samples: int, seed: int, name: str = NAME) -> Cell:
    """The cell of the constructed network for the first N samples.

    Args:
        source: the data.
        samples: N.
        seed: of the construction.
        name: `NAME`, or `COMPACT` for the smallest network.
    """
    ds = source.prefix(samples)
    config = {
        "kind": "constructed" if name == NAME else "compact",
        "construction": name,
        "data": source.name,
        "data_sha256": ds.sha256,
        "samples": samples,
        "length": ds.length,
    }
    if name == NAME:
        config["constants"] = "data"
    cost = 0.2 + 1e-5 * samples**1.45
    return Cell(config["kind"], samples, config, seed, cost, _work)


def _work(cell: Cell, source: Source, out: Path) -> Record:
    ds = source.prefix(cell.samples)
    clock = [time.perf_counter()]
    wanted = cell.config
    options = {"constants": wanted["constants"]} if "constants" in wanted else {}
    built = construct(wanted["construction"], ds, seed=cell.seed, **options)
    clock.append(time.perf_counter())
    certificate = verify(built, ds)
    clock.append(time.perf_counter())
    folder = f"certificates/{wanted['construction']}-n{ds.length}-N{cell.samples}"
    save_network(out / folder, built.weights, ds, certificate)
    results = outcome(certificate) | {
        "folder": folder,
        "classes": ds.num_classes,
        "vocabulary": len(ds.points),
        "entropy_bits": entropy_bits(ds),
        **below(certificate, built.weights, ds),
        "bounds": bound_rows(ds),
        "seconds": {
            "construct": round(clock[1] - clock[0], 4),
            "verify": round(clock[2] - clock[1], 4),
        },
    }
    return replace(cell.record, results=results, counts=counts_of(certificate.counts))


def entropy_bits(ds: Dataset) -> float:
    """Bits in free labels of the distinct contexts, ``N log2 C``."""
    return len(np.unique(ds.contexts())) * log2(ds.num_classes)


def bound_rows(ds: Dataset) -> list[dict[str, Any]]:
    """Every bound that speaks of these data, as plain values."""
    separation = ds.separation()
    values = bounds.table(
        num_samples=ds.num_samples,
        length=ds.length,
        classes=ds.num_classes,
        dim=ds.dim,
        r=separation.r_max,
        delta=1 if separation.epsilon is None else separation.epsilon,
        vocab=len(ds.points),
        task=ds.task,
    )
    return [value.to_row() for value in values]
