"""Every byte of a certificate counts, and every value inside it."""

import pytest

from memcap.certify import Certificate
from memcap.core.claims import Verdict
from memcap.core.errors import CorruptFileError
from tests.certify.forged import (
    BUILT,
    DS,
    assert_caught,
    body_of,
    places,
    put,
    rewritten,
    set_in,
)

PROVED, REFUTED = Verdict.PROVED, Verdict.REFUTED


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
            put(path, good[:place] + bytes([other]) + good[place + 1 :])
            assert_caught(path)


@pytest.mark.parametrize("byte", [0, 13, 255])
def test_bytes_that_are_not_printed_count_too(path, byte):
    good = path.read_bytes()
    for place in range(len(good)):
        if good[place] != byte:
            put(path, good[:place] + bytes([byte]) + good[place + 1 :])
            with pytest.raises(CorruptFileError):
                Certificate.load(path)


@pytest.mark.parametrize("extra", [b"", b" ", b"\n", b"\r\n", b"{}"])
def test_every_cut_and_every_addition_counts(path, extra):
    good = path.read_bytes()
    for length in [*range(0, len(good), 7), len(good) - 1]:
        put(path, good[:length] + extra)
        if path.read_bytes() != good:
            with pytest.raises(CorruptFileError):
                Certificate.load(path)
    if extra:
        for text in (good + extra, extra + good, good[:-1] + extra + good[-1:]):
            put(path, text)
            with pytest.raises(CorruptFileError):
                Certificate.load(path)


# Values changed in a certificate that fits its own hash.


JUNK = [None, True, -1, 0, 10**30, "", "x", "1", [], [[]], ["a", "b"], {}, {"a": 1}]


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
    good, body = path.read_bytes(), body_of(path)
    checked = [keys for keys in places(body) if not is_free(keys, body)]
    assert len(checked) > 40
    for keys in checked:
        put(path, good)
        rewritten(path, set_in(*keys, value=lambda old: old + "1"))
        assert_caught(path)


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_junk_anywhere_is_an_ordinary_refusal(path, junk):
    good, body = path.read_bytes(), body_of(path)
    for keys in everything(body):
        put(path, good)
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
