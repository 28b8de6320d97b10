"""Forgeries that fix up the certificate's own hash are caught."""

import json

import pytest

from memcap.certify import Certificate, verify
from memcap.core.claims import ClaimKind, Verdict
from memcap.core.errors import CorruptFileError
from memcap.data import from_arrays
from memcap.model.files import weights_from_json, weights_to_json
from tests.certify.forged import BUILT, CERT, DS, assert_caught, rewritten, set_in

PROVED, REFUTED = Verdict.PROVED, Verdict.REFUTED


def claim_of(body, kind):
    return next(c for c in body["claims"] if c["kind"] == kind)


def inflated(body):
    """A bound raised, the sentence to match, the formula kept."""
    claim = claim_of(body, "depth_at_most")
    old, claim["bound"] = claim["bound"], "100000"
    claim["sentence"] = claim["sentence"].replace(old, "100000")


def with_inputs(kind, **values):
    def change(body):
        inputs = claim_of(body, kind)["inputs"]
        for pair in inputs:
            pair[1] = values.get(pair[0], pair[1])

    return change


FORGERIES = {
    "another verdict": set_in("verdict", value="UNDECIDED"),
    "fewer right": set_in("correct", value=5),
    "more right": set_in("correct", value=7),
    "more labels": set_in("total", value=600),
    "true for one": set_in("counts", "by_part", 2, 1, "depth", value=True),
    "margin": set_in("margin", value="1"),
    "fewer parameters": set_in("counts", "nonzero", value=1),
    "fewer bits": set_in("counts", "max_bits", value=1),
    "width": set_in("counts", "width", value=13),
    "parts in another order": set_in("counts", "by_part", value=lambda x: x[::-1]),
    "a part": set_in("counts", "by_part", 0, 1, "nonzero", value=99),
    "a part's name": set_in("counts", "by_part", 0, 0, value="other"),
    "arithmetic": set_in("arithmetic", value="ball 64"),
    "weights": set_in("weights_sha256", value="0" * 64),
    "data": set_in("data_sha256", value="0" * 64),
    "a claim refuted": set_in("claims", 1, "verdict", value="REFUTED"),
    "a claim undecided": set_in("claims", 0, "verdict", value="UNDECIDED"),
    "a sentence": set_in("claims", 0, "sentence", value="all is well."),
    "what was found": set_in("claims", 1, "actual", value="1"),
    "nothing found": set_in("claims", 1, "actual", value=None),
    "no claims": set_in("claims", value=[]),
    "labels not claimed": set_in("claims", value=lambda x: x[1:]),
    "only the width": set_in("claims", value=lambda x: x[1:2]),
    "a claim twice": set_in("claims", value=lambda x: [*x, x[0] | {"bound": "9"}]),
    "margin claimed": set_in("claims", 0, "bound", value="1"),
    "bound inflated": inflated,
    "bound of fewer samples": with_inputs("depth_at_most", num_samples="5"),
    "bound of 10^9 samples": with_inputs("depth_at_most", num_samples="1000000000"),
    "bound of more classes": with_inputs("bits_at_most", classes="1000"),
    "bound of no class": with_inputs("bits_at_most", classes="0"),
    "bound of half a class": with_inputs("bits_at_most", classes="1/2^1"),
    "bound of a larger r": with_inputs("bits_at_most", r="1000"),
    "bound of a root": with_inputs("bits_at_most", r="sqrt 2"),
    "bound of a rational root": with_inputs("bits_at_most", delta="sqrt 1"),
    "bound of a negative root": with_inputs("bits_at_most", r="sqrt -2"),
    "bound of no number": with_inputs("bits_at_most", r="many"),
    "bound of length 0": with_inputs("depth_at_most", length="0"),
    "an input unknown": set_in("claims", 2, "inputs", 0, 0, value="luck"),
    "an input missing": set_in("claims", 2, "inputs", value=lambda x: x[1:]),
    "an unused input": set_in(
        "claims", 2, "inputs", value=lambda x: [*x, ["eps", "1"]]
    ),
    "an input twice": set_in(
        "claims", 2, "inputs", value=lambda x: [[x[0][0], "1"], *x]
    ),
    "a free parameter of another statement": set_in(
        "claims", 2, "inputs", value=lambda x: [*x, ["bit_budget", "2"]]
    ),
    "a depth as an input": set_in(
        "claims", 2, "inputs", value=lambda x: [*x, ["depth", "2"]]
    ),
    "no inputs": set_in("claims", 2, "inputs", value=[]),
    "a formula unknown": set_in("claims", 2, "formula", value="KS25.ThmZ9"),
    "another statement": set_in("claims", 2, "formula", value="KS25.Cor4.1.depth"),
    "another quantity": set_in("claims", 2, "formula", value="KS25.ThmB1.bits"),
    "an order only": set_in("claims", 2, "formula", value="KS25.Thm4.1.short_depth"),
    "another reference": set_in("claims", 2, "ref", value="KS23.Cor1"),
    "an unknown paper": set_in("claims", 2, "ref", value="Nobody99.Thm1"),
    "a huge bound": set_in("claims", 2, "bound", value="0x" + "f" * 6000),
    "a huge input": with_inputs("depth_at_most", num_samples="0x" + "f" * 6000),
}


def test_forgeries_hit_what_they_aim_at():
    kinds = [checked.claim.kind for checked in CERT.claims]
    assert kinds[0] is ClaimKind.MEMORIZES and kinds[1] is ClaimKind.WIDTH_AT_MOST
    third, fourth = CERT.claims[2].claim, CERT.claims[3].claim
    assert third.formula == "KS25.ThmB1.depth" and fourth.formula == "KS25.ThmB1.bits"


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_are_caught(path, name):
    before = path.read_bytes()
    rewritten(path, FORGERIES[name])
    assert path.read_bytes() != before
    assert_caught(path)


def test_a_refutation_made_up_as_a_proof_is_caught(path):
    # Wrong weights, certificate edited to say that they are right.
    changed = weights_to_json(BUILT.weights)
    changed["readout"]["rows"][0][0] = "1"
    weights = weights_from_json(changed)
    honest = verify(weights, DS)
    assert honest.verdict is REFUTED
    good = json.loads(path.read_text())
    honest.save(path)

    def make_up(body):
        for key in ("verdict", "claims", "correct", "margin"):
            body[key] = good[key]

    rewritten(path, make_up)
    assert Certificate.load(path).verdict is PROVED
    assert_caught(path, weights)


def test_a_proof_that_keeps_quiet_about_labels_is_caught(path):
    # True claims about the size of wrong weights do not make a proof.
    wrong = from_arrays(DS.tokens, (DS.labels + 1) % 3)
    honest = verify(BUILT, wrong)
    honest.save(path)
    rewritten(path, set_in("claims", value=lambda x: x[1:]))
    with pytest.raises(CorruptFileError):
        Certificate.load(path)  # the verdict written is not that of the claims
    honest.save(path)

    def quiet(body):
        body["claims"], body["verdict"] = body["claims"][1:], "PROVED"

    rewritten(path, quiet)
    assert Certificate.load(path).verdict is PROVED
    assert_caught(path, BUILT.weights, wrong)


def test_fewer_true_claims_are_a_weaker_true_certificate(path):
    # Leaving out a bound says less and nothing wrong; that is no forgery.
    rewritten(path, set_in("claims", value=lambda x: x[:2]))
    recheck = Certificate.load(path).recheck(BUILT.weights, DS)
    assert (recheck.verdict, len(recheck.fresh.claims)) == (PROVED, 2)
