"""Initial values for a trainable network, taken from a constructed one."""

from fractions import Fraction

import numpy as np

from memcap.core.errors import WeightsError
from memcap.core.exact import Number
from memcap.model.weights import Affine, Attention, Head, Weights

_OVERFLOW = "a number of the construction lies beyond float64."


def boltzmann_start(weights: Weights) -> dict[str, np.ndarray]:
    """v, kappa and W_O of a constructed layer as values for `memcap.nn.assign`.

    ``W_K = W_V = v^T`` and ``W_Q = kappa v^T`` are read off each head exactly, then
    rounded. What a float makes of the layer is another matter: scores of a
    constructed layer may lie hundreds apart, and then its softmax is a maximum.

    Args:
        weights: a network with one softmax layer of tied rank-one heads, such as
            those of ``rank_one_contextual`` and ``rank_one_memorizer``.

    Returns:
        ``attention.projection`` `[H, m]`, ``attention.sharpness`` `[H]` and
        ``attention.output`` `[H, m, 1]`, float64.

    Raises:
        WeightsError: the network is not of that form.

    References:
        KS23.Thm2.

    Example:
        >>> tied = Affine.dense([[1, 2]])
        >>> head = Head(Affine.dense([[3, 6]]), tied, tied, Affine.dense([[1], [0]]))
        >>> net = Weights("seq_to_seq", "vectors", Affine.dense([[1, 0], [0, 1]]),
        ...               (Attention("softmax", (head,)),), Affine.dense([[1, 0]]))
        >>> start = boltzmann_start(net)
        >>> start["attention.projection"].tolist(), start["attention.sharpness"]
        ([[1.0, 2.0]], array([3.]))
    """
    layers = [x for x in weights.layers if isinstance(x, Attention)]
    tied = len(layers) == 1 and layers[0].kind == "softmax" and layers[0].residual
    if not tied or weights.aggregate is not None:
        raise WeightsError(
            "initial values of tied attention come from a network with one softmax "
            "layer, its skip connection and no aggregate; this one has another form."
        )
    heads = layers[0].heads
    try:
        return {
            "attention.projection": np.array([_floats(head.key)[0] for head in heads]),
            "attention.sharpness": np.array([float(_sharpness(x)) for x in heads]),
            "attention.output": np.array([_floats(head.output) for head in heads]),
        }
    except OverflowError as error:
        raise WeightsError(_OVERFLOW) from error


def _sharpness(head: Head) -> Fraction:
    """kappa with ``W_Q = kappa W_K``, exactly."""
    query, key = _row(head.query), _row(head.key)
    tied = head.value == head.key and key and query.keys() == key.keys()
    ratios = {Fraction(query[i]) / key[i] for i in key} if tied else set()
    if len(ratios) != 1:
        raise WeightsError(
            "a head does not have one vector v for key and value and a multiple of it "
            "for its query; take the weights of 'rank_one_contextual'."
        )
    return ratios.pop()


def _row(affine: Affine) -> dict[int, Number]:
    return dict(affine.rows[0].terms) if affine.outputs == 1 else {}


def _floats(affine: Affine) -> np.ndarray:
    made = np.zeros((affine.outputs, affine.inputs))
    for i, row in enumerate(affine.rows):
        for column, weight in row.terms:
            made[i, column] = float(weight)
    return made
