"""A claim may choose a bit budget or a depth parameter, and nothing else."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import memcap as mc
from memcap.certify import verify
from memcap.certify.certificate import Certificate, issue
from memcap.certify.formulas import measured
from memcap.core import canonical
from memcap.core.claims import ClaimKind, Verdict
from memcap.core.errors import CorruptFileError
from memcap.core.exact import SquareRoot

PROVED, REFUTED = Verdict.PROVED, Verdict.REFUTED
SEQUENCES = mc.data.random_next_token(
    num_samples=36, length=3, vocab=9, classes=2, seed=2
)
POINTS = mc.data.from_arrays(
    np.arange(70)[::-1, None] ** 2, np.arange(70) % 8, num_classes=8
)
OPTION = {
    "limited_bits_transformer": "bit_budget",
    "limited_bits": "bit_budget",
    "bounded_depth": "depth",
}


def data(name):
    return SEQUENCES if name == "limited_bits_transformer" else POINTS


def built_at(name, value, **options):
    return mc.construct(name, data(name), **{OPTION[name]: value}, **options)


def with_input(claim, name, value, bound=None):
    """The claim with another input, and the bound that its formula then gives."""
    inputs = tuple((x, value if x == name else old) for x, old in claim.inputs)
    if bound is None:
        bound = mc.bounds.get(claim.formula)(**dict(inputs)).floor()
    return replace(claim, inputs=inputs, bound=bound)


def at(claims, name, value, bound=None):
    memorizes, *sizes = claims
    return memorizes, *(with_input(claim, name, value, bound) for claim in sizes)


@pytest.mark.parametrize("name", OPTION)
def test_all_sizes_are_bounded_by_formulas_with_the_parameter(name):
    certificate = verify(built_at(name, 3), data(name))
    assert certificate.verdict is PROVED, certificate.sentence
    memorizes, *sizes = (checked.claim for checked in certificate.claims)
    assert memorizes.kind is ClaimKind.MEMORIZES
    assert len({claim.kind for claim in sizes}) == len(sizes) == 4
    for claim in sizes:
        assert dict(claim.inputs)[OPTION[name]] == 3
        value = mc.bounds.get(claim.formula)(**dict(claim.inputs))
        assert value.floor() == claim.bound


@pytest.mark.parametrize("name", OPTION)
@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_claims_at_two_values_are_refuted_though_each_is_true(name, place):
    built, ds = built_at(name, 3), data(name)
    claims = list(built.claims)
    claims[place] = with_input(claims[place], OPTION[name], 2)
    certificate = issue(built.weights, ds, claims)
    assert certificate.verdict is REFUTED
    for checked in certificate.claims[1:]:
        assert f"several values of {OPTION[name]}" in checked.sentence
    assert issue(built.weights, ds, [claims[place]]).verdict in (PROVED, REFUTED)


def test_the_best_of_two_budgets_is_promised_to_no_network():
    # The depth that many bits allow, the bits that a deep network gets along with.
    built = built_at("limited_bits_transformer", 6, constants="theorem")
    few = {c.kind: c for c in at(built.claims, "bit_budget", 1)}
    many = {c.kind: c for c in at(built.claims, "bit_budget", 6)}
    mixed = [many[ClaimKind.BITS_AT_MOST], few[ClaimKind.DEPTH_AT_MOST]]
    for claim in mixed:
        assert issue(built.weights, SEQUENCES, [claim]).verdict is PROVED
    assert issue(built.weights, SEQUENCES, mixed).verdict is REFUTED


@pytest.mark.parametrize(
    ("own", "other", "exceeded"),
    [(6, 1, ClaimKind.BITS_AT_MOST), (1, 6, ClaimKind.DEPTH_AT_MOST)],
)
def test_a_network_does_not_pass_for_one_of_another_budget(own, other, exceeded):
    built = built_at("limited_bits_transformer", own, constants="theorem")
    for value, verdict in ((own, PROVED), (other, REFUTED)):
        claims = at(built.claims, "bit_budget", value)
        certificate = issue(built.weights, SEQUENCES, claims)
        assert certificate.verdict is verdict
    found = {c.claim.kind for c in certificate.claims if c.verdict is REFUTED}
    assert exceeded in found


NO_BUDGET = [0, -1, 9, 10**9, Fraction(1, 2), SquareRoot(2)]


@pytest.mark.parametrize("name", OPTION)
@pytest.mark.parametrize("value", NO_BUDGET, ids=str)
def test_values_beyond_the_hypotheses_are_refuted(name, value):
    built = built_at(name, 3)
    claims = at(built.claims, OPTION[name], value, bound=10**9)
    certificate = issue(built.weights, data(name), claims)
    assert certificate.verdict is REFUTED
    for checked in certificate.claims[1:]:
        assert "cannot be computed" in checked.sentence


@pytest.mark.parametrize("name", OPTION)
def test_a_missing_parameter_is_refuted(name):
    built = built_at(name, 3)
    claims = [
        replace(c, inputs=tuple(x for x in c.inputs if x[0] != OPTION[name]))
        for c in built.claims[1:]
    ]
    for claim in claims:
        assert issue(built.weights, data(name), [claim]).verdict is REFUTED


@pytest.mark.parametrize("name", OPTION)
def test_everything_else_is_measured_on_the_data(name):
    built, ds = built_at(name, 3), data(name)
    for claim in built.claims[1:]:
        for given, value in claim.inputs:
            if given == OPTION[name]:
                continue
            # A larger number with the bound to match: all but width would be looser.
            other = with_input(claim, given, value + (given != "delta"))
            if given == "delta":
                other = with_input(claim, given, Fraction(value) / 2)
            checked = issue(built.weights, ds, [other]).claims[-1]
            loose = given == "classes" and value + 1 <= ds.num_classes
            assert checked.verdict is (PROVED if loose else REFUTED), given


def test_no_free_parameter_hides_something_measured():
    free = {name for bound in mc.bounds.available().values() for name in bound.free}
    assert free == {"bit_budget", "depth"}
    assert not free & set(measured(SEQUENCES)) and "classes" not in free


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("free") / "certificate.json"
    built = built_at("limited_bits_transformer", 3)
    verify(built, SEQUENCES).save(path)
    return built, path.read_text()


@pytest.mark.parametrize("value", ["2", "4", "0", "9", "1/2^1", "sqrt 9", "many", "03"])
@pytest.mark.parametrize("place", [1, 2, 3, 4, None])
def test_an_edited_budget_is_caught(written, tmp_path, place, value):
    # In one claim or in all, the certificate's own hash fitted.
    built, text = written
    body = json.loads(text)
    del body["sha256"]
    for number, claim in enumerate(body["claims"]):
        for pair in claim["inputs"]:
            if pair[0] == "bit_budget" and place in (None, number):
                pair[1] = value
    body["sha256"] = canonical.sha256(canonical.dumps(body))
    path = tmp_path / "certificate.json"
    path.write_text(canonical.dumps(body) + "\n")
    try:
        found = Certificate.load(path)
    except CorruptFileError:
        return
    assert found.recheck(built.weights, SEQUENCES).verdict is REFUTED
