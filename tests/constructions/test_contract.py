"""What every construction must do: one table, one suite. A new one adds rows."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

import memcap as mc
from memcap.core.claims import ClaimKind
from memcap.model.fast_forward import fast_forward
from memcap.model.files import weights_from_json, weights_to_json


@dataclass(frozen=True)
class Case:
    """A construction, its options, and data that meet its hypotheses."""

    name: str
    label: str
    data: object
    options: tuple = ()

    def dataset(self):
        return self.data()

    def build(self, ds):
        return mc.construct(self.name, ds, **dict(self.options))


def points(number, dim, classes, seed, spread=1.0):
    rng = np.random.default_rng(seed)
    tokens = rng.uniform(-spread, spread, (number, 1, dim))
    return lambda: mc.data.from_arrays(
        tokens, rng.integers(0, classes, number), num_classes=classes
    )


def integers(number, classes, seed):
    rng = np.random.default_rng(seed)
    tokens = rng.permutation(10 * number)[:number, None]
    return lambda: mc.data.from_arrays(
        tokens, rng.integers(0, classes, number), num_classes=classes
    )


def random_next_token(number, length, vocab, classes, seed=0, **more):
    return lambda: mc.data.random_next_token(
        num_samples=number,
        length=length,
        vocab=vocab,
        classes=classes,
        seed=seed,
        **more,
    )


def vectors(number, length, dim, pool, classes, seed):
    def make():
        rng = np.random.default_rng(seed)
        table = rng.standard_normal((pool, dim))
        tokens = table[rng.integers(0, pool, (number, length))]
        ds = mc.data.from_arrays(tokens, rng.integers(0, classes, number))
        return mc.data.drop_inconsistent(ds)

    return make


def same_multiset():
    """Sequences that share their multiset and differ only in the last token."""
    tokens = [[1, 2, 3], [1, 3, 2], [3, 2, 1], [2, 2, 3], [2, 3, 2]]
    return mc.data.from_arrays(tokens, [0, 1, 2, 1, 2])


def cardinality_adversary():
    """The multisets whose labelled sums collide under the printed constant shift."""
    return mc.data.from_arrays([[2, 2], [1, 1], [0, 2]], [0, 1, 2])


def constant_sequences():
    return mc.data.from_arrays([[t] * 5 for t in range(12)], [t % 3 for t in range(12)])


def one_sample():
    return mc.data.from_arrays([[4, 4, 7]], [1], num_classes=2)


def all_zero():
    return mc.data.from_arrays([[0, 1], [1, 1], [2, 1]], [0, 0, 0], num_classes=2)


def many_classes():
    tokens = [[i, 40 + i % 3] for i in range(40)]
    return mc.data.from_arrays(tokens, [i * 26 for i in range(40)])


def real_text():
    return mc.data.load("turkish", num_samples=300, length=5)


NEXT_TOKEN = {
    "random": random_next_token(120, 8, 12, 3),
    "binary long": random_next_token(60, 40, 6, 2, seed=3),
    "distinct tokens": random_next_token(80, 5, 20, 2, duplicates=False),
    "real vectors": vectors(70, 4, 3, 15, 4, 5),
    "same multiset": same_multiset,
    "cardinality adversary": cardinality_adversary,
    "constant": constant_sequences,
    "one sample": one_sample,
    "labels all zero": all_zero,
    "many classes": many_classes,
    "real text": real_text,
}
POINTS = {
    "integers": integers(150, 4, 1),
    "plane": points(90, 2, 3, 2),
    "space": points(60, 8, 5, 3, spread=50.0),
    "one point": integers(1, 1, 0),
    "two points": integers(2, 2, 4),
    "real text": lambda: mc.data.load("turkish", num_samples=200, length=1),
}
MODES = ("data", "theorem")


def seq_to_seq(number, length, vocab, classes, seed=0):
    return lambda: mc.data.random_seq_to_seq(
        num_samples=number, length=length, vocab=vocab, classes=classes, seed=seed
    )


def token_labelled_text():
    return mc.data.load("turkish", task="seq_to_seq", num_samples=60, length=5)


def labelled_vectors():
    ids = seq_to_seq(30, 3, 8, 3)()
    table = np.random.default_rng(2).standard_normal((8, 3))
    return mc.data.from_arrays(ids.tokens, ids.labels, embedding=table)


def constant_sequences_labelled_at_each_token():
    ds = constant_sequences()
    return mc.data.from_arrays(ds.tokens, np.repeat(ds.labels[:, None], 5, axis=1))


def cardinality_adversary_labelled_at_each_token():
    return mc.data.from_arrays(cardinality_adversary().tokens, [[0, 0], [1, 1], [2, 0]])


EVERY_TOKEN = {
    "random": seq_to_seq(40, 5, 9, 3),
    "binary": seq_to_seq(60, 4, 7, 2, seed=1),
    "vectors": labelled_vectors,
    "one sample": lambda: mc.data.from_arrays([[3, 1, 3]], [[2, 0, 2]]),
    "constant": constant_sequences_labelled_at_each_token,
    "one token": lambda: mc.data.from_arrays([[4], [1], [9]], [[1], [0], [2]]),
    "cardinality adversary": cardinality_adversary_labelled_at_each_token,
    "real text": token_labelled_text,
}
NO_IDS = {"real vectors"}
LAST_TOKEN_MATTERS = {"real vectors", "same multiset"}


def sums_of_vectors():
    rng = np.random.default_rng(4)
    index = rng.integers(0, 12, (50, 4))
    table = rng.standard_normal((12, 3))
    return mc.data.from_arrays(table[index], index.sum(axis=1) % 3)


def unequal_multisets(padding):
    """Up to six tokens, the empty multiset among them."""

    def make():
        rng = np.random.default_rng(6)
        tokens = rng.integers(1, 9, (60, 6))
        tokens[np.arange(6) >= rng.integers(0, 7, 60)[:, None]] = padding
        labels = np.where(tokens == padding, 0, tokens).sum(axis=1) % 3
        return mc.data.from_arrays(tokens, labels)

    return make


def colliding_cardinalities():
    """{1, 1} and {2}: one constant added to both labels can make the sums equal."""
    tokens = [[1, 1, 0], [2, 0, 0], [1, 0, 0], [0, 0, 0], [1, 2, 0], [2, 2, 1]]
    return mc.data.from_arrays(tokens, [0, 1, 2, 1, 2, 0])


def some(table, without):
    return {label: data for label, data in table.items() if label not in without}


SETS = some(NEXT_TOKEN, LAST_TOKEN_MATTERS) | {
    "vectors": sums_of_vectors,
    "plane": POINTS["plane"],
}
PADDED = {
    "padding below": (unequal_multisets(0), 0),
    "padding above": (unequal_multisets(9), 9),
    "colliding cardinalities": (colliding_cardinalities, 0),
}
COMPACT = [
    Case(name, label, data)
    for name, table in (
        ("compact_next_token", NEXT_TOKEN),
        ("compact_seq_to_seq", EVERY_TOKEN),
    )
    for label, data in table.items()
]
AVERAGED = [
    Case("next_token", f"{label}, {kind}", NEXT_TOKEN[label], (("averaging", kind),))
    for label in ("random", "real vectors", "same multiset")
    for kind in ("uniform", "hardmax")
]
UNEQUAL = [
    Case("deep_sets", f"{label}, {mode}", data, (("constants", mode), ("padding", x)))
    for label, (data, x) in PADDED.items()
    for mode in MODES
]
TRADE_OFFS = [
    Case(name, label, data)
    for name, table in (
        ("limited_bits", POINTS),
        ("limited_bits_transformer", NEXT_TOKEN),
        ("bounded_depth", POINTS),
        ("hardware_exact", some(NEXT_TOKEN, NO_IDS)),
    )
    for label, data in table.items()
]
# With the printed constants only small data: about N/B layers of long numbers.
SLOW = {"random", "real text", "binary long", "distinct tokens"}
LIMITED_AS_PRINTED = [
    Case(
        "limited_bits_transformer",
        f"{label}, theorem",
        data,
        (("constants", "theorem"),),
    )
    for label, data in some(NEXT_TOKEN, SLOW).items()
]
CASES = [
    *COMPACT,
    *AVERAGED,
    *UNEQUAL,
    *TRADE_OFFS,
    *LIMITED_AS_PRINTED,
    *(
        Case(name, f"{label}, {mode}", data, (("constants", mode),))
        for name, table in (
            ("next_token", NEXT_TOKEN),
            ("relu_memorizer", POINTS),
            ("seq_to_seq", EVERY_TOKEN),
            ("sparse_seq_to_seq", EVERY_TOKEN),
            ("embedding", some(NEXT_TOKEN, NO_IDS)),
            ("deep_sets", SETS),
        )
        for label, data in table.items()
        for mode in MODES
    ),
]


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
