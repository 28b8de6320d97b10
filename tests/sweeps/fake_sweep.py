"""A sweep of seconds whose cells compute, fail, kill their worker or hang on demand.

``python -m tests.sweeps.fake_sweep --out DIR`` runs it as an experiment module.
"""

import hashlib
import json
import logging
import os
import signal
import sys
import time
from dataclasses import dataclass

from memcap.sweeps import Sweep, main, shared_folder


@dataclass(frozen=True)
class Cell:
    samples: int
    width: int = 4
    seed: int = 0
    does: str = "work"  # or raise, die, hang, nan, share
    pause: float = 0.0


def run(cells):
    for cell in cells:
        time.sleep(cell.pause)
        _misbehave(cell)
        digest = hashlib.sha256(repr(cell).encode()).digest()
        results = {"value": int.from_bytes(digest[:4]) / 7}
        if cell.does == "nan":
            results["value"] = float("nan")
        yield SWEEP.record(cell, results, counts={"nonzero": cell.width**2})


def _misbehave(cell):
    if cell.does == "raise":
        raise ValueError(f"width {cell.width} is no good")
    if cell.does == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if cell.does == "hang":
        time.sleep(60)
    if cell.does == "share":
        logging.getLogger("memcap.fake").info("sharing %d", cell.samples)
        (shared_folder() / f"shared-{cell.samples}").write_text("")


def finish(records, out):
    fits = [
        [r.config["samples"], r.config["width"], r.seed, r.results["value"]]
        for r in records
    ]
    (out / "fits.json").write_text(json.dumps(fits))


def grid(count, **fields):
    return [
        Cell(samples, width, seed, **fields)
        for samples in range(1, count + 1)
        for width in (4, 8)
        for seed in range(2)
    ]


BAD = [Cell(1, does="raise"), Cell(2, does="nan"), Cell(3), Cell(4)]
DEADLY = [*BAD, Cell(5, does="die"), Cell(6)]

SWEEP = Sweep(
    name="fake",
    sizes={
        "smoke": grid(3),
        "small": grid(6, pause=0.03),
        "bad": BAD,
        "deadly": DEADLY,
        "sharing": [Cell(1, does="share"), Cell(2, does="share", width=8)],
        "hanging": [Cell(1), Cell(2, does="hang"), Cell(3)],
    },
    run=run,
    bucket=lambda cell: cell.width,
    finish=finish,
)

if __name__ == "__main__":
    sys.exit(main(SWEEP))
