"""KS23.Thm2: the rank-one layer, its guarantee, and what must be refused."""

from fractions import Fraction
from itertools import combinations

import mpmath
import numpy as np
import pytest

import memcap as mc
from memcap.certify.checker import inputs
from memcap.certify.contextual import separated
from memcap.constructions.rank_one_layer import printed_direction, search_direction
from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import exact
from memcap.model.weights import Affine, Attention, Head, Weights


def all_subsets(vocab, length, task="seq_to_seq"):
    tokens = np.array(list(combinations(range(vocab), length)))
    labels = np.zeros(tokens.shape if task == "seq_to_seq" else len(tokens), int)
    return mc.data.from_arrays(tokens, labels)


def random_vectors(task="seq_to_seq"):
    rng = np.random.default_rng(3)
    table = rng.standard_normal((9, 4)) + 1.5
    rows = np.array([rng.permutation(9)[:3] for _ in range(25)])
    labels = np.zeros(rows.shape if task == "seq_to_seq" else len(rows), int)
    return mc.data.from_arrays(rows, labels, embedding=table)


def repeated():
    tokens = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 0], [2, 2, 2]])
    return mc.data.from_arrays(tokens, np.zeros(tokens.shape, int))


CASES = {
    "subsets": (all_subsets(6, 3), {}),
    "subsets, last token": (all_subsets(7, 2, "next_token"), {}),
    "causal": (all_subsets(6, 3), {"causal": True}),
    "positions": (all_subsets(5, 2), {"positions": True}),
    "repeats with positions": (repeated(), {"positions": True}),
    "causal with positions": (repeated(), {"positions": True, "causal": True}),
    "vectors": (random_vectors(), {}),
    "vectors with positions": (random_vectors(), {"positions": True}),
    "vectors, causal": (random_vectors("next_token"), {"causal": True}),
    "one token": (mc.data.from_arrays([[3]], [0]), {}),
    "one sequence": (mc.data.from_arrays([[3, 1, 4]], [0]), {}),
    "printed": (all_subsets(4, 2), {"scale": "theorem"}),
}


@pytest.mark.parametrize("label", CASES)
def test_ids_are_as_far_apart_as_guaranteed(label):
    ds, options = CASES[label]
    built = mc.construct("rank_one_contextual", ds, **options)
    certificate = mc.verify(built, ds)
    assert certificate.verdict is mc.Verdict.PROVED, certificate.sentence
    assert certificate.correct == certificate.total
    assert certificate.counts.rank == 1
    guaranteed = Ball.of(built.claims[0].bound, 128)
    assert less(guaranteed, certificate.margin, 128) is Truth.TRUE


def by_hand(weights, tokens, precision):
    """Every context's id with mpmath, token by token as the formula says."""
    (head,) = weights.layers[0].heads

    def row(affine):
        return dict(affine.rows[0].terms)

    query, key, value = row(head.query), row(head.key), row(head.value)
    table = dict(weights.embedding.rows[0].terms)
    c = head.output.rows[0].terms[0][1]
    ids = {}
    with mpmath.workdps(precision):

        def number(x):
            x = Fraction(x)
            return mpmath.mpf(x.numerator) / x.denominator

        for sequence in tokens.tolist():
            points = [number(table[t]) for t in sequence]
            for t, x in zip(sequence, points, strict=True):
                scores = [number(query[0]) * x * number(key[0]) * y for y in points]
                parts = [mpmath.exp(s) for s in scores]
                mixed = sum(
                    p * number(value[0]) * y for p, y in zip(parts, points, strict=True)
                )
                ids[t, frozenset(sequence)] = x + number(c) * mixed / sum(parts)
        values = sorted(ids.values())
        gap = min(b - a for a, b in zip(values, values[1:], strict=False))
        return mpmath.log(gap)


def test_certified_distance_agrees_with_mpmath():
    ds = all_subsets(6, 3)
    built = mc.construct("rank_one_contextual", ds)
    found = separated(built.weights, inputs(built.weights, ds))
    gap = by_hand(built.weights, ds.tokens, 60)
    low = Ball.of(exact(found.distance), 200).log()
    high = Ball.of(exact(found.closest), 200).log()
    assert float(low) <= gap + 1e-12 and gap - 1e-12 <= float(high)
    assert abs(float(low) - float(gap)) < 1e-9


def test_contextual_mapping_is_decided_both_ways():
    ds = all_subsets(5, 3)
    built = mc.construct("rank_one_contextual", ds)
    distance = mc.verify(built, ds).margin
    asked = {
        (100, distance / 2): mc.Verdict.PROVED,
        (100, distance * 2): mc.Verdict.REFUTED,
        (1, distance / 2): mc.Verdict.UNDECIDED,
    }
    for (r, delta), verdict in asked.items():
        found = mc.contextual_mapping(built.weights, ds, r=r, delta=delta)
        assert found.verdict is verdict, found.sentence


def test_printed_constants_guarantee_far_less_than_is_realised():
    built = mc.construct("rank_one_contextual", all_subsets(4, 2), scale="theorem")
    certificate = mc.verify(built, all_subsets(4, 2))
    realised = float(Ball.of(certificate.margin).log())
    assert built.report["ln_delta_guaranteed"] < 10 * realised < 0


def test_data_scale_needs_far_fewer_nats_than_the_printed_scale():
    report = mc.construct("rank_one_contextual", all_subsets(6, 3)).report
    assert report["ln_delta_theorem"] < 1000 * report["ln_delta_guaranteed"] < 0


def hostile(kappa, **changes):
    """A rank-one layer whose scale is too small, or that forgets the skip."""
    head = Head(
        Affine.dense([[kappa]]),
        Affine.dense([[1]]),
        Affine.dense([[1]]),
        Affine.dense([[Fraction(1, 64)]]),
    )
    return Weights(
        "seq_to_seq",
        "vectors",
        Affine.dense([[1]]),
        (Attention("softmax", (head,), **changes),),
        Affine.dense([[1]]),
        "vector",
    )


def test_a_layer_without_scores_confuses_sets_with_equal_means():
    ds = mc.data.from_arrays([[2, 3, 6, 7], [2, 4, 5, 7]], np.zeros((2, 4), int))
    certificate = mc.verify(hostile(0), ds)
    assert certificate.verdict is not mc.Verdict.PROVED
    assert certificate.correct < certificate.total
    assert mc.verify(hostile(2), ds).verdict is mc.Verdict.PROVED


def test_without_the_skip_connection_nothing_is_claimed_of_different_tokens():
    ds = all_subsets(4, 2)
    moved = mc.data.from_arrays(ds.tokens + 3, ds.labels)
    weights = hostile(2, residual=False)
    assert mc.verify(weights, moved).verdict is not mc.Verdict.PROVED


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_printed_direction_has_the_property_of_the_lemma(dim):
    rng = np.random.default_rng(dim)
    points = [tuple(exact(x) for x in row) for row in rng.standard_normal((6, dim))]
    direction = printed_direction(points)
    assert sum(w * w for w in direction.v) < 1
    for a, b in combinations([*points, (0,) * dim], 2):
        difference = [x - y for x, y in zip(a, b, strict=True)]
        seen = float(sum(w * x for w, x in zip(direction.v, difference, strict=True)))
        length = float(sum(x * x for x in difference)) ** 0.5
        assert abs(seen) >= (8 / (np.pi * dim)) ** 0.5 * length / 49 * (1 - 1e-9)


def test_search_beats_a_random_direction():
    rng = np.random.default_rng(0)
    points = [tuple(exact(x) for x in row) for row in rng.standard_normal((12, 3)) + 2]
    searched = search_direction(points).quality
    drawn = sorted(printed_direction(points, seed).quality for seed in range(15))
    assert searched > 2 * drawn[7]


REFUSED = [
    (repeated(), {}, "sample 0 holds a token twice"),
    (
        mc.data.from_arrays([[[0.0, 0.0], [1.0, 2.0]]], [[0, 0]]),
        {},
        "r_min = 0",
    ),
    (all_subsets(6, 3), {"scale": "large"}, "large"),
    (all_subsets(40, 2), {"scale": "theorem"}, "ln delta above"),
    (all_subsets(5, 2), {"scale": "theorem", "causal": True}, "no mask"),
]


@pytest.mark.parametrize("ds, options, word", REFUSED)
def test_unmet_hypotheses_are_refused_by_name(ds, options, word):
    with pytest.raises(mc.HypothesisError, match=word):
        mc.construct("rank_one_contextual", ds, **options)
