"""Changed weights and data are found out, and what is no certificate is refused."""

import copy
from fractions import Fraction

import pytest

import memcap as mc
from memcap.certify import Certificate, verify
from memcap.certify.certificate import issue
from memcap.core.claims import Claim, ClaimKind, Verdict
from memcap.core.errors import CorruptFileError, MemcapError
from memcap.core.refs import Ref
from memcap.data import from_arrays
from memcap.model.files import weights_from_json, weights_to_json
from tests.certify.forged import BUILT, CERT, DS, places

PROVED, REFUTED = Verdict.PROVED, Verdict.REFUTED

# What is written is read back and holds.


def test_an_honest_certificate_holds(path):
    assert CERT.verdict is PROVED and len(CERT.claims) == 5
    loaded = Certificate.load(path)
    assert loaded == CERT and loaded.sentence == CERT.sentence
    recheck = loaded.recheck(BUILT.weights, DS)
    assert (recheck.verdict, recheck.differences) == (PROVED, ())
    loaded.save(path.with_name("again.json"))
    assert path.with_name("again.json").read_bytes() == path.read_bytes()


def test_an_honest_refutation_stays_one(path):
    wrong = from_arrays(DS.tokens, (DS.labels + 1) % 3)
    verify(BUILT, wrong).save(path)
    recheck = Certificate.load(path).recheck(BUILT.weights, wrong)
    assert (recheck.verdict, recheck.differences) == (REFUTED, ())
    assert recheck.fresh.correct == 0


def test_a_bound_without_formula_is_a_true_statement_of_the_network():
    # Its number is not derived from anything; that the network keeps it is checked.
    ref = Ref("memcap", "Test")
    for bound, verdict in ((CERT.counts.width, PROVED), (10**9, PROVED)):
        claim = Claim(ClaimKind.WIDTH_AT_MOST, bound, ref)
        assert issue(BUILT.weights, DS, [claim]).verdict is verdict
    low = Claim(ClaimKind.WIDTH_AT_MOST, CERT.counts.width - Fraction(1, 9), ref)
    assert issue(BUILT.weights, DS, [low]).verdict is REFUTED


# Weights and data.


def is_number(text):
    return text.lstrip("-")[:1].isdigit()


def test_one_changed_weight_is_found():
    body = weights_to_json(BUILT.weights)
    numbers = []
    for path in places(body):
        holder = body
        for key in path[:-1]:
            holder = holder[key]
        if is_number(holder[path[-1]]) and holder[path[-1]] != "0":
            numbers.append(path)
    assert len(numbers) > 300
    for path in numbers[:: len(numbers) // 40]:
        changed = copy.deepcopy(body)
        holder = changed
        for key in path[:-1]:
            holder = holder[key]
        old = holder[path[-1]]
        holder[path[-1]] = "3" if old != "3" else "5"
        recheck = CERT.recheck(weights_from_json(changed), DS)
        assert recheck.verdict is REFUTED
        assert "not the certified weights" in recheck.sentence


def _spelled_out(body):
    body["layers"][star_places(body)[0]]["pattern"] = "full"


def _gone(body):
    del body["layers"][star_places(body)[1]]["pattern"]


def _moved(body):
    body["aggregate"]["rows"][0][1][0][1] = "-3"


def _forgotten(body):
    del body["aggregate"]
    for place in star_places(body):
        del body["layers"][place]["pattern"]


def star_places(body):
    layers = enumerate(body["layers"])
    return [i for i, layer in layers if layer.get("pattern") == "star"]


@pytest.mark.parametrize("change", [_spelled_out, _gone, _moved, _forgotten])
def test_a_changed_pattern_or_aggregate_is_found(change):
    ds = mc.data.random_seq_to_seq(num_samples=8, length=3, vocab=5, classes=3, seed=1)
    built = mc.construct("sparse_seq_to_seq", ds)
    certificate, body = verify(built, ds), weights_to_json(built.weights)
    assert certificate.verdict is PROVED and len(star_places(body)) == 2
    change(body)
    changed = weights_from_json(body)
    recheck = certificate.recheck(changed, ds)
    assert recheck.verdict is REFUTED
    assert "not the certified weights" in recheck.sentence
    # Not the hash alone: the labels or the connections are others.
    assert verify(Changed(built, changed), ds).verdict is REFUTED or change is _moved


class Changed:
    """A construction whose weights were exchanged."""

    def __init__(self, built, weights):
        self.name, self.claims, self.weights = built.name, built.claims, weights


@pytest.mark.parametrize("sample", range(6))
def test_one_changed_label_or_token_is_found(sample):
    for what in ("labels", "tokens"):
        arrays = {"tokens": DS.tokens.copy(), "labels": DS.labels.copy()}
        arrays[what][sample] = (arrays[what][sample] + 1) % 3
        changed = from_arrays(**arrays, num_classes=3)
        recheck = CERT.recheck(BUILT.weights, changed)
        assert recheck.verdict is REFUTED
        assert "not the certified data" in recheck.sentence


@pytest.mark.parametrize(
    "change",
    [
        {"num_classes": 4},
        {"embedding": [[0.0], [1.0], [2.0], [3.0]]},
        {"tokens": DS.tokens[::-1], "labels": DS.labels[::-1]},
        {"tokens": DS.tokens[:5], "labels": DS.labels[:5]},
        {"tokens": DS.tokens[:, ::-1]},
        {"tokens": DS.tokens[:, :, None].astype(float)},
    ],
)
def test_other_data_are_found_even_if_all_labels_are_right(change):
    arrays = {"tokens": DS.tokens, "labels": DS.labels, "num_classes": 3} | change
    recheck = CERT.recheck(BUILT.weights, from_arrays(**arrays))
    assert recheck.verdict is REFUTED


def test_data_of_another_kind_are_refused():
    other = from_arrays(DS.tokens, DS.tokens)
    with pytest.raises(MemcapError, match="seq_to_seq"):
        CERT.recheck(BUILT.weights, other)


# No certificate at all.


@pytest.mark.parametrize("content", ["1.5", "null", "[]", '"x"', "{}", "NaN"])
def test_what_is_no_certificate_is_refused(path, content):
    path.write_text(content + "\n")
    with pytest.raises(CorruptFileError, match="not a memcap certificate"):
        Certificate.load(path)


def test_a_float_or_deep_nesting_is_an_ordinary_refusal(path):
    good = path.read_text()
    nested = "[" * 980 + "]" * 980
    for value in ("6.0", "1e400", "NaN", nested):
        path.write_text(good.replace('"correct":6', f'"correct":{value}'))
        with pytest.raises(CorruptFileError):
            Certificate.load(path)


def test_a_missing_file_is_an_ordinary_refusal(tmp_path):
    with pytest.raises(CorruptFileError, match="does not exist"):
        Certificate.load(tmp_path / "none.json")
    (tmp_path / "file").write_text("")
    with pytest.raises(MemcapError, match="cannot write"):
        CERT.save(tmp_path / "file" / "certificate.json")
