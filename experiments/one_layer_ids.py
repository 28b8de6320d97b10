"""What an attention layer tells apart: exactly, in float64 and in float32."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import memcap as mc
from experiments.one_layer_data import ceiling
from memcap.certify.contextual import separated
from memcap.core.balls import Ball
from memcap.data.dataset import Dataset
from memcap.model.arithmetic import Name
from memcap.model.weights import Affine, Attention, Weights


@dataclass(frozen=True, slots=True)
class Seen:
    """What a decoder behind the layer could know.

    Args:
        told: different pairs of token and head value, over all places.
        ceiling: share of labels that the best function of these pairs gets right.
    """

    told: int
    ceiling: float


def seen(weights: Weights, ds: Dataset, arithmetic: Name = "float32") -> Seen:
    """Evaluate the head in floats and look at (token, value) itself.

    Whatever W_O and the feed-forward part are, in the same arithmetic they know no
    more than this pair, so the ceiling bounds every decoder.

    Args:
        weights: a network whose only mixing layer is the attention layer.
        ds: windows in which no context occurs twice.
        arithmetic: ``float32`` or ``float64``.
    """
    inputs = ds.tokens if weights.input == "ids" else ds.token_vectors
    values = np.asarray(mc.forward(_head_only(weights), inputs, arithmetic))
    rows = values.reshape(ds.tokens.size, -1)
    pairs = [
        (token, *row)
        for token, row in zip(
            ds.token_index.ravel().tolist(), rows.tolist(), strict=True
        )
    ]
    return Seen(len(set(pairs)), ceiling(pairs, ds.labels))


def _head_only(weights: Weights) -> Weights:
    """The network up to the value its head reads, before W_O."""
    where = [isinstance(x, Attention) for x in weights.layers].index(True)
    layer: Any = weights.layers[where]
    (head,) = layer.heads
    identity = Affine.dense(np.eye(head.value.outputs, dtype=int).tolist())
    bare = replace(layer, heads=(replace(head, output=identity),), residual=False)
    return replace(
        weights,
        layers=(*weights.layers[:where], bare),
        readout=identity,
        decision="vector",
    )


def score_spread(weights: Weights, vectors: np.ndarray) -> float:
    """Largest minus smallest score of a query over the vocabulary, median of queries.

    Args:
        weights: a network of one head whose state before attention is the vector.
        vectors: `[V, d]` the words' vectors.
    """
    (layer,) = [x for x in weights.layers if isinstance(x, Attention)]
    (head,) = layer.heads
    if layer.kind != "softmax":
        return 0.0
    scores = (vectors @ _dense(head.query).T) @ (vectors @ _dense(head.key).T).T
    return float(np.median(np.ptp(scores, axis=1)))


def _dense(affine: Affine) -> np.ndarray:
    made = np.zeros((affine.outputs, affine.inputs))
    for i, row in enumerate(affine.rows):
        for column, weight in row.terms:
            made[i, column] = float(weight)
    return made


def certified(weights: Weights, ds: Dataset) -> dict[str, Any]:
    """Contexts that exact ids separate, and ln of their smallest distance."""
    found = separated(weights, ds.token_vectors)
    distance = float(Ball.of(found.distance, 64).log()) if found.distance else None
    return {
        "contexts": found.contexts,
        "certified": found.decided,
        "ln_distance": distance,
        "precision": found.precision,
    }
