"""What every construction must do: one table, one suite. A new one adds rows."""

from fractions import Fraction

import numpy as np
import pytest

import memcap as mc
from memcap.core.claims import ClaimKind
from memcap.model.fast_forward import fast_forward
from memcap.model.files import weights_from_json, weights_to_json
from tests.constructions.contract_cases import (
    CASES,
    COMPACT,
    one_sample,
    same_multiset,
    sums_of_vectors,
)


@pytest.fixture(scope="module")
def built():
    """Each case is built once."""
    made = {}

    def get(case):
        if case not in made:
            ds = case.dataset()
            made[case] = (ds, case.build(ds))
        return made[case]

    return get


by_label = pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.name}: {case.label}"
)


OF_POINTS = {"relu_memorizer", "limited_bits", "bounded_depth"}

# Softmax is not rational: these have suites of their own, in balls.
SOFTMAX = {"rank_one_contextual", "rank_one_memorizer", "universal_approximator"}


def test_every_construction_has_cases():
    tested = {case.name for case in CASES} | SOFTMAX
    assert tested == set(mc.constructions.available())


@by_label
def test_every_label_is_exactly_right_and_every_claim_holds(case, built):
    ds, made = built(case)
    certificate = mc.verify(made, ds)
    assert certificate.verdict is mc.Verdict.PROVED, certificate.sentence
    assert certificate.correct == certificate.total == ds.num_labels
    assert certificate.margin == Fraction(1, 2)
    assert certificate.arithmetic == "exact"


@by_label
def test_claims_cover_labels_and_sizes(case, built):
    ds, made = built(case)
    kinds = {claim.kind for claim in made.claims}
    if case in COMPACT:
        assert {ClaimKind.MEMORIZES, ClaimKind.PARAMETERS_AT_MOST} <= kinds
        return
    assert {ClaimKind.MEMORIZES, ClaimKind.WIDTH_AT_MOST} <= kinds
    stored = (ds.labels != 0).sum() if case.name in OF_POINTS else ds.num_samples
    if stored >= 2:
        assert {
            ClaimKind.DEPTH_AT_MOST,
            ClaimKind.BITS_AT_MOST,
            ClaimKind.PARAMETERS_AT_MOST,
        } <= kinds


@by_label
def test_json_round_trip(case, built):
    _, made = built(case)
    again = weights_from_json(weights_to_json(made.weights))
    assert again == made.weights and again.sha256 == made.weights.sha256


@by_label
def test_samples_may_come_in_any_order(case, built):
    ds, _ = built(case)
    order = np.random.default_rng(0).permutation(ds.num_samples)
    other = ds.take(order)
    assert mc.verify(case.build(other), other).verdict is mc.Verdict.PROVED


@by_label
def test_output_ignores_the_order_of_earlier_tokens(case, built):
    ds, made = built(case)
    order = np.random.default_rng(1).permutation(ds.length - 1)
    order = [*order, ds.length - 1]
    tokens = ds.tokens if made.weights.input == "ids" else ds.token_vectors
    outputs = fast_forward(made.weights, tokens[:, order]).numbers()
    expected = ds.labels if ds.task == "next_token" else ds.labels[:, order]
    assert (outputs == expected).all()


@by_label
def test_same_seed_same_weights(case, built):
    ds, made = built(case)
    assert case.build(ds).weights.sha256 == made.weights.sha256


@by_label
def test_reference_pass_agrees(case, built):
    ds, made = built(case)
    few = (ds.tokens if made.weights.input == "ids" else ds.token_vectors)[:3]
    reference = mc.forward(made.weights, few)
    assert (reference == fast_forward(made.weights, few).numbers()).all()


@pytest.mark.parametrize("name", sorted(mc.constructions.available()))
def test_entry_tells_what_a_user_must_know(name):
    entry = mc.constructions.available()[name]
    assert entry.ref.id.split(".")[0] in ("KS23", "KS25", "Vardi22", "memcap")
    assert entry.hypotheses and entry.sentence.endswith(".")
    assert set(entry.options) >= {"seed"}


INCONSISTENT = mc.data.from_arrays([[1, 2, 3], [2, 1, 3]], [0, 1])
REFUSED = [
    ("next_token", INCONSISTENT, {}, mc.InconsistentLabelsError, "samples 0 and 1"),
    ("next_token", same_multiset(), {"constants": "mine"}, mc.HypothesisError, "mine"),
    ("next_token", same_multiset(), {"depth": 3}, mc.MemcapError, "depth"),
    ("no_such", same_multiset(), {}, mc.MemcapError, "next_token"),
    ("relu_memorizer", same_multiset(), {}, mc.HypothesisError, "length 1"),
    (
        "relu_memorizer",
        mc.data.from_arrays([[3], [3]], [1, 0]),
        {},
        mc.InconsistentLabelsError,
        "samples 0 and 1",
    ),
    (
        "next_token",
        mc.data.from_arrays([[1, 2], [3, 4]], [[0, 1], [1, 0]]),
        {},
        mc.HypothesisError,
        "seq_to_seq",
    ),
    ("next_token", same_multiset(), {"averaging": "mean"}, mc.HypothesisError, "mean"),
    (
        "limited_bits_transformer",
        same_multiset(),
        {"bit_budget": 3},
        mc.HypothesisError,
        "bit_budget to be 1..2",
    ),
    (
        "limited_bits_transformer",
        same_multiset(),
        {"averaging": "mean"},
        mc.HypothesisError,
        "mean",
    ),
    (
        "limited_bits_transformer",
        INCONSISTENT,
        {},
        mc.InconsistentLabelsError,
        "samples 0 and 1",
    ),
    ("seq_to_seq", same_multiset(), {}, mc.HypothesisError, "next_token"),
    (
        "seq_to_seq",
        mc.data.from_arrays([[1, 2], [2, 1]], [[0, 1], [0, 1]]),
        {},
        mc.InconsistentLabelsError,
        "samples 0 and 1",
    ),
    ("sparse_seq_to_seq", same_multiset(), {}, mc.HypothesisError, "next_token"),
    (
        "sparse_seq_to_seq",
        mc.data.from_arrays([[1, 2], [2, 1]], [[0, 1], [0, 1]]),
        {},
        mc.InconsistentLabelsError,
        "samples 0 and 1",
    ),
    ("embedding", sums_of_vectors(), {}, mc.HypothesisError, "3-dimensional vectors"),
    ("embedding", INCONSISTENT, {}, mc.InconsistentLabelsError, "samples 0 and 1"),
    ("deep_sets", same_multiset(), {}, mc.InconsistentLabelsError, "samples 0 and 1"),
    ("deep_sets", sums_of_vectors(), {"padding": 0}, mc.HypothesisError, "token ids"),
    ("deep_sets", one_sample(), {"padding": "pad"}, mc.HypothesisError, "'pad'"),
]


@pytest.mark.parametrize("name, ds, options, error, word", REFUSED)
def test_unmet_hypotheses_are_refused_by_name(name, ds, options, error, word):
    with pytest.raises(error, match=word):
        mc.construct(name, ds, **options)
