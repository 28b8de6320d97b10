"""Certificates: claims, verdicts, counts and hashes as canonical JSON.

A certificate file is text with one spelling. It holds the hash of its own content, of
the weights and of the data, so that any changed byte anywhere is noticed; and since
`recheck` computes everything again, a change that fixes up the hashes is caught too.
"""

import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from memcap.certify import checker
from memcap.core import canonical
from memcap.core.claims import CheckedClaim, Claim, ClaimKind, Verdict
from memcap.core.errors import CorruptFileError
from memcap.core.exact import Number, SquareRoot, exact, from_text, to_text
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.counting import Count, PartCount, connections, count
from memcap.model.weights import Weights

FORMAT = "memcap-certificate/1"
MEMORIZES = Claim(ClaimKind.MEMORIZES, 0, Ref("memcap", "Memorizes"))
CONTEXTUAL = Claim(ClaimKind.CONTEXTUAL_MAPPING, 0, Ref("KS23", "DefCM"))


@dataclass(frozen=True)
class Certificate:
    """What was checked of a network on a dataset, and what came out.

    Args:
        subject: name of the construction, or "weights".
        claims: every claim with its verdict.
        correct: labels certainly right.
        total: all labels.
        margin: no label's margin is below this number.
        counts: parameters, depth, width and bits.
        arithmetic: ``exact``, or ``ball`` with the precision that was needed.
        weights_sha256: hash of the network.
        data_sha256: hash of the data.
        versions: of Python and the packages the check ran on.
    """

    subject: str
    claims: tuple[CheckedClaim, ...]
    correct: int
    total: int
    margin: Number
    counts: Count
    arithmetic: str
    weights_sha256: str
    data_sha256: str
    versions: dict[str, str] = field(hash=False)

    @property
    def verdict(self) -> Verdict:
        """PROVED if every claim is, REFUTED if any is, else UNDECIDED."""
        return Verdict.combine(checked.verdict for checked in self.claims)

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        first = next(
            (c for c in self.claims if c.verdict is self.verdict), self.claims[0]
        )
        text = f"{self.verdict.value}: {self.tally}"
        if self.verdict is Verdict.PROVED:
            how = "" if self.arithmetic == "exact" else f", {self.arithmetic} bits"
            return f"{text}, {len(self.claims)} claims hold{how}."
        return f"{text}; {first.claim.kind.value}: {first.sentence}"

    @property
    def tally(self) -> str:
        """How many labels are right, or how many contexts are told apart."""
        kinds = {checked.claim.kind for checked in self.claims}
        ids = ClaimKind.CONTEXTUAL_MAPPING in kinds
        what = "contexts told apart" if ids else "labels right"
        return f"{self.correct}/{self.total} {what}"

    def save(self, path: Path | str) -> None:
        """Write the certificate, whole or not at all."""
        canonical.write_atomically(Path(path), _to_text(self))

    @classmethod
    def load(cls, path: Path | str) -> "Certificate":
        """Read a certificate and make sure that not a byte of it was changed.

        Raises:
            CorruptFileError: the file is missing, broken or edited.
        """
        body = canonical.read_json(Path(path))
        if not isinstance(body, dict) or body.get("format") != FORMAT:
            raise CorruptFileError(f"{path} is not a memcap certificate.")
        try:
            found = _from_json(body)
            text = _to_text(found)
            stored = canonical.dumps(body) + "\n"
        except canonical.MALFORMED as error:
            reason = f"{type(error).__name__}: {error}".rstrip(".")
            raise CorruptFileError(f"{path} is not a certificate: {reason}.") from error
        # The text of what was read holds its hash and its verdict, worked out anew.
        if stored != text or Path(path).read_bytes() != text.encode("ascii"):
            raise CorruptFileError(f"{path} was edited: its own hash does not fit.")
        return found

    def recheck(self, weights: Weights, ds: Dataset) -> "Recheck":
        """Check everything again and compare with what is written here.

        Returns:
            REFUTED if weights, data or any number differ or a claim fails.
        """
        claims = [checked.claim for checked in self.claims]
        fresh = issue(weights, ds, claims, self.subject)
        return Recheck(fresh, tuple(_differences(self, fresh)))


@dataclass(frozen=True)
class Recheck:
    """A fresh certificate beside the stored one.

    Args:
        fresh: what the check gives now.
        differences: sentences on what differs from the stored certificate.
    """

    fresh: Certificate
    differences: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """REFUTED if anything differs, else the fresh verdict."""
        return Verdict.REFUTED if self.differences else self.fresh.verdict

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if not self.differences:
            return self.fresh.sentence
        return f"REFUTED: {self.differences[0]} ({self.fresh.tally})"


def issue(
    weights: Weights, ds: Dataset, claims: Iterable[Claim], subject: str = "weights"
) -> Certificate:
    """Run the checker and write down what it found.

    A certificate always speaks of the labels, or of the ids of a network that outputs
    ids: where no claim does, it is added that all are right, or different.

    Raises:
        WeightsError: the network does not take such data.
        UndecidedError: ball arithmetic says nothing at the highest precision.
    """
    claims = tuple(claims)
    least = CONTEXTUAL if weights.decision == "vector" else MEMORIZES
    if all(claim.kind is not least.kind for claim in claims):
        claims = (least, *claims)
    margins = [c.bound for c in claims if c.kind is ClaimKind.MEMORIZES]
    judged = checker.run(weights, ds, max(margins, default=0))
    counts = count(weights)
    pairs = connections(weights, ds.length).total
    checked = checker.check_all(claims, ds, counts, judged, pairs)
    return Certificate(
        subject=subject,
        claims=checked,
        correct=judged.judgement.correct,
        total=judged.judgement.total,
        margin=judged.judgement.margin,
        counts=counts,
        arithmetic=judged.arithmetic,
        weights_sha256=weights.sha256,
        data_sha256=ds.sha256,
        versions=_versions(),
    )


def _versions() -> dict[str, str]:
    packages = ("memcap", "numpy", "python-flint")
    return {"python": platform.python_version()} | {p: version(p) for p in packages}


def _differences(stored: Certificate, fresh: Certificate) -> Iterable[str]:
    if stored.weights_sha256 != fresh.weights_sha256:
        yield "these are not the certified weights."
    if stored.data_sha256 != fresh.data_sha256:
        yield "these are not the certified data."
    # Texts differ wherever values do, also where Python finds them equal (1 and True).
    old, new = _to_json(stored), _to_json(fresh)
    for name in ("claims", "correct", "total", "margin", "counts", "arithmetic"):
        if canonical.dumps(old[name]) != canonical.dumps(new[name]):
            yield f"the certificate's {name} are not what the check gives now."


def _to_text(certificate: Certificate) -> str:
    body = _to_json(certificate)
    body["sha256"] = canonical.sha256(canonical.dumps(body))
    return canonical.dumps(body) + "\n"


def _to_json(certificate: Certificate) -> dict[str, Any]:
    counts = asdict(certificate.counts)
    return {
        "format": FORMAT,
        "subject": certificate.subject,
        "verdict": certificate.verdict.value,
        "claims": [_checked_to_json(checked) for checked in certificate.claims],
        "correct": certificate.correct,
        "total": certificate.total,
        "margin": to_text(certificate.margin),
        "counts": counts | {"by_part": list(counts["by_part"].items())},
        "arithmetic": certificate.arithmetic,
        "weights_sha256": certificate.weights_sha256,
        "data_sha256": certificate.data_sha256,
        "versions": certificate.versions,
    }


def _from_json(body: dict[str, Any]) -> Certificate:
    counts = dict(body["counts"])
    parts = {_text(name): _sizes(part) for name, part in counts.pop("by_part")}
    versions = {name: _text(number) for name, number in body["versions"].items()}
    return Certificate(
        subject=_text(body["subject"]),
        claims=tuple(_checked_from_json(checked) for checked in body["claims"]),
        correct=_whole(body["correct"]),
        total=_whole(body["total"]),
        margin=from_text(body["margin"]),
        counts=Count(**{k: _whole(v) for k, v in counts.items()}, by_part=parts),
        arithmetic=_text(body["arithmetic"]),
        weights_sha256=_text(body["weights_sha256"]),
        data_sha256=_text(body["data_sha256"]),
        versions=versions,
    )


def _sizes(part: dict[str, Any]) -> PartCount:
    return PartCount(**{name: _whole(value) for name, value in part.items()})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.60} is not a text")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r:.60} is not a whole number")
    return value


def _checked_to_json(checked: CheckedClaim) -> dict[str, Any]:
    claim = checked.claim
    return {
        "kind": claim.kind.value,
        "bound": to_text(claim.bound),
        "ref": claim.ref.id,
        "formula": claim.formula,
        "inputs": [[name, _input_to_text(value)] for name, value in claim.inputs],
        "actual": None if checked.actual is None else to_text(checked.actual),
        "verdict": checked.verdict.value,
        "sentence": checked.sentence,
    }


def _checked_from_json(body: dict[str, Any]) -> CheckedClaim:
    claim = Claim(
        kind=ClaimKind(body["kind"]),
        bound=from_text(body["bound"]),
        ref=Ref.parse(body["ref"]),
        formula=_text(body["formula"]),
        inputs=tuple(
            (_text(name), _input_from_text(text)) for name, text in body["inputs"]
        ),
    )
    actual = None if body["actual"] is None else from_text(body["actual"])
    sentence = _text(body["sentence"])
    return CheckedClaim(claim, actual, Verdict(body["verdict"]), sentence)


def _input_to_text(value: Any) -> str:
    if isinstance(value, SquareRoot):
        if value.rational is None:
            return f"sqrt {to_text(value.squared)}"
        value = value.rational
    return to_text(exact(value))


def _input_from_text(text: str) -> Any:
    if not text.startswith("sqrt "):
        return from_text(text)
    root = SquareRoot(from_text(text[5:]))
    if root.rational is not None:
        raise ValueError(f"{text!r:.60} is another spelling of a rational number")
    return root
