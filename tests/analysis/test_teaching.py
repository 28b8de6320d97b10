"""The lecture's pictures: what they draw follows from exact numbers."""

from fractions import Fraction
from itertools import combinations

import pytest

from memcap.analysis import style, teaching
from memcap.core.balls import Ball, Truth, less
from memcap.model.forward import forward
from memcap.model.weights import Affine, Attention, Head, Weights


def one_head(kappa):
    head = Head(*(Affine.dense([[w]]) for w in (kappa, 1, 1, 1)))
    return Weights(
        "seq_to_seq",
        "vectors",
        Affine.dense([[1]]),
        (Attention("softmax", (head,), residual=False),),
        Affine.dense([[1]]),
        "vector",
    )


@pytest.mark.parametrize("kappa", [Fraction(1, 3), 2, 5])
def test_reading_is_what_the_layer_outputs(kappa):
    keys = (1, 3, 4, 6)
    outputs = forward(one_head(kappa), [keys], "ball", precision=256)[0, :, 0]
    for query, output in zip(keys, outputs, strict=True):
        gap = teaching.reading(keys, query, kappa) - output
        assert gap.contains(0)
        assert less(gap.maximum(-gap), Fraction(1, 2**200)) is Truth.TRUE


@pytest.mark.parametrize("scale", [2, Fraction(5, 2), 4, 8])
def test_gaps_of_the_picture_obey_the_lemma(scale):
    readings = [teaching.reading(keys, 1, scale) for keys in teaching.sets_of_one()]
    for one, two in combinations(readings, 2):
        gap = (one - two).maximum(two - one)
        assert less(teaching.promised(scale), gap.log()) is Truth.TRUE


def test_readings_lie_between_mean_and_maximum():
    for keys in teaching.sets_of_one():
        found = teaching.reading(keys, 1, 1)
        assert less(Fraction(sum(keys), len(keys)), found) is Truth.TRUE
        assert less(found, max(keys)) is Truth.TRUE


@pytest.mark.parametrize(
    "draw", [teaching.growing_scale, teaching.hardmax_beside_softmax]
)
def test_pictures_can_be_written(draw):
    figure = draw()
    assert style.to_png(figure).startswith(b"\x89PNG")
    assert figure.get_facecolor() == (1, 1, 1, 1)


def test_hardmax_rows_coincide_and_softmax_rows_do_not():
    (ax,) = teaching.hardmax_beside_softmax().axes
    told = [text.get_text() for text in ax.texts]
    assert told[:3] == ["gap 0, exactly"] * 3
    assert len(told) == 5 and "exactly" not in "".join(told[3:])


def test_reading_of_a_single_key_is_that_key():
    assert Ball.of(teaching.reading((4,), 4, 3)).contains(4)
