"""The runs of the compact experiment: construct, verify exactly, count."""

import time
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

import memcap as mc
from memcap.data.dataset import Dataset
from memcap.model.counting import Count
from memcap.sweeps.provenance import git_commit, now, versions
from memcap.sweeps.records import Record

NAME = "compact"
SEQ_TO_SEQ = "compact_seq_to_seq"


@dataclass(frozen=True, kw_only=True)
class Built:
    """One constructed network.

    Args:
        construction: its name in the registry.
        samples: N, labels to memorize: sequences, or all tokens of all sequences.
        classes: C.
        seed: of the data and of the construction.
        length: n.
        vocab: V.
    """

    construction: str
    samples: int
    classes: int = 2
    seed: int = 0
    length: int = 16
    vocab: int = 64

    @property
    def ds(self) -> Dataset:
        """The data: random sequences with random labels."""
        fields: dict[str, Any] = {
            "length": self.length,
            "vocab": self.vocab,
            "classes": self.classes,
            "seed": self.seed,
        }
        if self.construction == SEQ_TO_SEQ:
            sequences = self.samples // self.length
            return mc.data.random_seq_to_seq(num_samples=sequences, **fields)
        return mc.data.random_next_token(num_samples=self.samples, **fields)


def as_config(run: Built) -> dict[str, Any]:
    """The configuration of a run as JSON."""
    return {"experiment": NAME, **asdict(run)}


def execute(run: Built) -> Record:
    """Do one run; it is failed unless every label and every claim is proved."""
    begun = time.perf_counter()
    ds = run.ds
    clock = [time.perf_counter()]
    built = mc.construct(run.construction, ds, seed=run.seed)
    clock.append(time.perf_counter())
    certificate = mc.verify(built, ds)
    clock.append(time.perf_counter())
    proved = certificate.verdict is mc.Verdict.PROVED
    report = {k: _plain(v) for k, v in built.report.items()}
    results = {
        "verdict": certificate.verdict.value,
        "correct": certificate.correct,
        "total": certificate.total,
        "labels": ds.num_labels,
        "weights_sha256": certificate.weights_sha256,
        "data_sha256": certificate.data_sha256,
        "report": report,
        "seconds": {"construct": clock[1] - clock[0], "verify": clock[2] - clock[1]},
        "commit": git_commit(),
    }
    return Record(
        config=as_config(run),
        seed=run.seed,
        status="done" if proved else "failed",
        reason="" if proved else certificate.sentence,
        results=results,
        counts=counts_of(certificate.counts),
        versions=versions(),
        seconds=round(time.perf_counter() - begun, 3),
        time=now(),
    )


def _plain(value: Any) -> Any:
    """A report's value as JSON: sizes are dataclasses, or lists of them."""
    if isinstance(value, list):
        return [_plain(x) for x in value]
    return (
        asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    )


def counts_of(counts: Count) -> dict[str, Any]:
    """The counts as JSON."""
    return asdict(counts)
