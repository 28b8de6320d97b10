"""Width, depth, bits and parameters of every construction beside the formulas.

The inputs of the formulas are known from how the data are drawn, not measured by the
package; what the certificate says must be the same numbers.
"""

from dataclasses import dataclass

import numpy as np
import pytest

import memcap as mc
from memcap.core.balls import Ball, Truth, at_most
from memcap.model.weights import Relu

SIZES = ("width", "depth", "bits", "parameters")
SAMPLES, LENGTH, VOCAB = 200, 6, 30
POINTS, STORED, RANGE = 220, 200, 1000
SEQUENCES = {
    "num_samples": SAMPLES,
    "length": LENGTH,
    "dim": 1,
    "delta": 1,
    "classes": 2,
    "vocab": VOCAB,
}


def sequences():
    """Every token of 0..29 occurs, so r and V are known."""
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, VOCAB, (SAMPLES, LENGTH))
    tokens[: VOCAB // LENGTH] = rng.permutation(VOCAB).reshape(-1, LENGTH)
    return mc.data.from_arrays(tokens, np.arange(SAMPLES) % 2), SEQUENCES | {"r": 29}


def labelled_tokens():
    """A label for each of the tokens: 0 or 1 as the token is even or odd."""
    ds, inputs = sequences()
    return mc.data.from_arrays(ds.tokens, ds.tokens % 2), inputs


def points():
    """200 points with labels 1..3 and 20 further ones among 0..999, both ends in."""
    rng = np.random.default_rng(1)
    inner = 1 + rng.permutation(RANGE - 2)[: POINTS - 2]
    tokens = np.concatenate([[0, RANGE - 1], inner])
    labels = np.concatenate([1 + np.arange(STORED) % 3, np.zeros(POINTS - STORED, int)])
    inputs = {"num_stored": STORED, "num_points": POINTS, "dim": 1, "delta": 1}
    ds = mc.data.from_arrays(tokens[:, None], labels, num_classes=4)
    return ds, inputs | {"r": RANGE - 1, "classes": 3}


@dataclass(frozen=True)
class Row:
    """A construction and the formulas of its four sizes."""

    name: str
    data: object
    formulas: tuple
    options: tuple = ()

    def __str__(self):
        return " ".join([self.name, *(f"{name}={x}" for name, x in self.options)])


def formulas(statement, width="width", depth="depth", bits="bits"):
    return tuple(f"{statement}.{x}" for x in (width, depth, bits, "parameters"))


EXPLICIT = {"depth": "explicit_depth", "bits": "explicit_bits"}
LEMMA_F1 = formulas("KS25.LemF1", **EXPLICIT)
THEOREM_F1 = formulas("KS25.ThmF1", **EXPLICIT)
BUDGETS = (2, 4, 14)
TABLE = [
    *(
        Row(name, data, formulas(statement), (("constants", constants),))
        for name, data, statement in (
            ("next_token", sequences, "KS25.ThmB1"),
            ("seq_to_seq", labelled_tokens, "KS25.Cor4.1"),
            ("deep_sets", sequences, "KS25.ThmD1"),
            ("embedding", sequences, "KS25.ThmE1"),
            ("relu_memorizer", points, "KS25.LemC1"),
        )
        for constants in ("data", "theorem")
    ),
    *(
        Row(
            "limited_bits_transformer",
            sequences,
            THEOREM_F1,
            (("bit_budget", budget), ("constants", constants)),
        )
        for budget, constants in ((2, "data"), (4, "theorem"), (14, "data"))
    ),
    *(Row("limited_bits", points, LEMMA_F1, (("bit_budget", b),)) for b in BUDGETS),
    *(
        Row("bounded_depth", points, formulas("memcap.BoundedDepth"), (("depth", x),))
        for x in BUDGETS
    ),
]
FREE = {"bit_budget", "depth"}


def sizes_of(weights):
    counts = mc.count(weights)
    return counts.width, counts.depth, counts.max_bits, counts.nonzero


def allowed(row, inputs):
    free = {name: value for name, value in row.options if name in FREE}
    return tuple(
        mc.bounds.get(formula)(**inputs, **free).floor() for formula in row.formulas
    )


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_actual_sizes_beside_the_formulas(row):
    ds, inputs = row.data()
    built = mc.construct(row.name, ds, **dict(row.options))
    actual, bounds = sizes_of(built.weights), allowed(row, inputs)
    assert all(size <= bound for size, bound in zip(actual, bounds, strict=True))
    certificate = mc.verify(built, ds)
    assert certificate.verdict is mc.Verdict.PROVED, certificate.sentence
    written = {
        checked.claim.formula: (checked.actual, checked.claim.bound)
        for checked in certificate.claims[1:]
    }
    expected = zip(actual, bounds, strict=True)
    assert written == dict(zip(row.formulas, expected, strict=True))


def test_the_table_has_every_construction_of_the_papers_with_sizes():
    without = {"KS23", "memcap"}
    entries = mc.constructions.available().values()
    papers = {x.name for x in entries if x.ref.id.split(".")[0] not in without}
    # Bounded by another construction's sizes: see its own tests.
    assert papers - {"sparse_seq_to_seq"} == {row.name for row in TABLE}


SWEPT = {
    "limited_bits": ("bit_budget", points, 19),
    "limited_bits_transformer": ("bit_budget", sequences, 19),
    "bounded_depth": ("depth", points, 18),
}
ROOTS = (2, 3, 4, 5, 6, 8, 10, 14)


@pytest.fixture(scope="module", params=sorted(SWEPT))
def sweep(request):
    """Name, N, and the networks for every B or L."""
    name = request.param
    option, data, _ = SWEPT[name]
    ds, inputs = data()
    number = inputs["num_stored"] if data is points else inputs["num_samples"]
    nets = {x: mc.construct(name, ds, **{option: x}).weights for x in ROOTS}
    return name, number, inputs, nets


def test_parameters_times_the_budget_are_about_constant(sweep):
    *_, nets = sweep
    products = [root * mc.count(net).nonzero for root, net in nets.items()]
    assert max(products) < 2 * min(products)
    # While the budget grows sevenfold.
    few, many = (mc.count(nets[root]).nonzero for root in (14, 2))
    assert many > 5 * few


def test_no_layer_has_more_numbers_than_the_formula_counts(sweep):
    name, number, _, nets = sweep
    for root, net in nets.items():
        side_by_side = -(-number // root**2) if name == "bounded_depth" else 1
        most = max(
            sum(1 for _ in layer.map.numbers())
            for layer in net.layers
            if isinstance(layer, Relu)
        )
        assert most <= SWEPT[name][2] * side_by_side


def test_the_law_of_the_statement_holds_with_a_constant(sweep):
    """W B <= 19^2 N (sqrt l + g / sqrt l) + d B with l = max(log2 B, 1).

    19 numbers a layer, 19 times the order of the depth (see the explicit sizes); two
    chains in the transformer. At a depth parameter L it is W L.
    """
    name, number, inputs, nets = sweep
    for root, net in nets.items():
        log = Ball.of(max(root, 2), 128).log2()
        order = log.sqrt() + LARGEST[name](inputs) / log.sqrt()
        chains = 2 if name == "limited_bits_transformer" else 1
        law = order * (19 * 19 * number * chains) + inputs["dim"] * root
        assert at_most(root * mc.count(net).nonzero, law) is Truth.TRUE


def of_points(inputs):
    return mc.bounds.get("KS25.LemC1.range")(**inputs).log2(128)


def of_sequences(inputs):
    """R of Theorem B.1 exceeds that of both networks and the number of labels."""
    return mc.bounds.get("KS25.ThmB1.range")(**inputs).log2(128)


LARGEST = {
    "limited_bits": of_points,
    "bounded_depth": of_points,
    "limited_bits_transformer": of_sequences,
}


def test_bits_grow_and_stay_within_the_budget(sweep):
    name, _, _, nets = sweep
    bits = [mc.count(net).max_bits for net in nets.values()]
    assert bits == sorted(bits) and bits[-1] > bits[0]


def test_width_and_depth_of_the_two_trade_offs(sweep):
    name, number, _, nets = sweep
    counts = {root: mc.count(net) for root, net in nets.items()}
    widths = [c.width for c in counts.values()]
    if name != "bounded_depth":
        assert max(widths) <= (15 if name == "limited_bits_transformer" else 13)
        return
    assert widths == sorted(widths, reverse=True)
    assert [c.depth for c in counts.values()] == sorted(
        c.depth for c in counts.values()
    )
    for root, counted in counts.items():
        assert counted.width <= 12 * -(-number // root**2)
