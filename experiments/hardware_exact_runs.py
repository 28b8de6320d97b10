"""A network built for a type: proved, run in it, and in the next shorter type."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import jax
import numpy as np

import memcap as mc
from experiments.precision_rounding import rounded_weights
from memcap.core.errors import HypothesisError
from memcap.data.dataset import Dataset
from memcap.model.weights import Weights
from memcap.sweeps.provenance import git_commit, now, versions
from memcap.sweeps.records import Record

NAME = "hardware_exact"
TYPES = {8: "bfloat16", 24: "float32", 53: "float64"}
REFUSED = "REFUSED"
_TIMINGS = 5


@dataclass(frozen=True, kw_only=True)
class Run:
    """One network.

    Args:
        significand: p, significant bits that no number on the way may exceed.
        form: ``wide`` or ``deep``.
        samples: N.
        seed: of the data and of the construction.
        length: n.
        vocab: V.
        classes: C.
    """

    significand: int
    form: str
    samples: int
    seed: int = 0
    length: int = 16
    vocab: int = 64
    classes: int = 2

    @property
    def ds(self) -> Dataset:
        """Random sequences with random labels."""
        return mc.data.random_next_token(
            num_samples=self.samples,
            length=self.length,
            vocab=self.vocab,
            classes=self.classes,
            seed=self.seed,
        )

    @property
    def dtype(self) -> str:
        """The shortest type that runs it.

        Example:
            >>> Run(significand=16, form="wide", samples=9).dtype
            'float32'
        """
        return TYPES[min(p for p in TYPES if p >= self.significand)]

    @property
    def shorter(self) -> int | None:
        """Significant bits of the next shorter type; None below bfloat16."""
        return max((p for p in TYPES if p < self.significand), default=None)

    @property
    def budget(self) -> dict[str, Any]:
        """The options of the construction that set p."""
        if self.significand in TYPES:
            return {"dtype": self.dtype}
        return {"dtype": self.dtype, "significand": self.significand}


def as_config(run: Run) -> dict[str, Any]:
    """The configuration of a run as JSON."""
    return {"experiment": NAME, **asdict(run)}


def execute(run: Run) -> Record:
    """Build, prove and run; failed unless every label is right in the type."""
    begun, ds = time.perf_counter(), run.ds
    try:
        results, counts = _measured(run, ds)
    except HypothesisError as error:
        results, counts = {"verdict": REFUSED, "sentence": str(error)}, {}
    results |= {"total": ds.num_labels, "commit": git_commit()}
    reason = _reason(results)
    return Record(
        config=as_config(run),
        seed=run.seed,
        status="failed" if reason else "done",
        reason=reason,
        results=results,
        counts=counts,
        versions=versions(),
        seconds=round(time.perf_counter() - begun, 3),
        time=now(),
    )


def _reason(results: dict[str, Any]) -> str:
    if results["verdict"] == REFUSED:
        return ""
    if results["verdict"] != "PROVED":
        return f"the exact pass is {results['verdict']}"
    if results["correct"] != results["total"]:
        return f"{results['correct']} of {results['total']} labels right in floats"
    return ""


def _measured(run: Run, ds: Dataset) -> tuple[dict[str, Any], dict[str, Any]]:
    clock = time.perf_counter()
    built = mc.construct(
        "hardware_exact", ds, form=run.form, seed=run.seed, **run.budget
    )
    construct = time.perf_counter() - clock
    certificate = mc.verify(built, ds)
    needed = built.report["significance"]
    model = mc.nn.from_weights(built.weights, run.dtype)
    outputs = _outputs(model, ds)
    results = {
        "verdict": certificate.verdict.value,
        "significant_bits": needed.bits,
        "exponents": [needed.lowest, needed.highest],
        "layout": layout(built.weights, built.report["sizes"] is not None),
        "dtype": run.dtype,
        "correct": int((outputs == ds.labels).sum()),
        "shorter": _shorter(run, built.weights, ds),
        "commonest": int(np.bincount(ds.labels).max()),
        "seconds": {"construct": construct, "forward": _forward_seconds(model, ds)},
        "weights_sha256": certificate.weights_sha256,
    }
    return results, asdict(certificate.counts)


def layout(weights: Weights, words: bool) -> str:
    """How labels are stored: ``words`` of several gaps, ``steps``, ``digits``.

    Digits are several ids for a context; words and steps take one.
    """
    ids = weights.embedding.outputs // 2
    return "digits" if ids > 1 else "words" if words else "steps"


def _shorter(run: Run, weights: Weights, ds: Dataset) -> int | None:
    """Labels right in the next shorter type, every weight rounded to it."""
    if run.shorter is None:
        return None
    rounded = rounded_weights(weights, run.shorter)
    model = mc.nn.from_weights(rounded, TYPES[run.shorter])
    return int((np.rint(_outputs(model, ds)) == ds.labels).sum())


def _outputs(model: mc.nn.Transformer, ds: Dataset) -> np.ndarray:
    return np.asarray(model(ds.tokens)).astype(np.float64)


def _forward_seconds(model: mc.nn.Transformer, ds: Dataset) -> float:
    """The fastest of a few passes over all samples, already compiled."""
    found = []
    for _ in range(_TIMINGS):
        begun = time.perf_counter()
        jax.block_until_ready(model(ds.tokens))
        found.append(time.perf_counter() - begun)
    return min(found)
