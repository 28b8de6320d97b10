"""What a weights record refuses; every refusal names the part."""

from fractions import Fraction

import pytest

from memcap.core.errors import DataError, WeightsError
from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Linear,
    Relu,
    Residual,
    Row,
    Weights,
)

ONE = Affine.dense([[1]])
TWO = Affine.dense([[1], [1]])
BIASED = Affine.dense([[1]], [1])
NONE = Affine(1, ())


def net(
    *layers, embedding=ONE, readout=ONE, task="next_token", input="vectors", **more
):
    return Weights(task, input, embedding, layers, readout, **more)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ((Row(0, ((0, 1), (0, 1))),), "must increase"),
        ((Row(0, ((1, 1), (0, 1))),), "must increase"),
        ((Row(0, ((2, 1),)),), "within 0..1"),
        ((Row(0, ((-1, 1),)),), "must increase"),
        ((Row(0, ()), Row(0, ((0, 0),))), "row 1 stores a zero"),
        ((Row(0.5, ()),), "neither an int nor a Fraction"),
        ((Row(0, ((0, 0.5),)),), "neither an int nor a Fraction"),
        ((Row(0, ((0, True),)),), "neither an int nor a Fraction"),
        ((Row("1", ()),), "neither an int nor a Fraction"),
    ],
)
def test_maps_are_refused(rows, sentence):
    with pytest.raises(WeightsError, match=sentence):
        Affine(2, rows)


def test_a_negative_number_of_inputs_is_refused():
    with pytest.raises(WeightsError, match="-1 inputs"):
        Affine(-1, ())


def test_dense_maps():
    assert Affine.dense([[0, 0.5], [0, 0]], [0, 3]) == Affine(
        2, (Row(0, ((1, Fraction(1, 2)),)), Row(3, ()))
    )
    with pytest.raises(WeightsError, match="one length"):
        Affine.dense([[1, 2], [1]])
    with pytest.raises(DataError, match="not a finite number"):
        Affine.dense([[float("nan")]])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: net(embedding=BIASED), "embedding has a bias"),
        (lambda: net(embedding=NONE), "embedding is empty"),
        (lambda: net(embedding=Affine.build(0, [{}])), "embedding is empty"),
        (lambda: net(positions=TWO), "positions and embedding differ"),
        (lambda: net(positions=BIASED), "positions have a bias"),
        (lambda: net(readout=Affine.dense([[1, 1]])), "readout takes 2 slots"),
        (lambda: net(Relu(TWO)), "readout takes 1 slots, the state has 2"),
        (lambda: net(Linear(TWO), Relu(ONE)), "layer 1 takes 1 slots"),
        (lambda: net(Relu(NONE)), "layer 0 has no unit"),
        (lambda: net(Residual(NONE, Affine.build(0, [{}]))), "layer 0 has no unit"),
        (lambda: net(Residual(TWO, ONE)), "outer map"),
        (lambda: net(Residual(ONE, TWO)), "outer map"),
        (lambda: net(readout=TWO), "'nearest' reads exactly one"),
        (lambda: net(decision="argmax"), "'argmax' reads at least two"),
        (lambda: net(decision="largest"), "decision is 'largest'"),
        (lambda: net(task="translation"), "task is 'translation'"),
        (lambda: net(input="words"), "input is 'words'"),
        (lambda: net(Relu(ONE, None)), "layer 0: the part None"),
        (lambda: net(Attention("uniform", ())), "layer 0 has no head"),
    ],
)
def test_networks_are_refused(make, sentence):
    with pytest.raises(WeightsError, match=sentence):
        make()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "max"}, "layer 0: kind is 'max'"),
        ({"causal": 1}, "causal must be True or False"),
        ({"residual": None}, "residual must be True or False"),
        ({"value": BIASED}, "layer 0, head 0 has a bias"),
        ({"query": TWO}, "query and key sizes differ"),
        ({"key": Affine.dense([[1, 1]])}, "does not take the 1 slots"),
        ({"value": TWO}, "value and output sizes differ"),
        ({"value": NONE, "output": Affine.build(0, [{}])}, "reads or writes nothing"),
        ({"output": TWO}, "must write 1 slots"),
    ],
)
def test_attention_is_refused(change, sentence):
    maps = {name: ONE for name in ("query", "key", "value", "output")}
    flags = {"kind": "hardmax", "causal": False, "residual": True}
    head = Head(**(maps | {k: v for k, v in change.items() if k in maps}))
    flags |= {k: v for k, v in change.items() if k in flags}
    with pytest.raises(WeightsError, match=sentence):
        net(Attention(heads=(head,), **flags))


def test_heads_must_write_the_same_slots():
    heads = (Head(ONE, ONE, ONE, TWO), Head(ONE, ONE, ONE, ONE))
    with pytest.raises(WeightsError, match="head 1 writes another number"):
        net(Attention("uniform", heads, residual=False), readout=Affine.dense([[1, 1]]))


def test_only_softmax_is_not_rational():
    head = Head(ONE, ONE, ONE, ONE)
    for kind, rational in (("softmax", False), ("hardmax", True), ("uniform", True)):
        assert net(Attention(kind, (head,))).is_rational == rational


def test_the_hash_is_of_the_numbers():
    first, same = net(Relu(ONE, "a")), net(Relu(Affine.dense([[1.0]]), "a"))
    assert first.sha256 == same.sha256 and first == same
    changed = [
        net(Relu(ONE, "b")),
        net(Linear(ONE, "a")),
        net(Relu(BIASED, "a")),
        net(Relu(Affine.dense([[1 + Fraction(1, 2**200)]]), "a")),
        net(Relu(ONE, "a"), task="seq_to_seq"),
        net(Relu(ONE, "a"), input="ids"),
        net(Relu(ONE, "a"), positions=ONE),
    ]
    assert len({first.sha256, *(w.sha256 for w in changed)}) == len(changed) + 1
