"""Whatever is changed in a certificate, its weights or its data is found out."""

import copy
import json
from fractions import Fraction

import pytest

import memcap as mc
from memcap.certify import Certificate, verify
from memcap.certify.certificate import issue
from memcap.core import canonical
from memcap.core.claims import Claim, ClaimKind, Verdict
from memcap.core.errors import CorruptFileError, MemcapError
from memcap.core.refs import Ref
from memcap.data import from_arrays
from memcap.model.files import weights_from_json, weights_to_json

PROVED, REFUTED = Verdict.PROVED, Verdict.REFUTED
DS = mc.data.random_next_token(num_samples=6, length=2, vocab=4, classes=3, seed=5)
BUILT = mc.construct("next_token", DS)
CERT = verify(BUILT, DS)


@pytest.fixture
def path(tmp_path):
    CERT.save(tmp_path / "certificate.json")
    return tmp_path / "certificate.json"


def rewritten(path, change):
    """The certificate with its own hash worked out again after `change(body)`."""
    body = json.loads(path.read_text())
    del body["sha256"]
    change(body)
    body["sha256"] = canonical.sha256(canonical.dumps(body))
    path.write_text(canonical.dumps(body) + "\n")
    return path


def claim_of(body, kind):
    return next(c for c in body["claims"] if c["kind"] == kind)


def assert_caught(path, weights=BUILT.weights, ds=DS):
    try:
        found = Certificate.load(path)
    except CorruptFileError:
        return
    recheck = found.recheck(weights, ds)
    assert recheck.verdict is REFUTED and recheck.sentence.startswith("REFUTED")


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


# Weights and data.


def places(value, path=()):
    if isinstance(value, str):
        yield path
    elif isinstance(value, (list, dict)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


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


# Bytes.


def replacements(byte):
    """Another digit for a digit; for the rest its neighbour and the end of a text."""
    if chr(byte).isdigit():
        return {48 + (byte - 47) % 10}
    return {x for x in (byte ^ 1, ord('"')) if 32 <= x < 127} - {byte}


def test_every_byte_counts(path):
    good = path.read_bytes()
    assert len(good) > 1000
    for place, byte in enumerate(good):
        for other in replacements(byte):
            path.write_bytes(good[:place] + bytes([other]) + good[place + 1 :])
            assert_caught(path)


@pytest.mark.parametrize("byte", [0, 13, 255])
def test_bytes_that_are_not_printed_count_too(path, byte):
    good = path.read_bytes()
    for place in range(len(good)):
        if good[place] != byte:
            path.write_bytes(good[:place] + bytes([byte]) + good[place + 1 :])
            with pytest.raises(CorruptFileError):
                Certificate.load(path)


@pytest.mark.parametrize("extra", [b"", b" ", b"\n", b"\r\n", b"{}"])
def test_every_cut_and_every_addition_counts(path, extra):
    good = path.read_bytes()
    for length in [*range(0, len(good), 7), len(good) - 1]:
        path.write_bytes(good[:length] + extra)
        if path.read_bytes() != good:
            with pytest.raises(CorruptFileError):
                Certificate.load(path)
    if extra:
        for text in (good + extra, extra + good, good[:-1] + extra + good[-1:]):
            path.write_bytes(text)
            with pytest.raises(CorruptFileError):
                Certificate.load(path)


# Forgeries that fix up the certificate's own hash.


def set_in(*keys, value):
    def change(body):
        holder = body
        for key in keys[:-1]:
            holder = holder[key]
        holder[keys[-1]] = value(holder[keys[-1]]) if callable(value) else value

    return change


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
JUNK = [None, True, -1, 0, 10**30, "", "x", "1", [], [[]], ["a", "b"], {}, {"a": 1}]


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


def everything(value, keys=()):
    """The path of everything in a JSON value."""
    if keys:
        yield keys
    if isinstance(value, (list, dict)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from everything(value[key], (*keys, key))


def is_free(keys, body):
    """What says something else and still true: names, and bounds without formula.

    The number of classes of a formula may be any up to that of the data.
    """
    if keys[0] in ("subject", "versions"):
        return True
    if keys[0] != "claims" or len(keys) < 3:
        return False
    claim = body["claims"][keys[1]]
    classes = keys[2] == "inputs" and keys[-1] == 1 and claim["inputs"][keys[3]][0]
    return classes == "classes" or (
        not claim["formula"] and keys[2] in ("ref", "bound")
    )


def test_every_text_inside_counts(path):
    body = json.loads(path.read_text())
    del body["sha256"]
    checked = [keys for keys in places(body) if not is_free(keys, body)]
    assert len(checked) > 40
    for keys in checked:
        CERT.save(path)
        rewritten(path, set_in(*keys, value=lambda old: old + "1"))
        assert_caught(path)


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_junk_anywhere_is_an_ordinary_refusal(path, junk):
    body = json.loads(path.read_text())
    del body["sha256"]
    for keys in everything(body):
        CERT.save(path)
        good = path.read_bytes()
        rewritten(path, set_in(*keys, value=junk))
        if path.read_bytes() == good:
            continue
        if not is_free(keys, body):
            assert_caught(path)
            continue
        try:
            recheck = Certificate.load(path).recheck(BUILT.weights, DS)
        except CorruptFileError:
            continue
        assert recheck.verdict in (PROVED, REFUTED)


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


def test_a_bound_without_formula_is_a_true_statement_of_the_network():
    # Its number is not derived from anything; that the network keeps it is checked.
    ref = Ref("memcap", "Test")
    for bound, verdict in ((CERT.counts.width, PROVED), (10**9, PROVED)):
        claim = Claim(ClaimKind.WIDTH_AT_MOST, bound, ref)
        assert issue(BUILT.weights, DS, [claim]).verdict is verdict
    low = Claim(ClaimKind.WIDTH_AT_MOST, CERT.counts.width - Fraction(1, 9), ref)
    assert issue(BUILT.weights, DS, [low]).verdict is REFUTED


def test_a_missing_file_is_an_ordinary_refusal(tmp_path):
    with pytest.raises(CorruptFileError, match="does not exist"):
        Certificate.load(tmp_path / "none.json")
    (tmp_path / "file").write_text("")
    with pytest.raises(MemcapError, match="cannot write"):
        CERT.save(tmp_path / "file" / "certificate.json")
