"""A small certificate, and the means to forge it."""

import json

import memcap as mc
from memcap.certify import Certificate, verify
from memcap.core import canonical
from memcap.core.claims import Verdict
from memcap.core.errors import CorruptFileError

DS = mc.data.random_next_token(num_samples=6, length=2, vocab=4, classes=3, seed=5)
BUILT = mc.construct("next_token", DS)
CERT = verify(BUILT, DS)


def put(path, raw):
    """Write a file anew: to write over an old one may wait for the disk each time."""
    path.unlink(missing_ok=True)
    path.write_bytes(raw)


def body_of(path):
    """The content of a certificate without its own hash."""
    body = json.loads(path.read_text())
    del body["sha256"]
    return body


def rewritten(path, change):
    """The certificate with its own hash worked out again after `change(body)`."""
    body = body_of(path)
    change(body)
    body["sha256"] = canonical.sha256(canonical.dumps(body))
    put(path, (canonical.dumps(body) + "\n").encode("ascii"))
    return path


def set_in(*keys, value):
    def change(body):
        holder = body
        for key in keys[:-1]:
            holder = holder[key]
        holder[keys[-1]] = value(holder[keys[-1]]) if callable(value) else value

    return change


def places(value, path=()):
    if isinstance(value, str):
        yield path
    elif isinstance(value, (list, dict)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def assert_caught(path, weights=BUILT.weights, ds=DS):
    try:
        found = Certificate.load(path)
    except CorruptFileError:
        return
    recheck = found.recheck(weights, ds)
    assert recheck.verdict is Verdict.REFUTED
    assert recheck.sentence.startswith("REFUTED")
