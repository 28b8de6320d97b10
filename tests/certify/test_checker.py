"""The verdict logic: proved only what is certain, refuted only what is wrong."""

from fractions import Fraction

import numpy as np
import pytest

import memcap as mc
from memcap.certify import checker, verify
from memcap.certify.certificate import issue
from memcap.core.claims import Claim, ClaimKind, Verdict
from memcap.core.errors import UndecidedError, WeightsError
from memcap.core.refs import Ref
from memcap.data import from_arrays
from memcap.model.weights import Affine, Attention, Head, Relu, Weights

ONE = Affine.dense([[1]])
HALF = Fraction(1, 2)
OURS = Ref("memcap", "Test")
PROVED, REFUTED, UNDECIDED = Verdict.PROVED, Verdict.REFUTED, Verdict.UNDECIDED
MEMORIZES, WIDTH = ClaimKind.MEMORIZES, ClaimKind.WIDTH_AT_MOST


def net(*layers, embedding=ONE, readout=ONE, **more):
    words = {"task": "next_token", "input": "vectors"} | more
    return Weights(embedding=embedding, layers=layers, readout=readout, **words)


def softmax(query=1, key=1, value=1):
    """The mean of the tokens, weighted by exp(query x_n * key x_k)."""
    maps = (Affine.dense([[x]]) for x in (query, key, value, 1))
    return Attention("softmax", (Head(*maps),), residual=False)


# Changes nothing, but keeps the check from the short cut for one softmax layer.
IDLE = Attention("uniform", (Head(ONE, ONE, ONE, Affine.build(1, [{}])),))


def verdict_of(weights, tokens, labels, bound=0):
    ds = from_arrays(tokens, labels)
    cert = issue(weights, ds, [Claim(MEMORIZES, bound, OURS)])
    assert cert.total == ds.num_labels
    return cert


# Exact networks.


@pytest.mark.parametrize(
    ("output", "label", "margin"),
    [(2, 2, HALF), (Fraction(9, 4), 2, HALF / 2), (Fraction(5, 2), 2, 0), (3, 2, -HALF)]
    + [(Fraction(3, 2), 2, 0), (-HALF, 0, 0), (Fraction(-1, 3), 0, Fraction(1, 6))]
    + [(2 - HALF + Fraction(1, 2**100), 2, Fraction(1, 2**100))]
    + [(Fraction(1, 2**70), 0, HALF - Fraction(1, 2**70)), (2**70, 0, HALF - 2**70)],
)
def test_nearest(output, label, margin):
    cert = verdict_of(net(readout=Affine.dense([[output]])), [[1]], [label])
    assert cert.margin == margin and cert.arithmetic == "exact"
    assert cert.correct == (margin > 0)
    assert cert.verdict is (PROVED if margin > 0 else REFUTED)


@pytest.mark.parametrize(
    ("outputs", "label", "margin"),
    [((1, 0, 0), 0, 1), ((1, 1, 0), 0, 0), ((0, 0, 0), 2, 0), ((1, 2, 3), 0, -2)]
    + [((Fraction(1, 3), Fraction(1, 4)), 0, Fraction(1, 12)), ((1, 0), 2, -1)]
    + [((2**80 + 1, 2**80, -(2**90)), 0, 1), ((-3, -4), 0, 1), ((-3, -4), 1, -1)]
    + [((Fraction(1, 2**80), 0), 0, Fraction(1, 2**80)), ((2**62, -(2**62)), 0, 2**63)],
)
def test_argmax(outputs, label, margin):
    readout = Affine.dense([[x] for x in outputs])
    cert = verdict_of(net(readout=readout, decision="argmax"), [[1]], [label])
    assert (cert.margin, cert.correct) == (margin, margin > 0)
    assert cert.verdict is (PROVED if margin > 0 else REFUTED)


def test_a_label_without_output_leaves_the_others_right():
    weights = net(readout=Affine.dense([[1], [0]]), decision="argmax")
    cert = verdict_of(weights, [[1], [2], [3]], [0, 2, 0])
    assert (cert.correct, cert.verdict) == (2, REFUTED)
    assert "first that is not is number 1" in cert.sentence
    soft = net(softmax(), readout=Affine.dense([[1], [0]]), decision="argmax")
    cert = verdict_of(soft, [[1], [2], [3]], [0, 2, 0])
    assert (cert.correct, cert.verdict, cert.arithmetic) == (2, REFUTED, "ball 64")


def test_a_margin_is_claimed_exactly():
    weights = net(readout=Affine.dense([[Fraction(5, 4)]]))
    assert verdict_of(weights, [[1]], [1], bound=Fraction(1, 4)).verdict is PROVED
    more = Fraction(1, 4) + Fraction(1, 10**50)
    cert = verdict_of(weights, [[1]], [1], bound=more)
    assert cert.verdict is REFUTED and "below" in cert.sentence
    assert verdict_of(weights, [[1]], [0], bound=-100).verdict is REFUTED


def test_margins_of_many_thousand_digits():
    for power in (20_000, -20_000):
        number = Fraction(2) ** power / 3
        readout = Affine.dense([[number], [0]])
        weights = net(readout=readout, decision="argmax")
        cert = verdict_of(weights, [[1]], [0])
        assert (cert.verdict, cert.margin) == (PROVED, number)
        assert f"2^{power - 1}." in cert.claims[0].sentence
        assert verdict_of(weights, [[1]], [1], bound=number).verdict is REFUTED


def test_sequence_to_sequence_counts_every_token():
    weights = net(Relu(Affine.dense([[1]], [-1])), task="seq_to_seq")
    ds = from_arrays([[1, 2, 3], [3, 1, 1]], [[0, 1, 2], [2, 0, 1]])
    cert = verify(weights, ds)
    assert (cert.correct, cert.total, cert.verdict) == (5, 6, REFUTED)
    assert "number 5" in cert.sentence
    right = from_arrays([[1, 2, 3], [3, 1, 1]], [[0, 1, 2], [2, 0, 0]])
    assert verify(weights, right).verdict is PROVED


# Softmax networks, by balls.


def test_softmax_right_and_wrong():
    # A strong query takes the largest token.
    weights = net(softmax(query=50))
    tokens = [[0, 1, 3], [2, 2, 1], [5, 0, 4]]
    cert = verdict_of(weights, tokens, [3, 2, 5])
    assert (cert.correct, cert.verdict, cert.arithmetic) == (3, PROVED, "ball 64")
    assert 0 < cert.margin < HALF
    cert = verdict_of(weights, tokens, [3, 1, 5])
    assert (cert.correct, cert.verdict) == (2, REFUTED)
    assert cert.margin < 0 and "number 1" in cert.sentence


def test_a_tie_of_balls_is_undecided():
    # Two equal outputs e / (1 + e), which no precision tells apart.
    readout = Affine.dense([[1], [1], [-1]])
    weights = net(softmax(), readout=readout, decision="argmax")
    cert = verdict_of(weights, [[0, 1], [0, 1]], [0, 1])
    assert (cert.correct, cert.verdict) == (0, UNDECIDED)
    assert "2 are undecided" in cert.sentence
    assert cert.arithmetic == f"ball {checker._BALL_PRECISIONS[-1]}"
    # A label that is certainly wrong refutes, whatever is undecided beside it.
    cert = verdict_of(weights, [[0, 1], [0, 1]], [0, 2])
    assert (cert.correct, cert.verdict) == (0, REFUTED)


def test_half_way_between_labels_is_undecided():
    # The mean of 0, 0, 3 with equal shares is 1, but 1/3 is no exact ball.
    weights = net(softmax(key=0), readout=Affine.dense([[HALF]]))
    cert = verdict_of(weights, [[0, 0, 3]], [0])
    assert (cert.correct, cert.verdict) == (0, UNDECIDED)
    # Of two tokens the shares are exact balls, and a tie is seen to be wrong.
    weights = net(softmax(key=0), IDLE, readout=Affine.dense([[HALF]]))
    cert = verdict_of(weights, [[0, 2]], [0])
    assert (cert.correct, cert.verdict, cert.margin) == (0, REFUTED, 0)


def test_the_precision_rises_as_far_as_needed():
    gap = Fraction(1, 2**100)
    readout = Affine.dense([[1], [1]], [gap, 0])
    weights = net(softmax(), readout=readout, decision="argmax")
    cert = verdict_of(weights, [[0, 1]], [0])
    assert (cert.verdict, cert.arithmetic) == (PROVED, "ball 128")
    assert gap / 2 < cert.margin <= gap
    assert verdict_of(weights, [[0, 1]], [1]).verdict is REFUTED


def test_scores_too_long_for_the_first_precision():
    # At 64 bits a score of 300 bits is known up to 2^250, and its exponential not.
    tokens, labels = [[1, 2], [3, 1]], [2, 3]
    cert = verdict_of(net(softmax(query=3**190), IDLE), tokens, labels)
    assert cert.verdict is PROVED and cert.arithmetic != "ball 64"
    assert verdict_of(net(softmax(query=3**190)), tokens, labels).verdict is PROVED


def test_a_margin_of_balls_refutes_nothing():
    # The output is the label, so that the margin is 1/2, but only up to the radius.
    weights = net(softmax(key=0))
    cert = verdict_of(weights, [[1, 2, 3]], [2], bound=HALF)
    assert cert.correct == 1 and HALF - Fraction(1, 2**50) < cert.margin < HALF
    assert cert.verdict is UNDECIDED


def test_a_hopeless_tie_of_keys_is_said_to_be_undecided():
    hard = Attention("hardmax", softmax(query=Fraction(1, 3)).heads)
    with pytest.raises(UndecidedError, match=r"undecided|tie"):
        verify(net(softmax(), hard), from_arrays([[1, 1]], [2]))


@pytest.mark.parametrize("decision", ["nearest", "argmax"])
@pytest.mark.parametrize("kind", ["softmax", "hardmax", "uniform"])
def test_a_network_of_floats(kind, decision):
    # As training leaves it: every weight a float64, labels what the floats say.
    rng = np.random.default_rng(3)

    def dense(*shape):
        return Affine.dense(rng.normal(size=shape))

    heads = tuple(
        Head(dense(2, 4), dense(2, 4), dense(2, 4), dense(4, 2)) for _ in "ab"
    )
    classes = 1 if decision == "nearest" else 3
    weights = net(
        Attention(kind, heads),
        Relu(Affine.dense(rng.normal(size=(6, 4)), rng.normal(size=6))),
        embedding=dense(4, 9),
        readout=dense(classes, 6),
        decision=decision,
        input="ids",
        positions=dense(4, 5),
    )
    tokens = rng.integers(0, 9, (20, 5))
    floats = mc.forward(weights, tokens, "float64")
    if decision == "nearest":
        keep = floats > -0.5
        tokens, labels = tokens[keep], np.rint(floats[keep]).astype(int)
    else:
        labels = floats.argmax(axis=1)
    cert = verify(weights, from_arrays(tokens, labels))
    assert (cert.verdict, cert.correct) == (PROVED, len(labels))
    assert cert.arithmetic == ("ball 64" if kind == "softmax" else "exact")
    labels[3] += 1 if labels[3] == 0 else -1
    cert = verify(weights, from_arrays(tokens, labels))
    assert (cert.verdict, cert.correct) == (REFUTED, len(labels) - 1)


# What does not fit.


def test_task_and_tokens_must_fit():
    ds = from_arrays([[1, 2]], [1])
    with pytest.raises(WeightsError, match="for seq_to_seq data, these are next_token"):
        verify(net(task="seq_to_seq"), ds)
    vectors = from_arrays([[[0.5], [1.0]]], [1])
    with pytest.raises(WeightsError, match="token ids, these data are vectors"):
        verify(net(input="ids"), vectors)
    with pytest.raises(WeightsError, match="embedding holds 0..0"):
        verify(net(input="ids"), ds)
    planes = from_arrays([[[0.5, 1.0]]], [1])
    with pytest.raises(WeightsError, match="1-dimensional"):
        verify(net(), planes)


def test_ids_with_an_embedding_are_ids_or_vectors():
    table = [[0.5, 1.0], [2.0, 3.0]]
    ds = from_arrays([[0], [1]], [1, 3], embedding=table)
    by_vector = net(embedding=Affine.dense([[0, 1]]))
    by_id = net(embedding=Affine.dense([[1, 3]]), input="ids")
    for weights in (by_vector, by_id):
        assert verify(weights, ds).verdict is PROVED


# Claims about sizes.


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (ClaimKind.WIDTH_AT_MOST, 2),
        (ClaimKind.DEPTH_AT_MOST, 2),
        (ClaimKind.BITS_AT_MOST, 3),
        (ClaimKind.PARAMETERS_AT_MOST, 6),
    ],
)
def test_sizes_are_compared_exactly(kind, size):
    weights = net(
        Relu(Affine.dense([[2], [-1]], [0, 5])), readout=Affine.dense([[1, 1]])
    )
    ds = from_arrays([[1]], [6])
    cases = ((size, PROVED), (size - Fraction(1, 10**30), REFUTED), (10**6000, PROVED))
    for bound, verdict in (*cases, (-(10**6000), REFUTED)):
        checked = issue(weights, ds, [Claim(kind, bound, OURS)]).claims[-1]
        assert (checked.verdict, checked.actual) == (verdict, size)


@pytest.mark.parametrize(("pattern", "pairs"), [("full", 16), ("star", 10)])
def test_connections_are_those_of_the_data(pattern, pairs):
    # Three tokens and the aggregate.
    head = Head(*(Affine.dense([[x]]) for x in (0, 0, 1, 1)))
    layers = (Attention("uniform", (head,), residual=False, pattern=pattern),)
    weights = net(*layers, aggregate=Affine.dense([[2]]))
    ds = from_arrays([[2, 2, 2]], [2])
    kind = ClaimKind.CONNECTIONS_AT_MOST
    for bound, verdict in ((pairs, PROVED), (pairs - Fraction(1, 9), REFUTED)):
        certificate = issue(weights, ds, [Claim(kind, bound, OURS)])
        checked = certificate.claims[-1]
        assert (checked.verdict, checked.actual) == (verdict, pairs)
        assert certificate.claims[0].verdict is PROVED


def test_labels_are_spoken_of_even_if_no_claim_does():
    weights, ds = net(), from_arrays([[1], [2]], [0, 2])
    for claims in ([], [Claim(WIDTH, 5, OURS)]):
        cert = issue(weights, ds, claims)
        assert cert.claims[0].claim.kind is MEMORIZES
        assert cert.verdict is REFUTED and "1/2 labels right" in cert.sentence


def test_ids_are_no_labels():
    # A network that outputs ids to be told apart gets no label right.
    head = Head(*(Affine.dense([[x]]) for x in (1, 1, Fraction(1, 8), 1)))
    weights = net(Attention("softmax", (head,)), decision="vector")
    ds = from_arrays([[1, 2], [3, 2]], [0, 0])
    cert = issue(weights, ds, [Claim(MEMORIZES, 0, OURS)])
    kinds = {c.claim.kind: c.verdict for c in cert.claims}
    assert kinds[MEMORIZES] is REFUTED and cert.verdict is REFUTED
    plain = issue(net(), ds, [Claim(ClaimKind.CONTEXTUAL_MAPPING, 0, OURS)])
    assert plain.claims[-1].verdict is REFUTED
