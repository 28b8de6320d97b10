"""Float forward passes that are right because no operation rounds."""

import numpy as np
import pytest

import memcap as mc
from memcap.constructions.hardware_exact import SIGNIFICANDS
from memcap.model.fast_forward import fast_forward
from memcap.model.significance import significance


def sequences(number, length, vocab, classes, seed=1):
    return mc.data.random_next_token(
        num_samples=number, length=length, vocab=vocab, classes=classes, seed=seed
    )


CASES = [
    ("float64", sequences(300, 8, 30, 2)),
    ("float64", sequences(200, 7, 30, 3)),
    ("float32", sequences(300, 8, 30, 2)),
    ("float32", sequences(150, 5, 30, 4)),
    ("bfloat16", sequences(10, 2, 4, 2)),
    ("bfloat16", sequences(12, 4, 5, 3)),
]


@pytest.mark.parametrize("form", ["wide", "deep"])
@pytest.mark.parametrize("dtype, ds", CASES)
def test_the_float_pass_is_exact_on_every_sample(dtype, ds, form):
    built = mc.construct("hardware_exact", ds, dtype=dtype, form=form)
    assert mc.verify(built, ds).verdict is mc.Verdict.PROVED
    needed = significance(built.weights, ds.tokens)
    assert needed == built.report["significance"]
    assert needed.fits(SIGNIFICANDS[dtype])
    outputs = np.asarray(mc.nn.from_weights(built.weights, dtype)(ds.tokens))
    assert outputs.dtype.name == dtype
    assert (outputs.astype(float) == ds.labels).all()
    exact = fast_forward(built.weights, ds.tokens).numbers()
    assert (outputs.astype(float) == exact).all()


@pytest.mark.parametrize("number, length, classes", [(60, 4, 2), (150, 8, 3)])
def test_bfloat16_takes_several_short_ids(number, length, classes):
    ds = sequences(number, length, 20, classes)
    built = mc.construct("hardware_exact", ds, dtype="bfloat16")
    assert mc.verify(built, ds).verdict is mc.Verdict.PROVED
    assert built.report["significance"].fits(8)
    outputs = mc.nn.from_weights(built.weights, "bfloat16")(ds.tokens)
    assert (np.asarray(outputs).astype(float) == ds.labels).all()


def test_deep_is_narrow_and_wide_is_shallow():
    ds = sequences(300, 8, 30, 2)
    deep = mc.count(mc.construct("hardware_exact", ds, form="deep").weights)
    wide = mc.count(mc.construct("hardware_exact", ds, form="wide").weights)
    assert deep.width <= 5 < wide.width
    assert wide.depth < deep.depth


def test_a_longer_type_takes_fewer_parameters():
    ds = sequences(600, 8, 40, 2)
    made = [mc.construct("hardware_exact", ds, dtype=t) for t in ("float64", "float32")]
    per_sample = [built.report["parameters_per_sample"] for built in made]
    assert per_sample[0] < per_sample[1] < 5


@pytest.mark.parametrize(
    "ds, options, word",
    [
        (sequences(60, 4, 12, 2), {"significand": 3}, "at most 3"),
        (sequences(9, 4, 12, 2), {"dtype": "float32", "significand": 25}, "25"),
        (sequences(9, 4, 12, 2), {"significand": "8"}, "'8'"),
        (sequences(300, 7, 30, 2), {"dtype": "float32"}, "over 7 tokens"),
        (sequences(9, 4, 12, 2), {"dtype": "float16"}, "float16"),
        (sequences(9, 4, 12, 2), {"form": "round"}, "round"),
        (mc.data.from_arrays([[[0.5]], [[1.5]]], [0, 1]), {}, "vectors"),
    ],
)
def test_what_cannot_be_exact_is_refused(ds, options, word):
    with pytest.raises(mc.HypothesisError, match=word):
        mc.construct("hardware_exact", ds, **options)
