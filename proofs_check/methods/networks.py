"""Certificates of built networks as the outcome of a check."""

from collections.abc import Iterable
from typing import Any

import memcap as mc
from memcap.constructions.base import Built
from memcap.core.claims import Verdict
from memcap.data.dataset import Dataset
from proofs_check.statement import Answer, Outcome

_ANSWERS = {
    Verdict.PROVED: Answer.HOLDS,
    Verdict.REFUTED: Answer.FAILS,
    Verdict.UNDECIDED: Answer.OPEN,
}
Case = tuple[str, Dataset, dict[str, Any]]


def build(name: str, cases: Iterable[Case]) -> list[tuple[str, Dataset, Built]]:
    """One network for every case: a label, the data and the construction's options."""
    return [
        (label, ds, mc.construct(name, ds, **options)) for label, ds, options in cases
    ]


def certified(built: Iterable[tuple[str, Dataset, Built]], claim: str) -> Outcome:
    """Whether the certificate of every network proves all its claims."""
    labels = []
    for label, ds, network in built:
        certificate = mc.verify(network, ds)
        answer = _ANSWERS[certificate.verdict]
        if answer is not Answer.HOLDS:
            where = {"network": label, "certificate": certificate.sentence}
            sentence = f"{claim}: {label}: {certificate.sentence}"
            return Outcome(answer, sentence, len(labels) + 1, counterexample=where)
        labels.append(label)
    sentence = f"{claim}: certified for {len(labels)} networks ({', '.join(labels)})."
    return Outcome(Answer.HOLDS, sentence, len(labels))
