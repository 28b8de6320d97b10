"""Context ids: told apart only where certain, close only where certain."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from memcap.certify.certificate import issue
from memcap.certify.contextual import separated
from memcap.core.claims import Claim, ClaimKind, Verdict
from memcap.core.errors import WeightsError
from memcap.core.refs import Ref
from memcap.data import from_arrays
from memcap.model.forward import forward
from memcap.model.weights import Affine, Attention, Head, Weights

QUARTER = Fraction(1, 4)
CONTEXTUAL = ClaimKind.CONTEXTUAL_MAPPING
# Token 2 beside token 0 or token 1; two heads that average an indicator of each.
TOKENS = np.array([[0, 2], [1, 2]])
EMBEDDING = Affine.dense([[100, 200, 300], [1, 0, 0], [0, 1, 0]])
READOUT = Affine.dense([[1, 0, 0], [0, 1, 0], [0, 0, 1]])


def head(value, output, key=(0, 0, 0)):
    maps = ([[1, 0, 0]], [list(key)], [value], [[x] for x in output])
    return Head(*(Affine.dense(matrix) for matrix in maps))


def net(*heads):
    layers = (Attention("softmax", heads),)
    return Weights("next_token", "ids", EMBEDDING, layers, READOUT, "vector")


def verdict(weights, bound):
    ds = from_arrays(TOKENS, [0, 0])
    (checked,) = issue(
        weights, ds, [Claim(CONTEXTUAL, bound, Ref("KS23", "DefCM"))]
    ).claims
    return checked.verdict


def distance(weights):
    one, two = forward(weights, TOKENS, "float64")
    return float(np.linalg.norm(one - two))


def test_one_head_is_decided_on_both_sides():
    # Means 1/8 and 0 along a direction of length 5.
    weights = net(head([0, QUARTER, 0], [0, 3, 4]))
    assert distance(weights) == pytest.approx(5 / 8)
    found = separated(weights, TOKENS)
    assert found.distance <= Fraction(5, 8) <= found.closest
    assert found.closest - found.distance < Fraction(1, 2**50)
    assert verdict(weights, Fraction(5, 9)) is Verdict.PROVED
    assert verdict(weights, Fraction(6, 8)) is Verdict.REFUTED


def test_heads_that_reach_farther_than_tokens_are_apart_prove_nothing():
    # Means of 25 and 50 times 5 beside images 100 apart.
    weights = net(head([QUARTER, 0, 0], [0, 3, 4]))
    assert distance(weights) == pytest.approx(62.5)
    assert separated(weights, TOKENS).decided == 0
    assert verdict(weights, 1) is Verdict.UNDECIDED
    assert verdict(weights, 63) is Verdict.REFUTED


def test_closeness_along_a_direction_refutes_nothing_across_it():
    # Ids (1/8, 0) and (0, 1/8) coincide along (1, 1), yet are sqrt(2)/8 apart.
    weights = net(head([0, QUARTER, 0], [0, 1, 0]), head([0, 0, QUARTER], [0, 0, 1]))
    assert distance(weights) == pytest.approx(2**0.5 / 8)
    assert separated(weights, TOKENS, limit=256).closest is None
    assert verdict(weights, Fraction(1, 100)) is not Verdict.REFUTED


def test_heads_that_cancel():
    there, back = head([0, QUARTER, 0], [0, 1, 0]), head([0, 0, QUARTER], [0, -1, 0])
    # 1/8 against -1/8: the columns add up to zero, the ids do not.
    assert distance(net(there, back)) == pytest.approx(1 / 4)
    found = separated(net(there, back), TOKENS)
    assert found.decided == 2 and found.distance <= QUARTER <= found.closest
    # The same value there and back: nothing is written at all.
    nothing = net(there, head([0, QUARTER, 0], [0, -1, 0]))
    assert distance(nothing) == 0
    assert separated(nothing, TOKENS, limit=256).decided < 2
    silent = net(head([0, QUARTER, 0], [0, 0, 0]))
    assert separated(silent, TOKENS, limit=256).decided < 2


@pytest.mark.parametrize("seed", range(12))
def test_no_two_ids_are_closer_than_said(seed):
    rng = np.random.default_rng(seed)
    draw = lambda n: [Fraction(int(x), 64) for x in rng.integers(-8, 9, n)]  # noqa: E731
    embedding = Affine.dense(np.vstack([1000 * np.arange(5), rng.normal(size=(2, 5))]))
    heads = tuple(
        Head(
            Affine.dense([draw(1) + [0, 0], [0] + draw(2)]),
            Affine.dense([[0] + draw(2), [0] + draw(2)]),
            Affine.dense([[0] + draw(2)]),
            Affine.dense([[x] for x in draw(3)]),
        )
        for _ in range(rng.integers(1, 3))
    )
    layers = (Attention("softmax", heads, causal=bool(seed % 2)),)
    weights = Weights("seq_to_seq", "ids", embedding, layers, READOUT, "vector")
    tokens = rng.integers(0, 5, (6, 3))
    found = separated(weights, tokens, limit=512)
    balls = forward(weights, tokens, "ball", 200).reshape(-1, 3)
    points = [[ball.lower for ball in row] for row in balls]
    seen = [
        (row[k], frozenset(row[: k + 1] if seed % 2 else row))
        for row in tokens.tolist()
        for k in range(3)
    ]
    squares = [
        sum((a - b) ** 2 for a, b in zip(points[i], points[j], strict=True))
        for i in range(len(seen))
        for j in range(i)
        if seen[i] != seen[j]
    ]
    assert float(min(squares)) >= float(found.distance**2) * (1 - 1e-9)
    if found.closest is not None:
        assert float(min(squares)) <= float(found.closest**2) * (1 + 1e-9)
    longest = max(sum(x * x for x in point) for point in points)
    assert float(longest) <= float(found.norm**2) * (1 + 1e-9)


def test_other_forms_are_refused():
    plain = Weights("next_token", "ids", EMBEDDING, (), READOUT, "vector")
    with pytest.raises(WeightsError, match="another form"):
        separated(plain, TOKENS)
    one = Affine.dense([[1] * EMBEDDING.outputs])
    layer = Attention(
        "softmax", (Head(one, one, one, Affine.dense([[1]] * one.inputs)),)
    )
    soft = replace(plain, layers=(layer,))
    assert separated(soft, TOKENS).contexts > 1
    extra = Affine.dense([[1]] * EMBEDDING.outputs)
    with pytest.raises(WeightsError, match="no aggregate"):
        separated(replace(soft, aggregate=extra), TOKENS)
