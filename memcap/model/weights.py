"""The neutral record of a transformer: sparse exact matrices in a fixed order.

A network is a token-wise linear embedding, a tuple of layers acting on a state of m
slots per token, and an affine readout. Layers are token-wise (`Relu`, `Linear`,
`Residual`) or mix tokens (`Attention`). Everything the forward pass uses is here:
there is no closure, no hidden constant and no order left to a dictionary.

    embedding   h_k = E x_k (+ P_k)                                     Gen.T
    Relu        h <- max(W h + b, 0)
    Linear      h <- W h + b
    Residual    h <- h + W2 max(W1 h + b1, 0) + b2                      Gen.FF
    Attention   h <- [h +] sum_heads W_O (W_V h) A,                     Gen.SA/HA/UA
                A = softmax | hardmax | 1/n of (W_K h)^T (W_Q h), per column
    readout     E_out h + b, read at the last token or at every token

Softmax has no 1/sqrt(s): it belongs into W_Q. Hardmax shares ties evenly.

A network may have an *aggregate*: one extra token in front of the sequence. Its state
is stored instead of embedded, it has no position vector, every layer acts on it as on
the others, and the readout ignores it. Attention of pattern ``star`` needs one: the
aggregate sees all n + 1 tokens, every other token sees the aggregate and itself.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from memcap.core import canonical
from memcap.core.errors import WeightsError
from memcap.model.fitting import check_aggregate, check_word, width_after
from memcap.model.layers import Affine as Affine
from memcap.model.layers import Attention as Attention
from memcap.model.layers import AttentionKind as AttentionKind
from memcap.model.layers import Head as Head
from memcap.model.layers import Layer as Layer
from memcap.model.layers import Linear as Linear
from memcap.model.layers import Pattern as Pattern
from memcap.model.layers import Relu as Relu
from memcap.model.layers import Residual as Residual
from memcap.model.layers import Row as Row
from memcap.model.layers import Terms as Terms

Decision = Literal["nearest", "argmax", "vector"]


@dataclass(frozen=True)
class Weights:
    """A whole network; see the module's text for what each part does.

    Args:
        task: ``next_token`` reads the last token, ``seq_to_seq`` every token.
        input: ``vectors`` feeds token vectors (an id is a 1-d vector), ``ids``
            looks the id up in the embedding's columns.
        embedding: map from the token (or its one-hot id) to the state, no bias.
        layers: the layers in order.
        readout: map from the state to the outputs.
        decision: ``nearest`` rounds one output to the nearest integer, ``argmax``
            takes the largest of C outputs, ``vector`` decides nothing: the outputs
            are ids to be told apart.
        positions: vectors added at each position, one column each, or None.
        aggregate: the state of an extra token in front of the sequence, one column,
            or None.

    Raises:
        WeightsError: two parts do not fit together; the message says which.
    """

    task: Literal["next_token", "seq_to_seq"]
    input: Literal["vectors", "ids"]
    embedding: Affine
    layers: tuple[Layer, ...]
    readout: Affine
    decision: Decision = "nearest"
    positions: Affine | None = None
    aggregate: Affine | None = None

    def __post_init__(self) -> None:
        for name, words in _WORDS.items():
            check_word(name, getattr(self, name), words)
        if not self.embedding.inputs or not self.embedding.outputs:
            raise WeightsError("the embedding is empty; give it inputs and outputs.")
        if self.embedding.has_bias:
            raise WeightsError("the embedding has a bias; put it into the first layer.")
        if self.positions and self.positions.outputs != self.embedding.outputs:
            raise WeightsError("positions and embedding differ in their outputs.")
        if self.positions and self.positions.has_bias:
            raise WeightsError("the positions have a bias; add it to each position.")
        width = self.embedding.outputs
        check_aggregate(self.aggregate, width)
        for index, layer in enumerate(self.layers):
            if _is_star(layer) and self.aggregate is None:
                raise WeightsError(f"layer {index} is a star; give an aggregate.")
            width = width_after(layer, width, f"layer {index}")
        if self.readout.inputs != width:
            raise WeightsError(
                f"the readout takes {self.readout.inputs} slots, the state has {width}."
            )
        if self.decision == "nearest" and self.readout.outputs != 1:
            raise WeightsError("decision 'nearest' reads exactly one output.")
        if self.decision == "argmax" and self.readout.outputs < 2:
            raise WeightsError("decision 'argmax' reads at least two outputs.")

    @cached_property
    def sha256(self) -> str:
        """Hash of the canonical text of the network."""
        from memcap.model.files import weights_to_json

        return canonical.sha256(canonical.dumps(weights_to_json(self)))

    @property
    def is_rational(self) -> bool:
        """Whether the forward pass is rational: no softmax anywhere."""
        return not any(
            isinstance(layer, Attention) and layer.kind == "softmax"
            for layer in self.layers
        )


def _is_star(layer: Layer) -> bool:
    return isinstance(layer, Attention) and layer.pattern == "star"


_WORDS = {
    "task": ("next_token", "seq_to_seq"),
    "input": ("vectors", "ids"),
    "decision": ("nearest", "argmax", "vector"),
}
