"""Weight files: read back as written; nothing broken is taken for a network."""

import copy
import json
import random
from fractions import Fraction

import pytest

from memcap.core import canonical
from memcap.core.errors import CorruptFileError, MemcapError
from memcap.model.files import (
    load_weights,
    save_weights,
    weights_from_json,
    weights_to_json,
)
from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Linear,
    Relu,
    Residual,
    Weights,
)
from tests.model import random_networks


def small() -> Weights:
    one, half = Affine.dense([[1]]), Affine.dense([[Fraction(1, 2)]], [Fraction(-2, 3)])
    head = Head(one, one, Affine.dense([[2**63]]), one)
    return Weights(
        "next_token",
        "ids",
        Affine.dense([[3, 0, -12]]),
        (
            Relu(half, "encoder"),
            Attention("hardmax", (head,), causal=True, residual=False),
            Residual(one, half, "decoder"),
            Linear(one),
        ),
        Affine.dense([[1], [0]], [0, 7]),
        "argmax",
        positions=Affine.dense([[0, 1]]),
    )


def written(tmp_path, text):
    path = tmp_path / "weights.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("seed", range(40))
def test_round_trip(seed, tmp_path):
    rng = random.Random(seed)
    weights = random_networks.network(rng, kinds=("uniform", "hardmax", "softmax"))
    save_weights(weights, tmp_path / "w.json")
    found = load_weights(tmp_path / "w.json")
    assert found == weights and found.sha256 == weights.sha256
    save_weights(found, tmp_path / "again.json")
    one, two = ((tmp_path / name).read_bytes() for name in ("w.json", "again.json"))
    assert one == two and one.isascii()


def test_the_file_of_a_small_network(tmp_path):
    save_weights(small(), tmp_path / "w.json")
    body = json.loads((tmp_path / "w.json").read_text())
    assert body["format"] == "memcap-weights/1"
    assert body["embedding"] == {"inputs": 3, "rows": [["0", [[0, "3"], [2, "-12"]]]]}
    assert body["layers"][0]["map"]["rows"] == [["-2/3", [[0, "1/2^1"]]]]
    assert body["layers"][1]["heads"][0]["value"]["rows"][0][1] == [
        [0, "0x8000000000000000"]
    ]


@pytest.mark.parametrize(
    "replacement", [*b'0179-/,]} "\t\r\nxaet', 0, 0x7F, 0x80, 0xFF]
)
def test_no_single_byte_can_change_unnoticed(replacement, tmp_path):
    save_weights(small(), tmp_path / "good.json")
    good, sha = (tmp_path / "good.json").read_bytes(), small().sha256
    for place, byte in enumerate(good):
        if byte == replacement:
            continue
        edited = good[:place] + bytes([replacement]) + good[place + 1 :]
        try:
            found = load_weights(written(tmp_path, edited))
        except MemcapError:
            continue
        assert found.sha256 != sha, (place, edited)


@pytest.mark.parametrize("replacement", [b"", b"0", b" ", b"\n", b"[", b"99"])
def test_no_byte_can_be_cut_or_put_in_unnoticed(replacement, tmp_path):
    save_weights(small(), tmp_path / "good.json")
    good, sha = (tmp_path / "good.json").read_bytes(), small().sha256
    for place in range(len(good) + 1):
        for rest in (good[place:], good[place + 1 :]):
            edited = good[:place] + replacement + rest
            if edited == good:
                continue
            try:
                found = load_weights(written(tmp_path, edited))
            except MemcapError:
                continue
            assert found.sha256 != sha, (place, edited)


def test_every_truncation_is_refused(tmp_path):
    save_weights(small(), tmp_path / "good.json")
    good = (tmp_path / "good.json").read_bytes()
    for length in range(len(good)):
        with pytest.raises(CorruptFileError):
            load_weights(written(tmp_path, good[:length]))
    with pytest.raises(CorruptFileError):
        load_weights(written(tmp_path, good + good))


def test_a_changed_digit_is_another_network(tmp_path):
    save_weights(small(), tmp_path / "good.json")
    good = (tmp_path / "good.json").read_text()
    found = load_weights(written(tmp_path, good.replace('"-12"', '"-13"')))
    assert found.embedding.rows[0].terms == ((0, 3), (2, -13))
    assert found.sha256 != small().sha256


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(",", ", ", 1),
        lambda text: text.replace(":", ": ", 1),
        lambda text: " " + text,
        lambda text: text + "\n",
        lambda text: text.rstrip("\n"),
        lambda text: text.rstrip("\n") + "\r\n",
        lambda text: text.rstrip("\n") + "\r",
        lambda text: "\ufeff" + text,
        lambda text: text.replace('"task"', '"\\u0074ask"'),
        lambda text: text.replace('{"decision"', '{"decision":"nearest","decision"'),
        lambda text: text.replace('"-12"', '"-012"'),
        lambda text: text.replace('"1/2^1"', '"2/2^2"'),
        lambda text: text.replace('"-2/3"', '"-4/6"'),
        lambda text: text.replace('"0x8000000000000000"', '"9223372036854775808"'),
        lambda text: text.replace('[2,"-12"]', '[2.0,"-12"]'),
        lambda text: text.replace('[2,"-12"]', '["2","-12"]'),
        lambda text: text.replace('[[0,"3"],[2,"-12"]]', '[[2,"-12"],[0,"3"]]'),
        lambda text: text.replace('[[0,"3"],', '[[0,"3"],[1,"0"],'),
        lambda text: text.replace('{"decision"', '{"comment":"x","decision"'),
    ],
)
def test_another_spelling_is_refused(change, tmp_path):
    save_weights(small(), tmp_path / "good.json")
    good = (tmp_path / "good.json").read_text()
    assert change(good) != good
    with pytest.raises(CorruptFileError, match="weights.json"):
        load_weights(written(tmp_path, change(good)))


def places(value, path=()):
    """The path of everything in a JSON value."""
    yield path
    if isinstance(value, (dict, list)):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield from places(value[key], (*path, key))


def replaced(body, path, garbage):
    changed = copy.deepcopy(body)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = garbage
    return changed


GARBAGE = [
    *(None, True, False, -1, 0, 7, 2**70, 1.5, float("nan"), float("inf"), 1e400),
    *("", "x", "1", "ü", [], [[]], [1, 2], ["0", []], {}, {"inputs": 1, "rows": []}),
    [[["0", [[0, "1"]]]]] * 2,
    "1/2^99999999999",
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda x: repr(x)[:30])
def test_garbage_anywhere_is_another_network_or_refused(garbage):
    body = weights_to_json(small())
    for path in list(places(body))[1:]:
        changed = replaced(body, path, garbage)
        try:
            found = weights_from_json(changed)
        except CorruptFileError:
            continue
        again = weights_to_json(found)
        # What is taken is written back as it was read: in the file's one spelling.
        if repr(again) == repr(changed):
            assert (found.sha256 == small().sha256) == (repr(changed) == repr(body))


def test_every_missing_key_is_refused():
    body = weights_to_json(small())
    for path in list(places(body))[1:]:
        if isinstance(path[-1], str):
            changed = copy.deepcopy(body)
            holder = changed
            for key in path[:-1]:
                holder = holder[key]
            del holder[path[-1]]
            with pytest.raises(CorruptFileError):
                weights_from_json(changed)


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda x: repr(x)[:30])
def test_what_is_no_record_is_refused(garbage, tmp_path):
    with pytest.raises(CorruptFileError):
        weights_from_json(garbage)
    with pytest.raises(CorruptFileError):
        load_weights(written(tmp_path, json.dumps(garbage)))


@pytest.mark.parametrize("depth", [100, 400, 900, 980, 5000, 200_000])
def test_deep_nesting_is_refused(depth, tmp_path):
    save_weights(small(), tmp_path / "good.json")
    good = (tmp_path / "good.json").read_text()
    nested = "[" * depth + "]" * depth
    for text in (nested, good.replace('"encoder"', nested)):
        with pytest.raises(CorruptFileError):
            load_weights(written(tmp_path, text))


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("format", "memcap-weights/2", "memcap-weights/2"),
        ("task", "other", "task is 'other'"),
        ("input", "words", "input is 'words'"),
        ("decision", "best", "decision is 'best'"),
        ("layers", [{"kind": "gelu", "part": "", "map": {}}], "gelu"),
        ("embedding", {"inputs": -3, "rows": []}, "-3"),
    ],
)
def test_the_sentence_names_what_is_wrong(key, value, sentence, tmp_path):
    body = weights_to_json(small()) | {key: value}
    path = written(tmp_path, canonical.dumps(body) + "\n")
    with pytest.raises(CorruptFileError, match=sentence) as caught:
        load_weights(path)
    assert str(path) in str(caught.value)


def test_random_texts_are_refused(tmp_path):
    rng = random.Random(0)
    for _ in range(300):
        text = bytes(rng.choice(b'[]{}",:0123456789truefalsn\\u ') for _ in range(40))
        with pytest.raises(CorruptFileError):
            load_weights(written(tmp_path, text))


def test_missing_files_and_folders(tmp_path):
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(CorruptFileError):
            load_weights(path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(MemcapError, match="cannot write"):
        save_weights(small(), tmp_path / "file" / "weights.json")
