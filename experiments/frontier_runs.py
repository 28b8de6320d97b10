"""The runs of the frontier: hardware-exact and trained networks of binary labels."""

import time
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import memcap as mc
from experiments.compact_runs import counts_of
from memcap.certify import Certificate
from memcap.core.errors import HypothesisError
from memcap.data.dataset import Dataset
from memcap.study.lower import lower
from memcap.study.source import with_vectors
from memcap.sweeps.provenance import git_commit, now, versions
from memcap.sweeps.records import Record

NAME = "frontier"
LENGTH, VOCAB, CLASSES = 16, 64, 2
TRAINED = "trained"
WIDTHS = (1, 2, 4, 8, 11, 16, 23, 32, 45, 64, 91, 128)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One network.

    Args:
        network: ``float64`` or ``float32`` for a hardware-exact network of that type,
            ``trained`` for the smallest that training finds.
        samples: N.
        seed: of the data, and of the construction or the word vectors.
        steps: of one training; 0 where nothing is trained.
        widths: hidden widths tried, in order.
        seeds: initial weights tried at each width.
        token_dim: dimension of the fixed random vectors that stand for the tokens.
    """

    network: str
    samples: int
    seed: int = 0
    steps: int = 0
    widths: tuple[int, ...] = ()
    seeds: tuple[int, ...] = ()
    token_dim: int = 0

    @cached_property
    def ds(self) -> Dataset:
        """Random sequences with random labels, those of the compact experiment."""
        return mc.data.random_next_token(
            num_samples=self.samples,
            length=LENGTH,
            vocab=VOCAB,
            classes=CLASSES,
            seed=self.seed,
        )


def trained(
    samples: int, steps: int, seed: int = 0, widths: tuple[int, ...] = WIDTHS
) -> Run:
    """The search for a small trained network."""
    return Run(
        network=TRAINED,
        samples=samples,
        seed=seed,
        steps=steps,
        widths=widths,
        seeds=(0, 1),
        token_dim=8,
    )


def as_config(run: Run) -> dict[str, Any]:
    """The configuration of a run as JSON."""
    return {"experiment": NAME, "length": LENGTH, "vocab": VOCAB, **asdict(run)}


def execute(run: Run) -> Record:
    """Do one run; a refused or censored one is on record with its reason."""
    begun = time.perf_counter()
    work = _trained if run.network == TRAINED else _exact
    status, reason, results, counts = work(run)
    return Record(
        config=as_config(run),
        seed=run.seed,
        status=status,
        reason=reason,
        results=results | {"labels": run.samples, "commit": git_commit()},
        counts=counts,
        versions=versions(),
        seconds=round(time.perf_counter() - begun, 3),
        time=now(),
    )


Outcome = tuple[Literal["done", "failed"], str, dict[str, Any], dict[str, Any]]


def _exact(run: Run) -> Outcome:
    try:
        built = mc.construct("hardware_exact", run.ds, dtype=run.network, seed=run.seed)
    except HypothesisError as error:
        return "done", str(error), {"verdict": "REFUSED"}, {}
    return _checked(mc.verify(built, run.ds), built.weights, run.ds, {})


def _trained(run: Run) -> Outcome:
    # JAX is loaded here and not before: the formulas do without it.
    from memcap.nn import Config
    from memcap.training import TrainConfig, smallest_width

    ds = with_vectors(run.ds, run.token_dim, run.seed)
    search = smallest_width(
        ds,
        Config.for_dataset(ds, width=run.token_dim, attention="uniform"),
        TrainConfig(steps=run.steps),
        run.widths,
        seeds=run.seeds,
        learning_rates=(0.01, 0.03),
    )
    tried = [[rung.width, rung.result.correct] for rung in search.rungs]
    results: dict[str, Any] = {"tried": tried, "hidden": search.smallest}
    if search.found is None:
        return "done", "no width fits", results | {"verdict": "CENSORED"}, {}
    weights = search.found.result.weights
    return _checked(mc.verify(weights, ds), weights, ds, results)


def _checked(
    certificate: Certificate, weights: Any, ds: Dataset, results: dict[str, Any]
) -> Outcome:
    proved = certificate.verdict is mc.Verdict.PROVED
    below = lower(weights, ds, certificate.counts)
    results = results | {
        "verdict": certificate.verdict.value,
        "correct": certificate.correct,
        "total": certificate.total,
        "weights_sha256": certificate.weights_sha256,
        "data_sha256": certificate.data_sha256,
        "fewest": below.parameters,
    }
    reason = "" if proved else certificate.sentence
    return (
        "done" if proved else "failed",
        reason,
        results,
        counts_of(certificate.counts),
    )
