"""One sequence on its way through a network: the exact state after every layer."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from memcap.core.exact import Number
from memcap.model.forward import forward
from memcap.model.weights import Affine, Attention, Layer, Relu, Residual, Weights


@dataclass(frozen=True, slots=True)
class Stop:
    """The state of one token behind one layer.

    Args:
        where: part of the network and kind of layer.
        state: the slots.
    """

    where: str
    state: tuple[Number, ...]

    def __str__(self) -> str:
        return f"{self.where:22} {', '.join(map(str, self.state))}"


def travel(weights: Weights, tokens: Any, position: int = -1) -> list[Stop]:
    """The exact states of one token of one sequence, from the embedding on.

    Args:
        weights: a network without softmax.
        tokens: `[n]` ids or `[n, d]` vectors.
        position: of the token in the sequence.

    Returns:
        the state behind the embedding, then behind every layer.

    Raises:
        WeightsError: the tokens do not fit the network.

    Example:
        >>> net = Weights("next_token", "vectors", Affine.dense([[1]]),
        ...               (Relu(Affine.dense([[2]], [-3]), "shift"),),
        ...               Affine.dense([[1]]))
        >>> [stop.state for stop in travel(net, [1, 5])]
        [(5,), (7,)]
    """
    batch, stops = np.asarray(tokens)[None], []
    for i in range(len(weights.layers) + 1):
        seen = _cut(weights, i)
        row = forward(seen, batch, arithmetic="exact")[0, position]
        where = _where(weights.layers[i - 1]) if i else "embedding"
        stops.append(Stop(where, tuple(row)))
    return stops


def _cut(weights: Weights, layers: int) -> Weights:
    """The network up to a layer; it outputs the state of every token."""
    rest = weights.layers[layers:]
    slots = _inputs(rest[0]) if rest else weights.readout.inputs
    rows = [{i: 1} for i in range(slots)]
    return replace(
        weights,
        task="seq_to_seq",
        layers=weights.layers[:layers],
        readout=Affine.build(slots, rows),
        decision="vector",
    )


def _inputs(layer: Layer) -> int:
    if isinstance(layer, Attention):
        return layer.heads[0].value.inputs
    return layer.inner.inputs if isinstance(layer, Residual) else layer.map.inputs


def _where(layer: Layer) -> str:
    kind = {Attention: "mean", Relu: "ReLU", Residual: "fold or sum"}
    return f"{layer.part}, {kind.get(type(layer), 'linear')}"
